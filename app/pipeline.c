#include "app/pipeline.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

void dp_pipeline_init(struct dp_pipeline *pipeline, const struct dp_adapter *adapter,
                      const struct dp_aggregator_options *options,
                      struct dp_dead_letters *dead_letters)
{
    *pipeline = (struct dp_pipeline){
        .aggregator = dp_aggregator_create(options),
        .dead_letters = dead_letters,
        .adapter = adapter,
        .adapter_self = adapter->create(),
    };
    for (size_t i = 0; i < options->windows.count; i++) {
        size_t used = strlen(pipeline->windows);
        snprintf(pipeline->windows + used, sizeof pipeline->windows - used, "%s%s", i ? " " : "",
                 options->window_labels[i]);
    }
}

void dp_pipeline_deinit(struct dp_pipeline *pipeline)
{
    pipeline->adapter->destroy(pipeline->adapter_self);
    dp_aggregator_destroy(pipeline->aggregator);
}

static void apply(void *ctx, const struct dp_event *event)
{
    struct dp_pipeline *pipeline = ctx;
    pipeline->verdict = dp_aggregator_apply(pipeline->aggregator, pipeline->slot, event);
}

bool dp_pipeline_take(struct dp_pipeline *pipeline, const struct dp_message *message)
{
    enum dp_reject reason = pipeline->refused;
    if (reason == DP_REJECT_NONE) {
        pipeline->slot = message->slot;
        pipeline->verdict = DP_ACCEPTED;
        reason = pipeline->adapter->decode(pipeline->adapter_self, message, apply, pipeline);
        if (reason == DP_REJECT_NONE && pipeline->verdict == DP_LATE)
            reason = DP_REJECT_LATE;
    }
    if (reason != DP_REJECT_NONE) {
        struct dp_dead_letters *dead_letters = pipeline->dead_letters;
        if (dead_letters && !dead_letters->put(dead_letters, message, reason)) {
            pipeline->refused = reason;
            return false;
        }
        pipeline->refused = DP_REJECT_NONE;
        pipeline->dead[reason]++;
    }
    pipeline->consumed++;
    return true;
}

uint64_t dp_pipeline_dead(const struct dp_pipeline *pipeline)
{
    uint64_t dead = 0;
    for (int reason = 0; reason < DP_REJECTS; reason++)
        dead += pipeline->dead[reason];
    return dead;
}

static void meta_entry(const struct dp_pipeline *pipeline, struct dp_entry *entry)
{
    const struct dp_aggregator *agg = pipeline->aggregator;
    const struct dp_aggregator_counters *counters = dp_aggregator_counters(agg);
    int64_t watermark = dp_aggregator_watermark(agg);
    *entry = (struct dp_entry){.kind = DP_ENTRY_META};
    dp_entry_add(entry, "v", DP_FIELD_INTEGER, 1);
    dp_entry_add_text(entry, "windows", dp_str_from(pipeline->windows));
    if (watermark != INT64_MIN)
        dp_entry_add(entry, "watermark_ms", DP_FIELD_INTEGER, watermark);
    dp_entry_add(entry, "updated_ms", DP_FIELD_INTEGER, dp_aggregator_t(agg));
    dp_entry_add(entry, "consumed", DP_FIELD_INTEGER, (int64_t)pipeline->consumed);
    dp_entry_add(entry, "accepted", DP_FIELD_INTEGER, (int64_t)counters->accepted);
    dp_entry_add(entry, "duplicate", DP_FIELD_INTEGER, (int64_t)counters->duplicate);
    dp_entry_add(entry, "dead_lettered", DP_FIELD_INTEGER, (int64_t)dp_pipeline_dead(pipeline));
    dp_entry_add(entry, "clock_skew", DP_FIELD_INTEGER, (int64_t)counters->clock_skew);
}

bool dp_pipeline_next_entry(void *ctx, struct dp_entry *entry)
{
    struct dp_pipeline *pipeline = ctx;
    if (!pipeline->meta_given) {
        if (dp_aggregator_next_entry(pipeline->aggregator, entry))
            return true;
        if (dp_aggregator_t(pipeline->aggregator) == INT64_MIN)
            return false;
        meta_entry(pipeline, entry);
    }
    pipeline->meta_given = !pipeline->meta_given;
    return pipeline->meta_given;
}

const char *dp_pipeline_summary(const struct dp_pipeline *pipeline, char *buf, size_t size)
{
    const struct dp_aggregator_counters *counters = dp_aggregator_counters(pipeline->aggregator);
    int used = snprintf(
        buf, size,
        "consumed=%" PRIu64 " accepted=%" PRIu64 " duplicate=%" PRIu64 " dead_lettered=%" PRIu64,
        pipeline->consumed, counters->accepted, counters->duplicate, dp_pipeline_dead(pipeline));
    for (int reason = DP_REJECT_NONE + 1; reason < DP_REJECTS && (size_t)used < size; reason++)
        used += snprintf(buf + used, size - (size_t)used, " %s=%" PRIu64, dp_reject_names[reason],
                         pipeline->dead[reason]);
    return buf;
}
