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
    dp_test_watch_run_until_idle(&watch, DP_TEST_PARTITIONS);
    assert_int_equal(watch.assignments, DP_TEST_PARTITIONS);
    dp_test_watch_assert_positions(&watch);

    dp_test_produce(topic, 20000, 1);
    dp_test_watch_run_until(&watch, &watch.messages, 20001 * DP_TEST_PARTITIONS);
    dp_test_watch_run_until_idle(&watch, DP_TEST_PARTITIONS);
    dp_test_watch_assert_positions(&watch);
    const struct dp_kafka_source_counters *counters = dp_kafka_source_counters(watch.source);
    assert_int_equal(counters->messages, watch.messages);
    assert_int_equal(counters->bytes, watch.messages * 300);
    assert_int_equal(counters->dropped, 0);
    dp_kafka_source_close(watch.source, 5000);
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
    dp_kafka_source_close(watch.source, 5000);
    dp_test_watch_finish(&watch);
}

/* Fetching stops again and again for want of room, and goes on in time: librdkafka by itself would
 * look again only a second later. */
static void test_backlog_larger_than_the_room_for_it(void **state)
{
    (void)state;
    char topic[128], group[128];
    struct dp_test_watch watch;
    dp_test_watch_init(&watch);
    dp_test_new_topic(topic, sizeof topic);
    dp_test_topic_name(group, sizeof group);
    dp_test_produce(topic, 0, 100000);
    watch.topics[0] = topic;
    watch.topic_count = 1;
    watch.room_kb = "1024";
    uint64_t began_ns = uv_hrtime();
    dp_test_watch_start(&watch, group, dp_test_brokers());
    dp_test_watch_run_until(&watch, &watch.messages, 100000 * DP_TEST_PARTITIONS);
    assert_true(uv_hrtime() - began_ns < UINT64_C(10000000000));
    dp_test_watch_assert_positions(&watch);
    dp_kafka_source_close(watch.source, 5000);
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
    dp_kafka_source_close(watch.source, 5000);
    dp_test_watch_finish(&watch);
}

static void test_two_topics_and_saved_positions(void **state)
{
    (void)state;
    char first[128], second[128], group[128];
    struct dp_test_watch watch;
    struct dp_positions positions = {0};
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
    dp_test_watch_run_until_idle(&watch, 2 * DP_TEST_PARTITIONS);
    assert_int_equal(watch.assignments, 2 * DP_TEST_PARTITIONS);
    dp_test_watch_assert_positions(&watch);
    dp_kafka_source_positions(watch.source, &positions);
    const struct dp_position *items = positions.items;
    for (size_t i = 0; i < positions.count; i++)
        assert_true(items[i].mark != 0);
    dp_kafka_source_close(watch.source, 5000);

    /* Another process goes on there, with the slots in the order of the positions. */
    dp_test_produce(first, 3000, 100);
    struct dp_position swapped = positions.items[0];
    positions.items[0] = positions.items[5];
    positions.items[5] = swapped;
    watch.slot_count = 0;
    watch.assignments = 0;
    dp_test_watch_create(&watch, group, dp_test_brokers());
    dp_test_watch_start_at(&watch, &positions, &positions);
    dp_test_watch_run_until(&watch, &watch.messages, 5100 * DP_TEST_PARTITIONS);
    dp_test_watch_run_until_idle(&watch, 2 * DP_TEST_PARTITIONS);
    assert_int_equal(watch.assignments, 0);
    dp_test_watch_assert_positions(&watch);
    dp_kafka_source_positions(watch.source, &positions);
    assert_ptr_equal(positions.items, items); /* the same shape: the same memory */
    assert_int_equal(dp_kafka_source_counters(watch.source)->dropped, 0);
    dp_kafka_source_close(watch.source, 5000);
    dp_positions_deinit(&positions);
    dp_test_watch_finish(&watch);
}

