#include "ingest/kafka_source.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "common/memory.h"
#include "ingest/kafka_client.h"
#include "ingest/kafka_headers.h"
#include "ingest/kafka_partitions.h"

/* Messages taken from librdkafka at once, and how long the loop's other work waits for them. */
#define FETCH     256
#define BUDGET_NS 5000000u

/* Keeps the group's max.poll.interval.ms, and finds what a wake-up might have missed. */
#define POLL_INTERVAL_MS 1000

#define METADATA_TIMEOUT_MS 1000

struct dp_kafka_source {
    struct dp_kafka_client client;
    struct dp_kafka_source_events events;
    void *ctx;
    struct dp_kafka_partitions partitions;
    struct dp_kafka_source_counters counters;
    rd_kafka_queue_t *group; /* rebalances, errors, commit results */
    rd_kafka_queue_t *data;  /* the messages of all partitions */
    rd_kafka_message_t *fetched[FETCH];
    size_t next, count;    /* of `fetched`: seen to, there */
    struct dp_batch batch; /* to be handed over next */
    struct {
        rd_kafka_message_t *from;
        struct dp_kafka_partition *partition;
    } origins[DP_BATCH_MESSAGES]; /* of the messages in `batch` */
    uv_timer_t timer;
    uv_idle_t more; /* active while messages are left after the budget */
    int open_handles;
    int commits; /* without an answer yet */
    uint64_t commit_said_ms, dropped_said_ms;
    bool paused, closing;
};

static void failed(void *owner, const char *text)
{
    struct dp_kafka_source *source = owner;
    if (!source->closing)
        source->events.failed(source->ctx, text);
}

/* Messages ---------------------------------------------------------------------------------------
 */

static void set_idle(struct dp_kafka_source *source, struct dp_kafka_partition *partition,
                     bool idle)
{
    if (partition->idle == idle)
        return;
    partition->idle = idle;
    source->events.idle(source->ctx, partition->slot, idle);
}

static void say_error(struct dp_kafka_source *source, const rd_kafka_message_t *from)
{
    const char *name = from->rkt ? rd_kafka_topic_name(from->rkt) : "";
    if (from->err == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART ||
        from->err == RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC) {
        dp_log(DP_LOG_WARN, "Kafka has no such topic; waiting for it",
               "topic=%s create_with=\"kafka-topics.sh --bootstrap-server %s --create --topic %s\"",
               name, source->client.brokers, name);
    } else if (from->err == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED) {
        dp_log(DP_LOG_ERROR, "Kafka refuses to have the topic read: give this user the right",
               "topic=%s", name);
    } else {
        dp_kafka_client_error(&source->client, from->err, rd_kafka_message_errstr(from));
    }
}

static void drop(struct dp_kafka_source *source, const struct dp_kafka_topic *topic,
                 const rd_kafka_message_t *from, int64_t expected)
{
    source->counters.dropped++;
    if (topic && dp_kafka_log_due(&source->dropped_said_ms))
        dp_log(DP_LOG_WARN,
               "messages below the position are left out: if the topic was made anew, start again",
               "topic=%s partition=%d offset=%lld position=%lld dropped=%llu", topic->name.p,
               from->partition, (long long)from->offset, (long long)expected,
               (unsigned long long)source->counters.dropped);
}

/* Hands over the batch. Messages that are not taken go back, and the source pauses. */
static void hand_over(struct dp_kafka_source *source)
{
    struct dp_batch *batch = &source->batch;
    size_t taken = source->events.take(source->ctx, batch->messages, batch->count);
    for (size_t i = 0; i < taken; i++) {
        source->counters.messages++;
        source->counters.bytes += batch->messages[i].value.len;
        rd_kafka_message_destroy(source->origins[i].from);
    }
    for (size_t i = batch->count; i-- > taken;) {
        source->fetched[--source->next] = source->origins[i].from;
        source->origins[i].partition->next = batch->messages[i].offset;
        source->paused = true;
    }
    dp_batch_clear(batch);
}

