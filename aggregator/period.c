#include "aggregator/period.h"

#include <stdlib.h>
#include <string.h>

#include "common/memory.h"

void dp_period_init(struct dp_period *period, enum dp_period_kind kind, struct dp_span span)
{
    *period = (struct dp_period){
        .kind = kind,
        .span = span,
        .changed = true,
        .score = DP_NO_SCORE,
        .told_score = DP_NO_SCORE,
    };
}

void dp_period_deinit(struct dp_period *period)
{
    for (size_t i = 0; i < DP_SPREADS; i++)
        if (period->spreads[i]) {
            dp_spread_deinit(period->spreads[i]);
            free(period->spreads[i]);
        }
    free(period->agent);
}

struct dp_period_agent *dp_period_agent(struct dp_period *period)
{
    if (!period->agent)
        period->agent = dp_xcalloc(1, sizeof *period->agent);
    return period->agent;
}

void dp_period_merge(struct dp_period *period, const struct dp_totals *totals)
{
    dp_totals_merge(&period->totals, totals);
}

void dp_period_prefetch(const struct dp_period *period)
{
    for (size_t i = 0; i < DP_SPREADS; i++)
        __builtin_prefetch(period->spreads[i]);
}

void dp_period_prefetch_values(const struct dp_period *period)
{
    for (size_t i = 0; i < DP_SPREADS; i++)
        if (period->spreads[i])
            dp_spread_prefetch(period->spreads[i]);
}

static void move(struct dp_spread **spread, int sign, int64_t value)
{
    if (!*spread)
        *spread = dp_xcalloc(1, sizeof **spread);
    if (sign > 0)
        dp_spread_put(*spread, value);
    else
        dp_spread_take(*spread, value);
}

void dp_period_value(struct dp_period *period, int sign, const struct dp_fact *fact)
{
    enum dp_metric metric = dp_metric_of(fact);
    if (metric < DP_METRICS)
        move(&period->spreads[metric], sign, fact->value);
    if (fact->kind == DP_FACT_HANDLE && fact->hold_ms)
        move(&period->spreads[DP_SPREAD_HOLD], sign, fact->hold_ms);
    if (fact->kind == DP_FACT_MEASURED) {
        struct dp_period_agent *agent = dp_period_agent(period);
        agent->measured[fact->flags] += (uint32_t)sign;
        agent->measured_sums[fact->flags] += (uint64_t)fact->value * (uint64_t)(int64_t)sign;
    }
}

int64_t dp_period_online_ms(const struct dp_period_agent *agent)
{
    int64_t online_ms = 0;
    for (size_t i = 0; i < DP_AGENT_STATES; i++)
        online_ms += i == DP_STATE_OFFLINE ? 0 : agent->state_ms[i];
    return online_ms;
}

void dp_period_agent_merge(struct dp_period_agent *into, const struct dp_period_agent *from)
{
    for (size_t i = 0; i < DP_AGENT_STATES; i++)
        into->state_ms[i] += from->state_ms[i];
    for (size_t i = 0; i < DP_MEASURES; i++) {
        into->measured[i] += from->measured[i];
        into->measured_sums[i] += from->measured_sums[i];
    }
    into->days_worked += from->days_worked;
}

void dp_period_fold(struct dp_period *period, const struct dp_period *day)
{
    dp_period_merge(period, &day->totals);
    for (size_t i = 0; i < DP_SPREADS; i++)
        if (day->spreads[i] && day->spreads[i]->count) {
            if (!period->spreads[i])
                period->spreads[i] = dp_xcalloc(1, sizeof *period->spreads[i]);
            dp_spread_merge(period->spreads[i], day->spreads[i]);
        }
    if (day->agent)
        dp_period_agent_merge(dp_period_agent(period), day->agent);
}

size_t dp_period_bytes(const struct dp_period *period)
{
    size_t bytes = period->agent ? sizeof *period->agent : 0;
    for (size_t i = 0; i < DP_SPREADS; i++) {
        const struct dp_spread *spread = period->spreads[i];
        if (spread)
            bytes += sizeof *spread + spread->top_capacity * sizeof *spread->tops +
                     spread->capacity *
                         (spread->values ? sizeof *spread->values : sizeof *spread->counts);
    }
    return bytes;
}
