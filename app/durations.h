/* A histogram of durations in fixed classes, as a monitoring system takes it: how many were so long
 * or shorter, and what they come to together. It only grows. In ms. Thread: one. */
#ifndef DP_DURATIONS_H
#define DP_DURATIONS_H

#include <stddef.h>
#include <stdint.h>

#define DP_DURATIONS_MAX 16

struct dp_durations {
    const int64_t *bounds_ms; /* ascending: class n holds what is at most the n-th and longer than
                                 the one before; the last class, what is longer than all */
    size_t bound_count;
    uint64_t counts[DP_DURATIONS_MAX + 1]; /* by class */
    double sum_ms;                         /* events of years ago overflow an integer */
};

/* `bounds_ms`, DP_DURATIONS_MAX of them at most, must outlive it. */
void dp_durations_init(struct dp_durations *durations, const int64_t *bounds_ms, size_t count);

/* The class of a duration. */
size_t dp_durations_class(const struct dp_durations *durations, int64_t ms);

/* Adds `count` durations of `ms`; what is below 0 counts as 0. */
void dp_durations_add(struct dp_durations *durations, int64_t ms, uint64_t count);

/* Adds so many of that class that come to `sum_ms` together. */
void dp_durations_add_class(struct dp_durations *durations, size_t class, uint64_t count,
                            double sum_ms);

#endif
