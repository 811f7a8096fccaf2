#include "app/run.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

#include "aggregator/restore.h"
#include "app/command.h"
#include "app/flusher.h"
#include "app/pipeline.h"
#include "app/saver.h"
#include "common/log.h"
#include "common/memory.h"
#include "ingest/kafka_dead_letters.h"
#include "ingest/kafka_leadership.h"
#include "ingest/kafka_source.h"

/* How long an ordered stop may take: the last flush and commit, dead letters, leaving the group. */
#define STOP_TIMEOUT_MS  8000
#define LEAVE_TIMEOUT_MS 5000

#define REPORT_INTERVAL_MS 30000

/* Whoever cannot reach Redis for so long leaves it to another process, who may have more luck. */
#define HAND_OVER_MS 30000

/* Dead letters that wait for Kafka. */
#define MAX_LETTERS       10000
#define MAX_LETTERS_BYTES ((size_t)64 << 20)

/* What this process does for the group. */
enum duty {
    STANDING_BY,
    TAKING_OVER, /* Kafka has chosen it: it becomes the owner of the state, and reads it */
    LOADED,      /* a flush of its former life is still under way */
    CATCHING_UP, /* reads from Kafka, but the figures in Redis are newer */
    ACTIVE
};

struct run {
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
    struct dp_saver *saver;
    struct dp_flusher *flusher;

    enum duty duty;
    struct dp_positions start; /* where the source begins: what the saved state stands for */
    struct dp_shown shown;     /* what the figures in Redis stand for until this process flushes */
    struct dp_positions now;   /* of the source, when last asked */
    uint64_t sealed_letters;   /* dead letters put before the seal */
    uint64_t committed_at_ms;  /* loop time of the last commit */
    uint64_t reached_at_ms;    /* and when Redis was last there, or of no concern */
    uint64_t waits_said_ms;
    bool behind, no_room, full; /* why the source is paused */
    bool stopping, last_commit, last_flush, leaving;
    uint64_t reported_consumed, seen_skipped, lost_before;
    int code;
};

static const char *const duty_names[] = {"standby", "taking-over", "taking-over", "catching-up",
                                         "active"};

static bool owns(const struct run *run)
{
    return run->duty >= CATCHING_UP;
}

static const struct dp_positions *positions_now(void *ctx)
{
    struct run *run = ctx;
    dp_kafka_source_positions(run->source, &run->now);
    return &run->now;
}

static void pause_or_resume(struct run *run)
{
    if (run->behind || run->no_room || run->full || run->stopping)
        dp_kafka_source_pause(run->source);
    else
        dp_kafka_source_resume(run->source);
}

/* Saving -----------------------------------------------------------------------------------------
 */

static void seal(struct run *run)
{
    if (!owns(run) || dp_saver_is_sealed(run->saver))
        return;
    run->sealed_letters = run->dead_letters->count;
    dp_saver_seal(run->saver, positions_now(run));
}

/* What is committed does not come again: its dead letters must be safe. */
static void settle(struct run *run)
{
    if (dp_saver_is_sealed(run->saver) &&
        run->dead_letters->settled(run->dead_letters, run->sealed_letters))
        dp_saver_settle(run->saver);
}

/* Consumption waits while Redis is further behind than allowed, or the journal full. */
static void watch_redis(struct run *run)
{
    const struct dp_config *config = run->config;
    uint64_t uncommitted_ms = owns(run) ? uv_now(&run->loop) - run->committed_at_ms : 0;
    uint64_t limit = (uint64_t)config->max_behind_ms;
    bool behind =
        dp_flusher_behind_ms(run->flusher) > limit + (uint64_t)config->flush_interval_ms ||
        uncommitted_ms > limit + (uint64_t)config->commit_interval_ms;
    bool full = dp_saver_pending(run->saver) > DP_SAVER_FULL_BYTES;
    if (behind == run->behind && full == run->full)
        return;
    if (behind != run->behind && owns(run))
        dp_log(behind ? DP_LOG_WARN : DP_LOG_INFO,
               behind ? "Redis is behind: consumption pauses"
                      : "Redis has caught up: consumption goes on",
               "max_behind_ms=%" PRId64, run->config->max_behind_ms);
    run->behind = behind;
    run->full = full;
    pause_or_resume(run);
}

