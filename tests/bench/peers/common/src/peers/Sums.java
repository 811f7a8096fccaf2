package peers;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/** What a window, or a second of it, adds up to. */
public final class Sums {
    private static final int KINDS = Fact.Kind.ALL.length;

    /** Of each kind of fact: how many, how many with the flag, and the sum of their values. */
    private final int[] counts = new int[KINDS], flagged = new int[KINDS];
    private final long[] values = new long[KINDS];

    void add(Delta delta) {
        int kind = delta.kind().ordinal();
        counts[kind] += delta.sign();
        if (delta.flag())
            flagged[kind] += delta.sign();
        values[kind] += delta.sign() * delta.value();
    }

    void add(Sums other, int sign) {
        for (int kind = 0; kind < KINDS; kind++) {
            counts[kind] += sign * other.counts[kind];
            flagged[kind] += sign * other.flagged[kind];
            values[kind] += sign * other.values[kind];
        }
    }

    public Sums copy() {
        Sums copy = new Sums();
        copy.add(this, +1);
        return copy;
    }

    int count(Fact.Kind kind) {
        return counts[kind.ordinal()];
    }

    int flagged(Fact.Kind kind) {
        return flagged[kind.ordinal()];
    }

    long value(Fact.Kind kind) {
        return values[kind.ordinal()];
    }

    boolean isEmpty() {
        for (int count : counts)
            if (count != 0)
                return false;
        return true;
    }

    public void write(DataOutput out) throws IOException {
        int present = 0;
        for (int kind = 0; kind < KINDS; kind++)
            if (counts[kind] != 0)
                present |= 1 << kind;
        out.writeByte(present);
        for (int kind = 0; kind < KINDS; kind++)
            if (counts[kind] != 0) {
                out.writeInt(counts[kind]);
                out.writeInt(flagged[kind]);
                out.writeLong(values[kind]);
            }
    }

    public static Sums read(DataInput in) throws IOException {
        Sums sums = new Sums();
        int present = in.readByte();
        for (int kind = 0; kind < KINDS; kind++)
            if ((present & 1 << kind) != 0) {
                sums.counts[kind] = in.readInt();
                sums.flagged[kind] = in.readInt();
                sums.values[kind] = in.readLong();
            }
        return sums;
    }
}
