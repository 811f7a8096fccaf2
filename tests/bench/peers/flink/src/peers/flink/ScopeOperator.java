package peers.flink;

import java.util.HashMap;
import java.util.Map;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.typeinfo.BasicTypeInfo;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.runtime.state.VoidNamespaceSerializer;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import peers.Delta;
import peers.Item;
import peers.Progress;
import peers.RedisSink;
import peers.Sums;
import peers.Windows;

/**
 * Scopes to windows to Redis. The windows are worked on in the heap; what changed since the last
 * checkpoint becomes keyed state with the next one. An operator, not a function: so it has a timer that
 * is of no key, and may set the key of the state that it writes to.
 */
final class ScopeOperator extends AbstractStreamOperator<Item> implements OneInputStreamOperator<Item, Item> {
    private static final long serialVersionUID = 1;

    private final String redis;
    private final int parallelism, flushMs;
    private final boolean wallClock;
    private transient Windows windows;
    private transient Progress progress;
    private transient RedisSink sink;
    private transient MapState<Long, Sums> seconds;
    /** Since the last checkpoint, by scope; a second that is over: null. */
    private transient Map<String, Map<Long, Sums>> changed;

    ScopeOperator(String redis, int parallelism, int flushMs, boolean wallClock) {
        this.redis = redis;
        this.parallelism = parallelism;
        this.flushMs = flushMs;
        this.wallClock = wallClock;
    }

    @Override
    public void initializeState(StateInitializationContext context) throws Exception {
        super.initializeState(context);
        windows = new Windows();
        progress = new Progress(parallelism + parallelism * parallelism);
        changed = new HashMap<>();
        windows.whenOver((scope, second) -> note(scope, second, null));
        MapStateDescriptor<Long, Sums> descriptor =
                new MapStateDescriptor<>("seconds", BasicTypeInfo.LONG_TYPE_INFO, Types.SUMS);
        seconds = context.getKeyedStateStore().getMapState(descriptor);
        if (context.isRestored())
            getKeyedStateBackend().applyToAllKeys(VoidNamespace.INSTANCE, VoidNamespaceSerializer.INSTANCE, descriptor,
                    (key, saved) -> {
                        for (Map.Entry<Long, Sums> second : saved.entries())
                            windows.restore((String) key, second.getKey(), second.getValue());
                    });
    }

    @Override
    public void open() throws Exception {
        super.open();
        sink = new RedisSink(redis, getRuntimeContext().getTaskInfo().getIndexOfThisSubtask(), parallelism);
        awaitFlush();
    }

    private void awaitFlush() {
        getProcessingTimeService().registerTimer(getProcessingTimeService().getCurrentProcessingTime() + flushMs,
                now -> {
                    flush(now);
                    awaitFlush();
                });
    }

    private void flush(long nowMs) {
        long second = wallClock ? Windows.secondOf(nowMs) : progress.highestSecond();
        if (second > 0)
            sink.flush(windows, second, progress.consumed());
    }

    @Override
    public void processElement(StreamRecord<Item> element) {
        if (element.getValue() instanceof Item.Mark mark)
            progress.take(mark);
        else if (element.getValue() instanceof Item.ToScope item)
            for (Delta delta : item.deltas())
                put(item.scope(), delta);
    }

    private void put(String scope, Delta delta) {
        progress.see(delta.timeMs());
        Sums sums = windows.put(scope, delta);
        if (sums != null)
            note(scope, Windows.secondOf(delta.timeMs()), sums);
    }

    private void note(String scope, long second, Sums sums) {
        changed.computeIfAbsent(scope, unused -> new HashMap<>()).put(second, sums);
    }

    @Override
    public void snapshotState(StateSnapshotContext context) throws Exception {
        super.snapshotState(context);
        for (Map.Entry<String, Map<Long, Sums>> scope : changed.entrySet()) {
            setCurrentKey(scope.getKey());
            for (Map.Entry<Long, Sums> second : scope.getValue().entrySet())
                if (second.getValue() == null)
                    seconds.remove(second.getKey());
                else
                    seconds.put(second.getKey(), second.getValue().copy());
        }
        changed.clear();
    }

    @Override
    public void close() throws Exception {
        if (sink != null)
            sink.close();
        super.close();
    }
}
