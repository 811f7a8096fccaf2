/* The Kafka source against the broker of DP_TEST_KAFKA. DP_TEST_KAFKA_RESTART may hold a command
 * that stops and starts that broker; without it the test of a restart is skipped. */
#include "ingest/kafka_source.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "kafka_topic.h"
#include "kafka_watch.h"

static void test_all_once_in_order_with_positions(void **state)
{
    (void)state;
    char topic[128], group[128];
    struct dp_test_watch watch;
    dp_test_watch_init(&watch);
    dp_test_new_topic(topic, sizeof topic);
    dp_test_topic_name(group, sizeof group);
    dp_test_produce(topic, 0, 20000);
    watch.topics[0] = topic;
    watch.topic_count = 1;
    dp_test_watch_start(&watch, group, dp_test_brokers());
    dp_test_watch_run_until(&watch, &watch.messages, 20000 * DP_TEST_PARTITIONS);
    dp_test_watch_run_until_idle(&watch);
    assert_int_equal(watch.assignments, DP_TEST_PARTITIONS);
    dp_test_watch_assert_positions(&watch);

    dp_test_produce(topic, 20000, 1);
    dp_test_watch_run_until(&watch, &watch.messages, 20001 * DP_TEST_PARTITIONS);
    dp_test_watch_run_until_idle(&watch);
    dp_test_watch_assert_positions(&watch);
    const struct dp_kafka_source_counters *counters = dp_kafka_source_counters(watch.source);
    assert_int_equal(counters->messages, watch.messages);
    assert_int_equal(counters->bytes, watch.messages * 300);
    assert_int_equal(counters->dropped, 0);
    dp_kafka_source_close(watch.source, NULL, 5000);
    dp_test_watch_finish(&watch);
}

static void test_pause_and_resume_in_mid_stream(void **state)
{
    (void)state;
    char topic[128], group[128];
    struct dp_test_watch watch;
    dp_test_watch_init(&watch);
    dp_test_new_topic(topic, sizeof topic);
    dp_test_topic_name(group, sizeof group);
    dp_test_produce(topic, 0, 20000);
    watch.topics[0] = topic;
    watch.topic_count = 1;
    watch.pause_every = 997; /* in the middle of a batch, ever elsewhere */
    dp_test_watch_start(&watch, group, dp_test_brokers());
    dp_kafka_source_pause(watch.source); /* before anything is assigned */
    uint64_t end_ns = uv_hrtime() + DP_TEST_PATIENCE_NS;
    while (watch.messages < 20000 * DP_TEST_PARTITIONS && uv_hrtime() < end_ns) {
        uint64_t before = watch.messages;
        dp_test_watch_run_for(&watch, 10);
        if (watch.messages % watch.pause_every == 0 && watch.messages == before)
            dp_kafka_source_resume(watch.source);
        else if (watch.messages % watch.pause_every == 0)
            assert_true(watch.messages - before <= watch.pause_every);
    }
    assert_int_equal(watch.messages, 20000 * DP_TEST_PARTITIONS);
    dp_test_watch_assert_positions(&watch);
    dp_kafka_source_close(watch.source, NULL, 5000);
    dp_test_watch_finish(&watch);
}

static void test_later_offers_the_same_message_again(void **state)
{
    (void)state;
    char topic[128], group[128];
    struct dp_test_watch watch;
    dp_test_watch_init(&watch);
    dp_test_new_topic(topic, sizeof topic);
    dp_test_topic_name(group, sizeof group);
    dp_test_produce(topic, 0, 5000);
    watch.topics[0] = topic;
    watch.topic_count = 1;
    watch.later_every = 100;
    dp_test_watch_start(&watch, group, dp_test_brokers());
    uint64_t end_ns = uv_hrtime() + DP_TEST_PATIENCE_NS;
    while (watch.messages < 5000 * DP_TEST_PARTITIONS && uv_hrtime() < end_ns) {
        uv_run(&watch.loop, UV_RUN_ONCE);
        if (watch.refused == -1)
            continue;
        uint64_t before = watch.messages;
        dp_test_watch_run_for(&watch, 6);
        assert_int_equal(watch.messages, before); /* it has stopped by itself */
        dp_kafka_source_resume(watch.source);
    }
    assert_int_equal(watch.messages, 5000 * DP_TEST_PARTITIONS);
    dp_test_watch_assert_positions(&watch);
    /* Closed while it holds messages that were not taken. */
    watch.later_every = 1;
    dp_test_produce(topic, 5000, 10);
    dp_test_watch_run_for(&watch, 500);
    assert_int_equal(watch.messages, 5000 * DP_TEST_PARTITIONS);
    dp_kafka_source_close(watch.source, NULL, 5000);
    dp_test_watch_finish(&watch);
}

