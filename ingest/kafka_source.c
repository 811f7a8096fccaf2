#include "ingest/kafka_source.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "common/memory.h"
#include "ingest/kafka_client.h"
#include "ingest/kafka_partitions.h"
#include "ingest/kafka_plan.h"
#include "ingest/kafka_reader.h"
#include "ingest/kafka_surveyor.h"
#include "ingest/kafka_waker.h"

/* Finds what a wake-up might have missed. */
#define POLL_INTERVAL_MS 1000

/* How often Kafka is asked for new partitions; topic.metadata.refresh.interval.ms may say it. */
#define SURVEY_INTERVAL_MS     5000
#define SURVEY_INTERVAL_MAX_MS 10000

enum state {
    STOPPED,
    STARTING, /* Kafka has not said yet what it holds */
    READING,
    HALTED /* failed */
};

struct dp_kafka_source {
    struct dp_kafka_client client;
    struct dp_kafka_source_events events;
    void *ctx;
    struct dp_kafka_partitions partitions;
    struct dp_kafka_reader reader;
    struct dp_kafka_surveyor surveyor;
    struct dp_kafka_waker waker;
    struct dp_kafka_plan plan;
    struct dp_kafka_source_counters counters;
    enum state state;
    rd_kafka_queue_t *errors; /* and callbacks */
    uv_timer_t timer;
    uv_idle_t more; /* active while messages are left after the budget */
    int open_handles;
    bool closing;
    int64_t close_timeout_ms;
};

/* Errors -----------------------------------------------------------------------------------------
 */

/* Takes all partitions out of librdkafka's hands. */
static void unassign(struct dp_kafka_source *source)
{
    rd_kafka_assign(source->client.rk, NULL);
    dp_kafka_reader_discard(&source->reader);
}

/* Ends in the owner's hands, who may stop the source: the last thing to be done. */
static void give_up(struct dp_kafka_source *source, const char *text)
{
    if (source->closing || source->state == STOPPED || source->state == HALTED)
        return;
    source->state = HALTED;
    dp_kafka_surveyor_stop(&source->surveyor);
    for (size_t i = 0; i < source->partitions.slot_count; i++)
        dp_kafka_partitions_slot(&source->partitions, i)->reading = false;
    unassign(source);
    source->events.failed(source->ctx, text);
}

/* The client's failures may come before the first start, from inside librdkafka's callbacks. */
static void client_failed(void *owner, const char *text)
{
    struct dp_kafka_source *source = owner;
    if (!source->closing)
        source->events.failed(source->ctx, text);
}

static void answered(void *owner)
{
    struct dp_kafka_source *source = owner;
    dp_kafka_client_answered(&source->client);
}

/* Out of librdkafka's hands at once: what it has fetched of it must not come when it goes on. */
static void doubted(void *owner, const char *topic, int32_t partition)
{
    struct dp_kafka_source *source = owner;
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(list, topic, partition);
    rd_kafka_error_destroy(rd_kafka_incremental_unassign(source->client.rk, list));
    rd_kafka_topic_partition_list_destroy(list);
    dp_kafka_surveyor_hurry(&source->surveyor);
}

static void trouble(void *owner, const rd_kafka_message_t *from)
{
    struct dp_kafka_source *source = owner;
    switch (from->err) {
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
    case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
        dp_kafka_surveyor_hurry(&source->surveyor); /* which judges it */
        break;
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
        dp_kafka_say_refused(from->rkt ? rd_kafka_topic_name(from->rkt) : "");
        break;
    default:
        dp_kafka_client_error(&source->client, from->err, rd_kafka_message_errstr(from));
    }
}

/* Partitions -------------------------------------------------------------------------------------
 */

static void take_up(struct dp_kafka_source *source, rd_kafka_topic_partition_list_t *list)
{
    rd_kafka_error_t *error = NULL;
    dp_kafka_partitions_forget_handles(&source->partitions);
    if (list->cnt)
        error = rd_kafka_incremental_assign(source->client.rk, list);
    rd_kafka_topic_partition_list_destroy(list);
    if (error)
        dp_kafka_client_error(&source->client, rd_kafka_error_code(error),
                              rd_kafka_error_string(error));
    rd_kafka_error_destroy(error);
}

