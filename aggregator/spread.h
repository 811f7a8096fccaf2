/* How the values of one metric on one day, or over closed days, are spread: counts in the buckets
 * of histogram.h, for percentiles (spread_sum.h), and the greatest values themselves, for the
 * maximum.
 *
 * As small as what is in it: 6 bytes for each bucket in use while they are few, then 4 for each in
 * their range, found without a search. Exact to put in and to take out, but
 * for one thing: the 32 greatest values are known, so once as many different ones of the top have
 * been taken out, and no greater ones came, the maximum is told from its bucket (1/128 off at
 * most). Values are not negative. Thread: one. */
#ifndef DP_SPREAD_H
#define DP_SPREAD_H

#include <stddef.h>
#include <stdbool.h>
#include <stdint.h>

#include "aggregator/histogram.h"

#define DP_SPREAD_TOPS    32
#define DP_SPREAD_BUCKETS (DP_HISTOGRAM_PAGES * 64)

struct dp_spread_top {
    int64_t value;
    uint32_t count;
};

/* All zero is empty. */
struct dp_spread {
    uint64_t count;             /* of values */
    int64_t below;              /* of the values `tops` has all from here on, and none before */
    struct dp_spread_top *tops; /* the greatest first */
    uint32_t *counts;           /* of the buckets: those in use, or all from `first` on */
    uint16_t *buckets;          /* their numbers, ascending; NULL: all from `first` on */
    uint16_t first;
    uint16_t used, capacity; /* of counts */
    uint8_t top_count, top_capacity;
};

void dp_spread_deinit(struct dp_spread *spread);

void dp_spread_put(struct dp_spread *spread, int64_t value);
void dp_spread_take(struct dp_spread *spread, int64_t value); /* one that is in it */

/* Adds values to a bucket, but none to the tops. */
void dp_spread_add(struct dp_spread *spread, unsigned bucket, uint32_t count);

/* Adds all values of `from`. */
void dp_spread_merge(struct dp_spread *spread, const struct dp_spread *from);

/* The number of the bucket that counts[at] is of. */
static inline unsigned dp_spread_bucket(const struct dp_spread *spread, size_t at)
{
    return spread->buckets ? spread->buckets[at] : spread->first + (unsigned)at;
}

/* The maximum; of at least one value. */
int64_t dp_spread_max(const struct dp_spread *spread);

#endif
