package peers;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/** What comes before the contacts: decodes, drops what is wrong or late, and keeps the positions. */
public final class Gate {
    public static final long ALLOWED_LATENESS_MS = 60_000;

    /** How far a partition has been read, and the highest event time that was seen there. */
    private static final class Source {
        long position, highestMs = Long.MIN_VALUE;
        boolean moved;
    }

    private final Decoder decoder = new Decoder();
    private final Map<String, Map<Integer, Source>> sources = new HashMap<>();
    private final Map<String, String> told = new HashMap<>();
    private long bad, late;

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

    /** One mark for each partition that has moved since the last time. */
    public void marks(Consumer<Item.Mark> to) {
        sources.forEach((topic, partitions) -> partitions.forEach((partition, source) -> {
            if (source.moved)
                to.accept(new Item.Mark(topic + "-" + partition, source.position, source.highestMs, 0,
                        Item.Mark.TO_ALL));
            source.moved = false;
        }));
    }

    public long highestMs(String topic, int partition) {
        return source(topic, partition).highestMs;
    }

    /** The highest event time of each partition, to be saved. */
    public Map<String, Long> watermarks() {
        Map<String, Long> found = new HashMap<>();
        sources.forEach((topic, partitions) -> partitions.forEach(
                (partition, source) -> found.put(topic + "-" + partition, source.highestMs)));
        return found;
    }

    public void restore(String source, long highestMs) {
        int dash = source.lastIndexOf('-');
        Source saved = source(source.substring(0, dash), Integer.parseInt(source.substring(dash + 1)));
        saved.highestMs = Math.max(saved.highestMs, highestMs);
    }

    public String counters() {
        return "bad=" + bad + " late=" + late;
    }

    private Source source(String topic, int partition) {
        return sources.computeIfAbsent(topic, unused -> new HashMap<>()).computeIfAbsent(partition,
                unused -> new Source());
    }
}