static void add_to_batch(struct dp_kafka_source *source, const struct dp_kafka_topic *topic,
                         struct dp_kafka_partition *partition, rd_kafka_message_t *from)
{
    set_idle(source, partition, false);
    struct dp_message message = {
        .value = {from->payload, from->payload ? from->len : 0},
        .key = {from->key, from->key ? from->key_len : 0},
        .topic = topic->name,
        .partition = from->partition,
        .offset = from->offset,
        .slot = partition->slot,
        .origin = from,
    };
    dp_kafka_headers_read(from, &message);
    source->origins[source->batch.count].from = from;
    source->origins[source->batch.count].partition = partition;
    dp_batch_add(&source->batch, &message);
    partition->next = from->offset + 1;
}

static void reached_end(struct dp_kafka_source *source, struct dp_kafka_partition *partition,
                        int64_t end)
{
    if (partition->next > end)
        return;
    partition->next = end;
    set_idle(source, partition, true);
}

/* Puts the next message into the batch, or sees to it at once. The batch has room for it. */
static void take_next(struct dp_kafka_source *source)
{
    rd_kafka_message_t *from = source->fetched[source->next++];
    if (from->err && from->err != RD_KAFKA_RESP_ERR__PARTITION_EOF) {
        say_error(source, from);
        rd_kafka_message_destroy(from);
        return;
    }
    struct dp_kafka_topic *topic = dp_kafka_partitions_topic_of(&source->partitions, from->rkt);
    struct dp_kafka_partition *partition = dp_kafka_partition_at(topic, from->partition);
    bool owned = partition && partition->owned;
    if (owned)
        dp_kafka_client_answered(&source->client);
    /* A gap is normal: compaction and transactions leave them. */
    if (owned && !from->err && from->offset >= partition->next) {
        add_to_batch(source, topic, partition, from);
        return;
    }
    if (owned && from->err)
        reached_end(source, partition, from->offset);
    else if (!from->err)
        drop(source, owned ? topic : NULL, from, owned ? partition->next : 0);
    rd_kafka_message_destroy(from);
}

/* What is said out of turn, the end of a partition too, comes after the messages before it. */
static bool has_room_for_next(const struct dp_kafka_source *source)
{
    const rd_kafka_message_t *next = source->fetched[source->next];
    return next->err ? source->batch.count == 0 : dp_batch_has_room(&source->batch, next->len);
}

/* True: messages may be left although the source is not paused. */
static bool drain(struct dp_kafka_source *source)
{
    uint64_t end_ns = uv_hrtime() + BUDGET_NS;
    while (!source->paused) {
        if (source->next < source->count && has_room_for_next(source)) {
            take_next(source);
        } else if (source->batch.count) {
            hand_over(source);
        } else {
            if (uv_hrtime() > end_ns)
                return true;
            ssize_t count = rd_kafka_consume_batch_queue(source->data, 0, source->fetched, FETCH);
            source->next = 0;
            source->count = count > 0 ? (size_t)count : 0;
            if (source->count == 0) {
                source->client.stale = false;
                return false;
            }
        }
    }
    return false;
}

/* Group ------------------------------------------------------------------------------------------
 */

/* The number of partitions that the topics have in Kafka; 0 when it does not say in time. */
static size_t partitions_in_kafka(struct dp_kafka_source *source)
{
    size_t total = 0;
    for (size_t i = 0; i < source->partitions.count; i++) {
        const struct rd_kafka_metadata *metadata;
        rd_kafka_topic_t *topic =
            rd_kafka_topic_new(source->client.rk, source->partitions.topics[i].name.p, NULL);
        if (!topic)
            return 0;
        rd_kafka_resp_err_t code =
            rd_kafka_metadata(source->client.rk, 0, topic, &metadata, METADATA_TIMEOUT_MS);
        rd_kafka_topic_destroy(topic);
        if (code)
            return 0;
        for (int t = 0; t < metadata->topic_cnt; t++)
            total += (size_t)metadata->topics[t].partition_cnt;
        rd_kafka_metadata_destroy(metadata);
    }
    return total;
}

static void say_share(struct dp_kafka_source *source)
{
    size_t owned = dp_kafka_partitions_owned(&source->partitions);
    size_t total = partitions_in_kafka(source);
    if (owned < total)
        dp_log(DP_LOG_WARN,
               "another process of this group reads a part of the partitions: figures are of this "
               "part alone; run one process for each group.id",
               "assigned=%zu partitions=%zu", owned, total);
    else
        dp_log(DP_LOG_INFO, "partitions assigned", "assigned=%zu", owned);
}

