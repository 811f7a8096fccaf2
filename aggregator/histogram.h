/* Counts of non-negative integers in buckets, exact to put in and to take out, for percentiles of
 * many.
 *
 * Values below 128 have a bucket each; above, every power of two is cut into 64. A value is told
 * from the middle of its bucket by 1/128 (0.78 %) of itself at most. After HdrHistogram (Tene) and
 * DDSketch (Masson et al., VLDB 2019), with integers throughout. Pages of 64 buckets are there
 * while in use. */
#ifndef DP_HISTOGRAM_H
#define DP_HISTOGRAM_H

#include <stddef.h>
#include <stdint.h>

#define DP_HISTOGRAM_PAGES 58 /* up to INT64_MAX */

/* All zero is an empty histogram. */
struct dp_histogram {
    uint64_t used; /* bit n: pages[n] is there */
    struct dp_histogram_page *pages[DP_HISTOGRAM_PAGES];
};

/* Which bucket a value is in, numbered in order of the values, and the middle of a bucket. */
unsigned dp_histogram_bucket(int64_t value);
int64_t dp_histogram_middle(unsigned bucket);

void dp_histogram_deinit(struct dp_histogram *histogram);

void dp_histogram_put(struct dp_histogram *histogram, int64_t value);

/* Takes out a value that was put in before. */
void dp_histogram_take(struct dp_histogram *histogram, int64_t value);

/* The values at `ranks` (from 1, ascending, none above the number of values) among all values of
 * the `count` histograms together, as the middles of their buckets. */
void dp_histograms_select(const struct dp_histogram *const *histograms, size_t count,
                          const uint64_t *ranks, size_t rank_count, int64_t *values);

#endif