static void test_two_topics_and_committed_positions(void **state)
{
    (void)state;
    char first[128], second[128], group[128];
    struct dp_test_watch watch;
    struct dp_kafka_positions positions = {0};
    dp_test_watch_init(&watch);
    dp_test_new_topic(first, sizeof first);
    dp_test_new_topic(second, sizeof second);
    dp_test_topic_name(group, sizeof group);
    dp_test_produce(first, 0, 3000);
    dp_test_produce(second, 0, 2000);
    watch.topics[0] = first;
    watch.topics[1] = second;
    watch.topic_count = 2;
    dp_test_watch_start(&watch, group, dp_test_brokers());
    dp_test_watch_run_until(&watch, &watch.messages, 5000 * DP_TEST_PARTITIONS);
    dp_test_watch_run_until_idle(&watch);
    assert_int_equal(watch.assignments, 2 * DP_TEST_PARTITIONS);
    dp_test_watch_assert_positions(&watch);
    dp_kafka_source_positions(watch.source, &positions);
    dp_kafka_source_commit(watch.source, &positions);
    dp_test_produce(first, 3000, 100);
    dp_test_watch_run_until(&watch, &watch.messages, 5100 * DP_TEST_PARTITIONS);
    dp_kafka_source_positions(watch.source, &positions);
    dp_kafka_source_close(watch.source, &positions, 5000);
    free(positions.positions);

    /* The group goes on where the last commit was, and at once: the first process has left it. */
    dp_test_produce(first, 3100, 7);
    memset(watch.assigned, 0, sizeof watch.assigned);
    memset(watch.idle, 0, sizeof watch.idle);
    dp_test_watch_start(&watch, group, dp_test_brokers());
    uint64_t begun_ns = uv_hrtime();
    dp_test_watch_run_until(&watch, &watch.messages, 5107 * DP_TEST_PARTITIONS);
    assert_true(uv_hrtime() - begun_ns < 5000000000ull);
    dp_kafka_source_close(watch.source, NULL, 5000);
    dp_test_watch_finish(&watch);
}

static void test_another_process_of_the_group(void **state)
{
    (void)state;
    char topic[128], group[128];
    struct dp_test_watch watch, other;
    dp_test_watch_init(&watch);
    dp_test_watch_init(&other);
    dp_test_new_topic(topic, sizeof topic);
    dp_test_topic_name(group, sizeof group);
    dp_test_produce(topic, 0, 1000);
    watch.topics[0] = other.topics[0] = topic;
    watch.topic_count = other.topic_count = 1;
    other.shares = true;
    dp_test_log_capture();
    dp_test_watch_start(&watch, group, dp_test_brokers());
    dp_test_watch_run_until(&watch, &watch.messages, 1000 * DP_TEST_PARTITIONS);

    dp_test_watch_start(&other, group, dp_test_brokers());
    uint64_t end_ns = uv_hrtime() + DP_TEST_PATIENCE_NS;
    while (other.assignments == 0 && uv_hrtime() < end_ns) {
        uv_run(&watch.loop, UV_RUN_NOWAIT);
        uv_run(&other.loop, UV_RUN_ONCE);
    }
    assert_true(other.assignments > 0 && other.assignments < DP_TEST_PARTITIONS);
    assert_int_equal(watch.revocations, DP_TEST_PARTITIONS);
    dp_test_watch_run_for(&watch, 500);
    int warned = dp_test_log_lines("level=warn", "another process of this group");
    dp_test_log_release();
    assert_true(warned > 0);
    dp_test_produce(topic, 1000, 1000);
    dp_test_watch_run_for(&watch, 500);
    assert_true(watch.messages < 2000 * DP_TEST_PARTITIONS);

    /* It goes: its partitions come back, and go on where they were left here. */
    dp_kafka_source_close(other.source, NULL, 5000);
    dp_test_watch_finish(&other);
    dp_test_watch_run_until(&watch, &watch.messages, 2000 * DP_TEST_PARTITIONS);
    dp_test_watch_assert_positions(&watch);
    assert_int_equal(watch.assignments, DP_TEST_PARTITIONS);
    assert_int_equal(dp_kafka_source_counters(watch.source)->dropped, 0);
    dp_kafka_source_close(watch.source, NULL, 5000);
    dp_test_watch_finish(&watch);
}