/* Begins, or goes on, with what the survey has found. False: there is more to be found out. */
static bool on_surveyed(void *owner)
{
    struct dp_kafka_source *source = owner;
    bool starting = source->state == STARTING;
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
    dp_kafka_reader_discard_unread(&source->reader);
    enum dp_kafka_plan_outcome outcome = dp_kafka_plan_make(&source->plan, starting, list);
    if (outcome != DP_KAFKA_PLAN_MADE) {
        rd_kafka_topic_partition_list_destroy(list);
        if (outcome == DP_KAFKA_PLAN_FAILED)
            give_up(source, source->plan.failure);
        return false;
    }
    if (starting) {
        source->state = READING;
        dp_positions_deinit(&source->plan.shown); /* was for the start alone */
        dp_kafka_reader_rest_unread(&source->reader);
        dp_log(DP_LOG_INFO, "reading", "partitions=%d", list->cnt);
    }
    take_up(source, list);
    dp_kafka_reader_doubt_returned(&source->reader);
    return !source->plan.unfinished;
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
    enum dp_kafka_drained drained = DP_KAFKA_EMPTY;
    rd_kafka_poll(source->client.rk, 0); /* callbacks: its errors */
    if (source->state == READING) {
        drained = dp_kafka_reader_drain(&source->reader);
        if (dp_kafka_waker_look(&source->waker))
            uv_timer_start(&source->timer, on_timer, DP_KAFKA_WAKER_INTERVAL_MS, POLL_INTERVAL_MS);
    } else {
        dp_kafka_reader_discard(&source->reader);
    }
    if (drained == DP_KAFKA_EMPTY)
        source->client.stale = false;
    if (drained == DP_KAFKA_MORE)
        uv_idle_start(&source->more, on_more);
    else
        uv_idle_stop(&source->more);
}

void dp_kafka_source_pause(struct dp_kafka_source *source)
{
    source->reader.paused = true;
}

void dp_kafka_source_resume(struct dp_kafka_source *source)
{
    source->reader.paused = false;
    /* What came meanwhile has used up its wake-up. */
    uv_idle_start(&source->more, on_more);
}

bool dp_kafka_source_is_reading(const struct dp_kafka_source *source)
{
    return source->state == READING;
}

bool dp_kafka_source_has_reached_ends(const struct dp_kafka_source *source)
{
    for (size_t i = 0; i < source->partitions.slot_count; i++) {
        const struct dp_kafka_partition *partition =
            dp_kafka_partitions_slot(&source->partitions, i);
        if (partition->reading && partition->next < partition->end)
            return false;
    }
    return source->state == READING;
}

void dp_kafka_source_positions(const struct dp_kafka_source *source, struct dp_positions *into)
{
    dp_kafka_partitions_positions(&source->partitions, into);
}

void dp_kafka_source_lag(const struct dp_kafka_source *source, dp_kafka_lag_fn *tell, void *ctx)
{
    for (size_t i = 0; i < source->partitions.slot_count; i++) {
        const struct dp_kafka_place *place = &source->partitions.slots[i];
        if (dp_kafka_partitions_slot(&source->partitions, i)->reading)
            tell(ctx, source->partitions.topics[place->topic].name.p, place->partition,
                 dp_kafka_partitions_lag(&source->partitions, source->client.rk, i));
    }
}

bool dp_kafka_source_is_away(const struct dp_kafka_source *source)
{
    return source->client.away;
}

const struct dp_kafka_source_counters *dp_kafka_source_counters(struct dp_kafka_source *source)
{
    source->counters.messages = source->reader.messages;
    source->counters.bytes = source->reader.bytes;
    source->counters.dropped = source->reader.dropped;
    source->counters.lost = source->plan.lost;
    source->counters.skipped = source->plan.skipped;
    return &source->counters;
}

/* Life -------------------------------------------------------------------------------------------
 */

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
    char text[200];
    rd_kafka_conf_t *conf = dp_kafka_conf_create(DP_KAFKA_CONSUMER, options->properties,
                                                 options->property_count, error, size);
    if (!conf)
        return false;
    /* Where to go on when Kafka does not hold a position is for the source to say. */
    rd_kafka_conf_set(conf, "auto.offset.reset", "error", text, sizeof text);
    source->client.owner = source;
    source->client.failed = client_failed;
    return dp_kafka_client_init(
        &source->client, DP_KAFKA_CONSUMER, conf,
        dp_kafka_property_brokers(options->properties, options->property_count), error, size);
}

static void read_options(struct dp_kafka_source *source,
                         const struct dp_kafka_source_options *options)
{
    const char *reset =
        dp_kafka_property_find(options->properties, options->property_count, "auto.offset.reset");
    const char *interval = dp_kafka_property_find(options->properties, options->property_count,
                                                  "topic.metadata.refresh.interval.ms");
    long long interval_ms = interval ? atoll(interval) : SURVEY_INTERVAL_MS;
    source->plan.begin_latest =
        reset && (strcmp(reset, "latest") == 0 || strcmp(reset, "largest") == 0 ||
                  strcmp(reset, "end") == 0);
    source->surveyor.interval_ms = interval_ms <= 0 || interval_ms > SURVEY_INTERVAL_MAX_MS
                                       ? SURVEY_INTERVAL_MAX_MS
                                       : (uint64_t)interval_ms;
    source->plan.on_lost = options->on_lost;
}

static void release_kafka(struct dp_kafka_source *source, bool in_background)
{
    dp_kafka_reader_discard(&source->reader);
    rd_kafka_queue_destroy(source->reader.queue);
    rd_kafka_queue_destroy(source->errors);
    dp_kafka_client_deinit(&source->client, in_background);
}

