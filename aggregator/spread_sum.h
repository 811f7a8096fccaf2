/* The values of several spreads together, to ask for percentiles. Large, and used again and again:
 * adding costs the buckets in use, asking the range that they lie in. Thread: one. */
#ifndef DP_SPREAD_SUM_H
#define DP_SPREAD_SUM_H

#include <stddef.h>
#include <stdint.h>

#include "aggregator/spread.h"

/* All zero is empty. */
struct dp_spread_sum {
    uint64_t count; /* of values */
    int64_t max;
    unsigned first, end; /* the buckets in use are in [first, end) */
    uint32_t counts[DP_SPREAD_BUCKETS];
};

void dp_spread_sum_clear(struct dp_spread_sum *sum);
void dp_spread_sum_add(struct dp_spread_sum *sum, const struct dp_spread *spread);

/* The values at `ranks` (from 1, ascending, none above the number of values) as the middles of
 * their buckets, none above the maximum. */
void dp_spread_sum_select(const struct dp_spread_sum *sum, const uint64_t *ranks, size_t rank_count,
                          int64_t *values);

/* The rank of a percentile: the least that so many percent of the values are at or below. */
uint64_t dp_spread_sum_rank(const struct dp_spread_sum *sum, unsigned percent);

/* The mean of at least one value, those below percentile `low` counted as that percentile and those
 * above percentile `high` as that (winsorised). */
double dp_spread_sum_winsorised(const struct dp_spread_sum *sum, unsigned low, unsigned high);

/* How many values are up to each of `limits` (ascending) and above the one before, a bucket by its
 * middle; counts[limit_count] is for those above all. */
void dp_spread_sum_classes(const struct dp_spread_sum *sum, const int64_t *limits,
                           size_t limit_count, uint64_t *counts);

#endif
