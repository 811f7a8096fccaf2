/* The trail of a customer: its offers, or its outcomes, by time.
 *
 * Most customers come once, so a trail of one trace has its room in itself; of more, in a list.
 * There new ones mostly come last and old ones leave in front; so a customer id that thousands of
 * contacts share costs no more than any other. Thread: one. */
#ifndef DP_TRAIL_H
#define DP_TRAIL_H

#include <stddef.h>
#include <stdint.h>

struct dp_contact;

/* An offer, or an outcome with resolved = true, of one of the customer's contacts. */
struct dp_trace {
    int64_t time_ms; /* not DP_TRAIL_MANY */
    struct dp_contact *contact;
};

struct dp_trace_list {
    uint32_t first, end, capacity; /* two traces at least, from first to end */
    struct dp_trace items[];
};

#define DP_TRAIL_MANY INT64_MIN

/* Zeroed: empty. */
struct dp_trail {
    union {
        struct dp_trace one; /* contact NULL: none */
        struct {
            int64_t how; /* DP_TRAIL_MANY: in the list */
            struct dp_trace_list *list;
        };
    };
};

/* All traces of a trail, by time; until it changes. */
struct dp_traces {
    const struct dp_trace *items;
    size_t count;
};

static inline struct dp_traces dp_trail_traces(const struct dp_trail *trail)
{
    if (trail->how == DP_TRAIL_MANY)
        return (struct dp_traces){trail->list->items + trail->list->first,
                                  trail->list->end - trail->list->first};
    return (struct dp_traces){&trail->one, trail->one.contact != NULL};
}

/* How many traces are not after `time_ms`: the place of the first one that is. */
static inline size_t dp_traces_until(struct dp_traces traces, int64_t time_ms)
{
    size_t low = 0, high = traces.count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (traces.items[middle].time_ms > time_ms)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

/* The time of the last trace; INT64_MIN: there is none. */
static inline int64_t dp_trail_last_ms(const struct dp_trail *trail)
{
    struct dp_traces traces = dp_trail_traces(trail);
    return traces.count ? traces.items[traces.count - 1].time_ms : INT64_MIN;
}

void dp_trail_deinit(struct dp_trail *trail);

/* Puts one in behind those of its time. */
void dp_trail_put(struct dp_trail *trail, struct dp_trace trace);

/* Takes out the last one like it, if there is one. */
void dp_trail_take(struct dp_trail *trail, struct dp_trace trace);

/* Takes out those before `before_ms`. */
void dp_trail_forget(struct dp_trail *trail, int64_t before_ms);

#endif
