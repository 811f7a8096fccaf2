/* What has changed in calendar periods, as entries for the sink: a scope's periods together. */
#include "aggregator/private.h"

/* The time in an agent's state goes on by itself: its periods are written again so often though
 * nothing arrives. */
#define DP_STATES_PERIOD_MS INT64_C(300000)

/* A key that is written late still lives for so long. */
#define DP_LEAST_TTL_MS INT64_C(60000)

/* Every 0 ms: with each change. */
static bool passed(const struct dp_aggregator *agg, const struct dp_scope *scope, int64_t every_ms)
{
    return !every_ms || dp_entries_passed(scope, every_ms, scope->periods_ms, agg->t_ms);
}

bool dp_period_entries_due(const struct dp_aggregator *agg, const struct dp_scope *scope)
{
    if (scope->periods_ms == INT64_MIN)
        return !dp_periods_empty(&scope->periods) || dp_accrue_runs(scope);
    return (scope->periods.changed && passed(agg, scope, agg->options.period_interval_ms)) ||
           (dp_accrue_runs(scope) && passed(agg, scope, DP_STATES_PERIOD_MS));
}

int64_t dp_period_entries_next(const struct dp_aggregator *agg, const struct dp_scope *scope)
{
    int64_t at = INT64_MAX;
    if (scope->periods.changed && agg->options.period_interval_ms)
        at = dp_entries_next(scope, agg->options.period_interval_ms, agg->t_ms);
    if (dp_accrue_runs(scope)) {
        int64_t due = dp_entries_next(scope, DP_STATES_PERIOD_MS, agg->t_ms);
        at = due < at ? due : at;
    }
    return at;
}

void dp_period_entries_open(struct dp_aggregator *agg, struct dp_scope *scope)
{
    struct dp_periods *periods = &scope->periods;
    dp_accrue_open(agg, scope);
    if (scope->periods_ms == INT64_MIN)
        for (uint32_t i = 0; i < periods->count; i++) {
            periods->items[i].changed = true;
            periods->items[i].told = false;
        }
    periods->changed = false;
    scope->periods_ms = agg->t_ms;
}

static void add_occupancy(const struct dp_totals *totals, const int64_t *state_ms,
                          struct dp_figures *figures)
{
    int64_t worked = state_ms[DP_STATE_BUSY] + state_ms[DP_STATE_WRAPUP];
    int64_t staffed = worked + state_ms[DP_STATE_AVAILABLE];
    dp_figures_set_share(figures, DP_FIGURE_OCCUPANCY, worked, staffed);
    dp_totals_staffed(totals, staffed, figures);
}

static void add_states(const int64_t *state_ms, struct dp_entry *entry)
{
    static const char *const names[DP_AGENT_STATES] = {
        [DP_STATE_AVAILABLE] = "available_ms", [DP_STATE_BUSY] = "busy_ms",
        [DP_STATE_WRAPUP] = "wrapup_ms",       [DP_STATE_BREAK] = "break_ms",
        [DP_STATE_TRAINING] = "training_ms",   [DP_STATE_MEETING] = "meeting_ms"};
    int64_t online = 0;
    for (size_t i = 0; i < DP_AGENT_STATES; i++)
        online += i == DP_STATE_OFFLINE ? 0 : state_ms[i];
    dp_entry_add(entry, "online_ms", DP_FIELD_INTEGER, online);
    for (size_t i = 0; i < DP_AGENT_STATES; i++)
        if (names[i])
            dp_entry_add(entry, names[i], DP_FIELD_INTEGER, state_ms[i]);
}

static void add_measured(const struct dp_period_agent *agent, struct dp_entry *entry)
{
    for (size_t i = 0; i < DP_MEASURES; i++)
        if (agent->measured[i]) {
            int64_t count = agent->measured[i] * (DP_SCORE_UNIT / 1000000);
            dp_entry_add(entry, dp_measure_names[i], DP_FIELD_MILLIONTHS,
                         ((int64_t)agent->measured_sums[i] + count / 2) / count);
        }
}

static void add_agent(const struct dp_aggregator *agg, const struct dp_scope *scope,
                      const struct dp_period *period, const int64_t *state_ms,
                      struct dp_entry *entry)
{
    dp_entry_add(entry, "volume", DP_FIELD_INTEGER, period->totals.counts[DP_FACT_HANDLE]);
    dp_entry_add(entry, "days_worked", DP_FIELD_INTEGER,
                 period->agent ? period->agent->days_worked : 0);
    add_states(state_ms, entry);
    if (scope->rank_team)
        dp_entry_add_text(entry, "team", dp_scope_at(agg, scope->rank_team)->id);
    if (period->agent)
        add_measured(period->agent, entry);
}

static void period_entry(struct dp_aggregator *agg, struct dp_scope *scope,
                         struct dp_period *period, struct dp_entry *entry)
{
    struct dp_figures figures;
    int64_t state_ms[DP_AGENT_STATES], ttl = period->span.to_ms - agg->t_ms;
    dp_entry_begin(scope, DP_ENTRY_PERIOD, entry);
    dp_calendar_label(period->kind, period->span.from_ms, agg->cursor.label);
    entry->label = agg->cursor.label;
    entry->ttl_ms = ttl + agg->options.period_keep_ms;
    if (entry->ttl_ms < DP_LEAST_TTL_MS)
        entry->ttl_ms = DP_LEAST_TTL_MS;
    dp_period_figures(period, &figures);
    if (scope->kind == DP_SCOPE_AGENT) {
        dp_accrue_state_times(agg, scope, period, state_ms);
        add_occupancy(&period->totals, state_ms, &figures);
    }
    dp_entry_add(entry, "v", DP_FIELD_INTEGER, DP_FORMAT_VERSION);
    dp_entry_add(entry, "as_of_ms", DP_FIELD_INTEGER, agg->t_ms);
    dp_entry_add(entry, "from_ms", DP_FIELD_INTEGER, period->span.from_ms);
    dp_entry_add(entry, "to_ms", DP_FIELD_INTEGER, period->span.to_ms);
    dp_entry_figures(agg, scope, &period->totals, &figures, entry);
    if (scope->kind == DP_SCOPE_AGENT)
        add_agent(agg, scope, period, state_ms, entry);
}

bool dp_period_entries_take(struct dp_aggregator *agg, struct dp_scope *scope,
                            struct dp_entry *entry)
{
    struct dp_cursor *cursor = &agg->cursor;
    while (cursor->period < scope->periods.count) {
        struct dp_period *period = &scope->periods.items[cursor->period];
        if (scope->kind == DP_SCOPE_ALL && !period->told) { /* then comes the period itself */
            period->told = true;
            dp_entry_begin(scope, DP_ENTRY_LABEL, entry);
            dp_calendar_label(period->kind, period->span.from_ms, cursor->label);
            entry->label = cursor->label;
            return true;
        }
        cursor->period++;
        if (!period->changed)
            continue;
        period->changed = false;
        period->told = true;
        period_entry(agg, scope, period, entry);
        return true;
    }
    return false;
}