static void test_unknown_topic_is_said_once_and_awaited(void **state)
{
    (void)state;
    char topic[128], group[128];
    struct dp_test_watch watch;
    dp_test_watch_init(&watch);
    dp_test_topic_name(topic, sizeof topic);
    dp_test_topic_name(group, sizeof group);
    watch.topics[0] = topic;
    watch.topic_count = 1;
    dp_test_log_capture();
    dp_test_watch_start(&watch, group, dp_test_brokers());
    dp_test_watch_run_for(&watch, 3000);
    int lines = dp_test_log_lines("no such topic", topic);
    int command = dp_test_log_lines("--create --topic", topic);
    dp_test_log_release();
    assert_int_equal(lines, 1);
    assert_int_equal(command, 1);
    dp_test_topic_create(dp_test_brokers(), topic, DP_TEST_PARTITIONS);
    dp_test_produce(topic, 0, 10);
    dp_test_watch_run_until(&watch, &watch.messages, 10 * DP_TEST_PARTITIONS);
    dp_kafka_source_close(watch.source, NULL, 5000);
    dp_test_watch_finish(&watch);
}

static void test_broker_that_does_not_answer(void **state)
{
    (void)state;
    struct dp_test_watch watch;
    struct dp_kafka_positions none = {0};
    dp_test_watch_init(&watch);
    watch.topics[0] = "any";
    watch.topic_count = 1;
    dp_test_log_capture();
    dp_test_watch_start(&watch, "any", "127.0.0.1:1");
    dp_test_watch_run_for(&watch, 4000);
    uint64_t begun_ns = uv_hrtime();
    dp_kafka_source_close(watch.source, &none, 4000);
    uint64_t took_ns = uv_hrtime() - begun_ns;
    int lines = dp_test_log_lines("Kafka does not answer", "127.0.0.1:1");
    int others = dp_test_log_lines("level=", "") - lines - dp_test_log_lines("left the group", "");
    dp_test_log_release();
    assert_int_equal(lines, 1);
    assert_int_equal(others, 0);
    assert_true(took_ns < 5000000000ull);
    assert_int_equal(watch.failures, 0);
    dp_test_watch_finish(&watch);
}

