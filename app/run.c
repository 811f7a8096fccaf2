#include "app/run.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <uv.h>

#include "app/command.h"
#include "app/duty.h"
#include "common/clock.h"
#include "common/log.h"
#include "common/memory.h"
#include "ingest/kafka_dead_letters.h"

/* How long an ordered stop may take: the last flush and commit, dead letters, leaving the group. */
#define STOP_TIMEOUT_MS  8000
#define LEAVE_TIMEOUT_MS 5000

/* Dead letters that wait for Kafka. */
#define MAX_LETTERS       10000
#define MAX_LETTERS_BYTES ((size_t)64 << 20)

/* Facts that wait for Kafka: fewer than librdkafka's own limit, with the letters. */
#define MAX_FACTS       50000
#define MAX_FACTS_BYTES ((size_t)64 << 20)

/* Kafka ------------------------------------------------------------------------------------------
 */

static size_t on_messages(void *ctx, const struct dp_message *messages, size_t count)
{
    struct dp_run *run = ctx;
    size_t taken = dp_pipeline_take(&run->pipeline, messages, count);
    run->no_room = taken < count;
    return taken;
}

static void on_room(void *ctx)
{
    struct dp_run *run = ctx;
    run->no_room = false;
    dp_duty_pause_or_resume(run);
}

static uint32_t on_assigned(void *ctx, const char *topic, int32_t partition)
{
    struct dp_run *run = ctx;
    uint32_t slot = dp_aggregator_add_partition(run->pipeline.aggregator);
    dp_log(DP_LOG_INFO, "new partition", "topic=%s partition=%d", topic, partition);
    return slot;
}

static void on_idle(void *ctx, uint32_t slot, bool idle)
{
    struct dp_run *run = ctx;
    dp_aggregator_set_idle(run->pipeline.aggregator, slot, idle);
}

/* Stopping ---------------------------------------------------------------------------------------
 */

static void close_timer(uv_timer_t *timer)
{
    uv_close((uv_handle_t *)timer, NULL);
}

/* Gives back what lives on the loop, so that it ends. */
static void leave(struct dp_run *run)
{
    if (run->health)
        dp_health_close(run->health);
    if (run->dead_letters && !run->dead_letters->close(run->dead_letters, LEAVE_TIMEOUT_MS))
        run->code = DP_EXIT_FAILED;
    dp_facts_close(&run->facts, LEAVE_TIMEOUT_MS);
    if (run->leadership) {
        dp_log(DP_LOG_INFO, "leaving the group", "");
        if (run->duty == DP_ACTIVE && run->last_flush)
            dp_kafka_leadership_commit(run->leadership, dp_duty_positions(run));
        dp_kafka_leadership_close(run->leadership, LEAVE_TIMEOUT_MS);
    }
    if (run->source)
        dp_kafka_source_close(run->source, LEAVE_TIMEOUT_MS);
    if (run->saver)
        dp_saver_close(run->saver);
    if (run->flusher)
        dp_flusher_close(run->flusher);
    if (run->notifier)
        dp_notifier_close(run->notifier);
    close_timer(&run->commit_timer);
    close_timer(&run->report_timer);
    close_timer(&run->stop_timer);
    uv_close((uv_handle_t *)&run->turn, NULL);
    for (int i = 0; i < 3; i++)
        uv_close((uv_handle_t *)&run->signals[i], NULL);
}

static void on_stop_timeout(uv_timer_t *timer)
{
    struct dp_run *run = timer->data;
    dp_log(DP_LOG_ERROR, "the last figures could not all be written and saved",
           "timeout_ms=%d hint=\"are Redis and Kafka reachable? the next process makes them again "
           "from Kafka\"",
           STOP_TIMEOUT_MS);
    run->code = DP_EXIT_FAILED;
    run->leaving = true;
}

