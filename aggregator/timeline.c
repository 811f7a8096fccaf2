#include "aggregator/timeline.h"

#include <stdlib.h>
#include <string.h>

#include "common/memory.h"

#define FIRST_CAPACITY     4
#define FIRST_ROW_CAPACITY 8

/* Where a chunk is. The latest shelf counts as the one behind those in the row. */
struct spot {
    size_t shelf, chunk;
};

static size_t first_shelf(const struct dp_timeline *timeline)
{
    return timeline->row ? timeline->row->head : 0;
}

static size_t latest_shelf(const struct dp_timeline *timeline)
{
    return timeline->row ? timeline->row->tail : 0;
}

static const struct dp_shelf *shelf_at(const struct dp_timeline *timeline, size_t index)
{
    return index == latest_shelf(timeline) ? &timeline->latest : &timeline->row->items[index].shelf;
}

static struct dp_shelf *shelf_of(struct dp_timeline *timeline, size_t index)
{
    return (struct dp_shelf *)shelf_at(timeline, index);
}

static struct dp_chunk *chunk_at(const struct dp_timeline *timeline, struct spot spot)
{
    return &shelf_at(timeline, spot.shelf)->chunks[spot.chunk];
}

static struct spot first_spot(const struct dp_timeline *timeline)
{
    size_t first = first_shelf(timeline);
    return (struct spot){first, shelf_at(timeline, first)->head};
}

/* To the chunk before; false: there is none. */
static bool step_back(const struct dp_timeline *timeline, struct spot *spot)
{
    if (spot->chunk > shelf_at(timeline, spot->shelf)->head) {
        spot->chunk--;
        return true;
    }
    if (spot->shelf == first_shelf(timeline))
        return false;
    spot->shelf--;
    spot->chunk = shelf_at(timeline, spot->shelf)->tail - 1u;
    return true;
}

/* The last shelf of the row that begins at time_ms or before, else the first. */
static size_t find_in_row(struct dp_shelf_row *row, int64_t time_ms)
{
    size_t low = row->recent, count = row->tail - row->head;
    if (low >= row->head && low < row->tail && row->items[low].from_ms <= time_ms &&
        (low + 1 == row->tail || row->items[low + 1].from_ms > time_ms))
        return low;
    low = row->head;
    for (size_t half; (half = count / 2) > 0; count -= half) /* no branch to mispredict: */
        low += half & -(size_t)(row->items[low + half].from_ms <= time_ms);
    return row->recent = low;
}

/* The last chunk whose facts may begin at time_ms or before, else the first: none behind it has any
 * of that time, none before it any later one. */
static struct spot find_spot(const struct dp_timeline *timeline, int64_t time_ms)
{
    size_t shelf = latest_shelf(timeline);
    if (timeline->row && timeline->latest.chunks[timeline->latest.head].first_ms > time_ms)
        shelf = find_in_row(timeline->row, time_ms);
    return (struct spot){shelf, dp_shelf_find(shelf_at(timeline, shelf), time_ms)};
}

/* Makes room for a shelf before index `at` of the row; returns the new one. */
static struct dp_shelf_in_row *add_to_row(struct dp_timeline *timeline, size_t at)
{
    struct dp_shelf_row *row = timeline->row;
    if (row && row->tail == row->capacity && row->head > row->capacity / 2) {
        row->tail -= row->head;
        memmove(row->items, row->items + row->head, row->tail * sizeof *row->items);
        at -= row->head;
        row->head = 0;
    }
    if (!row || row->tail == row->capacity) {
        size_t capacity = row ? row->capacity * 2 : FIRST_ROW_CAPACITY;
        row = dp_xrealloc(row, sizeof *row + capacity * sizeof *row->items);
        if (!timeline->row)
            row->head = row->tail = row->recent = 0;
        row->capacity = capacity;
        timeline->row = row;
    }
    memmove(row->items + at + 1, row->items + at, (row->tail - at) * sizeof *row->items);
    row->tail++;
    return &row->items[at];
}

static void remove_shelf(struct dp_timeline *timeline, size_t at)
{
    struct dp_shelf_row *row = timeline->row;
    dp_shelf_deinit(shelf_of(timeline, at));
    if (!row)
        return;
    if (at == row->head) {
        row->head++;
    } else {
        row->tail--;
        if (at > row->tail)
            timeline->latest = row->items[row->tail].shelf;
        else
            memmove(row->items + at, row->items + at + 1, (row->tail - at) * sizeof *row->items);
    }
    if (row->head == row->tail) {
        free(row);
        timeline->row = NULL;
    }
}

void dp_timeline_deinit(struct dp_timeline *timeline)
{
    for (size_t i = first_shelf(timeline); i < latest_shelf(timeline); i++)
        dp_shelf_deinit(&timeline->row->items[i].shelf);
    dp_shelf_deinit(&timeline->latest);
    free(timeline->row);
    timeline->row = NULL;
}

