/* The events that an adapter has made of a batch of messages. Thread: one. */
#ifndef DP_DECODED_H
#define DP_DECODED_H

#include <stddef.h>

#include "ingest/event.h"
#include "ingest/message.h"
#include "ingest/reject.h"

struct dp_decoded {
    struct dp_event *events; /* of all messages, in order */
    size_t event_count, event_capacity;
    struct {
        enum dp_reject reject; /* DP_REJECT_NONE: the message is good */
        size_t end;            /* its events end before this one */
    } messages[DP_BATCH_MESSAGES];
};

/* Zero it before its first use. */
void dp_decoded_deinit(struct dp_decoded *decoded);

/* The place for one event more, all zero; it counts once dp_decoded_add is called. Valid until the
 * next call. */
struct dp_event *dp_decoded_next(struct dp_decoded *decoded);

static inline void dp_decoded_add(struct dp_decoded *decoded)
{
    decoded->event_count++;
}

#endif
