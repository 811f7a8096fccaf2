package peers.streams;

import java.time.Duration;
import java.util.Map;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.WindowStore;

/** The state stores: in RocksDB or in memory, behind the record cache, with changelogs. */
final class Stores {
    static final String CONTACTS = "contacts", POSITIONS = "positions", TEAMS = "agent-teams",
            SECONDS = "seconds";
    /** Beyond the longest window nothing is ever asked for. */
    private static final Duration KEPT = Duration.ofMinutes(70);

    private final boolean inMemory;

    Stores(boolean inMemory) {
        this.inMemory = inMemory;
    }

    StoreBuilder<KeyValueStore<String, byte[]>> contacts() {
        return keyValue(CONTACTS);
    }

    StoreBuilder<KeyValueStore<String, byte[]>> positions() {
        return keyValue(POSITIONS);
    }

    StoreBuilder<KeyValueStore<String, byte[]>> teams() {
        return keyValue(TEAMS);
    }

    /** The sums of each scope's seconds. A window store drops old ones by the segment, without deletes. */
    StoreBuilder<WindowStore<String, byte[]>> seconds() {
        Duration second = Duration.ofSeconds(1);
        return org.apache.kafka.streams.state.Stores
                .windowStoreBuilder(inMemory
                        ? org.apache.kafka.streams.state.Stores.inMemoryWindowStore(SECONDS, KEPT, second, false)
                        : org.apache.kafka.streams.state.Stores.persistentWindowStore(SECONDS, KEPT, second, false),
                        Serdes.String(), Serdes.ByteArray())
                .withCachingEnabled().withLoggingEnabled(Map.of());
    }

    private StoreBuilder<KeyValueStore<String, byte[]>> keyValue(String name) {
        return org.apache.kafka.streams.state.Stores
                .keyValueStoreBuilder(inMemory
                        ? org.apache.kafka.streams.state.Stores.inMemoryKeyValueStore(name)
                        : org.apache.kafka.streams.state.Stores.persistentKeyValueStore(name),
                        Serdes.String(), Serdes.ByteArray())
                .withCachingEnabled().withLoggingEnabled(Map.of());
    }
}
