#include "app/kafka_check.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "common/memory.h"
#include "ingest/kafka_client.h"
#include "ingest/kafka_ledger.h"

/* For the first answer, and for each answer after it. */
#define WAIT_MS 10000
#define STEP_MS 1000

struct kafka_check {
    const struct dp_config *config;
    struct dp_check_report *report;
    struct dp_kafka_client client;
    rd_kafka_topic_partition_list_t
        *partitions;    /* of the topics to be read, as far as they are there */
    char refusal[1000]; /* why Kafka will not work at all; "": it may */
};

static rd_kafka_conf_t *make_conf(const struct dp_config *config, enum dp_kafka_role role,
                                  char *error, size_t size)
{
    return dp_kafka_conf_create(role, config->kafka, config->kafka_count, error, size);
}

static const char *brokers_of(const struct dp_config *config)
{
    return dp_kafka_property_brokers(config->kafka, config->kafka_count);
}

bool dp_kafka_check_properties(const struct dp_config *config, char *error, size_t size)
{
    static const enum dp_kafka_role roles[] = {DP_KAFKA_CONSUMER, DP_KAFKA_MEMBER,
                                               DP_KAFKA_PRODUCER};
    for (size_t i = 0; i < sizeof roles / sizeof *roles; i++) {
        struct dp_kafka_client client = {0};
        char text[512];
        rd_kafka_conf_t *conf = make_conf(config, roles[i], error, size);
        if (!conf)
            return false;
        /* What does not go together is found by making the handle; without brokers it stays alone.
         */
        rd_kafka_conf_set(conf, "bootstrap.servers", "", text, sizeof text);
        if (!dp_kafka_client_init(&client, roles[i], conf, "", error, size))
            return false;
        dp_kafka_client_deinit(&client, false);
    }
    return true;
}

static void refused(void *owner, const char *text)
{
    struct kafka_check *check = owner;
    snprintf(check->refusal, sizeof check->refusal, "%s", text);
}

/* Says why Kafka cannot be used, if the client knows; else what came back. */
static void fail(struct kafka_check *check, const char *what, rd_kafka_resp_err_t code)
{
    rd_kafka_poll(check->client.rk, 0); /* errors come to the client */
    if (*check->refusal)
        dp_check_report_add(check->report, DP_CHECK_FAIL, "%s: %s", what, check->refusal);
    else
        dp_check_report_add(check->report, DP_CHECK_FAIL, "%s: %s; see the broker's log", what,
                            rd_kafka_err2str(code));
}

static bool check_brokers(struct kafka_check *check)
{
    rd_kafka_t *rk = check->client.rk;
    const struct rd_kafka_metadata *metadata;
    uint64_t start = uv_hrtime();
    do {
        if (rd_kafka_metadata(rk, 0, NULL, &metadata, STEP_MS) == RD_KAFKA_RESP_ERR_NO_ERROR) {
            dp_check_report_add(check->report, DP_CHECK_OK, "Kafka at %s answers: %d broker%s",
                                check->client.brokers, metadata->broker_cnt,
                                metadata->broker_cnt == 1 ? "" : "s");
            rd_kafka_metadata_destroy(metadata);
            return true;
        }
        rd_kafka_poll(rk, STEP_MS / 10);
    } while (!*check->refusal && (uv_hrtime() - start) / 1000000 < WAIT_MS);

    if (*check->refusal)
        dp_check_report_add(check->report, DP_CHECK_FAIL, "Kafka at %s: %s", check->client.brokers,
                            check->refusal);
    else
        dp_check_report_add(
            check->report, DP_CHECK_FAIL,
            "Kafka at %s does not answer within %d s%s%s: start it, or correct bootstrap.servers "
            "(and security.protocol) in [kafka]",
            check->client.brokers, WAIT_MS / 1000, *check->client.trouble ? ": " : "",
            check->client.trouble);
    return false;
}

/* How many partitions a topic has; 0: see `code`. */
static int32_t ask_partitions(rd_kafka_t *rk, const char *name, rd_kafka_resp_err_t *code)
{
    const struct rd_kafka_metadata *metadata;
    int32_t count = 0;
    rd_kafka_topic_t *topic = rd_kafka_topic_new(rk, name, NULL);
    *code = topic ? rd_kafka_metadata(rk, 0, topic, &metadata, WAIT_MS) : rd_kafka_last_error();
    if (*code == RD_KAFKA_RESP_ERR_NO_ERROR) {
        *code = RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART;
        if (metadata->topic_cnt) {
            *code = metadata->topics[0].err;
            count = metadata->topics[0].partition_cnt;
        }
        rd_kafka_metadata_destroy(metadata);
    }
    if (topic)
        rd_kafka_topic_destroy(topic);
    return *code ? 0 : count;
}

static void say_unusable(struct kafka_check *check, const char *name, const char *what,
                         rd_kafka_resp_err_t code, int partitions)
{
    char line[400];
    snprintf(line, sizeof line, "%s %s", what, name);
    if (code == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART)
        dp_check_report_add(
            check->report, DP_CHECK_FAIL,
            "%s does not exist: create it with kafka-topics.sh --bootstrap-server %s "
            "--create --topic %s --partitions %d",
            line, check->client.brokers, name, partitions);
    else if (code == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED)
        dp_check_report_add(check->report, DP_CHECK_FAIL,
                            "%s may not be used: give this user the right to it in Kafka", line);
    else
        fail(check, line, code);
}

