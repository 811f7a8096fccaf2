#include "aggregator/periods.h"

#include <stdlib.h>
#include <string.h>

#include "common/memory.h"

void dp_periods_clear(struct dp_periods *periods)
{
    for (uint32_t i = 0; i < periods->count; i++)
        dp_period_deinit(&periods->items[i]);
    periods->count = 0;
}

void dp_periods_deinit(struct dp_periods *periods)
{
    dp_periods_clear(periods);
    free(periods->items);
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

/* The period of that kind around a moment, made when it is not there; NULL: it is closed, or there
 * are none of the kind. Valid until the next is made. */
static struct dp_period *get(struct dp_periods *periods, struct dp_period_rules *rules,
                             enum dp_period_kind kind, int64_t time_ms)
{
    struct dp_period *found = find(periods, kind, time_ms);
    if (found || !(rules->kinds >> kind & 1 || kind == DP_PERIOD_DAY))
        return found;
    struct dp_span span = dp_calendar_span(&rules->calendar, kind, time_ms);
    if (span.to_ms <= rules->closed_ms)
        return NULL;
    periods->recent[kind] = periods->count;
    found = dp_periods_add(periods);
    dp_period_init(found, kind, span);
    return found;
}

void dp_periods_mark_changed(struct dp_periods *periods, int64_t from_ms)
{
    for (uint32_t i = 0; i < periods->count; i++) {
        struct dp_period *item = &periods->items[i];
        if (item->span.to_ms <= from_ms)
            continue;
        item->changed = periods->changed = true;
        item->scored = false;
    }
}

/* ---------------------------------------------------------------- facts */

/* The facts of these bits go to a period. */
static void put_facts(const struct dp_bundle *bundle, uint64_t facts, struct dp_period *period)
{
    struct dp_totals sum = {0};
    dp_period_prefetch(period);
    for (uint64_t bits = facts; bits; bits &= bits - 1) {
        unsigned at = (unsigned)__builtin_ctzll(bits);
        const struct dp_fact *fact = &bundle->facts[at];
        if (fact->kind == DP_FACT_MEASURED)
            continue;
        if (dp_bundle_sign(bundle, at) > 0)
            dp_totals_put(&sum, fact);
        else
            dp_totals_take(&sum, fact);
    }
    dp_period_merge(period, &sum);
    dp_period_prefetch_values(period);
    for (uint64_t bits = facts; bits; bits &= bits - 1) {
        unsigned at = (unsigned)__builtin_ctzll(bits);
        dp_period_value(period, dp_bundle_sign(bundle, at), &bundle->facts[at]);
    }
}

void dp_periods_touch(struct dp_periods *periods, struct dp_period_rules *rules, int64_t time_ms)
{
    for (enum dp_period_kind kind = 0; kind < DP_PERIOD_KINDS; kind++) {
        struct dp_period *period = get(periods, rules, kind, time_ms);
        if (period) {
            period->changed = true;
            period->scored = false;
        }
    }
    periods->changed = true;
}

/* The facts of these bits are of the day around a moment. */
static void put_day(struct dp_periods *periods, struct dp_period_rules *rules,
                    const struct dp_bundle *bundle, uint64_t facts, int64_t time_ms)
{
    dp_periods_touch(periods, rules, time_ms);
    struct dp_period *day = find(periods, DP_PERIOD_DAY, time_ms);
    if (day) {
        put_facts(bundle, facts, day);
        return;
    }
    for (enum dp_period_kind kind = DP_PERIOD_DAY + 1; kind < DP_PERIOD_KINDS; kind++) {
        struct dp_period *period = find(periods, kind, time_ms);
        if (period)
            put_facts(bundle, facts, period);
    }
}

void dp_periods_put(struct dp_periods *periods, struct dp_period_rules *rules,
                    const struct dp_bundle *bundle)
{
    for (uint64_t left = rules->kinds ? bundle->to_periods : 0; left;) {
        int64_t time_ms = bundle->facts[__builtin_ctzll(left)].time_ms;
        struct dp_span day = dp_calendar_span(&rules->calendar, DP_PERIOD_DAY, time_ms);
        uint64_t of_day = 0;
        for (uint64_t bits = left; bits; bits &= bits - 1)
            if (holds(&day, bundle->facts[__builtin_ctzll(bits)].time_ms))
                of_day |= bits & -bits;
        put_day(periods, rules, bundle, of_day, time_ms);
        left &= ~of_day;
    }
}

/* ---------------------------------------------------------------- states */

static void add_time(struct dp_period *period, enum dp_agent_state state, int64_t ms)
{
    if (period)
        dp_period_agent(period)->state_ms[state] += ms;
}

void dp_periods_add_state(struct dp_periods *periods, struct dp_period_rules *rules, int sign,
                          enum dp_agent_state state, int64_t from_ms, int64_t to_ms)
{
    while (rules->kinds && from_ms < to_ms) {
        int64_t until = dp_calendar_span(&rules->calendar, DP_PERIOD_DAY, from_ms).to_ms;
        if (until > to_ms)
            until = to_ms;
        dp_periods_touch(periods, rules, from_ms);
        struct dp_period *day = find(periods, DP_PERIOD_DAY, from_ms);
        add_time(day, state, sign * (until - from_ms));
        for (enum dp_period_kind kind = DP_PERIOD_DAY + 1; !day && kind < DP_PERIOD_KINDS; kind++)
            add_time(find(periods, kind, from_ms), state, sign * (until - from_ms));
        from_ms = until;
    }
}

/* ---------------------------------------------------------------- reading and closing */

static bool has_worked(const struct dp_period *day)
{
    return day->totals.counts[DP_FACT_HANDLE] > 0;
}

static bool has_any(const struct dp_period *part)
{
    const struct dp_period_agent *agent = part->agent;
    if (part->totals.counts[DP_COUNT_FACTS])
        return true;
    for (size_t i = 0; agent && i < DP_MEASURES; i++)
        if (agent->measured[i])
            return true;
    for (size_t i = 0; agent && i < DP_AGENT_STATES; i++)
        if (agent->state_ms[i])
            return true;
    return false;
}

bool dp_periods_hold(const struct dp_periods *periods, const struct dp_period *item)
{
    bool any = has_any(item);
    for (uint32_t i = 0; !any && item->kind != DP_PERIOD_DAY && i < periods->count; i++) {
        const struct dp_period *day = &periods->items[i];
        any = day->kind == DP_PERIOD_DAY && holds(&item->span, day->span.from_ms) && has_any(day);
    }
    return any;
}

void dp_periods_view(const struct dp_periods *periods, struct dp_period_rules *rules,
                     const struct dp_period *item)
{
    struct dp_period_view *view = &rules->view;
    dp_period_view_clear(view);
    dp_period_view_add(view, item);
    if (item->kind == DP_PERIOD_DAY) {
        view->agent.days_worked = has_worked(item);
        return;
    }
    for (uint32_t i = 0; i < periods->count; i++) {
        const struct dp_period *day = &periods->items[i];
        if (day->kind != DP_PERIOD_DAY || !holds(&item->span, day->span.from_ms))
            continue;
        dp_period_view_add(view, day);
        view->agent.days_worked += has_worked(day);
    }
}

int64_t dp_periods_untold_ms(const struct dp_periods *periods, int64_t closed_ms)
{
    int64_t untold_ms = INT64_MAX;
    for (uint32_t i = 0; i < periods->count; i++) {
        const struct dp_period *item = &periods->items[i];
        bool untold = item->span.to_ms <= closed_ms && (!item->told || item->changed);
        if (untold && item->span.to_ms < untold_ms)
            untold_ms = item->span.to_ms;
    }
    return untold_ms;
}

/* Into the longer periods around it. */
static void fold_day(struct dp_periods *periods, struct dp_period *day)
{
    if (has_worked(day))
        dp_period_agent(day)->days_worked = 1;
    for (uint32_t i = 0; i < periods->count; i++) {
        struct dp_period *item = &periods->items[i];
        if (item->kind != DP_PERIOD_DAY && holds(&item->span, day->span.from_ms))
            dp_period_fold(item, day);
    }
}

void dp_periods_close(struct dp_periods *periods, int64_t closed_ms)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < periods->count; i++) {
        struct dp_period *item = &periods->items[i];
        if (item->kind == DP_PERIOD_DAY && item->span.to_ms <= closed_ms)
            fold_day(periods, item);
    }
    for (uint32_t i = 0; i < periods->count; i++) {
        struct dp_period *item = &periods->items[i];
        if (item->span.to_ms <= closed_ms)
            dp_period_deinit(item);
        else
            periods->items[kept++] = *item;
    }
    periods->count = kept;
}

size_t dp_periods_bytes(const struct dp_periods *periods)
{
    size_t bytes = periods->capacity * sizeof *periods->items;
    for (uint32_t i = 0; i < periods->count; i++)
        bytes += dp_period_bytes(&periods->items[i]);
    return bytes;
}
