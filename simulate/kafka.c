#include <librdkafka/rdkafka.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/log.h"
#include "common/memory.h"
#include "simulate/output.h"

#define CONNECT_MS   8000
#define TOPIC_MS     2000 /* for a topic that is being made */
#define DRAIN_MS     30000
#define FULL_WAIT_MS 100
#define FULL_WAITS   300 /* 30 s without room: the broker takes nothing */
#define POLL_EVERY   64  /* sent messages are freed here, see on_delivery */
#define MESSAGE_TYPE "application/cloudevents+json"

struct kafka {
    struct dp_sim_output output;
    rd_kafka_t *producer;
    rd_kafka_topic_t *topics[DP_SIM_TOPICS];
    uint64_t sent;
    uint64_t failed;
    char reason[256]; /* of the first failure */
};

/* Reports of every message, not of failures alone, for then the message is freed in this thread,
 * which allocated it: measured, that halves the time a message takes. */
static void on_delivery(rd_kafka_t *producer, const rd_kafka_message_t *message, void *opaque)
{
    struct kafka *k = opaque;
    (void)producer;
    if (message->err && k->failed++ == 0)
        snprintf(k->reason, sizeof(k->reason), "%s", rd_kafka_err2str(message->err));
}

/* librdkafka tells of every try to connect; what matters comes as a delivery failure. */
static void on_log(const rd_kafka_t *producer, int level, const char *facility, const char *text)
{
    char quoted[512];
    (void)producer;
    dp_log(DP_LOG_DEBUG, "librdkafka", "level=%d facility=%s text=%s", level, facility,
           dp_log_quote(quoted, sizeof(quoted), text));
}

static rd_kafka_t *create_producer(const char *broker, struct kafka *k)
{
    const char *const settings[][2] = {
        {"bootstrap.servers", broker},
        {"client.id", "deskpulse-simulate"},
        {"enable.idempotence", "true"}, /* no message twice or out of order by a retry */
        {"linger.ms", "10"},
        {"batch.num.messages", "10000"},
        {"queue.buffering.max.messages", "200000"},
        {"queue.buffering.max.kbytes", "262144"},
        {"compression.codec", "lz4"},
        {"message.timeout.ms", "30000"},
        {"partitioner", "murmur2_random"}, /* as the Java clients have it */
    };
    char error[512];
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++) {
        if (rd_kafka_conf_set(conf, settings[i][0], settings[i][1], error, sizeof(error))) {
            dp_log(DP_LOG_ERROR, "librdkafka refuses a setting", "key=%s reason=\"%s\"",
                   settings[i][0], error);
            rd_kafka_conf_destroy(conf);
            return NULL;
        }
    }
    rd_kafka_conf_set_opaque(conf, k);
    rd_kafka_conf_set_dr_msg_cb(conf, on_delivery);
    rd_kafka_conf_set_log_cb(conf, on_log);
    rd_kafka_t *producer = rd_kafka_new(RD_KAFKA_PRODUCER, conf, error, sizeof(error));
    if (!producer) {
        dp_log(DP_LOG_ERROR, "cannot make a Kafka producer", "reason=\"%s\"", error);
        rd_kafka_conf_destroy(conf);
    }
    return producer;
}

static int64_t monotonic_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * INT64_C(1000) + now.tv_nsec / 1000000;
}

/* Asks for the topic until it has a leader: a broker that makes topics on demand needs a moment. */
static rd_kafka_resp_err_t await_topic(rd_kafka_t *producer, rd_kafka_topic_t *topic,
                                       int64_t deadline_ms)
{
    bool missing = false;
    for (;;) {
        const struct rd_kafka_metadata *metadata;
        int64_t left = deadline_ms - monotonic_ms();
        rd_kafka_resp_err_t err =
            rd_kafka_metadata(producer, 0, topic, &metadata, left > 500 ? (int)left : 500);
        if (!err) {
            err = metadata->topic_cnt ? metadata->topics[0].err : RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC;
            rd_kafka_metadata_destroy(metadata);
        }
        if (!err || monotonic_ms() >= deadline_ms)
            return err;
        if (err == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART && !missing) {
            missing = true;
            deadline_ms = monotonic_ms() + TOPIC_MS;
        }
        nanosleep(&(struct timespec){.tv_nsec = 100000000}, NULL);
    }
}

static void destroy(struct kafka *k)
{
    for (int t = 0; t < DP_SIM_TOPICS; t++)
        if (k->topics[t])
            rd_kafka_topic_destroy(k->topics[t]);
    if (k->producer)
        rd_kafka_destroy(k->producer);
    free(k);
}

