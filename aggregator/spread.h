/* How the values of one metric in one period are spread: counts in the buckets of histogram.h, for
 * percentiles, and the greatest values themselves, for the maximum.
 *
 * As small as what is in it: 6 bytes for each bucket in use. Exact to put in and to take out, but
 * for one thing: the 32 greatest values are known, so once as many different ones of the top have
 * been taken out, and no greater ones came, the maximum is told from its bucket (1/128 off at
 * most). Values are not negative. Thread: one. */
#ifndef DP_SPREAD_H
#define DP_SPREAD_H

#include <stddef.h>
#include <stdbool.h>
#include <stdint.h>

#define DP_SPREAD_TOPS 32

struct dp_spread_top {
    int64_t value;
    uint32_t count;
};

/* All zero is empty. */
struct dp_spread {
    uint64_t count;             /* of values */
    int64_t below;              /* of the values `tops` has all from here on, and none before */
    struct dp_spread_top *tops; /* the greatest first */
    uint32_t *counts;           /* of each bucket in use */
    uint16_t *buckets;          /* their numbers, ascending */
    uint16_t used, capacity;
    uint8_t top_count, top_capacity;
};

void dp_spread_deinit(struct dp_spread *spread);

void dp_spread_put(struct dp_spread *spread, int64_t value);
void dp_spread_take(struct dp_spread *spread, int64_t value); /* one that is in it */

/* The maximum; of at least one value. */
int64_t dp_spread_max(const struct dp_spread *spread);

/* The values at `ranks` (from 1, ascending, none above the number of values), none above the
 * maximum. */
void dp_spread_select(const struct dp_spread *spread, const uint64_t *ranks, size_t rank_count,
                      int64_t *values);

/* The mean of at least one value, those below percentile `low` counted as that percentile and those
 * above percentile `high` as that (winsorised). */
double dp_spread_winsorised(const struct dp_spread *spread, unsigned low, unsigned high);

/* How many values are in buckets whose middle is at most each of `limits` (ascending) and above the
 * one before; counts[limit_count] is for those above all. */
void dp_spread_classes(const struct dp_spread *spread, const int64_t *limits, size_t limit_count,
                       uint64_t *counts);

#endif