/* How many partitions a topic has; 0: it cannot be used, and that is said. */
static int32_t count_partitions(struct kafka_check *check, const char *name, const char *what)
{
    rd_kafka_resp_err_t code;
    int32_t count = ask_partitions(check->client.rk, name, &code);
    if (code)
        say_unusable(check, name, what, code, 3);
    return count;
}

/* The offsets of all partitions can be asked; adds up what lies between them. */
static bool ask_offsets(struct kafka_check *check, const char *topic, int32_t count,
                        int64_t *messages)
{
    char what[400];
    for (int32_t partition = 0; partition < count; partition++) {
        int64_t low, high;
        rd_kafka_resp_err_t code = rd_kafka_query_watermark_offsets(
            check->client.rk, topic, partition, &low, &high, WAIT_MS);
        if (code) {
            snprintf(what, sizeof what, "the offsets of topic %s, partition %" PRId32, topic,
                     partition);
            fail(check, what, code);
            return false;
        }
        *messages += high - low;
    }
    return true;
}

static void check_topic(struct kafka_check *check, const char *topic)
{
    int64_t messages = 0;
    int32_t count = count_partitions(check, topic, "topic");
    if (!count || !ask_offsets(check, topic, count, &messages))
        return;
    rd_kafka_topic_partition_list_add_range(check->partitions, topic, 0, count - 1);
    dp_check_report_add(check->report, DP_CHECK_OK,
                        "topic %s: %" PRId32 " partition%s, offsets over %" PRId64 " messages",
                        topic, count, count == 1 ? "" : "s", messages);
}

static void check_group(struct kafka_check *check)
{
    rd_kafka_topic_partition_list_t *partitions = check->partitions;
    const char *group =
        dp_kafka_property_find(check->config->kafka, check->config->kafka_count, "group.id");
    char what[400];
    int known = 0;
    if (partitions->cnt == 0)
        return;
    rd_kafka_resp_err_t code = rd_kafka_committed(check->client.rk, partitions, WAIT_MS);
    for (int i = 0; i < partitions->cnt; i++) {
        known += partitions->elems[i].offset >= 0;
        if (!code)
            code = partitions->elems[i].err;
    }
    snprintf(what, sizeof what, "group %s", group);
    if (code == RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED)
        dp_check_report_add(check->report, DP_CHECK_FAIL,
                            "%s may not be used: give this user the right to it in Kafka", what);
    else if (code)
        fail(check, what, code);
    else
        dp_check_report_add(check->report, DP_CHECK_OK,
                            "%s may be used, has a position in %d of %d partitions", what, known,
                            partitions->cnt);
}

static void check_dead_letters(struct kafka_check *check)
{
    const char *topic = check->config->dead_letter_topic;
    int32_t count = count_partitions(check, topic, "dead-letter topic");
    if (count)
        dp_check_report_add(check->report, DP_CHECK_OK,
                            "dead-letter topic %s: %" PRId32 " partition%s", topic, count,
                            count == 1 ? "" : "s");
}

/* Kafka would make the topic: asked without having it made. */
static bool may_make(rd_kafka_t *rk, const char *name)
{
    char error[256];
    rd_kafka_NewTopic_t *topic = rd_kafka_NewTopic_new(name, 1, -1, error, sizeof error);
    if (!topic)
        return false;
    rd_kafka_queue_t *queue = rd_kafka_queue_new(rk);
    rd_kafka_AdminOptions_t *options =
        rd_kafka_AdminOptions_new(rk, RD_KAFKA_ADMIN_OP_CREATETOPICS);
    rd_kafka_AdminOptions_set_validate_only(options, 1, error, sizeof error);
    rd_kafka_AdminOptions_set_request_timeout(options, WAIT_MS, error, sizeof error);
    rd_kafka_CreateTopics(rk, &topic, 1, options, queue);
    rd_kafka_event_t *event = rd_kafka_queue_poll(queue, WAIT_MS);
    const rd_kafka_CreateTopics_result_t *result =
        event ? rd_kafka_event_CreateTopics_result(event) : NULL;
    size_t count = 0;
    const rd_kafka_topic_result_t **results =
        result ? rd_kafka_CreateTopics_result_topics(result, &count) : NULL;
    bool good = count == 1 && !rd_kafka_topic_result_error(results[0]);
    rd_kafka_event_destroy(event);
    rd_kafka_AdminOptions_destroy(options);
    rd_kafka_queue_destroy(queue);
    rd_kafka_NewTopic_destroy(topic);
    return good;
}

