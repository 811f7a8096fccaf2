#include "sink/redis_state.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "common/memory.h"
#include "sink/compat.h"
#include "sink/redis_advice.h"
#include "sink/redis_link.h"
#include "sink/resp.h"
#include "sink/state_blocks.h"
#include "sink/state_reader.h"
#include "sink/state_record.h"
#include "sink/state_writer.h"

#define RETRY_MS     200
#define LOG_EVERY_MS 30000

enum operation { NOTHING, CLAIMING, LOOKING, READING, COMMITTING };

/* Why a reply comes. */
enum purpose { ANSWER_IGNORED, ANSWER_OWNER, ANSWER_RECORD, ANSWER_EXEC, ANSWER_BYTES };

struct dp_redis_state {
    uv_loop_t *loop;
    struct dp_redis_link *link; /* NULL: closed */
    struct dp_redis_state_events events;
    void *ctx;
    uv_timer_t retry;
    int open; /* the link and the timer */
    char *owner_key, *commit_key, *shown_key;
    struct dp_resp resp;
    unsigned stale;  /* replies still to come of what is over */
    char error[256]; /* the first among the replies of this attempt */

    enum operation operation;
    char token[64];
    bool owned;                       /* the last look at the owner's key found the token */
    struct dp_state_place head, tail; /* the last commit */
    uint64_t logged_at_ms;

    struct dp_state_blocks blocks;
    struct dp_state_reader reader;
    struct dp_state_writer writer;
    uint64_t started_ns, last_ms; /* of the commit under way, of the one before */
};

/* Commands ----------------------------------------------------------------------------------------
 */

static void request(struct dp_redis_state *state, enum purpose purpose)
{
    dp_redis_link_send(state->link, state->resp.buf, state->resp.len, (void *)(uintptr_t)purpose);
}

static void send_word(struct dp_redis_state *state, const char *word, enum purpose purpose)
{
    dp_resp_begin(&state->resp, 1);
    dp_resp_add(&state->resp, dp_str_from(word));
    request(state, purpose);
}

static void send_words(struct dp_redis_state *state, const char *word, const char *key,
                       enum purpose purpose)
{
    dp_resp_begin(&state->resp, 2);
    dp_resp_add(&state->resp, dp_str_from(word));
    dp_resp_add(&state->resp, dp_str_from(key));
    request(state, purpose);
}

static void send_watch(struct dp_redis_state *state)
{
    dp_resp_begin(&state->resp, 3);
    dp_resp_add(&state->resp, DP_STR("WATCH"));
    dp_resp_add(&state->resp, dp_str_from(state->owner_key));
    dp_resp_add(&state->resp, dp_str_from(state->commit_key));
    request(state, ANSWER_IGNORED);
}

/* Operations -------------------------------------------------------------------------------------
 */

static void begin_attempt(struct dp_redis_state *state)
{
    *state->error = '\0';
    switch (state->operation) {
    case CLAIMING:
        send_watch(state);
        send_words(state, "GET", state->owner_key, ANSWER_OWNER);
        break;
    case LOOKING:
        send_words(state, "HGETALL", state->commit_key, ANSWER_RECORD);
        break;
    case COMMITTING:
        send_watch(state);
        send_words(state, "GET", state->owner_key, ANSWER_OWNER);
        send_words(state, "HGETALL", state->commit_key, ANSWER_RECORD);
        break;
    case READING:
        dp_state_reader_ask(&state->reader, &state->blocks, (void *)ANSWER_BYTES, true);
        break;
    case NOTHING:
        break;
    }
}

static void on_retry(uv_timer_t *timer)
{
    struct dp_redis_state *state = timer->data;
    if (dp_redis_state_is_up(state))
        begin_attempt(state);
}

/* The server refuses for now: said once in a while, tried again until it does not. */
static void try_later(struct dp_redis_state *state)
{
    const char *reason = state->error;
    char why[256], advice[256];
    uint64_t now = uv_now(state->loop);
    if (!state->logged_at_ms || now - state->logged_at_ms >= LOG_EVERY_MS) {
        state->logged_at_ms = now ? now : 1;
        dp_log(DP_LOG_ERROR, "Redis refused the state, trying again", "reason=%s advice=%s",
               dp_log_quote(why, sizeof why, reason),
               dp_log_quote(advice, sizeof advice, dp_redis_advice(reason)));
    }
    /* After a failover the name may stand for another server by now. */
    if (strncmp(reason, "READONLY", 8) == 0)
        dp_redis_link_break(state->link, "READONLY: the server is a replica");
    else
        uv_timer_start(&state->retry, on_retry, RETRY_MS, 0);
}

