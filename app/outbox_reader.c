#include "app/outbox_reader.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "common/memory.h"
#include "sink/keys.h"
#include "sink/compat.h"
#include "sink/redis_link.h"
#include "sink/resp.h"

#define LOOK_MS    1000
#define SCAN_COUNT "500" /* fields a reply, about: none holds the server up */

/* Why a reply comes; above it, in the tag, the round of reading the outbox. */
#define PURPOSE_BITS 3
enum purpose { ANSWER_IGNORED, ANSWER_SCAN, ANSWER_ASKED, ANSWER_ACKS, ANSWER_SILENCES };

struct dp_outbox_reader {
    struct dp_redis_link *link;
    uv_timer_t timer;
    struct dp_resp resp;
    char *outbox, *acks, *silences, *asked; /* keys */
    struct dp_outbox_reader_events events;
    void (*closed)(void *ctx);
    void *ctx;
    int open; /* while it closes: the link and the timer */

    bool active;
    bool scanning;                 /* the outbox is read */
    bool again;                    /* and has to be once more */
    uintptr_t round;               /* counted up whenever that begins */
    struct dp_notification **left; /* owned; read so far */
    size_t left_count, left_capacity;
    char **told; /* owned; keys to be taken out when Redis is there again */
    size_t told_count, told_capacity;
    char *seen; /* what `asked` was when all was last read; NULL: not yet */
};

static void send_words(struct dp_outbox_reader *reader, enum purpose purpose, size_t count,
                       const char *const *words)
{
    dp_resp_begin(&reader->resp, count);
    for (size_t i = 0; i < count; i++)
        dp_resp_add(&reader->resp, dp_str_from(words[i]));
    dp_redis_link_send(reader->link, reader->resp.buf, reader->resp.len,
                       (void *)(reader->round << PURPOSE_BITS | purpose));
}

#define SEND(reader, purpose, ...)                                                                 \
    send_words(reader, purpose, sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *),       \
               (const char *const[]){__VA_ARGS__})

/* The outbox ------------------------------------------------------------------------------------
 */

static void drop_left(struct dp_outbox_reader *reader)
{
    for (size_t i = 0; i < reader->left_count; i++)
        dp_notification_destroy(reader->left[i]);
    reader->left_count = 0;
}

static void scan(struct dp_outbox_reader *reader)
{
    drop_left(reader);
    reader->scanning = true;
    reader->again = false;
    reader->round++;
    if (dp_redis_link_is_up(reader->link)) /* else when it is */
        SEND(reader, ANSWER_SCAN, "HSCAN", reader->outbox, "0", "COUNT", SCAN_COUNT);
}

/* By the time of what happened; of one time the beginning of an alert comes before its end. */
static int by_time(const void *left, const void *right)
{
    const struct dp_notification *a = *(struct dp_notification *const *)left;
    const struct dp_notification *b = *(struct dp_notification *const *)right;
    if (a->notice.at_ms != b->notice.at_ms)
        return a->notice.at_ms < b->notice.at_ms ? -1 : 1;
    if (a->notice.kind != b->notice.kind)
        return a->notice.kind < b->notice.kind ? -1 : 1;
    return strcmp(a->key, b->key);
}

/* HSCAN may give a field twice. */
static void hand_over(struct dp_outbox_reader *reader)
{
    struct dp_notification **left = reader->left;
    size_t count = reader->left_count;
    reader->scanning = false;
    reader->left_count = 0;
    if (count)
        qsort(left, count, sizeof *left, by_time);
    for (size_t i = 0; i < count; i++) {
        if (i + 1 < count && strcmp(left[i]->key, left[i + 1]->key) == 0)
            dp_notification_destroy(left[i]);
        else
            reader->events.left(reader->ctx, left[i]);
    }
    if (count)
        dp_log(DP_LOG_INFO, "notices were left to be told", "count=%zu", count);
    reader->events.loaded(reader->ctx);
}

