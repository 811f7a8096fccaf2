#include "app/run_metrics.h"

#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "aggregator/footprint.h"
#include "app/health.h"
#include "app/metrics.h"

enum family {
    BUILD,
    DUTY,
    READY,
    PAUSED,
    CONSUMED,
    ACCEPTED,
    DUPLICATE,
    DEAD_LETTERS,
    SKIPPED,
    AHEAD,
    FORGOTTEN,
    LAG,
    WATERMARK_DELAY,
    EVENT_FRESHNESS,
    MESSAGE_FRESHNESS,
    FLUSH_DURATION,
    FLUSH_FAILURES,
    COMMIT_DURATION,
    REDIS_UP,
    REDIS_BEHIND,
    KEYS_WRITTEN,
    BYTES_WRITTEN,
    STATE,
    STATE_UNSAVED,
    MEMORY,
    ALERTS,
    ALERTS_WATCHED,
    ALERTS_REFUSED,
    HOOK_DELIVERED,
    HOOK_RETRIED,
    HOOK_REFUSED,
    HOOK_EXPIRED,
    HOOK_REDIRECTED,
    HOOK_WAITING,
    HOOK_DEAD,
    PROCESS_MEMORY,
    PROCESS_CPU,
    PROCESS_START,
};

#define GAUGE     DP_METRICS_GAUGE
#define COUNTER   DP_METRICS_COUNTER
#define HISTOGRAM DP_METRICS_HISTOGRAM

