/* The pipeline's own state in Redis: a log of frames, and the record of the last commit.
 *
 *   PREFIX:state:owner    who may write: "EPOCH:RANDOM", the epoch higher with each owner
 *   PREFIX:state:commit   a hash: number of the commit, where the log begins and ends, and what the
 *                         log stands for (positions, counters), as text
 *   PREFIX:state:log:N    the log's bytes, in blocks of 1 MiB
 *   PREFIX:state:shown    what the figures in Redis stand for (written by redis_sink.h)
 *
 * A commit first writes its frame behind the log's end, where nobody looks yet, in pieces that hold
 * up no other client; the last transaction, small however large the frame, moves the record. Each
 * transaction is for the owner alone and follows the commit before it (WATCH on both keys, read and
 * compared, MULTI ... EXEC), so that trying one again after a lost reply changes nothing. Each
 * frame's checksum covers all frames before it: what was read once and what is read on from there
 * are of one history, or it shows. Thread: the loop's. */
#ifndef DP_REDIS_STATE_H
#define DP_REDIS_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "common/str.h"
#include "sink/state_log.h"
#include "sink/state_record.h"

enum dp_state_refusal {
    DP_STATE_FENCED,  /* another process is the owner */
    DP_STATE_REWOUND, /* Redis has forgotten the last commits */
};

struct dp_redis_state;

struct dp_redis_state_options {
    const char *url;    /* redis_url.h */
    const char *prefix; /* of all keys: "dp" */
};

/* One thing is done at a time; each is answered by one of these calls, unless the connection is
 * lost: then a commit goes on by itself when there is one again, and the rest is to be begun anew.
 * Texts are valid during the call. */
struct dp_redis_state_events {
    void (*up)(void *ctx);
    void (*down)(void *ctx, const char *reason);
    /* This process is the owner, and `commit` is what it goes on from. `shown` has no bytes where
     * there are no figures. */
    void (*claimed)(void *ctx, const struct dp_state_commit *commit, struct dp_str shown);
    /* The record as it is now, seen by somebody who is not the owner. */
    void (*found)(void *ctx, const struct dp_state_commit *commit);
    /* The next frame of those asked for. False: it cannot be used, and reading ends. */
    bool (*frame)(void *ctx, const struct dp_state_frame *frame);
    void (*read)(void *ctx);
    void (*committed)(void *ctx);
    void (*refused)(void *ctx, enum dp_state_refusal refusal);
    /* What is saved cannot be read: `text` says why in one line, with what to do. */
    void (*unreadable)(void *ctx, const char *text);
};

/* Starts connecting. NULL when the options are wrong: `error` says how. */
struct dp_redis_state *dp_redis_state_create(uv_loop_t *loop,
                                             const struct dp_redis_state_options *options,
                                             const struct dp_redis_state_events *events, void *ctx,
                                             char *error, size_t error_size);

/* Cuts the connection at once; the memory is given back in the loop's next turn. No event comes any
 * more. */
void dp_redis_state_close(struct dp_redis_state *state);

bool dp_redis_state_is_up(const struct dp_redis_state *state);
bool dp_redis_state_is_busy(const struct dp_redis_state *state);

/* Drops what is under way, a commit too, without an answer. */
void dp_redis_state_cancel(struct dp_redis_state *state);

/* Each is for a state that is up and not busy. */
void dp_redis_state_claim(struct dp_redis_state *state);
void dp_redis_state_look(struct dp_redis_state *state);

/* Reads the frames from `from` up to `to`, a commit's tail. */
void dp_redis_state_read(struct dp_redis_state *state, const struct dp_state_place *from,
                         const struct dp_state_place *to);

/* Commits `len` bytes as the next frame after the last commit, with the record `commit`, whose head
 * may have moved on and whose tail is not read but set by the state; and what is to be done `also`
 * (NULL: nothing). Keeps `bytes` and `also` until answered; copies the texts. It may be down. */
void dp_redis_state_commit(struct dp_redis_state *state, const struct dp_state_commit *commit,
                           const char *bytes, size_t len, const struct dp_state_also *also);

/* The last commit as this process knows it: claimed or made by itself. */
const struct dp_state_place *dp_redis_state_tail(const struct dp_redis_state *state);
const struct dp_state_place *dp_redis_state_head(const struct dp_redis_state *state);

/* The keys that a fence needs, and the token that this process claimed with. */
const char *dp_redis_state_owner_key(const struct dp_redis_state *state);
const char *dp_redis_state_shown_key(const struct dp_redis_state *state);
const char *dp_redis_state_token(const struct dp_redis_state *state);

/* The size of the log in bytes, and how long the last commit took. */
uint64_t dp_redis_state_bytes(const struct dp_redis_state *state);
uint64_t dp_redis_state_last_ms(const struct dp_redis_state *state);

#endif
