/* The facts of one scope in order of time: chunks (chunk.h), side by side on one shelf (shelf.h)
 * or, where they are many, on several. Equal facts may be kept more than once; facts of one time
 * are kept in no certain order.
 *
 * Costs: at the end, and dropping from the front, constant; elsewhere a binary search among the
 * shelves and the chunks of one. A fact that comes out of order is only written behind the others
 * of its chunk, which is sorted when it is next read or split; one that splits a chunk moves half a
 * shelf at most. The only chunk of a quiet scope starts with 4 facts and doubles.
 * Thread: one. Out of memory ends the process (dp_xmalloc). */
#ifndef DP_TIMELINE_H
#define DP_TIMELINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "aggregator/chunk.h"
#include "aggregator/shelf.h"

/* All zero is an empty timeline. A shelf is empty only where all is. */
struct dp_timeline {
    struct dp_shelf latest;          /* the only one of most */
    struct dp_shelf_row {            /* owned; those before it, NULL when there are none */
        size_t head, tail, capacity; /* [head, tail) are in use */
        size_t recent;               /* where a search ended: what comes late comes in runs */
        struct dp_shelf_in_row {
            int64_t from_ms; /* no fact there is earlier, and none before it later */
            struct dp_shelf shelf;
        } items[];
    } * row;
};

void dp_timeline_deinit(struct dp_timeline *timeline);

static inline bool dp_timeline_empty(const struct dp_timeline *timeline)
{
    return dp_shelf_empty(&timeline->latest);
}

/* The time of the earliest fact; INT64_MAX when there is none. */
static inline int64_t dp_timeline_first_ms(const struct dp_timeline *timeline)
{
    const struct dp_shelf_row *row = timeline->row;
    const struct dp_shelf *first = row ? &row->items[row->head].shelf : &timeline->latest;
    return dp_shelf_empty(first) ? INT64_MAX : first->chunks[first->head].first_ms;
}

void dp_timeline_put(struct dp_timeline *timeline, const struct dp_fact *fact);

/* Takes out one fact that equals `fact` but for DP_FACT_IN_TARGET and leaves it in `taken`;
 * false when there is none. */
bool dp_timeline_take(struct dp_timeline *timeline, const struct dp_fact *fact,
                      struct dp_fact *taken);

/* Gives back all facts with time <= until_ms. */
void dp_timeline_drop(struct dp_timeline *timeline, int64_t until_ms);

/* The time of the first fact after `after_ms`; INT64_MAX when there is none. */
int64_t dp_timeline_next_ms(const struct dp_timeline *timeline, int64_t after_ms);

/* A walk over the facts with after_ms < time <= until_ms, oldest first. Chunks that hold nothing of
 * `wanted` (bits of dp_metric_bit) are left out; the others come whole. The timeline must not
 * change meanwhile. */
struct dp_timeline_walk {
    const struct dp_chunk *chunk; /* the one at hand */
    size_t at, end;               /* the facts there that are still to come */
    struct dp_chunk *next, *last; /* those to come of its shelf */
    const struct dp_timeline *timeline;
    int64_t after_ms, until_ms;
    uint32_t shelf, wanted;
};

struct dp_timeline_walk dp_timeline_walk(const struct dp_timeline *timeline, int64_t after_ms,
                                         int64_t until_ms, uint32_t wanted);

/* Where a fact probably is: facts that come and go may move others. */
struct dp_timeline_place {
    uint32_t shelf;
    uint16_t chunk, at;
};

/* The walk after `after_ms` for DP_METRIC_ANY where its first fact is known to be of `first_ms`:
 * begins without a search if that is at `place`. */
struct dp_timeline_walk dp_timeline_walk_from(const struct dp_timeline *timeline,
                                              struct dp_timeline_place place, int64_t after_ms,
                                              int64_t first_ms, int64_t until_ms);

/* After the end of a walk for DP_METRIC_ANY: where the first fact after `until_ms` is, if any. */
struct dp_timeline_place dp_timeline_walk_place(const struct dp_timeline_walk *walk);

/* On to the next chunk; false when there is none. For dp_timeline_walk_next. */
bool dp_timeline_walk_chunk(struct dp_timeline_walk *walk);

/* The next fact; false at the end. Not kept in the walk: so it need not be in memory. */
static inline bool dp_timeline_walk_next(struct dp_timeline_walk *walk, struct dp_fact *fact)
{
    if (walk->at == walk->end && !dp_timeline_walk_chunk(walk))
        return false;
    if (dp_chunk_time(walk->chunk, walk->at) > walk->until_ms)
        return false;
    *fact = dp_chunk_fact(walk->chunk, walk->at++);
    return true;
}

/* After the end of a walk for DP_METRIC_ANY: the time of the first fact after `until_ms`; INT64_MAX
 * when there is none. */
static inline int64_t dp_timeline_walk_beyond_ms(const struct dp_timeline_walk *walk)
{
    if (walk->at < walk->end)
        return dp_chunk_time(walk->chunk, walk->at);
    return walk->next != walk->last ? walk->next->first_ms : INT64_MAX;
}

/* The memory that it owns, in bytes. */
size_t dp_timeline_bytes(const struct dp_timeline *timeline);

#endif
