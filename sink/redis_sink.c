#include "sink/redis_sink.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "common/memory.h"
#include "sink/compat.h"
#include "sink/format.h"
#include "sink/keys.h"
#include "sink/redis_advice.h"
#include "sink/redis_link.h"
#include "sink/resp.h"

#define LOG_EVERY_MS 30000

/* Keys of the entries under way, for the log line about an error. Every entry has at least one
 * reply, so there are never more than replies; the last of the flush is the message's. */
#define SLOTS (DP_REDIS_SINK_REPLIES + 1)

/* Text that is used again and again. */
struct text {
    char *buf;
    size_t len, capacity;
};

struct dp_redis_sink {
    uv_loop_t *loop;
    struct dp_redis_link *link; /* NULL: closed */
    struct dp_redis_sink_events events;
    void *ctx;
    char *prefix, *channel;
    struct dp_redis_sink_stats stats;

    dp_entry_fn *next; /* of the flush under way; NULL: none */
    void *next_ctx;
    bool drained;   /* `next` has no more, and the message is sent */
    bool unsent;    /* something could not be sent */
    bool read_only; /* the server refuses writes as a replica */
    uint64_t started_ns;
    uint64_t keys_before, errors_before; /* stats at the flush's start */
    char first_error[704];               /* the log's fields about it */
    uint64_t logged_at_ms; /* the last line about errors; 0: none since a flush was well */

    struct dp_entry entry;
    struct dp_resp resp;
    struct text slots[SLOTS];
    size_t next_slot;
    struct text scopes; /* names of changed scopes, each ended by a newline */
    size_t last_scope;  /* where the last of them starts */
};

static void ensure(struct text *text, size_t size)
{
    if (text->capacity < size) {
        text->capacity = size * 2;
        text->buf = dp_xrealloc(text->buf, text->capacity);
    }
}

/* One line at the first flush that fails, then at most one in 30 s until one is well. */
static void log_errors(struct dp_redis_sink *sink, uint64_t errors)
{
    uint64_t now = uv_now(sink->loop);
    if (sink->logged_at_ms && now - sink->logged_at_ms < LOG_EVERY_MS)
        return;
    sink->logged_at_ms = now ? now : 1;
    dp_log(DP_LOG_ERROR, "Redis refused to write", "%s errors=%llu", sink->first_error,
           (unsigned long long)errors);
}

static void end_flush(struct dp_redis_sink *sink, bool answered)
{
    struct dp_redis_sink_stats *stats = &sink->stats;
    uint64_t errors = stats->errors - sink->errors_before;
    bool ok = answered && !sink->unsent && errors == 0;
    sink->next = NULL;
    stats->flushes++;
    stats->failed += !ok;
    stats->last_keys = stats->keys - sink->keys_before;
    stats->last_ms = (uv_hrtime() - sink->started_ns) / 1000000;
    if (ok)
        sink->logged_at_ms = 0;
    else if (errors)
        log_errors(sink, errors);
    sink->events.flushed(sink->ctx, ok);
    /* After a failover the name may stand for another server by now. */
    if (sink->link && answered && sink->read_only)
        dp_redis_link_break(sink->link, "READONLY: the server is a replica");
}

static void note_error(struct dp_redis_sink *sink, const char *key, const char *error)
{
    char name[192], why[192], advice[256];
    if (strncmp(error, "READONLY", 8) == 0)
        sink->read_only = true;
    if (sink->stats.errors++ == sink->errors_before)
        snprintf(sink->first_error, sizeof sink->first_error, "key=%s reason=%s advice=%s",
                 dp_log_quote(name, sizeof name, key), dp_log_quote(why, sizeof why, error),
                 dp_log_quote(advice, sizeof advice, dp_redis_advice(error)));
}

static void send_fixed(struct dp_redis_sink *sink, struct dp_str command, struct text *key)
{
    sink->stats.bytes += command.len;
    if (!dp_redis_link_send(sink->link, command.p, command.len, key))
        sink->unsent = true;
}

/* The command in sink->resp; `key` is its slot's. */
static void send_built(struct dp_redis_sink *sink, struct text *key)
{
    send_fixed(sink, (struct dp_str){sink->resp.buf, sink->resp.len}, key);
}

