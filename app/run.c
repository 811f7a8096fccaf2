#include "app/run.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>
#include <uv.h>

#include "app/command.h"
#include "app/pipeline.h"
#include "common/log.h"
#include "common/memory.h"
#include "ingest/kafka_dead_letters.h"
#include "ingest/kafka_leadership.h"
#include "ingest/kafka_source.h"
#include "sink/redis_sink.h"

/* How long an ordered stop may take: the last flush, dead letters, leaving the group. */
#define DP_STOP_TIMEOUT_MS  8000
#define DP_LEAVE_TIMEOUT_MS 5000

#define DP_REPORT_INTERVAL_MS 30000

/* Half of what a key lives at the least (a window of 1 s and 60 s). */
#define DP_RENEW_INTERVAL_MS 30000

/* Dead letters that wait for Kafka. */
#define DP_MAX_LETTERS       10000
#define DP_MAX_LETTERS_BYTES ((size_t)64 << 20)

struct run {
    const struct dp_run_options *options;
    const struct dp_config *config;
    uv_loop_t loop;
    uv_timer_t flush_timer, report_timer, stop_timer;
    uv_signal_t signals[3];

    struct dp_pipeline pipeline;
    struct dp_kafka_leadership *leadership;
    struct dp_kafka_source *source;
    struct dp_dead_letters *dead_letters;
    struct dp_redis_sink *sink;

    /* Of the flush under way, and of the last one that Redis has: positions, and dead letters put
     * before them. */
    struct dp_positions flushing, written;
    uint64_t flushing_letters, written_letters;
    bool committed; /* `written` is */
    bool flush_under_way;
    uint64_t flushed_at_ms;    /* loop time when Redis last had everything */
    bool behind, no_room;      /* why the source is paused */
    uint64_t seen_consumed;    /* messages at the last flush */
    uint64_t settled_consumed; /* event clock: messages when all was last written as of one T */
    uint64_t settled_at_ms;    /* and loop time then */
    bool last_flush;           /* stopping: it has begun */
    bool stopping;
    uint64_t reported_consumed;
    int code;
};

static int64_t wall_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* T: the clock, or the highest event time, rounded up to a whole second, so that what has happened
 * shows. */
static void move_time(struct run *run)
{
    struct dp_aggregator *agg = run->pipeline.aggregator;
    int64_t t = run->options->event_clock ? dp_aggregator_watermark(agg) : wall_ms();
    if (t == INT64_MIN)
        return;
    int64_t rest = t % 1000;
    t += rest > 0 ? 1000 - rest : -rest;
    dp_aggregator_advance(agg, t < run->options->as_of_ms ? t : run->options->as_of_ms);
}

static void pause_or_resume(struct run *run)
{
    if (run->behind || run->no_room || run->stopping)
        dp_kafka_source_pause(run->source);
    else
        dp_kafka_source_resume(run->source);
}

static bool renewal_is_due(const struct run *run)
{
    return uv_now(&run->loop) - run->settled_at_ms >= DP_RENEW_INTERVAL_MS;
}

/* With the event clock T stands still when no events come: then all is written as of one and the
 * same T, and again before the first key expires, for time goes on in Redis. */
static void settle(struct run *run)
{
    bool settled = run->settled_consumed == run->pipeline.consumed;
    if (!run->options->event_clock || (settled && !renewal_is_due(run)))
        return;
    run->settled_consumed = run->pipeline.consumed;
    run->settled_at_ms = uv_now(&run->loop);
    dp_aggregator_mark_all(run->pipeline.aggregator);
}

static void flush(struct run *run)
{
    if (run->flush_under_way || !dp_redis_sink_is_up(run->sink))
        return;
    move_time(run);
    dp_kafka_source_positions(run->source, &run->flushing);
    run->flushing_letters = run->dead_letters->count;
    run->flush_under_way = true;
    if (!dp_redis_sink_flush(run->sink, dp_pipeline_next_entry, &run->pipeline))
        run->flush_under_way = false;
}

/* What is committed does not come again: Redis must have its figures, and Kafka its dead letters.
 */
static void commit_written(struct run *run)
{
    if (run->committed || !run->dead_letters->settled(run->dead_letters, run->written_letters))
        return;
    dp_kafka_leadership_commit(run->leadership, &run->written);
    run->committed = true;
}

/* Consumption waits while Redis is further behind than allowed. */
static void watch_sink(struct run *run)
{
    bool behind = uv_now(&run->loop) - run->flushed_at_ms > (uint64_t)run->config->max_behind_ms;
    if (behind == run->behind)
        return;
    run->behind = behind;
    dp_log(behind ? DP_LOG_WARN : DP_LOG_INFO,
           behind ? "Redis is behind: consumption pauses"
                  : "Redis has caught up: consumption goes on",
           "max_behind_ms=%" PRId64, run->config->max_behind_ms);
    pause_or_resume(run);
}

