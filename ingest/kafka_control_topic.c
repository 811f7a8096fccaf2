#include "ingest/kafka_control_topic.h"

#include <stdio.h>
#include <stdlib.h>

#include "common/log.h"
#include "common/memory.h"

#define MAKE_TIMEOUT_MS 10000

void dp_kafka_control_topic_init(struct dp_kafka_control_topic *topic,
                                 struct dp_kafka_client *client, const char *name)
{
    *topic = (struct dp_kafka_control_topic){.client = client, .name = dp_xstrdup(name)};
    topic->answers = rd_kafka_queue_new(client->rk);
    dp_kafka_client_watch(client, topic->answers);
}

void dp_kafka_control_topic_deinit(struct dp_kafka_control_topic *topic)
{
    rd_kafka_queue_destroy(topic->answers);
    free(topic->name);
}

static void say_not_made(struct dp_kafka_control_topic *topic, const char *why)
{
    char quoted[400];
    if (!dp_kafka_log_due(&topic->said_ms))
        return;
    dp_log(
        DP_LOG_ERROR,
        "the control topic is missing and was not made; this process stands by until it is there",
        "topic=%s error=%s create_with=\"kafka-topics.sh --bootstrap-server %s --create --topic "
        "%s --partitions 1\"",
        topic->name, dp_log_quote(quoted, sizeof quoted, why), topic->client->brokers, topic->name);
}

void dp_kafka_control_topic_make(struct dp_kafka_control_topic *topic)
{
    char error[256];
    rd_kafka_t *rk = topic->client->rk;
    if (topic->under_way)
        return;
    /* Replication as the brokers have it by default. */
    rd_kafka_NewTopic_t *wanted = rd_kafka_NewTopic_new(topic->name, 1, -1, error, sizeof error);
    if (!wanted) {
        say_not_made(topic, error);
        return;
    }
    rd_kafka_AdminOptions_t *options =
        rd_kafka_AdminOptions_new(rk, RD_KAFKA_ADMIN_OP_CREATETOPICS);
    rd_kafka_AdminOptions_set_request_timeout(options, MAKE_TIMEOUT_MS, error, sizeof error);
    rd_kafka_CreateTopics(rk, &wanted, 1, options, topic->answers);
    rd_kafka_AdminOptions_destroy(options);
    rd_kafka_NewTopic_destroy(wanted);
    topic->under_way = true;
}

/* True: made by us, or by somebody else at the same time. */
static bool see_to_answer(struct dp_kafka_control_topic *topic, rd_kafka_event_t *event)
{
    size_t count = 0;
    const rd_kafka_topic_result_t **results = NULL;
    const rd_kafka_CreateTopics_result_t *result = rd_kafka_event_CreateTopics_result(event);
    if (!result)
        return false;
    topic->under_way = false;
    results = rd_kafka_CreateTopics_result_topics(result, &count);
    rd_kafka_resp_err_t code =
        count ? rd_kafka_topic_result_error(results[0]) : rd_kafka_event_error(event);
    const char *text =
        count ? rd_kafka_topic_result_error_string(results[0]) : rd_kafka_event_error_string(event);
    if (!code)
        dp_log(DP_LOG_INFO, "control topic made", "topic=%s", topic->name);
    else if (code != RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS)
        say_not_made(topic, text ? text : rd_kafka_err2str(code));
    return !code || code == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS;
}

bool dp_kafka_control_topic_serve(struct dp_kafka_control_topic *topic)
{
    rd_kafka_event_t *event;
    bool made = false;
    while ((event = rd_kafka_queue_poll(topic->answers, 0))) {
        made = see_to_answer(topic, event) || made;
        rd_kafka_event_destroy(event);
    }
    return made;
}
