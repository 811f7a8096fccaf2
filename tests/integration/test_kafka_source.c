/* The Kafka source and the Kafka dead letters against a real broker, whose host:port is in
 * DP_TEST_KAFKA. DP_TEST_KAFKA_RESTART may hold a command that stops and starts that broker. */
#include "ingest/kafka_source.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <librdkafka/rdkafka.h>

#include "ingest/kafka_dead_letters.h"

#define PARTITIONS 3
#define PATIENCE_S 60
#define EXIT_SKIP  77

static const char *brokers;

/* Kafka side ------------------------------------------------------------------------------------- */

static rd_kafka_t *producer;

static void make_name(char *name, size_t size, const char *what)
{
    static int number;
    snprintf(name, size, "dp-test-%s-%ld-%d-%llx", what, (long)getpid(), number++,
             (unsigned long long)uv_hrtime());
}

static void create_topic(const char *name, int partitions, const char *max_message_bytes)
{
    char error[256];
    rd_kafka_queue_t *queue = rd_kafka_queue_new(producer);
    rd_kafka_NewTopic_t *topic = rd_kafka_NewTopic_new(name, partitions, 1, error, sizeof error);
    rd_kafka_NewTopic_set_config(topic, "max.message.bytes", max_message_bytes);
    rd_kafka_CreateTopics(producer, &topic, 1, NULL, queue);
    rd_kafka_event_t *event = rd_kafka_queue_poll(queue, PATIENCE_S * 1000);
    assert_non_null(event);
    size_t count = 0;
    const rd_kafka_topic_result_t **results =
        rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event), &count);
    assert_int_equal(count, 1);
    assert_int_equal(rd_kafka_topic_result_error(results[0]), 0);
    rd_kafka_event_destroy(event);
    rd_kafka_NewTopic_destroy(topic);
    rd_kafka_queue_destroy(queue);
}

static void new_topic(char *name, size_t size)
{
    make_name(name, size, "topic");
    create_topic(name, PARTITIONS, "8000000");
}

/* `count` messages into each partition; their values are "<number> ....". */
static void produce(const char *topic, int first, int count)
{
    char value[300];
    memset(value, '.', sizeof value);
    for (int i = first; i < first + count; i++) {
        int head = snprintf(value, sizeof value, "%d", i);
        value[head] = ' ';
        for (int p = 0; p < PARTITIONS; p++)
            while (rd_kafka_producev(producer, RD_KAFKA_V_TOPIC(topic), RD_KAFKA_V_PARTITION(p),
                                     RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
                                     RD_KAFKA_V_VALUE(value, sizeof value), RD_KAFKA_V_END))
                rd_kafka_poll(producer, 100);
    }
    assert_int_equal(rd_kafka_flush(producer, PATIENCE_S * 1000), 0);
}

/* What the source hands over --------------------------------------------------------------------- */

struct watch {
    uv_loop_t loop;
    uv_timer_t tick;
    struct dp_kafka_source *source;
    const char *topics[2];
    size_t topic_count;
    int64_t next[2][PARTITIONS]; /* the number and offset expected next */
    bool idle[2 * PARTITIONS], owned[2 * PARTITIONS];
    uint32_t slots; /* handed out: topic * PARTITIONS + partition */
    uint64_t messages, later_every, laters, pause_every;
    int64_t later_offset;
    struct dp_message last;
    char last_value[64], last_key[64], last_type[64];
    int revoked, failures;
    char failure[512];
    size_t largest;
    struct dp_dead_letters *letters;
    bool gapless_only;
};

static size_t topic_index(const struct watch *watch, struct dp_str name)
{
    for (size_t i = 0; i < watch->topic_count; i++)
        if (dp_str_equal(name, dp_str_from(watch->topics[i])))
            return i;
    fail_msg("a message of an unknown topic");
    return 0;
}