static void on_flush_timer(uv_timer_t *timer)
{
    struct run *run = timer->data;
    commit_written(run);
    if (!run->flush_under_way) {
        bool idle = run->pipeline.consumed == run->seen_consumed;
        if (idle || renewal_is_due(run))
            settle(run);
        run->seen_consumed = run->pipeline.consumed;
        flush(run);
    }
    watch_sink(run);
}

static void finish(struct run *run);

static void on_last_flush(uv_timer_t *timer)
{
    struct run *run = timer->data;
    settle(run);
    run->last_flush = true;
    flush(run); /* with Redis away it begins when the connection is up, or never */
}

static void on_flushed(void *ctx, bool ok)
{
    struct run *run = ctx;
    run->flush_under_way = false;
    if (ok) {
        run->flushed_at_ms = uv_now(&run->loop);
        struct dp_positions had = run->written;
        run->written = run->flushing;
        run->flushing = had;
        run->written_letters = run->flushing_letters;
        run->committed = false;
        if (!run->stopping)
            commit_written(run);
        watch_sink(run);
    } else { /* what was handed out is lost: everything is to be written again */
        dp_aggregator_mark_all(run->pipeline.aggregator);
    }
    if (run->stopping && run->last_flush && ok)
        finish(run);
    else if (run->stopping)
        uv_timer_start(&run->flush_timer, on_last_flush, 0, 0);
}

static void on_sink_up(void *ctx)
{
    struct run *run = ctx;
    dp_aggregator_mark_all(run->pipeline.aggregator);
    if (run->stopping)
        run->last_flush = true;
    flush(run);
}

/* The sink has said why, and tries again. */
static void on_sink_down(void *ctx, const char *reason)
{
    (void)ctx;
    (void)reason;
}

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
    dp_log(DP_LOG_INFO, "partition assigned", "topic=%s partition=%d", topic, partition);
    return slot;
}

static void on_idle(void *ctx, uint32_t slot, bool idle)
{
    struct run *run = ctx;
    dp_aggregator_set_idle(run->pipeline.aggregator, slot, idle);
}

static void close_timer(uv_timer_t *timer)
{
    uv_close((uv_handle_t *)timer, NULL);
}

/* Gives back what lives on the loop, so that it ends. */
static void finish(struct run *run)
{
    if (run->leadership) {
        dp_log(DP_LOG_INFO, "leaving the group", "");
        /* Only what Redis has, and whose dead letters are safe, is committed. */
        bool safe =
            !run->dead_letters || run->dead_letters->close(run->dead_letters, DP_LEAVE_TIMEOUT_MS);
        run->dead_letters = NULL;
        if (!safe)
            run->code = DP_EXIT_FAILED;
        if (safe)
            dp_kafka_leadership_commit(run->leadership, &run->written);
        dp_kafka_source_close(run->source, DP_LEAVE_TIMEOUT_MS);
        run->source = NULL;
        dp_kafka_leadership_close(run->leadership, DP_LEAVE_TIMEOUT_MS);
        run->leadership = NULL;
    }
    if (run->dead_letters)
        run->dead_letters->close(run->dead_letters, 0);
    if (run->source)
        dp_kafka_source_close(run->source, 0);
    if (run->sink)
        dp_redis_sink_close(run->sink);
    run->dead_letters = NULL;
    run->sink = NULL;
    close_timer(&run->flush_timer);
    close_timer(&run->report_timer);
    close_timer(&run->stop_timer);
    for (int i = 0; i < 3; i++)
        uv_close((uv_handle_t *)&run->signals[i], NULL);
}

static void on_stop_timeout(uv_timer_t *timer)
{
    struct run *run = timer->data;
    dp_log(DP_LOG_ERROR, "Redis does not have the last figures",
           "timeout_ms=%d hint=\"is it reachable? they are made again from Kafka\"",
           DP_STOP_TIMEOUT_MS);
    run->code = DP_EXIT_FAILED;
    finish(run);
}

/* Takes no more messages, writes what there is, leaves. */
static void stop(struct run *run, int code)
{
    if (run->stopping)
        return;
    run->code = code;
    run->stopping = true;
    dp_kafka_source_pause(run->source);
    uv_timer_start(&run->stop_timer, on_stop_timeout, DP_STOP_TIMEOUT_MS, 0);
    if (run->flush_under_way)
        uv_timer_stop(&run->flush_timer); /* the last one follows it */
    else
        uv_timer_start(&run->flush_timer, on_last_flush, 0, 0);
}

static void on_failed(void *ctx, const char *text)
{
    struct run *run = ctx;
    dp_log(DP_LOG_ERROR, text, "");
    stop(run, DP_EXIT_FAILED);
}