/* Puts a chunk behind that at `spot`. A full shelf is halved, or left full where facts come in
 * order. */
static void add_chunk(struct dp_timeline *timeline, struct spot spot, const struct dp_chunk *chunk,
                      bool in_order)
{
    struct dp_shelf *shelf = shelf_of(timeline, spot.shelf);
    size_t at = spot.chunk + 1;
    if (!dp_shelf_full(shelf)) {
        dp_shelf_add(shelf, at, chunk);
        return;
    }
    /* A full one begins at 0. */
    size_t stay = in_order && at == shelf->tail ? DP_SHELF_CHUNKS : DP_SHELF_CHUNKS / 2;
    int64_t from_ms = shelf->chunks[stay - 1].last_ms;
    struct dp_shelf upper;
    dp_shelf_split(shelf, stay, &upper);
    if (at < stay)
        dp_shelf_add(shelf, at, chunk);
    else
        dp_shelf_add(&upper, at - stay, chunk);
    if (spot.shelf < latest_shelf(timeline)) {
        *add_to_row(timeline, spot.shelf + 1) = (struct dp_shelf_in_row){from_ms, upper};
    } else {
        int64_t first_ms = shelf->chunks[0].first_ms;
        *add_to_row(timeline, spot.shelf) = (struct dp_shelf_in_row){first_ms, *shelf};
        *shelf = upper;
    }
}

/* Puts a fact where there is a full chunk: halves that, or leaves it full where facts come in
 * order. */
static void split(struct dp_timeline *timeline, struct spot spot, const struct dp_fact *fact)
{
    struct dp_chunk *lower = chunk_at(timeline, spot), upper;
    bool in_order = fact->time_ms >= lower->last_ms;
    dp_chunk_init(&upper, DP_CHUNK_FACTS);
    dp_chunk_split(lower, in_order ? DP_CHUNK_FACTS : DP_CHUNK_FACTS / 2, &upper);
    dp_chunk_append(in_order || fact->time_ms >= upper.first_ms ? &upper : lower, fact);
    add_chunk(timeline, spot, &upper, in_order);
}

static void put_where_it_goes(struct dp_timeline *timeline, const struct dp_fact *fact)
{
    if (dp_timeline_empty(timeline)) {
        struct dp_chunk first;
        dp_chunk_init(&first, FIRST_CAPACITY);
        dp_shelf_add(&timeline->latest, 0, &first);
    }
    struct spot spot = find_spot(timeline, fact->time_ms);
    struct dp_chunk *chunk = chunk_at(timeline, spot);
    if (dp_chunk_has_room(chunk) || dp_chunk_make_room(chunk))
        dp_chunk_append(chunk, fact);
    else
        split(timeline, spot, fact);
}

void dp_timeline_put(struct dp_timeline *timeline, const struct dp_fact *fact)
{
    const struct dp_shelf *latest = &timeline->latest;
    if (!dp_timeline_empty(timeline)) {
        /* Most facts come last of all. */
        struct dp_chunk *last = &latest->chunks[latest->tail - 1u];
        if (last->first_ms <= fact->time_ms && dp_chunk_has_room(last)) {
            dp_chunk_append(last, fact);
            return;
        }
    }
    put_where_it_goes(timeline, fact);
}

static void remove_chunk(struct dp_timeline *timeline, struct spot spot)
{
    struct dp_shelf *shelf = shelf_of(timeline, spot.shelf);
    dp_shelf_remove(shelf, spot.chunk);
    if (dp_shelf_empty(shelf))
        remove_shelf(timeline, spot.shelf);
}

bool dp_timeline_take(struct dp_timeline *timeline, const struct dp_fact *fact,
                      struct dp_fact *taken)
{
    if (dp_timeline_empty(timeline))
        return false;
    /* Backwards over the chunks with facts of this time. */
    struct spot spot = find_spot(timeline, fact->time_ms);
    do {
        struct dp_chunk *chunk = chunk_at(timeline, spot);
        size_t at = dp_chunk_find(chunk, fact);
        if (at < chunk->end) {
            *taken = dp_chunk_fact(chunk, at);
            dp_chunk_remove(chunk, at);
            if (dp_chunk_empty(chunk))
                remove_chunk(timeline, spot);
            return true;
        }
        if (chunk->first_ms < fact->time_ms)
            return false;
    } while (step_back(timeline, &spot));
    return false;
}

void dp_timeline_drop(struct dp_timeline *timeline, int64_t until_ms)
{
    while (!dp_timeline_empty(timeline) && dp_timeline_first_ms(timeline) <= until_ms) {
        struct spot first = first_spot(timeline);
        struct dp_chunk *chunk = chunk_at(timeline, first);
        if (chunk->last_ms > until_ms) {
            dp_chunk_drop(chunk, until_ms);
            return;
        }
        remove_chunk(timeline, first);
    }
}

