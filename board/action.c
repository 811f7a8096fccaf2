#include "board/action.h"

#include <stdio.h>
#include <stdlib.h>

#include "common/memory.h"
#include "sink/compat.h"
#include "sink/redis_link.h"
#include "sink/resp.h"

#define UNDER_WAY  64
#define SILENCE_MS 3000
#define KEY        512

struct action {
    dp_action_fn *done; /* NULL: nobody waits */
    void *ctx;
};

struct dp_actions {
    struct dp_redis_link *link;
    const char *prefix;
    struct dp_resp resp;
    struct action items[UNDER_WAY]; /* a ring: replies come in order */
    size_t first, count;
};

static char tag_of_exec; /* the replies to all others are of no interest */

static void finish(struct dp_actions *actions, enum dp_action_result result, const char *error)
{
    struct action action = actions->items[actions->first];
    actions->first = (actions->first + 1) % UNDER_WAY;
    actions->count--;
    if (action.done)
        action.done(action.ctx, result, error);
}

static void on_up(void *ctx)
{
    (void)ctx;
}

static void on_down(void *ctx, const char *reason)
{
    struct dp_actions *actions = ctx;
    while (actions->count)
        finish(actions, DP_ACTION_AWAY, reason);
}

static void on_reply(void *ctx, void *tag, const redisReply *reply)
{
    const char *error = reply->type == REDIS_REPLY_ERROR ? reply->str : NULL;
    if (tag != &tag_of_exec)
        return; /* what MULTI refuses, EXEC tells again */
    for (size_t i = 0; !error && reply->type == REDIS_REPLY_ARRAY && i < reply->elements; i++)
        if (reply->element[i]->type == REDIS_REPLY_ERROR)
            error = reply->element[i]->str;
    finish(ctx, error ? DP_ACTION_REFUSED : DP_ACTION_DONE, error ? error : "");
}

/* Sending ---------------------------------------------------------------------------------------*/

static void begin(struct dp_actions *actions, const char *command, const char *name, size_t count)
{
    char key[KEY];
    int len = snprintf(key, sizeof key, "%s:alerts:%s", actions->prefix, name);
    dp_resp_begin(&actions->resp, 2 + count);
    dp_resp_add(&actions->resp, dp_str_from(command));
    dp_resp_add(&actions->resp, (struct dp_str){key, (size_t)len});
}

static void queue(struct dp_actions *actions, void *tag)
{
    /* Where the connection breaks between commands, nothing of the transaction is done. */
    dp_redis_link_send(actions->link, actions->resp.buf, actions->resp.len, tag);
}

static void send_word(struct dp_actions *actions, struct dp_str word, void *tag)
{
    dp_resp_begin(&actions->resp, 1);
    dp_resp_add(&actions->resp, word);
    queue(actions, tag);
}

static bool open_action(struct dp_actions *actions, dp_action_fn *done, void *ctx)
{
    if (actions->count == UNDER_WAY || !dp_redis_link_is_up(actions->link))
        return false;
    actions->items[(actions->first + actions->count++) % UNDER_WAY] = (struct action){done, ctx};
    send_word(actions, DP_STR("MULTI"), NULL);
    return true;
}

static void end_action(struct dp_actions *actions)
{
    begin(actions, "INCR", "asked", 0);
    queue(actions, NULL);
    send_word(actions, DP_STR("EXEC"), &tag_of_exec);
}

static void set_field(struct dp_actions *actions, const char *hash, struct dp_str field,
                      const char *text)
{
    begin(actions, "HSET", hash, 2);
    dp_resp_add(&actions->resp, field);
    dp_resp_add(&actions->resp, dp_str_from(text));
    queue(actions, NULL);
}

static void remove_silence(struct dp_actions *actions, struct dp_str id)
{
    begin(actions, "HDEL", "silences", 1);
    dp_resp_add(&actions->resp, id);
    queue(actions, NULL);
}

bool dp_action_acknowledge(struct dp_actions *actions, struct dp_str alert,
                           const struct dp_ack_entry *ack, dp_action_fn *done, void *ctx)
{
    if (!open_action(actions, done, ctx))
        return false;
    char *text = dp_ack_entry_format(ack);
    set_field(actions, "acks", alert, text);
    free(text);
    end_action(actions);
    return true;
}

bool dp_action_silence(struct dp_actions *actions, const struct dp_silence_entry *silence,
                       struct dp_str ended, char id[DP_SILENCE_ID], dp_action_fn *done, void *ctx)
{
    uint32_t number;
    if (uv_random(NULL, NULL, &number, sizeof number, 0, NULL) < 0 ||
        !open_action(actions, done, ctx))
        return false;
    snprintf(id, DP_SILENCE_ID, "%08x", (unsigned)number);
    while (ended.len) {
        const char *end = memchr(ended.p, '\n', ended.len);
        size_t len = end ? (size_t)(end - ended.p) : ended.len;
        remove_silence(actions, (struct dp_str){ended.p, len});
        size_t used = len + (end != NULL);
        ended = (struct dp_str){ended.p + used, ended.len - used};
    }
    char *text = dp_silence_entry_format(silence);
    set_field(actions, "silences", dp_str_from(id), text);
    free(text);
    end_action(actions);
    return true;
}

bool dp_action_unsilence(struct dp_actions *actions, struct dp_str id, dp_action_fn *done,
                         void *ctx)
{
    if (!open_action(actions, done, ctx))
        return false;
    remove_silence(actions, id);
    end_action(actions);
    return true;
}

void dp_action_forget(struct dp_actions *actions, const void *ctx)
{
    for (size_t i = 0; i < actions->count; i++) {
        struct action *action = &actions->items[(actions->first + i) % UNDER_WAY];
        if (action->ctx == ctx)
            action->done = NULL;
    }
}

/* Life ------------------------------------------------------------------------------------------*/

struct dp_actions *dp_actions_create(uv_loop_t *loop, const char *url, const char *prefix,
                                     char *error, size_t error_size)
{
    static const struct dp_redis_link_events events = {
        .up = on_up, .down = on_down, .reply = on_reply};
    struct dp_redis_link_options options = {
        .url = url, .timeout_ms = SILENCE_MS, .purpose = "changes"};
    struct dp_actions *actions = dp_xcalloc(1, sizeof *actions);
    actions->prefix = prefix;
    actions->link = dp_redis_link_create(loop, &options, &events, actions, error, error_size);
    if (actions->link)
        return actions;
    free(actions);
    return NULL;
}

static void on_closed(void *ctx)
{
    struct dp_actions *actions = ctx;
    dp_resp_deinit(&actions->resp);
    free(actions);
}

void dp_actions_close(struct dp_actions *actions)
{
    on_down(actions, "the board ends");
    dp_redis_link_close(actions->link, on_closed);
}
