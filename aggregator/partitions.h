/* The watermark of every partition: the highest event time accepted from it. Times in ms. */
#ifndef DP_PARTITIONS_H
#define DP_PARTITIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct dp_partition {
    int64_t watermark_ms; /* INT64_MIN before the first event */
    bool idle;            /* read to its end: it holds nothing back */
};

struct dp_partitions {
    struct dp_partition *items;
    size_t count, capacity;
    int64_t highest_ms; /* over all partitions */
};

void dp_partitions_init(struct dp_partitions *partitions);
void dp_partitions_deinit(struct dp_partitions *partitions);

uint32_t dp_partitions_add(struct dp_partitions *partitions);

/* True when an event of that time from that partition is more than `lateness_ms` behind. */
static inline bool dp_partitions_late(const struct dp_partitions *partitions, uint32_t slot,
                                      int64_t time_ms, int64_t lateness_ms)
{
    int64_t watermark = partitions->items[slot].watermark_ms;
    return watermark != INT64_MIN && time_ms < watermark - lateness_ms;
}

static inline void dp_partitions_see(struct dp_partitions *partitions, uint32_t slot,
                                     int64_t time_ms)
{
    if (time_ms > partitions->items[slot].watermark_ms)
        partitions->items[slot].watermark_ms = time_ms;
    if (time_ms > partitions->highest_ms)
        partitions->highest_ms = time_ms;
}

/* The event time that every partition has reached: the lowest watermark of those that are not idle,
 * the highest watermark when all are. INT64_MIN: nothing is known of one of them yet. */
int64_t dp_partitions_horizon(const struct dp_partitions *partitions);

#endif