static void send_set(struct dp_redis_sink *sink, struct text *key)
{
    dp_resp_begin(&sink->resp, 3);
    dp_resp_add(&sink->resp, sink->entry.gone ? DP_STR("SREM") : DP_STR("SADD"));
    dp_resp_add(&sink->resp, (struct dp_str){key->buf, key->len});
    dp_resp_add(&sink->resp, sink->entry.id);
    send_built(sink, key);
}

static void send_delete(struct dp_redis_sink *sink, struct text *key)
{
    dp_resp_begin(&sink->resp, 2);
    dp_resp_add(&sink->resp, DP_STR("DEL"));
    dp_resp_add(&sink->resp, (struct dp_str){key->buf, key->len});
    send_built(sink, key);
}

static void send_hash(struct dp_redis_sink *sink, struct text *key)
{
    const struct dp_entry *entry = &sink->entry;
    struct dp_str name = {key->buf, key->len};
    char number[DP_FORMAT_SIZE];

    send_fixed(sink, DP_STR("*1\r\n$5\r\nMULTI\r\n"), key);
    send_delete(sink, key);
    dp_resp_begin(&sink->resp, 2 + 2 * entry->field_count);
    dp_resp_add(&sink->resp, DP_STR("HSET"));
    dp_resp_add(&sink->resp, name);
    for (size_t i = 0; i < entry->field_count; i++) {
        dp_resp_add(&sink->resp, dp_str_from(entry->fields[i].name));
        dp_resp_add(&sink->resp, dp_format_field(number, &entry->fields[i]));
    }
    send_built(sink, key);
    if (entry->ttl_ms > 0) {
        dp_resp_begin(&sink->resp, 3);
        dp_resp_add(&sink->resp, DP_STR("PEXPIRE"));
        dp_resp_add(&sink->resp, name);
        dp_resp_add(&sink->resp, (struct dp_str){number, dp_format_integer(number, entry->ttl_ms)});
        send_built(sink, key);
    }
    send_fixed(sink, DP_STR("*1\r\n$4\r\nEXEC\r\n"), key);
}

/* Remembers the entry's scope for the message. All entries of one scope come one after the other,
 * so the last name is enough to have each but once. */
static void note_scope(struct dp_redis_sink *sink)
{
    struct text *scopes = &sink->scopes;
    size_t room = sink->entry.id.len + sizeof "agent:\n";
    ensure(scopes, scopes->len + room);
    char *name = scopes->buf + scopes->len;
    size_t len = dp_key_scope(name, room, &sink->entry);
    name[len] = '\n';
    if (scopes->len - sink->last_scope == len + 1 &&
        memcmp(scopes->buf + sink->last_scope, name, len + 1) == 0)
        return;
    sink->last_scope = scopes->len;
    scopes->len += len + 1;
}

static struct text *take_slot(struct dp_redis_sink *sink)
{
    struct text *slot = &sink->slots[sink->next_slot];
    sink->next_slot = (sink->next_slot + 1) % SLOTS;
    return slot;
}

static void send_entry(struct dp_redis_sink *sink)
{
    struct text *key = take_slot(sink);
    key->len = dp_key_format(key->buf, key->capacity, sink->prefix, &sink->entry);
    if (key->len >= key->capacity) {
        ensure(key, key->len + 1);
        dp_key_format(key->buf, key->capacity, sink->prefix, &sink->entry);
    }
    sink->stats.keys++;
    if (sink->entry.kind == DP_ENTRY_KNOWN) {
        send_set(sink, key);
        return;
    }
    if (sink->entry.gone)
        send_delete(sink, key);
    else
        send_hash(sink, key);
    if (sink->entry.kind != DP_ENTRY_META)
        note_scope(sink);
}

static void send_message(struct dp_redis_sink *sink)
{
    if (sink->scopes.len == 0)
        return;
    struct text *key = take_slot(sink);
    key->len = strlen(sink->channel);
    ensure(key, key->len + 1);
    memcpy(key->buf, sink->channel, key->len + 1);
    dp_resp_begin(&sink->resp, 3);
    dp_resp_add(&sink->resp, DP_STR("PUBLISH"));
    dp_resp_add(&sink->resp, dp_str_from(sink->channel));
    dp_resp_add(&sink->resp, (struct dp_str){sink->scopes.buf, sink->scopes.len - 1});
    send_built(sink, key);
}