static void keep(char *into, size_t size, struct dp_str value)
{
    snprintf(into, size, "%.*s", (int)value.len, value.p ? value.p : "");
}

static enum dp_delivery on_message(void *ctx, const struct dp_message *message)
{
    struct watch *watch = ctx;
    size_t topic = topic_index(watch, message->topic);
    int64_t *next = &watch->next[topic][message->partition];
    uint32_t slot = (uint32_t)topic * PARTITIONS + (uint32_t)message->partition;

    assert_int_equal(message->slot, slot);
    assert_true(watch->owned[slot]);
    assert_false(watch->idle[slot]);
    if (watch->later_offset != -1)
        assert_int_equal(message->offset, watch->later_offset); /* the very same comes again */
    watch->later_offset = -1;
    if (watch->gapless_only)
        assert_int_equal(message->offset, *next); /* none lost, none twice, in order */
    if (watch->later_every && ++watch->laters % watch->later_every == 0) {
        watch->later_offset = message->offset;
        return DP_LATER;
    }
    if (watch->letters && !watch->letters->put(watch->letters, message, DP_REJECT_TOO_LARGE))
        return DP_LATER;
    *next = message->offset + 1;
    watch->messages++;
    watch->last = *message;
    keep(watch->last_value, sizeof watch->last_value, message->value);
    keep(watch->last_key, sizeof watch->last_key, message->key);
    keep(watch->last_type, sizeof watch->last_type,
         message->binary ? message->ce.type : DP_STR("structured"));
    if (message->value.len > watch->largest)
        watch->largest = message->value.len;
    if (watch->pause_every && watch->messages % watch->pause_every == 0)
        dp_kafka_source_pause(watch->source);
    return DP_TAKEN;
}

static uint32_t on_assigned(void *ctx, const char *topic, int32_t partition)
{
    struct watch *watch = ctx;
    size_t slot = topic_index(watch, dp_str_from(topic)) * PARTITIONS + (size_t)partition;
    assert_false(watch->owned[slot]);
    watch->owned[slot] = true;
    watch->slots++;
    return (uint32_t)slot;
}

static void on_revoked(void *ctx, uint32_t slot)
{
    struct watch *watch = ctx;
    assert_true(watch->idle[slot]);
    (void)slot;
    watch->revoked++;
}

static void on_idle(void *ctx, uint32_t slot, bool idle)
{
    struct watch *watch = ctx;
    assert_true(watch->idle[slot] != idle);
    watch->idle[slot] = idle;
}

static void on_failed(void *ctx, const char *text)
{
    struct watch *watch = ctx;
    watch->failures++;
    snprintf(watch->failure, sizeof watch->failure, "%s", text);
}

static const struct dp_kafka_source_events events = {on_message, on_assigned, on_revoked, on_idle,
                                                     on_failed};

static void on_tick(uv_timer_t *timer)
{
    (void)timer;
}

static void watch_init(struct watch *watch)
{
    *watch = (struct watch){.later_offset = -1, .gapless_only = true};
    uv_loop_init(&watch->loop);
    uv_timer_init(&watch->loop, &watch->tick);
    uv_timer_start(&watch->tick, on_tick, 5, 5);
}

static void start(struct watch *watch, const char *group, const char *at)
{
    char error[512] = "";
    const struct dp_kafka_property properties[] = {
        {"bootstrap.servers", at},
        {"group.id", group},
        {"topic.metadata.refresh.interval.ms", "500"},
        {"acks", "all"}, /* a producer's own: left out */
    };
    const struct dp_kafka_source_options options = {
        properties, sizeof properties / sizeof *properties, watch->topics, watch->topic_count};
    watch->source = dp_kafka_source_create(&watch->loop, &options, &events, watch, error,
                                           sizeof error);
    assert_string_equal(error, "");
    assert_non_null(watch->source);
}

static void finish(struct watch *watch)
{
    uv_close((uv_handle_t *)&watch->tick, NULL);
    uv_run(&watch->loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&watch->loop), 0);
}