/* Takes no more messages, saves and writes what there is, leaves. */
static void stop(struct dp_run *run, int code)
{
    if (run->stopping)
        return;
    run->code = code;
    run->stopping = true;
    dp_health_stopping(run->health);
    if (!dp_duty_owns(run)) { /* nothing is this process's to write */
        dp_duty_stand_down(run);
        run->leaving = true;
        return;
    }
    dp_kafka_source_pause(run->source);
    uv_timer_start(&run->stop_timer, on_stop_timeout, STOP_TIMEOUT_MS, 0);
    uv_timer_stop(&run->commit_timer);
    if (run->duty == DP_ACTIVE)
        dp_flusher_finish(run->flusher);
    else
        run->last_flush = true; /* what Redis shows is newer */
}

void dp_run_fail(void *ctx, const char *text)
{
    struct dp_run *run = ctx;
    dp_log(DP_LOG_ERROR, text, "");
    stop(run, DP_EXIT_FAILED);
}

static void reload(struct dp_run *run)
{
    struct dp_config config;
    if (!dp_command_config(run->options->config_path, run->options->overrides, &config)) {
        dp_log(DP_LOG_ERROR, "configuration not read again: the old one stays in force", "");
        return;
    }
    struct dp_config before = run->reread;
    bool had_before = run->has_reread;
    run->reread = config;
    run->has_reread = true;
    dp_notifier_set_config(run->notifier, &run->reread);
    if (dp_duty_owns(run)) /* else when it takes over */
        dp_duty_use_targets(run);
    if (had_before) /* nobody refers to it any more */
        dp_config_deinit(&before);
    dp_log(DP_LOG_INFO, "targets, rules and hooks read again", "rules=%zu hooks=%zu",
           config.rule_count, config.hook_count);
}

