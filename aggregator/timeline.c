#include "aggregator/timeline.h"

#include <stdlib.h>
#include <string.h>

#include "common/memory.h"

#define FIRST_CAPACITY 4

/* The last chunk whose first fact has time <= time_ms, else the first chunk. Looks from the end, in
 * growing steps: what comes late comes a little late. */
static size_t find_chunk(const struct dp_timeline *timeline, int64_t time_ms)
{
    size_t low = timeline->head, high = timeline->tail, step = 1;
    while (high - low > step && timeline->chunks[high - step].first_ms > time_ms) {
        high -= step;
        step *= 2;
    }
    if (high - low > step)
        low = high - step;
    for (size_t half; (half = (high - low) / 2) > 0; high -= half) {
        size_t later = half & -(size_t)(timeline->chunks[low + half].first_ms <= time_ms);
        low += later;
        high += later;
    }
    return low;
}

/* Makes room for a chunk before index `at`; returns the new one's index. */
static size_t add_chunk(struct dp_timeline *timeline, size_t at, uint8_t capacity)
{
    if (timeline->tail == timeline->capacity && timeline->head > timeline->capacity / 2) {
        memmove(timeline->chunks, timeline->chunks + timeline->head,
                (timeline->tail - timeline->head) * sizeof *timeline->chunks);
        at -= timeline->head;
        timeline->tail -= timeline->head;
        timeline->head = 0;
    }
    timeline->chunks =
        dp_xgrow(timeline->chunks, timeline->tail, &timeline->capacity, sizeof *timeline->chunks);
    memmove(timeline->chunks + at + 1, timeline->chunks + at,
            (timeline->tail - at) * sizeof *timeline->chunks);
    timeline->tail++;
    dp_chunk_init(&timeline->chunks[at], capacity);
    return at;
}

static void remove_chunk(struct dp_timeline *timeline, size_t at)
{
    dp_chunk_deinit(&timeline->chunks[at]);
    if (at == timeline->head) {
        timeline->head++;
    } else {
        timeline->tail--;
        memmove(timeline->chunks + at, timeline->chunks + at + 1,
                (timeline->tail - at) * sizeof *timeline->chunks);
    }
    if (dp_timeline_empty(timeline))
        dp_timeline_deinit(timeline);
}

void dp_timeline_deinit(struct dp_timeline *timeline)
{
    for (size_t i = timeline->head; i < timeline->tail; i++)
        dp_chunk_deinit(&timeline->chunks[i]);
    free(timeline->chunks);
    *timeline = (struct dp_timeline){0};
}

/* Halves a full chunk, or leaves it full where facts come in order. Returns the chunk that a fact
 * of that time goes to. */
static size_t split(struct dp_timeline *timeline, size_t index, int64_t time_ms)
{
    bool in_order = time_ms >= timeline->chunks[index].last_ms;
    size_t above = add_chunk(timeline, index + 1, DP_CHUNK_FACTS);
    struct dp_chunk *upper = &timeline->chunks[above];
    dp_chunk_split(upper - 1, in_order ? DP_CHUNK_FACTS : DP_CHUNK_FACTS / 2, upper);
    return in_order || time_ms >= upper->first_ms ? above : above - 1;
}

void dp_timeline_put(struct dp_timeline *timeline, const struct dp_fact *fact)
{
    if (dp_timeline_empty(timeline))
        add_chunk(timeline, timeline->tail, FIRST_CAPACITY);
    /* Most facts come last of all. */
    size_t index = timeline->tail - 1;
    if (timeline->chunks[index].first_ms > fact->time_ms)
        index = find_chunk(timeline, fact->time_ms);
    struct dp_chunk *chunk = &timeline->chunks[index];
    if (!dp_chunk_has_room(chunk) && !dp_chunk_make_room(chunk))
        index = split(timeline, index, fact->time_ms);
    dp_chunk_append(&timeline->chunks[index], fact);
}

bool dp_timeline_take(struct dp_timeline *timeline, const struct dp_fact *fact,
                      struct dp_fact *taken)
{
    if (dp_timeline_empty(timeline))
        return false;
    /* Backwards over the chunks with facts of this time. */
    for (size_t index = find_chunk(timeline, fact->time_ms) + 1; index-- > timeline->head;) {
        struct dp_chunk *chunk = &timeline->chunks[index];
        size_t at = dp_chunk_find(chunk, fact);
        if (at < chunk->end) {
            *taken = dp_chunk_fact(chunk, at);
            dp_chunk_remove(chunk, at);
            if (dp_chunk_empty(chunk))
                remove_chunk(timeline, index);
            return true;
        }
        if (chunk->first_ms < fact->time_ms)
            return false;
    }
    return false;
}

