#include "ingest/kafka_dead_letters.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "common/memory.h"
#include "ingest/kafka_client.h"

#define RETRY_INTERVAL_MS 1000

/* What a letter's value is cut to at the least: what batch.size lets go together with others. */
#define CUT_MIN 65536u

/* One letter from `put` until Kafka has confirmed it. Value and key follow the struct. */
struct letter {
    struct letter *previous, *next; /* of all letters */
    uint64_t number;                /* in the order of `put`, from 0 */
    rd_kafka_headers_t *headers;
    size_t value_length, key_length;
    size_t value_kept; /* of value_length: less when the topic has refused more */
    bool has_value, has_key;
    bool refused; /* not with librdkafka now: produced again by the timer */
    char bytes[];
};

struct kafka_dead_letters {
    struct dp_dead_letters base; /* first: the caller's pointer */
    struct dp_kafka_client client;
    struct dp_kafka_dead_letters_events events;
    void *ctx;
    char *topic;
    size_t max_letters, max_bytes;
    struct letter *first, *last;
    size_t letters, bytes, refused;
    uint64_t refused_said_ms, cut_said_ms;
    uv_timer_t timer;
    int open_handles;
    bool full; /* a `put` found no room */
};

static void failed(void *owner, const char *text)
{
    struct kafka_dead_letters *self = owner;
    self->events.failed(self->ctx, text);
}

/* Letters ----------------------------------------------------------------------------------------
 */

static size_t letter_size(const struct letter *letter)
{
    return letter->value_length + letter->key_length;
}

static void add_text_header(rd_kafka_headers_t *headers, const char *name, struct dp_str value)
{
    rd_kafka_header_add(headers, name, -1, value.p ? value.p : "", (ssize_t)value.len);
}

static rd_kafka_headers_t *make_headers(const struct dp_message *message, enum dp_reject reason)
{
    rd_kafka_headers_t *original = NULL, *headers;
    char number[24];
    if (message->origin &&
        rd_kafka_message_headers(message->origin, &original) == RD_KAFKA_RESP_ERR_NO_ERROR)
        headers = rd_kafka_headers_copy(original);
    else
        headers = rd_kafka_headers_new(4);
    add_text_header(headers, "dp_reason", dp_str_from(dp_reject_names[reason]));
    add_text_header(headers, "dp_topic", message->topic);
    snprintf(number, sizeof number, "%" PRId32, message->partition);
    add_text_header(headers, "dp_partition", dp_str_from(number));
    snprintf(number, sizeof number, "%" PRId64, message->offset);
    add_text_header(headers, "dp_offset", dp_str_from(number));
    return headers;
}

static struct letter *letter_create(struct kafka_dead_letters *self,
                                    const struct dp_message *message, enum dp_reject reason)
{
    struct letter *letter = dp_xmalloc(sizeof *letter + message->value.len + message->key.len);
    *letter = (struct letter){
        .previous = self->last,
        .number = self->base.count++,
        .headers = make_headers(message, reason),
        .value_length = message->value.len,
        .value_kept = message->value.len,
        .key_length = message->key.len,
        .has_value = message->value.p != NULL,
        .has_key = message->key.p != NULL,
    };
    if (message->value.len)
        memcpy(letter->bytes, message->value.p, message->value.len);
    if (message->key.len)
        memcpy(letter->bytes + message->value.len, message->key.p, message->key.len);
    *(self->last ? &self->last->next : &self->first) = letter;
    self->last = letter;
    self->letters++;
    self->bytes += letter_size(letter);
    return letter;
}

static void letter_destroy(struct kafka_dead_letters *self, struct letter *letter)
{
    *(letter->previous ? &letter->previous->next : &self->first) = letter->next;
    *(letter->next ? &letter->next->previous : &self->last) = letter->previous;
    self->letters--;
    self->bytes -= letter_size(letter);
    self->refused -= letter->refused;
    rd_kafka_headers_destroy(letter->headers);
    free(letter);
}

/* Producing --------------------------------------------------------------------------------------
 */

static void refuse(struct kafka_dead_letters *self, struct letter *letter, rd_kafka_resp_err_t code)
{
    letter->refused = true;
    self->refused++;
    if (!dp_kafka_log_due(&self->refused_said_ms))
        return;
    dp_log(DP_LOG_ERROR,
           code == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE
               ? "the dead-letter topic refuses a message for its size: raise its "
                 "max.message.bytes; trying again"
           : code == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART ||
                   code == RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC
               ? "the dead-letter topic does not exist: create it with kafka-topics.sh "
                 "--create; trying again"
               : "a dead letter was not written; trying again",
           "topic=%s bytes=%zu waiting=%zu error=%s", self->topic, letter_size(letter),
           self->letters, rd_kafka_err2name(code));
}

static void produce(struct kafka_dead_letters *self, struct letter *letter)
{
    rd_kafka_headers_t *headers = rd_kafka_headers_copy(letter->headers);
    /* Neither copied nor freed by librdkafka: the letter lives until the delivery report. */
    rd_kafka_resp_err_t code = rd_kafka_producev(
        self->client.rk, RD_KAFKA_V_TOPIC(self->topic), RD_KAFKA_V_MSGFLAGS(0),
        RD_KAFKA_V_VALUE(letter->has_value ? letter->bytes : NULL, letter->value_kept),
        RD_KAFKA_V_KEY(letter->has_key ? letter->bytes + letter->value_length : NULL,
                       letter->key_length),
        RD_KAFKA_V_HEADERS(headers), RD_KAFKA_V_OPAQUE(letter), RD_KAFKA_V_END);
    if (code) {
        rd_kafka_headers_destroy(headers);
        refuse(self, letter, code);
    }
}

