package peers.streams;

import java.time.Duration;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import peers.Bytes;
import peers.Contact;
import peers.Event;
import peers.Gate;
import peers.Item;

/** Messages to contacts, contacts to changes of facts. */
final class ContactProcessor implements Processor<byte[], byte[], String, Item> {
    private static final Duration CONTACT_TTL = Duration.ofDays(7);

    private final int markMs;
    private final Gate gate = new Gate();
    private final Bytes bytes = new Bytes();
    private ProcessorContext<String, Item> context;
    private KeyValueStore<String, byte[]> contacts, positions;

    ContactProcessor(int markMs) {
        this.markMs = markMs;
    }

    @Override
    public void init(ProcessorContext<String, Item> given) {
        context = given;
        contacts = context.getStateStore(Stores.CONTACTS);
        positions = context.getStateStore(Stores.POSITIONS);
        try (KeyValueIterator<String, byte[]> all = positions.all()) {
            while (all.hasNext())
                gate.restore(Bytes.read(all.next().value, Gate.Saved::read));
        }
        context.schedule(Duration.ofMillis(markMs), PunctuationType.WALL_CLOCK_TIME,
                now -> gate.marks(mark -> forward(mark, context.currentSystemTimeMs())));
        context.schedule(Duration.ofDays(1), PunctuationType.STREAM_TIME, this::forgetOld);
    }

    @Override
    public void process(Record<byte[], byte[]> record) {
        RecordMetadata from = context.recordMetadata().orElseThrow();
        Event event = gate.take(from.topic(), from.partition(), from.offset(), record.value());
        Gate.Saved saved = gate.saved(from.topic(), from.partition());
        positions.put(saved.source(), bytes.of(saved::write));
        if (event == null)
            return;
        if (event.isOfContact())
            apply(event, record.timestamp());
        Item.TeamOf team = gate.newTeam(event);
        if (team != null)
            forward(team, record.timestamp());
    }

    private void apply(Event event, long timestamp) {
        byte[] saved = contacts.get(event.interaction);
        Contact before = saved == null ? Contact.EMPTY : Bytes.read(saved, Contact::read);
        Contact after = before.with(event);
        if (after == before)
            return;
        contacts.put(event.interaction, bytes.of(after::write));
        for (Item item : Item.of(before.changesTo(after)))
            forward(item, timestamp);
    }

    private void forward(Item item, long timestamp) {
        context.forward(new Record<>(item.key() == null ? "" : item.key(), item, timestamp));
    }

    private void forgetOld(long streamTimeMs) {
        long beforeMs = streamTimeMs - CONTACT_TTL.toMillis();
        try (KeyValueIterator<String, byte[]> all = contacts.all()) {
            while (all.hasNext()) {
                KeyValue<String, byte[]> saved = all.next();
                if (Bytes.read(saved.value, Contact::read).lastMs() < beforeMs)
                    contacts.delete(saved.key);
            }
        }
    }
}