void dp_timeline_drop(struct dp_timeline *timeline, int64_t until_ms)
{
    while (!dp_timeline_empty(timeline) && timeline->chunks[timeline->head].first_ms <= until_ms) {
        struct dp_chunk *chunk = &timeline->chunks[timeline->head];
        if (chunk->last_ms > until_ms) {
            dp_chunk_drop(chunk, until_ms);
            return;
        }
        remove_chunk(timeline, timeline->head);
    }
}

int64_t dp_timeline_next_ms(const struct dp_timeline *timeline, int64_t after_ms)
{
    struct dp_timeline_walk walk = dp_timeline_walk(timeline, after_ms, INT64_MAX, DP_METRIC_ANY);
    const struct dp_fact *fact = dp_timeline_walk_next(&walk);
    return fact ? fact->time_ms : INT64_MAX;
}

struct dp_timeline_walk dp_timeline_walk(const struct dp_timeline *timeline, int64_t after_ms,
                                         int64_t until_ms, uint32_t wanted)
{
    struct dp_timeline_walk walk = {.after_ms = after_ms, .until_ms = until_ms, .wanted = wanted};
    if (!dp_timeline_empty(timeline)) {
        bool from_head = timeline->chunks[timeline->head].first_ms > after_ms;
        size_t first = from_head ? timeline->head : find_chunk(timeline, after_ms);
        walk.next = timeline->chunks + first;
        walk.last = timeline->chunks + timeline->tail;
    }
    return walk;
}

struct dp_timeline_walk dp_timeline_walk_from(const struct dp_timeline *timeline,
                                              struct dp_timeline_place place, int64_t after_ms,
                                              int64_t first_ms, int64_t until_ms)
{
    struct dp_chunk *chunks = timeline->chunks;
    size_t index = place.chunk;
    bool is_there = index >= timeline->head && index < timeline->tail &&
                    dp_chunk_begins(&chunks[index], place.at, first_ms) &&
                    (place.at > chunks[index].begin || index == timeline->head ||
                     chunks[index - 1].last_ms < first_ms);
    if (!is_there)
        return dp_timeline_walk(timeline, after_ms, until_ms, DP_METRIC_ANY);
    return (struct dp_timeline_walk){
        .chunk = &chunks[index],
        .at = place.at,
        .end = chunks[index].end,
        .next = &chunks[index + 1],
        .last = chunks + timeline->tail,
        .after_ms = after_ms,
        .until_ms = until_ms,
        .wanted = DP_METRIC_ANY,
    };
}

struct dp_timeline_place dp_timeline_walk_place(const struct dp_timeline *timeline,
                                                const struct dp_timeline_walk *walk)
{
    bool in_chunk = walk->at < walk->end;
    const struct dp_chunk *chunk = in_chunk ? walk->chunk : walk->next;
    if (chunk == walk->last)
        return (struct dp_timeline_place){0};
    return (struct dp_timeline_place){(uint32_t)(chunk - timeline->chunks),
                                      (uint32_t)(in_chunk ? walk->at : chunk->begin)};
}

bool dp_timeline_walk_chunk(struct dp_timeline_walk *walk)
{
    while (walk->next != walk->last && walk->next->first_ms <= walk->until_ms) {
        struct dp_chunk *chunk = walk->next++;
        if (!(chunk->holds & walk->wanted))
            continue;
        dp_chunk_sort(chunk);
        /* Only the first chunk may begin before the range. */
        walk->chunk = chunk;
        walk->at =
            chunk->first_ms > walk->after_ms ? chunk->begin : dp_chunk_until(chunk, walk->after_ms);
        walk->end = chunk->end;
        if (walk->at < walk->end)
            return true;
    }
    walk->at = walk->end = 0;
    return false;
}

size_t dp_timeline_bytes(const struct dp_timeline *timeline)
{
    size_t bytes = timeline->capacity * sizeof *timeline->chunks;
    for (size_t i = timeline->head; i < timeline->tail; i++)
        bytes += dp_chunk_bytes(&timeline->chunks[i]);
    return bytes;
}
