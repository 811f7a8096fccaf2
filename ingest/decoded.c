#include "ingest/decoded.h"

#include <stdlib.h>

#include "common/memory.h"

void dp_decoded_deinit(struct dp_decoded *decoded)
{
    free(decoded->events);
}

struct dp_event *dp_decoded_next(struct dp_decoded *decoded)
{
    decoded->events = dp_xgrow(decoded->events, decoded->event_count, &decoded->event_capacity,
                               sizeof *decoded->events);
    struct dp_event *event = &decoded->events[decoded->event_count];
    memset(event, 0, sizeof *event);
    return event;
}
