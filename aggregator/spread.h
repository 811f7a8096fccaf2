/* How the values of one metric on one day, or over closed days, are spread: for percentiles
 * (spread_sum.h) and for the maximum.
 *
 * Few values are kept as they are. Of more there are counts in the buckets of histogram.h, all from
 * the first in use to the last, and the 32 greatest values themselves. Exact to put in and to take
 * out, but for one thing: once as many different ones of the greatest have been taken out of the
 * many, and no greater ones came, the maximum is told from its bucket (1/128 off at most). Values
 * are not negative. Thread: one. */
#ifndef DP_SPREAD_H
#define DP_SPREAD_H

#include <stddef.h>
#include <stdbool.h>
#include <stdint.h>

#include "aggregator/histogram.h"

#define DP_SPREAD_FEW     256
#define DP_SPREAD_TOPS    32
#define DP_SPREAD_BUCKETS (DP_HISTOGRAM_PAGES * 64)

struct dp_spread_top {
    int64_t value;
    uint32_t count;
};

/* All zero is empty. */
struct dp_spread {
    uint64_t count;             /* of values */
    int64_t *values;            /* few: in no order; NULL: none, or many */
    uint32_t *counts;           /* many: of the buckets from `first` on; NULL: they are few */
    struct dp_spread_top *tops; /* many: the greatest first */
    int64_t below;        /* many: of the values `tops` has all from here on, and none before */
    uint16_t first, used; /* many: counts[0 .. used) */
    uint16_t capacity;    /* of values or counts */
    uint8_t top_count, top_capacity;
};

void dp_spread_deinit(struct dp_spread *spread);

void dp_spread_put(struct dp_spread *spread, int64_t value);
void dp_spread_take(struct dp_spread *spread, int64_t value); /* one that is in it */

/* Adds values to a bucket, but none to the tops; from now on they are many. */
void dp_spread_add(struct dp_spread *spread, unsigned bucket, uint32_t count);

/* Adds all values of `from`. */
void dp_spread_merge(struct dp_spread *spread, const struct dp_spread *from);

/* Fetches what the next value goes to, while it is one of a few. */
static inline void dp_spread_prefetch(const struct dp_spread *spread)
{
    if (spread->values)
        __builtin_prefetch(&spread->values[spread->count], 1);
}

/* The maximum; of at least one value. */
int64_t dp_spread_max(const struct dp_spread *spread);

#endif