static void test_stop_and_start(void **state)
{
    (void)state;
    char topic[128], group[128];
    struct dp_test_watch watch;
    struct dp_positions early = {0};
    dp_test_watch_init(&watch);
    dp_test_new_topic(topic, sizeof topic);
    dp_test_topic_name(group, sizeof group);
    dp_test_produce(topic, 0, 10000);
    watch.topics[0] = topic;
    watch.topic_count = 1;
    watch.pause_every = 2000;
    dp_test_watch_start(&watch, group, dp_test_brokers());
    dp_test_watch_run_until(&watch, &watch.messages, 2000);
    dp_kafka_source_positions(watch.source, &early);
    dp_kafka_source_resume(watch.source);
    dp_test_watch_run_until(&watch, &watch.messages, 4000);
    /* Again and again from there, at various points of what is under way. */
    watch.pause_every = 0;
    for (int round = 0; round < 20; round++) {
        dp_test_watch_stop(&watch);
        uint64_t before = watch.messages;
        if (round % 3 == 0)
            dp_test_watch_run_for(&watch, 30);
        assert_int_equal(watch.messages, before);
        for (size_t i = 0; i < early.count; i++)
            watch.next[0][early.items[i].partition] = early.items[i].next;
        watch.messages = 2000;
        dp_kafka_source_resume(watch.source);
        dp_test_watch_start_at(&watch, &early, NULL);
        if (round % 4)
            dp_test_watch_run_for(&watch, (uint64_t)round * 10);
    }
    dp_test_watch_run_until(&watch, &watch.messages, 10000 * DP_TEST_PARTITIONS);
    dp_test_watch_run_until_idle(&watch, DP_TEST_PARTITIONS);
    dp_test_watch_assert_positions(&watch);
    assert_int_equal(dp_kafka_source_counters(watch.source)->dropped, 0);

    /* Closed while a survey is under way; and stopped without having been started. */
    dp_test_watch_stop(&watch);
    dp_test_watch_start_at(&watch, &early, NULL);
    dp_kafka_source_close(watch.source, 5000);
    watch.slot_count = 0;
    dp_test_watch_create(&watch, group, dp_test_brokers());
    dp_kafka_source_stop(watch.source);
    dp_kafka_source_close(watch.source, 5000);
    dp_positions_deinit(&early);
    dp_test_watch_finish(&watch);
}

static void test_where_a_topic_without_positions_begins(void **state)
{
    (void)state;
    char topic[128], other[128], group[128];
    struct dp_test_watch watch;
    struct dp_positions positions = {0};
    dp_test_watch_init(&watch);
    dp_test_new_topic(topic, sizeof topic);
    dp_test_new_topic(other, sizeof other);
    dp_test_topic_name(group, sizeof group);
    dp_test_produce(topic, 0, 100);
    dp_test_produce(other, 0, 100);
    watch.topics[0] = topic;
    watch.topics[1] = other;
    watch.topic_count = 2;
    watch.reset = "latest";
    for (int p = 0; p < DP_TEST_PARTITIONS; p++)
        watch.next[1][p] = 100;
    /* One partition of the topic has a position: the others begin at their beginning. */
    dp_positions_add(&positions, topic, 1, 60, 0);
    watch.next[0][1] = 60;
    dp_test_watch_create(&watch, group, dp_test_brokers());
    dp_test_watch_start_at(&watch, &positions, NULL);
    dp_test_watch_run_until(&watch, &watch.messages, 240);
    dp_test_watch_run_until_idle(&watch, 2 * DP_TEST_PARTITIONS);
    assert_int_equal(watch.slots[1].partition, 0);
    dp_test_watch_assert_positions(&watch);
    dp_test_produce(other, 100, 10);
    dp_test_watch_run_until(&watch, &watch.messages, 270);
    dp_kafka_source_close(watch.source, 5000);
    dp_positions_deinit(&positions);
    dp_test_watch_finish(&watch);
}

/* A topic with 100 messages in each partition, and the positions after 50 of them. */
struct read_half {
    char topic[128], group[128];
    struct dp_test_watch watch;
    struct dp_positions positions;
};