static void end_operation(struct dp_redis_state *state)
{
    state->operation = NOTHING;
    state->logged_at_ms = 0;
    uv_timer_stop(&state->retry);
    /* Replies that are still to come are for nobody. */
    state->stale = state->link ? (unsigned)dp_redis_link_outstanding(state->link) : 0;
}

static void refuse(struct dp_redis_state *state, enum dp_state_refusal refusal)
{
    send_word(state, "UNWATCH", ANSWER_IGNORED);
    end_operation(state);
    state->events.refused(state->ctx, refusal);
}

static void unreadable(struct dp_redis_state *state, const char *why)
{
    char text[512];
    end_operation(state);
    snprintf(text, sizeof text,
             "the saved state under %s cannot be used: %s; to make it again from what Kafka holds, "
             "stop all processes of the group and remove the keys %.*s*",
             state->commit_key, why, (int)(strrchr(state->commit_key, ':') - state->commit_key + 1),
             state->commit_key);
    state->events.unreadable(state->ctx, text);
}

/* Claiming --------------------------------------------------------------------------------------
 */

static void send_claim(struct dp_redis_state *state, const char *owner)
{
    uint64_t epoch = owner ? strtoull(owner, NULL, 10) : 0, random = 0;
    uv_random(NULL, NULL, &random, sizeof random, 0, NULL);
    snprintf(state->token, sizeof state->token, "%" PRIu64 ":%016" PRIx64, epoch + 1, random);
    send_word(state, "MULTI", ANSWER_IGNORED);
    dp_resp_begin(&state->resp, 3);
    dp_resp_add(&state->resp, DP_STR("SET"));
    dp_resp_add(&state->resp, dp_str_from(state->owner_key));
    dp_resp_add(&state->resp, dp_str_from(state->token));
    request(state, ANSWER_IGNORED);
    send_words(state, "HGETALL", state->commit_key, ANSWER_IGNORED);
    send_words(state, "GET", state->shown_key, ANSWER_IGNORED);
    send_word(state, "EXEC", ANSWER_EXEC);
}

static void take_claim(struct dp_redis_state *state, const redisReply *reply)
{
    struct dp_state_commit commit;
    char why[DP_STATE_WHY];
    if (reply->type != REDIS_REPLY_ARRAY || reply->elements != 3) { /* somebody else was quicker */
        begin_attempt(state);
        return;
    }
    if (!dp_state_record_parse(reply->element[1], &commit, why)) {
        unreadable(state, why);
        return;
    }
    const redisReply *shown = reply->element[2];
    state->head = commit.head;
    state->tail = commit.tail;
    end_operation(state);
    state->events.claimed(state->ctx, &commit, (struct dp_str){shown->str, shown->len});
}

/* Reading ---------------------------------------------------------------------------------------
 */

/* Hands over the frames that are there. False: reading is over, for whatever reason. */
static bool hand_over_frames(struct dp_redis_state *state)
{
    struct dp_state_frame frame;
    enum dp_state_found found;
    while ((found = dp_state_reader_next(&state->reader, &frame)) == DP_STATE_FRAME) {
        bool usable = state->events.frame(state->ctx, &frame);
        if (state->operation != READING) /* cancelled */
            return false;
        if (!usable) {
            end_operation(state);
            return false;
        }
    }
    if (found == DP_STATE_PART)
        return true;
    unreadable(state, found == DP_STATE_FOREIGN ? "the log is of another format than this program's"
                                                : "the log is damaged, or part of it is missing");
    return false;
}

static void take_bytes(struct dp_redis_state *state, const redisReply *reply)
{
    if (reply->type != REDIS_REPLY_STRING || reply->len == 0) {
        unreadable(state, "a part of the log is missing");
        return;
    }
    dp_state_reader_add(&state->reader, reply->str, reply->len);
    if (!hand_over_frames(state))
        return;
    dp_state_reader_ask(&state->reader, &state->blocks, (void *)ANSWER_BYTES, false);
    if (!dp_state_reader_answered(&state->reader))
        return;
    if (!dp_state_reader_done(&state->reader)) {
        unreadable(state, "the log ends within a frame");
        return;
    }
    end_operation(state);
    state->events.read(state->ctx);
}

/* Committing ------------------------------------------------------------------------------------
 */

static void send_record(struct dp_redis_state *state)
{
    dp_state_record_write(&state->resp, state->commit_key, &state->writer.record);
    request(state, ANSWER_IGNORED);
    dp_state_blocks_remove(&state->blocks, state->head.at, state->writer.record.head.at,
                           (void *)ANSWER_IGNORED);
}

