package peers;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/** One event that is right, with what is needed of it. */
public final class Event {
    public static final int VOICE = 0, CHAT = 1, EMAIL = 2;
    public static final int FROM_AGENT = 1;

    public EventType type;
    public String source, id;
    public long timeMs;
    /** Absent: null. */
    public String interaction, agent, team;
    /** Offered: its queue; transferred: to_queue. */
    public String queue;
    /** Offered: the channel; message: the author; resolved: 1 or 0. */
    public int what;

    public boolean isOfContact() {
        return type.makesFacts() && (type != EventType.MESSAGE || what == FROM_AGENT);
    }

    public boolean namesAgentsTeam() {
        return type == EventType.STATE && team != null;
    }

    /** As a contact keeps it, of which it is the key. */
    Event inContact() {
        Event kept = new Event();
        kept.type = type;
        kept.source = source;
        kept.id = id;
        kept.timeMs = timeMs;
        kept.interaction = "";
        kept.agent = agent;
        kept.team = team;
        kept.queue = queue;
        kept.what = what;
        return kept;
    }

    public void write(DataOutput out) throws IOException {
        out.writeByte(type.ordinal());
        out.writeByte(what);
        out.writeLong(timeMs);
        out.writeUTF(source);
        out.writeUTF(id);
        out.writeUTF(interaction);
        Text.write(out, agent);
        Text.write(out, team);
        Text.write(out, queue);
    }

    public static Event read(DataInput in) throws IOException {
        Event event = new Event();
        event.type = EventType.ALL[in.readByte()];
        event.what = in.readByte();
        event.timeMs = in.readLong();
        event.source = Text.shared(in.readUTF());
        event.id = in.readUTF();
        event.interaction = in.readUTF();
        event.agent = Text.read(in);
        event.team = Text.read(in);
        event.queue = Text.read(in);
        return event;
    }

    /** By time, then source, then id, bytewise. */
    static int compare(Event a, Event b) {
        int order = Long.compare(a.timeMs, b.timeMs);
        if (order == 0)
            order = Text.compare(a.source, b.source);
        return order == 0 ? Text.compare(a.id, b.id) : order;
    }

    boolean isSameAs(Event other) {
        return id.equals(other.id) && source.equals(other.source);
    }
}
