package peers.streams;

import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import peers.AgentTeam;
import peers.Bytes;
import peers.Item;

/** Finds the team of facts that lack one, by the agent. */
final class TeamProcessor implements Processor<String, Item, String, Item> {
    private final Bytes bytes = new Bytes();
    private ProcessorContext<String, Item> context;
    private KeyValueStore<String, byte[]> teams;

    @Override
    public void init(ProcessorContext<String, Item> given) {
        context = given;
        teams = context.getStateStore(Stores.TEAMS);
    }

    @Override
    public void process(Record<String, Item> record) {
        if (record.value() instanceof Item.Mark mark) {
            context.forward(record.withValue(mark.sent(1 + context.taskId().partition(), Item.Mark.TO_ALL)));
            return;
        }
        byte[] saved = teams.get(record.key());
        AgentTeam before = saved == null ? AgentTeam.UNKNOWN : Bytes.read(saved, AgentTeam::read);
        AgentTeam after = before.after(record.value());
        if (after != before)
            teams.put(record.key(), bytes.of(after::write));
        Item.ToScope released = before.releasedBy(record.value());
        if (released != null)
            context.forward(new Record<>(released.scope(), released, record.timestamp()));
    }
}
