/* Saves what the pipeline knows, and makes a pipeline know it again.
 *
 * The state is the journal of the aggregator's inputs (aggregator/journal.h), kept as a log in
 * Redis (sink/redis_state.h). While this process is the owner, each seal cuts off a frame of the
 * journal, together with the positions and counters of that moment, and the frame is committed once
 * the dead letters before it are safe. While it is not, the saver follows the log, so that the
 * pipeline is warm when it has to take over.
 *
 *   following -> claiming -> reading -> owner -> (replaced, rewound) -> following ...
 *
 * Bounded: one frame under way, and a journal of DP_SAVER_FULL_BYTES after which the owner has to
 * stop taking messages. Thread: the loop's. */
#ifndef DP_SAVER_H
#define DP_SAVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "app/pipeline.h"
#include "app/shown.h"
#include "ingest/position.h"
#include "sink/state_record.h"

/* A frame is sealed early when the journal is so long. */
#define DP_SAVER_FRAME_BYTES ((size_t)1 << 20)
#define DP_SAVER_FULL_BYTES  ((size_t)64 << 20)

struct dp_saver_options {
    const char *url, *prefix; /* of Redis */
};

/* None is called once dp_saver_close has been. */
struct dp_saver_events {
    /* This process is the owner, and the pipeline knows what was saved: all up to `positions`, none
     * if nothing was saved. Both are valid during the call. */
    void (*loaded)(void *ctx, const struct dp_positions *positions, const struct dp_shown *shown);
    /* What was sealed last is in Redis; `positions` are its. */
    void (*committed)(void *ctx, const struct dp_positions *positions);
    /* Another process is the owner, or Redis went back to an earlier commit: what the pipeline
     * knows is worth nothing. `why` for the log. */
    void (*dropped)(void *ctx, const char *why);
    /* What is saved cannot be used: one line with what to do. */
    void (*failed)(void *ctx, const char *text);
};

struct dp_saver;

/* Starts connecting, and following. `pipeline` belongs to the caller, lives as long, and is emptied
 * whenever it has to begin anew (dp_pipeline_reset). NULL when the options are wrong. */
struct dp_saver *dp_saver_create(uv_loop_t *loop, const struct dp_saver_options *options,
                                 struct dp_pipeline *pipeline, const struct dp_saver_events *events,
                                 void *ctx, char *error, size_t error_size);

/* At once; what is under way is left. The memory is given back in the loop's next turn. */
void dp_saver_close(struct dp_saver *saver);

/* Becomes the owner, as soon as Redis is there; ends with `loaded` or `failed`. */
void dp_saver_take_over(struct dp_saver *saver);

/* Is the owner no longer, nor wants to be: empties the pipeline and follows. */
void dp_saver_stand_down(struct dp_saver *saver);

/* Cuts off what the journal holds, as the state at `positions`, to be committed with what is to be
 * done `also`, which is kept until then. For the owner, and not while the frame before it is under
 * way (dp_saver_is_sealed). The frame is committed once dp_saver_settle is called. */
void dp_saver_seal(struct dp_saver *saver, const struct dp_positions *positions,
                   const struct dp_state_also *also);
bool dp_saver_is_sealed(const struct dp_saver *saver);

/* The dead letters and facts before the seal are safe: the frame may be committed. */
void dp_saver_settle(struct dp_saver *saver);

/* The journal's bytes that are not sealed. */
size_t dp_saver_pending(const struct dp_saver *saver);

/* And the memory of the journal, sealed and not. */
size_t dp_saver_memory(const struct dp_saver *saver);

bool dp_saver_is_up(const struct dp_saver *saver);

/* Not the owner: it has read all that was saved when it last looked, and can go on looking. */
bool dp_saver_is_following(const struct dp_saver *saver);

/* Of the owner's fence (redis_sink.h). */
const char *dp_saver_owner_key(const struct dp_saver *saver);
const char *dp_saver_shown_key(const struct dp_saver *saver);
const char *dp_saver_token(const struct dp_saver *saver);

/* The number of the frame that the journal at hand will be; and the owner's epoch. For the owner.
 */
uint64_t dp_saver_frame(const struct dp_saver *saver);
uint64_t dp_saver_epoch(const struct dp_saver *saver);

/* For the log: bytes in Redis, and the time the last commit took. */
uint64_t dp_saver_bytes(const struct dp_saver *saver);
uint64_t dp_saver_last_ms(const struct dp_saver *saver);

#endif