/* Runs the loop until `*value` is `wanted`; fails when it takes too long. */
static void run_until(struct watch *watch, const uint64_t *value, uint64_t wanted)
{
    uint64_t end_ns = uv_hrtime() + PATIENCE_S * 1000000000ull;
    while (*value < wanted && uv_hrtime() < end_ns)
        uv_run(&watch->loop, UV_RUN_ONCE);
    assert_int_equal(*value, wanted);
}

static void run_for(struct watch *watch, uint64_t ms)
{
    uint64_t end_ns = uv_hrtime() + ms * 1000000u;
    while (uv_hrtime() < end_ns)
        uv_run(&watch->loop, UV_RUN_ONCE);
}

static void run_until_idle(struct watch *watch)
{
    uint64_t end_ns = uv_hrtime() + PATIENCE_S * 1000000000ull;
    for (size_t slot = 0; slot < watch->topic_count * PARTITIONS;) {
        assert_true(uv_hrtime() < end_ns);
        if (watch->owned[slot] && watch->idle[slot])
            slot++;
        else
            uv_run(&watch->loop, UV_RUN_ONCE);
    }
}

static void assert_positions(const struct watch *watch)
{
    struct dp_kafka_positions positions = {0};
    dp_kafka_source_positions(watch->source, &positions);
    assert_int_equal(positions.count, watch->topic_count * PARTITIONS);
    for (size_t i = 0; i < positions.count; i++) {
        const struct dp_kafka_position *position = &positions.positions[i];
        size_t topic = topic_index(watch, dp_str_from(position->topic));
        assert_int_equal(position->next, watch->next[topic][position->partition]);
    }
    free(positions.positions);
}

/* Standard error, kept in a file while a test wants to read the log ------------------------------ */

static FILE *captured;
static int saved_stderr;

static void capture(void)
{
    captured = tmpfile();
    saved_stderr = dup(STDERR_FILENO);
    dup2(fileno(captured), STDERR_FILENO);
}

/* The number of lines that contain both texts. */
static int captured_lines(const char *text, const char *also)
{
    char line[4096];
    int lines = 0;
    rewind(captured);
    while (fgets(line, sizeof line, captured))
        lines += strstr(line, text) && strstr(line, also);
    return lines;
}

static void release(void)
{
    dup2(saved_stderr, STDERR_FILENO);
    close(saved_stderr);
    fclose(captured);
}

/* Tests ------------------------------------------------------------------------------------------ */

static void test_all_once_in_order_with_positions(void **state)
{
    (void)state;
    char topic[128], group[128];
    struct watch watch;
    watch_init(&watch);
    new_topic(topic, sizeof topic);
    make_name(group, sizeof group, "group");
    produce(topic, 0, 20000);
    watch.topics[0] = topic;
    watch.topic_count = 1;
    start(&watch, group, brokers);
    run_until(&watch, &watch.messages, 20000 * PARTITIONS);
    run_until_idle(&watch);
    assert_int_equal(watch.slots, PARTITIONS);
    assert_positions(&watch);

    produce(topic, 20000, 1);
    run_until(&watch, &watch.messages, 20001 * PARTITIONS);
    run_until_idle(&watch);
    assert_positions(&watch);
    const struct dp_kafka_source_counters *counters = dp_kafka_source_counters(watch.source);
    assert_int_equal(counters->messages, watch.messages);
    assert_int_equal(counters->bytes, watch.messages * 300);
    assert_int_equal(counters->dropped, 0);
    dp_kafka_source_close(watch.source, NULL, 5000);
    finish(&watch);
}

