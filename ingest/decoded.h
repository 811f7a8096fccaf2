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
    size_t cleared; /* so many are all zero, or in use */
    struct {
        enum dp_reject reject; /* DP_REJECT_NONE: the message is good */
        size_t end;            /* its events end before this one */
    } messages[DP_BATCH_MESSAGES];
};

/* Zero it before its first use. */
void dp_decoded_deinit(struct dp_decoded *decoded);

/* Forgets the events and makes room for `expected` new ones, all zero. */
void dp_decoded_begin(struct dp_decoded *decoded, size_t expected);

/* For dp_decoded_next: room for `count` events in all, those not yet in use all zero. */
void dp_decoded_make_room(struct dp_decoded *decoded, size_t count);

/* The place for one event more, all zero; it counts once dp_decoded_add is called, until then it is
 * to be left all zero. Valid until the next call. */
static inline struct dp_event *dp_decoded_next(struct dp_decoded *decoded)
{
    if (decoded->event_count == decoded->cleared)
        dp_decoded_make_room(decoded, decoded->cleared + 1);
    return &decoded->events[decoded->event_count];
}

static inline void dp_decoded_add(struct dp_decoded *decoded)
{
    decoded->event_count++;
}

#endif
