#include "kafka_watch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "kafka_topic.h"

static rd_kafka_t *producer;

/* Kafka side -------------------------------------------------------------------------------------
 */

const char *dp_test_brokers(void)
{
    const char *brokers = getenv("DP_TEST_KAFKA");
    if (!brokers) {
        puts("skipped: DP_TEST_KAFKA is not set to the host:port of a Kafka broker");
        exit(DP_TEST_SKIP);
    }
    return brokers;
}

rd_kafka_t *dp_test_producer(void)
{
    return producer;
}

static rd_kafka_t *open_producer(void)
{
    char error[256];
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    rd_kafka_conf_set(conf, "bootstrap.servers", dp_test_brokers(), error, sizeof error);
    rd_kafka_conf_set(conf, "linger.ms", "5", error, sizeof error);
    rd_kafka_conf_set(conf, "enable.idempotence", "true", error, sizeof error);
    rd_kafka_conf_set(conf, "message.max.bytes", "8000000", error, sizeof error);
    rd_kafka_conf_set(conf, "log_level", "0", error, sizeof error);
    return rd_kafka_new(RD_KAFKA_PRODUCER, conf, error, sizeof error);
}

int dp_test_producer_create(void **state)
{
    (void)state;
    producer = open_producer();
    return producer ? 0 : -1;
}

int dp_test_producer_destroy(void **state)
{
    (void)state;
    rd_kafka_destroy(producer);
    return 0;
}

void dp_test_new_topic(char *name, size_t size)
{
    dp_test_topic_name(name, size);
    dp_test_topic_create(dp_test_brokers(), name, DP_TEST_PARTITIONS);
}

static void produce(const char *topic, int from, int to, int first, int count)
{
    char value[300];
    /* One of its own: another might remember a topic of that name which is no more. */
    rd_kafka_t *rk = open_producer();
    assert_non_null(rk);
    memset(value, '.', sizeof value);
    for (int i = first; i < first + count; i++) {
        int head = snprintf(value, sizeof value, "%d", i);
        value[head] = ' ';
        for (int p = from; p < to; p++)
            while (rd_kafka_producev(rk, RD_KAFKA_V_TOPIC(topic), RD_KAFKA_V_PARTITION(p),
                                     RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
                                     RD_KAFKA_V_VALUE(value, sizeof value), RD_KAFKA_V_END))
                rd_kafka_poll(rk, 100);
    }
    assert_int_equal(rd_kafka_flush(rk, DP_TEST_PATIENCE_MS), 0);
    rd_kafka_destroy(rk);
}

void dp_test_produce(const char *topic, int first, int count)
{
    produce(topic, 0, DP_TEST_PARTITIONS, first, count);
}

void dp_test_produce_to(const char *topic, int partition, int first, int count)
{
    produce(topic, partition, partition + 1, first, count);
}

/* What the source hands over ---------------------------------------------------------------------
 */

static size_t topic_index(const struct dp_test_watch *watch, struct dp_str name)
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

static bool take(struct dp_test_watch *watch, const struct dp_message *message)
{
    size_t topic = topic_index(watch, message->topic);
    int64_t *next = &watch->next[topic][message->partition];

    assert_true(message->slot < watch->slot_count);
    assert_int_equal(watch->slots[message->slot].topic, topic);
    assert_int_equal(watch->slots[message->slot].partition, message->partition);
    assert_false(watch->slots[message->slot].idle);
    if (watch->refused != -1)
        assert_int_equal(message->offset, watch->refused); /* the very same comes again */
    watch->refused = -1;
    if (*next != -1)
        assert_int_equal(message->offset, *next); /* none lost, none twice, in order */
    if (watch->later_every && ++watch->offered % watch->later_every == 0) {
        watch->refused = message->offset;
        return false;
    }
    if (watch->letters && !watch->letters->put(watch->letters, message, DP_REJECT_TOO_LARGE))
        return false;
    *next = message->offset + 1;
    watch->messages++;
    watch->last = *message;
    keep(watch->last_value, sizeof watch->last_value, message->value);
    keep(watch->last_key, sizeof watch->last_key, message->key);
    keep(watch->last_type, sizeof watch->last_type,
         message->binary ? message->ce.type : DP_STR("structured"));
    return true;
}

