#include "ingest/decoded.h"

#include <stdlib.h>

#include "common/memory.h"

void dp_decoded_deinit(struct dp_decoded *decoded)
{
    free(decoded->events);
}

void dp_decoded_begin(struct dp_decoded *decoded, size_t expected)
{
    decoded->event_count = decoded->cleared = 0;
    dp_decoded_make_room(decoded, expected);
}

/* All at once: clearing so little one by one would cost more than the rest. */
void dp_decoded_make_room(struct dp_decoded *decoded, size_t count)
{
    while (count > decoded->event_capacity)
        decoded->events = dp_xgrow(decoded->events, decoded->event_capacity,
                                   &decoded->event_capacity, sizeof *decoded->events);
    memset(decoded->events + decoded->cleared, 0,
           (count - decoded->cleared) * sizeof *decoded->events);
    decoded->cleared = count;
}
