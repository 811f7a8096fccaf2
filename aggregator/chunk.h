/* A chunk of a timeline: up to 64 facts, packed into 16 bytes each. A scope keeps its facts for as
 * long as its longest window, so they are most of what it takes.
 *
 * A fact that does not fit (a hold or wrap-up of more than 69 minutes, a time weeks away) makes its
 * chunk a wide one, of whole facts. Facts appended out of order leave it mixed, until it is sorted.
 * Times in ms. Thread: one. Out of memory ends the process (dp_xmalloc). */
#ifndef DP_CHUNK_H
#define DP_CHUNK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "aggregator/fact.h"
#include "aggregator/metric.h"

#define DP_CHUNK_FACTS 64

/* What is in `rest` of a packed fact, from the lowest bit on: kind, channel and flags; whether two
 * spans follow, the hold and the wrap-up, or the upper half of the value. */
#define DP_PACKED_KIND_BITS    4
#define DP_PACKED_CHANNEL_BITS 2
#define DP_PACKED_FLAG_BITS    13
#define DP_PACKED_SPANS_AT     (DP_PACKED_KIND_BITS + DP_PACKED_CHANNEL_BITS + DP_PACKED_FLAG_BITS)
#define DP_PACKED_UPPER_AT     (DP_PACKED_SPANS_AT + 1)
#define DP_PACKED_SPAN_BITS    22
_Static_assert(DP_FACT_KINDS <= 1 << DP_PACKED_KIND_BITS &&
                   DP_CHANNELS <= 1 << DP_PACKED_CHANNEL_BITS &&
                   DP_FACT_HIGH < 1 << DP_PACKED_FLAG_BITS &&
                   DP_PACKED_UPPER_AT + 2 * DP_PACKED_SPAN_BITS == 64,
               "a fact is packed into 16 bytes");

struct dp_packed {
    uint32_t time; /* from the chunk's base_ms */
    uint32_t value;
    uint64_t rest;
};

#define DP_PACKED_LOW(bits) ((UINT64_C(1) << (bits)) - 1)

static inline struct dp_fact dp_packed_fact(const struct dp_packed *packed, int64_t base_ms)
{
    uint64_t rest = packed->rest, upper = rest >> DP_PACKED_UPPER_AT;
    uint64_t spans = 0 - (rest >> DP_PACKED_SPANS_AT & 1); /* all bits set: there are some */
    int64_t hold_ms = (int64_t)(upper & spans & DP_PACKED_LOW(DP_PACKED_SPAN_BITS));
    int64_t wrap_ms = (int64_t)((upper & spans) >> DP_PACKED_SPAN_BITS);
    return (struct dp_fact){
        .time_ms = base_ms + packed->time,
        .value = (int64_t)((upper & ~spans) << 32 | packed->value),
        .hold_ms = DP_FACT_SPAN(hold_ms),
        .kind = rest & DP_PACKED_LOW(DP_PACKED_KIND_BITS),
        .channel = rest >> DP_PACKED_KIND_BITS & DP_PACKED_LOW(DP_PACKED_CHANNEL_BITS),
        .wrap_ms = DP_FACT_SPAN(wrap_ms),
        .flags = rest >> (DP_PACKED_KIND_BITS + DP_PACKED_CHANNEL_BITS) &
                 DP_PACKED_LOW(DP_PACKED_FLAG_BITS),
    };
}

/* Facts [begin, end) are in use. */
struct dp_chunk {
    int64_t first_ms; /* the earliest time: kept here so that a search stays in one array */
    int64_t last_ms;  /* and the latest: kept here so that an appended fact is only written */
    int64_t base_ms;
    union {
        void *facts; /* owned */
        struct dp_packed *packed;
        struct dp_fact *whole; /* of a wide one */
    };
    uint32_t holds; /* dp_metric_bit of every fact in it, and perhaps of some that were removed */
    uint8_t begin, end, capacity;
    bool mixed : 1; /* the facts are in no order */
    bool wide : 1;
};

void dp_chunk_init(struct dp_chunk *chunk, uint8_t capacity);
void dp_chunk_deinit(struct dp_chunk *chunk);

static inline bool dp_chunk_empty(const struct dp_chunk *chunk)
{
    return chunk->begin == chunk->end;
}

static inline bool dp_chunk_has_room(const struct dp_chunk *chunk)
{
    return chunk->end < chunk->capacity;
}

/* Makes room for one more; false: there is none, it is to be split. */
bool dp_chunk_make_room(struct dp_chunk *chunk);

/* Moves the facts from the `stay`th on to the end of `upper`, which is empty. Both are sorted then,
 * and begin at 0. For a chunk that dp_chunk_make_room has found to be full. */
void dp_chunk_split(struct dp_chunk *chunk, size_t stay, struct dp_chunk *upper);

/* The time of the fact at a place in use, and the fact. */
static inline int64_t dp_chunk_time(const struct dp_chunk *chunk, size_t at)
{
    return chunk->wide ? chunk->whole[at].time_ms : chunk->base_ms + chunk->packed[at].time;
}

static inline struct dp_fact dp_chunk_fact(const struct dp_chunk *chunk, size_t at)
{
    return chunk->wide ? chunk->whole[at] : dp_packed_fact(&chunk->packed[at], chunk->base_ms);
}

/* Behind all others, where there is room. */
void dp_chunk_append(struct dp_chunk *chunk, const struct dp_fact *fact);

/* Puts the facts in order of time. */
void dp_chunk_sort(struct dp_chunk *chunk);

/* Where the first fact with time > time_ms is or would be; not of a mixed one. */
size_t dp_chunk_until(const struct dp_chunk *chunk, int64_t time_ms);

/* True: the first fact of that time is at `at`; not for certain of a mixed one. */
bool dp_chunk_begins(const struct dp_chunk *chunk, size_t at, int64_t time_ms);

/* Where a fact is that equals `fact` but for DP_FACT_IN_TARGET; the end when there is none. */
size_t dp_chunk_find(const struct dp_chunk *chunk, const struct dp_fact *fact);

void dp_chunk_remove(struct dp_chunk *chunk, size_t at);

/* Removes all facts up to `until_ms`; not all that there are. */
void dp_chunk_drop(struct dp_chunk *chunk, int64_t until_ms);

/* The memory that it owns, in bytes. */
size_t dp_chunk_bytes(const struct dp_chunk *chunk);

#endif