/* Before fetching begins, so that no message goes to the group's queue. */
static void forward(struct dp_kafka_source *source, const rd_kafka_topic_partition_t *at)
{
    rd_kafka_queue_t *queue =
        rd_kafka_queue_get_partition(source->client.rk, at->topic, at->partition);
    if (!queue) {
        dp_log(DP_LOG_ERROR, "a partition has no queue: it is not read", "topic=%s partition=%d",
               at->topic, at->partition);
        return;
    }
    rd_kafka_queue_forward(queue, source->data);
    rd_kafka_queue_destroy(queue);
}

static void assign(struct dp_kafka_source *source, rd_kafka_topic_partition_list_t *list)
{
    for (int i = 0; i < list->cnt; i++) {
        rd_kafka_topic_partition_t *at = &list->elems[i];
        struct dp_kafka_topic *topic = dp_kafka_partitions_topic(&source->partitions, at->topic);
        struct dp_kafka_partition *partition = dp_kafka_partitions_add(topic, at->partition);
        if (!partition)
            continue;
        if (!partition->seen) {
            partition->slot = source->events.assigned(source->ctx, topic->name.p, at->partition);
            partition->seen = true;
        }
        partition->owned = true;
        if (partition->next != DP_KAFKA_UNKNOWN)
            at->offset = partition->next;
        forward(source, at);
    }
    rd_kafka_resp_err_t code = rd_kafka_assign(source->client.rk, list);
    if (code)
        dp_kafka_client_error(&source->client, code, rd_kafka_err2str(code));
}

static void revoke(struct dp_kafka_source *source)
{
    for (size_t t = 0; t < source->partitions.count; t++) {
        struct dp_kafka_topic *topic = &source->partitions.topics[t];
        for (size_t p = 0; p < topic->count; p++) {
            struct dp_kafka_partition *partition = &topic->partitions[p];
            if (!partition->owned)
                continue;
            partition->owned = false;
            if (source->closing)
                continue;
            set_idle(source, partition, true);
            source->events.revoked(source->ctx, partition->slot);
        }
    }
    rd_kafka_assign(source->client.rk, NULL);
}

static void on_rebalance(rd_kafka_t *rk, rd_kafka_resp_err_t code,
                         rd_kafka_topic_partition_list_t *list, void *opaque)
{
    (void)rk;
    struct dp_kafka_client *client = opaque;
    struct dp_kafka_source *source = client->owner;
    dp_kafka_partitions_forget_handles(&source->partitions);
    if (code != RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS || source->closing) {
        revoke(source);
        return;
    }
    dp_kafka_client_answered(client);
    assign(source, list);
    say_share(source);
}

static void on_commit(rd_kafka_t *rk, rd_kafka_resp_err_t code,
                      rd_kafka_topic_partition_list_t *offsets, void *opaque)
{
    (void)rk;
    (void)offsets;
    struct dp_kafka_client *client = opaque;
    struct dp_kafka_source *source = client->owner;
    if (source->commits > 0)
        source->commits--;
    if (!code)
        dp_kafka_client_answered(client);
    else if (code != RD_KAFKA_RESP_ERR__NO_OFFSET && dp_kafka_log_due(&source->commit_said_ms))
        dp_log(DP_LOG_WARN, "Kafka did not take the group's positions; the next commit tries again",
               "error=%s", rd_kafka_err2name(code));
}

static void serve_group(struct dp_kafka_source *source)
{
    rd_kafka_message_t *from;
    /* Errors and callbacks only; the messages have a queue of their own. */
    while ((from = rd_kafka_consumer_poll(source->client.rk, 0))) {
        say_error(source, from);
        rd_kafka_message_destroy(from);
    }
}

/* Loop -------------------------------------------------------------------------------------------
 */

static void run(struct dp_kafka_source *source);

static void on_more(uv_idle_t *handle)
{
    run(handle->data);
}

static void on_timer(uv_timer_t *handle)
{
    run(handle->data);
}

static void on_woken(uv_poll_t *handle, int status, int events)
{
    (void)status;
    (void)events;
    struct dp_kafka_source *source = handle->data;
    dp_kafka_client_woken(&source->client);
    run(source);
}

