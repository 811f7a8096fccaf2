/* A period as it is to be read: what is kept of it and the open days in it, summed up. Large: one
 * is used for all. Thread: one. */
#ifndef DP_PERIOD_VIEW_H
#define DP_PERIOD_VIEW_H

#include "aggregator/figures.h"
#include "aggregator/period.h"
#include "aggregator/spread_sum.h"
#include "common/decimal.h"

/* Classes of response and handle times: up to 5, 10, 20, 30 s, 1, 2, 3, 5, 10, 20, 30 min, 1 h, and
 * more. */
#define DP_PERIOD_CLASSES 13

struct dp_period_view {
    struct dp_totals totals;
    struct dp_period_agent agent;
    struct dp_spread_sum sums[DP_SPREADS];
};

void dp_period_view_clear(struct dp_period_view *view);
void dp_period_view_add(struct dp_period_view *view, const struct dp_period *part);

/* The figures as those of a window (docs/kpis.md), but for what hangs on an agent's states. */
void dp_period_view_figures(const struct dp_period_view *view, struct dp_figures *figures);

/* The numbers in the classes of a metric, separated by commas. */
#define DP_PERIOD_CLASSES_TEXT (DP_PERIOD_CLASSES * 21 + DP_DECIMAL_SIZE)
void dp_period_view_classes(const struct dp_period_view *view, enum dp_metric metric,
                            char text[DP_PERIOD_CLASSES_TEXT]);

#endif
