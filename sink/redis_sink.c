#include "sink/redis_sink.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "common/memory.h"
#include "sink/compat.h"
#include "sink/entry_commands.h"
#include "sink/keys.h"
#include "sink/redis_advice.h"
#include "sink/redis_link.h"
#include "sink/resp.h"
#include "sink/transaction.h"

#define LOG_EVERY_MS 30000

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

    /* Active while a transaction is to be made: after what was sent has been written, so that the
     * server is busy meanwhile. */
    uv_check_t making;

    dp_entry_fn *next; /* of the flush under way; NULL: none */
    void *next_ctx;
    bool drained;   /* `next` has no more, and the message is made */
    bool last;      /* the transaction under way is the flush's last */
    bool refused;   /* a transaction was not executed */
    bool unsent;    /* something could not be sent */
    bool read_only; /* the server refuses writes as a replica */
    bool by_fields; /* it takes no images of hashes */
    uint64_t started_ns;
    uint64_t keys_before, errors_before; /* stats at the flush's start */
    char first_error[704];               /* the log's fields about it */
    uint64_t logged_at_ms; /* the last line about errors; 0: none since a flush was well */

    struct dp_entry entry;
    struct dp_resp resp;
    struct dp_entry_commands commands;
    struct dp_redis_fence fence; /* owner_key NULL: none */

    struct dp_transaction *sent, *made; /* the one under way, and the one after it */
    struct dp_transaction transactions[2];
    uint64_t errors_before_sent;
    struct text key;
    struct text scopes; /* names of changed scopes, each ended by a newline */
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
    bool ok = answered && !sink->unsent && !sink->refused && errors == 0;
    sink->next = NULL;
    uv_check_stop(&sink->making);
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

/* A server that cannot read an image, does not know RESTORE or forbids it, says so in these words.
 * The flush has failed; the next ones go on without images. */
static void look_whether_by_fields(struct dp_redis_sink *sink, const char *error)
{
    static const char *const refusals[] = {"ERR DUMP payload", "ERR Bad data format",
                                           "ERR unknown command", "NOPERM"};
    char why[192];
    for (size_t i = 0; i < sizeof refusals / sizeof *refusals && !sink->by_fields; i++)
        if (strncmp(error, refusals[i], strlen(refusals[i])) == 0) {
            sink->by_fields = true;
            dp_log(
                DP_LOG_WARN, "hashes are written field by field",
                "reason=%s advice=\"Redis 7.0 or newer takes each by one RESTORE, which costs it "
                "a tenth; the user needs the right for it\"",
                dp_log_quote(why, sizeof why, error));
        }
}

static void note_error(struct dp_redis_sink *sink, const char *key, const char *error)
{
    char name[192], why[192], advice[256];
    look_whether_by_fields(sink, error);
    if (strncmp(error, "READONLY", 8) == 0)
        sink->read_only = true;
    if (sink->stats.errors++ == sink->errors_before)
        snprintf(sink->first_error, sizeof sink->first_error, "key=%s reason=%s advice=%s",
                 dp_log_quote(name, sizeof name, key), dp_log_quote(why, sizeof why, error),
                 dp_log_quote(advice, sizeof advice, dp_redis_advice(error)));
}

/* Replies are told apart by their tags: a command of the transaction has its key's, these have
 * their own. */
static char watch_tag, owner_tag, exec_tag;

/* A command of one or two words that is none of a transaction's. */
static void send_words(struct dp_redis_sink *sink, struct dp_str name, const char *key, void *tag)
{
    struct dp_resp *resp = &sink->resp;
    dp_resp_begin(resp, key ? 2 : 1);
    dp_resp_add(resp, name);
    if (key)
        dp_resp_add(resp, dp_str_from(key));
    sink->stats.bytes += resp->len;
    if (!dp_redis_link_send(sink->link, resp->buf, resp->len, tag))
        sink->unsent = true;
}

/* Remembers the entry's scope for the message. */
static void note_scope(struct dp_redis_sink *sink)
{
    struct text *scopes = &sink->scopes;
    size_t room = sink->entry.id.len + sizeof "agent:\n";
    ensure(scopes, scopes->len + room);
    char *name = scopes->buf + scopes->len;
    size_t len = dp_key_scope(name, room, &sink->entry);
    name[len] = '\n';
    scopes->len += len + 1;
}

