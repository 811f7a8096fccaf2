#include "aggregator/dedup.h"

#include <stdlib.h>
#define XXH_INLINE_ALL /* keys are short: a call would cost more than the hash */
#include <xxhash.h>

#include "common/memory.h"

#define DP_DEDUP_MIN 64

void dp_dedup_init(struct dp_dedup *dedup)
{
    *dedup = (struct dp_dedup){0};
}

void dp_dedup_deinit(struct dp_dedup *dedup)
{
    for (size_t i = 0; i < DP_DEDUP_SHARDS; i++) {
        free(dedup->shards[i].tags);
        free(dedup->shards[i].entries);
    }
}

struct dp_event_key dp_event_key_of(struct dp_str source, struct dp_str id)
{
    XXH128_hash_t hash = XXH3_128bits_withSeed(id.p, id.len, XXH3_64bits(source.p, source.len));
    return (struct dp_event_key){hash.high64, (uint32_t)hash.low64};
}

/* Years 0 to 9999 in units of 128 s, from 1. */
static uint32_t tick_of(int64_t time_ms)
{
    const int64_t year_zero_ms = INT64_C(-62167305600000); /* a day earlier, for offsets */
    if (time_ms <= year_zero_ms)
        return 1;
    int64_t tick = (time_ms - year_zero_ms) / 128000 + 1;
    return tick > UINT32_MAX ? UINT32_MAX : (uint32_t)tick;
}

/* Shard, tag and place come from different bits of the key. */
static size_t shard_of(struct dp_event_key key)
{
    return key.high >> 56;
}

static uint16_t tag_of(struct dp_event_key key)
{
    return (uint16_t)(key.high | 1);
}

static bool holds(const struct dp_dedup_entry *entry, struct dp_event_key key)
{
    return entry->high == key.high && entry->low == key.low;
}

void dp_dedup_prefetch(const struct dp_dedup *dedup, struct dp_event_key key)
{
    const struct dp_dedup_shard *shard = &dedup->shards[shard_of(key)];
    if (shard->count == 0)
        return;
    uint32_t at = key.low & (shard->capacity - 1);
    __builtin_prefetch(&shard->tags[at], 1);
    __builtin_prefetch(&shard->entries[at], 1); /* where a new one will be, or near it */
}

bool dp_dedup_has(const struct dp_dedup *dedup, struct dp_event_key key)
{
    const struct dp_dedup_shard *shard = &dedup->shards[shard_of(key)];
    if (shard->count == 0)
        return false;
    uint16_t tag = tag_of(key);
    uint32_t mask = shard->capacity - 1, at = key.low & mask;
    for (; shard->tags[at] != 0; at = (at + 1) & mask)
        if (shard->tags[at] == tag && holds(&shard->entries[at], key))
            return true;
    return false;
}

static void insert(struct dp_dedup_shard *shard, struct dp_dedup_entry entry)
{
    uint32_t mask = shard->capacity - 1, at = entry.low & mask;
    while (shard->tags[at] != 0)
        at = (at + 1) & mask;
    shard->tags[at] = tag_of((struct dp_event_key){entry.high, entry.low});
    shard->entries[at] = entry;
    shard->count++;
}

/* Leaves out what may be forgotten and takes the size that fits the rest. */
static void make_room(struct dp_dedup_shard *shard, uint32_t oldest)
{
    struct dp_dedup_shard old = *shard;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < old.capacity; i++)
        kept += old.tags[i] && old.entries[i].tick >= oldest;
    uint32_t capacity = DP_DEDUP_MIN;
    while (capacity / 2 < kept + 1)
        capacity *= 2;
    *shard = (struct dp_dedup_shard){
        .tags = dp_xcalloc(capacity, sizeof *shard->tags),
        .entries = dp_xmalloc(capacity * sizeof *shard->entries),
        .capacity = capacity,
    };
    for (uint32_t i = 0; i < old.capacity; i++)
        if (old.tags[i] && old.entries[i].tick >= oldest)
            insert(shard, old.entries[i]);
    free(old.tags);
    free(old.entries);
}

void dp_dedup_add(struct dp_dedup *dedup, struct dp_event_key key, int64_t time_ms,
                  int64_t forget_before_ms)
{
    struct dp_dedup_shard *shard = &dedup->shards[shard_of(key)];
    if (shard->count + 1 > shard->capacity / 4 * 3)
        make_room(shard, tick_of(forget_before_ms));
    insert(shard, (struct dp_dedup_entry){key.high, key.low, tick_of(time_ms)});
}

size_t dp_dedup_count(const struct dp_dedup *dedup)
{
    size_t count = 0;
    for (size_t i = 0; i < DP_DEDUP_SHARDS; i++)
        count += dedup->shards[i].count;
    return count;
}
