/* The Kafka dead letters, and the source with them, against the broker of DP_TEST_KAFKA. */
#include "ingest/kafka_dead_letters.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "kafka_topic.h"
#include "kafka_watch.h"

/* What the dead-letter topic holds, read by a consumer without any of our code. */
static rd_kafka_message_t *read_one(const char *topic, rd_kafka_t **consumer)
{
    char error[256], group[128];
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    dp_test_topic_name(group, sizeof group);
    rd_kafka_conf_set(conf, "bootstrap.servers", dp_test_brokers(), error, sizeof error);
    rd_kafka_conf_set(conf, "group.id", group, error, sizeof error);
    *consumer = rd_kafka_new(RD_KAFKA_CONSUMER, conf, error, sizeof error);
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(list, topic, 0)->offset = RD_KAFKA_OFFSET_BEGINNING;
    rd_kafka_assign(*consumer, list);
    rd_kafka_topic_partition_list_destroy(list);
    rd_kafka_message_t *message = rd_kafka_consumer_poll(*consumer, DP_TEST_PATIENCE_MS);
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

static struct dp_dead_letters *make_letters(struct dp_test_watch *watch, const char *topic,
                                            size_t count)
{
    char error[512] = "";
    const struct dp_kafka_property properties[] = {{"bootstrap.servers", dp_test_brokers()},
                                                   {"group.id", "left-out"},
                                                   {"fetch.min.bytes", "1"}};
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
    struct dp_test_watch watch;
    dp_test_watch_init(&watch);
    dp_test_new_topic(topic, sizeof topic);
    dp_test_topic_name(dead, sizeof dead);
    dp_test_topic_name(group, sizeof group);
    for (size_t i = 0; i < size; i++)
        value[i] = (char)(i * 7 + i / 251);
    watch.topics[0] = topic;
    watch.topic_count = 1;
    watch.letters = make_letters(&watch, dead, 100); /* its topic does not exist yet */
    dp_test_watch_start(&watch, group, dp_test_brokers());
    rd_kafka_producev(dp_test_producer(), RD_KAFKA_V_TOPIC(topic), RD_KAFKA_V_PARTITION(2),
                      RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_VALUE(value, size),
                      RD_KAFKA_V_KEY("key", 3), RD_KAFKA_V_HEADER("mine", "kept", -1),
                      RD_KAFKA_V_END);
    assert_int_equal(rd_kafka_flush(dp_test_producer(), DP_TEST_PATIENCE_MS), 0);
    dp_test_watch_run_until(&watch, &watch.messages, 1);
    assert_int_equal(watch.last.value.len, size);
    assert_false(watch.letters->settled(watch.letters, watch.letters->count));
    dp_test_topic_create(dp_test_brokers(), dead, 1);
    uint64_t end_ns = uv_hrtime() + DP_TEST_PATIENCE_NS;
    while (!watch.letters->settled(watch.letters, watch.letters->count) && uv_hrtime() < end_ns)
        uv_run(&watch.loop, UV_RUN_ONCE);
    assert_true(watch.letters->settled(watch.letters, watch.letters->count));

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
    dp_kafka_source_close(watch.source, 5000);
    assert_true(watch.letters->close(watch.letters, 5000));
    dp_test_watch_finish(&watch);
}

/* A message as large as a topic of Kafka's default settings takes. */
static void test_letter_too_large_for_its_topic_is_cut(void **state)
{
    (void)state;
    char dead[128];
    size_t size = 1048500;
    char *value = malloc(size);
    struct dp_test_watch watch;
    dp_test_watch_init(&watch);
    dp_test_topic_name(dead, sizeof dead);
    dp_test_topic_create_with(dp_test_brokers(), dead, 1, "max.message.bytes", "1048588");
    memset(value, 'x', size);
    struct dp_dead_letters *letters = make_letters(&watch, dead, 3);
    struct dp_message message = {.topic = DP_STR("t"), .value = {value, size}, .offset = 7};
    assert_true(letters->put(letters, &message, DP_REJECT_BAD_JSON));
    uint64_t end_ns = uv_hrtime() + DP_TEST_PATIENCE_NS;
    while (!letters->settled(letters, letters->count) && uv_hrtime() < end_ns)
        uv_run(&watch.loop, UV_RUN_ONCE);
    assert_true(letters->settled(letters, letters->count));

    rd_kafka_t *consumer;
    rd_kafka_message_t *letter = read_one(dead, &consumer);
    assert_int_equal(letter->len, size / 2);
    assert_memory_equal(letter->payload, value, size / 2);
    assert_header(letter, "dp_value_bytes", "1048500");
    assert_header(letter, "dp_offset", "7");
    rd_kafka_message_destroy(letter);
    rd_kafka_destroy(consumer);
    free(value);
    assert_true(letters->close(letters, 5000));
    dp_test_watch_finish(&watch);
}

static void test_dead_letters_are_bounded_and_closing_says_what_is_lost(void **state)
{
    (void)state;
    char dead[128];
    struct dp_test_watch watch;
    dp_test_watch_init(&watch);
    dp_test_topic_name(dead, sizeof dead);
    struct dp_dead_letters *letters = make_letters(&watch, dead, 3);
    struct dp_message message = {.topic = DP_STR("t"), .value = DP_STR("v")};
    assert_true(letters->settled(letters, letters->count));
    for (int i = 0; i < 3; i++)
        assert_true(letters->put(letters, &message, DP_REJECT_LATE));
    assert_false(letters->put(letters, &message, DP_REJECT_LATE));
    assert_false(letters->settled(letters, letters->count));
    dp_test_log_capture();
    uint64_t begun_ns = uv_hrtime();
    assert_false(letters->close(letters, 1000));
    uint64_t took_ns = uv_hrtime() - begun_ns;
    int lines = dp_test_log_lines("were not written in time", "letters=3");
    dp_test_log_release();
    assert_int_equal(lines, 1);
    assert_true(took_ns < 3000000000ull);
    dp_test_watch_finish(&watch);
}

int main(void)
{
    dp_test_brokers();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_large_message_becomes_a_dead_letter),
        cmocka_unit_test(test_letter_too_large_for_its_topic_is_cut),
        cmocka_unit_test(test_dead_letters_are_bounded_and_closing_says_what_is_lost),
    };
    return cmocka_run_group_tests(tests, dp_test_producer_create, dp_test_producer_destroy);
}
