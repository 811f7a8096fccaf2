package peers.flink;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.flink.connector.kafka.source.reader.deserializer.KafkaRecordDeserializationSchema;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.util.Collector;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import peers.Item;
import peers.Options;

/** The job: contacts, then the teams of facts that lack one, then scopes; in a cluster in this process. */
public final class Main {
    private static final int MAX_PARALLELISM = 128;

    private final Options options;
    private final int parallelism;

    private Main(Options options) {
        this.options = options;
        parallelism = options.number("threads", 2);
    }

    public static void main(String[] arguments) throws Exception {
        new Main(new Options(arguments)).run();
    }

    private void run() throws Exception {
        StreamExecutionEnvironment environment = StreamExecutionEnvironment.createLocalEnvironment(parallelism, settings());
        environment.setMaxParallelism(MAX_PARALLELISM);
        build(environment);
        JobClient job = environment.executeAsync("peer");
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            try {
                job.cancel().get(5, TimeUnit.SECONDS);
            } catch (Exception e) {
                // It ends with this process.
            }
            Runtime.getRuntime().halt(0);
        }));
        try {
            job.getJobExecutionResult().get();
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof org.apache.flink.runtime.client.JobCancellationException)) {
                e.printStackTrace();
                Runtime.getRuntime().halt(1);
            }
        }
    }

    private void build(StreamExecutionEnvironment environment) {
        int flushMs = options.number("flush-ms", 1000);
        Route route = new Route(MAX_PARALLELISM, parallelism);
        KafkaSource<Types.Message> source = KafkaSource.<Types.Message>builder()
                .setBootstrapServers(options.required("broker"))
                .setTopics(List.of(options.get("topics", "cc.calls,cc.chats").split(",")))
                .setGroupId(options.get("group", "peer-flink"))
                .setStartingOffsets(OffsetsInitializer.earliest())
                .setDeserializer(new AsTheyAre())
                .setProperty("max.poll.records", "4000")
                .build();
        DataStream<Item> made = environment
                .fromSource(source, WatermarkStrategy.noWatermarks(), "events", Types.MESSAGE)
                .transform("gate", Types.ITEM, new GateOperator(Math.min(flushMs, 100), parallelism))
                .keyBy(route, TypeInformation.of(String.class))
                .process(new ContactFunction(parallelism), Types.ITEM).name("contacts").uid("contacts");
        SingleOutputStreamOperator<Item> ofTeams = made
                .filter(item -> item.isForTeams() || item instanceof Item.Mark)
                .keyBy(route, TypeInformation.of(String.class))
                .process(new TeamFunction(parallelism), Types.ITEM).name("teams").uid("teams");
        made.filter(item -> !item.isForTeams())
                .union(ofTeams)
                .keyBy(route, TypeInformation.of(String.class))
                .transform("scopes", Types.ITEM, new ScopeOperator(options.required("redis"), parallelism, flushMs,
                        options.get("clock", "event").equals("wall")))
                .uid("scopes");
    }

    private Configuration settings() throws IOException {
        Configuration settings = new Configuration();
        Path directory = Path.of(options.required("dir")).toAbsolutePath();
        Path checkpoints = Files.createDirectories(directory.resolve("checkpoints"));
        latest(checkpoints).ifPresent(
                found -> settings.setString("execution.state-recovery.path", found.toUri().toString()));
        settings.setString("execution.checkpointing.externalized-checkpoint-retention", "RETAIN_ON_CANCELLATION");
        settings.setString("state.backend.type", options.get("state", "memory").equals("rocksdb") ? "rocksdb" : "hashmap");
        settings.setString("execution.checkpointing.incremental", "true");
        settings.setString("execution.checkpointing.mode", "EXACTLY_ONCE");
        settings.setString("execution.checkpointing.interval", options.number("checkpoint-ms", 10_000) + "ms");
        settings.setString("execution.checkpointing.dir", checkpoints.toUri().toString());
        settings.setString("state.backend.rocksdb.localdir", directory.resolve("rocksdb").toString());
        settings.setString("io.tmp.dirs", directory.toString());
        settings.setString("pipeline.object-reuse", "true");
        settings.setString("execution.buffer-timeout.interval", options.number("buffer-ms", 20) + "ms");
        settings.setString("restart-strategy.type", "none");
        settings.setString("taskmanager.memory.managed.size", "128m");
        settings.setString("taskmanager.memory.network.min", "32m");
        settings.setString("taskmanager.memory.network.max", "32m");
        return settings;
    }

    /** The newest checkpoint of earlier processes, to go on from. */
    private static Optional<Path> latest(Path checkpoints) throws IOException {
        try (Stream<Path> files = Files.walk(checkpoints)) {
            return files.filter(file -> file.endsWith("_metadata"))
                    .max(Comparator.comparingLong(file -> file.toFile().lastModified())).map(Path::getParent);
        }
    }

    /** Decoding is left to the gate, which keeps what it knows of each partition as state. */
    private static final class AsTheyAre implements KafkaRecordDeserializationSchema<Types.Message> {
        private static final long serialVersionUID = 1;

        @Override
        public void deserialize(ConsumerRecord<byte[], byte[]> record, Collector<Types.Message> out) throws IOException {
            out.collect(new Types.Message(record.topic(), record.partition(), record.offset(),
                    record.value() == null ? new byte[0] : record.value()));
        }

        @Override
        public TypeInformation<Types.Message> getProducedType() {
            return Types.MESSAGE;
        }
    }
}
