#include "app/duty.h"

#include <inttypes.h>
#include <string.h>

#include "aggregator/restore.h"
#include "common/log.h"

/* Whoever cannot reach Redis for so long leaves it to another process, who may have more luck. */
#define HAND_OVER_MS 30000

const char *const dp_duty_names[] = {"standby", "taking-over", "taking-over", "catching-up",
                                     "active"};

const struct dp_positions *dp_duty_positions(void *ctx)
{
    struct dp_run *run = ctx;
    dp_kafka_source_positions(run->source, &run->now);
    return &run->now;
}

void dp_duty_pause_or_resume(struct dp_run *run)
{
    if (run->behind || run->no_room || run->full || run->stopping)
        dp_kafka_source_pause(run->source);
    else
        dp_kafka_source_resume(run->source);
}

/* Saving -----------------------------------------------------------------------------------------
 */

static void seal(struct dp_run *run)
{
    if (!dp_duty_owns(run) || dp_saver_is_sealed(run->saver))
        return;
    run->sealed_letters = run->dead_letters->count;
    dp_facts_seal(&run->facts);
    dp_saver_seal(run->saver, dp_duty_positions(run), dp_notifier_seal(run->notifier));
}

/* What is committed does not come again: its dead letters and facts must be safe. */
static void settle(struct dp_run *run)
{
    if (dp_saver_is_sealed(run->saver) &&
        run->dead_letters->settled(run->dead_letters, run->sealed_letters) &&
        dp_facts_settled(&run->facts))
        dp_saver_settle(run->saver);
}

/* Consumption waits while Redis is further behind than allowed, the journal full, or too many facts
 * wait for Kafka. */
static void watch_redis(struct dp_run *run)
{
    const struct dp_config *config = run->config;
    uint64_t uncommitted_ms = dp_duty_owns(run) ? uv_now(&run->loop) - run->committed_at_ms : 0;
    uint64_t limit = (uint64_t)config->max_behind_ms;
    bool behind =
        dp_flusher_behind_ms(run->flusher) > limit + (uint64_t)config->flush_interval_ms ||
        uncommitted_ms > limit + (uint64_t)config->commit_interval_ms;
    bool full = dp_saver_pending(run->saver) > DP_SAVER_FULL_BYTES;
    full |= dp_facts_are_full(&run->facts);
    if (behind == run->behind && full == run->full)
        return;
    if (behind != run->behind && dp_duty_owns(run))
        dp_log(behind ? DP_LOG_WARN : DP_LOG_INFO,
               behind ? "Redis is behind: consumption pauses"
                      : "Redis has caught up: consumption goes on",
               "max_behind_ms=%" PRId64, run->config->max_behind_ms);
    run->behind = behind;
    run->full = full;
    dp_duty_pause_or_resume(run);
}

void dp_duty_commit(struct dp_run *run)
{
    if (dp_duty_owns(run) && !run->stopping) {
        dp_flusher_move_time(run->flusher);
        seal(run);
    }
}

/* Duty -------------------------------------------------------------------------------------------
 */

static void set_duty(struct dp_run *run, enum dp_duty duty)
{
    if (strcmp(dp_duty_names[run->duty], dp_duty_names[duty]) != 0)
        dp_log(DP_LOG_INFO, "duty", "is=%s was=%s", dp_duty_names[duty], dp_duty_names[run->duty]);
    run->duty = duty;
}

void dp_duty_use_targets(struct dp_run *run)
{
    struct dp_aggregator_options options;
    dp_config_aggregator_options(run->has_reread ? &run->reread : run->config, &options);
    dp_aggregator_set_targets(run->pipeline.aggregator, &options.targets);
    dp_aggregator_set_rules(run->pipeline.aggregator, options.rules, options.rule_count);
}

