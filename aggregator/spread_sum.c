#include "aggregator/spread_sum.h"

#include <string.h>

#include "aggregator/percentile.h"

void dp_spread_sum_clear(struct dp_spread_sum *sum)
{
    if (sum->end > sum->first)
        memset(sum->counts + sum->first, 0, (sum->end - sum->first) * sizeof *sum->counts);
    sum->count = 0;
    sum->first = sum->end = 0;
    sum->max = 0;
}

/* Buckets from `first` up to `end` are in use. */
static void reach(struct dp_spread_sum *sum, unsigned first, unsigned end)
{
    if (sum->first == sum->end || first < sum->first)
        sum->first = first;
    if (end > sum->end)
        sum->end = end;
}

void dp_spread_sum_add(struct dp_spread_sum *sum, const struct dp_spread *spread)
{
    if (!spread || !spread->count)
        return;
    if (spread->counts) {
        for (size_t i = 0; i < spread->used; i++)
            sum->counts[spread->first + i] += spread->counts[i];
        reach(sum, spread->first, spread->first + (unsigned)spread->used);
    }
    for (size_t i = 0; !spread->counts && i < spread->count; i++) {
        unsigned bucket = dp_histogram_bucket(spread->values[i]);
        sum->counts[bucket]++;
        reach(sum, bucket, bucket + 1);
    }
    int64_t max = dp_spread_max(spread);
    if (max > sum->max)
        sum->max = max;
    sum->count += spread->count;
}

void dp_spread_sum_select(const struct dp_spread_sum *sum, const uint64_t *ranks, size_t rank_count,
                          int64_t *values)
{
    uint64_t passed = 0;
    size_t found = 0;
    for (unsigned i = sum->first; i < sum->end && found < rank_count; i++) {
        passed += sum->counts[i];
        for (; found < rank_count && ranks[found] <= passed; found++) {
            int64_t middle = dp_histogram_middle(i);
            values[found] = middle < sum->max ? middle : sum->max;
        }
    }
}

uint64_t dp_spread_sum_rank(const struct dp_spread_sum *sum, unsigned percent)
{
    uint64_t rank = dp_percentile_rank(percent, sum->count);
    return rank ? rank : 1;
}

double dp_spread_sum_winsorised(const struct dp_spread_sum *sum, unsigned low, unsigned high)
{
    const uint64_t ranks[] = {dp_spread_sum_rank(sum, low), dp_spread_sum_rank(sum, high)};
    int64_t limits[2];
    double total = 0;
    dp_spread_sum_select(sum, ranks, 2, limits);
    for (unsigned i = sum->first; i < sum->end; i++) {
        if (!sum->counts[i])
            continue;
        int64_t value = dp_histogram_middle(i);
        value = value < limits[0] ? limits[0] : value > limits[1] ? limits[1] : value;
        total += (double)value * (double)sum->counts[i];
    }
    return total / (double)sum->count;
}

/* The first bucket whose middle is above a limit. */
static unsigned bucket_above(int64_t limit)
{
    unsigned bucket = dp_histogram_bucket(limit);
    return dp_histogram_middle(bucket) <= limit ? bucket + 1 : bucket;
}

void dp_spread_sum_classes(const struct dp_spread_sum *sum, const int64_t *limits,
                           size_t limit_count, uint64_t *counts)
{
    unsigned at = sum->first;
    for (size_t class = 0; class <= limit_count; class ++) {
        unsigned end = class < limit_count ? bucket_above(limits[class]) : sum->end;
        counts[class] = 0;
        for (; at < end && at < sum->end; at++)
            counts[class] += sum->counts[at];
    }
}
