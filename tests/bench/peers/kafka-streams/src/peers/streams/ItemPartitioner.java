package peers.streams;

import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.streams.processor.StreamPartitioner;
import peers.Item;

/** By the key; marks to every partition. */
final class ItemPartitioner implements StreamPartitioner<String, Item> {
    @Override
    public Optional<Set<Integer>> partitions(String topic, String key, Item item, int partitions) {
        if (item instanceof Item.Mark)
            return Optional.of(IntStream.range(0, partitions).boxed().collect(Collectors.toSet()));
        return Optional.of(Set.of(Math.floorMod(key.hashCode() * 0x9E3779B9 >>> 8, partitions)));
    }
}
