package peers;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** What comes before the contacts: decodes, drops what is wrong or late, and keeps the positions. */
public final class Gate {
    public static final long ALLOWED_LATENESS_MS = 60_000;
    private static final int ROUNDS_FOR_ALL = 10;

    /** How far a partition has been read, and the highest event time that was seen there. */
    private static final class Source {
        long position, highestMs = Long.MIN_VALUE;
        boolean moved;
    }

    private final Decoder decoder = new Decoder();
    private final Map<String, Map<Integer, Source>> sources = new HashMap<>();
    private final Map<String, String> told = new HashMap<>();
    private long bad, late, rounds;

    /** The event of a message; null: it is wrong or late. */
    public Event take(String topic, int partition, long offset, byte[] message) {
        Source source = source(topic, partition);
        source.position = offset + 1;
        source.moved = true;
        Event event = decoder.decode(message);
        if (event == null) {
            bad++;
            return null;
        }
        if (event.timeMs + ALLOWED_LATENESS_MS < source.highestMs) {
            late++;
            return null;
        }
        source.highestMs = Math.max(source.highestMs, event.timeMs);
        return event;
    }

    /** The team that a state of an agent names, unless the one before named the same; else null. */
    public Item.TeamOf newTeam(Event event) {
        if (!event.namesAgentsTeam() || event.team.equals(told.put(event.agent, event.team)))
            return null;
        return new Item.TeamOf(event.agent, event.team, event.timeMs);
    }

    /**
     * One mark for each partition that has moved since the last time; now and then for each, as a task
     * that has been moved elsewhere knows nothing of the marks before.
     */
    public void marks(Consumer<Item.Mark> to) {
        boolean all = rounds++ % ROUNDS_FOR_ALL == 0;
        sources.forEach((topic, partitions) -> partitions.forEach((partition, source) -> {
            if (source.moved || all)
                to.accept(new Item.Mark(topic + "-" + partition, source.position, source.highestMs, 0,
                        Item.Mark.TO_ALL));
            source.moved = false;
        }));
    }

    /** How far one partition is, to be saved. */
    public record Saved(String source, long position, long highestMs) {
        public void write(DataOutput out) throws IOException {
            out.writeUTF(source);
            out.writeLong(position);
            out.writeLong(highestMs);
        }

        public static Saved read(DataInput in) throws IOException {
            return new Saved(in.readUTF(), in.readLong(), in.readLong());
        }
    }

    public Saved saved(String topic, int partition) {
        Source source = source(topic, partition);
        return new Saved(topic + "-" + partition, source.position, source.highestMs);
    }

    public List<Saved> saved() {
        List<Saved> all = new ArrayList<>();
        sources.forEach((topic, partitions) -> partitions.keySet().forEach(
                partition -> all.add(saved(topic, partition))));
        return all;
    }

    public void restore(Saved saved) {
        int dash = saved.source.lastIndexOf('-');
        Source source = source(saved.source.substring(0, dash), Integer.parseInt(saved.source.substring(dash + 1)));
        source.position = Math.max(source.position, saved.position);
        source.highestMs = Math.max(source.highestMs, saved.highestMs);
    }

    public String counters() {
        return "bad=" + bad + " late=" + late;
    }

    private Source source(String topic, int partition) {
        return sources.computeIfAbsent(topic, unused -> new HashMap<>()).computeIfAbsent(partition,
                unused -> new Source());
    }
}
