#include "aggregator/timeline.h"

#include <stdlib.h>
#include <string.h>

#include "common/memory.h"

#define FIRST_CAPACITY 4

/* Notes the earliest and the latest time, where there are any. */
static void note_times(struct dp_timeline_chunk *chunk)
{
    if (chunk->begin == chunk->end)
        return;
    chunk->first_ms = chunk->facts[chunk->begin].time_ms;
    chunk->last_ms = chunk->facts[chunk->end - 1].time_ms;
    for (size_t i = chunk->begin; chunk->mixed && i < chunk->end; i++) {
        int64_t time_ms = chunk->facts[i].time_ms;
        chunk->first_ms = time_ms < chunk->first_ms ? time_ms : chunk->first_ms;
        chunk->last_ms = time_ms > chunk->last_ms ? time_ms : chunk->last_ms;
    }
}

/* Puts the facts of a chunk in order: by a number for each, its time and its place, since moving
 * those is cheaper. */
static void sort(struct dp_timeline_chunk *chunk)
{
    uint64_t keys[DP_TIMELINE_CHUNK];
    struct dp_fact facts[DP_TIMELINE_CHUNK];
    struct dp_fact *from = chunk->facts + chunk->begin;
    size_t count = (size_t)(chunk->end - chunk->begin);
    if (!chunk->mixed)
        return;
    chunk->mixed = false;
    for (size_t i = 0; i < count; i++) {
        uint64_t key = (uint64_t)(from[i].time_ms - chunk->first_ms) * DP_TIMELINE_CHUNK + i;
        size_t at = i;
        for (; at > 0 && keys[at - 1] > key; at--)
            keys[at] = keys[at - 1];
        keys[at] = key;
    }
    memcpy(facts, from, count * sizeof *from);
    for (size_t i = 0; i < count; i++)
        from[i] = facts[keys[i] % DP_TIMELINE_CHUNK];
}

/* Where in the chunk, which is in order, the first fact with time > time_ms is or would be. */
static size_t until(const struct dp_timeline_chunk *chunk, int64_t time_ms)
{
    if (chunk->begin == chunk->end || chunk->last_ms <= time_ms)
        return chunk->end;
    const struct dp_fact *base = chunk->facts + chunk->begin;
    for (size_t count = (size_t)(chunk->end - chunk->begin), half; count > 0; count -= half) {
        half = (count + 1) / 2;
        base += half & -(size_t)(base[half - 1].time_ms <= time_ms); /* no branch to mispredict */
    }
    return (size_t)(base - chunk->facts);
}

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
    timeline->chunks[at] = (struct dp_timeline_chunk){
        .facts = dp_xmalloc(capacity * sizeof(struct dp_fact)), .capacity = capacity};
    return at;
}

static void remove_chunk(struct dp_timeline *timeline, size_t at)
{
    free(timeline->chunks[at].facts);
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
        free(timeline->chunks[i].facts);
    free(timeline->chunks);
    *timeline = (struct dp_timeline){0};
}

/* Makes room for one more fact of that time in chunk `index`, which is used to its end. Returns the
 * chunk where it turns out to be. */
static size_t make_room(struct dp_timeline *timeline, size_t index, int64_t time_ms)
{
    struct dp_timeline_chunk *chunk = &timeline->chunks[index];
    if (chunk->begin > 0) {
        chunk->end = (uint8_t)(chunk->end - chunk->begin);
        memmove(chunk->facts, chunk->facts + chunk->begin, chunk->end * sizeof *chunk->facts);
        chunk->begin = 0;
        return index;
    }
    if (chunk->capacity < DP_TIMELINE_CHUNK) {
        chunk->capacity = (uint8_t)(chunk->capacity * 2);
        chunk->facts = dp_xrealloc(chunk->facts, chunk->capacity * sizeof *chunk->facts);
        return index;
    }
    /* Left full where facts come in order, else halved. */
    sort(chunk);
    size_t stay = time_ms >= chunk->last_ms ? DP_TIMELINE_CHUNK : DP_TIMELINE_CHUNK / 2;
    size_t above = add_chunk(timeline, index + 1, DP_TIMELINE_CHUNK);
    struct dp_timeline_chunk *upper = &timeline->chunks[above], *lower = upper - 1;
    lower->end = (uint8_t)stay;
    upper->end = (uint8_t)(DP_TIMELINE_CHUNK - stay);
    memcpy(upper->facts, lower->facts + stay, upper->end * sizeof *upper->facts);
    note_times(lower);
    note_times(upper);
    upper->holds = upper->end ? lower->holds : 0;
    return upper->end == 0 || time_ms >= upper->first_ms ? above : above - 1;
}

