package peers.flink;

import java.time.Duration;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;
import peers.Contact;
import peers.Item;

/** Events to contacts, contacts to changes of facts. */
final class ContactFunction extends KeyedProcessFunction<String, Item, Item> {
    private static final long serialVersionUID = 1;
    private static final long CONTACT_TTL_MS = Duration.ofDays(7).toMillis();

    private final int parallelism;
    private transient ValueState<Contact> contact;

    ContactFunction(int parallelism) {
        this.parallelism = parallelism;
    }

    @Override
    public void open(OpenContext context) {
        contact = getRuntimeContext().getState(new ValueStateDescriptor<>("contact", Types.CONTACT));
    }

    @Override
    public void processElement(Item item, Context context, Collector<Item> out) throws Exception {
        if (item instanceof Item.OfContact of)
            apply(of, context, out);
        else if (item instanceof Item.Mark mark)
            for (int to = 0; to < parallelism; to++)
                out.collect(mark.sent(getRuntimeContext().getTaskInfo().getIndexOfThisSubtask(), to));
        else
            out.collect(item);
    }

    private void apply(Item.OfContact item, Context context, Collector<Item> out) throws Exception {
        Contact saved = contact.value();
        Contact before = saved == null ? Contact.EMPTY : saved;
        Contact after = before.with(item.event());
        if (after == before)
            return;
        contact.update(after);
        if (saved == null)
            awaitEnd(context);
        for (Item made : Item.of(before.changesTo(after)))
            out.collect(made);
    }

    private static void awaitEnd(Context context) {
        context.timerService().registerProcessingTimeTimer(
                context.timerService().currentProcessingTime() + CONTACT_TTL_MS);
    }

    @Override
    public void onTimer(long now, OnTimerContext context, Collector<Item> out) throws Exception {
        if (contact.value().lastMs() < now - CONTACT_TTL_MS)
            contact.clear();
        else
            awaitEnd(context);
    }
}
