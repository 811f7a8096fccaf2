package peers;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInput;
import java.io.DataInputStream;
import java.io.DataOutput;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/** Turns things into bytes and back. Not for several threads. */
public final class Bytes {
    @FunctionalInterface
    public interface Writes {
        void to(DataOutput out) throws IOException;
    }

    @FunctionalInterface
    public interface Reads<T> {
        T from(DataInput in) throws IOException;
    }

    private final ByteArrayOutputStream buffer = new ByteArrayOutputStream(1024);
    private final DataOutputStream out = new DataOutputStream(buffer);

    public byte[] of(Writes writes) {
        try {
            buffer.reset();
            writes.to(out);
            return buffer.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static <T> T read(byte[] bytes, Reads<T> reads) {
        try {
            return reads.from(new DataInputStream(new ByteArrayInputStream(bytes)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
