#include "ingest/kafka_ledger.h"

#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "common/memory.h"
#include "ingest/kafka_client.h"
#include "ingest/kafka_new_topic.h"

#define RETRY_INTERVAL_MS 1000

/* One line from `put` until Kafka has confirmed it. Key and text follow the struct. */
struct line {
    struct line *previous, *next; /* of all lines */
    uint64_t number;              /* in the order of `put`, from 0 */
    uint32_t key_len, text_len;
    bool waits; /* not with librdkafka now: produced by the timer, or when the topic is there */
    char bytes[];
};

struct dp_kafka_ledger {
    struct dp_kafka_client client;
    struct dp_kafka_new_topic new_topic;
    struct dp_kafka_ledger_events events;
    void *ctx;
    char *topic;
    size_t max_lines, max_bytes;
    struct line *first, *last;
    uint64_t count;
    size_t lines, bytes, waiting;
    uint64_t refused_said_ms;
    uv_timer_t timer;
    int open_handles;
    bool there; /* the topic is, as far as is known */
    bool full;
};

static void failed(void *owner, const char *text)
{
    struct dp_kafka_ledger *self = owner;
    self->events.failed(self->ctx, text);
}

static void line_destroy(struct dp_kafka_ledger *self, struct line *line)
{
    *(line->previous ? &line->previous->next : &self->first) = line->next;
    *(line->next ? &line->next->previous : &self->last) = line->previous;
    self->lines--;
    self->bytes -= line->key_len + line->text_len;
    self->waiting -= line->waits;
    free(line);
}

/* Producing --------------------------------------------------------------------------------------
 */

static void let_wait(struct dp_kafka_ledger *self, struct line *line)
{
    line->waits = true;
    self->waiting++;
}

static void refuse(struct dp_kafka_ledger *self, struct line *line, rd_kafka_resp_err_t code)
{
    let_wait(self, line);
    if (code == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART || code == RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC)
        self->there = false;
    if (code == RD_KAFKA_RESP_ERR__QUEUE_FULL || !dp_kafka_log_due(&self->refused_said_ms))
        return;
    dp_log(DP_LOG_ERROR,
           code == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED
               ? "Kafka refuses to have facts written: give this user the right; trying again"
           : !self->there
               ? "the facts topic does not exist: create it with kafka-topics.sh --create --config "
                 "retention.ms=" DP_LEDGER_RETENTION_MS "; trying again"
               : "a fact was not written; trying again",
           "topic=%s waiting=%zu error=%s", self->topic, self->lines, rd_kafka_err2name(code));
}

static void produce(struct dp_kafka_ledger *self, struct line *line)
{
    /* Neither copied nor freed by librdkafka: the line lives until the delivery report. */
    rd_kafka_resp_err_t code =
        rd_kafka_producev(self->client.rk, RD_KAFKA_V_TOPIC(self->topic), RD_KAFKA_V_MSGFLAGS(0),
                          RD_KAFKA_V_KEY(line->bytes, line->key_len),
                          RD_KAFKA_V_VALUE(line->bytes + line->key_len, line->text_len),
                          RD_KAFKA_V_OPAQUE(line), RD_KAFKA_V_END);
    if (code)
        refuse(self, line, code);
}

static void produce_waiting(struct dp_kafka_ledger *self)
{
    for (struct line *line = self->first; line && self->waiting && self->there; line = line->next) {
        if (!line->waits)
            continue;
        line->waits = false;
        self->waiting--;
        produce(self, line);
        if (line->waits)
            return;
    }
}

static void on_delivery(rd_kafka_t *rk, const rd_kafka_message_t *report, void *opaque)
{
    (void)rk;
    struct dp_kafka_client *client = opaque;
    if (report->err) {
        refuse(client->owner, report->_private, report->err);
        return;
    }
    dp_kafka_client_answered(client);
    line_destroy(client->owner, report->_private);
}

static void serve(struct dp_kafka_ledger *self)
{
    /* Bounded: no more reports than lines. */
    rd_kafka_poll(self->client.rk, 0);
    self->client.stale = false;
    /* Where it is not for this user to make it, somebody else may have. */
    if (dp_kafka_new_topic_serve(&self->new_topic) || self->new_topic.refused) {
        self->new_topic.refused = false;
        self->there = true;
        produce_waiting(self);
    }
}

static void on_woken(uv_poll_t *handle, int status, int events)
{
    (void)status;
    (void)events;
    struct dp_kafka_ledger *self = handle->data;
    dp_kafka_client_woken(&self->client);
    serve(self);
}

