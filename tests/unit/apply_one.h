/* One event to an aggregator, looked at and applied. */
#ifndef DP_APPLY_ONE_H
#define DP_APPLY_ONE_H

#include "aggregator/aggregator.h"

static inline enum dp_verdict dp_apply_one(struct dp_aggregator *aggregator, uint32_t slot,
                                           const struct dp_event *event)
{
    struct dp_outlook outlook;
    dp_aggregator_look(aggregator, event, 1, &outlook);
    return dp_aggregator_apply(aggregator, slot, event, &outlook);
}

#endif
