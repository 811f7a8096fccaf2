#include "ingest/kafka_leadership.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "common/memory.h"
#include "ingest/kafka_client.h"
#include "ingest/kafka_new_topic.h"

/* Keeps the group's max.poll.interval.ms, and finds what a wake-up might have missed. */
#define POLL_INTERVAL_MS 1000

/* How often it is tried again to make the control topic. */
#define MAKE_INTERVAL_MS 5000

/* The partition of the control topic that decides. */
#define PARTITION 0

struct dp_kafka_leadership {
    struct dp_kafka_client client;
    struct dp_kafka_leadership_events events;
    void *ctx;
    struct dp_kafka_new_topic topic;
    rd_kafka_queue_t *group; /* rebalances, errors, commit results */
    uv_timer_t timer;
    int open_handles;
    int commits;       /* without an answer yet */
    bool assigned;     /* librdkafka has the partition */
    bool held;         /* and the owner knows */
    bool was_assigned; /* something, or nothing, once */
    bool rejoining;    /* unsubscribed: to subscribe again when nothing is assigned any more */
    bool missing;      /* the control topic, as far as is known */
    bool warned;       /* that it has more than one partition */
    bool closing;
    uint64_t commit_said_ms, made_ms;
};

static void failed(void *owner, const char *text)
{
    struct dp_kafka_leadership *self = owner;
    if (!self->closing)
        self->events.failed(self->ctx, text);
}

/* Group ------------------------------------------------------------------------------------------
 */

static void say_assigned(struct dp_kafka_leadership *self,
                         const rd_kafka_topic_partition_list_t *list)
{
    for (int i = 0; i < list->cnt; i++) {
        if (list->elems[i].partition == PARTITION || self->warned)
            continue;
        self->warned = true;
        dp_log(DP_LOG_WARN,
               "the control topic has more than one partition: the owner of partition 0 is the "
               "active process; make the topic anew with one partition",
               "topic=%s", self->topic.options.name);
    }
}

static bool has_partition(const rd_kafka_topic_partition_list_t *list)
{
    for (int i = 0; i < list->cnt; i++)
        if (list->elems[i].partition == PARTITION)
            return true;
    return false;
}

static void assign(struct dp_kafka_leadership *self, rd_kafka_topic_partition_list_t *list)
{
    for (int i = 0; i < list->cnt; i++)
        list->elems[i].offset = RD_KAFKA_OFFSET_END;
    rd_kafka_error_t *error = rd_kafka_incremental_assign(self->client.rk, list);
    if (error) {
        dp_kafka_client_error(&self->client, rd_kafka_error_code(error),
                              rd_kafka_error_string(error));
        rd_kafka_error_destroy(error);
        return;
    }
    rd_kafka_pause_partitions(self->client.rk, list); /* there is nothing to read */
    say_assigned(self, list);
    if (!has_partition(list))
        return;
    self->assigned = true;
    self->missing = false;
    if (!self->rejoining && !self->closing) {
        self->held = true;
        self->events.gained(self->ctx);
    }
}

static void revoke(struct dp_kafka_leadership *self, rd_kafka_topic_partition_list_t *list)
{
    if (has_partition(list)) {
        bool was_held = self->held;
        self->assigned = self->held = false;
        /* Before Kafka may give it to another. */
        if (was_held && !self->closing)
            self->events.lost(self->ctx);
    }
    rd_kafka_error_destroy(rd_kafka_incremental_unassign(self->client.rk, list));
}

static void on_rebalance(rd_kafka_t *rk, rd_kafka_resp_err_t code,
                         rd_kafka_topic_partition_list_t *list, void *opaque)
{
    (void)rk;
    struct dp_kafka_client *client = opaque;
    struct dp_kafka_leadership *self = client->owner;
    self->was_assigned |= code == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS;
    if (code == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS) {
        dp_kafka_client_answered(client);
        assign(self, list);
    } else {
        revoke(self, list);
    }
}

static void on_commit(rd_kafka_t *rk, rd_kafka_resp_err_t code,
                      rd_kafka_topic_partition_list_t *offsets, void *opaque)
{
    (void)rk;
    (void)offsets;
    struct dp_kafka_client *client = opaque;
    struct dp_kafka_leadership *self = client->owner;
    if (self->commits > 0)
        self->commits--;
    if (!code)
        dp_kafka_client_answered(client);
    else if (code != RD_KAFKA_RESP_ERR__NO_OFFSET && dp_kafka_log_due(&self->commit_said_ms))
        dp_log(DP_LOG_WARN, "Kafka did not take the group's positions; the next commit tries again",
               "error=%s", rd_kafka_err2name(code));
}

