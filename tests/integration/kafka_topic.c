#include "kafka_topic.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>
#include <librdkafka/rdkafka.h>
#include <uv.h>

#define PATIENCE_MS 60000

void dp_test_topic_name(char *name, size_t size)
{
    snprintf(name, size, "dp-test-%ld-%llx", (long)getpid(), (unsigned long long)uv_hrtime());
}

void dp_test_topic_create(const char *brokers, const char *name, int partitions)
{
    dp_test_topic_create_with(brokers, name, partitions, NULL, NULL);
}

static rd_kafka_t *open_admin(const char *brokers)
{
    char error[256];
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    rd_kafka_conf_set(conf, "bootstrap.servers", brokers, error, sizeof error);
    rd_kafka_t *rk = rd_kafka_new(RD_KAFKA_PRODUCER, conf, error, sizeof error);
    assert_non_null(rk);
    return rk;
}

static rd_kafka_event_t *await(rd_kafka_queue_t *queue)
{
    rd_kafka_event_t *event = rd_kafka_queue_poll(queue, PATIENCE_MS);
    assert_non_null(event);
    assert_int_equal(rd_kafka_event_error(event), 0);
    return event;
}

static void assert_done(const rd_kafka_topic_result_t **results, size_t count)
{
    assert_int_equal(count, 1);
    assert_int_equal(rd_kafka_topic_result_error(results[0]), 0);
}

void dp_test_topic_create_with(const char *brokers, const char *name, int partitions,
                               const char *setting, const char *value)
{
    char error[256];
    size_t count = 0;
    rd_kafka_t *rk = open_admin(brokers);
    rd_kafka_queue_t *queue = rd_kafka_queue_new(rk);
    rd_kafka_NewTopic_t *topic = rd_kafka_NewTopic_new(name, partitions, 1, error, sizeof error);
    if (setting)
        assert_int_equal(rd_kafka_NewTopic_set_config(topic, setting, value), 0);
    rd_kafka_CreateTopics(rk, &topic, 1, NULL, queue);
    rd_kafka_event_t *event = await(queue);
    const rd_kafka_topic_result_t **results =
        rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event), &count);
    assert_done(results, count);
    rd_kafka_event_destroy(event);
    rd_kafka_NewTopic_destroy(topic);
    rd_kafka_queue_destroy(queue);
    rd_kafka_destroy(rk);
}

void dp_test_topic_delete(const char *brokers, const char *name)
{
    size_t count = 0;
    rd_kafka_t *rk = open_admin(brokers);
    rd_kafka_queue_t *queue = rd_kafka_queue_new(rk);
    rd_kafka_DeleteTopic_t *topic = rd_kafka_DeleteTopic_new(name);
    rd_kafka_DeleteTopics(rk, &topic, 1, NULL, queue);
    rd_kafka_event_t *event = await(queue);
    const rd_kafka_topic_result_t **results =
        rd_kafka_DeleteTopics_result_topics(rd_kafka_event_DeleteTopics_result(event), &count);
    assert_done(results, count);
    rd_kafka_event_destroy(event);
    rd_kafka_DeleteTopic_destroy(topic);
    rd_kafka_queue_destroy(queue);
    rd_kafka_destroy(rk);
}

void dp_test_topic_grow(const char *brokers, const char *name, int partitions)
{
    char error[256];
    size_t count = 0;
    rd_kafka_t *rk = open_admin(brokers);
    rd_kafka_queue_t *queue = rd_kafka_queue_new(rk);
    rd_kafka_NewPartitions_t *wanted =
        rd_kafka_NewPartitions_new(name, (size_t)partitions, error, sizeof error);
    rd_kafka_CreatePartitions(rk, &wanted, 1, NULL, queue);
    rd_kafka_event_t *event = await(queue);
    const rd_kafka_topic_result_t **results = rd_kafka_CreatePartitions_result_topics(
        rd_kafka_event_CreatePartitions_result(event), &count);
    assert_done(results, count);
    rd_kafka_event_destroy(event);
    rd_kafka_NewPartitions_destroy(wanted);
    rd_kafka_queue_destroy(queue);
    rd_kafka_destroy(rk);
}

void dp_test_topic_trim(const char *brokers, const char *name, int32_t partition, int64_t before)
{
    rd_kafka_t *rk = open_admin(brokers);
    rd_kafka_queue_t *queue = rd_kafka_queue_new(rk);
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(list, name, partition)->offset = before;
    rd_kafka_DeleteRecords_t *wanted = rd_kafka_DeleteRecords_new(list);
    rd_kafka_DeleteRecords(rk, &wanted, 1, NULL, queue);
    rd_kafka_event_t *event = await(queue);
    const rd_kafka_topic_partition_list_t *done =
        rd_kafka_DeleteRecords_result_offsets(rd_kafka_event_DeleteRecords_result(event));
    assert_int_equal(done->elems[0].err, 0);
    rd_kafka_event_destroy(event);
    rd_kafka_DeleteRecords_destroy(wanted);
    rd_kafka_topic_partition_list_destroy(list);
    rd_kafka_queue_destroy(queue);
    rd_kafka_destroy(rk);
}

int dp_test_topic_partitions(const char *brokers, const char *name)
{
    const struct rd_kafka_metadata *metadata;
    rd_kafka_t *rk = open_admin(brokers);
    rd_kafka_topic_t *topic = rd_kafka_topic_new(rk, name, NULL);
    assert_int_equal(rd_kafka_metadata(rk, 0, topic, &metadata, PATIENCE_MS), 0);
    int count = metadata->topics[0].partition_cnt;
    rd_kafka_metadata_destroy(metadata);
    rd_kafka_topic_destroy(topic);
    rd_kafka_destroy(rk);
    return count;
}