/* Most facts come last of all, and find room there. */
static bool append(struct dp_timeline *timeline, const struct dp_fact *fact)
{
    if (dp_timeline_empty(timeline))
        return false;
    struct dp_timeline_chunk *chunk = &timeline->chunks[timeline->tail - 1];
    if (chunk->end == chunk->capacity || chunk->last_ms > fact->time_ms)
        return false;
    chunk->facts[chunk->end++] = *fact;
    chunk->last_ms = fact->time_ms;
    __builtin_prefetch(&chunk->facts[chunk->end + 1], 1); /* the line that the next but one needs */
    chunk->holds |= dp_metric_bit(dp_metric_of(fact), (enum dp_channel)fact->channel);
    return true;
}

void dp_timeline_put(struct dp_timeline *timeline, const struct dp_fact *fact)
{
    if (append(timeline, fact))
        return;
    if (dp_timeline_empty(timeline))
        add_chunk(timeline, timeline->tail, FIRST_CAPACITY);

    size_t index = find_chunk(timeline, fact->time_ms);
    if (timeline->chunks[index].end == timeline->chunks[index].capacity)
        index = make_room(timeline, index, fact->time_ms);

    struct dp_timeline_chunk *chunk = &timeline->chunks[index];
    bool none = chunk->begin == chunk->end;
    chunk->facts[chunk->end++] = *fact;
    chunk->mixed |= !none && fact->time_ms < chunk->last_ms;
    if (none || fact->time_ms < chunk->first_ms)
        chunk->first_ms = fact->time_ms;
    if (none || fact->time_ms > chunk->last_ms)
        chunk->last_ms = fact->time_ms;
    chunk->holds |= dp_metric_bit(dp_metric_of(fact), (enum dp_channel)fact->channel);
}

static bool same(const struct dp_fact *a, const struct dp_fact *b)
{
    if ((a->flags ^ b->flags) & ~(unsigned)DP_FACT_IN_TARGET)
        return false;
    struct dp_fact flagged_as_a = *b;
    flagged_as_a.flags = a->flags;
    return dp_fact_equal(a, &flagged_as_a);
}

/* Where in the chunk that fact is; its end when it is not there. */
static size_t place_of(const struct dp_timeline_chunk *chunk, const struct dp_fact *fact)
{
    for (size_t at = chunk->mixed ? chunk->end : until(chunk, fact->time_ms); at-- > chunk->begin;)
        if (chunk->facts[at].time_ms == fact->time_ms) {
            if (same(&chunk->facts[at], fact))
                return at;
        } else if (!chunk->mixed) {
            break;
        }
    return chunk->end;
}

static void remove_fact(struct dp_timeline *timeline, size_t index, size_t at)
{
    struct dp_timeline_chunk *chunk = &timeline->chunks[index];
    int64_t time_ms = chunk->facts[at].time_ms;
    chunk->end--;
    if (chunk->mixed)
        chunk->facts[at] = chunk->facts[chunk->end];
    else
        memmove(chunk->facts + at, chunk->facts + at + 1, (chunk->end - at) * sizeof *chunk->facts);
    if (chunk->begin == chunk->end)
        remove_chunk(timeline, index);
    else if (time_ms == chunk->first_ms || time_ms == chunk->last_ms)
        note_times(chunk); /* else they may lie far from here */
}

bool dp_timeline_take(struct dp_timeline *timeline, const struct dp_fact *fact,
                      struct dp_fact *taken)
{
    if (dp_timeline_empty(timeline))
        return false;
    /* Backwards over the chunks with facts of this time. */
    for (size_t index = find_chunk(timeline, fact->time_ms) + 1; index-- > timeline->head;) {
        const struct dp_timeline_chunk *chunk = &timeline->chunks[index];
        size_t at = place_of(chunk, fact);
        if (at < chunk->end) {
            *taken = chunk->facts[at];
            remove_fact(timeline, index, at);
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
        struct dp_timeline_chunk *chunk = &timeline->chunks[timeline->head];
        sort(chunk);
        size_t kept = until(chunk, until_ms);
        if (kept < chunk->end) {
            chunk->begin = (uint8_t)kept;
            note_times(chunk);
            return;
        }
        remove_chunk(timeline, timeline->head);
    }
}

const struct dp_fact *dp_timeline_after(const struct dp_timeline *timeline, int64_t after_ms)
{
    struct dp_timeline_walk walk = dp_timeline_walk(timeline, after_ms, INT64_MAX, DP_METRIC_ANY);
    return dp_timeline_walk_next(&walk);
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

bool dp_timeline_walk_chunk(struct dp_timeline_walk *walk)
{
    while (walk->next != walk->last && walk->next->first_ms <= walk->until_ms) {
        struct dp_timeline_chunk *chunk = walk->next++;
        if (!(chunk->holds & walk->wanted))
            continue;
        sort(chunk);
        /* Only the first chunk may begin before the range. */
        size_t at = chunk->first_ms > walk->after_ms ? chunk->begin : until(chunk, walk->after_ms);
        walk->fact = chunk->facts + at;
        walk->end = chunk->facts + chunk->end;
        if (walk->fact != walk->end)
            return true;
    }
    walk->fact = walk->end = NULL;
    return false;
}
