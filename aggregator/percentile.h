/* The percentiles that are published of each metric, and their places among sorted values: the
 * value at rank ceil(p/100*n) (kpis.md). Thread: any. */
#ifndef DP_PERCENTILE_H
#define DP_PERCENTILE_H

#include <stddef.h>
#include <stdint.h>

#include "aggregator/figures.h"

/* In the order of the figures, which follow the metric's maximum. */
#define DP_PERCENTILES 4
extern const unsigned dp_percentiles[DP_PERCENTILES];

/* From 1 on; 0 of no values. */
static inline uint64_t dp_percentile_rank(unsigned percent, uint64_t count)
{
    return (count * percent + 99) / 100;
}

/* Sets all of `found` and returns the maximum of so many values, at least one. They are in another
 * order then. Mean cost: linear. */
int64_t dp_percentiles_find(int64_t *values, size_t count, int64_t found[DP_PERCENTILES]);

/* Sets a maximum, of the figure `max_figure`, and the percentiles that follow it. */
void dp_percentiles_set(struct dp_figures *figures, enum dp_figure max_figure, int64_t max,
                        const int64_t found[DP_PERCENTILES]);

#endif
