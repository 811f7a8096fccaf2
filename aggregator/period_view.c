#include "aggregator/period_view.h"

#include "aggregator/percentile.h"

#define SECOND INT64_C(1000)
#define MINUTE (60 * SECOND)

void dp_period_view_clear(struct dp_period_view *view)
{
    view->totals = (struct dp_totals){0};
    view->agent = (struct dp_period_agent){0};
    for (size_t i = 0; i < DP_SPREADS; i++)
        dp_spread_sum_clear(&view->sums[i]);
}

void dp_period_view_add(struct dp_period_view *view, const struct dp_period *part)
{
    dp_totals_merge(&view->totals, &part->totals);
    for (size_t i = 0; i < DP_SPREADS; i++)
        dp_spread_sum_add(&view->sums[i], part->spreads[i]);
    if (part->agent)
        dp_period_agent_merge(&view->agent, part->agent);
}

static void set_spread(const struct dp_spread_sum *sum, enum dp_figure max,
                       struct dp_figures *figures)
{
    uint64_t ranks[DP_PERCENTILES];
    int64_t found[DP_PERCENTILES];
    for (size_t i = 0; i < DP_PERCENTILES; i++)
        ranks[i] = dp_spread_sum_rank(sum, dp_percentiles[i]);
    dp_spread_sum_select(sum, ranks, DP_PERCENTILES, found);
    dp_percentiles_set(figures, max, sum->max, found);
}

void dp_period_view_figures(const struct dp_period_view *view, struct dp_figures *figures)
{
    figures->present = 0;
    dp_totals_figures(&view->totals, figures);
    for (enum dp_metric metric = 0; metric < DP_METRICS; metric++)
        if (view->sums[metric].count)
            set_spread(&view->sums[metric], dp_max_figure(metric), figures);
    if (view->sums[DP_SPREAD_HOLD].count)
        dp_figures_set(figures, DP_FIGURE_HOLD_MAX, view->sums[DP_SPREAD_HOLD].max);
}

void dp_period_view_classes(const struct dp_period_view *view, enum dp_metric metric,
                            char text[DP_PERIOD_CLASSES_TEXT])
{
    static const int64_t limits[DP_PERIOD_CLASSES - 1] = {
        5 * SECOND, 10 * SECOND, 20 * SECOND, 30 * SECOND, MINUTE,      2 * MINUTE,
        3 * MINUTE, 5 * MINUTE,  10 * MINUTE, 20 * MINUTE, 30 * MINUTE, 60 * MINUTE};
    uint64_t counts[DP_PERIOD_CLASSES];
    dp_spread_sum_classes(&view->sums[metric], limits, DP_PERIOD_CLASSES - 1, counts);
    for (size_t i = 0; i < DP_PERIOD_CLASSES; i++) {
        text += dp_decimal_integer(text, (int64_t)counts[i]);
        *text++ = ',';
    }
    text[-1] = '\0';
}