static void add_entry(struct dp_redis_sink *sink)
{
    struct dp_entry_commands *commands = &sink->commands;
    struct text *key = &sink->key;
    key->len = dp_key_format(key->buf, key->capacity, sink->prefix, &sink->entry);
    if (key->len >= key->capacity) {
        ensure(key, key->len + 1);
        dp_key_format(key->buf, key->capacity, sink->prefix, &sink->entry);
    }
    struct dp_str name = {key->buf, key->len};
    sink->stats.keys++;
    dp_transaction_about(sink->made, name);
    dp_entry_commands_make(commands, &sink->entry, name, sink->by_fields);
    for (size_t i = 0; i < commands->count; i++)
        dp_transaction_add(sink->made, &commands->commands[i]);
    if (sink->entry.kind != DP_ENTRY_META && sink->entry.kind != DP_ENTRY_KNOWN &&
        sink->entry.kind != DP_ENTRY_LABEL && !sink->entry.named)
        note_scope(sink);
}

static void add_words(struct dp_redis_sink *sink, struct dp_str name, const char *key,
                      struct dp_str value)
{
    dp_resp_begin(&sink->resp, 3);
    dp_resp_add(&sink->resp, name);
    dp_resp_add(&sink->resp, dp_str_from(key));
    dp_resp_add(&sink->resp, value);
    dp_transaction_about(sink->made, dp_str_from(key));
    dp_transaction_add(sink->made, &sink->resp);
}

/* Is this process the owner? From here on the server remembers whether that changes. */
static void send_check(struct dp_redis_sink *sink)
{
    send_words(sink, DP_STR("WATCH"), sink->fence.owner_key, &watch_tag);
    send_words(sink, DP_STR("GET"), sink->fence.owner_key, &owner_tag);
}

static bool take_entry(struct dp_redis_sink *sink)
{
    if (!sink->drained)
        sink->drained = !sink->next(sink->next_ctx, &sink->entry);
    return !sink->drained;
}

/* Makes the next transaction; an empty one when there is nothing for it. */
static void make_transaction(struct dp_redis_sink *sink)
{
    dp_transaction_clear(sink->made);
    size_t entries = 0;
    while (entries < DP_REDIS_SINK_ENTRIES &&
           dp_transaction_bytes(sink->made) < DP_REDIS_SINK_BYTES && take_entry(sink)) {
        /* What the figures of this transaction stand for, so that nobody after us shows older ones;
         * the message alone changes no figure. */
        if (!entries++ && sink->fence.owner_key)
            add_words(sink, DP_STR("SET"), sink->fence.shown_key,
                      sink->fence.shown(sink->fence.ctx));
        add_entry(sink);
    }
    if (sink->drained && sink->scopes.len)
        add_words(sink, DP_STR("PUBLISH"), sink->channel,
                  (struct dp_str){sink->scopes.buf, sink->scopes.len - 1});
}

static void make_what_is_due(struct dp_redis_sink *sink)
{
    if (!uv_is_active((uv_handle_t *)&sink->making))
        return;
    uv_check_stop(&sink->making);
    make_transaction(sink);
}

static void on_making(uv_check_t *making)
{
    struct dp_redis_sink *sink = making->data;
    dp_redis_link_write(sink->link);
    make_what_is_due(sink); /* not if the connection was lost in writing */
}

/* Sends the transaction that is made, and has the one after it made while the server is busy; ends
 * the flush when there is nothing to send. */
static void send_transaction(struct dp_redis_sink *sink)
{
    make_what_is_due(sink); /* the first without a fence */
    struct dp_transaction *sent = sink->made;
    if (!dp_transaction_count(sent)) {
        if (sink->fence.owner_key)
            send_words(sink, DP_STR("UNWATCH"), NULL, &watch_tag);
        end_flush(sink, true);
        return;
    }
    sink->made = sink->sent;
    sink->sent = sent;
    sink->last = sink->drained;
    sink->errors_before_sent = sink->stats.errors;
    sink->stats.bytes += dp_transaction_bytes(sent);
    if (!dp_transaction_send(sent, sink->link, &watch_tag, &exec_tag))
        sink->unsent = true;
    if (sink->last)
        return;
    if (sink->fence.owner_key)
        send_check(sink); /* before the next one; its answer comes with this one's */
    uv_check_start(&sink->making, on_making);
}

static void take_exec_reply(struct dp_redis_sink *sink, const redisReply *reply)
{
    if (reply->type == REDIS_REPLY_ARRAY) {
        for (size_t i = 0; i < reply->elements && i < dp_transaction_count(sink->sent); i++)
            if (reply->element[i]->type == REDIS_REPLY_ERROR)
                note_error(sink, dp_transaction_key(sink->sent, i), reply->element[i]->str);
    } else { /* the owner changed, or a command was refused, which has been said */
        sink->refused = true;
        if (reply->type == REDIS_REPLY_ERROR && sink->stats.errors == sink->errors_before_sent)
            note_error(sink, "", reply->str);
    }
    if (sink->refused && !sink->last && sink->fence.owner_key)
        return; /* the check's reply is still to come */
    if (sink->last || sink->refused)
        end_flush(sink, true);
    else if (!sink->fence.owner_key)
        send_transaction(sink);
}

