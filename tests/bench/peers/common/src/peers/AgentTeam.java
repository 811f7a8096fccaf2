package peers;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** The team that an agent's states name, and what waits for the first of them. Never changed. */
public record AgentTeam(String team, long timeMs, List<Delta> waiting) {
    public static final AgentTeam UNKNOWN = new AgentTeam(null, Long.MIN_VALUE, List.of());

    /** What goes on to the team, when `item` comes; null: nothing. */
    public Item.ToScope releasedBy(Item item) {
        List<Delta> deltas = List.of();
        String to = team;
        if (item instanceof Item.ToTeamOf fact) {
            deltas = fact.deltas();
        } else if (item instanceof Item.TeamOf named && team == null) {
            to = named.team();
            deltas = waiting;
        }
        return to == null || deltas.isEmpty() ? null : new Item.ToScope("team:" + to, deltas);
    }

    public AgentTeam after(Item item) {
        if (item instanceof Item.TeamOf named)
            return named.timeMs() < timeMs ? this : new AgentTeam(named.team(), named.timeMs(), List.of());
        if (item instanceof Item.ToTeamOf fact && team == null) {
            List<Delta> more = new ArrayList<>(waiting);
            more.addAll(fact.deltas());
            return new AgentTeam(null, timeMs, more);
        }
        return this;
    }

    public void write(DataOutput out) throws IOException {
        Text.write(out, team);
        out.writeLong(timeMs);
        out.writeInt(waiting.size());
        for (Delta delta : waiting)
            delta.write(out);
    }

    public static AgentTeam read(DataInput in) throws IOException {
        String team = Text.read(in);
        long timeMs = in.readLong();
        int count = in.readInt();
        List<Delta> waiting = new ArrayList<>(count);
        for (int i = 0; i < count; i++)
            waiting.add(Delta.read(in));
        return new AgentTeam(team, timeMs, waiting);
    }
}