/* The next piece of the frame or, once they are all there, the record: never together, for what
 * follows a command that fails in a transaction is carried out all the same. */
static void send_step(struct dp_redis_state *state)
{
    send_word(state, "MULTI", ANSWER_IGNORED);
    if (dp_state_writer_done(&state->writer))
        send_record(state);
    else
        dp_state_writer_send(&state->writer, &state->blocks, (void *)ANSWER_IGNORED);
    send_word(state, "EXEC", ANSWER_EXEC);
}

static void committed(struct dp_redis_state *state)
{
    state->head = state->writer.record.head;
    state->tail = state->writer.record.tail;
    state->last_ms = (uv_hrtime() - state->started_ns) / 1000000;
    end_operation(state);
    state->events.committed(state->ctx);
}

static bool same_place(const struct dp_state_place *a, const struct dp_state_place *b)
{
    return a->number == b->number && a->sum == b->sum && a->at == b->at;
}

/* Goes on from what Redis holds: the owner and the record were read together. */
static void go_on_committing(struct dp_redis_state *state, const redisReply *reply)
{
    struct dp_state_commit commit;
    char why[DP_STATE_WHY];
#ifdef DP_MUTATION_NO_EPOCH_GUARD
    state->owned = true;
#endif
    if (!state->owned) {
        refuse(state, DP_STATE_FENCED);
        return;
    }
    if (!dp_state_record_parse(reply, &commit, why)) {
        unreadable(state, why);
        return;
    }
    if (same_place(&commit.tail,
                   &state->writer.record.tail)) { /* the reply was lost, the commit was not */
        send_word(state, "UNWATCH", ANSWER_IGNORED);
        committed(state);
        return;
    }
#ifndef DP_MUTATION_NO_POSITION_GUARD
    if (!same_place(&commit.tail, &state->tail)) {
        refuse(state, DP_STATE_REWOUND);
        return;
    }
#endif
    send_step(state);
}

static void take_exec(struct dp_redis_state *state, const redisReply *reply)
{
    if (state->operation == CLAIMING) {
        take_claim(state, reply);
    } else if (reply->type == REDIS_REPLY_NIL) { /* one of the keys has changed: look which */
        begin_attempt(state);
    } else if (dp_state_writer_done(&state->writer)) { /* that was the record */
        committed(state);
    } else {
        dp_state_writer_taken(&state->writer);
        begin_attempt(state);
    }
}

/* Replies ---------------------------------------------------------------------------------------
 */

static void take_owner(struct dp_redis_state *state, const redisReply *reply)
{
    const char *owner = reply->type == REDIS_REPLY_STRING ? reply->str : NULL;
    if (state->operation == CLAIMING)
        send_claim(state, owner);
    else
        state->owned = owner && strcmp(owner, state->token) == 0;
}