int64_t dp_timeline_next_ms(const struct dp_timeline *timeline, int64_t after_ms)
{
    struct dp_timeline_walk walk = dp_timeline_walk(timeline, after_ms, INT64_MAX, DP_METRIC_ANY);
    struct dp_fact fact;
    return dp_timeline_walk_next(&walk, &fact) ? fact.time_ms : INT64_MAX;
}

/* The chunks to come are those from `spot` on. */
static void go_to(struct dp_timeline_walk *walk, struct spot spot)
{
    const struct dp_shelf *shelf = shelf_at(walk->timeline, spot.shelf);
    walk->shelf = (uint32_t)spot.shelf;
    walk->next = shelf->chunks + spot.chunk;
    walk->last = shelf->chunks + shelf->tail;
}

struct dp_timeline_walk dp_timeline_walk(const struct dp_timeline *timeline, int64_t after_ms,
                                         int64_t until_ms, uint32_t wanted)
{
    struct dp_timeline_walk walk = {
        .timeline = timeline, .after_ms = after_ms, .until_ms = until_ms, .wanted = wanted};
    if (!dp_timeline_empty(timeline)) {
        bool from_first = dp_timeline_first_ms(timeline) > after_ms;
        go_to(&walk, from_first ? first_spot(timeline) : find_spot(timeline, after_ms));
    }
    return walk;
}

/* True: the first fact of that time is at `place`; not for certain in a mixed chunk. */
static bool begins_at(const struct dp_timeline *timeline, struct dp_timeline_place place,
                      int64_t time_ms)
{
    struct spot spot = {place.shelf, place.chunk};
    if (spot.shelf < first_shelf(timeline) || spot.shelf > latest_shelf(timeline))
        return false;
    const struct dp_shelf *shelf = shelf_at(timeline, spot.shelf);
    if (spot.chunk < shelf->head || spot.chunk >= shelf->tail ||
        !dp_chunk_begins(&shelf->chunks[spot.chunk], place.at, time_ms))
        return false;
    return place.at > shelf->chunks[spot.chunk].begin || !step_back(timeline, &spot) ||
           chunk_at(timeline, spot)->last_ms < time_ms;
}

struct dp_timeline_walk dp_timeline_walk_from(const struct dp_timeline *timeline,
                                              struct dp_timeline_place place, int64_t after_ms,
                                              int64_t first_ms, int64_t until_ms)
{
    if (!begins_at(timeline, place, first_ms))
        return dp_timeline_walk(timeline, after_ms, until_ms, DP_METRIC_ANY);
    struct dp_timeline_walk walk = {.timeline = timeline,
                                    .at = place.at,
                                    .after_ms = after_ms,
                                    .until_ms = until_ms,
                                    .wanted = DP_METRIC_ANY};
    go_to(&walk, (struct spot){place.shelf, place.chunk});
    walk.chunk = walk.next++;
    walk.end = walk.chunk->end;
    return walk;
}

struct dp_timeline_place dp_timeline_walk_place(const struct dp_timeline_walk *walk)
{
    bool in_chunk = walk->at < walk->end;
    const struct dp_chunk *chunk = in_chunk ? walk->chunk : walk->next;
    if (chunk == walk->last)
        return (struct dp_timeline_place){0};
    const struct dp_shelf *shelf = shelf_at(walk->timeline, walk->shelf);
    return (struct dp_timeline_place){walk->shelf, (uint16_t)(chunk - shelf->chunks),
                                      (uint16_t)(in_chunk ? walk->at : chunk->begin)};
}

/* The next chunk to come, on the next shelf where this one's are through; NULL: there is none. */
static struct dp_chunk *to_come(struct dp_timeline_walk *walk)
{
    if (walk->next == walk->last) {
        if (walk->shelf == latest_shelf(walk->timeline))
            return NULL;
        size_t shelf = walk->shelf + 1;
        go_to(walk, (struct spot){shelf, shelf_at(walk->timeline, shelf)->head});
    }
    return walk->next;
}

bool dp_timeline_walk_chunk(struct dp_timeline_walk *walk)
{
    for (struct dp_chunk *chunk; (chunk = to_come(walk)) && chunk->first_ms <= walk->until_ms;) {
        walk->next++;
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
    const struct dp_shelf_row *row = timeline->row;
    size_t bytes = row ? sizeof *row + row->capacity * sizeof *row->items : 0;
    for (size_t i = first_shelf(timeline); i <= latest_shelf(timeline); i++)
        bytes += dp_shelf_bytes(shelf_at(timeline, i));
    return bytes;
}