static void test_binary_and_structured_mode(void **state)
{
    (void)state;
    char topic[128], group[128];
    struct dp_test_watch watch;
    dp_test_watch_init(&watch);
    dp_test_topic_name(topic, sizeof topic);
    dp_test_topic_create(dp_test_brokers(), topic, 1);
    dp_test_topic_name(group, sizeof group);
    watch.topics[0] = topic;
    watch.topic_count = 1;
    dp_test_watch_start(&watch, group, dp_test_brokers());

    static const struct {
        const char *header, *value, *seen;
    } cases[] = {
        {"ce_specversion", "1.0", "contact.ended"},
        {"other", "1.0", "structured"},
    };
    for (size_t i = 0; i < 2; i++) {
        rd_kafka_producev(dp_test_producer(), RD_KAFKA_V_TOPIC(topic), RD_KAFKA_V_PARTITION(0),
                          RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_VALUE("{}", 2),
                          RD_KAFKA_V_KEY("k1", 2),
                          RD_KAFKA_V_HEADER(cases[i].header, cases[i].value, -1),
                          RD_KAFKA_V_HEADER("ce_id", "e1", -1),
                          RD_KAFKA_V_HEADER("content-type", "application/json", -1),
                          RD_KAFKA_V_HEADER("ce_source", "s", -1),
                          RD_KAFKA_V_HEADER("ce_type", "contact.ended", -1),
                          RD_KAFKA_V_HEADER("ce_time", "2026-11-22T10:00:00Z", -1), RD_KAFKA_V_END);
        dp_test_watch_run_until(&watch, &watch.messages, i + 1);
        assert_string_equal(watch.last_type, cases[i].seen);
        assert_string_equal(watch.last_value, "{}");
        assert_string_equal(watch.last_key, "k1");
    }
    /* The content type says structured, whatever else is there; and no headers and no value at all.
     */
    rd_kafka_producev(
        dp_test_producer(), RD_KAFKA_V_TOPIC(topic), RD_KAFKA_V_PARTITION(0),
        RD_KAFKA_V_VALUE("{}", 2), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
        RD_KAFKA_V_HEADER("ce_specversion", "1.0", -1),
        RD_KAFKA_V_HEADER("Content-Type", "application/cloudevents+json; charset=utf-8", -1),
        RD_KAFKA_V_END);
    dp_test_watch_run_until(&watch, &watch.messages, 3);
    assert_false(watch.last.binary);
    rd_kafka_producev(dp_test_producer(), RD_KAFKA_V_TOPIC(topic), RD_KAFKA_V_PARTITION(0),
                      RD_KAFKA_V_END);
    dp_test_watch_run_until(&watch, &watch.messages, 4);
    assert_false(watch.last.binary);
    assert_int_equal(watch.last.value.len, 0);
    dp_kafka_source_close(watch.source, NULL, 5000);
    dp_test_watch_finish(&watch);
}

static void test_broker_restarts_in_mid_stream(void **state)
{
    (void)state;
    char topic[128], group[128];
    struct dp_test_watch watch;
    const char *command = getenv("DP_TEST_KAFKA_RESTART");
    if (!command)
        skip();
    dp_test_watch_init(&watch);
    dp_test_new_topic(topic, sizeof topic);
    dp_test_topic_name(group, sizeof group);
    dp_test_produce(topic, 0, 60000);
    watch.topics[0] = topic;
    watch.topic_count = 1;
    watch.pause_every = 5000; /* keeps it from being done before the broker goes */
    dp_test_watch_start(&watch, group, dp_test_brokers());
    dp_test_watch_run_until(&watch, &watch.messages, 5000);
    pid_t child = fork();
    if (child == 0) {
        execl("/bin/sh", "sh", "-c", command, (char *)NULL);
        _exit(127);
    }
    int status = -1;
    while (waitpid(child, &status, WNOHANG) == 0) {
        dp_test_watch_run_for(&watch, 200);
        dp_kafka_source_resume(watch.source);
    }
    assert_int_equal(status, 0);
    watch.pause_every = 0;
    dp_kafka_source_resume(watch.source);
    dp_test_produce(topic, 60000, 1000);
    dp_test_watch_run_until(&watch, &watch.messages, 61000 * DP_TEST_PARTITIONS);
    dp_test_watch_run_until_idle(&watch);
    dp_test_watch_assert_positions(&watch);
    assert_int_equal(dp_kafka_source_counters(watch.source)->dropped, 0);
    struct dp_kafka_positions positions = {0};
    dp_kafka_source_positions(watch.source, &positions);
    dp_kafka_source_close(watch.source, &positions, 5000);
    free(positions.positions);
    dp_test_watch_finish(&watch);
}

int main(void)
{
    dp_test_brokers();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_once_in_order_with_positions),
        cmocka_unit_test(test_pause_and_resume_in_mid_stream),
        cmocka_unit_test(test_later_offers_the_same_message_again),
        cmocka_unit_test(test_two_topics_and_committed_positions),
        cmocka_unit_test(test_another_process_of_the_group),
        cmocka_unit_test(test_unknown_topic_is_said_once_and_awaited),
        cmocka_unit_test(test_broker_that_does_not_answer),
        cmocka_unit_test(test_binary_and_structured_mode),
        cmocka_unit_test(test_broker_restarts_in_mid_stream),
    };
    return cmocka_run_group_tests(tests, dp_test_producer_create, dp_test_producer_destroy);
}
