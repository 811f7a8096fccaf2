/* An input format: turns the bytes of messages into events.
 *
 * An adapter checks everything the contract asks of an event; what it hands on is valid. It may
 * make no event of a message (a format's comment line), one, or several. A message that it refuses
 * makes none. Thread: the loop's. */
#ifndef DP_ADAPTER_H
#define DP_ADAPTER_H

#include "ingest/decoded.h"
#include "ingest/message.h"

struct dp_adapter {
    const char *name;            /* what `--format` and the configuration call it */
    void *(*create)(void);       /* the adapter's own memory; NULL when out of memory */
    void (*destroy)(void *self); /* accepts NULL */
    /* Decodes a batch (`count` as struct dp_batch has it). The events in `decoded` point into the
     * messages and the adapter's memory: they are valid until the next call. */
    void (*decode)(void *self, const struct dp_message *messages, size_t count,
                   struct dp_decoded *decoded);
};

/* The adapter of that name, or NULL. */
const struct dp_adapter *dp_adapter_find(const char *name);

/* The names of all adapters, separated by ", ", for messages and help. */
const char *dp_adapter_names(void);

#endif