/* This process has the state to itself: it goes on from there. */
static void go_on(struct dp_run *run)
{
    set_duty(run, DP_CATCHING_UP);
    run->committed_at_ms = uv_now(&run->loop);
    dp_duty_use_targets(run);
    dp_facts_begin(&run->facts);
    dp_notifier_begin(run->notifier);
    if (run->start.count == 0)
        dp_log(DP_LOG_WARN,
               "no state is saved in Redis: figures are made from what Kafka holds "
               "(auto.offset.reset)",
               "");
    dp_aggregator_assume_written(run->pipeline.aggregator, true);
    for (uint32_t slot = 0; slot < run->start.count; slot++)
        dp_aggregator_set_idle(run->pipeline.aggregator, slot, false);
    run->lost_before = dp_kafka_source_counters(run->source)->lost;
    dp_kafka_source_start(run->source, &run->start, &run->shown.positions);
    dp_duty_pause_or_resume(run);
}

static bool reached(const struct dp_positions *now, const struct dp_positions *shown)
{
    for (size_t i = 0; i < shown->count; i++) {
        const struct dp_position *wanted = &shown->items[i];
        const struct dp_position *is = dp_positions_find(now, wanted->topic, wanted->partition);
        if (is && is->next < wanted->next)
            return false;
    }
    return true;
}

/* All that Redis shows has been read. Where there is no state, figures of now are of use only once
 * all has been read that Kafka held. */
static bool has_read_enough(struct dp_run *run)
{
    if (!dp_kafka_source_is_reading(run->source))
        return false;
    if (run->start.count == 0 && !run->options->event_clock &&
        !dp_kafka_source_has_reached_ends(run->source))
        return false;
    return dp_kafka_source_counters(run->source)->lost > run->lost_before ||
           reached(dp_duty_positions(run), &run->shown.positions);
}

/* Nothing older than what Redis shows is written. */
static void look_whether_caught_up(struct dp_run *run)
{
    if (!has_read_enough(run))
        return;
    int64_t clock = dp_flusher_clock(run->flusher);
    if (!run->options->event_clock && run->shown.t_ms > clock) {
        uint64_t now = uv_now(&run->loop);
        if (!run->waits_said_ms || now - run->waits_said_ms > DP_REPORT_INTERVAL_MS)
            dp_log(DP_LOG_WARN, "the clock is behind that of the process before: waiting for it",
                   "clock_ms=%" PRId64 " shown_ms=%" PRId64, clock, run->shown.t_ms);
        run->waits_said_ms = now;
        return;
    }
    set_duty(run, DP_ACTIVE);
    dp_aggregator_assume_written(run->pipeline.aggregator, false);
    dp_flusher_begin(run->flusher, dp_saver_owner_key(run->saver), dp_saver_token(run->saver),
                     dp_saver_shown_key(run->saver));
}

void dp_duty_stand_down(struct dp_run *run)
{
    if (run->duty == DP_STANDING_BY)
        return;
    dp_flusher_end(run->flusher);
    dp_notifier_end(run->notifier);
    dp_kafka_source_stop(run->source);
    dp_saver_stand_down(run->saver);
    set_duty(run, DP_STANDING_BY);
}

/* What this process knows is not what counts, or of no use: it begins anew, if Kafka wants it to.
 */
static void drop_all(struct dp_run *run, const char *why)
{
    char quoted[200];
    dp_log(DP_LOG_WARN, "dropping what this process knows", "reason=%s",
           dp_log_quote(quoted, sizeof quoted, why));
    dp_duty_stand_down(run);
    if (run->stopping)
        run->leaving = true;
    else
        dp_kafka_leadership_rejoin(run->leadership);
}

static void on_gained(void *ctx)
{
    struct dp_run *run = ctx;
    if (run->duty != DP_STANDING_BY || run->stopping)
        return;
    set_duty(run, DP_TAKING_OVER);
    dp_saver_take_over(run->saver);
}

/* Kafka may have given it to another process; while that one is not there yet, or Kafka only did
 * not hear of this one for a while, the figures are kept up. Who is the owner of the state is
 * decided in Redis. */