static enum dp_sim_result flush(struct dp_sim_output *output)
{
    struct kafka *k = (struct kafka *)output;
    rd_kafka_poll(k->producer, 0);
    return DP_SIM_OK;
}

static enum dp_sim_result send_message(struct dp_sim_output *output,
                                       const struct dp_sim_message *message)
{
    struct kafka *k = (struct kafka *)output;
    rd_kafka_vu_t fields[] = {
        {.vtype = RD_KAFKA_VTYPE_RKT, .u.rkt = k->topics[message->topic]},
        {.vtype = RD_KAFKA_VTYPE_MSGFLAGS, .u.i = RD_KAFKA_MSG_F_COPY},
        {.vtype = RD_KAFKA_VTYPE_VALUE,
         .u.mem = {.ptr = (void *)(uintptr_t)message->value, .size = message->value_len}},
        {.vtype = RD_KAFKA_VTYPE_KEY,
         .u.mem = {.ptr = (void *)(uintptr_t)message->key, .size = message->key_len}},
        {.vtype = RD_KAFKA_VTYPE_HEADER,
         .u.header = {.name = "content-type",
                      .val = MESSAGE_TYPE,
                      .size = sizeof(MESSAGE_TYPE) - 1}},
    };
    if (++k->sent % POLL_EVERY == 0)
        rd_kafka_poll(k->producer, 0);
    for (int waits = 0;; waits++) {
        rd_kafka_error_t *error =
            rd_kafka_produceva(k->producer, fields, sizeof(fields) / sizeof(fields[0]));
        if (!error)
            return DP_SIM_OK;
        bool full = rd_kafka_error_code(error) == RD_KAFKA_RESP_ERR__QUEUE_FULL;
        if (!full || waits == FULL_WAITS) {
            dp_log(DP_LOG_ERROR, "Kafka takes no more events; check the broker", "reason=\"%s\"",
                   rd_kafka_error_string(error));
            rd_kafka_error_destroy(error);
            return DP_SIM_FAILED;
        }
        rd_kafka_error_destroy(error);
        rd_kafka_poll(k->producer, FULL_WAIT_MS);
    }
}

static enum dp_sim_result close_output(struct dp_sim_output *output)
{
    struct kafka *k = (struct kafka *)output;
    rd_kafka_flush(k->producer, DRAIN_MS);
    int left = rd_kafka_outq_len(k->producer);
    uint64_t failed = k->failed;
    if (failed)
        dp_log(DP_LOG_ERROR, "Kafka did not take every event; check the broker and its topics",
               "failed=%llu sent=%llu reason=\"%s\"", (unsigned long long)failed,
               (unsigned long long)k->sent, k->reason);
    if (left) {
        dp_log(DP_LOG_ERROR, "Kafka did not take the last events in time; check the broker",
               "left=%d waited_ms=%d", left, DRAIN_MS);
        rd_kafka_purge(k->producer, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
    }
    destroy(k);
    return failed || left ? DP_SIM_FAILED : DP_SIM_OK;
}

struct dp_sim_output *dp_sim_kafka_create(const char *broker, const char *const *topics)
{
    struct kafka *k = dp_xcalloc(1, sizeof(*k));
    k->output = (struct dp_sim_output){.send = send_message, .flush = flush, .close = close_output};
    k->producer = create_producer(broker, k);
    if (!k->producer) {
        destroy(k);
        return NULL;
    }
    int64_t deadline_ms = monotonic_ms() + CONNECT_MS;
    for (int t = 0; t < DP_SIM_TOPICS; t++) {
        k->topics[t] = rd_kafka_topic_new(k->producer, topics[t], NULL);
        if (!k->topics[t]) {
            dp_log(DP_LOG_ERROR, "no name for a Kafka topic", "topic=\"%s\"", topics[t]);
            destroy(k);
            return NULL;
        }
        rd_kafka_resp_err_t err = await_topic(k->producer, k->topics[t], deadline_ms);
        if (err) {
            bool away = err == RD_KAFKA_RESP_ERR__TRANSPORT || err == RD_KAFKA_RESP_ERR__TIMED_OUT;
            dp_log(DP_LOG_ERROR,
                   away ? "Kafka does not answer; start it or name it with --broker"
                        : "a Kafka topic cannot be used; make it or name another",
                   "broker=%s topic=%s reason=\"%s\"", broker, topics[t], rd_kafka_err2str(err));
            destroy(k);
            return NULL;
        }
    }
    return &k->output;
}