static void test_pause_and_resume_in_mid_stream(void **state)
{
    (void)state;
    char topic[128], group[128];
    struct watch watch;
    watch_init(&watch);
    new_topic(topic, sizeof topic);
    make_name(group, sizeof group, "group");
    produce(topic, 0, 20000);
    watch.topics[0] = topic;
    watch.topic_count = 1;
    watch.pause_every = 997; /* in the middle of a batch, ever elsewhere */
    start(&watch, group, brokers);
    dp_kafka_source_pause(watch.source); /* before anything is assigned */
    uint64_t end_ns = uv_hrtime() + PATIENCE_S * 1000000000ull;
    while (watch.messages < 20000 * PARTITIONS && uv_hrtime() < end_ns) {
        uint64_t before = watch.messages;
        run_for(&watch, 10);
        if (watch.messages % watch.pause_every == 0 && watch.messages == before)
            dp_kafka_source_resume(watch.source);
        else if (watch.messages % watch.pause_every == 0)
            assert_true(watch.messages - before <= watch.pause_every);
    }
    assert_int_equal(watch.messages, 20000 * PARTITIONS);
    assert_positions(&watch);
    dp_kafka_source_close(watch.source, NULL, 5000);
    finish(&watch);
}

static void test_later_offers_the_same_message_again(void **state)
{
    (void)state;
    char topic[128], group[128];
    struct watch watch;
    watch_init(&watch);
    new_topic(topic, sizeof topic);
    make_name(group, sizeof group, "group");
    produce(topic, 0, 5000);
    watch.topics[0] = topic;
    watch.topic_count = 1;
    watch.later_every = 100;
    start(&watch, group, brokers);
    uint64_t end_ns = uv_hrtime() + PATIENCE_S * 1000000000ull;
    while (watch.messages < 5000 * PARTITIONS && uv_hrtime() < end_ns) {
        uv_run(&watch.loop, UV_RUN_ONCE);
        if (watch.later_offset == -1)
            continue;
        uint64_t before = watch.messages;
        run_for(&watch, 6);
        assert_int_equal(watch.messages, before); /* it has stopped by itself */
        dp_kafka_source_resume(watch.source);
    }
    assert_int_equal(watch.messages, 5000 * PARTITIONS);
    assert_positions(&watch);
    /* Closed while it holds messages that were not taken. */
    watch.later_every = 1;
    produce(topic, 5000, 10);
    run_for(&watch, 500);
    assert_int_equal(watch.messages, 5000 * PARTITIONS);
    dp_kafka_source_close(watch.source, NULL, 5000);
    finish(&watch);
}

static void test_two_topics_and_committed_positions(void **state)
{
    (void)state;
    char first[128], second[128], group[128];
    struct watch watch;
    struct dp_kafka_positions positions = {0};
    watch_init(&watch);
    new_topic(first, sizeof first);
    new_topic(second, sizeof second);
    make_name(group, sizeof group, "group");
    produce(first, 0, 3000);
    produce(second, 0, 2000);
    watch.topics[0] = first;
    watch.topics[1] = second;
    watch.topic_count = 2;
    start(&watch, group, brokers);
    run_until(&watch, &watch.messages, 5000 * PARTITIONS);
    run_until_idle(&watch);
    assert_int_equal(watch.slots, 2 * PARTITIONS);
    assert_positions(&watch);
    dp_kafka_source_positions(watch.source, &positions);
    dp_kafka_source_commit(watch.source, &positions);
    produce(first, 3000, 100);
    run_until(&watch, &watch.messages, 5100 * PARTITIONS);
    dp_kafka_source_positions(watch.source, &positions);
    dp_kafka_source_close(watch.source, &positions, 5000);
    free(positions.positions);

    /* The group goes on where the last commit was, and at once: the first process has left it. */
    produce(first, 3100, 7);
    memset(watch.owned, 0, sizeof watch.owned);
    memset(watch.idle, 0, sizeof watch.idle);
    start(&watch, group, brokers);
    uint64_t begun_ns = uv_hrtime();
    run_until(&watch, &watch.messages, 5107 * PARTITIONS);
    assert_true(uv_hrtime() - begun_ns < 5000000000ull);
    dp_kafka_source_close(watch.source, NULL, 5000);
    finish(&watch);
}