static size_t on_messages(void *ctx, const struct dp_message *messages, size_t count)
{
    struct dp_test_watch *watch = ctx;
    size_t taken = 0;
    while (taken < count && take(watch, &messages[taken])) {
        taken++;
        if (watch->pause_every && watch->messages % watch->pause_every == 0) {
            dp_kafka_source_pause(watch->source);
            break;
        }
    }
    return taken;
}

static uint32_t add_slot(struct dp_test_watch *watch, const char *topic, int32_t partition)
{
    size_t index = topic_index(watch, dp_str_from(topic));
    for (size_t i = 0; i < watch->slot_count; i++)
        assert_false(watch->slots[i].topic == index && watch->slots[i].partition == partition);
    assert_true(watch->slot_count < DP_TEST_SLOTS_MAX);
    watch->slots[watch->slot_count].topic = index;
    watch->slots[watch->slot_count].partition = partition;
    watch->slots[watch->slot_count].idle = false;
    return (uint32_t)watch->slot_count++;
}

static uint32_t on_assigned(void *ctx, const char *topic, int32_t partition)
{
    struct dp_test_watch *watch = ctx;
    watch->assignments++;
    return add_slot(watch, topic, partition);
}

static void on_idle(void *ctx, uint32_t slot, bool idle)
{
    struct dp_test_watch *watch = ctx;
    assert_true(slot < watch->slot_count);
    assert_true(watch->slots[slot].idle != idle);
    watch->slots[slot].idle = idle;
}

static void on_failed(void *ctx, const char *text)
{
    struct dp_test_watch *watch = ctx;
    watch->failures++;
    snprintf(watch->failure, sizeof watch->failure, "%s", text);
}

static const struct dp_kafka_source_events events = {on_messages, on_assigned, on_idle, on_failed};

static void on_tick(uv_timer_t *timer)
{
    (void)timer;
}

void dp_test_watch_init(struct dp_test_watch *watch)
{
    *watch = (struct dp_test_watch){.refused = -1};
    uv_loop_init(&watch->loop);
    uv_timer_init(&watch->loop, &watch->tick);
    uv_timer_start(&watch->tick, on_tick, 5, 5);
}

void dp_test_watch_create(struct dp_test_watch *watch, const char *group, const char *at)
{
    char error[512] = "";
    struct dp_kafka_property properties[6] = {
        {"bootstrap.servers", at},
        {"group.id", group},
        {"topic.metadata.refresh.interval.ms", "500"},
        {"acks", "all"}, /* a producer's own: left out */
    };
    size_t count = 4;
    if (watch->reset)
        properties[count++] = (struct dp_kafka_property){"auto.offset.reset", watch->reset};
    if (watch->room_kb)
        properties[count++] =
            (struct dp_kafka_property){"queued.max.messages.kbytes", watch->room_kb};
    const struct dp_kafka_source_options options = {
        .properties = properties,
        .property_count = count,
        .topics = watch->topics,
        .topic_count = watch->topic_count,
        .on_lost = watch->on_lost,
    };
    watch->source =
        dp_kafka_source_create(&watch->loop, &options, &events, watch, error, sizeof error);
    assert_string_equal(error, "");
    assert_non_null(watch->source);
}

void dp_test_watch_start_at(struct dp_test_watch *watch, const struct dp_positions *positions,
                            const struct dp_positions *shown)
{
    for (size_t i = 0; i < positions->count; i++)
        add_slot(watch, positions->items[i].topic, positions->items[i].partition);
    dp_kafka_source_start(watch->source, positions, shown);
}

