#include "sink/redis_state.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/memory.h"
#include "sink/compat.h"
#include "sink/keys.h"
#include "sink/state_blocks.h"
#include "sink/state_exchange.h"
#include "sink/state_reader.h"
#include "sink/state_record.h"
#include "sink/state_writer.h"

enum operation { NOTHING, CLAIMING, LOOKING, READING, COMMITTING };

/* Why a reply comes. */
enum purpose {
    ANSWER_IGNORED,
    ANSWER_OWNER,
    ANSWER_RECORD,
    ANSWER_TYPE,
    ANSWER_EXEC,
    ANSWER_BYTES
};

struct dp_redis_state {
    struct dp_state_exchange exchange;
    struct dp_redis_state_events events;
    void *ctx;
    char *owner_key, *commit_key, *shown_key;

    enum operation operation;
    char token[64];
    bool owned;                       /* the last look at the owner's key found the token */
    struct dp_state_place head, tail; /* the last commit */

    struct dp_state_blocks blocks;
    struct dp_state_reader reader;
    struct dp_state_writer writer;
    const struct dp_state_also *also; /* of the commit under way; NULL: nothing */
    size_t typed;                     /* of its keys whose type is known to be right */
    uint64_t started_ns, last_ms;     /* of the commit under way, of the one before */
};

/* Operations -------------------------------------------------------------------------------------
 */

static void send_words(struct dp_redis_state *state, enum purpose purpose, const char *command,
                       const char *first, const char *second)
{
    dp_state_exchange_send_words(&state->exchange, (void *)(uintptr_t)purpose, command, first,
                                 second);
}

/* A command that fails in a transaction does not undo the others: whether those that go with the
 * record can be carried out is seen before. */
static void look_at_types(struct dp_redis_state *state)
{
    state->typed = 0;
    for (size_t i = 0; state->also && i < state->also->key_count; i++) {
        const char *key = state->also->keys[i].key;
        send_words(state, ANSWER_IGNORED, "WATCH", key, NULL);
        send_words(state, ANSWER_TYPE, "TYPE", key, NULL);
    }
}

/* Of what was last committed, and by whom. */
static void send_check(struct dp_redis_state *state)
{
    send_words(state, ANSWER_IGNORED, "WATCH", state->owner_key, state->commit_key);
    look_at_types(state);
    send_words(state, ANSWER_OWNER, "GET", state->owner_key, NULL);
    send_words(state, ANSWER_RECORD, "HGETALL", state->commit_key, NULL);
}

static void on_attempt(void *ctx)
{
    struct dp_redis_state *state = ctx;
    switch (state->operation) {
    case CLAIMING:
        send_words(state, ANSWER_IGNORED, "WATCH", state->owner_key, state->commit_key);
        send_words(state, ANSWER_OWNER, "GET", state->owner_key, NULL);
        break;
    case LOOKING:
        send_words(state, ANSWER_RECORD, "HGETALL", state->commit_key, NULL);
        break;
    case COMMITTING:
        send_check(state);
        break;
    case READING:
        dp_state_reader_ask(&state->reader, &state->blocks, (void *)ANSWER_BYTES, true);
        break;
    case NOTHING:
        break;
    }
}

static void end_operation(struct dp_redis_state *state)
{
    state->operation = NOTHING;
    dp_state_exchange_end(&state->exchange);
}