static void on_commit_timer(uv_timer_t *timer)
{
    struct run *run = timer->data;
    if (owns(run) && !run->stopping) {
        dp_flusher_move_time(run->flusher);
        seal(run);
    }
}

/* Duty -------------------------------------------------------------------------------------------
 */

static void set_duty(struct run *run, enum duty duty)
{
    if (strcmp(duty_names[run->duty], duty_names[duty]) != 0)
        dp_log(DP_LOG_INFO, "duty", "is=%s was=%s", duty_names[duty], duty_names[run->duty]);
    run->duty = duty;
}

static void use_targets(struct run *run)
{
    struct dp_aggregator_options options;
    dp_config_aggregator_options(run->has_reread ? &run->reread : run->config, &options);
    dp_aggregator_set_targets(run->pipeline.aggregator, &options.targets);
}

/* This process has the state to itself: it goes on from there. */
static void go_on(struct run *run)
{
    set_duty(run, CATCHING_UP);
    run->committed_at_ms = uv_now(&run->loop);
    use_targets(run);
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
    pause_or_resume(run);
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

/* Nothing older than what Redis shows is written. */
static void look_whether_caught_up(struct run *run)
{
    bool given_up = dp_kafka_source_counters(run->source)->lost > run->lost_before;
    if (!dp_kafka_source_is_reading(run->source) ||
        (!given_up && !reached(positions_now(run), &run->shown.positions)))
        return;
    int64_t clock = dp_flusher_clock(run->flusher);
    if (!run->options->event_clock && run->shown.t_ms > clock) {
        uint64_t now = uv_now(&run->loop);
        if (!run->waits_said_ms || now - run->waits_said_ms > REPORT_INTERVAL_MS)
            dp_log(DP_LOG_WARN, "the clock is behind that of the process before: waiting for it",
                   "clock_ms=%" PRId64 " shown_ms=%" PRId64, clock, run->shown.t_ms);
        run->waits_said_ms = now;
        return;
    }
    set_duty(run, ACTIVE);
    dp_aggregator_assume_written(run->pipeline.aggregator, false);
    dp_flusher_begin(run->flusher, dp_saver_owner_key(run->saver), dp_saver_token(run->saver),
                     dp_saver_shown_key(run->saver));
}

static void stand_down(struct run *run)
{
    if (run->duty == STANDING_BY)
        return;
    dp_flusher_end(run->flusher);
    dp_kafka_source_stop(run->source);
    dp_saver_stand_down(run->saver);
    set_duty(run, STANDING_BY);
}

/* What this process knows is not what counts, or of no use: it begins anew, if Kafka wants it to.
 */
static void drop_all(struct run *run, const char *why)
{
    char quoted[200];
    dp_log(DP_LOG_WARN, "dropping what this process knows, joining the group anew", "reason=%s",
           dp_log_quote(quoted, sizeof quoted, why));
    stand_down(run);
    if (run->stopping)
        run->leaving = true;
    else
        dp_kafka_leadership_rejoin(run->leadership);
}

static void on_gained(void *ctx)
{
    struct run *run = ctx;
    if (run->duty != STANDING_BY || run->stopping)
        return;
    set_duty(run, TAKING_OVER);
    dp_saver_take_over(run->saver);
}

/* Kafka may have given it to another process; while that one is not there yet, or Kafka only did
 * not hear of this one for a while, the figures are kept up. Who is the owner of the state is
 * decided in Redis. */
static void on_lost(void *ctx)
{
    struct run *run = ctx;
    dp_log(DP_LOG_WARN, "Kafka has taken this process for gone: it goes on until replaced",
           "duty=%s", duty_names[run->duty]);
}

static void on_loaded(void *ctx, const struct dp_positions *positions, const struct dp_shown *shown)
{
    struct run *run = ctx;
    dp_positions_copy(&run->start, positions);
    dp_positions_copy(&run->shown.positions, &shown->positions);
    run->shown.t_ms = shown->t_ms;
    set_duty(run, LOADED);
}

static void on_committed(void *ctx, const struct dp_positions *positions)
{
    struct run *run = ctx;
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
    drop_all(ctx, "another process owns the state");
}

static void on_flushed(void *ctx, bool ok)
{
    struct run *run = ctx;
    if (run->stopping && ok)
        run->last_flush = true;
}

static void leave(struct run *run);

/* Stopping: once all is saved and written. */
static void go_on_stopping(struct run *run)
{
    if (!run->last_commit && !dp_saver_is_sealed(run->saver)) { /* all is in the next one */
        run->last_commit = true;
        seal(run);
        settle(run);
    }
    if (run->leaving || (run->last_commit && !dp_saver_is_sealed(run->saver) && run->last_flush))
        leave(run);
}

static void watch_reach(struct run *run)
{
    uint64_t now = uv_now(&run->loop);
    if (run->duty == STANDING_BY || dp_saver_is_up(run->saver))
        run->reached_at_ms = now;
    else if (now - run->reached_at_ms > HAND_OVER_MS && !run->stopping)
        drop_all(run, "Redis cannot be reached from here");
}

/* What the source has left out, because Kafka has lost it, is counted with the messages. */
static void count_skipped(struct run *run)
{
    uint64_t skipped = dp_kafka_source_counters(run->source)->skipped;
    run->pipeline.skipped += skipped - run->seen_skipped;
    run->seen_skipped = skipped;
}

/* Every turn of the loop: what has become possible meanwhile. */
static void on_turn(uv_prepare_t *turn)
{
    struct run *run = turn->data;
    watch_redis(run);
    watch_reach(run);
    count_skipped(run);
    if (run->duty == LOADED && !dp_flusher_is_busy(run->flusher))
        go_on(run);
    else if (run->duty == CATCHING_UP && !run->stopping)
        look_whether_caught_up(run);
    if (dp_saver_pending(run->saver) >= DP_SAVER_FRAME_BYTES)
        seal(run);
    settle(run);
    if (run->stopping)
        go_on_stopping(run);
}

/* Kafka ------------------------------------------------------------------------------------------
 */

static size_t on_messages(void *ctx, const struct dp_message *messages, size_t count)
{
    struct run *run = ctx;
    size_t taken = dp_pipeline_take(&run->pipeline, messages, count);
    run->no_room = taken < count;
    return taken;
}

static void on_room(void *ctx)
{
    struct run *run = ctx;
    run->no_room = false;
    pause_or_resume(run);
}

static uint32_t on_assigned(void *ctx, const char *topic, int32_t partition)
{
    struct run *run = ctx;
    uint32_t slot = dp_aggregator_add_partition(run->pipeline.aggregator);
    dp_log(DP_LOG_INFO, "new partition", "topic=%s partition=%d", topic, partition);
    return slot;
}

static void on_idle(void *ctx, uint32_t slot, bool idle)
{
    struct run *run = ctx;
    dp_aggregator_set_idle(run->pipeline.aggregator, slot, idle);
}

/* Stopping ---------------------------------------------------------------------------------------
 */

static void close_timer(uv_timer_t *timer)
{
    uv_close((uv_handle_t *)timer, NULL);
}

/* Gives back what lives on the loop, so that it ends. */
static void leave(struct run *run)
{
    if (run->dead_letters && !run->dead_letters->close(run->dead_letters, LEAVE_TIMEOUT_MS))
        run->code = DP_EXIT_FAILED;
    if (run->leadership) {
        dp_log(DP_LOG_INFO, "leaving the group", "");
        if (run->duty == ACTIVE && run->last_flush)
            dp_kafka_leadership_commit(run->leadership, positions_now(run));
        dp_kafka_leadership_close(run->leadership, LEAVE_TIMEOUT_MS);
    }
    if (run->source)
        dp_kafka_source_close(run->source, LEAVE_TIMEOUT_MS);
    if (run->saver)
        dp_saver_close(run->saver);
    if (run->flusher)
        dp_flusher_close(run->flusher);
    close_timer(&run->commit_timer);
    close_timer(&run->report_timer);
    close_timer(&run->stop_timer);
    uv_close((uv_handle_t *)&run->turn, NULL);
    for (int i = 0; i < 3; i++)
        uv_close((uv_handle_t *)&run->signals[i], NULL);
}

static void on_stop_timeout(uv_timer_t *timer)
{
    struct run *run = timer->data;
    dp_log(DP_LOG_ERROR, "Redis does not have the last figures",
           "timeout_ms=%d hint=\"is it reachable? they are made again from Kafka\"",
           STOP_TIMEOUT_MS);
    run->code = DP_EXIT_FAILED;
    run->leaving = true;
}

/* Takes no more messages, saves and writes what there is, leaves. */
static void stop(struct run *run, int code)
{
    if (run->stopping)
        return;
    run->code = code;
    run->stopping = true;
    if (!owns(run)) { /* nothing is this process's to write */
        stand_down(run);
        run->leaving = true;
        return;
    }
    dp_kafka_source_pause(run->source);
    uv_timer_start(&run->stop_timer, on_stop_timeout, STOP_TIMEOUT_MS, 0);
    uv_timer_stop(&run->commit_timer);
    if (run->duty == ACTIVE)
        dp_flusher_finish(run->flusher);
    else
        run->last_flush = true; /* what Redis shows is newer */
}

static void on_failed(void *ctx, const char *text)
{
    struct run *run = ctx;
    dp_log(DP_LOG_ERROR, text, "");
    stop(run, DP_EXIT_FAILED);
}

static void reload(struct run *run)
{
    struct dp_config config;
    if (!dp_command_config(run->options->config_path, run->options->overrides, &config)) {
        dp_log(DP_LOG_ERROR, "configuration not read again: the old one stays in force", "");
        return;
    }
    if (run->has_reread)
        dp_config_deinit(&run->reread);
    run->reread = config;
    run->has_reread = true;
    if (owns(run)) /* else when it takes over */
        use_targets(run);
    dp_log(DP_LOG_INFO, "targets read again", "");
}

static void on_signal(uv_signal_t *handle, int number)
{
    struct run *run = handle->data;
    if (number == SIGHUP) {
        reload(run);
    } else if (run->stopping) {
        dp_log(DP_LOG_WARN, "told to stop twice: ends at once", "");
        _exit(DP_EXIT_FAILED);
    } else {
        dp_log(DP_LOG_INFO, "stopping", "signal=%s", number == SIGINT ? "SIGINT" : "SIGTERM");
        stop(run, DP_EXIT_DONE);
    }
}

static void report(uv_timer_t *timer)
{
    struct run *run = timer->data;
    char summary[512];
    const struct dp_redis_sink_stats *stats = dp_flusher_stats(run->flusher);
    uint64_t consumed = run->pipeline.consumed;
    if (!owns(run)) {
        dp_log(DP_LOG_INFO, "standing by", "duty=%s", duty_names[run->duty]);
        return;
    }
    dp_log(DP_LOG_INFO, "running",
           "%s per_second=%.0f keys_written=%" PRIu64 " flush_ms=%" PRIu64 " commit_ms=%" PRIu64
           " state_bytes=%" PRIu64 " paused=%s",
           dp_pipeline_summary(&run->pipeline, summary, sizeof summary),
           consumed > run->reported_consumed
               ? (double)(consumed - run->reported_consumed) * 1000 / REPORT_INTERVAL_MS
               : 0.0,
           stats->keys, stats->last_ms, dp_saver_last_ms(run->saver), dp_saver_bytes(run->saver),
           run->behind || run->no_room || run->full ? "yes" : "no");
    run->reported_consumed = consumed;
}

/* Starting ---------------------------------------------------------------------------------------
 */

static bool start_kafka(struct run *run, char *error, size_t size)
{
    static const struct dp_kafka_leadership_events leadership_events = {
        .gained = on_gained, .lost = on_lost, .failed = on_failed};
    static const struct dp_kafka_source_events source_events = {
        .take = on_messages, .assigned = on_assigned, .idle = on_idle, .failed = on_failed};
    static const struct dp_kafka_dead_letters_events letter_events = {.room = on_room,
                                                                      .failed = on_failed};
    const struct dp_config *config = run->config;
    struct dp_kafka_property *properties = dp_xcalloc(config->kafka_count, sizeof *properties);
    for (size_t i = 0; i < config->kafka_count; i++)
        properties[i] = (struct dp_kafka_property){config->kafka[i].name, config->kafka[i].value};
    struct dp_kafka_dead_letters_options letter_options = {
        .properties = properties,
        .property_count = config->kafka_count,
        .topic = config->dead_letter_topic,
        .max_letters = MAX_LETTERS,
        .max_bytes = MAX_LETTERS_BYTES,
    };
    struct dp_kafka_source_options source_options = {
        .properties = properties,
        .property_count = config->kafka_count,
        .topics = (const char *const *)config->topics,
        .topic_count = config->topic_count,
        .on_lost = run->options->on_lost,
    };
    struct dp_kafka_leadership_options leadership_options = {
        .properties = properties,
        .property_count = config->kafka_count,
        .control_topic = config->control_topic,
    };
    run->dead_letters =
        dp_kafka_dead_letters_create(&run->loop, &letter_options, &letter_events, run, error, size);
    run->pipeline.dead_letters = run->dead_letters;
    if (run->dead_letters)
        run->source =
            dp_kafka_source_create(&run->loop, &source_options, &source_events, run, error, size);
    if (run->source)
        run->leadership = dp_kafka_leadership_create(&run->loop, &leadership_options,
                                                     &leadership_events, run, error, size);
    free(properties);
    return run->leadership != NULL;
}

static bool start_redis(struct run *run, char *error, size_t size)
{
    static const struct dp_saver_events saver_events = {
        .loaded = on_loaded, .committed = on_committed, .dropped = on_dropped, .failed = on_failed};
    static const struct dp_flusher_events flusher_events = {
        .positions = positions_now, .flushed = on_flushed, .fenced = on_fenced};
    struct dp_saver_options saver_options = {run->config->redis_url, run->config->redis_prefix};
    struct dp_flusher_options flusher_options = {.config = run->config,
                                                 .event_clock = run->options->event_clock,
                                                 .as_of_ms = run->options->as_of_ms};
    run->flusher = dp_flusher_create(&run->loop, &flusher_options, &run->pipeline, &flusher_events,
                                     run, error, size);
    if (run->flusher)
        run->saver = dp_saver_create(&run->loop, &saver_options, &run->pipeline, &saver_events, run,
                                     error, size);
    return run->saver != NULL;
}

static void start_timers(struct run *run)
{
    static const int numbers[3] = {SIGINT, SIGTERM, SIGHUP};
    uint64_t interval = (uint64_t)run->config->commit_interval_ms;
    uv_timer_t *timers[] = {&run->commit_timer, &run->report_timer, &run->stop_timer};
    for (int i = 0; i < 3; i++) {
        uv_timer_init(&run->loop, timers[i]);
        timers[i]->data = run;
        uv_signal_init(&run->loop, &run->signals[i]);
        run->signals[i].data = run;
        uv_signal_start(&run->signals[i], on_signal, numbers[i]);
    }
    uv_prepare_init(&run->loop, &run->turn);
    run->turn.data = run;
    uv_timer_start(&run->commit_timer, on_commit_timer, interval, interval);
    uv_timer_start(&run->report_timer, report, REPORT_INTERVAL_MS, REPORT_INTERVAL_MS);
}

int dp_run(const struct dp_run_options *options)
{
    struct run run = {.options = options, .config = options->config, .code = DP_EXIT_USAGE};
    struct dp_aggregator_options aggregator_options;
    char error[1024];
    dp_config_aggregator_options(options->config, &aggregator_options);
    aggregator_options.wall_clock = !options->event_clock;
    aggregator_options.as_of_limit_ms = options->as_of_ms;
    dp_pipeline_init(&run.pipeline, dp_adapter_find(options->config->format), &aggregator_options,
                     NULL);
    uv_loop_init(&run.loop);
    start_timers(&run);
    if (start_redis(&run, error, sizeof error) && start_kafka(&run, error, sizeof error)) {
        dp_log(DP_LOG_INFO, "started", "clock=%s windows=\"%s\"",
               options->event_clock ? "event" : "wall", run.pipeline.windows);
        uv_prepare_start(&run.turn, on_turn);
        run.code = DP_EXIT_DONE;
    } else {
        fprintf(stderr, "deskpulse run: %s\n", error);
        leave(&run);
    }
    uv_run(&run.loop, UV_RUN_DEFAULT);
    uv_loop_close(&run.loop);

    char summary[512];
    if (run.code != DP_EXIT_USAGE)
        dp_log(run.code == DP_EXIT_DONE ? DP_LOG_INFO : DP_LOG_ERROR, "stopped", "%s",
               dp_pipeline_summary(&run.pipeline, summary, sizeof summary));
    dp_pipeline_deinit(&run.pipeline);
    if (run.has_reread)
        dp_config_deinit(&run.reread);
    dp_positions_deinit(&run.start);
    dp_positions_deinit(&run.shown.positions);
    dp_positions_deinit(&run.now);
    return run.code;
}
