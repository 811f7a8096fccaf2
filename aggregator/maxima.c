#include "aggregator/maxima.h"

#include <stdlib.h>
#include <string.h>

#include "common/memory.h"

void dp_maxima_deinit(struct dp_maxima *maxima)
{
    free(maxima->steps);
    *maxima = (struct dp_maxima){0};
}

/* The first step with time > time_ms; tail when there is none. */
static size_t find(const struct dp_maxima *maxima, int64_t time_ms)
{
    size_t low = maxima->head, high = maxima->tail;
    if (low < high && maxima->steps[high - 1].time_ms <= time_ms)
        return high;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (maxima->steps[middle].time_ms > time_ms)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

/* Puts `steps` in the place of steps [from, to). */
static void replace(struct dp_maxima *maxima, size_t from, size_t to,
                    const struct dp_maxima_step *steps, size_t count)
{
    if (maxima->head > maxima->capacity / 2) {
        maxima->tail -= maxima->head;
        memmove(maxima->steps, maxima->steps + maxima->head, maxima->tail * sizeof *steps);
        from -= maxima->head;
        to -= maxima->head;
        maxima->head = 0;
    }
    while (maxima->tail + count > maxima->capacity + (to - from))
        maxima->steps = dp_xgrow(maxima->steps, maxima->capacity, &maxima->capacity, sizeof *steps);
    memmove(maxima->steps + from + count, maxima->steps + to, (maxima->tail - to) * sizeof *steps);
    if (count > 0)
        memcpy(maxima->steps + from, steps, count * sizeof *steps);
    maxima->tail += count - (to - from);
}

void dp_maxima_put(struct dp_maxima *maxima, int64_t time_ms, int64_t value)
{
    struct dp_maxima_step new = {.time_ms = time_ms, .value = (uint64_t)value & INT64_MAX};
    /* [from, to): the steps that the new one towers over, all at its own time or earlier. */
    size_t to = find(maxima, time_ms), from = to;
    if (to < maxima->tail && maxima->steps[to].value >= new.value)
        return;
    while (from > maxima->head && maxima->steps[from - 1].value <= new.value)
        from--;
    /* Next to a higher step of its own time it is none. */
    if (from > maxima->head && maxima->steps[from - 1].time_ms == time_ms)
        return;
    replace(maxima, from, to, &new, 1);
}

void dp_maxima_take(struct dp_maxima *maxima, int64_t time_ms, int64_t value)
{
    size_t after = find(maxima, time_ms);
    if (after == maxima->head)
        return;
    struct dp_maxima_step *step = &maxima->steps[after - 1];
    if (step->time_ms == time_ms && step->value == (uint64_t)value)
        step->open = true;
}

void dp_maxima_drop(struct dp_maxima *maxima, int64_t until_ms)
{
    maxima->head = find(maxima, until_ms);
    if (maxima->head == maxima->tail)
        dp_maxima_deinit(maxima);
}

/* Closes the run of open steps that starts at `from` by the facts it may hide: those since the step
 * before it that are greater than the first closed step after it. */
static void close_run(struct dp_maxima *maxima, size_t from, const struct dp_timeline *timeline,
                      enum dp_metric metric, enum dp_channel channel)
{
    size_t to = from;
    while (to < maxima->tail && maxima->steps[to].open)
        to++;
    int64_t after_ms = from > maxima->head ? maxima->steps[from - 1].time_ms : INT64_MIN;
    int64_t above = to < maxima->tail ? (int64_t)maxima->steps[to].value : -1;
    struct dp_timeline_walk walk = dp_timeline_walk(
        timeline, after_ms, maxima->steps[to - 1].time_ms, dp_metric_bit(metric, channel));
    struct dp_maxima found = {0};
    for (struct dp_fact fact; dp_timeline_walk_next(&walk, &fact);)
        if (dp_metric_of(&fact) == metric && fact.channel == channel && fact.value > above)
            dp_maxima_put(&found, fact.time_ms, fact.value);
    replace(maxima, from, to, found.steps, found.tail);
    dp_maxima_deinit(&found);
}

int64_t dp_maxima_after(struct dp_maxima *maxima, const struct dp_timeline *timeline,
                        enum dp_metric metric, enum dp_channel channel, int64_t after_ms)
{
    size_t at = find(maxima, after_ms);
    if (at < maxima->tail && maxima->steps[at].open) {
        close_run(maxima, at, timeline, metric, channel);
        at = find(maxima, after_ms);
    }
    return at < maxima->tail ? (int64_t)maxima->steps[at].value : -1;
}
