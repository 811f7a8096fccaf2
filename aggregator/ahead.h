/* Events ahead of T: they wait here, copied, until T has reached them. Live that is every event of
 * the running second; far more are a sign of a source whose clock is ahead. Thread: one. */
#ifndef DP_AHEAD_H
#define DP_AHEAD_H

#include <stddef.h>
#include <stdint.h>

#include "ingest/event.h"

/* One block of memory. */
struct dp_waiting {
    struct dp_event event; /* first: free(event) frees all */
    uint32_t frame;        /* of the journal: where it was told; its lowest bits */
    char bytes[];          /* of the strings */
};

/* In the order of events: by time, source, id. New ones mostly come last. */
struct dp_ahead {
    struct dp_waiting **items;
    size_t first, end, capacity;
};

void dp_ahead_init(struct dp_ahead *ahead);
void dp_ahead_deinit(struct dp_ahead *ahead);

static inline size_t dp_ahead_count(const struct dp_ahead *ahead)
{
    return ahead->end - ahead->first;
}

/* Copies the event with its strings. No other of its source and id may wait. */
struct dp_waiting *dp_ahead_put(struct dp_ahead *ahead, const struct dp_event *event);

/* Takes out the earliest event if its time is at most `until_ms`; NULL: none. To be freed with
 * free(). */
struct dp_event *dp_ahead_take(struct dp_ahead *ahead, int64_t until_ms);

/* The one with the time, source and id of that event, or NULL. */
struct dp_waiting *dp_ahead_find(const struct dp_ahead *ahead, const struct dp_event *event);

/* Takes out, and frees, one that dp_ahead_find has found. */
void dp_ahead_remove(struct dp_ahead *ahead, struct dp_waiting *waiting);

static inline struct dp_waiting *dp_ahead_waiting(struct dp_event *event)
{
    return (struct dp_waiting *)event;
}

#endif