static void test_another_process_of_the_group(void **state)
{
    (void)state;
    char topic[128], group[128];
    struct watch watch, other;
    watch_init(&watch);
    watch_init(&other);
    new_topic(topic, sizeof topic);
    make_name(group, sizeof group, "group");
    produce(topic, 0, 1000);
    watch.topics[0] = other.topics[0] = topic;
    watch.topic_count = other.topic_count = 1;
    other.gapless_only = false;
    capture();
    start(&watch, group, brokers);
    run_until(&watch, &watch.messages, 1000 * PARTITIONS);

    start(&other, group, brokers);
    uint64_t end_ns = uv_hrtime() + PATIENCE_S * 1000000000ull;
    while (other.slots == 0 && uv_hrtime() < end_ns) {
        uv_run(&watch.loop, UV_RUN_NOWAIT);
        uv_run(&other.loop, UV_RUN_ONCE);
    }
    assert_true(other.slots > 0 && other.slots < PARTITIONS);
    assert_int_equal(watch.revoked, PARTITIONS);
    run_for(&watch, 500);
    int warned = captured_lines("level=warn", "another process of this group");
    release();
    assert_true(warned > 0);
    produce(topic, 1000, 1000);
    run_for(&watch, 500);
    assert_true(watch.messages < 2000 * PARTITIONS);

    /* It goes: its partitions come back, and go on where they were left here. */
    dp_kafka_source_close(other.source, NULL, 5000);
    finish(&other);
    run_until(&watch, &watch.messages, 2000 * PARTITIONS);
    assert_positions(&watch);
    assert_int_equal(watch.slots, PARTITIONS);
    assert_int_equal(dp_kafka_source_counters(watch.source)->dropped, 0);
    dp_kafka_source_close(watch.source, NULL, 5000);
    finish(&watch);
}

static void test_unknown_topic_is_said_once_and_awaited(void **state)
{
    (void)state;
    char topic[128], group[128];
    struct watch watch;
    watch_init(&watch);
    make_name(topic, sizeof topic, "late");
    make_name(group, sizeof group, "group");
    watch.topics[0] = topic;
    watch.topic_count = 1;
    capture();
    start(&watch, group, brokers);
    run_for(&watch, 3000);
    int lines = captured_lines("no such topic", topic);
    int command = captured_lines("--create --topic", topic);
    release();
    assert_int_equal(lines, 1);
    assert_int_equal(command, 1);
    create_topic(topic, PARTITIONS, "8000000");
    produce(topic, 0, 10);
    run_until(&watch, &watch.messages, 10 * PARTITIONS);
    dp_kafka_source_close(watch.source, NULL, 5000);
    finish(&watch);
}

static void test_broker_that_does_not_answer(void **state)
{
    (void)state;
    struct watch watch;
    struct dp_kafka_positions none = {0};
    watch_init(&watch);
    watch.topics[0] = "any";
    watch.topic_count = 1;
    capture();
    start(&watch, "any", "127.0.0.1:1");
    run_for(&watch, 4000);
    uint64_t begun_ns = uv_hrtime();
    dp_kafka_source_close(watch.source, &none, 4000);
    uint64_t took_ns = uv_hrtime() - begun_ns;
    int lines = captured_lines("Kafka does not answer", "127.0.0.1:1");
    int others = captured_lines("level=", "") - lines - captured_lines("left the group", "");
    release();
    assert_int_equal(lines, 1);
    assert_int_equal(others, 0);
    assert_true(took_ns < 5000000000ull);
    assert_int_equal(watch.failures, 0);
    finish(&watch);
}

