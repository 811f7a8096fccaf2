#include "aggregator/chunk.h"

#include <stdlib.h>
#include <string.h>

#include "common/memory.h"

/* A chunk's first fact lies in the middle of the times that it can hold: three weeks and more to
 * either side. */
#define MIDDLE (INT64_C(1) << 31)

/* False: it does not fit. */
static inline bool pack(const struct dp_fact *fact, int64_t base_ms, struct dp_packed *packed)
{
    uint64_t time = (uint64_t)fact->time_ms - (uint64_t)base_ms, value = (uint64_t)fact->value;
    uint64_t hold = (uint64_t)fact->hold_ms, wrap = (uint64_t)fact->wrap_ms, spans = hold | wrap;
    uint64_t upper = spans ? wrap << DP_PACKED_SPAN_BITS | hold : value >> 32;
    packed->time = (uint32_t)time;
    packed->value = (uint32_t)value;
    packed->rest = (uint64_t)fact->kind | (uint64_t)fact->channel << DP_PACKED_KIND_BITS |
                   (uint64_t)fact->flags << (DP_PACKED_KIND_BITS + DP_PACKED_CHANNEL_BITS) |
                   (uint64_t)(spans != 0) << DP_PACKED_SPANS_AT | upper << DP_PACKED_UPPER_AT;
    return !(time >> 32 | (uint64_t)fact->flags >> DP_PACKED_FLAG_BITS |
             spans >> DP_PACKED_SPAN_BITS | (spans ? value >> 32 : 0));
}

static size_t size_of(const struct dp_chunk *chunk)
{
    return chunk->wide ? sizeof *chunk->whole : sizeof *chunk->packed;
}

static char *place(const struct dp_chunk *chunk, size_t at)
{
    return (char *)chunk->facts + at * size_of(chunk);
}

void dp_chunk_init(struct dp_chunk *chunk, uint8_t capacity)
{
    *chunk = (struct dp_chunk){
        .packed = dp_xmalloc(capacity * sizeof *chunk->packed),
        .capacity = capacity,
    };
}

void dp_chunk_deinit(struct dp_chunk *chunk)
{
    free(chunk->facts);
}

static void widen(struct dp_chunk *chunk)
{
    struct dp_fact *whole = dp_xmalloc(chunk->capacity * sizeof *whole);
    for (size_t i = chunk->begin; i < chunk->end; i++)
        whole[i] = dp_packed_fact(&chunk->packed[i], chunk->base_ms);
    free(chunk->facts);
    chunk->whole = whole;
    chunk->wide = true;
}

bool dp_chunk_make_room(struct dp_chunk *chunk)
{
    if (chunk->begin > 0) {
        memmove(chunk->facts, place(chunk, chunk->begin),
                (size_t)(chunk->end - chunk->begin) * size_of(chunk));
        chunk->end = (uint8_t)(chunk->end - chunk->begin);
        chunk->begin = 0;
        return true;
    }
    if (chunk->capacity == DP_CHUNK_FACTS)
        return false;
    chunk->capacity = (uint8_t)(chunk->capacity * 2);
    chunk->facts = dp_xrealloc(chunk->facts, chunk->capacity * size_of(chunk));
    return true;
}

/* Notes the earliest and the latest time, where there are any. */
static void note_times(struct dp_chunk *chunk)
{
    if (dp_chunk_empty(chunk))
        return;
    chunk->first_ms = dp_chunk_time(chunk, chunk->begin);
    chunk->last_ms = dp_chunk_time(chunk, chunk->end - 1u);
    for (size_t i = chunk->begin; chunk->mixed && i < chunk->end; i++) {
        int64_t time_ms = dp_chunk_time(chunk, i);
        chunk->first_ms = time_ms < chunk->first_ms ? time_ms : chunk->first_ms;
        chunk->last_ms = time_ms > chunk->last_ms ? time_ms : chunk->last_ms;
    }
}

static void append_whole(struct dp_chunk *chunk, const struct dp_fact *fact)
{
    if (!chunk->wide)
        widen(chunk);
    chunk->whole[chunk->end] = *fact;
}

void dp_chunk_append(struct dp_chunk *chunk, const struct dp_fact *fact)
{
    if (dp_chunk_empty(chunk)) {
        chunk->base_ms = fact->time_ms - MIDDLE;
        chunk->first_ms = chunk->last_ms = fact->time_ms;
    }
    if (chunk->wide || !pack(fact, chunk->base_ms, &chunk->packed[chunk->end]))
        append_whole(chunk, fact);
    chunk->end++;
    if (fact->time_ms >= chunk->last_ms)
        chunk->last_ms = fact->time_ms;
    else
        chunk->mixed = true;
    if (fact->time_ms < chunk->first_ms)
        chunk->first_ms = fact->time_ms;
    chunk->holds |= dp_metric_bit(dp_metric_of(fact), (enum dp_channel)fact->channel);
}

