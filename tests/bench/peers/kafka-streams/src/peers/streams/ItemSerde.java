package peers.streams;

import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serializer;
import peers.Bytes;
import peers.Item;

/** Items as they go through the repartition topics. */
final class ItemSerde implements Serde<Item> {
    @Override
    public Serializer<Item> serializer() {
        ThreadLocal<Bytes> bytes = ThreadLocal.withInitial(Bytes::new);
        return (topic, item) -> bytes.get().of(item::write);
    }

    @Override
    public Deserializer<Item> deserializer() {
        return (topic, value) -> Bytes.read(value, Item::read);
    }
}
