/* consume BROKER TOPIC...: how fast a consumer that does nothing with the messages reads topics
 * from their beginning to their end. Prints the messages and the seconds of CPU and of wall time
 * from the first message to the last. */
#include <librdkafka/rdkafka.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define BATCH      1000
#define TIMEOUT_MS 20000

static double seconds(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void fail(const char *what, const char *why)
{
    fprintf(stderr, "consume: %s: %s\n", what, why);
    exit(1);
}

static rd_kafka_t *open_consumer(const char *broker)
{
    const char *const settings[][2] = {
        {"bootstrap.servers", broker},           {"group.id", "deskpulse-bench-consume"},
        {"enable.partition.eof", "true"},        {"fetch.wait.max.ms", "100"},
        {"queued.max.messages.kbytes", "65536"}, /* it never waits for room */
    };
    char error[512];
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++)
        if (rd_kafka_conf_set(conf, settings[i][0], settings[i][1], error, sizeof error))
            fail(settings[i][0], error);
    rd_kafka_t *client = rd_kafka_new(RD_KAFKA_CONSUMER, conf, error, sizeof error);
    if (!client)
        fail(broker, error);
    rd_kafka_poll_set_consumer(client);
    return client;
}

/* Starts reading all partitions from their beginning; returns how many there are. */
static int assign_all(rd_kafka_t *client, char **topics, int count)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(16);
    for (int i = 0; i < count; i++) {
        const struct rd_kafka_metadata *metadata;
        rd_kafka_topic_t *topic = rd_kafka_topic_new(client, topics[i], NULL);
        rd_kafka_resp_err_t code = rd_kafka_metadata(client, 0, topic, &metadata, TIMEOUT_MS);
        if (code)
            fail(topics[i], rd_kafka_err2str(code));
        for (int32_t p = 0; p < metadata->topics[0].partition_cnt; p++)
            rd_kafka_topic_partition_list_add(list, topics[i], p)->offset =
                RD_KAFKA_OFFSET_BEGINNING;
        rd_kafka_metadata_destroy(metadata);
        rd_kafka_topic_destroy(topic);
    }
    int partitions = list->cnt;
    rd_kafka_resp_err_t code = rd_kafka_assign(client, list);
    if (code)
        fail("assign", rd_kafka_err2str(code));
    rd_kafka_topic_partition_list_destroy(list);
    return partitions;
}

int main(int argc, char **argv)
{
    if (argc < 3) {
        fputs("usage: consume BROKER TOPIC...\n", stderr);
        return 2;
    }
    static rd_kafka_message_t *batch[BATCH];
    size_t messages = 0, bytes = 0;
    double cpu = 0, wall = 0;
    rd_kafka_t *client = open_consumer(argv[1]);
    rd_kafka_queue_t *queue = rd_kafka_queue_get_consumer(client);
    int open_partitions = assign_all(client, argv + 2, argc - 2);
    while (open_partitions > 0) {
        ssize_t count = rd_kafka_consume_batch_queue(queue, 100, batch, BATCH);
        if (count < 0)
            fail("consume", rd_kafka_err2str(rd_kafka_last_error()));
        if (count > 0 && messages == 0) {
            cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);
            wall = seconds(CLOCK_MONOTONIC);
        }
        for (ssize_t i = 0; i < count; i++) {
            if (batch[i]->err == RD_KAFKA_RESP_ERR__PARTITION_EOF)
                open_partitions--;
            else if (batch[i]->err)
                fail("message", rd_kafka_message_errstr(batch[i]));
            else
                messages++;
            bytes += batch[i]->err ? 0 : batch[i]->len;
            rd_kafka_message_destroy(batch[i]);
        }
    }
    printf("{\"messages\":%zu,\"bytes\":%zu,\"cpu\":%.6f,\"wall\":%.6f}\n", messages, bytes,
           seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu, seconds(CLOCK_MONOTONIC) - wall);
    rd_kafka_queue_destroy(queue);
    rd_kafka_consumer_close(client);
    rd_kafka_destroy(client);
    return 0;
}