static void check_control_topic(struct kafka_check *check)
{
    const char *topic = check->config->control_topic;
    rd_kafka_resp_err_t code;
    int32_t count = ask_partitions(check->client.rk, topic, &code);
    if (count == 1)
        dp_check_report_add(check->report, DP_CHECK_OK, "control topic %s: 1 partition", topic);
    else if (!code)
        dp_check_report_add(check->report, DP_CHECK_WARN,
                            "control topic %s has %" PRId32
                            " partitions: make it anew with one, or name another",
                            topic, count);
    else if (code == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART && may_make(check->client.rk, topic))
        dp_check_report_add(check->report, DP_CHECK_OK,
                            "control topic %s is not there yet: run makes it", topic);
    else
        say_unusable(check, topic, "control topic", code, 1);
}

/* A setting of a topic, as text; NULL: it was not told. To be freed. */
static char *ask_setting(rd_kafka_t *rk, const char *topic, const char *name)
{
    rd_kafka_ConfigResource_t *asked = rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic);
    rd_kafka_queue_t *queue = rd_kafka_queue_new(rk);
    char *value = NULL;
    size_t count = 0, entries = 0;
    rd_kafka_DescribeConfigs(rk, &asked, 1, NULL, queue);
    rd_kafka_event_t *event = rd_kafka_queue_poll(queue, WAIT_MS);
    const rd_kafka_DescribeConfigs_result_t *result =
        event ? rd_kafka_event_DescribeConfigs_result(event) : NULL;
    const rd_kafka_ConfigResource_t **told =
        result ? rd_kafka_DescribeConfigs_result_resources(result, &count) : NULL;
    const rd_kafka_ConfigEntry_t **settings =
        count ? rd_kafka_ConfigResource_configs(told[0], &entries) : NULL;
    for (size_t i = 0; i < entries && !value; i++)
        if (strcmp(rd_kafka_ConfigEntry_name(settings[i]), name) == 0 &&
            rd_kafka_ConfigEntry_value(settings[i]))
            value = dp_xstrdup(rd_kafka_ConfigEntry_value(settings[i]));
    if (event)
        rd_kafka_event_destroy(event);
    rd_kafka_queue_destroy(queue);
    rd_kafka_ConfigResource_destroy(asked);
    return value;
}

/* Figures can be explained for as long as their facts are kept. */
static void check_retention(struct kafka_check *check, const char *topic, int32_t count)
{
    char *retention = ask_setting(check->client.rk, topic, "retention.ms");
    char *policy = ask_setting(check->client.rk, topic, "cleanup.policy");
    int64_t ms = retention ? strtoll(retention, NULL, 10) : 0;
    if (policy && strstr(policy, "compact"))
        dp_check_report_add(check->report, DP_CHECK_FAIL,
                            "facts topic %s is compacted, which loses facts: set its "
                            "cleanup.policy to delete",
                            topic);
    else if (!retention)
        dp_check_report_add(check->report, DP_CHECK_WARN,
                            "facts topic %s: this user may not ask for its retention.ms, which "
                            "should be %s or more",
                            topic, DP_LEDGER_RETENTION_MS);
    else if (ms >= 0 && ms < strtoll(DP_LEDGER_RETENTION_MS, NULL, 10))
        dp_check_report_add(check->report, DP_CHECK_WARN,
                            "facts topic %s keeps facts for %" PRId64
                            " days only, and older figures cannot be explained: set its "
                            "retention.ms to %s or more",
                            topic, ms / 86400000, DP_LEDGER_RETENTION_MS);
    else
        dp_check_report_add(check->report, DP_CHECK_OK, "facts topic %s: %" PRId32 " partition%s",
                            topic, count, count == 1 ? "" : "s");
    free(retention);
    free(policy);
}

static void check_facts_topic(struct kafka_check *check)
{
    const char *topic = check->config->facts_topic;
    rd_kafka_resp_err_t code;
    if (!*topic)
        return;
    int32_t count = ask_partitions(check->client.rk, topic, &code);
    if (!code)
        check_retention(check, topic, count);
    else if (code == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART && may_make(check->client.rk, topic))
        dp_check_report_add(check->report, DP_CHECK_OK,
                            "facts topic %s is not there yet: run makes it", topic);
    else
        say_unusable(check, topic, "facts topic", code, 3);
}

void dp_kafka_check(const struct dp_config *config, struct dp_check_report *report)
{
    struct kafka_check check = {.config = config, .report = report};
    char error[1024];
    check.client.owner = &check;
    check.client.failed = refused;
    rd_kafka_conf_t *conf = make_conf(config, DP_KAFKA_CONSUMER, error, sizeof error);
    if (!conf || !dp_kafka_client_init(&check.client, DP_KAFKA_CONSUMER, conf, brokers_of(config),
                                       error, sizeof error)) {
        dp_check_report_add(report, DP_CHECK_FAIL, "%s", error);
        return;
    }
    dp_kafka_log_due(&check.client.said_ms); /* that Kafka is away is said here, not in the log */
    check.partitions = rd_kafka_topic_partition_list_new(0);
    if (check_brokers(&check)) {
        for (size_t i = 0; i < config->topic_count; i++)
            check_topic(&check, config->topics[i]);
        check_group(&check);
        check_control_topic(&check);
        check_dead_letters(&check);
        check_facts_topic(&check);
    }
    rd_kafka_topic_partition_list_destroy(check.partitions);
    dp_kafka_client_deinit(&check.client, false);
}