static void read_half(struct read_half *half, enum dp_kafka_on_lost on_lost)
{
    struct dp_test_watch *watch = &half->watch;
    half->positions = (struct dp_positions){0};
    dp_test_watch_init(watch);
    dp_test_new_topic(half->topic, sizeof half->topic);
    dp_test_topic_name(half->group, sizeof half->group);
    dp_test_produce(half->topic, 0, 50);
    watch->topics[0] = half->topic;
    watch->topic_count = 1;
    watch->on_lost = on_lost;
    dp_test_watch_start(watch, half->group, dp_test_brokers());
    dp_test_watch_run_until(watch, &watch->messages, 50 * DP_TEST_PARTITIONS);
    dp_kafka_source_positions(watch->source, &half->positions);
    dp_test_watch_stop(watch);
    dp_test_produce(half->topic, 50, 50);
    watch->messages = 0;
}

static void finish_half(struct read_half *half)
{
    dp_kafka_source_close(half->watch.source, 5000);
    dp_positions_deinit(&half->positions);
    dp_test_watch_finish(&half->watch);
}

static void test_position_that_retention_has_overtaken(void **state)
{
    (void)state;
    static const struct {
        enum dp_kafka_on_lost on_lost;
        int64_t next;
        uint64_t skipped;
    } cases[] = {{DP_KAFKA_LOST_STOP, 0, 0},
                 {DP_KAFKA_LOST_EARLIEST, 80, 30},
                 {DP_KAFKA_LOST_LATEST, 100, 50}};
    for (size_t i = 0; i < 3; i++) {
        struct read_half half;
        struct dp_test_watch *watch = &half.watch;
        read_half(&half, cases[i].on_lost);
        dp_test_topic_trim(dp_test_brokers(), half.topic, 1, 80);
        watch->next[0][1] = cases[i].next;
        dp_test_watch_start_at(watch, &half.positions, NULL);
        if (cases[i].on_lost == DP_KAFKA_LOST_STOP) {
            dp_test_watch_run_until_failed(watch, "partition 1, position 50: Kafka holds offsets "
                                                  "80 up to 100; 30 messages are missing");
            assert_non_null(strstr(watch->failure, half.topic));
            assert_non_null(strstr(watch->failure, "--on-lost-position=earliest"));
        } else {
            dp_test_watch_run_until_idle(watch, DP_TEST_PARTITIONS);
            assert_int_equal(watch->messages, 100 + (uint64_t)(100 - cases[i].next));
            dp_test_watch_assert_positions(watch);
            assert_int_equal(watch->failures, 0);
            const struct dp_kafka_source_counters *counters =
                dp_kafka_source_counters(watch->source);
            assert_int_equal(counters->lost, 1);
            assert_int_equal(counters->skipped, cases[i].skipped);
        }
        finish_half(&half);
    }
}

/* `messages` in each partition of the topic made anew; what the failure says. */
static void check_made_anew(int messages, const char *text)
{
    for (int i = 0; i < 3; i++) {
        struct read_half half;
        struct dp_test_watch *watch = &half.watch;
        read_half(&half, (enum dp_kafka_on_lost)i);
        dp_test_topic_delete(dp_test_brokers(), half.topic);
        dp_test_topic_create(dp_test_brokers(), half.topic, DP_TEST_PARTITIONS);
        usleep(20000); /* later than the first messages, in milliseconds */
        dp_test_produce(half.topic, 0, messages);
        for (int p = 0; p < DP_TEST_PARTITIONS; p++)
            watch->next[0][p] = i == DP_KAFKA_LOST_LATEST ? messages : 0;
        dp_test_watch_start_at(watch, &half.positions, NULL);
        if (i == DP_KAFKA_LOST_STOP) {
            dp_test_watch_run_until_failed(watch, text);
            assert_int_equal(watch->messages, 0);
        } else {
            dp_test_watch_run_until_idle(watch, DP_TEST_PARTITIONS);
            assert_int_equal(dp_kafka_source_counters(watch->source)->lost, DP_TEST_PARTITIONS);
            dp_test_produce(half.topic, messages, 1);
            dp_test_watch_run_until(
                watch, &watch->messages,
                (uint64_t)(DP_TEST_PARTITIONS * (i == DP_KAFKA_LOST_LATEST ? 1 : messages + 1)));
            dp_test_watch_assert_positions(watch);
        }
        finish_half(&half);
    }
}

