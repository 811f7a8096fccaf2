#include "app/pipeline.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/memory.h"

/* Ends the line of counters where customers go by pseudonyms: the name of their key follows. */
#define CUSTOMERS " customers="

void dp_pipeline_init(struct dp_pipeline *pipeline, const struct dp_adapter *adapter,
                      const struct dp_aggregator_options *options,
                      const struct dp_customer_key *customer_key,
                      struct dp_dead_letters *dead_letters)
{
    *pipeline = (struct dp_pipeline){
        .aggregator = dp_aggregator_create(options),
        .dead_letters = dead_letters,
        .options = *options,
        .adapter = adapter,
        .adapter_self = adapter->create(),
        .pseudonyms = customer_key ? dp_pseudonyms_create(customer_key) : NULL,
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
    dp_decoded_deinit(&pipeline->decoded);
    dp_pseudonyms_destroy(pipeline->pseudonyms);
    free(pipeline->outlooks);
}

static void on_told(void *ctx, const struct dp_told *told)
{
    struct dp_pipeline *pipeline = ctx;
    pipeline->facts++;
    pipeline->ledger(pipeline->ledger_ctx, told);
}

void dp_pipeline_set_ledger(struct dp_pipeline *pipeline, dp_ledger_fn *tell, void *ctx)
{
    pipeline->ledger = tell;
    pipeline->ledger_ctx = ctx;
    dp_aggregator_set_ledger(pipeline->aggregator, tell ? on_told : NULL, pipeline);
}

void dp_pipeline_set_notices(struct dp_pipeline *pipeline, dp_notice_fn *give, void *ctx)
{
    pipeline->notices = give;
    pipeline->notices_ctx = ctx;
    dp_aggregator_set_notices(pipeline->aggregator, give, ctx);
}

void dp_pipeline_reset(struct dp_pipeline *pipeline)
{
    dp_aggregator_destroy(pipeline->aggregator);
    pipeline->aggregator = dp_aggregator_create(&pipeline->options);
    dp_pipeline_set_ledger(pipeline, pipeline->ledger, pipeline->ledger_ctx);
    dp_pipeline_set_notices(pipeline, pipeline->notices, pipeline->notices_ctx);
    pipeline->consumed = pipeline->skipped = pipeline->facts = 0;
    pipeline->read_ms = 0;
    memset(pipeline->dead, 0, sizeof pipeline->dead);
    pipeline->refused = DP_REJECT_NONE;
    pipeline->meta_due = false;
}

/* Applies the events of a message; true when one of them is late. */
static bool apply(struct dp_pipeline *pipeline, const struct dp_message *message, size_t from,
                  size_t end)
{
    bool late = false;
    for (size_t i = from; i < end; i++) {
        const struct dp_event *event = &pipeline->decoded.events[i];
        enum dp_verdict verdict =
            dp_aggregator_apply(pipeline->aggregator, message->slot, event, &pipeline->outlooks[i]);
        late |= verdict == DP_LATE;
        if (pipeline->freshness && verdict == DP_ACCEPTED)
            dp_freshness_add(pipeline->freshness, event->time_ms, message->time_ms);
    }
    return late;
}

/* False: the dead letters have no room. */
static bool dead_letter(struct dp_pipeline *pipeline, const struct dp_message *message,
                        enum dp_reject reason)
{
    struct dp_dead_letters *dead_letters = pipeline->dead_letters;
    bool taken = !dead_letters || dead_letters->put(dead_letters, message, reason);
    pipeline->refused = taken ? DP_REJECT_NONE : reason;
    pipeline->dead[reason] += taken;
    return taken;
}

static void decode(struct dp_pipeline *pipeline, const struct dp_message *messages, size_t count)
{
    struct dp_decoded *decoded = &pipeline->decoded;
    pipeline->adapter->decode(pipeline->adapter_self, messages, count, decoded);
    if (pipeline->pseudonyms)
        dp_pseudonyms_replace(pipeline->pseudonyms, decoded);
    if (decoded->event_count > pipeline->outlook_capacity) {
        pipeline->outlook_capacity = decoded->event_capacity;
        pipeline->outlooks =
            dp_xrealloc(pipeline->outlooks, decoded->event_capacity * sizeof *pipeline->outlooks);
    }
    dp_aggregator_look(pipeline->aggregator, decoded->events, decoded->event_count,
                       pipeline->outlooks);
}

size_t dp_pipeline_take(struct dp_pipeline *pipeline, const struct dp_message *messages,
                        size_t count)
{
    const struct dp_decoded *decoded = &pipeline->decoded;
    decode(pipeline, messages, count);
    for (size_t i = 0; i < count; i++) {
        enum dp_reject reason = pipeline->refused;
        if (reason == DP_REJECT_NONE)
            reason = decoded->messages[i].reject;
        if (reason == DP_REJECT_NONE &&
            apply(pipeline, &messages[i], i ? decoded->messages[i - 1].end : 0,
                  decoded->messages[i].end))
            reason = DP_REJECT_LATE;
        if (reason != DP_REJECT_NONE && !dead_letter(pipeline, &messages[i], reason))
            return i;
        pipeline->consumed++;
    }
    pipeline->read_ms = messages[count - 1].time_ms;
    return count;
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
    if (pipeline->ledger)
        dp_entry_add(entry, "facts", DP_FIELD_INTEGER, (int64_t)pipeline->facts);
    if (pipeline->skipped)
        dp_entry_add(entry, "skipped", DP_FIELD_INTEGER, (int64_t)pipeline->skipped);
}

bool dp_pipeline_begin_entries(struct dp_pipeline *pipeline)
{
    if (!dp_aggregator_begin_entries(pipeline->aggregator))
        return false;
    pipeline->meta_due = dp_aggregator_t(pipeline->aggregator) != INT64_MIN;
    if (pipeline->meta_due)
        meta_entry(pipeline, &pipeline->meta);
    return true;
}

bool dp_pipeline_next_entry(void *ctx, struct dp_entry *entry)
{
    struct dp_pipeline *pipeline = ctx;
    if (dp_aggregator_next_entry(pipeline->aggregator, entry))
        return true;
    if (!pipeline->meta_due || !dp_aggregator_round_over(pipeline->aggregator))
        return false;
    pipeline->meta_due = false;
    *entry = pipeline->meta;
    return true;
}

char *dp_pipeline_format(const struct dp_pipeline *pipeline)
{
    size_t size = 64 * (DP_REJECTS + 4);
    char *text = dp_xmalloc(size);
    int used = snprintf(text, size, "consumed=%" PRIu64 " skipped=%" PRIu64, pipeline->consumed,
                        pipeline->skipped);
    if (pipeline->facts)
        used += snprintf(text + used, size - (size_t)used, " facts=%" PRIu64, pipeline->facts);
    for (int reason = DP_REJECT_NONE + 1; reason < DP_REJECTS; reason++)
        used += snprintf(text + used, size - (size_t)used, " %s=%" PRIu64, dp_reject_names[reason],
                         pipeline->dead[reason]);
    if (pipeline->pseudonyms)
        snprintf(text + used, size - (size_t)used, CUSTOMERS "%s",
                 dp_pseudonyms_key_name(pipeline->pseudonyms));
    return text;
}

/* The name of the key under which a saved state holds customers; NULL: by their ids. */
static const char *saved_key_name(const char *text)
{
    const char *found = strstr(text, CUSTOMERS);
    return found ? found + strlen(CUSTOMERS) : NULL;
}

enum dp_saved_customers dp_pipeline_saved_customers(const struct dp_pipeline *pipeline,
                                                    const char *text)
{
    const char *saved = saved_key_name(text);
    if (!saved)
        return pipeline->pseudonyms ? DP_CUSTOMERS_CLEAR : DP_CUSTOMERS_ALIKE;
    return pipeline->pseudonyms && strcmp(saved, dp_pseudonyms_key_name(pipeline->pseudonyms)) == 0
               ? DP_CUSTOMERS_ALIKE
               : DP_CUSTOMERS_REKEYED;
}

/* The counter of that name, or NULL. */
static uint64_t *counter_named(struct dp_pipeline *pipeline, const char *name, size_t len)
{
    struct dp_str wanted = {name, len};
    if (dp_str_equal(wanted, DP_STR("consumed")))
        return &pipeline->consumed;
    if (dp_str_equal(wanted, DP_STR("skipped")))
        return &pipeline->skipped;
    if (dp_str_equal(wanted, DP_STR("facts")))
        return &pipeline->facts;
    for (int reason = DP_REJECT_NONE + 1; reason < DP_REJECTS; reason++)
        if (dp_str_equal(wanted, dp_str_from(dp_reject_names[reason])))
            return &pipeline->dead[reason];
    return NULL;
}

bool dp_pipeline_parse(struct dp_pipeline *pipeline, const char *text)
{
    for (;;) {
        size_t len = strcspn(text, "= ");
        uint64_t *counter = counter_named(pipeline, text, len);
        char *end;
        if (!counter || text[len] != '=' || text[len + 1] < '0' || text[len + 1] > '9')
            return false;
        *counter = strtoull(text + len + 1, &end, 10);
        if (strncmp(end, CUSTOMERS, strlen(CUSTOMERS)) == 0)
            return true; /* no counter */
        if (*end != ' ')
            return *end == '\0';
        text = end + 1;
    }
}

const char *dp_pipeline_summary(const struct dp_pipeline *pipeline, char *buf, size_t size)
{
    const struct dp_aggregator_counters *counters = dp_aggregator_counters(pipeline->aggregator);
    int used = snprintf(
        buf, size,
        "consumed=%" PRIu64 " accepted=%" PRIu64 " duplicate=%" PRIu64 " dead_lettered=%" PRIu64,
        pipeline->consumed, counters->accepted, counters->duplicate, dp_pipeline_dead(pipeline));
    if (pipeline->ledger && (size_t)used < size)
        used += snprintf(buf + used, size - (size_t)used, " facts=%" PRIu64, pipeline->facts);
    for (int reason = DP_REJECT_NONE + 1; reason < DP_REJECTS && (size_t)used < size; reason++)
        used += snprintf(buf + used, size - (size_t)used, " %s=%" PRIu64, dp_reject_names[reason],
                         pipeline->dead[reason]);
    return buf;
}
