/* What the pipeline knows of the saved state's log, and how it comes to know the rest: from where
 * it is, frame by frame, up to the commit that a record tells of.
 *
 *   dp_recovery_begin, dp_recovery_add for each frame, dp_recovery_reached: as often as there is a
 *   newer commit; dp_recovery_finish once the process is the owner
 *
 * Where one of them is false the pipeline is good for nothing but dp_recovery_empty. Thread: the
 * loop's. */
#ifndef DP_RECOVERY_H
#define DP_RECOVERY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "aggregator/saved.h"
#include "app/cuts.h"
#include "app/pipeline.h"
#include "ingest/position.h"
#include "sink/state_record.h"

struct dp_recovery {
    uv_loop_t *loop;
    struct dp_pipeline *pipeline; /* the owner's */

    /* What the pipeline knows: the log up to `place`. */
    struct dp_state_place place;
    struct dp_cuts cuts;
    uint64_t spent_ns; /* on reading all of that */

    /* The record that reading leads up to. */
    uint64_t from, until; /* of this reading */
    struct dp_positions positions;
    struct dp_aggregator_saved saved;
    char *counters;
    uint64_t began_ns;
    uint64_t progress_ms; /* said last */
};

/* The pipeline knows nothing yet, lives as long, and is emptied whenever it has to begin anew. */
void dp_recovery_init(struct dp_recovery *recovery, uv_loop_t *loop, struct dp_pipeline *pipeline);
void dp_recovery_deinit(struct dp_recovery *recovery);

/* The pipeline knows nothing any more (dp_pipeline_reset). */
void dp_recovery_empty(struct dp_recovery *recovery);

/* Frames are to follow, from `place` to the tail of `commit`; the pipeline is emptied before if
 * what it knows is of another history. Copies the texts. False: they cannot be read. */
bool dp_recovery_begin(struct dp_recovery *recovery, const struct dp_state_commit *commit);

/* False: the frame cannot be read, and `error` says so in one line. */
bool dp_recovery_add(struct dp_recovery *recovery, const struct dp_state_frame *frame, char *error,
                     size_t error_size);

/* The commit's last frame has been added. */
void dp_recovery_reached(struct dp_recovery *recovery);

/* The pipeline is as it was at that commit, and goes on from there. False: its counters cannot be
 * read. */
bool dp_recovery_finish(struct dp_recovery *recovery);

#endif