static void test_topic_made_anew_is_shorter(void **state)
{
    (void)state;
    check_made_anew(10, "position 50: Kafka holds offsets 0 up to 10; the topic was made anew");
}

static void test_topic_made_anew_is_as_long_or_longer(void **state)
{
    (void)state;
    check_made_anew(50, "the message before it is not the one that was read");
    check_made_anew(70, "the message before it is not the one that was read");
}

static void test_positions_that_are_shown_must_be_reached(void **state)
{
    (void)state;
    struct read_half half;
    struct dp_positions shown = {0};
    read_half(&half, DP_KAFKA_LOST_STOP);
    dp_positions_copy(&shown, &half.positions);
    shown.items[2].next = 100;
    dp_test_watch_start_at(&half.watch, &half.positions, &shown);
    dp_test_watch_run_until_idle(&half.watch, DP_TEST_PARTITIONS);
    dp_test_watch_stop(&half.watch);
    shown.items[2].next = 101;
    dp_test_watch_start_at(&half.watch, &half.positions, &shown);
    dp_test_watch_run_until_failed(&half.watch, "figures shown go up to offset 101");
    dp_positions_deinit(&shown);
    finish_half(&half);
}

static void test_topic_made_anew_while_running(void **state)
{
    (void)state;
    struct read_half half;
    struct dp_test_watch *watch = &half.watch;
    read_half(&half, DP_KAFKA_LOST_EARLIEST);
    dp_test_watch_start_at(watch, &half.positions, NULL);
    dp_test_watch_run_until_idle(watch, DP_TEST_PARTITIONS);
    dp_kafka_source_pause(watch->source);
    dp_test_topic_delete(dp_test_brokers(), half.topic);
    dp_test_topic_create(dp_test_brokers(), half.topic, DP_TEST_PARTITIONS);
    for (int p = 0; p < DP_TEST_PARTITIONS; p++)
        watch->next[0][p] = 0;
    watch->messages = 0;
    dp_test_produce(half.topic, 0, 7);
    dp_kafka_source_resume(watch->source);
    dp_test_watch_run_until(watch, &watch->messages, 7 * DP_TEST_PARTITIONS);
    dp_test_watch_run_until_idle(watch, DP_TEST_PARTITIONS);
    dp_test_watch_assert_positions(watch);
    assert_int_equal(watch->failures, 0);
    assert_int_equal(dp_kafka_source_counters(watch->source)->lost, DP_TEST_PARTITIONS);
    finish_half(&half);
}

static void test_partitions_are_added_while_running(void **state)
{
    (void)state;
    struct read_half half;
    struct dp_test_watch *watch = &half.watch;
    read_half(&half, DP_KAFKA_LOST_STOP);
    dp_test_watch_start_at(watch, &half.positions, NULL);
    dp_test_watch_run_until(watch, &watch->messages, 50 * DP_TEST_PARTITIONS);
    dp_test_topic_grow(dp_test_brokers(), half.topic, 5);
    for (int i = 0; i < 10; i++) { /* all the while messages come */
        dp_test_produce(half.topic, 100 + i, 1);
        dp_test_produce_to(half.topic, 4, i, 1);
        dp_test_watch_run_for(watch, 100);
    }
    dp_test_watch_run_until(watch, &watch->messages, 60 * DP_TEST_PARTITIONS + 10);
    dp_test_watch_run_until_idle(watch, 5);
    assert_int_equal(watch->assignments, 2);
    dp_test_watch_assert_positions(watch);
    assert_int_equal(dp_kafka_source_counters(watch->source)->dropped, 0);
    finish_half(&half);
}

