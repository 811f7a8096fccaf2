#include "aggregator/period.h"

#include <stdlib.h>
#include <string.h>

#include "common/memory.h"

void dp_period_init(struct dp_period *period, enum dp_period_kind kind, struct dp_span span)
{
    *period = (struct dp_period){.kind = kind, .span = span, .changed = true};
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
    period->changed = true;
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

static void set_spread(const struct dp_spread *spread, enum dp_figure max,
                       struct dp_figures *figures)
{
    static const uint64_t percents[] = {50, 90, 95, 99};
    uint64_t ranks[4];
    int64_t values[4];
    for (size_t i = 0; i < 4; i++)
        ranks[i] = (percents[i] * spread->count + 99) / 100;
    dp_spread_select(spread, ranks, 4, values);
    dp_figures_set(figures, max, dp_spread_max(spread));
    for (size_t i = 0; i < 4; i++)
        dp_figures_set(figures, max + 1 + (enum dp_figure)i, values[i]);
}

void dp_period_figures(const struct dp_period *period, struct dp_figures *figures)
{
    /* A metric's maximum; its percentiles follow. */
    static const enum dp_figure max_figures[DP_METRICS] = {
        DP_FIGURE_RESPONSE_MAX, DP_FIGURE_REPLY_MAX, DP_FIGURE_HANDLE_MAX, DP_FIGURE_RESOLVE_MAX};
    figures->present = 0;
    dp_totals_figures(&period->totals, figures);
    for (size_t i = 0; i < DP_METRICS; i++)
        if (period->spreads[i] && period->spreads[i]->count)
            set_spread(period->spreads[i], max_figures[i], figures);
    const struct dp_spread *hold = period->spreads[DP_SPREAD_HOLD];
    if (hold && hold->count)
        dp_figures_set(figures, DP_FIGURE_HOLD_MAX, dp_spread_max(hold));
}