static bool subscribe(struct dp_kafka_leadership *self, char *error, size_t size)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(list, self->topic.options.name, RD_KAFKA_PARTITION_UA);
    rd_kafka_resp_err_t code = rd_kafka_subscribe(self->client.rk, list);
    rd_kafka_topic_partition_list_destroy(list);
    if (code)
        snprintf(error, size, "kafka: cannot subscribe to the control topic: %s",
                 rd_kafka_err2str(code));
    return !code;
}

static void subscribe_again(struct dp_kafka_leadership *self)
{
    char error[256];
    if (subscribe(self, error, sizeof error))
        self->rejoining = false;
    else if (dp_kafka_log_due(&self->client.said_ms))
        dp_log(DP_LOG_WARN, error, "");
}

/* Nothing of the old membership is left. */
static bool is_unassigned(struct dp_kafka_leadership *self)
{
    rd_kafka_topic_partition_list_t *list = NULL;
    if (self->assigned || rd_kafka_assignment(self->client.rk, &list))
        return false;
    bool none = list->cnt == 0;
    rd_kafka_topic_partition_list_destroy(list);
    return none;
}

/* Loop -------------------------------------------------------------------------------------------
 */

/* No messages come, only what is wrong. */
static void see_to(struct dp_kafka_leadership *self, const rd_kafka_message_t *from)
{
    switch (from->err) {
    case RD_KAFKA_RESP_ERR_NO_ERROR:
        break;
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
        self->missing = true;
        break;
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
        dp_log(DP_LOG_ERROR, "Kafka refuses the control topic: give this user the right to read it",
               "topic=%s", self->topic.options.name);
        break;
    default:
        dp_kafka_client_error(&self->client, from->err, rd_kafka_message_errstr(from));
    }
}

static void serve_topic(struct dp_kafka_leadership *self)
{
    uint64_t now_ms = uv_hrtime() / 1000000;
    if (dp_kafka_new_topic_serve(&self->topic)) {
        self->missing = false;
        /* Subscribing anew finds the topic sooner than librdkafka's next look at it. */
        if (!self->assigned)
            dp_kafka_leadership_rejoin(self);
    }
    if (self->missing && (!self->made_ms || now_ms - self->made_ms >= MAKE_INTERVAL_MS)) {
        self->made_ms = now_ms;
        dp_kafka_new_topic_make(&self->topic);
    }
}

static void run(struct dp_kafka_leadership *self)
{
    rd_kafka_message_t *from;
    while ((from = rd_kafka_consumer_poll(self->client.rk, 0))) {
        see_to(self, from);
        rd_kafka_message_destroy(from);
    }
    self->client.stale = false;
    serve_topic(self);
    if (self->rejoining && is_unassigned(self))
        subscribe_again(self);
}

static void on_timer(uv_timer_t *handle)
{
    run(handle->data);
}

static void on_woken(uv_poll_t *handle, int status, int events)
{
    (void)status;
    (void)events;
    struct dp_kafka_leadership *self = handle->data;
    dp_kafka_client_woken(&self->client);
    run(self);
}

/* What the owner calls ---------------------------------------------------------------------------
 */

bool dp_kafka_leadership_held(const struct dp_kafka_leadership *self)
{
    return self->held;
}

void dp_kafka_leadership_rejoin(struct dp_kafka_leadership *self)
{
    self->held = false;
    if (self->rejoining)
        return;
    self->rejoining = true;
    rd_kafka_unsubscribe(self->client.rk);
}

void dp_kafka_leadership_commit(struct dp_kafka_leadership *self,
                                const struct dp_positions *positions)
{
    rd_kafka_topic_partition_list_t *list =
        rd_kafka_topic_partition_list_new((int)positions->count);
    for (size_t i = 0; i < positions->count; i++) {
        const struct dp_position *item = &positions->items[i];
        if (item->next != DP_POSITION_UNKNOWN)
            rd_kafka_topic_partition_list_add(list, item->topic, item->partition)->offset =
                item->next;
    }
    if (list->cnt > 0 && !rd_kafka_commit(self->client.rk, list, 1))
        self->commits++;
    rd_kafka_topic_partition_list_destroy(list);
}

