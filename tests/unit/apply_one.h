/* One event to an aggregator, looked at and applied; before one in eight all contacts are put to
 * rest. */
#ifndef DP_APPLY_ONE_H
#define DP_APPLY_ONE_H

#include "aggregator/private.h"
#include "rest_all.h"

static inline enum dp_verdict dp_apply_one(struct dp_aggregator *aggregator, uint32_t slot,
                                           const struct dp_event *event)
{
    struct dp_outlook outlook;
    if ((event->time_ms / 7 + event->id.p[event->id.len - 1]) % 8 == 0)
        dp_rest_all(&aggregator->contacts);
    dp_aggregator_look(aggregator, event, 1, &outlook);
    return dp_aggregator_apply(aggregator, slot, event, &outlook);
}

#endif
