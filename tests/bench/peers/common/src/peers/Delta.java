package peers;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/** What a fact that is made or taken back means to one scope. */
public record Delta(Fact.Kind kind, int sign, boolean flag, long timeMs, long value) {

    static Delta of(Contact.Change change) {
        Fact fact = change.fact();
        return new Delta(fact.kind(), change.sign(), fact.flag(), fact.timeMs(), fact.value());
    }

    void write(DataOutput out) throws IOException {
        out.writeByte(kind.ordinal() | (flag ? 16 : 0) | (sign > 0 ? 32 : 0));
        out.writeLong(timeMs);
        out.writeLong(value);
    }

    static Delta read(DataInput in) throws IOException {
        int head = in.readByte();
        return new Delta(Fact.Kind.ALL[head & 15], (head & 32) != 0 ? 1 : -1, (head & 16) != 0,
                in.readLong(), in.readLong());
    }
}