/* Takes entries for as long as there is room, and ends the flush when all is done. */
static void fill(struct dp_redis_sink *sink)
{
    while (!sink->drained && dp_redis_link_outstanding(sink->link) < DP_REDIS_SINK_REPLIES &&
           dp_redis_link_unsent(sink->link) < DP_REDIS_SINK_BYTES) {
        if (sink->next(sink->next_ctx, &sink->entry)) {
            send_entry(sink);
        } else {
            sink->drained = true;
            send_message(sink);
        }
    }
    if (sink->drained && dp_redis_link_outstanding(sink->link) == 0)
        end_flush(sink, true);
}

static void on_reply(void *ctx, void *tag, const redisReply *reply)
{
    struct dp_redis_sink *sink = ctx;
    const char *key = ((struct text *)tag)->buf;
    if (reply->type == REDIS_REPLY_ERROR) {
        note_error(sink, key, reply->str);
    } else if (reply->type == REDIS_REPLY_ARRAY) {
        /* EXEC's: of one reply for each command. */
        for (size_t i = 0; i < reply->elements; i++)
            if (reply->element[i]->type == REDIS_REPLY_ERROR)
                note_error(sink, key, reply->element[i]->str);
    }
    fill(sink);
}

static void on_up(void *ctx)
{
    struct dp_redis_sink *sink = ctx;
    sink->events.up(sink->ctx);
}

static void on_down(void *ctx, const char *reason)
{
    struct dp_redis_sink *sink = ctx;
    if (sink->next)
        end_flush(sink, false);
    if (sink->link) /* not closed by the owner meanwhile */
        sink->events.down(sink->ctx, reason);
}

struct dp_redis_sink *dp_redis_sink_create(uv_loop_t *loop,
                                           const struct dp_redis_sink_options *options,
                                           const struct dp_redis_sink_events *events, void *ctx,
                                           char *error, size_t error_size)
{
    static const struct dp_redis_link_events link_events = {
        .up = on_up, .down = on_down, .reply = on_reply};
    struct dp_redis_link_options link_options = {options->url, options->timeout_ms};
    struct dp_redis_sink *sink = dp_xcalloc(1, sizeof *sink);
    sink->link = dp_redis_link_create(loop, &link_options, &link_events, sink, error, error_size);
    if (!sink->link) {
        free(sink);
        return NULL;
    }
    sink->loop = loop;
    sink->events = *events;
    sink->ctx = ctx;
    sink->prefix = dp_xstrdup(options->prefix);
    size_t size = strlen(options->prefix) + sizeof ":updates";
    sink->channel = dp_xmalloc(size);
    snprintf(sink->channel, size, "%s:updates", options->prefix);
    return sink;
}

static void on_closed(void *ctx)
{
    struct dp_redis_sink *sink = ctx;
    for (size_t i = 0; i < SLOTS; i++)
        free(sink->slots[i].buf);
    free(sink->scopes.buf);
    dp_resp_deinit(&sink->resp);
    free(sink->channel);
    free(sink->prefix);
    free(sink);
}

void dp_redis_sink_close(struct dp_redis_sink *sink)
{
    struct dp_redis_link *link = sink->link;
    sink->link = NULL;
    sink->next = NULL;
    dp_redis_link_close(link, on_closed);
}

bool dp_redis_sink_flush(struct dp_redis_sink *sink, dp_entry_fn *next, void *next_ctx)
{
    if (sink->next || !dp_redis_sink_is_up(sink))
        return false;
    sink->next = next;
    sink->next_ctx = next_ctx;
    sink->drained = sink->unsent = sink->read_only = false;
    sink->started_ns = uv_hrtime();
    sink->keys_before = sink->stats.keys;
    sink->errors_before = sink->stats.errors;
    sink->scopes.len = sink->last_scope = 0;
    fill(sink);
    return true;
}

bool dp_redis_sink_is_up(const struct dp_redis_sink *sink)
{
    return dp_redis_link_is_up(sink->link);
}

const struct dp_redis_sink_stats *dp_redis_sink_stats(const struct dp_redis_sink *sink)
{
    return &sink->stats;
}