static void refuse(struct dp_redis_state *state, enum dp_state_refusal refusal)
{
    send_words(state, ANSWER_IGNORED, "UNWATCH", NULL, NULL);
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

/* One higher than that of the owner before, and not below the clock's milliseconds: so epochs rise
 * even where Redis has forgotten that owner, and what outlives Redis (the facts topic) can tell. */
static uint64_t next_epoch(const char *owner)
{
    uint64_t next = (owner ? strtoull(owner, NULL, 10) : 0) + 1;
    uint64_t now_ms = (uint64_t)dp_wall_ms();
    return next > now_ms ? next : now_ms;
}

static void send_claim(struct dp_redis_state *state, const char *owner)
{
    uint64_t epoch = next_epoch(owner), random = 0;
    uv_random(NULL, NULL, &random, sizeof random, 0, NULL);
    snprintf(state->token, sizeof state->token, "%" PRIu64 ":%016" PRIx64, epoch, random);
    send_words(state, ANSWER_IGNORED, "MULTI", NULL, NULL);
    send_words(state, ANSWER_IGNORED, "SET", state->owner_key, state->token);
    send_words(state, ANSWER_IGNORED, "HGETALL", state->commit_key, NULL);
    send_words(state, ANSWER_IGNORED, "GET", state->shown_key, NULL);
    send_words(state, ANSWER_EXEC, "EXEC", NULL, NULL);
}

static void take_claim(struct dp_redis_state *state, const redisReply *reply)
{
    struct dp_state_commit commit;
    char why[DP_STATE_WHY];
    if (reply->type != REDIS_REPLY_ARRAY || reply->elements != 3) { /* somebody else was quicker */
        dp_state_exchange_attempt(&state->exchange);
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
    dp_state_record_write(&state->exchange.resp, state->commit_key, &state->writer.record);
    dp_state_exchange_send(&state->exchange, (void *)ANSWER_IGNORED);
    dp_state_blocks_remove(&state->blocks, state->head.at, state->writer.record.head.at,
                           (void *)ANSWER_IGNORED);
    for (size_t i = 0; state->also && i < state->also->commands->count; i++)
        dp_state_exchange_send_command(&state->exchange, (void *)ANSWER_IGNORED,
                                       dp_commands_at(state->also->commands, i));
}

/* The next piece of the frame or, once they are all there, the record: never together, for what
 * follows a command that fails in a transaction is carried out all the same. Behind a piece comes
 * the check before what is next. */
static void send_next(struct dp_redis_state *state)
{
    bool piece = !dp_state_writer_done(&state->writer);
    send_words(state, ANSWER_IGNORED, "MULTI", NULL, NULL);
    if (piece)
        dp_state_writer_send(&state->writer, &state->blocks, (void *)ANSWER_IGNORED);
    else
        send_record(state);
    send_words(state, ANSWER_EXEC, "EXEC", NULL, NULL);
    if (piece)
        send_check(state);
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
    if (same_place(&commit.tail, &state->writer.record.tail)) {
        /* The reply was lost, the commit was not. */
        send_words(state, ANSWER_IGNORED, "UNWATCH", NULL, NULL);
        committed(state);
        return;
    }
#ifndef DP_MUTATION_NO_POSITION_GUARD
    if (!same_place(&commit.tail, &state->tail)) {
        refuse(state, DP_STATE_REWOUND);
        return;
    }
#endif
    send_next(state);
}

static void take_exec(struct dp_redis_state *state, const redisReply *reply)
{
    bool executed = reply->type != REDIS_REPLY_NIL; /* or else one of the keys has changed */
    if (state->operation == CLAIMING) {
        take_claim(state, reply);
    } else if (!dp_state_writer_done(&state->writer)) { /* a piece: the check behind it goes on */
        if (executed)
            dp_state_writer_taken(&state->writer);
    } else if (executed) { /* that was the record */
        committed(state);
    } else { /* look which */
        dp_state_exchange_attempt(&state->exchange);
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

static void take_type(struct dp_redis_state *state, const redisReply *reply)
{
    const struct dp_state_key *key = &state->also->keys[state->typed++];
    char why[256];
    if (strcmp(reply->str, "none") == 0 || strcmp(reply->str, key->type) == 0)
        return;
    snprintf(why, sizeof why, "WRONGTYPE %s is a %s, not a %s", key->key, reply->str, key->type);
    dp_state_exchange_refuse(&state->exchange, why);
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

static void on_reply(void *ctx, void *tag, const redisReply *reply)
{
    struct dp_redis_state *state = ctx;
    switch ((enum purpose)(uintptr_t)tag) {
    case ANSWER_OWNER:
        take_owner(state, reply);
        break;
    case ANSWER_RECORD:
        take_record(state, reply);
        break;
    case ANSWER_TYPE:
        take_type(state, reply);
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

/* Life -------------------------------------------------------------------------------------------
 */

static void on_up(void *ctx)
{
    struct dp_redis_state *state = ctx;
    if (state->operation == COMMITTING)
        dp_state_exchange_attempt(&state->exchange);
    state->events.up(state->ctx);
}

static void on_down(void *ctx, const char *reason)
{
    struct dp_redis_state *state = ctx;
    dp_state_writer_anew(&state->writer);
    if (state->operation != COMMITTING)
        dp_redis_state_cancel(state);
    state->events.down(state->ctx, reason);
}

struct dp_redis_state *dp_redis_state_create(uv_loop_t *loop,
                                             const struct dp_redis_state_options *options,
                                             const struct dp_redis_state_events *events, void *ctx,
                                             char *error, size_t error_size)
{
    static const struct dp_state_exchange_events exchange_events = {
        .up = on_up, .down = on_down, .attempt = on_attempt, .reply = on_reply};
    struct dp_redis_state *state = dp_xcalloc(1, sizeof *state);
    if (!dp_state_exchange_init(&state->exchange, loop, options->url, &exchange_events, state,
                                error, error_size)) {
        free(state);
        return NULL;
    }
    state->events = *events;
    state->ctx = ctx;
    state->owner_key = dp_key_named(options->prefix, "state:owner");
    state->commit_key = dp_key_named(options->prefix, "state:commit");
    state->shown_key = dp_key_named(options->prefix, "state:shown");
    dp_state_blocks_init(&state->blocks, state->exchange.link,
                         dp_key_named(options->prefix, "state:log:"));
    return state;
}

static void on_closed(void *ctx)
{
    struct dp_redis_state *state = ctx;
    free(state->owner_key);
    free(state->commit_key);
    free(state->shown_key);
    dp_state_blocks_deinit(&state->blocks);
    dp_state_reader_deinit(&state->reader);
    dp_state_writer_deinit(&state->writer);
    free(state);
}

void dp_redis_state_close(struct dp_redis_state *state)
{
    dp_state_exchange_close(&state->exchange, on_closed);
}

bool dp_redis_state_is_up(const struct dp_redis_state *state)
{
    return dp_redis_link_is_up(state->exchange.link);
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
    dp_state_exchange_attempt(&state->exchange);
}

void dp_redis_state_look(struct dp_redis_state *state)
{
    state->operation = LOOKING;
    dp_state_exchange_attempt(&state->exchange);
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
    dp_state_exchange_attempt(&state->exchange);
}

void dp_redis_state_commit(struct dp_redis_state *state, const struct dp_state_commit *commit,
                           const char *bytes, size_t len, const struct dp_state_also *also)
{
    dp_state_writer_begin(&state->writer, &state->tail, commit, bytes, len);
    state->also = also && also->commands->count ? also : NULL;
    state->started_ns = uv_hrtime();
    state->operation = COMMITTING;
    if (dp_redis_state_is_up(state))
        dp_state_exchange_attempt(&state->exchange);
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