static void on_gained(void *ctx)
{
    struct run *run = ctx;
    const struct dp_positions none = {0};
    dp_kafka_source_start(run->source, &none, NULL);
}

static void on_lost(void *ctx)
{
    on_failed(ctx, "another process may be the active one now");
}

static void reload(struct run *run)
{
    struct dp_config config;
    if (!dp_command_config(run->options->config_path, run->options->overrides, &config)) {
        dp_log(DP_LOG_ERROR, "configuration not read again: the old one stays in force", "");
        return;
    }
    struct dp_aggregator_options options;
    dp_config_aggregator_options(&config, &options);
    dp_aggregator_set_targets(run->pipeline.aggregator, &options.targets);
    dp_config_deinit(&config);
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
    const struct dp_redis_sink_stats *stats = dp_redis_sink_stats(run->sink);
    uint64_t consumed = run->pipeline.consumed;
    dp_log(DP_LOG_INFO, "running",
           "%s per_second=%.0f keys_written=%" PRIu64 " flush_ms=%" PRIu64 " paused=%s",
           dp_pipeline_summary(&run->pipeline, summary, sizeof summary),
           (double)(consumed - run->reported_consumed) * 1000 / DP_REPORT_INTERVAL_MS, stats->keys,
           stats->last_ms, run->behind || run->no_room ? "yes" : "no");
    run->reported_consumed = consumed;
}

static bool start_kafka(struct run *run, char *error, size_t size)
{
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
        .max_letters = DP_MAX_LETTERS,
        .max_bytes = DP_MAX_LETTERS_BYTES,
    };
    struct dp_kafka_source_options source_options = {
        .properties = properties,
        .property_count = config->kafka_count,
        .topics = (const char *const *)config->topics,
        .topic_count = config->topic_count,
    };
    static const struct dp_kafka_leadership_events leadership_events = {
        .gained = on_gained, .lost = on_lost, .failed = on_failed};
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
    static const struct dp_redis_sink_events events = {
        .up = on_sink_up, .down = on_sink_down, .flushed = on_flushed};
    struct dp_redis_sink_options options = {.url = run->config->redis_url,
                                            .prefix = run->config->redis_prefix};
    run->sink = dp_redis_sink_create(&run->loop, &options, &events, run, error, size);
    return run->sink != NULL;
}

static void start_timers(struct run *run)
{
    static const int numbers[3] = {SIGINT, SIGTERM, SIGHUP};
    uint64_t interval = (uint64_t)run->config->flush_interval_ms;
    uv_timer_t *timers[] = {&run->flush_timer, &run->report_timer, &run->stop_timer};
    for (int i = 0; i < 3; i++) {
        uv_timer_init(&run->loop, timers[i]);
        timers[i]->data = run;
        uv_signal_init(&run->loop, &run->signals[i]);
        run->signals[i].data = run;
        uv_signal_start(&run->signals[i], on_signal, numbers[i]);
    }
    uv_timer_start(&run->flush_timer, on_flush_timer, interval, interval);
    uv_timer_start(&run->report_timer, report, DP_REPORT_INTERVAL_MS, DP_REPORT_INTERVAL_MS);
}

int dp_run(const struct dp_run_options *options)
{
    struct run run = {
        .options = options, .config = options->config, .code = DP_EXIT_USAGE, .committed = true};
    struct dp_aggregator_options aggregator_options;
    char error[1024];
    dp_config_aggregator_options(options->config, &aggregator_options);
    aggregator_options.wall_clock = !options->event_clock;
    aggregator_options.as_of_limit_ms = options->as_of_ms;
    dp_pipeline_init(&run.pipeline, dp_adapter_find(options->config->format), &aggregator_options,
                     NULL);
    uv_loop_init(&run.loop);
    start_timers(&run);
    run.flushed_at_ms = uv_now(&run.loop);
    if (start_redis(&run, error, sizeof error) && start_kafka(&run, error, sizeof error)) {
        dp_log(DP_LOG_INFO, "started", "clock=%s windows=\"%s\"",
               options->event_clock ? "event" : "wall", run.pipeline.windows);
        run.code = DP_EXIT_DONE;
    } else {
        fprintf(stderr, "deskpulse run: %s\n", error);
        finish(&run);
    }
    uv_run(&run.loop, UV_RUN_DEFAULT);
    uv_loop_close(&run.loop);

    char summary[512];
    if (run.code != DP_EXIT_USAGE)
        dp_log(run.code == DP_EXIT_DONE ? DP_LOG_INFO : DP_LOG_ERROR, "stopped", "%s",
               dp_pipeline_summary(&run.pipeline, summary, sizeof summary));
    dp_pipeline_deinit(&run.pipeline);
    dp_positions_deinit(&run.flushing);
    dp_positions_deinit(&run.written);
    return run.code;
}