/* clang-format off */
static const struct dp_metrics_family families[] = {
    [BUILD] = {"deskpulse_build", DP_METRICS_INFO, NULL, "The version that runs."},
    [DUTY] = {"deskpulse_duty", GAUGE, NULL,
        "1 for what this process does for its group, 0 for the other duties."},
    [READY] = {"deskpulse_ready", GAUGE, NULL, "1 if /readyz says yes: the process does its duty."},
    [PAUSED] = {"deskpulse_paused", GAUGE, NULL,
        "1 if messages are not taken for this reason: redis_behind, dead_letters wait for Kafka, "
        "or the unsaved journal or facts are full."},
    [CONSUMED] = {"deskpulse_messages_consumed", COUNTER, NULL,
        "Messages taken from Kafka, by whoever was on duty: consumed in dp:meta."},
    [ACCEPTED] = {"deskpulse_events_accepted", COUNTER, NULL, "Events that count: accepted in dp:meta."},
    [DUPLICATE] = {"deskpulse_events_duplicate", COUNTER, NULL,
        "Events that had come before: duplicate in dp:meta."},
    [DEAD_LETTERS] = {"deskpulse_dead_letters", COUNTER, NULL,
        "Messages that could not be used, by reason: dead_lettered in dp:meta."},
    [SKIPPED] = {"deskpulse_messages_skipped", COUNTER, NULL,
        "Messages that Kafka no longer held and that were knowingly left out: skipped in dp:meta."},
    [AHEAD] = {"deskpulse_events_ahead", COUNTER, NULL,
        "Events that counted before their time because too many were waiting for it."},
    [FORGOTTEN] = {"deskpulse_contacts_forgotten", COUNTER, NULL,
        "Contacts that were forgotten before they were over, or for want of room."},
    [LAG] = {"deskpulse_kafka_lag_messages", GAUGE, "messages",
        "Messages of a partition that are still to be taken, as of what was fetched last."},
    [WATERMARK_DELAY] = {"deskpulse_watermark_delay_seconds", GAUGE, "seconds",
        "The time that figures are as of, less the highest event time."},
    [EVENT_FRESHNESS] = {"deskpulse_event_freshness_seconds", HISTOGRAM, "seconds",
        "From the time of an event until the figures that count it can be read in Redis; to an "
        "eighth of a second."},
    [MESSAGE_FRESHNESS] = {"deskpulse_message_freshness_seconds", HISTOGRAM, "seconds",
        "The same from the time of the event's message in Kafka: when it was appended, or sent, as "
        "message.timestamp.type of the topic says."},
    [FLUSH_DURATION] = {"deskpulse_flush_duration_seconds", HISTOGRAM, "seconds",
        "How long a flush of figures that succeeded took, to the last answer of Redis."},
    [FLUSH_FAILURES] = {"deskpulse_flush_failures", COUNTER, NULL,
        "Flushes of which something was not written."},
    [COMMIT_DURATION] = {"deskpulse_commit_duration_seconds", HISTOGRAM, "seconds",
        "How long a commit of the state took."},
    [REDIS_UP] = {"deskpulse_redis_up", GAUGE, NULL,
        "1 if there are connections to Redis for figures and for the state."},
    [REDIS_BEHIND] = {"deskpulse_redis_behind_seconds", GAUGE, "seconds",
        "Since when Redis does not have all figures."},
    [KEYS_WRITTEN] = {"deskpulse_redis_keys_written", COUNTER, NULL,
        "Hashes and members of sets written or removed."},
    [BYTES_WRITTEN] = {"deskpulse_redis_written_bytes", COUNTER, "bytes",
        "Bytes of the commands that write figures."},
    [STATE] = {"deskpulse_state_bytes", GAUGE, "bytes", "The saved state's log in Redis."},
    [STATE_UNSAVED] = {"deskpulse_state_unsaved_bytes", GAUGE, "bytes",
        "The journal that the next commit will hold."},
    [MEMORY] = {"deskpulse_memory_bytes", GAUGE, "bytes",
        "Memory by part, estimated from counts and sizes, without what malloc adds: less than "
        "process_resident_memory_bytes."},
    [ALERTS] = {"deskpulse_alerts", GAUGE, NULL, "Alerts by state."},
    [ALERTS_WATCHED] = {"deskpulse_alerts_watched", GAUGE, NULL,
        "Pairs of a rule and a subject that are watched, whatever their state."},
    [ALERTS_REFUSED] = {"deskpulse_alerts_refused", COUNTER, NULL,
        "Alerts that are not watched for want of room."},
    [HOOK_DELIVERED] = {"deskpulse_hook_delivered", COUNTER, NULL, "Notices that the hook took."},
    [HOOK_RETRIED] = {"deskpulse_hook_retried", COUNTER, NULL,
        "Requests to the hook that failed and are tried again."},
    [HOOK_REFUSED] = {"deskpulse_hook_refused", COUNTER, NULL, "Notices that the hook will never take."},
    [HOOK_EXPIRED] = {"deskpulse_hook_expired", COUNTER, NULL,
        "Notices that were given up after 24 h."},
    [HOOK_REDIRECTED] = {"deskpulse_hook_redirected", COUNTER, NULL,
        "Notices of the hook that its fallback was told as well."},
    [HOOK_WAITING] = {"deskpulse_hook_waiting", GAUGE, NULL, "Notices that wait for the hook."},
    [HOOK_DEAD] = {"deskpulse_hook_dead", GAUGE, NULL,
        "1 if the hook has failed five times in a row, until it takes something."},
    [PROCESS_MEMORY] = {"process_resident_memory_bytes", GAUGE, "bytes", "Resident memory."},
    [PROCESS_CPU] = {"process_cpu_seconds", COUNTER, "seconds", "User and system time, all threads."},
    [PROCESS_START] = {"process_start_time_seconds", GAUGE, "seconds",
        "When the process began, in Unix time."},
};
/* clang-format on */

/* Samples ----------------------------------------------------------------------------------------
 */

/* A family with one sample. */
static void put(struct dp_text *out, enum family family, double value)
{
    dp_metrics_begin(out, &families[family]);
    dp_metrics_add(out, &families[family], NULL, 0, value);
}

static void put_durations(struct dp_text *out, enum family family,
                          const struct dp_durations *durations)
{
    dp_metrics_begin(out, &families[family]);
    dp_metrics_add_durations(out, &families[family], durations);
}

