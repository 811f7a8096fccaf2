#include "aggregator/spread.h"

#include <stdlib.h>
#include <string.h>

#include "common/memory.h"

void dp_spread_deinit(struct dp_spread *spread)
{
    free(spread->tops);
    free(spread->counts);
    free(spread->buckets);
    *spread = (struct dp_spread){0};
}

/* ---------------------------------------------------------------- buckets */

/* With so many in use, one apart from the other, they are given their whole range. */
#define FEW 96

/* What a range grows by at its lower end, so that it seldom does. */
#define SLACK 64

static void resize(struct dp_spread *spread, size_t capacity)
{
    spread->capacity = (uint16_t)capacity;
    spread->counts = dp_xrealloc(spread->counts, capacity * sizeof *spread->counts);
    if (spread->buckets)
        spread->buckets = dp_xrealloc(spread->buckets, capacity * sizeof *spread->buckets);
}

/* The place of a bucket among few, or where it would be. */
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
    size_t after = spread->used++ - at;
    memmove(spread->counts + at + 1, spread->counts + at, after * sizeof *spread->counts);
    memmove(spread->buckets + at + 1, spread->buckets + at, after * sizeof *spread->buckets);
    spread->counts[at] = 0;
    spread->buckets[at] = (uint16_t)bucket;
}

/* All buckets from the first to the last. */
static void take_whole_range(struct dp_spread *spread)
{
    struct dp_spread few = *spread;
    unsigned first = few.buckets[0], last = few.buckets[few.used - 1];
    spread->first = (uint16_t)(first > SLACK ? first - SLACK : 0);
    spread->used = (uint16_t)(last + 1 - spread->first);
    spread->buckets = NULL;
    spread->counts = NULL;
    resize(spread, spread->used + SLACK);
    memset(spread->counts, 0, spread->capacity * sizeof *spread->counts);
    for (size_t i = 0; i < few.used; i++)
        spread->counts[few.buckets[i] - spread->first] = few.counts[i];
    free(few.counts);
    free(few.buckets);
}

/* The range reaches to a bucket that is beyond it. */
static void stretch(struct dp_spread *spread, unsigned bucket)
{
    unsigned first = spread->first, end = first + spread->used;
    if (bucket < first)
        first = bucket > SLACK ? bucket - SLACK : 0;
    if (bucket >= end)
        end = bucket + 1;
    size_t shift = spread->first - first, used = end - first, before = spread->used;
    if (used > spread->capacity)
        resize(spread, used + SLACK);
    memmove(spread->counts + shift, spread->counts, before * sizeof *spread->counts);
    memset(spread->counts, 0, shift * sizeof *spread->counts);
    memset(spread->counts + shift + before, 0, (used - shift - before) * sizeof *spread->counts);
    spread->first = (uint16_t)first;
    spread->used = (uint16_t)used;
}

/* The count of a bucket, made when it is not there. */
static uint32_t *count_of(struct dp_spread *spread, unsigned bucket)
{
    if (spread->used && !spread->buckets) {
        if (bucket < spread->first || bucket >= spread->first + (unsigned)spread->used)
            stretch(spread, bucket);
        return &spread->counts[bucket - spread->first];
    }
    size_t at = place_of(spread, bucket);
    if (at < spread->used && spread->buckets[at] == bucket)
        return &spread->counts[at];
    if (spread->used == FEW) {
        take_whole_range(spread);
        return count_of(spread, bucket);
    }
    if (!spread->buckets)
        spread->buckets = dp_xmalloc(sizeof *spread->buckets);
    if (spread->used == spread->capacity)
        resize(spread, spread->capacity + spread->capacity / 2u + 4u);
    insert_bucket(spread, at, bucket);
    return &spread->counts[at];
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

void dp_spread_put(struct dp_spread *spread, int64_t value)
{
    ++*count_of(spread, dp_histogram_bucket(value));
    spread->count++;
    if (value >= spread->below)
        put_top(spread, value, 1);
}

/* A bucket without values stays where it is: the next one may need it. */
void dp_spread_take(struct dp_spread *spread, int64_t value)
{
    uint32_t *count = count_of(spread, dp_histogram_bucket(value));
    if (!*count) /* it was put in when nobody counted */
        return;
    --*count;
    spread->count--;
    if (value >= spread->below)
        take_top(spread, value);
    if (spread->count == 0)
        spread->below = 0;
}

void dp_spread_add(struct dp_spread *spread, unsigned bucket, uint32_t count)
{
    *count_of(spread, bucket) += count;
    spread->count += count;
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
        if (from->counts[i])
            dp_spread_add(spread, dp_spread_bucket(from, i), from->counts[i]);
    raise_below(spread, from->below);
    for (size_t i = 0; i < from->top_count; i++)
        if (from->tops[i].value >= spread->below)
            put_top(spread, from->tops[i].value, from->tops[i].count);
}

int64_t dp_spread_max(const struct dp_spread *spread)
{
    if (spread->top_count)
        return spread->tops[0].value;
    size_t last = spread->used - 1u;
    while (last > 0 && spread->counts[last] == 0)
        last--;
    int64_t middle = dp_histogram_middle(dp_spread_bucket(spread, last));
    return middle < spread->below ? middle : spread->below - 1;
}