static void test_topic_is_deleted_while_running(void **state)
{
    (void)state;
    struct read_half half;
    read_half(&half, DP_KAFKA_LOST_EARLIEST);
    dp_test_watch_start_at(&half.watch, &half.positions, NULL);
    dp_test_watch_run_until_idle(&half.watch, DP_TEST_PARTITIONS);
    dp_test_topic_delete(dp_test_brokers(), half.topic);
    dp_test_watch_run_until_failed(&half.watch, "does not exist any more");

    /* So it is for who starts with its positions; and with fewer partitions it is another. */
    dp_test_watch_stop(&half.watch);
    half.watch.failures = 0;
    dp_test_watch_start_at(&half.watch, &half.positions, NULL);
    dp_test_watch_run_until_failed(&half.watch, "does not exist any more");
    dp_test_topic_create(dp_test_brokers(), half.topic, 1);
    dp_test_produce_to(half.topic, 0, 0, 5);
    dp_test_watch_stop(&half.watch);
    half.watch.failures = 0;
    half.watch.messages = 0;
    half.watch.next[0][0] = 0;
    dp_test_watch_start_at(&half.watch, &half.positions, NULL);
    dp_test_watch_run_until(&half.watch, &half.watch.messages, 5);
    dp_test_watch_run_until_idle(&half.watch, DP_TEST_PARTITIONS);
    assert_int_equal(dp_kafka_source_counters(half.watch.source)->lost, 3);
    assert_int_equal(half.watch.failures, 0);
    finish_half(&half);
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
    dp_kafka_source_close(watch.source, 5000);
    dp_test_watch_finish(&watch);
}

static void test_broker_that_does_not_answer(void **state)
{
    (void)state;
    struct dp_test_watch watch;
    dp_test_watch_init(&watch);
    watch.topics[0] = "any";
    watch.topic_count = 1;
    dp_test_log_capture();
    dp_test_watch_start(&watch, "any", "127.0.0.1:1");
    dp_test_watch_run_for(&watch, 4000);
    uint64_t begun_ns = uv_hrtime();
    dp_kafka_source_close(watch.source, 4000);
    dp_test_watch_finish(&watch);
    uint64_t took_ns = uv_hrtime() - begun_ns;
    int lines = dp_test_log_lines("Kafka does not answer", "127.0.0.1:1");
    int others = dp_test_log_lines("level=", "") - lines;
    dp_test_log_release();
    assert_int_equal(lines, 1);
    assert_int_equal(others, 0);
    assert_true(took_ns < 5000000000ull);
    assert_int_equal(watch.failures, 0);
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
    dp_kafka_source_close(watch.source, 5000);
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
    dp_test_watch_run_until_idle(&watch, DP_TEST_PARTITIONS);
    dp_test_watch_assert_positions(&watch);
    assert_int_equal(dp_kafka_source_counters(watch.source)->dropped, 0);
    dp_kafka_source_close(watch.source, 5000);
    dp_test_watch_finish(&watch);
}

int main(void)
{
    dp_test_brokers();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_once_in_order_with_positions),
        cmocka_unit_test(test_pause_and_resume_in_mid_stream),
        cmocka_unit_test(test_backlog_larger_than_the_room_for_it),
        cmocka_unit_test(test_later_offers_the_same_message_again),
        cmocka_unit_test(test_two_topics_and_saved_positions),
        cmocka_unit_test(test_stop_and_start),
        cmocka_unit_test(test_where_a_topic_without_positions_begins),
        cmocka_unit_test(test_position_that_retention_has_overtaken),
        cmocka_unit_test(test_topic_made_anew_is_shorter),
        cmocka_unit_test(test_topic_made_anew_is_as_long_or_longer),
        cmocka_unit_test(test_positions_that_are_shown_must_be_reached),
        cmocka_unit_test(test_topic_made_anew_while_running),
        cmocka_unit_test(test_partitions_are_added_while_running),
        cmocka_unit_test(test_topic_is_deleted_while_running),
        cmocka_unit_test(test_unknown_topic_is_said_once_and_awaited),
        cmocka_unit_test(test_broker_that_does_not_answer),
        cmocka_unit_test(test_binary_and_structured_mode),
        cmocka_unit_test(test_broker_restarts_in_mid_stream),
    };
    return cmocka_run_group_tests(tests, dp_test_producer_create, dp_test_producer_destroy);
}