static void run(struct dp_kafka_source *source)
{
    serve_group(source);
    if (drain(source))
        uv_idle_start(&source->more, on_more);
    else
        uv_idle_stop(&source->more);
}

void dp_kafka_source_pause(struct dp_kafka_source *source)
{
    source->paused = true;
}

void dp_kafka_source_resume(struct dp_kafka_source *source)
{
    source->paused = false;
    /* What came meanwhile has used up its wake-up. */
    uv_idle_start(&source->more, on_more);
}

/* Positions --------------------------------------------------------------------------------------
 */

void dp_kafka_source_positions(const struct dp_kafka_source *source,
                               struct dp_kafka_positions *into)
{
    into->count = 0;
    for (size_t t = 0; t < source->partitions.count; t++) {
        const struct dp_kafka_topic *topic = &source->partitions.topics[t];
        for (size_t p = 0; p < topic->count; p++) {
            if (topic->partitions[p].next == DP_KAFKA_UNKNOWN)
                continue;
            into->positions =
                dp_xgrow(into->positions, into->count, &into->capacity, sizeof *into->positions);
            into->positions[into->count++] =
                (struct dp_kafka_position){topic->name.p, (int32_t)p, topic->partitions[p].next};
        }
    }
}

void dp_kafka_source_commit(struct dp_kafka_source *source,
                            const struct dp_kafka_positions *positions)
{
    rd_kafka_topic_partition_list_t *list =
        rd_kafka_topic_partition_list_new((int)positions->count);
    for (size_t i = 0; i < positions->count; i++) {
        const struct dp_kafka_position *position = &positions->positions[i];
        const struct dp_kafka_partition *partition = dp_kafka_partition_at(
            dp_kafka_partitions_topic(&source->partitions, position->topic), position->partition);
        if (partition && partition->owned)
            rd_kafka_topic_partition_list_add(list, position->topic, position->partition)->offset =
                position->next;
    }
    if (list->cnt > 0 && !rd_kafka_commit(source->client.rk, list, 1))
        source->commits++;
    rd_kafka_topic_partition_list_destroy(list);
}

const struct dp_kafka_source_counters *
dp_kafka_source_counters(const struct dp_kafka_source *source)
{
    return &source->counters;
}

/* Life -------------------------------------------------------------------------------------------
 */

static bool subscribe(struct dp_kafka_source *source, char *error, size_t size)
{
    rd_kafka_topic_partition_list_t *list =
        rd_kafka_topic_partition_list_new((int)source->partitions.count);
    for (size_t i = 0; i < source->partitions.count; i++)
        rd_kafka_topic_partition_list_add(list, source->partitions.topics[i].name.p,
                                          RD_KAFKA_PARTITION_UA);
    rd_kafka_resp_err_t code = rd_kafka_subscribe(source->client.rk, list);
    rd_kafka_topic_partition_list_destroy(list);
    if (code)
        snprintf(error, size, "kafka: cannot subscribe to the topics: %s", rd_kafka_err2str(code));
    return !code;
}

static bool topics_good(const struct dp_kafka_source_options *options, char *error, size_t size)
{
    if (options->topic_count == 0) {
        snprintf(error, size, "kafka: topics is empty: name one at least");
        return false;
    }
    for (size_t i = 0; i < options->topic_count; i++) {
        const char *name = options->topics[i];
        if (*name == '\0' || *name == '^') {
            snprintf(error, size, "kafka: topics: \"%s\" is no name: patterns are not supported",
                     name);
            return false;
        }
    }
    return true;
}

static bool open_client(struct dp_kafka_source *source,
                        const struct dp_kafka_source_options *options, char *error, size_t size)
{
    rd_kafka_conf_t *conf = dp_kafka_conf_create(DP_KAFKA_CONSUMER, options->properties,
                                                 options->property_count, error, size);
    if (!conf)
        return false;
    rd_kafka_conf_set_rebalance_cb(conf, on_rebalance);
    rd_kafka_conf_set_offset_commit_cb(conf, on_commit);
    source->client.owner = source;
    source->client.failed = failed;
    return dp_kafka_client_init(
        &source->client, DP_KAFKA_CONSUMER, conf,
        dp_kafka_property_brokers(options->properties, options->property_count), error, size);
}

