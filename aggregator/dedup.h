/* Duplicates: remembers the (source, id) pairs of accepted events for a horizon of event time.
 *
 * A pair is kept as 96 bits of an XXH3 hash of the id, seeded with that of the source: with 20
 * million pairs in memory the chance that two different events are ever taken for one is below
 * 1e-14. 18 bytes an event, at a load of 1/3 to 3/4. Most events are new: that shows in a dense
 * array of 16-bit tags, without a look at the entries. */
#ifndef DP_DEDUP_H
#define DP_DEDUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/str.h"

/* A pair's fingerprint. */
struct dp_event_key {
    uint64_t high;
    uint32_t low;
};

struct dp_dedup_entry {
    uint64_t high;
    uint32_t low;
    uint32_t tick; /* event time in units of 128 s */
};

/* Many small tables: one that grows or is swept stops the loop for microseconds, not for a second.
 */
#define DP_DEDUP_SHARDS 256

struct dp_dedup {
    struct dp_dedup_shard {
        uint16_t *tags; /* 0: free */
        struct dp_dedup_entry *entries;
        uint32_t capacity; /* a power of two, or 0 */
        uint32_t count;
    } shards[DP_DEDUP_SHARDS];
};

void dp_dedup_init(struct dp_dedup *dedup);
void dp_dedup_deinit(struct dp_dedup *dedup);

struct dp_event_key dp_event_key_of(struct dp_str source, struct dp_str id);

/* Begins to fetch the memory that the look-up of `key` will need. */
void dp_dedup_prefetch(const struct dp_dedup *dedup, struct dp_event_key key);

bool dp_dedup_has(const struct dp_dedup *dedup, struct dp_event_key key);

/* Remembers a pair that is not there. Pairs with an event time before `forget_before_ms` may be
 * forgotten; that happens when room is needed. */
void dp_dedup_add(struct dp_dedup *dedup, struct dp_event_key key, int64_t time_ms,
                  int64_t forget_before_ms);

/* Pairs remembered now. */
size_t dp_dedup_count(const struct dp_dedup *dedup);

#endif