static void on_lost(void *ctx)
{
    struct dp_run *run = ctx;
    if (!dp_duty_owns(run)) {
        dp_duty_stand_down(run);
        return;
    }
    dp_log(DP_LOG_WARN, "Kafka has taken this process for gone: it goes on until replaced",
           "duty=%s", dp_duty_names[run->duty]);
}

static void on_loaded(void *ctx, const struct dp_positions *positions, const struct dp_shown *shown)
{
    struct dp_run *run = ctx;
    dp_positions_copy(&run->start, positions);
    dp_positions_copy(&run->shown.positions, &shown->positions);
    run->shown.t_ms = shown->t_ms;
    set_duty(run, DP_LOADED);
}

static void on_committed(void *ctx, const struct dp_positions *positions)
{
    struct dp_run *run = ctx;
    dp_durations_add(&run->commits, (int64_t)dp_saver_last_ms(run->saver), 1);
    dp_notifier_committed(run->notifier);
    run->committed_at_ms = uv_now(&run->loop);
    if (!run->stopping)
        dp_kafka_leadership_commit(run->leadership, positions);
}

static void on_dropped(void *ctx, const char *why)
{
    drop_all(ctx, why);
}

static void on_fenced(void *ctx)
{
    drop_all(ctx, "the state in Redis is no longer this process's");
}

/* Without a state that can be used nothing more can be saved. */
static void on_saver_failed(void *ctx, const char *text)
{
    dp_duty_stand_down(ctx);
    dp_run_fail(ctx, text);
}

static void on_flushed(void *ctx, bool ok)
{
    struct dp_run *run = ctx;
    if (ok) {
        dp_durations_add(&run->flushes, (int64_t)dp_flusher_stats(run->flusher)->last_ms, 1);
        dp_notifier_confirm(run->notifier);
    }
    if (run->stopping && ok)
        run->last_flush = true;
}

/* Stopping: once all is saved and written. */
static void go_on_stopping(struct dp_run *run)
{
    if (!run->last_commit && !dp_saver_is_sealed(run->saver)) { /* all is in the next one */
        run->last_commit = true;
        seal(run);
        settle(run);
    }
    if (run->last_commit && !dp_saver_is_sealed(run->saver) && run->last_flush)
        run->leaving = true;
}

static void watch_reach(struct dp_run *run)
{
    uint64_t now = uv_now(&run->loop);
    if (run->duty == DP_STANDING_BY || dp_saver_is_up(run->saver))
        run->reached_at_ms = now;
    else if (now - run->reached_at_ms > HAND_OVER_MS && !run->stopping)
        drop_all(run, "Redis cannot be reached from here");
}

/* What the source has left out, because Kafka has lost it, is counted with the messages. */
static void count_skipped(struct dp_run *run)
{
    uint64_t skipped = dp_kafka_source_counters(run->source)->skipped;
    run->pipeline.skipped += skipped - run->seen_skipped;
    run->seen_skipped = skipped;
}

void dp_duty_turn(struct dp_run *run)
{
    watch_redis(run);
    watch_reach(run);
    count_skipped(run);
    if (run->duty == DP_LOADED && !dp_flusher_is_busy(run->flusher))
        go_on(run);
    else if (run->duty == DP_CATCHING_UP && !run->stopping)
        look_whether_caught_up(run);
    if (dp_saver_pending(run->saver) >= DP_SAVER_FRAME_BYTES ||
        dp_notifier_is_waiting(run->notifier)) /* people wait for it */
        seal(run);
    settle(run);
    if (run->stopping)
        go_on_stopping(run);
}

const struct dp_kafka_leadership_events dp_duty_leadership_events = {
    .gained = on_gained, .lost = on_lost, .failed = dp_run_fail};
const struct dp_saver_events dp_duty_saver_events = {.loaded = on_loaded,
                                                     .committed = on_committed,
                                                     .dropped = on_dropped,
                                                     .failed = on_saver_failed};
const struct dp_flusher_events dp_duty_flusher_events = {
    .positions = dp_duty_positions, .flushed = on_flushed, .fenced = on_fenced};
