#include "aggregator/trail.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "common/memory.h"

static bool is_many(const struct dp_trail *trail)
{
    return trail->how == DP_TRAIL_MANY;
}

void dp_trail_deinit(struct dp_trail *trail)
{
    if (is_many(trail))
        free(trail->list);
    *trail = (struct dp_trail){0};
}

static struct dp_trace_list *with_capacity(struct dp_trace_list *list, uint32_t capacity)
{
    list = dp_xrealloc(list, sizeof *list + capacity * sizeof *list->items);
    list->capacity = capacity;
    return list;
}

/* Its one trace moves to a list, which has room for another. */
static void become_many(struct dp_trail *trail)
{
    struct dp_trace_list *list = with_capacity(NULL, 2);
    list->first = 0;
    list->end = 1;
    list->items[0] = trail->one;
    trail->how = DP_TRAIL_MANY;
    trail->list = list;
}

void dp_trail_put(struct dp_trail *trail, struct dp_trace trace)
{
    struct dp_traces traces = dp_trail_traces(trail);
    if (!traces.count) {
        trail->one = trace;
        return;
    }
    size_t at = dp_traces_until(traces, trace.time_ms);
    if (!is_many(trail))
        become_many(trail);
    else if (trail->list->end == trail->list->capacity)
        trail->list = with_capacity(trail->list, trail->list->capacity * 2);
    struct dp_trace_list *list = trail->list;
    struct dp_trace *place = &list->items[list->first + at];
    memmove(place + 1, place, (traces.count - at) * sizeof *place);
    *place = trace;
    list->end++;
}

/* After some have left the list: it goes when one is left at most, and holds no more room in front
 * than there are traces. */
static void tidy(struct dp_trail *trail)
{
    struct dp_trace_list *list = trail->list;
    uint32_t count = list->end - list->first;
    if (count < 2) {
        trail->one = count ? list->items[list->first] : (struct dp_trace){0};
        free(list);
    } else if (list->first > list->end / 2) {
        memmove(list->items, list->items + list->first, count * sizeof *list->items);
        list->first = 0;
        list->end = count;
    }
}

static void take_at(struct dp_trail *trail, size_t at)
{
    if (!is_many(trail)) {
        trail->one = (struct dp_trace){0};
        return;
    }
    struct dp_trace_list *list = trail->list;
    if (at == 0) {
        list->first++;
    } else {
        struct dp_trace *place = &list->items[list->first + at];
        list->end--;
        memmove(place, place + 1, (size_t)(&list->items[list->end] - place) * sizeof *place);
    }
    tidy(trail);
}

void dp_trail_take(struct dp_trail *trail, struct dp_trace trace)
{
    struct dp_traces traces = dp_trail_traces(trail);
    for (size_t at = dp_traces_until(traces, trace.time_ms);
         at-- > 0 && traces.items[at].time_ms == trace.time_ms;)
        if (traces.items[at].contact == trace.contact) {
            take_at(trail, at);
            return;
        }
}

void dp_trail_forget(struct dp_trail *trail, int64_t before_ms)
{
    struct dp_traces traces = dp_trail_traces(trail);
    size_t gone = 0;
    while (gone < traces.count && traces.items[gone].time_ms < before_ms)
        gone++;
    if (!gone)
        return;
    if (is_many(trail)) {
        trail->list->first += (uint32_t)gone;
        tidy(trail);
    } else {
        trail->one = (struct dp_trace){0};
    }
}
