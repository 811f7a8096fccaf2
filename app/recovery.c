#include "app/recovery.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "aggregator/restore.h"
#include "common/log.h"
#include "common/memory.h"

#define PROGRESS_MS 1000

void dp_recovery_init(struct dp_recovery *recovery, uv_loop_t *loop, struct dp_pipeline *pipeline)
{
    *recovery = (struct dp_recovery){.loop = loop, .pipeline = pipeline};
}

static void forget_record(struct dp_recovery *recovery)
{
    dp_aggregator_saved_deinit(&recovery->saved);
    free(recovery->counters);
    recovery->counters = NULL;
}

void dp_recovery_deinit(struct dp_recovery *recovery)
{
    forget_record(recovery);
    dp_cuts_deinit(&recovery->cuts);
    dp_positions_deinit(&recovery->positions);
}

void dp_recovery_empty(struct dp_recovery *recovery)
{
    dp_pipeline_reset(recovery->pipeline);
    recovery->place = (struct dp_state_place){0};
    dp_cuts_clear(&recovery->cuts);
    recovery->spent_ns = 0;
    forget_record(recovery);
    dp_positions_deinit(&recovery->positions);
}

/* True: what the pipeline knows is the beginning of the log that `commit` ends. Whether its end
 * fits too is seen by the checksums of what follows. */
static bool goes_on(const struct dp_recovery *recovery, const struct dp_state_commit *commit)
{
    const struct dp_state_place *place = &recovery->place;
    return place->number && place->number >= commit->head.number && place->at <= commit->tail.at &&
           (place->number < commit->tail.number || place->sum == commit->tail.sum);
}

bool dp_recovery_begin(struct dp_recovery *recovery, const struct dp_state_commit *commit)
{
    if (!goes_on(recovery, commit)) {
        if (recovery->place.number)
            dp_log(DP_LOG_INFO, "the saved state has another history: reading it anew", "");
        dp_recovery_empty(recovery);
        recovery->place = commit->head;
    }
    forget_record(recovery);
    if (!dp_positions_parse(&recovery->positions, dp_str_from(commit->positions)) ||
        !dp_aggregator_saved_parse(&recovery->saved, dp_str_from(commit->aggregator)))
        return false;
    struct dp_aggregator *agg = recovery->pipeline->aggregator;
    while (dp_aggregator_partition_count(agg) < recovery->positions.count)
        dp_aggregator_add_partition(agg);
    recovery->counters = dp_xstrdup(commit->pipeline);
    recovery->from = recovery->place.at;
    recovery->until = commit->tail.at;
    recovery->began_ns = uv_hrtime();
    recovery->progress_ms = uv_now(recovery->loop);
    dp_aggregator_restore_begin(agg, &recovery->saved);
    return true;
}

static void say_progress(struct dp_recovery *recovery, const struct dp_state_frame *frame)
{
    uint64_t now = uv_now(recovery->loop);
    if (now - recovery->progress_ms < PROGRESS_MS)
        return;
    recovery->progress_ms = now;
    uint64_t done = frame->end.at - recovery->from, all = recovery->until - recovery->from;
    dp_log(DP_LOG_INFO, "reading the saved state", "percent=%.0f bytes=%" PRIu64,
           100.0 * (double)done / (double)all, all);
}

bool dp_recovery_add(struct dp_recovery *recovery, const struct dp_state_frame *frame, char *error,
                     size_t error_size)
{
    char why[200];
    if (!dp_aggregator_restore(recovery->pipeline->aggregator, frame->end.number, frame->bytes,
                               frame->len, why, sizeof why)) {
        snprintf(error, error_size, "the saved state cannot be read at frame %" PRIu64 ": %s",
                 frame->end.number, why);
        return false;
    }
    dp_cuts_note(&recovery->cuts, &frame->begin, frame->t_ms);
    recovery->place = frame->end;
    say_progress(recovery, frame);
    return true;
}

void dp_recovery_reached(struct dp_recovery *recovery)
{
    recovery->spent_ns += uv_hrtime() - recovery->began_ns;
}

bool dp_recovery_finish(struct dp_recovery *recovery)
{
    if (!dp_pipeline_parse(recovery->pipeline, recovery->counters))
        return false;
    dp_aggregator_restored(recovery->pipeline->aggregator, &recovery->saved);
    forget_record(recovery);
    return true;
}