static void release_kafka(struct dp_kafka_source *source, bool in_background)
{
    while (source->next < source->count)
        rd_kafka_message_destroy(source->fetched[source->next++]);
    rd_kafka_queue_destroy(source->data);
    rd_kafka_queue_destroy(source->group);
    dp_kafka_client_deinit(&source->client, in_background);
}

static void release(struct dp_kafka_source *source)
{
    dp_kafka_partitions_deinit(&source->partitions);
    free(source);
}

struct dp_kafka_source *dp_kafka_source_create(uv_loop_t *loop,
                                               const struct dp_kafka_source_options *options,
                                               const struct dp_kafka_source_events *events,
                                               void *ctx, char *error, size_t size)
{
    if (!topics_good(options, error, size))
        return NULL;
    struct dp_kafka_source *source = dp_xcalloc(1, sizeof *source);
    source->events = *events;
    source->ctx = ctx;
    dp_kafka_partitions_init(&source->partitions, options->topics, options->topic_count);
    if (!open_client(source, options, error, size)) {
        release(source);
        return NULL;
    }
    rd_kafka_poll_set_consumer(source->client.rk);
    source->group = rd_kafka_queue_get_consumer(source->client.rk);
    source->data = rd_kafka_queue_new(source->client.rk);
    dp_kafka_client_watch(&source->client, source->group);
    dp_kafka_client_watch(&source->client, source->data);
    if (!subscribe(source, error, size) ||
        !dp_kafka_client_start(&source->client, loop, on_woken, error, size)) {
        release_kafka(source, false);
        release(source);
        return NULL;
    }
    uv_timer_init(loop, &source->timer);
    uv_idle_init(loop, &source->more);
    source->timer.data = source->more.data = source;
    uv_timer_start(&source->timer, on_timer, POLL_INTERVAL_MS, POLL_INTERVAL_MS);
    source->open_handles = 3;
    return source;
}

static void on_closed(uv_handle_t *handle)
{
    struct dp_kafka_source *source = handle->data;
    if (--source->open_handles == 0)
        release(source);
}

/* The library closes in a thread of its own, so that waiting for it can end. False: it did not end.
 */
static bool leave_group(struct dp_kafka_source *source, uint64_t end_ns, int64_t timeout_ms)
{
    rd_kafka_queue_t *queue = rd_kafka_queue_new(source->client.rk);
    rd_kafka_error_t *trouble = rd_kafka_consumer_close_queue(source->client.rk, queue);
    rd_kafka_error_destroy(trouble);
    while (!trouble && !rd_kafka_consumer_closed(source->client.rk) && uv_hrtime() < end_ns)
        rd_kafka_queue_poll_callback(queue, 20);
    bool left = rd_kafka_consumer_closed(source->client.rk) != 0;
    if (!left)
        dp_log(DP_LOG_WARN,
               "Kafka did not confirm that this process left the group; it takes it out when "
               "session.timeout.ms has passed",
               "waited_ms=%lld", (long long)timeout_ms);
    rd_kafka_queue_destroy(queue);
    return left;
}

void dp_kafka_source_close(struct dp_kafka_source *source, const struct dp_kafka_positions *last,
                           int64_t timeout_ms)
{
    uint64_t now_ns = uv_hrtime(), timeout_ns = (uint64_t)timeout_ms * 1000000u;
    source->closing = true;
    uv_poll_stop(&source->client.wake);
    if (last)
        dp_kafka_source_commit(source, last);
    while (source->commits > 0 && uv_hrtime() < now_ns + timeout_ns / 2)
        rd_kafka_queue_poll_callback(source->group, 20);
    if (source->commits > 0)
        dp_log(DP_LOG_WARN, "Kafka did not take the last positions in time", "waited_ms=%lld",
               (long long)timeout_ms / 2);
    bool left = leave_group(source, now_ns + timeout_ns, timeout_ms);
    release_kafka(source, !left);
    uv_close((uv_handle_t *)&source->client.wake, on_closed);
    uv_close((uv_handle_t *)&source->timer, on_closed);
    uv_close((uv_handle_t *)&source->more, on_closed);
}