static void test_binary_and_structured_mode(void **state)
{
    (void)state;
    char topic[128], group[128];
    struct watch watch;
    watch_init(&watch);
    make_name(topic, sizeof topic, "modes");
    create_topic(topic, 1, "8000000");
    make_name(group, sizeof group, "group");
    watch.topics[0] = topic;
    watch.topic_count = 1;
    start(&watch, group, brokers);

    static const struct {
        const char *header, *value, *seen;
    } cases[] = {
        {"ce_specversion", "1.0", "contact.ended"},
        {"other", "1.0", "structured"},
    };
    for (size_t i = 0; i < 2; i++) {
        rd_kafka_producev(producer, RD_KAFKA_V_TOPIC(topic), RD_KAFKA_V_PARTITION(0),
                          RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_VALUE("{}", 2),
                          RD_KAFKA_V_KEY("k1", 2),
                          RD_KAFKA_V_HEADER(cases[i].header, cases[i].value, -1),
                          RD_KAFKA_V_HEADER("ce_id", "e1", -1),
                          RD_KAFKA_V_HEADER("content-type", "application/json", -1),
                          RD_KAFKA_V_HEADER("ce_source", "s", -1),
                          RD_KAFKA_V_HEADER("ce_type", "contact.ended", -1),
                          RD_KAFKA_V_HEADER("ce_time", "2026-11-22T10:00:00Z", -1),
                          RD_KAFKA_V_END);
        run_until(&watch, &watch.messages, i + 1);
        assert_string_equal(watch.last_type, cases[i].seen);
        assert_string_equal(watch.last_value, "{}");
        assert_string_equal(watch.last_key, "k1");
    }
    /* The content type says structured, whatever else is there; and no headers and no value at all. */
    rd_kafka_producev(producer, RD_KAFKA_V_TOPIC(topic), RD_KAFKA_V_PARTITION(0),
                      RD_KAFKA_V_VALUE("{}", 2), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
                      RD_KAFKA_V_HEADER("ce_specversion", "1.0", -1),
                      RD_KAFKA_V_HEADER("Content-Type",
                                        "application/cloudevents+json; charset=utf-8", -1),
                      RD_KAFKA_V_END);
    run_until(&watch, &watch.messages, 3);
    assert_false(watch.last.binary);
    rd_kafka_producev(producer, RD_KAFKA_V_TOPIC(topic), RD_KAFKA_V_PARTITION(0), RD_KAFKA_V_END);
    run_until(&watch, &watch.messages, 4);
    assert_false(watch.last.binary);
    assert_int_equal(watch.last.value.len, 0);
    dp_kafka_source_close(watch.source, NULL, 5000);
    finish(&watch);
}

/* What the dead-letter topic holds, read by a consumer without any of our code. */
static rd_kafka_message_t *read_one(const char *topic, rd_kafka_t **consumer)
{
    char error[256], group[128];
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    make_name(group, sizeof group, "reader");
    rd_kafka_conf_set(conf, "bootstrap.servers", brokers, error, sizeof error);
    rd_kafka_conf_set(conf, "group.id", group, error, sizeof error);
    *consumer = rd_kafka_new(RD_KAFKA_CONSUMER, conf, error, sizeof error);
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(list, topic, 0)->offset = RD_KAFKA_OFFSET_BEGINNING;
    rd_kafka_assign(*consumer, list);
    rd_kafka_topic_partition_list_destroy(list);
    rd_kafka_message_t *message = rd_kafka_consumer_poll(*consumer, PATIENCE_S * 1000);
    assert_non_null(message);
    assert_int_equal(message->err, 0);
    return message;
}

static void assert_header(const rd_kafka_message_t *message, const char *name, const char *expected)
{
    rd_kafka_headers_t *headers;
    const void *value;
    size_t length;
    assert_int_equal(rd_kafka_message_headers(message, &headers), 0);
    assert_int_equal(rd_kafka_header_get_last(headers, name, &value, &length), 0);
    assert_int_equal(length, strlen(expected));
    assert_memory_equal(value, expected, length);
}

