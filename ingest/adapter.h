/* An input format: turns the bytes of one message into events.
 *
 * An adapter checks everything the contract asks of an event; what it hands on is valid. It may
 * make no event of a message (a format's comment line), one, or several; then it returns
 * DP_REJECT_NONE. A message it refuses makes none. Thread: the loop's. */
#ifndef DP_ADAPTER_H
#define DP_ADAPTER_H

#include "ingest/event.h"
#include "ingest/message.h"
#include "ingest/reject.h"

/* Takes one event; `event` is valid during the call only. */
typedef void dp_event_fn(void *ctx, const struct dp_event *event);

struct dp_adapter {
    const char *name;            /* what `--format` and the configuration call it */
    void *(*create)(void);       /* the adapter's own memory; NULL when out of memory */
    void (*destroy)(void *self); /* accepts NULL */
    enum dp_reject (*decode)(void *self, const struct dp_message *message, dp_event_fn *emit,
                             void *ctx);
};

/* The adapter of that name, or NULL. */
const struct dp_adapter *dp_adapter_find(const char *name);

/* The names of all adapters, separated by ", ", for messages and help. */
const char *dp_adapter_names(void);

#endif
