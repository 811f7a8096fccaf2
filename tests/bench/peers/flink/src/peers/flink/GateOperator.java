package peers.flink;

import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeutils.base.array.BytePrimitiveArraySerializer;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import peers.Bytes;
import peers.Event;
import peers.Gate;
import peers.Item;

/** Messages to events; marks as time passes. An operator, as a function without a key has no timers. */
final class GateOperator extends AbstractStreamOperator<Item> implements OneInputStreamOperator<Types.Message, Item> {
    private static final long serialVersionUID = 1;

    private final int markMs, parallelism;
    private transient Gate gate;
    private transient ListState<byte[]> positions;
    private transient StreamRecord<Item> record;

    GateOperator(int markMs, int parallelism) {
        this.markMs = markMs;
        this.parallelism = parallelism;
    }

    @Override
    public void initializeState(StateInitializationContext context) throws Exception {
        super.initializeState(context);
        gate = new Gate();
        // A partition may come to another task: each takes all of them.
        positions = context.getOperatorStateStore().getUnionListState(
                new ListStateDescriptor<>("positions", BytePrimitiveArraySerializer.INSTANCE));
        for (byte[] saved : positions.get())
            gate.restore(Bytes.read(saved, Gate.Saved::read));
    }

    @Override
    public void open() throws Exception {
        super.open();
        record = new StreamRecord<>(null);
        mark(0);
    }

    private void mark(long now) {
        gate.marks(mark -> {
            for (int to = 0; to < parallelism; to++)
                output.collect(record.replace(mark.sent(0, to)));
        });
        getProcessingTimeService().registerTimer(getProcessingTimeService().getCurrentProcessingTime() + markMs,
                this::mark);
    }

    @Override
    public void processElement(StreamRecord<Types.Message> element) {
        Types.Message message = element.getValue();
        Event event = gate.take(message.topic(), message.partition(), message.offset(), message.value());
        if (event == null)
            return;
        if (event.isOfContact())
            output.collect(record.replace(new Item.OfContact(event)));
        Item.TeamOf team = gate.newTeam(event);
        if (team != null)
            output.collect(record.replace(team));
    }

    @Override
    public void snapshotState(StateSnapshotContext context) throws Exception {
        super.snapshotState(context);
        Bytes bytes = new Bytes();
        positions.clear();
        for (Gate.Saved saved : gate.saved())
            positions.add(bytes.of(saved::write));
    }
}