static void on_letters_failed(void *ctx, const char *text)
{
    (void)ctx;
    fail_msg("%s", text);
}

static struct dp_dead_letters *make_letters(struct watch *watch, const char *topic, size_t count)
{
    char error[512] = "";
    const struct dp_kafka_property properties[] = {
        {"bootstrap.servers", brokers}, {"group.id", "left-out"}, {"fetch.min.bytes", "1"}};
    const struct dp_kafka_dead_letters_options options = {properties, 3, topic, count, 16 << 20};
    const struct dp_kafka_dead_letters_events letter_events = {NULL, on_letters_failed};
    struct dp_dead_letters *letters = dp_kafka_dead_letters_create(
        &watch->loop, &options, &letter_events, watch, error, sizeof error);
    assert_string_equal(error, "");
    return letters;
}

static void test_large_message_becomes_a_dead_letter(void **state)
{
    (void)state;
    char topic[128], dead[128], group[128];
    size_t size = 3000000;
    char *value = malloc(size);
    struct watch watch;
    watch_init(&watch);
    new_topic(topic, sizeof topic);
    make_name(dead, sizeof dead, "dead");
    make_name(group, sizeof group, "group");
    for (size_t i = 0; i < size; i++)
        value[i] = (char)(i * 7 + i / 251);
    watch.topics[0] = topic;
    watch.topic_count = 1;
    watch.letters = make_letters(&watch, dead, 100); /* its topic does not exist yet */
    start(&watch, group, brokers);
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    char error[256];
    rd_kafka_conf_set(conf, "bootstrap.servers", brokers, error, sizeof error);
    rd_kafka_conf_set(conf, "message.max.bytes", "8000000", error, sizeof error);
    rd_kafka_t *large = rd_kafka_new(RD_KAFKA_PRODUCER, conf, error, sizeof error);
    rd_kafka_producev(large, RD_KAFKA_V_TOPIC(topic), RD_KAFKA_V_PARTITION(2),
                      RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_VALUE(value, size),
                      RD_KAFKA_V_KEY("key", 3), RD_KAFKA_V_HEADER("mine", "kept", -1),
                      RD_KAFKA_V_END);
    assert_int_equal(rd_kafka_flush(large, PATIENCE_S * 1000), 0);
    rd_kafka_destroy(large);
    run_until(&watch, &watch.messages, 1);
    assert_int_equal(watch.largest, size);
    assert_false(watch.letters->settled(watch.letters));
    create_topic(dead, 1, "8000000");
    uint64_t end_ns = uv_hrtime() + PATIENCE_S * 1000000000ull;
    while (!watch.letters->settled(watch.letters) && uv_hrtime() < end_ns)
        uv_run(&watch.loop, UV_RUN_ONCE);
    assert_true(watch.letters->settled(watch.letters));

    rd_kafka_t *consumer;
    rd_kafka_message_t *letter = read_one(dead, &consumer);
    assert_int_equal(letter->len, size);
    assert_memory_equal(letter->payload, value, size);
    assert_int_equal(letter->key_len, 3);
    assert_memory_equal(letter->key, "key", 3);
    assert_header(letter, "mine", "kept");
    assert_header(letter, "dp_reason", "too_large");
    assert_header(letter, "dp_topic", topic);
    assert_header(letter, "dp_partition", "2");
    assert_header(letter, "dp_offset", "0");
    rd_kafka_message_destroy(letter);
    rd_kafka_destroy(consumer);
    free(value);
    dp_kafka_source_close(watch.source, NULL, 5000);
    assert_true(watch.letters->close(watch.letters, 5000));
    finish(&watch);
}