static void take_owner_reply(struct dp_redis_sink *sink, const redisReply *reply)
{
    if (reply->type == REDIS_REPLY_ERROR)
        note_error(sink, sink->fence.owner_key, reply->str);
    bool owner = reply->type == REDIS_REPLY_STRING && strcmp(reply->str, sink->fence.token) == 0;
    bool changed = !owner && reply->type != REDIS_REPLY_ERROR;
#ifdef DP_MUTATION_NO_EPOCH_GUARD
    owner = true;
    changed = false;
#endif
    if (owner && !sink->refused) {
        send_transaction(sink);
        return;
    }
    sink->refused = true;
    send_words(sink, DP_STR("UNWATCH"), NULL, &watch_tag);
    end_flush(sink, true);
    if (changed && sink->link)
        sink->events.fenced(sink->ctx);
}

static void on_reply(void *ctx, void *tag, const redisReply *reply)
{
    struct dp_redis_sink *sink = ctx;
    if (tag == &owner_tag)
        take_owner_reply(sink, reply);
    else if (tag == &exec_tag)
        take_exec_reply(sink, reply);
    else if (reply->type == REDIS_REPLY_ERROR)
        note_error(sink, tag == &watch_tag ? "" : tag, reply->str);
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
    struct dp_redis_link_options link_options = {options->url, options->timeout_ms, "figures"};
    struct dp_redis_sink *sink = dp_xcalloc(1, sizeof *sink);
    sink->link = dp_redis_link_create(loop, &link_options, &link_events, sink, error, error_size);
    if (!sink->link) {
        free(sink);
        return NULL;
    }
    uv_check_init(loop, &sink->making);
    sink->making.data = sink;
    sink->sent = &sink->transactions[0];
    sink->made = &sink->transactions[1];
    sink->loop = loop;
    sink->events = *events;
    sink->ctx = ctx;
    sink->prefix = dp_xstrdup(options->prefix);
    size_t size = strlen(options->prefix) + sizeof ":updates";
    sink->channel = dp_xmalloc(size);
    snprintf(sink->channel, size, "%s:updates", options->prefix);
    return sink;
}

static void on_making_closed(uv_handle_t *making)
{
    struct dp_redis_sink *sink = making->data;
    for (size_t i = 0; i < 2; i++)
        dp_transaction_deinit(&sink->transactions[i]);
    free(sink->key.buf);
    dp_redis_sink_set_fence(sink, NULL);
    free(sink->scopes.buf);
    dp_resp_deinit(&sink->resp);
    dp_entry_commands_deinit(&sink->commands);
    free(sink->channel);
    free(sink->prefix);
    free(sink);
}

static void on_link_closed(void *ctx)
{
    struct dp_redis_sink *sink = ctx;
    uv_close((uv_handle_t *)&sink->making, on_making_closed);
}

void dp_redis_sink_close(struct dp_redis_sink *sink)
{
    struct dp_redis_link *link = sink->link;
    uv_check_stop(&sink->making);
    sink->link = NULL;
    sink->next = NULL;
    dp_redis_link_close(link, on_link_closed);
}

bool dp_redis_sink_flush(struct dp_redis_sink *sink, dp_entry_fn *next, void *next_ctx)
{
    if (sink->next || !dp_redis_sink_is_up(sink))
        return false;
    sink->next = next;
    sink->next_ctx = next_ctx;
    sink->drained = sink->last = sink->unsent = sink->refused = sink->read_only = false;
    sink->started_ns = uv_hrtime();
    sink->keys_before = sink->stats.keys;
    sink->errors_before = sink->stats.errors;
    sink->scopes.len = 0;
    uv_check_start(&sink->making, on_making);
    if (sink->fence.owner_key)
        send_check(sink);
    else
        send_transaction(sink);
    return true;
}

void dp_redis_sink_set_fence(struct dp_redis_sink *sink, const struct dp_redis_fence *fence)
{
    free((char *)sink->fence.owner_key);
    free((char *)sink->fence.token);
    free((char *)sink->fence.shown_key);
    sink->fence = (struct dp_redis_fence){0};
    if (fence)
        sink->fence = (struct dp_redis_fence){
            .owner_key = dp_xstrdup(fence->owner_key),
            .token = dp_xstrdup(fence->token),
            .shown_key = dp_xstrdup(fence->shown_key),
            .shown = fence->shown,
            .ctx = fence->ctx,
        };
}

bool dp_redis_sink_is_up(const struct dp_redis_sink *sink)
{
    return dp_redis_link_is_up(sink->link);
}

const struct dp_redis_sink_stats *dp_redis_sink_stats(const struct dp_redis_sink *sink)
{
    return &sink->stats;
}