static void keep(struct dp_outbox_reader *reader, const redisReply *key, const redisReply *text)
{
    char quoted[160];
    struct dp_notification *notification =
        dp_notification_parse((struct dp_str){text->str, text->len});
    if (notification && notification->hook && strcmp(notification->key, key->str) == 0) {
        reader->left = dp_xgrow(reader->left, reader->left_count, &reader->left_capacity,
                                sizeof *reader->left);
        reader->left[reader->left_count++] = notification;
        return;
    }
    dp_notification_destroy(notification);
    dp_log(DP_LOG_WARN, "what is in the outbox is no notice: it is taken out", "key=%s",
           dp_log_quote(quoted, sizeof quoted, key->str));
    dp_outbox_reader_remove(reader, key->str);
}

static void take_scan(struct dp_outbox_reader *reader, const redisReply *reply)
{
    if (!reader->scanning || reply->type != REDIS_REPLY_ARRAY || reply->elements != 2)
        return;
    const redisReply *cursor = reply->element[0], *fields = reply->element[1];
    for (size_t i = 0; i + 1 < fields->elements; i += 2)
        keep(reader, fields->element[i], fields->element[i + 1]);
    if (strcmp(cursor->str, "0") != 0)
        SEND(reader, ANSWER_SCAN, "HSCAN", reader->outbox, cursor->str, "COUNT", SCAN_COUNT);
    else if (reader->again)
        scan(reader);
    else
        hand_over(reader);
}

void dp_outbox_reader_again(struct dp_outbox_reader *reader)
{
    reader->again = reader->scanning;
}

static void remember_told(struct dp_outbox_reader *reader, const char *key)
{
    reader->told =
        dp_xgrow(reader->told, reader->told_count, &reader->told_capacity, sizeof *reader->told);
    reader->told[reader->told_count++] = dp_xstrdup(key);
}

void dp_outbox_reader_remove(struct dp_outbox_reader *reader, const char *key)
{
    if (dp_redis_link_is_up(reader->link))
        SEND(reader, ANSWER_IGNORED, "HDEL", reader->outbox, key);
    else
        remember_told(reader, key);
}

static void drop_told(struct dp_outbox_reader *reader)
{
    for (size_t i = 0; i < reader->told_count; i++)
        free(reader->told[i]);
    reader->told_count = 0;
}

/* Acknowledgements and silences -------------------------------------------------------------------
 */

static void look(struct dp_outbox_reader *reader)
{
    if (reader->active && dp_redis_link_is_up(reader->link))
        SEND(reader, ANSWER_ASKED, "GET", reader->asked);
}

static void on_timer(uv_timer_t *timer)
{
    look(timer->data);
}

static void take_asked(struct dp_outbox_reader *reader, const redisReply *reply)
{
    const char *asked = reply->type == REDIS_REPLY_STRING ? reply->str : "";
    if (reader->seen && strcmp(reader->seen, asked) == 0)
        return;
    free(reader->seen);
    reader->seen = dp_xstrdup(asked);
    SEND(reader, ANSWER_ACKS, "HGETALL", reader->acks);
    SEND(reader, ANSWER_SILENCES, "HGETALL", reader->silences);
}

static struct dp_str text_of(const redisReply *reply)
{
    return (struct dp_str){reply->str, reply->len};
}

static void take_acks(struct dp_outbox_reader *reader, const redisReply *reply)
{
    for (size_t i = 0; i + 1 < reply->elements; i += 2) {
        struct dp_ack_entry ack;
        if (dp_ack_entry_parse(&ack, text_of(reply->element[i + 1])))
            reader->events.ack(reader->ctx, text_of(reply->element[i]), &ack);
    }
}

static void take_silences(struct dp_outbox_reader *reader, const redisReply *reply)
{
    struct dp_silence_entry *silences = dp_xcalloc(reply->elements / 2 + 1, sizeof *silences);
    size_t count = 0;
    for (size_t i = 0; i + 1 < reply->elements && count < DP_SILENCES_MAX; i += 2)
        count += dp_silence_entry_parse(&silences[count], text_of(reply->element[i + 1]));
    reader->events.silences(reader->ctx, silences, count);
    free(silences);
}

/* The connection --------------------------------------------------------------------------------
 */

