package peers.streams;

import java.time.Duration;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.Repartitioned;
import peers.Item;
import peers.Options;

/** The topology: contacts, then the teams of facts that lack one, then scopes. */
public final class Main {
    private final Options options;
    private final int parts;

    private Main(Options options) {
        this.options = options;
        parts = options.number("parts", 2);
    }

    public static void main(String[] arguments) throws InterruptedException {
        if (!new Main(new Options(arguments)).run())
            Runtime.getRuntime().halt(1);
    }

    /** Until a signal comes or the topology fails; whether all went well. */
    private boolean run() throws InterruptedException {
        StreamsBuilder builder = new StreamsBuilder();
        build(builder);
        CountDownLatch over = new CountDownLatch(1);
        AtomicBoolean failed = new AtomicBoolean();
        KafkaStreams streams = new KafkaStreams(builder.build(), settings());
        streams.setUncaughtExceptionHandler(error -> {
            error.printStackTrace();
            failed.set(true);
            over.countDown();
            return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
        });
        Thread main = Thread.currentThread();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            over.countDown();
            try {
                main.join(15_000);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }));
        streams.start();
        over.await();
        return streams.close(Duration.ofSeconds(10)) && !failed.get();
    }

    private void build(StreamsBuilder builder) {
        Stores stores = new Stores(options.get("state", "rocksdb").equals("memory"));
        builder.addStateStore(stores.contacts()).addStateStore(stores.positions())
                .addStateStore(stores.teams()).addStateStore(stores.seconds());
        int flushMs = options.number("flush-ms", 1000);

        KStream<String, Item> made = builder
                .stream(List.of(options.get("topics", "cc.calls,cc.chats").split(",")),
                        Consumed.with(Serdes.ByteArray(), Serdes.ByteArray()))
                .process(() -> new ContactProcessor(Math.min(flushMs, 100)), Stores.CONTACTS, Stores.POSITIONS);
        KStream<String, Item> ofTeams = made
                .filter((key, item) -> item.isForTeams() || item instanceof Item.Mark)
                .repartition(repartitioned("teams"))
                .process(TeamProcessor::new, Stores.TEAMS)
                .repartition(repartitioned("team-scopes"));
        made.filterNot((key, item) -> item.isForTeams())
                .repartition(repartitioned("scopes"))
                .merge(ofTeams)
                .process(() -> new ScopeProcessor(options.required("redis"), parts, flushMs,
                        options.get("clock", "event").equals("wall")), Stores.SECONDS);
    }

    private Repartitioned<String, Item> repartitioned(String name) {
        return Repartitioned.with(Serdes.String(), new ItemSerde()).withName(name)
                .withNumberOfPartitions(parts).withStreamPartitioner(new ItemPartitioner());
    }

    private Properties settings() {
        Properties settings = new Properties();
        settings.put(StreamsConfig.APPLICATION_ID_CONFIG, options.get("group", "peer-kafka-streams"));
        settings.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, options.required("broker"));
        settings.put(StreamsConfig.STATE_DIR_CONFIG, options.required("dir"));
        settings.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        settings.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, options.number("threads", 2));
        settings.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, options.number("commit-ms", 100));
        settings.put(StreamsConfig.REPLICATION_FACTOR_CONFIG, 1);
        settings.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, 64L << 20);
        settings.put(StreamsConfig.BUFFERED_RECORDS_PER_PARTITION_CONFIG, 4000);
        settings.put(StreamsConfig.MAX_TASK_IDLE_MS_CONFIG, -1L);
        settings.put(StreamsConfig.ROCKSDB_CONFIG_SETTER_CLASS_CONFIG, RocksDbMemory.class);
        settings.put(StreamsConfig.consumerPrefix(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG), "earliest");
        settings.put(StreamsConfig.consumerPrefix(ConsumerConfig.MAX_POLL_RECORDS_CONFIG), 4000);
        settings.put(StreamsConfig.producerPrefix(ProducerConfig.BATCH_SIZE_CONFIG), 256 << 10);
        settings.put(StreamsConfig.producerPrefix(ProducerConfig.LINGER_MS_CONFIG),
                options.number("linger-ms", 20));
        return settings;
    }
}
