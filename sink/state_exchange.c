#include "sink/state_exchange.h"

#include <stdio.h>
#include <string.h>

#include "common/log.h"
#include "sink/compat.h"
#include "sink/redis_advice.h"

#define RETRY_MS     200
#define LOG_EVERY_MS 30000

void dp_state_exchange_attempt(struct dp_state_exchange *exchange)
{
    *exchange->error = '\0';
    exchange->events.attempt(exchange->ctx);
}

void dp_state_exchange_end(struct dp_state_exchange *exchange)
{
    exchange->logged_at_ms = 0;
    uv_timer_stop(&exchange->retry);
    /* Replies that are still to come are for nobody. */
    exchange->stale = exchange->link ? (unsigned)dp_redis_link_outstanding(exchange->link) : 0;
}

void dp_state_exchange_send(struct dp_state_exchange *exchange, void *tag)
{
    dp_redis_link_send(exchange->link, exchange->resp.buf, exchange->resp.len, tag);
}

void dp_state_exchange_send_command(struct dp_state_exchange *exchange, void *tag,
                                    struct dp_str command)
{
    dp_redis_link_send(exchange->link, command.p, command.len, tag);
}

void dp_state_exchange_refuse(struct dp_state_exchange *exchange, const char *why)
{
    snprintf(exchange->error, sizeof exchange->error, "%s", why);
}

void dp_state_exchange_send_words(struct dp_state_exchange *exchange, void *tag,
                                  const char *command, const char *first, const char *second)
{
    const char *words[] = {command, first, second};
    size_t count = second ? 3 : first ? 2 : 1;
    dp_resp_begin(&exchange->resp, count);
    for (size_t i = 0; i < count; i++)
        dp_resp_add(&exchange->resp, dp_str_from(words[i]));
    dp_state_exchange_send(exchange, tag);
}

static void on_retry(uv_timer_t *timer)
{
    struct dp_state_exchange *exchange = timer->data;
    if (dp_redis_link_is_up(exchange->link))
        dp_state_exchange_attempt(exchange);
}

/* The server refuses for now: said once in a while, tried again until it does not. */
static void try_later(struct dp_state_exchange *exchange)
{
    const char *reason = exchange->error;
    char why[256], advice[256];
    uint64_t now = uv_now(exchange->loop);
    if (!exchange->logged_at_ms || now - exchange->logged_at_ms >= LOG_EVERY_MS) {
        exchange->logged_at_ms = now ? now : 1;
        dp_log(DP_LOG_ERROR, "Redis refused the state, trying again", "reason=%s advice=%s",
               dp_log_quote(why, sizeof why, reason),
               dp_log_quote(advice, sizeof advice, dp_redis_advice(reason)));
    }
    /* After a failover the name may stand for another server by now. */
    if (strncmp(reason, "READONLY", 8) == 0)
        dp_redis_link_break(exchange->link, "READONLY: the server is a replica");
    else
        uv_timer_start(&exchange->retry, on_retry, RETRY_MS, 0);
}

/* The first error of the reply, or of those that EXEC's holds. */
static const char *first_error(const redisReply *reply)
{
    if (reply->type == REDIS_REPLY_ERROR)
        return reply->str;
    for (size_t i = 0; reply->type == REDIS_REPLY_ARRAY && i < reply->elements; i++)
        if (reply->element[i]->type == REDIS_REPLY_ERROR)
            return reply->element[i]->str;
    return NULL;
}

/* An attempt with an error is over when all of its replies are in. */
static void on_reply(void *ctx, void *tag, const redisReply *reply)
{
    struct dp_state_exchange *exchange = ctx;
    const char *error = first_error(reply);
    if (exchange->stale) {
        exchange->stale--;
        return;
    }
    if (error && !*exchange->error)
        snprintf(exchange->error, sizeof exchange->error, "%s", error);
    if (!*exchange->error)
        exchange->events.reply(exchange->ctx, tag, reply);
    else if (dp_redis_link_outstanding(exchange->link) == 0)
        try_later(exchange);
}

static void on_up(void *ctx)
{
    struct dp_state_exchange *exchange = ctx;
    exchange->events.up(exchange->ctx);
}

static void on_down(void *ctx, const char *reason)
{
    struct dp_state_exchange *exchange = ctx;
    uv_timer_stop(&exchange->retry);
    exchange->stale = 0;
    exchange->events.down(exchange->ctx, reason);
}

bool dp_state_exchange_init(struct dp_state_exchange *exchange, uv_loop_t *loop, const char *url,
                            const struct dp_state_exchange_events *events, void *ctx, char *error,
                            size_t error_size)
{
    static const struct dp_redis_link_events link_events = {
        .up = on_up, .down = on_down, .reply = on_reply};
    struct dp_redis_link_options options = {.url = url, .purpose = "state"};
    *exchange = (struct dp_state_exchange){.loop = loop, .events = *events, .ctx = ctx};
    exchange->link =
        dp_redis_link_create(loop, &options, &link_events, exchange, error, error_size);
    if (!exchange->link)
        return false;
    uv_timer_init(loop, &exchange->retry);
    exchange->retry.data = exchange;
    return true;
}

static void release(struct dp_state_exchange *exchange)
{
    if (--exchange->open)
        return;
    dp_resp_deinit(&exchange->resp);
    exchange->closed(exchange->ctx);
}

static void on_link_closed(void *ctx)
{
    release(ctx);
}

static void on_retry_closed(uv_handle_t *handle)
{
    release(handle->data);
}

void dp_state_exchange_close(struct dp_state_exchange *exchange, void (*closed)(void *ctx))
{
    struct dp_redis_link *link = exchange->link;
    exchange->link = NULL;
    exchange->open = 2;
    exchange->closed = closed;
    dp_redis_link_close(link, on_link_closed);
    uv_close((uv_handle_t *)&exchange->retry, on_retry_closed);
}