/* Life -------------------------------------------------------------------------------------------
 */

static bool open_client(struct dp_kafka_leadership *self,
                        const struct dp_kafka_leadership_options *options, char *error, size_t size)
{
    rd_kafka_conf_t *conf = dp_kafka_conf_create(DP_KAFKA_MEMBER, options->properties,
                                                 options->property_count, error, size);
    if (!conf)
        return false;
    rd_kafka_conf_set_rebalance_cb(conf, on_rebalance);
    rd_kafka_conf_set_offset_commit_cb(conf, on_commit);
    self->client.owner = self;
    self->client.failed = failed;
    return dp_kafka_client_init(
        &self->client, DP_KAFKA_MEMBER, conf,
        dp_kafka_property_brokers(options->properties, options->property_count), error, size);
}

/* librdkafka before 2.3 ends the process when a member is destroyed that has joined its group and
 * has not been assigned anything yet (its issue 4312). */
static bool is_safe_to_destroy(const struct dp_kafka_leadership *self)
{
    return self->was_assigned || rd_kafka_version() >= 0x02030000;
}

static void release_kafka(struct dp_kafka_leadership *self, bool in_background)
{
    dp_kafka_new_topic_deinit(&self->topic);
    rd_kafka_queue_destroy(self->group);
    if (is_safe_to_destroy(self))
        dp_kafka_client_deinit(&self->client, in_background);
    else
        dp_kafka_client_abandon(&self->client);
}

struct dp_kafka_leadership *
dp_kafka_leadership_create(uv_loop_t *loop, const struct dp_kafka_leadership_options *options,
                           const struct dp_kafka_leadership_events *events, void *ctx, char *error,
                           size_t size)
{
    struct dp_kafka_leadership *self = dp_xcalloc(1, sizeof *self);
    self->events = *events;
    self->ctx = ctx;
    if (!open_client(self, options, error, size)) {
        free(self);
        return NULL;
    }
    rd_kafka_poll_set_consumer(self->client.rk);
    self->group = rd_kafka_queue_get_consumer(self->client.rk);
    dp_kafka_client_watch(&self->client, self->group);
    dp_kafka_new_topic_init(&self->topic, &self->client,
                            &(struct dp_kafka_new_topic_options){
                                .name = options->control_topic,
                                .what = "the control topic",
                                .without = "this process stands by until it is there",
                                .partitions = 1,
                            });
    if (!subscribe(self, error, size) ||
        !dp_kafka_client_start(&self->client, loop, on_woken, error, size)) {
        release_kafka(self, false);
        free(self);
        return NULL;
    }
    uv_timer_init(loop, &self->timer);
    self->timer.data = self;
    uv_timer_start(&self->timer, on_timer, POLL_INTERVAL_MS, POLL_INTERVAL_MS);
    self->open_handles = 2;
    return self;
}

static void on_closed(uv_handle_t *handle)
{
    struct dp_kafka_leadership *self = handle->data;
    if (--self->open_handles == 0)
        free(self);
}

void dp_kafka_leadership_close(struct dp_kafka_leadership *self, int64_t timeout_ms)
{
    uint64_t now_ns = uv_hrtime(), timeout_ns = (uint64_t)timeout_ms * 1000000u;
    self->closing = true;
    self->held = false;
    uv_poll_stop(&self->client.wake);
    while (self->commits > 0 && uv_hrtime() < now_ns + timeout_ns / 2)
        rd_kafka_queue_poll_callback(self->group, 20);
    if (self->commits > 0)
        dp_log(DP_LOG_WARN, "Kafka did not take the last positions in time", "waited_ms=%lld",
               (long long)timeout_ms / 2);
    bool left = dp_kafka_client_leave(&self->client, now_ns + timeout_ns);
    if (!left)
        dp_log(DP_LOG_WARN,
               "Kafka did not confirm that this process left the group; it takes it out when "
               "session.timeout.ms has passed",
               "waited_ms=%lld", (long long)timeout_ms);
    release_kafka(self, !left);
    uv_close((uv_handle_t *)&self->client.wake, on_closed);
    uv_close((uv_handle_t *)&self->timer, on_closed);
}
