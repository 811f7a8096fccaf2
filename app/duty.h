/* What this process does for its group, and the way from one duty to the next (run.h). The parts of
 * `deskpulse run` share this; nobody else includes it.
 *
 *   run.c          starts, stops and reports
 *   duty.c         takes over, catches up, saves, stands down
 *   health.c       says whether it does its duty
 *   run_metrics.c  and how well
 *
 * Thread: the loop's. */
#ifndef DP_DUTY_H
#define DP_DUTY_H

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "app/durations.h"
#include "app/facts.h"
#include "app/flusher.h"
#include "app/health.h"
#include "app/notifier.h"
#include "app/pipeline.h"
#include "app/run.h"
#include "app/saver.h"
#include "ingest/dead_letters.h"
#include "ingest/kafka_leadership.h"
#include "ingest/kafka_source.h"
#include "ingest/position.h"

#define DP_REPORT_INTERVAL_MS 30000

/* What this process does for the group. */
enum dp_duty {
    DP_STANDING_BY,
    DP_TAKING_OVER, /* Kafka has chosen it: it becomes the owner of the state, and reads it */
    DP_LOADED,      /* a flush of its former life is still under way */
    DP_CATCHING_UP, /* reads from Kafka, but the figures in Redis are newer */
    DP_ACTIVE
};

struct dp_run {
    const struct dp_run_options *options;
    const struct dp_config *config;
    struct dp_config reread; /* on SIGHUP: its targets are in force */
    bool has_reread;
    uv_loop_t loop;
    uv_timer_t commit_timer, report_timer, stop_timer;
    uv_prepare_t turn;
    uv_signal_t signals[3];

    struct dp_pipeline pipeline;
    struct dp_kafka_leadership *leadership;
    struct dp_kafka_source *source;
    struct dp_dead_letters *dead_letters;
    struct dp_facts facts;
    struct dp_saver *saver;
    struct dp_flusher *flusher;
    struct dp_notifier *notifier;
    struct dp_health *health;

    enum dp_duty duty;
    struct dp_positions start; /* where the source begins: what the saved state stands for */
    struct dp_shown shown;     /* what the figures in Redis stand for until this process flushes */
    struct dp_positions now;   /* of the source, when last asked */
    uint64_t sealed_letters;   /* dead letters put before the seal */
    uint64_t committed_at_ms;  /* loop time of the last commit */
    uint64_t reached_at_ms;    /* and when Redis was last there, or of no concern */
    uint64_t waits_said_ms;
    bool behind, no_room, full; /* why the source is paused */
    bool stopping, last_commit, last_flush, leaving;
    struct dp_durations flushes, commits; /* that succeeded: how long they took */
    int64_t started_ms;                   /* by the wall clock */
    uint64_t reported_consumed, seen_skipped, lost_before;
    int code;
};

extern const char *const dp_duty_names[];

/* True: the state is this process's to write. */
static inline bool dp_duty_owns(const struct dp_run *run)
{
    return run->duty >= DP_CATCHING_UP;
}

/* What the parts tell; each `ctx` is the run. */
extern const struct dp_kafka_leadership_events dp_duty_leadership_events;
extern const struct dp_saver_events dp_duty_saver_events;
extern const struct dp_flusher_events dp_duty_flusher_events;

/* How far the source has come; valid until the next call. */
const struct dp_positions *dp_duty_positions(void *run);

void dp_duty_pause_or_resume(struct dp_run *run);

/* The targets and rules as they were last read are in force, for what this process owns. */
void dp_duty_use_targets(struct dp_run *run);

/* Every commit_interval. */
void dp_duty_commit(struct dp_run *run);

/* Every turn of the loop: what has become possible meanwhile. */
void dp_duty_turn(struct dp_run *run);

/* Owns nothing and reads nothing any more. */
void dp_duty_stand_down(struct dp_run *run);

/* Ends the process in good order; for run.c, which says how. */
void dp_run_fail(void *run, const char *text);

#endif
