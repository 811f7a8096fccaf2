/* Lines of facts to the broker of DP_TEST_KAFKA: the topic is made, lines are safe when they are
 * said to be, and what waits is bounded. */
#include "ingest/kafka_ledger.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "kafka_topic.h"
#include "kafka_watch.h"

static uv_loop_t loop;
static uv_timer_t tick;

static void on_tick(uv_timer_t *timer)
{
    (void)timer;
}

static int set_up(void **state)
{
    (void)state;
    uv_loop_init(&loop);
    uv_timer_init(&loop, &tick);
    uv_timer_start(&tick, on_tick, 20, 20);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    uv_close((uv_handle_t *)&tick, NULL);
    uv_run(&loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&loop), 0);
    return 0;
}

static void on_failed(void *ctx, const char *text)
{
    (void)ctx;
    fail_msg("%s", text);
}

static struct dp_kafka_ledger *make_ledger(const char *topic, size_t max_lines)
{
    char error[512] = "";
    const struct dp_kafka_property properties[] = {{"bootstrap.servers", dp_test_brokers()},
                                                   {"group.id", "left-out"}};
    const struct dp_kafka_ledger_options options = {properties, 2, topic, max_lines, 1 << 20};
    const struct dp_kafka_ledger_events events = {on_failed};
    struct dp_kafka_ledger *ledger =
        dp_kafka_ledger_create(&loop, &options, &events, NULL, error, sizeof error);
    assert_string_equal(error, "");
    return ledger;
}

static void put(struct dp_kafka_ledger *ledger, int count)
{
    char line[32];
    for (int i = 0; i < count; i++) {
        int len = snprintf(line, sizeof line, "{\"n\":%d}", i);
        dp_kafka_ledger_put(ledger, DP_STR("agent:a1"), (struct dp_str){line, (size_t)len});
    }
}

static bool settles(struct dp_kafka_ledger *ledger, uint64_t count, uint64_t within_ms)
{
    uint64_t end = uv_hrtime() + within_ms * 1000000;
    while (!dp_kafka_ledger_settled(ledger, count) && uv_hrtime() < end)
        uv_run(&loop, UV_RUN_ONCE);
    return dp_kafka_ledger_settled(ledger, count);
}

/* How many messages the topic holds. */
static int64_t held(const char *topic)
{
    int64_t sum = 0, low, high;
    int partitions = dp_test_topic_partitions(dp_test_brokers(), topic);
    for (int32_t i = 0; i < partitions; i++) {
        assert_int_equal(rd_kafka_query_watermark_offsets(dp_test_producer(), topic, i, &low, &high,
                                                          DP_TEST_PATIENCE_MS),
                         0);
        sum += high - low;
    }
    return sum;
}

static void test_the_topic_is_made_and_lines_are_written(void **state)
{
    (void)state;
    char topic[128];
    dp_test_topic_name(topic, sizeof topic);
    struct dp_kafka_ledger *ledger = make_ledger(topic, 100);
    assert_true(dp_kafka_ledger_settled(ledger, 0));
    put(ledger, 500);
    assert_int_equal(dp_kafka_ledger_count(ledger), 500);
    assert_false(dp_kafka_ledger_settled(ledger, 1));
    assert_true(dp_kafka_ledger_is_full(ledger));
    assert_true(settles(ledger, 500, DP_TEST_PATIENCE_MS));
    assert_false(dp_kafka_ledger_is_full(ledger));
    assert_int_equal(held(topic), 500);
    put(ledger, 20);
    dp_kafka_ledger_close(ledger, DP_TEST_PATIENCE_MS);
    assert_int_equal(held(topic), 520);
    dp_test_topic_delete(dp_test_brokers(), topic);
}

static void test_a_topic_that_refuses_holds_up_the_lines(void **state)
{
    (void)state;
    char topic[128];
    dp_test_topic_name(topic, sizeof topic);
    dp_test_topic_create_with(dp_test_brokers(), topic, 1, "max.message.bytes", "1");
    struct dp_kafka_ledger *ledger = make_ledger(topic, 100);
    put(ledger, 3);
    assert_false(settles(ledger, 1, 2500)); /* tried more than once */
    dp_kafka_ledger_close(ledger, 100);
    assert_int_equal(held(topic), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_the_topic_is_made_and_lines_are_written, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_a_topic_that_refuses_holds_up_the_lines, set_up,
                                        tear_down),
    };
    return cmocka_run_group_tests(tests, dp_test_producer_create, dp_test_producer_destroy);
}