static void release(struct dp_kafka_source *source)
{
    dp_kafka_partitions_deinit(&source->partitions);
    dp_kafka_survey_deinit(&source->surveyor.survey);
    dp_positions_deinit(&source->plan.shown);
    free(source);
}

static void open_reader(struct dp_kafka_source *source)
{
    struct dp_kafka_reader *reader = &source->reader;
    reader->events = (struct dp_kafka_reader_events){.take = source->events.take,
                                                     .idle = source->events.idle,
                                                     .answered = answered,
                                                     .doubted = doubted,
                                                     .trouble = trouble};
    reader->ctx = source->ctx;
    reader->source = source;
    reader->partitions = &source->partitions;
    /* The messages of all partitions come together in the consumer's queue. Errors and the log's
     * callbacks stay in their own, for they must come through while the messages wait. */
    reader->queue = rd_kafka_queue_get_consumer(source->client.rk);
    source->errors = rd_kafka_queue_get_main(source->client.rk);
    dp_kafka_client_watch(&source->client, reader->queue);
    dp_kafka_client_watch(&source->client, source->errors);
}

static void open_plan(struct dp_kafka_source *source)
{
    struct dp_kafka_plan *plan = &source->plan;
    plan->partitions = &source->partitions;
    plan->survey = &source->surveyor.survey;
    plan->brokers = source->client.brokers;
    plan->assigned = source->events.assigned;
    plan->ctx = source->ctx;
}

static void open_surveyor(struct dp_kafka_source *source, uv_loop_t *loop)
{
    struct dp_kafka_surveyor *surveyor = &source->surveyor;
    surveyor->client = &source->client;
    surveyor->partitions = &source->partitions;
    surveyor->surveyed = on_surveyed;
    surveyor->owner = source;
    dp_kafka_surveyor_init(surveyor, loop);
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
    read_options(source, options);
    dp_kafka_partitions_init(&source->partitions, options->topics, options->topic_count);
    if (!open_client(source, options, error, size)) {
        release(source);
        return NULL;
    }
    open_reader(source);
    source->waker = (struct dp_kafka_waker){
        .rk = source->client.rk, .queue = source->reader.queue, .partitions = &source->partitions};
    open_plan(source);
    if (!dp_kafka_client_start(&source->client, loop, on_woken, error, size)) {
        release_kafka(source, false);
        release(source);
        return NULL;
    }
    open_surveyor(source, loop);
    uv_timer_init(loop, &source->timer);
    uv_idle_init(loop, &source->more);
    source->timer.data = source->more.data = source;
    uv_timer_start(&source->timer, on_timer, POLL_INTERVAL_MS, POLL_INTERVAL_MS);
    source->open_handles = 4;
    return source;
}

void dp_kafka_source_start(struct dp_kafka_source *source, const struct dp_positions *positions,
                           const struct dp_positions *shown)
{
    source->state = STARTING;
    for (size_t i = 0; i < positions->count; i++) {
        const struct dp_position *item = &positions->items[i];
        struct dp_kafka_partition *partition =
            dp_kafka_partitions_add(&source->partitions, item->topic, item->partition);
        partition->next = item->next;
        partition->mark = item->mark;
        const struct dp_kafka_topic *topic =
            dp_kafka_partitions_topic(&source->partitions, item->topic);
        if (!topic->configured && item->partition == 0)
            dp_log(DP_LOG_WARN, "a topic that has been read is not in topics any more", "topic=%s",
                   item->topic);
    }
    if (shown)
        dp_positions_copy(&source->plan.shown, shown);
    dp_kafka_surveyor_start(&source->surveyor);
}

void dp_kafka_source_stop(struct dp_kafka_source *source)
{
    source->state = STOPPED;
    dp_kafka_surveyor_stop(&source->surveyor);
    unassign(source);
    dp_kafka_partitions_clear(&source->partitions);
    dp_positions_deinit(&source->plan.shown);
}

static void on_closed(uv_handle_t *handle)
{
    struct dp_kafka_source *source = handle->data;
    if (--source->open_handles == 0)
        release(source);
}

/* When no survey uses the handle any more. */
static void finish_close(void *owner)
{
    struct dp_kafka_source *source = owner;
    bool closed = dp_kafka_client_leave(
        &source->client, uv_hrtime() + (uint64_t)source->close_timeout_ms * 1000000u);
    release_kafka(source, !closed);
    uv_close((uv_handle_t *)&source->client.wake, on_closed);
    uv_close((uv_handle_t *)&source->timer, on_closed);
    source->surveyor.timer.data = source; /* it runs no more */
    uv_close((uv_handle_t *)&source->surveyor.timer, on_closed);
    uv_close((uv_handle_t *)&source->more, on_closed);
}

void dp_kafka_source_close(struct dp_kafka_source *source, int64_t timeout_ms)
{
    dp_kafka_source_stop(source);
    source->closing = true;
    source->close_timeout_ms = timeout_ms;
    uv_poll_stop(&source->client.wake);
    uv_timer_stop(&source->timer);
    uv_idle_stop(&source->more);
    dp_kafka_surveyor_close(&source->surveyor, finish_close);
}