static void begin(struct dp_text *out, enum family family)
{
    dp_metrics_begin(out, &families[family]);
}

static void add(struct dp_text *out, enum family family, const char *label, const char *of,
                double value)
{
    struct dp_metrics_label labels[] = {{label, of}};
    dp_metrics_add(out, &families[family], labels, 1, value);
}

static void add_lag(void *ctx, const char *topic, int32_t partition, int64_t messages)
{
    char number[16];
    snprintf(number, sizeof number, "%d", partition);
    struct dp_metrics_label labels[] = {{"topic", topic}, {"partition", number}};
    dp_metrics_add(ctx, &families[LAG], labels, 2, (double)messages);
}

/* Parts ------------------------------------------------------------------------------------------
 */

static void put_duty(const struct dp_run *run, struct dp_text *out)
{
    const char *text;
    begin(out, BUILD);
    add(out, BUILD, "version", DP_VERSION, 1);
    begin(out, DUTY);
    for (int duty = DP_STANDING_BY; duty <= DP_ACTIVE; duty++)
        if (duty != DP_LOADED) /* it goes by the name of the one before */
            add(out, DUTY, "duty", dp_duty_names[duty],
                strcmp(dp_duty_names[run->duty], dp_duty_names[duty]) == 0);
    put(out, READY, dp_health_ready(run, &text));
    begin(out, PAUSED);
    add(out, PAUSED, "reason", "redis_behind", run->behind);
    add(out, PAUSED, "reason", "dead_letters", run->no_room);
    add(out, PAUSED, "reason", "full", run->full);
}

/* Of the group, whoever did it: told by the one process that is on duty, so that a sum over all
 * counts nothing twice. */
static void put_stream(const struct dp_run *run, struct dp_text *out)
{
    const struct dp_pipeline *pipeline = &run->pipeline;
    const struct dp_aggregator_counters *counters = dp_aggregator_counters(pipeline->aggregator);
    int64_t t_ms = dp_aggregator_t(pipeline->aggregator);
    int64_t watermark_ms = dp_aggregator_watermark(pipeline->aggregator);
    put(out, CONSUMED, (double)pipeline->consumed);
    put(out, ACCEPTED, (double)counters->accepted);
    put(out, DUPLICATE, (double)counters->duplicate);
    begin(out, DEAD_LETTERS);
    for (int reason = DP_REJECT_NONE + 1; reason < DP_REJECTS; reason++)
        add(out, DEAD_LETTERS, "reason", dp_reject_names[reason], (double)pipeline->dead[reason]);
    put(out, SKIPPED, (double)pipeline->skipped);
    put(out, AHEAD, (double)counters->ahead);
    put(out, FORGOTTEN, (double)counters->contacts_forgotten);
    begin(out, LAG);
    dp_kafka_source_lag(run->source, add_lag, out);
    if (t_ms != INT64_MIN && watermark_ms != INT64_MIN)
        put(out, WATERMARK_DELAY, (double)(t_ms - watermark_ms) / 1000);
}

static void put_redis(const struct dp_run *run, struct dp_text *out)
{
    const struct dp_redis_sink_stats *stats = dp_flusher_stats(run->flusher);
    put_durations(out, EVENT_FRESHNESS, &run->pipeline.freshness->events.shown);
    put_durations(out, MESSAGE_FRESHNESS, &run->pipeline.freshness->messages.shown);
    put_durations(out, FLUSH_DURATION, &run->flushes);
    put(out, FLUSH_FAILURES, (double)stats->failed);
    put_durations(out, COMMIT_DURATION, &run->commits);
    put(out, REDIS_UP, dp_saver_is_up(run->saver) && dp_flusher_is_up(run->flusher));
    put(out, REDIS_BEHIND, (double)dp_flusher_behind_ms(run->flusher) / 1000);
    put(out, KEYS_WRITTEN, (double)stats->keys);
    put(out, BYTES_WRITTEN, (double)stats->bytes);
}