static void on_signal(uv_signal_t *handle, int number)
{
    struct dp_run *run = handle->data;
    if (number == SIGHUP) {
        dp_health_reloading(run->health);
        reload(run);
        dp_health_reloaded(run->health);
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
    struct dp_run *run = timer->data;
    char summary[512];
    const struct dp_redis_sink_stats *stats = dp_flusher_stats(run->flusher);
    uint64_t consumed = run->pipeline.consumed;
    if (!dp_duty_owns(run)) {
        dp_log(DP_LOG_INFO, "standing by", "duty=%s", dp_duty_names[run->duty]);
        return;
    }
    dp_log(DP_LOG_INFO, "running",
           "%s per_second=%.0f keys_written=%" PRIu64 " flush_ms=%" PRIu64 " commit_ms=%" PRIu64
           " state_bytes=%" PRIu64 " paused=%s",
           dp_pipeline_summary(&run->pipeline, summary, sizeof summary),
           consumed > run->reported_consumed
               ? (double)(consumed - run->reported_consumed) * 1000 / DP_REPORT_INTERVAL_MS
               : 0.0,
           stats->keys, stats->last_ms, dp_saver_last_ms(run->saver), dp_saver_bytes(run->saver),
           run->behind || run->no_room || run->full ? "yes" : "no");
    run->reported_consumed = consumed;
}

/* Starting ---------------------------------------------------------------------------------------
 */

/* Where there is a topic for facts. */
static bool start_facts(struct dp_run *run, const struct dp_kafka_property *properties, char *error,
                        size_t size)
{
    static const struct dp_kafka_ledger_events events = {.failed = dp_run_fail};
    const struct dp_config *config = run->config;
    if (!*config->facts_topic)
        return true;
    struct dp_kafka_ledger_options options = {
        .properties = properties,
        .property_count = config->kafka_count,
        .topic = config->facts_topic,
        .max_lines = MAX_FACTS,
        .max_bytes = MAX_FACTS_BYTES,
    };
    struct dp_kafka_ledger *ledger =
        dp_kafka_ledger_create(&run->loop, &options, &events, run, error, size);
    if (ledger)
        dp_facts_open(&run->facts, ledger, run->saver, &run->pipeline);
    return ledger != NULL;
}

static bool start_kafka(struct dp_run *run, char *error, size_t size)
{
    static const struct dp_kafka_source_events source_events = {
        .take = on_messages, .assigned = on_assigned, .idle = on_idle, .failed = dp_run_fail};
    static const struct dp_kafka_dead_letters_events letter_events = {.room = on_room,
                                                                      .failed = dp_run_fail};
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
    if (run->dead_letters && start_facts(run, properties, error, size))
        run->source =
            dp_kafka_source_create(&run->loop, &source_options, &source_events, run, error, size);
    if (run->source)
        run->leadership = dp_kafka_leadership_create(&run->loop, &leadership_options,
                                                     &dp_duty_leadership_events, run, error, size);
    free(properties);
    return run->leadership != NULL;
}

static bool start_redis(struct dp_run *run, char *error, size_t size)
{
    struct dp_saver_options saver_options = {run->config->redis_url, run->config->redis_prefix};
    struct dp_flusher_options flusher_options = {.config = run->config,
                                                 .event_clock = run->options->event_clock,
                                                 .as_of_ms = run->options->as_of_ms};
    run->flusher = dp_flusher_create(&run->loop, &flusher_options, &run->pipeline,
                                     &dp_duty_flusher_events, run, error, size);
    if (run->flusher)
        run->saver = dp_saver_create(&run->loop, &saver_options, &run->pipeline,
                                     &dp_duty_saver_events, run, error, size);
    if (run->saver)
        run->notifier = dp_notifier_create(&run->loop, run->config, &run->pipeline, error, size);
    return run->notifier != NULL;
}

/* First of all, so that nothing was begun where the address is taken. */
static bool start_health(struct dp_run *run, char *error, size_t size)
{
    static const int64_t bounds_ms[] = {5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10000};
    run->started_ms = dp_wall_ms();
    dp_durations_init(&run->flushes, bounds_ms, sizeof bounds_ms / sizeof *bounds_ms);
    dp_durations_init(&run->commits, bounds_ms, sizeof bounds_ms / sizeof *bounds_ms);
    if (*run->config->http_listen) /* else nobody asks */
        run->pipeline.freshness = dp_freshness_create(run->started_ms);
    run->health = dp_health_create(run, error, size);
    return run->health != NULL;
}

static void on_commit_timer(uv_timer_t *timer)
{
    dp_duty_commit(timer->data);
}

static void on_turn(uv_prepare_t *turn)
{
    struct dp_run *run = turn->data;
    dp_duty_turn(run);
    if (run->leaving)
        leave(run);
}

static void start_timers(struct dp_run *run)
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
    uv_timer_start(&run->report_timer, report, DP_REPORT_INTERVAL_MS, DP_REPORT_INTERVAL_MS);
}

int dp_run(const struct dp_run_options *options)
{
    struct dp_run run = {.options = options, .config = options->config, .code = DP_EXIT_USAGE};
    struct dp_aggregator_options aggregator_options;
    char error[1024];
    dp_config_aggregator_options(options->config, &aggregator_options);
    aggregator_options.wall_clock = !options->event_clock;
    aggregator_options.settles_aside = true;
    aggregator_options.as_of_limit_ms = options->as_of_ms;
    dp_pipeline_init(&run.pipeline, dp_adapter_find(options->config->format), &aggregator_options,
                     options->config->customer_key, NULL);
    uv_loop_init(&run.loop);
    start_timers(&run);
    if (start_health(&run, error, sizeof error) && start_redis(&run, error, sizeof error) &&
        start_kafka(&run, error, sizeof error)) {
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
    dp_freshness_destroy(run.pipeline.freshness);
    dp_pipeline_deinit(&run.pipeline);
    if (run.has_reread)
        dp_config_deinit(&run.reread);
    dp_positions_deinit(&run.start);
    dp_positions_deinit(&run.shown.positions);
    dp_positions_deinit(&run.now);
    return run.code;
}
