/* What a scope keeps of one metric while some window of it holds many values: a histogram for each
 * channel and segment of ages (windows.c), for the percentiles, and a staircase for each channel,
 * for the maxima. Thread: one. */
#ifndef DP_CHART_H
#define DP_CHART_H

#include <stddef.h>
#include <stdint.h>

#include "aggregator/metric.h"
#include "aggregator/timeline.h"

struct dp_chart;

/* The segments are numbered 0 to segments - 1, young to old. The facts of this metric in `timeline`
 * that have come in already must follow, by dp_chart_move. The timeline must outlive the chart. */
struct dp_chart *dp_chart_create(const struct dp_timeline *timeline, enum dp_metric metric,
                                 size_t segments);
void dp_chart_destroy(struct dp_chart *chart); /* accepts NULL */

/* A fact of this metric goes from one segment to another, or comes in (from = segments), or goes
 * out (to = segments). */
void dp_chart_move(struct dp_chart *chart, const struct dp_fact *fact, size_t from, size_t to);

/* The timeline has dropped the facts with time <= until_ms, and they were moved out. */
void dp_chart_drop(struct dp_chart *chart, int64_t until_ms);

size_t dp_chart_count(const struct dp_chart *chart);

/* The maximum, exact, and the values at `ranks` (as dp_histograms_select, none above the maximum)
 * in channels [from, to), segments 0 to `segment`: the facts with time > after_ms. Of at least one
 * value. */
int64_t dp_chart_select(struct dp_chart *chart, size_t from, size_t to, size_t segment,
                        int64_t after_ms, const uint64_t *ranks, size_t rank_count,
                        int64_t *values);

#endif
