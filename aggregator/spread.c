#include "aggregator/spread.h"

#include <stdlib.h>
#include <string.h>

#include "common/memory.h"

void dp_spread_deinit(struct dp_spread *spread)
{
    free(spread->values);
    free(spread->counts);
    free(spread->tops);
    *spread = (struct dp_spread){0};
}

/* ---------------------------------------------------------------- buckets */

/* What a range grows by beyond what is asked for, so that it seldom does. */
#define SLACK 64

/* The range reaches to a bucket that is beyond it. */
static void stretch(struct dp_spread *spread, unsigned bucket)
{
    unsigned first = spread->first, end = first + spread->used;
    if (!spread->used)
        first = end = bucket;
    if (bucket < first)
        first = bucket > SLACK ? bucket - SLACK : 0;
    if (bucket >= end)
        end = bucket + 1;
    size_t before = spread->used, shift = before ? spread->first - first : 0, used = end - first;
    if (used > spread->capacity) {
        spread->capacity = (uint16_t)(used + SLACK);
        spread->counts = dp_xrealloc(spread->counts, spread->capacity * sizeof *spread->counts);
    }
    memmove(spread->counts + shift, spread->counts, before * sizeof *spread->counts);
    memset(spread->counts, 0, shift * sizeof *spread->counts);
    memset(spread->counts + shift + before, 0, (used - shift - before) * sizeof *spread->counts);
    spread->first = (uint16_t)first;
    spread->used = (uint16_t)used;
}

/* The count of a bucket, made when it is not there. */
static uint32_t *count_of(struct dp_spread *spread, unsigned bucket)
{
    if (bucket < spread->first || bucket >= spread->first + (unsigned)spread->used)
        stretch(spread, bucket);
    return &spread->counts[bucket - spread->first];
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

/* ---------------------------------------------------------------- few and many */

static void put_to_many(struct dp_spread *spread, int64_t value)
{
    ++*count_of(spread, dp_histogram_bucket(value));
    spread->count++;
    if (value >= spread->below)
        put_top(spread, value, 1);
}

/* From now on the values are many. */
static void make_many(struct dp_spread *spread)
{
    struct dp_spread few = *spread;
    *spread = (struct dp_spread){0};
    for (size_t i = 0; i < few.count; i++)
        put_to_many(spread, few.values[i]);
    free(few.values);
}

void dp_spread_put(struct dp_spread *spread, int64_t value)
{
    if (!spread->counts && spread->count == DP_SPREAD_FEW)
        make_many(spread);
    if (spread->counts) {
        put_to_many(spread, value);
        return;
    }
    if (spread->count == spread->capacity) {
        spread->capacity = spread->capacity ? (uint16_t)(spread->capacity * 2) : 8;
        spread->values = dp_xrealloc(spread->values, spread->capacity * sizeof *spread->values);
    }
    spread->values[spread->count++] = value;
}

/* What is taken back was mostly put in a short while ago. */
static void take_from_few(struct dp_spread *spread, int64_t value)
{
    for (size_t i = spread->count; i-- > 0;)
        if (spread->values[i] == value) {
            spread->values[i] = spread->values[--spread->count];
            return;
        }
}

/* A value that is not there was put in when nobody counted. A bucket without values stays where it
 * is: the next one may need it. */
void dp_spread_take(struct dp_spread *spread, int64_t value)
{
    if (!spread->counts) {
        take_from_few(spread, value);
        return;
    }
    uint32_t *count = count_of(spread, dp_histogram_bucket(value));
    if (!*count)
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
    if (!spread->counts)
        make_many(spread);
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
    if (!from->counts) {
        for (size_t i = 0; i < from->count; i++)
            dp_spread_put(spread, from->values[i]);
        return;
    }
    for (size_t i = 0; i < from->used; i++)
        if (from->counts[i])
            dp_spread_add(spread, from->first + (unsigned)i, from->counts[i]);
    raise_below(spread, from->below);
    for (size_t i = 0; i < from->top_count; i++)
        if (from->tops[i].value >= spread->below)
            put_top(spread, from->tops[i].value, from->tops[i].count);
}

int64_t dp_spread_max(const struct dp_spread *spread)
{
    if (spread->top_count)
        return spread->tops[0].value;
    if (!spread->counts) {
        int64_t max = 0;
        for (size_t i = 0; i < spread->count; i++)
            max = spread->values[i] > max ? spread->values[i] : max;
        return max;
    }
    size_t last = spread->used - 1u;
    while (last > 0 && spread->counts[last] == 0)
        last--;
    int64_t middle = dp_histogram_middle(spread->first + (unsigned)last);
    return middle < spread->below ? middle : spread->below - 1;
}
