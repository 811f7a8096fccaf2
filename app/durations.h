/* A histogram of durations in fixed buckets, as a monitoring system takes it: how many were so long
 * or shorter, and what they come to together. It only grows. In ms. Thread: one. */
#ifndef DP_DURATIONS_H
#define DP_DURATIONS_H

#include <stddef.h>
#include <stdint.h>

#define DP_DURATIONS_MAX 16

struct dp_durations {
    const int64_t *bounds_ms; /* ascending: bucket n holds what is at most the n-th and longer than
                                 the one before; the last bucket, what is longer than all */
    size_t bound_count;
    uint64_t counts[DP_DURATIONS_MAX + 1]; /* by bucket */
    double sum_ms;                         /* events of years ago overflow an integer */
};

/* `bounds_ms`, DP_DURATIONS_MAX of them at most, must outlive it. */
void dp_durations_init(struct dp_durations *durations, const int64_t *bounds_ms, size_t count);

/* The bucket of a duration. */
size_t dp_durations_bucket(const struct dp_durations *durations, int64_t ms);

/* Adds `count` durations of `ms`; what is below 0 counts as 0. */
void dp_durations_add(struct dp_durations *durations, int64_t ms, uint64_t count);

/* Adds so many of that bucket that come to `sum_ms` together. */
void dp_durations_add_bucket(struct dp_durations *durations, size_t bucket, uint64_t count,
                             double sum_ms);

#endif