static void on_reply(void *ctx, void *tag, const redisReply *reply)
{
    struct dp_outbox_reader *reader = ctx;
    enum purpose purpose = (enum purpose)((uintptr_t)tag & ((1 << PURPOSE_BITS) - 1));
    char quoted[200];
    if (reply->type == REDIS_REPLY_ERROR && purpose != ANSWER_IGNORED) {
        /* Asked for again from the beginning, when the connection is there anew. */
        dp_log(DP_LOG_ERROR, "Redis refuses to tell of alerts", "reason=%s",
               dp_log_quote(quoted, sizeof quoted, reply->str));
        dp_redis_link_break(reader->link, reply->str);
        return;
    }
    if (!reader->active)
        return;
    switch (purpose) {
    case ANSWER_SCAN:
        if ((uintptr_t)tag >> PURPOSE_BITS == reader->round)
            take_scan(reader, reply);
        break;
    case ANSWER_ASKED:
        take_asked(reader, reply);
        break;
    case ANSWER_ACKS:
        take_acks(reader, reply);
        break;
    case ANSWER_SILENCES:
        take_silences(reader, reply);
        break;
    case ANSWER_IGNORED:
        break;
    }
}

static void on_up(void *ctx)
{
    struct dp_outbox_reader *reader = ctx;
    for (size_t i = 0; i < reader->told_count; i++)
        SEND(reader, ANSWER_IGNORED, "HDEL", reader->outbox, reader->told[i]);
    drop_told(reader);
    free(reader->seen);
    reader->seen = NULL;
    if (reader->scanning)
        scan(reader);
    look(reader);
}

static void on_down(void *ctx, const char *reason)
{
    (void)ctx; /* it connects again by itself, and says so */
    (void)reason;
}

/* Life -------------------------------------------------------------------------------------------
 */

struct dp_outbox_reader *dp_outbox_reader_create(uv_loop_t *loop, const char *url,
                                                 const char *prefix,
                                                 const struct dp_outbox_reader_events *events,
                                                 void *ctx, char *error, size_t error_size)
{
    static const struct dp_redis_link_events link_events = {
        .up = on_up, .down = on_down, .reply = on_reply};
    struct dp_redis_link_options options = {.url = url, .purpose = "alerts"};
    struct dp_outbox_reader *reader = dp_xcalloc(1, sizeof *reader);
    reader->link = dp_redis_link_create(loop, &options, &link_events, reader, error, error_size);
    if (!reader->link) {
        free(reader);
        return NULL;
    }
    reader->outbox = dp_key_named(prefix, "state:outbox");
    reader->acks = dp_key_named(prefix, "alerts:acks");
    reader->silences = dp_key_named(prefix, "alerts:silences");
    reader->asked = dp_key_named(prefix, "alerts:asked");
    reader->events = *events;
    reader->ctx = ctx;
    uv_timer_init(loop, &reader->timer);
    reader->timer.data = reader;
    return reader;
}

static void release(struct dp_outbox_reader *reader)
{
    if (--reader->open)
        return;
    drop_left(reader);
    drop_told(reader);
    free(reader->left);
    free(reader->told);
    free(reader->seen);
    free(reader->outbox);
    free(reader->acks);
    free(reader->silences);
    free(reader->asked);
    dp_resp_deinit(&reader->resp);
    reader->closed(reader->ctx);
    free(reader);
}

static void on_link_closed(void *ctx)
{
    release(ctx);
}

static void on_timer_closed(uv_handle_t *timer)
{
    release(timer->data);
}

void dp_outbox_reader_close(struct dp_outbox_reader *reader, void (*closed)(void *ctx))
{
    reader->active = false;
    reader->closed = closed;
    reader->open = 2;
    dp_redis_link_close(reader->link, on_link_closed);
    uv_close((uv_handle_t *)&reader->timer, on_timer_closed);
}

void dp_outbox_reader_begin(struct dp_outbox_reader *reader)
{
    reader->active = true;
    uv_timer_start(&reader->timer, on_timer, LOOK_MS, LOOK_MS);
    free(reader->seen);
    reader->seen = NULL;
    scan(reader);
    look(reader);
}

void dp_outbox_reader_end(struct dp_outbox_reader *reader)
{
    reader->active = reader->scanning = false;
    uv_timer_stop(&reader->timer);
    drop_left(reader);
}