static void put_state(const struct dp_run *run, struct dp_text *out)
{
    put(out, STATE, (double)dp_saver_bytes(run->saver));
    put(out, STATE_UNSAVED, (double)dp_saver_pending(run->saver));
}

static void put_memory(const struct dp_run *run, struct dp_text *out)
{
    struct dp_footprint footprint;
    dp_aggregator_footprint(run->pipeline.aggregator, &footprint);
    begin(out, MEMORY);
    add(out, MEMORY, "part", "contacts", (double)footprint.contacts);
    add(out, MEMORY, "part", "windows", (double)footprint.windows);
    add(out, MEMORY, "part", "periods", (double)footprint.periods);
    add(out, MEMORY, "part", "duplicates", (double)footprint.duplicates);
    add(out, MEMORY, "part", "repeat", (double)footprint.repeat);
    add(out, MEMORY, "part", "ahead", (double)footprint.ahead);
    add(out, MEMORY, "part", "alerts", (double)footprint.alerts);
    add(out, MEMORY, "part", "journal", (double)dp_saver_memory(run->saver));
}

/* Each family's samples stand together, so the hooks are gone through once for each. */
struct hook_family {
    struct dp_text *out;
    enum family family;
};

static void add_hook(void *ctx, const char *hook, const struct dp_deliverer_stats *stats)
{
    const struct hook_family *of = ctx;
    double value = 0;
    switch ((int)of->family) {
    case HOOK_DELIVERED:
        value = (double)stats->delivered;
        break;
    case HOOK_RETRIED:
        value = (double)stats->retried;
        break;
    case HOOK_REFUSED:
        value = (double)stats->refused;
        break;
    case HOOK_EXPIRED:
        value = (double)stats->expired;
        break;
    case HOOK_REDIRECTED:
        value = (double)stats->redirected;
        break;
    case HOOK_WAITING:
        value = (double)stats->waiting;
        break;
    case HOOK_DEAD:
        value = (double)stats->dead;
        break;
    }
    add(of->out, of->family, "hook", hook, value);
}

static void put_alerts(const struct dp_run *run, struct dp_text *out)
{
    const struct dp_alerts_counts *counts =
        dp_alerts_counts(dp_aggregator_alerts(run->pipeline.aggregator));
    begin(out, ALERTS);
    add(out, ALERTS, "state", "pending", (double)counts->pending);
    add(out, ALERTS, "state", "firing", (double)counts->firing);
    put(out, ALERTS_WATCHED, (double)counts->watched);
    put(out, ALERTS_REFUSED, (double)counts->refused);
    for (enum family family = HOOK_DELIVERED; family <= HOOK_DEAD; family++) {
        struct hook_family of = {out, family};
        begin(out, family);
        dp_notifier_each_hook(run->notifier, add_hook, &of);
    }
}

/* Under the names that all programs have for it. */
static void put_process(const struct dp_run *run, struct dp_text *out)
{
    struct rusage usage;
    unsigned long all = 0, resident = 0;
    FILE *statm = fopen("/proc/self/statm", "re");
    if (statm) {
        if (fscanf(statm, "%lu %lu", &all, &resident) == 2)
            put(out, PROCESS_MEMORY, (double)resident * (double)sysconf(_SC_PAGESIZE));
        fclose(statm);
    }
    getrusage(RUSAGE_SELF, &usage);
    put(out, PROCESS_CPU,
        (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
            (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6);
    put(out, PROCESS_START, (double)run->started_ms / 1000);
}

void dp_run_metrics(const struct dp_run *run, struct dp_text *out)
{
    put_duty(run, out);
    if (dp_duty_owns(run))
        put_stream(run, out);
    put_redis(run, out);
    if (dp_duty_owns(run)) {
        put_state(run, out);
        put_alerts(run, out);
    }
    put_memory(run, out);
    put_process(run, out);
    dp_metrics_end(out);
}