static void test_dead_letters_are_bounded_and_closing_says_what_is_lost(void **state)
{
    (void)state;
    char dead[128];
    struct watch watch;
    watch_init(&watch);
    make_name(dead, sizeof dead, "never");
    struct dp_dead_letters *letters = make_letters(&watch, dead, 3);
    struct dp_message message = {.topic = DP_STR("t"), .value = DP_STR("v")};
    assert_true(letters->settled(letters));
    for (int i = 0; i < 3; i++)
        assert_true(letters->put(letters, &message, DP_REJECT_LATE));
    assert_false(letters->put(letters, &message, DP_REJECT_LATE));
    assert_false(letters->settled(letters));
    capture();
    uint64_t begun_ns = uv_hrtime();
    assert_false(letters->close(letters, 1000));
    uint64_t took_ns = uv_hrtime() - begun_ns;
    int lines = captured_lines("were not written in time", "letters=3");
    release();
    assert_int_equal(lines, 1);
    assert_true(took_ns < 3000000000ull);
    finish(&watch);
}

static void test_broker_restarts_in_mid_stream(void **state)
{
    (void)state;
    char topic[128], group[128];
    struct watch watch;
    const char *command = getenv("DP_TEST_KAFKA_RESTART");
    if (!command)
        skip();
    watch_init(&watch);
    new_topic(topic, sizeof topic);
    make_name(group, sizeof group, "group");
    produce(topic, 0, 60000);
    watch.topics[0] = topic;
    watch.topic_count = 1;
    watch.pause_every = 5000; /* keeps it from being done before the broker goes */
    start(&watch, group, brokers);
    run_until(&watch, &watch.messages, 5000);
    pid_t child = fork();
    if (child == 0) {
        execl("/bin/sh", "sh", "-c", command, (char *)NULL);
        _exit(127);
    }
    int status = -1;
    while (waitpid(child, &status, WNOHANG) == 0) {
        run_for(&watch, 200);
        dp_kafka_source_resume(watch.source);
    }
    assert_int_equal(status, 0);
    watch.pause_every = 0;
    dp_kafka_source_resume(watch.source);
    produce(topic, 60000, 1000);
    run_until(&watch, &watch.messages, 61000 * PARTITIONS);
    run_until_idle(&watch);
    assert_positions(&watch);
    assert_int_equal(dp_kafka_source_counters(watch.source)->dropped, 0);
    struct dp_kafka_positions positions = {0};
    dp_kafka_source_positions(watch.source, &positions);
    dp_kafka_source_close(watch.source, &positions, 5000);
    free(positions.positions);
    finish(&watch);
}

static int set_up(void **state)
{
    (void)state;
    char error[256];
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    rd_kafka_conf_set(conf, "bootstrap.servers", brokers, error, sizeof error);
    rd_kafka_conf_set(conf, "linger.ms", "5", error, sizeof error);
    rd_kafka_conf_set(conf, "enable.idempotence", "true", error, sizeof error);
    producer = rd_kafka_new(RD_KAFKA_PRODUCER, conf, error, sizeof error);
    return producer ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    rd_kafka_destroy(producer);
    return 0;
}

int main(void)
{
    brokers = getenv("DP_TEST_KAFKA");
    if (!brokers) {
        puts("skipped: DP_TEST_KAFKA is not set to the host:port of a Kafka broker");
        return EXIT_SKIP;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_once_in_order_with_positions),
        cmocka_unit_test(test_pause_and_resume_in_mid_stream),
        cmocka_unit_test(test_later_offers_the_same_message_again),
        cmocka_unit_test(test_two_topics_and_committed_positions),
        cmocka_unit_test(test_another_process_of_the_group),
        cmocka_unit_test(test_unknown_topic_is_said_once_and_awaited),
        cmocka_unit_test(test_broker_that_does_not_answer),
        cmocka_unit_test(test_binary_and_structured_mode),
        cmocka_unit_test(test_large_message_becomes_a_dead_letter),
        cmocka_unit_test(test_dead_letters_are_bounded_and_closing_says_what_is_lost),
        cmocka_unit_test(test_broker_restarts_in_mid_stream),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
