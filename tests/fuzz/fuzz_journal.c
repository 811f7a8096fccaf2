/* Any bytes as two frames of a journal: they are refused, or bring the aggregator to a state from
 * which it goes on. */
#include <stdlib.h>
#include <string.h>

#include "aggregator/restore.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* That restored alerts find their rules: of scopes, of gauges that are there, of contacts. */
static const struct dp_rule rules[] = {
    {.name = "q",
     .scope = DP_RULE_QUEUE,
     .terms = {{.source = DP_TERM_NOW, .name = "waiting", .comparison = DP_GE}},
     .term_count = 1,
     .when = {{0}, 1},
     .repeat_ms = 1},
    {.name = "w",
     .scope = DP_RULE_ALL,
     .has_window = true,
     .window = "1m",
     .terms = {{.source = DP_TERM_WINDOW, .name = "offered", .comparison = DP_GE}},
     .term_count = 1,
     .when = {{0}, 1},
     .on_no_data = DP_NO_DATA_KEEP},
    {.name = "c",
     .scope = DP_RULE_CONTACT,
     .terms = {{.source = DP_TERM_AGE,
                .age = DP_AGE_UNRESOLVED,
                .name = "unresolved",
                .comparison = DP_GE}},
     .term_count = 1,
     .when = {{0}, 1},
     .escalate_ms = 1},
};

static void look_at(void *ctx, const struct dp_notice *notice)
{
    *(size_t *)ctx += notice->rule.len + notice->id.len + notice->queue.len + notice->team.len +
                      strlen(notice->value);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct dp_aggregator_options options = {
        .windows = {2, {60000, 300000}},
        .window_labels = {"1m", "5m"},
        .allowed_lateness_ms = 60000,
        .dedup_horizon_ms = 3600000,
        .short_abandon_ms = 5000,
        .fcr_window_ms = 86400000,
        .contact_ttl_ms = 3600000,
        .scope_ttl_ms = 3600000,
        .max_contacts = 1000,
        .max_waiting = 1000,
        .wall_clock = true,
        .as_of_limit_ms = INT64_MAX,
        .period_kinds = (1u << DP_PERIOD_KINDS) - 1,
        .timezone = "UTC",
        .period_keep_ms = INT64_C(34560000000),
        .period_interval_ms = 10000,
        .rules = rules,
        .rule_count = sizeof rules / sizeof *rules,
        .targets = {.target_ms = {0, 20000, 60000, 86400000}},
    };
    const struct dp_aggregator_saved saved = {.t_ms = INT64_C(1800000000000),
                                              .highest_ms = INT64_C(1800000000000),
                                              .horizon_ms = INT64_C(1800000000000),
                                              .settled_ms = INT64_C(1799999940000)};
    char error[128];
    if (size == 0)
        return 0;
    const char *bytes = (const char *)data + 1;
    size_t first = data[0] < size - 1 ? data[0] : size - 1;
    struct dp_aggregator *agg = dp_aggregator_create(&options);
    dp_aggregator_add_partition(agg);
    dp_aggregator_restore_begin(agg, &saved);
    if (dp_aggregator_restore(agg, 0, bytes, first, error, sizeof error) &&
        dp_aggregator_restore(agg, 1, bytes + first, size - 1 - first, error, sizeof error)) {
        struct dp_journal journal;
        struct dp_entry entry;
        size_t lengths = 0;
        dp_aggregator_restored(agg, &saved);
        dp_journal_init(&journal);
        journal.frame = 2;
        dp_aggregator_set_journal(agg, &journal);
        dp_aggregator_set_notices(agg, look_at, &lengths);
        dp_aggregator_advance(agg, saved.t_ms + 1000);
        dp_aggregator_carry(agg, 2);
        dp_aggregator_begin_entries(agg);
        while (dp_aggregator_next_entry(agg, &entry))
            continue;
        dp_aggregator_set_journal(agg, NULL);
        dp_journal_deinit(&journal);
    }
    dp_aggregator_destroy(agg);
    return 0;
}