void dp_test_watch_start(struct dp_test_watch *watch, const char *group, const char *at)
{
    const struct dp_positions none = {0};
    dp_test_watch_create(watch, group, at);
    dp_test_watch_start_at(watch, &none, NULL);
}

void dp_test_watch_stop(struct dp_test_watch *watch)
{
    dp_kafka_source_stop(watch->source);
    watch->slot_count = 0;
    watch->assignments = 0;
    watch->refused = -1;
}

void dp_test_watch_finish(struct dp_test_watch *watch)
{
    uv_close((uv_handle_t *)&watch->tick, NULL);
    uv_run(&watch->loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&watch->loop), 0);
}

void dp_test_watch_run_until(struct dp_test_watch *watch, const uint64_t *value, uint64_t wanted)
{
    uint64_t end_ns = uv_hrtime() + DP_TEST_PATIENCE_NS;
    while (*value < wanted && uv_hrtime() < end_ns)
        uv_run(&watch->loop, UV_RUN_ONCE);
    assert_int_equal(*value, wanted);
}

void dp_test_watch_run_for(struct dp_test_watch *watch, uint64_t ms)
{
    uint64_t end_ns = uv_hrtime() + ms * 1000000u;
    while (uv_hrtime() < end_ns)
        uv_run(&watch->loop, UV_RUN_ONCE);
}

static bool all_idle(const struct dp_test_watch *watch, size_t partitions)
{
    for (size_t i = 0; i < watch->slot_count; i++)
        if (!watch->slots[i].idle)
            return false;
    return watch->slot_count == partitions;
}

void dp_test_watch_run_until_idle(struct dp_test_watch *watch, size_t partitions)
{
    uint64_t end_ns = uv_hrtime() + DP_TEST_PATIENCE_NS;
    while (!all_idle(watch, partitions)) {
        assert_true(uv_hrtime() < end_ns);
        uv_run(&watch->loop, UV_RUN_ONCE);
    }
}

void dp_test_watch_run_until_failed(struct dp_test_watch *watch, const char *text)
{
    uint64_t end_ns = uv_hrtime() + DP_TEST_PATIENCE_NS;
    while (watch->failures == 0) {
        assert_true(uv_hrtime() < end_ns);
        uv_run(&watch->loop, UV_RUN_ONCE);
    }
    assert_int_equal(watch->failures, 1);
    if (!strstr(watch->failure, text))
        fail_msg("\"%s\" does not say \"%s\"", watch->failure, text);
    assert_null(strchr(watch->failure, '\n'));
}

void dp_test_watch_assert_positions(const struct dp_test_watch *watch)
{
    struct dp_positions positions = {0};
    dp_kafka_source_positions(watch->source, &positions);
    assert_int_equal(positions.count, watch->slot_count);
    for (size_t i = 0; i < positions.count; i++) {
        const struct dp_position *position = &positions.items[i];
        size_t topic = topic_index(watch, dp_str_from(position->topic));
        assert_int_equal(topic, watch->slots[i].topic);
        assert_int_equal(position->partition, watch->slots[i].partition);
        assert_int_equal(position->next, watch->next[topic][position->partition]);
    }
    dp_positions_deinit(&positions);
}

/* The log ----------------------------------------------------------------------------------------
 */

static FILE *captured;
static int saved_stderr;

void dp_test_log_capture(void)
{
    captured = tmpfile();
    saved_stderr = dup(STDERR_FILENO);
    dup2(fileno(captured), STDERR_FILENO);
}

int dp_test_log_lines(const char *text, const char *also)
{
    char line[4096];
    int lines = 0;
    rewind(captured);
    while (fgets(line, sizeof line, captured))
        lines += strstr(line, text) && strstr(line, also);
    return lines;
}

void dp_test_log_release(void)
{
    dup2(saved_stderr, STDERR_FILENO);
    close(saved_stderr);
    fclose(captured);
}
