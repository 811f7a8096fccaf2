package peers;

import java.util.HashMap;
import java.util.Map;

/** How far the sources are through, as the marks say that have come on all ways. */
public final class Progress {
    private final int ways;
    private final Map<String, Map<Integer, Long>> positions = new HashMap<>();
    private long highestMs = Long.MIN_VALUE;

    public Progress(int ways) {
        this.ways = ways;
    }

    public void take(Item.Mark mark) {
        positions.computeIfAbsent(mark.source(), unused -> new HashMap<>()).merge(mark.via(), mark.position(),
                Math::max);
        see(mark.highestMs());
    }

    public void see(long timeMs) {
        highestMs = Math.max(highestMs, timeMs);
    }

    /** In whole seconds, rounded up; Long.MIN_VALUE: nothing was seen. */
    public long highestSecond() {
        return highestMs == Long.MIN_VALUE ? highestMs : Windows.secondOf(highestMs);
    }

    /** How many messages are in the figures, over all sources. */
    public long consumed() {
        long sum = 0;
        for (Map<Integer, Long> of : positions.values())
            if (of.size() == ways)
                sum += of.values().stream().mapToLong(Long::longValue).min().orElse(0);
        return sum;
    }
}
