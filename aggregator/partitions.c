#include "aggregator/partitions.h"

#include <stdlib.h>

#include "common/memory.h"

void dp_partitions_init(struct dp_partitions *partitions)
{
    *partitions = (struct dp_partitions){.highest_ms = INT64_MIN};
}

void dp_partitions_deinit(struct dp_partitions *partitions)
{
    free(partitions->items);
}

uint32_t dp_partitions_add(struct dp_partitions *partitions)
{
    partitions->items = dp_xgrow(partitions->items, partitions->count, &partitions->capacity,
                                 sizeof *partitions->items);
    partitions->items[partitions->count] = (struct dp_partition){.watermark_ms = INT64_MIN};
    return (uint32_t)partitions->count++;
}

int64_t dp_partitions_horizon(const struct dp_partitions *partitions)
{
    int64_t horizon = partitions->highest_ms;
    for (size_t i = 0; i < partitions->count; i++) {
        const struct dp_partition *partition = &partitions->items[i];
        if (!partition->idle && partition->watermark_ms < horizon)
            horizon = partition->watermark_ms;
    }
    return horizon;
}