void dp_chunk_split(struct dp_chunk *chunk, size_t stay, struct dp_chunk *upper)
{
    dp_chunk_sort(chunk);
    for (size_t i = stay; i < chunk->end; i++) {
        struct dp_fact fact = dp_chunk_fact(chunk, i);
        dp_chunk_append(upper, &fact);
    }
    chunk->end = (uint8_t)stay;
    note_times(chunk);
}

/* By a number for each fact, its time and its place: moving those is cheaper. */
void dp_chunk_sort(struct dp_chunk *chunk)
{
    uint64_t keys[DP_CHUNK_FACTS];
    struct dp_fact facts[DP_CHUNK_FACTS];
    size_t count = (size_t)(chunk->end - chunk->begin), size = size_of(chunk);
    if (!chunk->mixed)
        return;
    chunk->mixed = false;
    for (size_t i = 0; i < count; i++) {
        uint64_t key =
            (uint64_t)(dp_chunk_time(chunk, chunk->begin + i) - chunk->first_ms) * DP_CHUNK_FACTS +
            i;
        size_t at = i;
        for (; at > 0 && keys[at - 1] > key; at--)
            keys[at] = keys[at - 1];
        keys[at] = key;
    }
    memcpy(facts, place(chunk, chunk->begin), count * size);
    for (size_t i = 0; i < count; i++)
        memcpy(place(chunk, chunk->begin + i), (char *)facts + keys[i] % DP_CHUNK_FACTS * size,
               size);
}

size_t dp_chunk_until(const struct dp_chunk *chunk, int64_t time_ms)
{
    if (dp_chunk_empty(chunk) || chunk->last_ms <= time_ms)
        return chunk->end;
    size_t base = chunk->begin;
    for (size_t count = (size_t)(chunk->end - chunk->begin), half; count > 0; count -= half) {
        half = (count + 1) / 2; /* no branch to mispredict: */
        base += half & -(size_t)(dp_chunk_time(chunk, base + half - 1) <= time_ms);
    }
    return base;
}

bool dp_chunk_begins(const struct dp_chunk *chunk, size_t at, int64_t time_ms)
{
    return !chunk->mixed && at >= chunk->begin && at < chunk->end &&
           dp_chunk_time(chunk, at) == time_ms &&
           (at == chunk->begin || dp_chunk_time(chunk, at - 1) < time_ms);
}

static bool same(const struct dp_fact *a, const struct dp_fact *b)
{
    if ((a->flags ^ b->flags) & ~(unsigned)DP_FACT_IN_TARGET)
        return false;
    struct dp_fact flagged_as_a = *b;
    flagged_as_a.flags = a->flags;
    return dp_fact_equal(a, &flagged_as_a);
}

size_t dp_chunk_find(const struct dp_chunk *chunk, const struct dp_fact *fact)
{
    size_t at = chunk->mixed ? chunk->end : dp_chunk_until(chunk, fact->time_ms);
    while (at-- > chunk->begin)
        if (dp_chunk_time(chunk, at) == fact->time_ms) {
            struct dp_fact found = dp_chunk_fact(chunk, at);
            if (same(&found, fact))
                return at;
        } else if (!chunk->mixed) {
            break;
        }
    return chunk->end;
}

void dp_chunk_remove(struct dp_chunk *chunk, size_t at)
{
    int64_t time_ms = dp_chunk_time(chunk, at);
    chunk->end--;
    if (chunk->mixed)
        memmove(place(chunk, at), place(chunk, chunk->end), size_of(chunk));
    else
        memmove(place(chunk, at), place(chunk, at + 1), (chunk->end - at) * size_of(chunk));
    if (time_ms == chunk->first_ms || time_ms == chunk->last_ms) /* else they may lie far away */
        note_times(chunk);
}

void dp_chunk_drop(struct dp_chunk *chunk, int64_t until_ms)
{
    dp_chunk_sort(chunk);
    chunk->begin = (uint8_t)dp_chunk_until(chunk, until_ms);
    note_times(chunk);
}

size_t dp_chunk_bytes(const struct dp_chunk *chunk)
{
    return chunk->capacity * size_of(chunk);
}
