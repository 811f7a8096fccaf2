package peers;

import static peers.RedisSink.bytes;

import java.util.ArrayList;
import java.util.List;

/** The fields of a window's hash. */
final class Figures {
    private static final long MILLION = 1_000_000;

    private final List<byte[]> fields = new ArrayList<>(32);

    private Figures() {}

    /** The key, and then each field and its value. */
    static byte[][] of(byte[] key, Sums sums, long asOfMs, long lengthMs) {
        Figures figures = new Figures();
        figures.fields.add(key);
        figures.put("v", 1);
        figures.put("as_of_ms", asOfMs);
        figures.put("from_ms", asOfMs - lengthMs);
        int responses = sums.count(Fact.Kind.RESPONSE), handles = sums.count(Fact.Kind.HANDLE);
        int abandons = sums.count(Fact.Kind.ABANDON), brief = sums.flagged(Fact.Kind.ABANDON);
        int outcomes = sums.count(Fact.Kind.OUTCOME), resolved = sums.flagged(Fact.Kind.OUTCOME);
        figures.put("offered", sums.count(Fact.Kind.OFFERED));
        figures.put("responses", responses);
        figures.put("abandons", abandons);
        figures.put("short_abandons", brief);
        figures.put("handles", handles);
        figures.put("outcomes", outcomes);
        figures.put("resolved", resolved);
        if (responses > 0)
            figures.put("response_mean_ms", rounded(sums.value(Fact.Kind.RESPONSE), responses));
        if (handles > 0)
            figures.put("handle_mean_ms", rounded(sums.value(Fact.Kind.HANDLE), handles));
        figures.putShare("service_level", sums.flagged(Fact.Kind.RESPONSE), responses + abandons - brief);
        figures.putShare("resolution_rate", resolved, outcomes);
        return figures.fields.toArray(byte[][]::new);
    }

    private void put(String name, long value) {
        fields.add(bytes(name));
        fields.add(bytes(value));
    }

    /** With six decimals. */
    private void putShare(String name, long part, long whole) {
        if (whole <= 0)
            return;
        long millionths = rounded(part * MILLION, whole);
        fields.add(bytes(name));
        fields.add(bytes(millionths / MILLION + "." + Long.toString(MILLION + millionths % MILLION).substring(1)));
    }

    /** Half up. */
    private static long rounded(long sum, long count) {
        long rest = sum % count;
        return sum / count + (rest >= count - rest ? 1 : 0);
    }
}
