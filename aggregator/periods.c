#include "aggregator/periods.h"

#include <stdlib.h>
#include <string.h>

#include "common/memory.h"

void dp_periods_clear(struct dp_periods *periods)
{
    for (uint32_t i = 0; i < periods->count; i++)
        dp_period_deinit(&periods->items[i]);
    periods->count = periods->gathered_count = periods->taken = 0;
}

void dp_periods_deinit(struct dp_periods *periods)
{
    dp_periods_clear(periods);
    free(periods->items);
    free(periods->gathered);
}

static bool holds(const struct dp_span *span, int64_t time_ms)
{
    return time_ms >= span->from_ms && time_ms < span->to_ms;
}

static struct dp_period *find(struct dp_periods *periods, enum dp_period_kind kind, int64_t time_ms)
{
    uint32_t recent = periods->recent[kind];
    for (uint32_t i = 0; i <= periods->count; i++) {
        uint32_t at = i ? i - 1 : recent; /* the recent one first */
        if (at >= periods->count)
            continue;
        struct dp_period *item = &periods->items[at];
        if (item->kind == kind && holds(&item->span, time_ms)) {
            periods->recent[kind] = at;
            return item;
        }
    }
    return NULL;
}

struct dp_period *dp_periods_add(struct dp_periods *periods)
{
    if (periods->count == periods->capacity) {
        periods->capacity = periods->capacity ? periods->capacity + 4 : DP_PERIOD_KINDS;
        periods->items = dp_xrealloc(periods->items, periods->capacity * sizeof *periods->items);
    }
    return &periods->items[periods->count++];
}

struct dp_period *dp_periods_at(struct dp_periods *periods, struct dp_period_rules *rules,
                                enum dp_period_kind kind, int64_t time_ms)
{
    struct dp_period *found = find(periods, kind, time_ms);
    if (found || !(rules->kinds >> kind & 1))
        return found;
    struct dp_span span = dp_calendar_span(&rules->calendar, kind, time_ms);
    if (span.to_ms <= rules->closed_ms)
        return NULL;
    periods->recent[kind] = periods->count;
    found = dp_periods_add(periods);
    dp_period_init(found, kind, span);
    return found;
}

void dp_periods_mark_changed(struct dp_periods *periods)
{
    for (uint32_t i = 0; i < periods->count; i++)
        periods->items[i].changed = true;
    periods->changed = periods->changed || periods->count;
}

/* ---------------------------------------------------------------- facts */

void dp_periods_put(struct dp_periods *periods, struct dp_period_rules *rules, int sign,
                    const struct dp_fact *fact)
{
    if (!rules->kinds)
        return;
    if (periods->gathered_count == DP_PERIODS_GATHERED)
        dp_periods_settle(periods, rules);
    if (periods->gathered_count == periods->gathered_capacity) {
        uint32_t capacity = periods->gathered_capacity ? periods->gathered_capacity * 2 : 4;
        periods->gathered = dp_xrealloc(periods->gathered, capacity * sizeof *periods->gathered);
        periods->gathered_capacity = capacity;
    }
    uint32_t at = periods->gathered_count++;
    periods->gathered[at] = *fact;
    periods->taken |= (uint32_t)(sign < 0) << at;
    periods->changed = true;
}

static int sign_of(const struct dp_periods *periods, uint32_t at)
{
    return periods->taken >> at & 1 ? -1 : 1;
}

/* How many days with work the gathered facts [from, to), of one day, add: 1, 0 or -1. */
static int days_worked(const struct dp_period *day, const struct dp_totals *more)
{
    uint32_t before = day->totals.counts[DP_FACT_HANDLE];
    return (before + more->counts[DP_FACT_HANDLE] > 0) - (before > 0);
}

/* The gathered facts [from, to) are of one day. */
static void put_day(struct dp_periods *periods, struct dp_period_rules *rules, uint32_t from,
                    uint32_t to)
{
    struct dp_totals sum = {0};
    const struct dp_fact *facts = periods->gathered;
    uint64_t valued = 0; /* those with more than a count */
    for (uint32_t i = from; i < to; i++) {
        bool measured = facts[i].kind == DP_FACT_MEASURED;
        valued |= (uint64_t)(measured || dp_metric_of(&facts[i]) < DP_METRICS) << i;
        if (measured)
            continue;
        if (sign_of(periods, i) > 0)
            dp_totals_put(&sum, &facts[i]);
        else
            dp_totals_take(&sum, &facts[i]);
    }
    int worked = 0;
    for (enum dp_period_kind kind = 0; kind < DP_PERIOD_KINDS; kind++) {
        struct dp_period *period = dp_periods_at(periods, rules, kind, facts[from].time_ms);
        if (!period)
            continue;
        if (kind == DP_PERIOD_DAY && periods->of_agent)
            worked = days_worked(period, &sum);
        if (worked)
            dp_period_agent(period)->days_worked += (uint32_t)worked;
        dp_period_merge(period, &sum);
        for (uint64_t left = valued; left; left &= left - 1) {
            uint32_t i = (uint32_t)__builtin_ctzll(left);
            dp_period_value(period, sign_of(periods, i), &facts[i]);
        }
    }
}

void dp_periods_settle(struct dp_periods *periods, struct dp_period_rules *rules)
{
    for (uint32_t from = 0, to; from < periods->gathered_count; from = to) {
        struct dp_span day =
            dp_calendar_span(&rules->calendar, DP_PERIOD_DAY, periods->gathered[from].time_ms);
        to = from + 1;
        while (to < periods->gathered_count && holds(&day, periods->gathered[to].time_ms))
            to++;
        put_day(periods, rules, from, to);
    }
    periods->gathered_count = periods->taken = 0;
}

/* ---------------------------------------------------------------- states */

void dp_periods_add_state(struct dp_periods *periods, struct dp_period_rules *rules,
                          enum dp_agent_state state, int64_t from_ms, int64_t to_ms)
{
    while (rules->kinds && from_ms < to_ms) {
        int64_t until = dp_calendar_span(&rules->calendar, DP_PERIOD_DAY, from_ms).to_ms;
        if (until > to_ms)
            until = to_ms;
        for (enum dp_period_kind kind = 0; kind < DP_PERIOD_KINDS; kind++) {
            struct dp_period *period = dp_periods_at(periods, rules, kind, from_ms);
            if (!period)
                continue;
            dp_period_agent(period)->state_ms[state] += until - from_ms;
            period->changed = true;
        }
        periods->changed = true;
        from_ms = until;
    }
}

/* ---------------------------------------------------------------- closing */

void dp_periods_close(struct dp_periods *periods, int64_t closed_ms, bool all)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < periods->count; i++) {
        struct dp_period *item = &periods->items[i];
        if (item->span.to_ms <= closed_ms && (all || (item->told && !item->changed)))
            dp_period_deinit(item);
        else
            periods->items[kept++] = *item;
    }
    periods->count = kept;
}
