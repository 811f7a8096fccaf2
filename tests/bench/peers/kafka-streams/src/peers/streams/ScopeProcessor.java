package peers.streams;

import java.time.Duration;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.kstream.Windowed;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.WindowStore;
import peers.Bytes;
import peers.Delta;
import peers.Item;
import peers.Progress;
import peers.RedisSink;
import peers.Sums;
import peers.Windows;

/**
 * Scopes to windows to Redis. The windows are worked on in the heap; every second that changes is
 * written to the store too, from which they are made again.
 */
final class ScopeProcessor implements Processor<String, Item, Void, Void> {
    private final String redis;
    private final int parts, flushMs;
    private final boolean wallClock;
    private final Bytes bytes = new Bytes();
    private final Windows windows = new Windows();
    private final Progress progress;
    private WindowStore<String, byte[]> seconds;
    private RedisSink sink;

    ScopeProcessor(String redis, int parts, int flushMs, boolean wallClock) {
        this.redis = redis;
        this.parts = parts;
        this.flushMs = flushMs;
        this.wallClock = wallClock;
        progress = new Progress(1 + parts);
    }

    @Override
    public void init(ProcessorContext<Void, Void> context) {
        seconds = context.getStateStore(Stores.SECONDS);
        sink = new RedisSink(redis, context.taskId().partition(), parts);
        try (KeyValueIterator<Windowed<String>, byte[]> all = seconds.all()) {
            while (all.hasNext()) {
                KeyValue<Windowed<String>, byte[]> saved = all.next();
                windows.restore(saved.key.key(), saved.key.window().start() / 1000,
                        Bytes.read(saved.value, Sums::read));
            }
        }
        context.schedule(Duration.ofMillis(flushMs), PunctuationType.WALL_CLOCK_TIME, this::flush);
    }

    @Override
    public void process(Record<String, Item> record) {
        if (record.value() instanceof Item.Mark mark)
            progress.take(mark);
        else if (record.value() instanceof Item.ToScope item)
            for (Delta delta : item.deltas())
                put(item.scope(), delta);
    }

    private void put(String scope, Delta delta) {
        progress.see(delta.timeMs());
        Sums sums = windows.put(scope, delta);
        if (sums != null)
            seconds.put(scope, bytes.of(sums::write), Windows.secondOf(delta.timeMs()) * 1000);
    }

    private void flush(long nowMs) {
        long second = wallClock ? Windows.secondOf(nowMs) : progress.highestSecond();
        if (second > 0)
            sink.flush(windows, second, progress.consumed());
    }

    @Override
    public void close() {
        if (sink != null)
            sink.close();
    }
}
