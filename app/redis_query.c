#include "app/redis_query.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <uv.h>

#include "common/memory.h"
#include "sink/compat.h"
#include "sink/redis_advice.h"
#include "sink/redis_link.h"

#define WAIT_MS   10000
#define UNDER_WAY 200 /* questions without an answer; an answer has some kilobytes */

struct dp_redis_query {
    uv_loop_t loop;
    uv_timer_t patience; /* for the connection; later waits are the link's */
    struct dp_redis_link *link;
    struct dp_resp resp;
    const struct dp_redis_questions *questions; /* NULL: none are being asked */
    size_t asked, answered;
    bool up, failed;
    char error[1024];
};

static void fail(struct dp_redis_query *query, const char *reason)
{
    if (query->failed)
        return;
    query->failed = true;
    snprintf(query->error, sizeof query->error, "Redis at %s: %s: %s",
             dp_redis_link_server(query->link), reason, dp_redis_advice(reason));
    uv_stop(&query->loop);
}

static void ask_more(struct dp_redis_query *query)
{
    const struct dp_redis_questions *questions = query->questions;
    while (query->asked < questions->count && query->asked - query->answered < UNDER_WAY) {
        questions->ask(questions->ctx, query->asked, &query->resp);
        if (!dp_redis_link_send(query->link, query->resp.buf, query->resp.len, NULL))
            return; /* `down` follows */
        query->asked++;
    }
    if (query->answered == questions->count)
        uv_stop(&query->loop);
}

static void on_up(void *ctx)
{
    struct dp_redis_query *query = ctx;
    query->up = true;
    uv_timer_stop(&query->patience);
    uv_stop(&query->loop);
}

static void on_down(void *ctx, const char *reason)
{
    fail(ctx, reason);
}

static void on_patience_end(uv_timer_t *timer)
{
    fail(timer->data, "no reply in time");
}

/* What the server refused: all of it, or a command of a transaction. */
static const char *error_of(const redisReply *reply)
{
    if (reply->type == REDIS_REPLY_ERROR)
        return reply->str;
    for (size_t i = 0; reply->type == REDIS_REPLY_ARRAY && i < reply->elements; i++)
        if (reply->element[i]->type == REDIS_REPLY_ERROR)
            return reply->element[i]->str;
    return NULL;
}

static void on_reply(void *ctx, void *tag, const redisReply *reply)
{
    struct dp_redis_query *query = ctx;
    (void)tag;
    if (query->failed)
        return;
    const char *error = error_of(reply);
    if (error) {
        fail(query, error);
        return;
    }
    query->questions->answer(query->questions->ctx, query->answered++, reply);
    ask_more(query);
}

/* Runs the loop until somebody stops it. */
static bool wait_for(struct dp_redis_query *query, char *error, size_t error_size)
{
    if (!query->failed)
        uv_run(&query->loop, UV_RUN_DEFAULT);
    if (query->failed)
        snprintf(error, error_size, "%s", query->error);
    return !query->failed;
}

struct dp_redis_query *dp_redis_query_open(const char *url, char *error, size_t error_size)
{
    static const struct dp_redis_link_events events = {
        .up = on_up, .down = on_down, .reply = on_reply};
    struct dp_redis_link_options options = {.url = url, .timeout_ms = WAIT_MS, .purpose = "report"};
    struct dp_redis_query *query = dp_xcalloc(1, sizeof *query);
    uv_loop_init(&query->loop);
    uv_timer_init(&query->loop, &query->patience);
    query->patience.data = query;
    query->link = dp_redis_link_create(&query->loop, &options, &events, query, error, error_size);
    if (query->link) {
        uv_timer_start(&query->patience, on_patience_end, 2 * WAIT_MS, 0);
        if (wait_for(query, error, error_size))
            return query;
    }
    dp_redis_query_close(query);
    return NULL;
}

bool dp_redis_query_run(struct dp_redis_query *query, const struct dp_redis_questions *questions,
                        char *error, size_t error_size)
{
    query->questions = questions;
    query->asked = query->answered = 0;
    bool ok = true;
    if (questions->count) {
        ask_more(query);
        ok = wait_for(query, error, error_size);
    }
    query->questions = NULL;
    return ok;
}

void dp_redis_query_close(struct dp_redis_query *query)
{
    if (!query)
        return;
    if (query->link)
        dp_redis_link_close(query->link, NULL);
    uv_close((uv_handle_t *)&query->patience, NULL);
    while (uv_run(&query->loop, UV_RUN_DEFAULT)) /* a stop from before ends one run at once */
        ;
    uv_loop_close(&query->loop);
    dp_resp_deinit(&query->resp);
    free(query);
}
