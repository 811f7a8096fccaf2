#include "aggregator/spread.h"

#include <stdlib.h>
#include <string.h>

#include "aggregator/histogram.h"
#include "common/memory.h"

void dp_spread_deinit(struct dp_spread *spread)
{
    free(spread->tops);
    free(spread->counts);
    free(spread->buckets);
    *spread = (struct dp_spread){0};
}

/* ---------------------------------------------------------------- buckets */

/* The place of a bucket, or where it would be. */
static size_t place_of(const struct dp_spread *spread, unsigned bucket)
{
    const uint16_t *from = spread->buckets;
    for (size_t count = spread->used; count > 0;) {
        size_t half = count / 2;
        bool after = from[half] < bucket;
        from += after ? half + 1 : 0;
        count = after ? count - half - 1 : half;
    }
    return (size_t)(from - spread->buckets);
}

static void insert_bucket(struct dp_spread *spread, size_t at, unsigned bucket)
{
    if (spread->used == spread->capacity) {
        spread->capacity = (uint16_t)(spread->capacity + spread->capacity / 2 + 4);
        spread->counts = dp_xrealloc(spread->counts, spread->capacity * sizeof *spread->counts);
        spread->buckets = dp_xrealloc(spread->buckets, spread->capacity * sizeof *spread->buckets);
    }
    size_t after = spread->used++ - at;
    memmove(spread->counts + at + 1, spread->counts + at, after * sizeof *spread->counts);
    memmove(spread->buckets + at + 1, spread->buckets + at, after * sizeof *spread->buckets);
    spread->counts[at] = 0;
    spread->buckets[at] = (uint16_t)bucket;
}

static void remove_bucket(struct dp_spread *spread, size_t at)
{
    size_t after = --spread->used - at;
    memmove(spread->counts + at, spread->counts + at + 1, after * sizeof *spread->counts);
    memmove(spread->buckets + at, spread->buckets + at + 1, after * sizeof *spread->buckets);
}

/* ---------------------------------------------------------------- the greatest */

static size_t top_place(const struct dp_spread *spread, int64_t value)
{
    size_t at = spread->top_count;
    while (at > 0 && spread->tops[at - 1].value < value)
        at--;
    return at; /* behind those that are greater or equal */
}

static void put_top(struct dp_spread *spread, int64_t value, uint32_t count)
{
    size_t at = top_place(spread, value);
    if (at > 0 && spread->tops[at - 1].value == value) {
        spread->tops[at - 1].count += count;
        return;
    }
    if (spread->top_count == DP_SPREAD_TOPS) { /* the smallest of them goes */
        if (at == DP_SPREAD_TOPS) {
            spread->below = value + 1;
            return;
        }
        spread->below = spread->tops[--spread->top_count].value + 1;
    }
    if (spread->top_count == spread->top_capacity) {
        spread->top_capacity = spread->top_capacity ? (uint8_t)(spread->top_capacity * 2) : 4;
        spread->tops = dp_xrealloc(spread->tops, spread->top_capacity * sizeof *spread->tops);
    }
    memmove(spread->tops + at + 1, spread->tops + at,
            (spread->top_count - at) * sizeof *spread->tops);
    spread->tops[at] = (struct dp_spread_top){value, count};
    spread->top_count++;
}

static void take_top(struct dp_spread *spread, int64_t value)
{
    size_t at = top_place(spread, value);
    if (at == 0 || spread->tops[at - 1].value != value || --spread->tops[at - 1].count > 0)
        return;
    spread->top_count--;
    memmove(spread->tops + at - 1, spread->tops + at,
            (spread->top_count - at + 1) * sizeof *spread->tops);
}

/* ---------------------------------------------------------------- */

static void add_to_bucket(struct dp_spread *spread, unsigned bucket, uint32_t count)
{
    size_t at = place_of(spread, bucket);
    if (at == spread->used || spread->buckets[at] != bucket)
        insert_bucket(spread, at, bucket);
    spread->counts[at] += count;
    spread->count += count;
}

void dp_spread_put(struct dp_spread *spread, int64_t value)
{
    add_to_bucket(spread, dp_histogram_bucket(value), 1);
    if (value >= spread->below)
        put_top(spread, value, 1);
}

void dp_spread_take(struct dp_spread *spread, int64_t value)
{
    unsigned bucket = dp_histogram_bucket(value);
    size_t at = place_of(spread, bucket);
    if (at == spread->used || spread->buckets[at] != bucket)
        return;
    spread->count--;
    if (--spread->counts[at] == 0)
        remove_bucket(spread, at);
    if (value >= spread->below)
        take_top(spread, value);
    if (spread->count == 0)
        spread->below = 0;
}

/* Gives up the tops below `below`. */
static void raise_below(struct dp_spread *spread, int64_t below)
{
    if (below <= spread->below)
        return;
    spread->below = below;
    while (spread->top_count && spread->tops[spread->top_count - 1].value < below)
        spread->top_count--;
}

void dp_spread_merge(struct dp_spread *spread, const struct dp_spread *from)
{
    for (size_t i = 0; i < from->used; i++)
        add_to_bucket(spread, from->buckets[i], from->counts[i]);
    raise_below(spread, from->below);
    for (size_t i = 0; i < from->top_count; i++)
        if (from->tops[i].value >= spread->below)
            put_top(spread, from->tops[i].value, from->tops[i].count);
}

int64_t dp_spread_max(const struct dp_spread *spread)
{
    if (spread->top_count)
        return spread->tops[0].value;
    int64_t middle = dp_histogram_middle(spread->buckets[spread->used - 1]);
    return middle < spread->below ? middle : spread->below - 1;
}