/* A message that just fitted into its own topic may, with the headers of a letter, be too large for
 * the dead-letter topic. It would hold up the positions for ever: so the letter goes with a part of
 * the value, and says so; the whole is where dp_topic, dp_partition and dp_offset say. */
static void cut(struct kafka_dead_letters *self, struct letter *letter)
{
    if (letter->value_kept == letter->value_length) {
        char bytes[24];
        snprintf(bytes, sizeof bytes, "%zu", letter->value_length);
        add_text_header(letter->headers, "dp_value_bytes", dp_str_from(bytes));
        if (dp_kafka_log_due(&self->cut_said_ms))
            dp_log(DP_LOG_ERROR,
                   "a dead letter is too large for its topic and is written with a part of its "
                   "value: raise the topic's max.message.bytes",
                   "topic=%s bytes=%zu", self->topic, letter_size(letter));
    }
    letter->value_kept = letter->value_kept / 2 > CUT_MIN ? letter->value_kept / 2 : CUT_MIN;
    produce(self, letter);
}

static void produce_refused(struct kafka_dead_letters *self)
{
    for (struct letter *letter = self->first; letter && self->refused; letter = letter->next) {
        if (!letter->refused)
            continue;
        letter->refused = false;
        self->refused--;
        produce(self, letter);
    }
}

static bool has_room(const struct kafka_dead_letters *self, size_t bytes)
{
    return self->letters == 0 ||
           (self->letters < self->max_letters && self->bytes + bytes <= self->max_bytes);
}

static void on_delivery(rd_kafka_t *rk, const rd_kafka_message_t *report, void *opaque)
{
    (void)rk;
    struct dp_kafka_client *client = opaque;
    struct kafka_dead_letters *self = client->owner;
    if (report->err) {
        struct letter *letter = report->_private;
        if (report->err == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE && letter->value_kept > CUT_MIN)
            cut(self, letter);
        else
            refuse(self, letter, report->err);
        return;
    }
    dp_kafka_client_answered(client);
    letter_destroy(self, report->_private);
}

static void serve(struct kafka_dead_letters *self)
{
    /* Bounded: no more reports than letters. */
    rd_kafka_poll(self->client.rk, 0);
    self->client.stale = false;
    if (!self->full || self->letters > self->max_letters / 2 || self->bytes > self->max_bytes / 2)
        return;
    self->full = false;
    if (self->events.room)
        self->events.room(self->ctx);
}

static void on_woken(uv_poll_t *handle, int status, int events)
{
    (void)status;
    (void)events;
    struct kafka_dead_letters *self = handle->data;
    dp_kafka_client_woken(&self->client);
    serve(self);
}

static void on_timer(uv_timer_t *handle)
{
    struct kafka_dead_letters *self = handle->data;
    produce_refused(self);
    serve(self);
}

/* Interface --------------------------------------------------------------------------------------
 */

static bool put(struct dp_dead_letters *base, const struct dp_message *message,
                enum dp_reject reason)
{
    struct kafka_dead_letters *self = (struct kafka_dead_letters *)base;
    if (!has_room(self, message->value.len + message->key.len)) {
        self->full = true;
        return false;
    }
    produce(self, letter_create(self, message, reason));
    return true;
}

static bool settled(struct dp_dead_letters *base, uint64_t count)
{
    const struct letter *first = ((struct kafka_dead_letters *)base)->first;
    return !first || first->number >= count;
}

/* After librdkafka is gone, which holds pointers into the letters. */
static void release(struct kafka_dead_letters *self)
{
    while (self->first)
        letter_destroy(self, self->first);
    free(self->topic);
    free(self);
}

static void on_closed(uv_handle_t *handle)
{
    struct kafka_dead_letters *self = handle->data;
    if (--self->open_handles == 0)
        release(self);
}

static bool close_letters(struct dp_dead_letters *base, int64_t timeout_ms)
{
    struct kafka_dead_letters *self = (struct kafka_dead_letters *)base;
    uint64_t end_ns = uv_hrtime() + (uint64_t)timeout_ms * 1000000u;
    uv_poll_stop(&self->client.wake);
    self->full = false;
    produce_refused(self);
    while (self->letters > self->refused && uv_hrtime() < end_ns)
        rd_kafka_flush(self->client.rk, 50);

    size_t lost = self->letters;
    if (lost)
        dp_log(DP_LOG_ERROR,
               "dead letters were not written in time; they are read and judged again after a "
               "restart if their positions are not committed",
               "topic=%s letters=%zu", self->topic, lost);
    dp_kafka_client_deinit(&self->client, false);
    uv_close((uv_handle_t *)&self->client.wake, on_closed);
    uv_close((uv_handle_t *)&self->timer, on_closed);
    return lost == 0;
}

struct dp_dead_letters *
dp_kafka_dead_letters_create(uv_loop_t *loop, const struct dp_kafka_dead_letters_options *options,
                             const struct dp_kafka_dead_letters_events *events, void *ctx,
                             char *error, size_t size)
{
    struct kafka_dead_letters *self = dp_xcalloc(1, sizeof *self);
    self->base = (struct dp_dead_letters){0, put, settled, close_letters};
    self->events = *events;
    self->ctx = ctx;
    self->topic = dp_xstrdup(options->topic);
    self->max_letters = options->max_letters;
    self->max_bytes = options->max_bytes;
    self->client.owner = self;
    self->client.failed = failed;
    if (!dp_kafka_client_produce(&self->client, loop, options->properties, options->property_count,
                                 on_delivery, on_woken, error, size)) {
        release(self);
        return NULL;
    }
    uv_timer_init(loop, &self->timer);
    self->timer.data = self;
    uv_timer_start(&self->timer, on_timer, RETRY_INTERVAL_MS, RETRY_INTERVAL_MS);
    self->open_handles = 2;
    return &self->base;
}