static void take_record(struct dp_redis_state *state, const redisReply *reply)
{
    struct dp_state_commit commit;
    char why[DP_STATE_WHY];
    if (state->operation == COMMITTING) {
        go_on_committing(state, reply);
    } else if (!dp_state_record_parse(reply, &commit, why)) {
        unreadable(state, why);
    } else {
        end_operation(state);
        state->events.found(state->ctx, &commit);
    }
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

static void take_reply(struct dp_redis_state *state, enum purpose purpose, const redisReply *reply)
{
    switch (purpose) {
    case ANSWER_OWNER:
        take_owner(state, reply);
        break;
    case ANSWER_RECORD:
        take_record(state, reply);
        break;
    case ANSWER_EXEC:
        take_exec(state, reply);
        break;
    case ANSWER_BYTES:
        take_bytes(state, reply);
        break;
    case ANSWER_IGNORED:
        break;
    }
}

/* An attempt with an error is over when all of its replies are in. */
static void on_reply(void *ctx, void *tag, const redisReply *reply)
{
    struct dp_redis_state *state = ctx;
    const char *error = first_error(reply);
    if (state->stale) {
        state->stale--;
        return;
    }
    if (state->operation == NOTHING)
        return;
    if (error && !*state->error)
        snprintf(state->error, sizeof state->error, "%s", error);
    if (!*state->error)
        take_reply(state, (enum purpose)(uintptr_t)tag, reply);
    else if (dp_redis_link_outstanding(state->link) == 0)
        try_later(state);
}

/* Life -------------------------------------------------------------------------------------------
 */

static void on_up(void *ctx)
{
    struct dp_redis_state *state = ctx;
    if (state->operation == COMMITTING)
        begin_attempt(state);
    state->events.up(state->ctx);
}

static void on_down(void *ctx, const char *reason)
{
    struct dp_redis_state *state = ctx;
    uv_timer_stop(&state->retry);
    state->stale = 0;
    dp_state_writer_anew(&state->writer);
    if (state->operation != COMMITTING)
        dp_redis_state_cancel(state);
    state->events.down(state->ctx, reason);
}

static char *make_key(const char *prefix, const char *name)
{
    size_t size = strlen(prefix) + sizeof ":state:" + strlen(name);
    char *key = dp_xmalloc(size);
    snprintf(key, size, "%s:state:%s", prefix, name);
    return key;
}

struct dp_redis_state *dp_redis_state_create(uv_loop_t *loop,
                                             const struct dp_redis_state_options *options,
                                             const struct dp_redis_state_events *events, void *ctx,
                                             char *error, size_t error_size)
{
    static const struct dp_redis_link_events link_events = {
        .up = on_up, .down = on_down, .reply = on_reply};
    struct dp_redis_link_options link_options = {.url = options->url, .purpose = "state"};
    struct dp_redis_state *state = dp_xcalloc(1, sizeof *state);
    state->link = dp_redis_link_create(loop, &link_options, &link_events, state, error, error_size);
    if (!state->link) {
        free(state);
        return NULL;
    }
    state->loop = loop;
    state->events = *events;
    state->ctx = ctx;
    uv_timer_init(loop, &state->retry);
    state->retry.data = state;
    state->owner_key = make_key(options->prefix, "owner");
    state->commit_key = make_key(options->prefix, "commit");
    state->shown_key = make_key(options->prefix, "shown");
    dp_state_blocks_init(&state->blocks, state->link, make_key(options->prefix, "log:"));
    return state;
}

static void release(struct dp_redis_state *state)
{
    if (--state->open)
        return;
    dp_resp_deinit(&state->resp);
    free(state->owner_key);
    free(state->commit_key);
    free(state->shown_key);
    dp_state_blocks_deinit(&state->blocks);
    dp_state_reader_deinit(&state->reader);
    dp_state_writer_deinit(&state->writer);
    free(state);
}

static void on_link_closed(void *ctx)
{
    release(ctx);
}

static void on_retry_closed(uv_handle_t *handle)
{
    release(handle->data);
}

void dp_redis_state_close(struct dp_redis_state *state)
{
    struct dp_redis_link *link = state->link;
    state->link = NULL;
    state->open = 2;
    dp_redis_link_close(link, on_link_closed);
    uv_close((uv_handle_t *)&state->retry, on_retry_closed);
}

bool dp_redis_state_is_up(const struct dp_redis_state *state)
{
    return dp_redis_link_is_up(state->link);
}

bool dp_redis_state_is_busy(const struct dp_redis_state *state)
{
    return state->operation != NOTHING;
}

void dp_redis_state_cancel(struct dp_redis_state *state)
{
    end_operation(state);
}

void dp_redis_state_claim(struct dp_redis_state *state)
{
    state->operation = CLAIMING;
    begin_attempt(state);
}

void dp_redis_state_look(struct dp_redis_state *state)
{
    state->operation = LOOKING;
    begin_attempt(state);
}

void dp_redis_state_read(struct dp_redis_state *state, const struct dp_state_place *from,
                         const struct dp_state_place *to)
{
    if (from->at >= to->at) {
        state->events.read(state->ctx);
        return;
    }
    state->operation = READING;
    dp_state_reader_begin(&state->reader, from, to);
    begin_attempt(state);
}

void dp_redis_state_commit(struct dp_redis_state *state, const struct dp_state_commit *commit,
                           const char *bytes, size_t len)
{
    dp_state_writer_begin(&state->writer, &state->tail, commit, bytes, len);
    state->started_ns = uv_hrtime();
    state->operation = COMMITTING;
    if (dp_redis_state_is_up(state))
        begin_attempt(state);
}

const struct dp_state_place *dp_redis_state_tail(const struct dp_redis_state *state)
{
    return &state->tail;
}

const struct dp_state_place *dp_redis_state_head(const struct dp_redis_state *state)
{
    return &state->head;
}

const char *dp_redis_state_owner_key(const struct dp_redis_state *state)
{
    return state->owner_key;
}

const char *dp_redis_state_shown_key(const struct dp_redis_state *state)
{
    return state->shown_key;
}

const char *dp_redis_state_token(const struct dp_redis_state *state)
{
    return state->token;
}

uint64_t dp_redis_state_bytes(const struct dp_redis_state *state)
{
    return state->tail.at - state->head.at;
}

uint64_t dp_redis_state_last_ms(const struct dp_redis_state *state)
{
    return state->last_ms;
}
