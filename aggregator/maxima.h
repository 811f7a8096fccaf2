/* The exact maximum of every window that ends at T, over the values of one metric and one channel,
 * whatever is put in or taken out and wherever.
 *
 * Kept is a staircase: the facts whose value is greater than that of all others at the same time or
 * later. Times ascend and values descend along it, and a window's maximum is the first step within
 * the window. Of a thousand random values some seven are steps.
 *
 * A step that is taken out stays as a bound, open: at most this much is hidden between the step
 * before it and its own time. It is closed by a look into the timeline only when a window asks for
 * it; what is put in meanwhile and towers over it (a corrected fact, as a rule) makes the look
 * needless. Thread: one. */
#ifndef DP_MAXIMA_H
#define DP_MAXIMA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "aggregator/metric.h"
#include "aggregator/timeline.h"

struct dp_maxima_step {
    int64_t time_ms;
    uint64_t value : 63;
    uint64_t open : 1;
};

/* All zero holds nothing. */
struct dp_maxima {
    struct dp_maxima_step *steps; /* [head, tail) are in use */
    size_t head, tail, capacity;
};

void dp_maxima_deinit(struct dp_maxima *maxima);

/* Durations are never negative. What is taken must have been put; the timeline must agree when
 * dp_maxima_after is called. In order of time a put is a constant step, amortized. */
void dp_maxima_put(struct dp_maxima *maxima, int64_t time_ms, int64_t value);
void dp_maxima_take(struct dp_maxima *maxima, int64_t time_ms, int64_t value);

/* Forgets the facts with time <= until_ms. */
void dp_maxima_drop(struct dp_maxima *maxima, int64_t until_ms);

/* The greatest value of the facts with time > after_ms, among those put so far; -1 when there is
 * none. `timeline` is where those facts are kept. */
int64_t dp_maxima_after(struct dp_maxima *maxima, const struct dp_timeline *timeline,
                        enum dp_metric metric, enum dp_channel channel, int64_t after_ms);

#endif