static void on_timer(uv_timer_t *handle)
{
    struct dp_kafka_ledger *self = handle->data;
    if (self->lines && !self->there)
        dp_kafka_new_topic_make(&self->new_topic);
    produce_waiting(self);
    serve(self);
}

/* Interface --------------------------------------------------------------------------------------
 */

void dp_kafka_ledger_put(struct dp_kafka_ledger *self, struct dp_str key, struct dp_str text)
{
    struct line *line = dp_xmalloc(sizeof *line + key.len + text.len);
    *line = (struct line){
        .previous = self->last,
        .number = self->count++,
        .key_len = (uint32_t)key.len,
        .text_len = (uint32_t)text.len,
    };
    memcpy(line->bytes, key.p, key.len);
    memcpy(line->bytes + key.len, text.p, text.len);
    *(self->last ? &self->last->next : &self->first) = line;
    self->last = line;
    self->lines++;
    self->bytes += key.len + text.len;
    if (self->there) {
        produce(self, line);
        return;
    }
    let_wait(self, line);
    dp_kafka_new_topic_make(&self->new_topic);
}

uint64_t dp_kafka_ledger_count(const struct dp_kafka_ledger *self)
{
    return self->count;
}

bool dp_kafka_ledger_settled(const struct dp_kafka_ledger *self, uint64_t count)
{
    return !self->first || self->first->number >= count;
}

bool dp_kafka_ledger_is_full(struct dp_kafka_ledger *self)
{
    size_t lines = self->max_lines, bytes = self->max_bytes;
    self->full = self->full ? self->lines > lines / 2 || self->bytes > bytes / 2
                            : self->lines >= lines || self->bytes >= bytes;
    return self->full;
}

/* After librdkafka is gone, which holds pointers into the lines. */
static void release(struct dp_kafka_ledger *self)
{
    while (self->first)
        line_destroy(self, self->first);
    free(self->topic);
    free(self);
}

static void on_closed(uv_handle_t *handle)
{
    struct dp_kafka_ledger *self = handle->data;
    if (--self->open_handles == 0)
        release(self);
}

void dp_kafka_ledger_close(struct dp_kafka_ledger *self, int64_t timeout_ms)
{
    uint64_t end_ns = uv_hrtime() + (uint64_t)timeout_ms * 1000000u;
    uv_poll_stop(&self->client.wake);
    produce_waiting(self);
    while (self->lines > self->waiting && uv_hrtime() < end_ns)
        rd_kafka_flush(self->client.rk, 50);
    if (self->lines)
        dp_log(DP_LOG_WARN,
               "facts were not written in time; the frames they are of are not committed, and the "
               "next process makes both again",
               "topic=%s facts=%zu", self->topic, self->lines);
    dp_kafka_new_topic_deinit(&self->new_topic);
    dp_kafka_client_deinit(&self->client, false);
    uv_close((uv_handle_t *)&self->client.wake, on_closed);
    uv_close((uv_handle_t *)&self->timer, on_closed);
}

struct dp_kafka_ledger *dp_kafka_ledger_create(uv_loop_t *loop,
                                               const struct dp_kafka_ledger_options *options,
                                               const struct dp_kafka_ledger_events *events,
                                               void *ctx, char *error, size_t size)
{
    struct dp_kafka_ledger *self = dp_xcalloc(1, sizeof *self);
    self->events = *events;
    self->ctx = ctx;
    self->topic = dp_xstrdup(options->topic);
    self->max_lines = options->max_lines;
    self->max_bytes = options->max_bytes;
    self->client.owner = self;
    self->client.failed = failed;
    if (!dp_kafka_client_produce(&self->client, loop, options->properties, options->property_count,
                                 on_delivery, on_woken, error, size)) {
        release(self);
        return NULL;
    }
    dp_kafka_new_topic_init(&self->new_topic, &self->client,
                            &(struct dp_kafka_new_topic_options){
                                .name = options->topic,
                                .what = "the facts topic",
                                .without = "nothing is committed until it is there",
                                .partitions = -1,
                                .may_be_there = true,
                                .retention_ms = DP_LEDGER_RETENTION_MS,
                            });
    uv_timer_init(loop, &self->timer);
    self->timer.data = self;
    uv_timer_start(&self->timer, on_timer, RETRY_INTERVAL_MS, RETRY_INTERVAL_MS);
    self->open_handles = 2;
    return self;
}
