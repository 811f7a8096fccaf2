/* Events ahead of T: they wait here, copied, until T has reached them. Live that is every event of
 * the running second; far more are a sign of a source whose clock is ahead. Thread: one. */
#ifndef DP_AHEAD_H
#define DP_AHEAD_H

#include <stddef.h>
#include <stdint.h>

#include "common/heap.h"
#include "ingest/event.h"

struct dp_ahead {
    struct dp_heap heap;
};

void dp_ahead_init(struct dp_ahead *ahead);
void dp_ahead_deinit(struct dp_ahead *ahead);

static inline size_t dp_ahead_count(const struct dp_ahead *ahead)
{
    return ahead->heap.count;
}

/* Copies the event with its strings. */
void dp_ahead_put(struct dp_ahead *ahead, const struct dp_event *event);

/* Takes out the earliest event if its time is at most `until_ms`; NULL: none. To be freed with
 * free(). */
struct dp_event *dp_ahead_take(struct dp_ahead *ahead, int64_t until_ms);

#endif
