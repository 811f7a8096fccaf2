package peers;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What goes between the stages: changes for one scope, changes of an agent whose team is still to be
 * found, the team that an agent's state names, or a mark. A mark goes to every task of the next stage,
 * in the same channels as all else: whoever gets it has got everything that was made before it.
 */
public sealed interface Item {
    record ToScope(String scope, List<Delta> deltas) implements Item {}

    record ToTeamOf(String agent, List<Delta> deltas) implements Item {}

    record TeamOf(String agent, String team, long timeMs) implements Item {}

    /** Of `source` all before `position` is through; the highest event time there. */
    record Mark(String source, long position, long highestMs, int via, int to) implements Item {
        public static final int TO_ALL = -1;

        /** On its way on: `via` tells the ways on which it can come apart, `to` is a task of the next stage. */
        public Mark sent(int newVia, int newTo) {
            return new Mark(source, position, highestMs, newVia, newTo);
        }
    }

    /** An event, on its way to the task of its contact. */
    record OfContact(Event event) implements Item {}

    String ALL = "all";

    /** By this it is sent on; null: it is a mark. */
    default String key() {
        if (this instanceof ToScope item)
            return item.scope;
        if (this instanceof ToTeamOf item)
            return item.agent;
        if (this instanceof TeamOf item)
            return item.agent;
        return this instanceof OfContact item ? item.event.interaction : null;
    }

    /** Whether it must first find its team. */
    default boolean isForTeams() {
        return this instanceof ToTeamOf || this instanceof TeamOf;
    }

    /** One item for each scope that is concerned, in the order of the changes. */
    static List<Item> of(List<Contact.Change> changes) {
        if (changes.isEmpty())
            return List.of();
        Map<String, List<Delta>> scopes = new LinkedHashMap<>(), teamless = new LinkedHashMap<>();
        for (Contact.Change change : changes) {
            Fact fact = change.fact();
            Delta delta = Delta.of(change);
            put(scopes, ALL, delta);
            if (fact.agent() != null)
                put(scopes, "agent:" + fact.agent(), delta);
            if (fact.team() != null)
                put(scopes, "team:" + fact.team(), delta);
            if (fact.queue() != null)
                put(scopes, "queue:" + fact.queue(), delta);
            if (fact.lacksTeam())
                put(teamless, fact.agent(), delta);
        }
        List<Item> items = new ArrayList<>(scopes.size() + teamless.size());
        scopes.forEach((scope, deltas) -> items.add(new ToScope(scope, deltas)));
        teamless.forEach((agent, deltas) -> items.add(new ToTeamOf(agent, deltas)));
        return items;
    }

    private static void put(Map<String, List<Delta>> lists, String key, Delta delta) {
        lists.computeIfAbsent(key, unused -> new ArrayList<>(1)).add(delta);
    }

    default void write(DataOutput out) throws IOException {
        if (this instanceof ToScope item) {
            writeDeltas(out, 0, item.scope, item.deltas);
        } else if (this instanceof ToTeamOf item) {
            writeDeltas(out, 1, item.agent, item.deltas);
        } else if (this instanceof TeamOf item) {
            out.writeByte(2);
            out.writeUTF(item.agent);
            out.writeUTF(item.team);
            out.writeLong(item.timeMs);
        } else if (this instanceof Mark item) {
            out.writeByte(3);
            out.writeUTF(item.source);
            out.writeLong(item.position);
            out.writeLong(item.highestMs);
            out.writeInt(item.via);
            out.writeInt(item.to);
        } else if (this instanceof OfContact item) {
            out.writeByte(4);
            item.event.write(out);
        }
    }

    static Item read(DataInput in) throws IOException {
        return switch (in.readByte()) {
            case 0 -> new ToScope(in.readUTF(), readDeltas(in));
            case 1 -> new ToTeamOf(in.readUTF(), readDeltas(in));
            case 2 -> new TeamOf(in.readUTF(), in.readUTF(), in.readLong());
            case 3 -> new Mark(in.readUTF(), in.readLong(), in.readLong(), in.readInt(), in.readInt());
            default -> new OfContact(Event.read(in));
        };
    }

    static void writeDeltas(DataOutput out, int kind, String key, List<Delta> deltas) throws IOException {
        out.writeByte(kind);
        out.writeUTF(key);
        out.writeByte(deltas.size());
        for (Delta delta : deltas)
            delta.write(out);
    }

    static List<Delta> readDeltas(DataInput in) throws IOException {
        int count = in.readByte();
        List<Delta> deltas = new ArrayList<>(count);
        for (int i = 0; i < count; i++)
            deltas.add(Delta.read(in));
        return deltas;
    }
}
