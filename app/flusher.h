/* Publishes the pipeline's figures: moves T and flushes what has changed to Redis, every
 * flush_interval, from dp_flusher_begin to dp_flusher_end.
 *
 * With each transaction goes what its figures stand for, T and positions (shown.h), and
 * none is written once another process owns the state. Thread: the loop's. */
#ifndef DP_FLUSHER_H
#define DP_FLUSHER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "app/config.h"
#include "app/pipeline.h"
#include "ingest/position.h"
#include "sink/redis_sink.h"

struct dp_flusher_options {
    const struct dp_config *config;
    bool event_clock; /* T follows the events, not the wall clock */
    int64_t as_of_ms; /* and never passes this; INT64_MAX: no limit */
};

struct dp_flusher_events {
    /* How far the source has come now; valid until the next call. */
    const struct dp_positions *(*positions)(void *ctx);
    /* A flush is over. */
    void (*flushed)(void *ctx, bool ok);
    /* Another process owns the state: a flush has been refused. */
    void (*fenced)(void *ctx);
};

struct dp_flusher;

/* Starts connecting. `pipeline` belongs to the caller and lives as long. NULL when the options are
 * wrong. */
struct dp_flusher *dp_flusher_create(uv_loop_t *loop, const struct dp_flusher_options *options,
                                     struct dp_pipeline *pipeline,
                                     const struct dp_flusher_events *events, void *ctx, char *error,
                                     size_t error_size);

/* At once; a flush under way is dropped. The memory is given back in the loop's next turn. */
void dp_flusher_close(struct dp_flusher *flusher);

/* The clock, or the highest event time, rounded up to a whole second, so that what has happened
 * shows; INT64_MIN when there is none yet. Moving T there is no flush. */
int64_t dp_flusher_clock(const struct dp_flusher *flusher);
void dp_flusher_move_time(struct dp_flusher *flusher);

/* Everything is written from now on, guarded by the owner's key and token (redis_sink.h); not while
 * a flush is under way. */
void dp_flusher_begin(struct dp_flusher *flusher, const char *owner_key, const char *token,
                      const char *shown_key);

/* Nothing more is written but for what is under way; `fenced` and `flushed` are not told of it. */
void dp_flusher_end(struct dp_flusher *flusher);

bool dp_flusher_is_up(const struct dp_flusher *flusher);
bool dp_flusher_is_busy(const struct dp_flusher *flusher);

/* One more flush, the last: as soon as Redis is there, and again until it is well. */
void dp_flusher_finish(struct dp_flusher *flusher);

/* Since when, in ms, Redis does not have all figures; 0 before dp_flusher_begin. */
uint64_t dp_flusher_behind_ms(const struct dp_flusher *flusher);

const struct dp_redis_sink_stats *dp_flusher_stats(const struct dp_flusher *flusher);

#endif
