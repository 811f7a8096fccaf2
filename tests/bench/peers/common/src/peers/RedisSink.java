package peers;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import redis.clients.jedis.Connection;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Protocol.Command;

/** Writes what changed in the windows of a task: pipelined, in transactions of up to 200 keys. */
public final class RedisSink implements AutoCloseable {
    private static final int KEYS_A_TRANSACTION = 200;

    /**
     * A key outlives its window by so much. In event time the highest T may be reached long before a backlog is
     * through, and what does not change then is not written again.
     */
    private static final int GRACE_S = 3600;

    private final Connection redis;
    private final Set<String> known = new HashSet<>();
    private final List<String> changed = new ArrayList<>();
    private final byte[] part, parts;
    private int keys, sent;

    /** `part` of `parts`: which of the tasks that write this is. */
    public RedisSink(String address, int part, int parts) {
        redis = new Connection(HostAndPort.from(address));
        this.part = bytes("consumed:" + part);
        this.parts = bytes(parts);
    }

    /** Moves the windows' T to `second`, and writes what has changed. */
    public void flush(Windows windows, long second, long consumed) {
        windows.advance(second);
        for (Windows.Scope scope : windows.takeChanged()) {
            introduce(scope.name);
            for (int i = 0; i < Windows.LENGTHS.length; i++)
                if ((scope.changed & 1 << i) != 0)
                    write(scope, i, windows.t());
            scope.changed = 0;
            changed.add(scope.name);
            windows.forgetIfOver(scope);
        }
        endTransaction();
        if (!changed.isEmpty())
            send(Command.PUBLISH, bytes("dp:updates"), bytes(String.join("\n", changed)));
        changed.clear();
        send(Command.HSET, bytes("dp:meta"), bytes("parts"), parts, part, bytes(consumed));
        receive();
    }

    private void introduce(String scope) {
        int colon = scope.indexOf(':');
        if (colon > 0 && known.add(scope))
            send(Command.SADD, bytes("dp:" + scope.substring(0, colon) + "s"), bytes(scope.substring(colon + 1)));
    }

    private void write(Windows.Scope scope, int window, long t) {
        Sums sums = scope.totals[window];
        boolean over = sums.isEmpty();
        if (over && (scope.published & 1 << window) == 0)
            return;
        if (keys++ == 0)
            send(Command.MULTI);
        byte[] key = bytes("dp:{" + scope.name + "}:w:" + Windows.NAMES[window]);
        send(Command.DEL, key);
        if (over) {
            scope.published &= ~(1 << window);
        } else {
            scope.published |= 1 << window;
            send(Command.HSET, Figures.of(key, sums, t * 1000, Windows.LENGTHS[window] * 1000L));
            send(Command.PEXPIRE, key, bytes((Windows.LENGTHS[window] + GRACE_S) * 1000L));
        }
        if (keys == KEYS_A_TRANSACTION)
            endTransaction();
    }

    private void endTransaction() {
        if (keys > 0)
            send(Command.EXEC);
        keys = 0;
        if (sent > 10 * KEYS_A_TRANSACTION)
            receive();
    }

    private void send(Command command, byte[]... arguments) {
        redis.sendCommand(command, arguments);
        sent++;
    }

    private void receive() {
        for (Object reply : redis.getMany(sent))
            if (reply instanceof RuntimeException error)
                throw error;
        sent = 0;
    }

    static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    static byte[] bytes(long number) {
        return Long.toString(number).getBytes(UTF_8);
    }

    @Override
    public void close() {
        redis.close();
    }
}
