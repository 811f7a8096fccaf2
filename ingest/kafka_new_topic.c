#include "ingest/kafka_new_topic.h"

#include <stdio.h>
#include <stdlib.h>

#include "common/log.h"
#include "common/memory.h"

#define MAKE_TIMEOUT_MS 10000

void dp_kafka_new_topic_init(struct dp_kafka_new_topic *topic, struct dp_kafka_client *client,
                             const struct dp_kafka_new_topic_options *options)
{
    *topic = (struct dp_kafka_new_topic){.client = client, .options = *options};
    topic->options.name = dp_xstrdup(options->name);
    topic->answers = rd_kafka_queue_new(client->rk);
    dp_kafka_client_watch(client, topic->answers);
}

void dp_kafka_new_topic_deinit(struct dp_kafka_new_topic *topic)
{
    rd_kafka_queue_destroy(topic->answers);
    free((char *)(uintptr_t)topic->options.name);
}

static void say_not_made(struct dp_kafka_new_topic *topic, const char *why)
{
    const struct dp_kafka_new_topic_options *options = &topic->options;
    char quoted[400], message[256], partitions[32] = "", retention[64] = "";
    if (!dp_kafka_log_due(&topic->said_ms))
        return;
    snprintf(message, sizeof message, "%s is missing and was not made; %s", options->what,
             options->without);
    if (options->partitions > 0)
        snprintf(partitions, sizeof partitions, " --partitions %d", options->partitions);
    if (options->retention_ms)
        snprintf(retention, sizeof retention, " --config retention.ms=%s", options->retention_ms);
    dp_log(DP_LOG_ERROR, message,
           "topic=%s error=%s create_with=\"kafka-topics.sh --bootstrap-server %s --create --topic "
           "%s%s%s\"",
           options->name, dp_log_quote(quoted, sizeof quoted, why), topic->client->brokers,
           options->name, partitions, retention);
}

void dp_kafka_new_topic_make(struct dp_kafka_new_topic *topic)
{
    const struct dp_kafka_new_topic_options *wish = &topic->options;
    char error[256];
    rd_kafka_t *rk = topic->client->rk;
    if (topic->under_way)
        return;
    rd_kafka_NewTopic_t *wanted =
        rd_kafka_NewTopic_new(wish->name, wish->partitions, -1, error, sizeof error);
    if (!wanted) {
        say_not_made(topic, error);
        return;
    }
    if (wish->retention_ms)
        rd_kafka_NewTopic_set_config(wanted, "retention.ms", wish->retention_ms);
    rd_kafka_AdminOptions_t *options =
        rd_kafka_AdminOptions_new(rk, RD_KAFKA_ADMIN_OP_CREATETOPICS);
    rd_kafka_AdminOptions_set_request_timeout(options, MAKE_TIMEOUT_MS, error, sizeof error);
    rd_kafka_CreateTopics(rk, &wanted, 1, options, topic->answers);
    rd_kafka_AdminOptions_destroy(options);
    rd_kafka_NewTopic_destroy(wanted);
    topic->under_way = true;
}

/* True: made by us, or by somebody else at the same time. */
static bool see_to_answer(struct dp_kafka_new_topic *topic, rd_kafka_event_t *event)
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
        dp_log(DP_LOG_INFO, "topic made", "topic=%s", topic->options.name);
    topic->refused = code == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED ||
                     code == RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED;
    if (code && code != RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS &&
        !(topic->refused && topic->options.may_be_there))
        say_not_made(topic, text ? text : rd_kafka_err2str(code));
    return !code || code == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS;
}

bool dp_kafka_new_topic_serve(struct dp_kafka_new_topic *topic)
{
    rd_kafka_event_t *event;
    bool made = false;
    while ((event = rd_kafka_queue_poll(topic->answers, 0))) {
        made = see_to_answer(topic, event) || made;
        rd_kafka_event_destroy(event);
    }
    return made;
}
