/* What a source delivers: the bytes of one message and where they came from.
 * All pointers belong to the source and are valid until the source's callback returns. */
#ifndef DP_MESSAGE_H
#define DP_MESSAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/str.h"

/* A message over this size is dead-lettered as too_large without being looked at. */
#define DP_MESSAGE_MAX (1024u * 1024u)

/* The CloudEvents attributes of Kafka's binary mode, as the headers gave them. */
struct dp_ce_headers {
    struct dp_str specversion, id, source, type, time;
};

struct dp_message {
    struct dp_str value;
    struct dp_str key;
    struct dp_str topic; /* for files: the path, "-" for standard input */
    int32_t partition;   /* for files: 0 */
    int64_t offset;      /* for files: the line's number, from 1 */
    int64_t time_ms;     /* Kafka's: appended, or made by the producer, as the topic is set; 0 or
                          * less: none. For files: 0 */
    uint32_t slot;       /* the aggregator's number of this partition */
    bool binary;         /* ce holds the attributes, value is the data */
    struct dp_ce_headers ce;
    const void *origin; /* the Kafka message itself, for its headers; NULL for files */
};

/* Messages go from hand to hand in batches: the code of each step stays in the processor's caches,
 * and memory that the next step needs can be fetched for many messages at once. A batch holds
 * DP_BATCH_BYTES of values at most, unless a message is alone in it. */
#define DP_BATCH_MESSAGES 16
#define DP_BATCH_BYTES    (64u * 1024u)

struct dp_batch {
    struct dp_message messages[DP_BATCH_MESSAGES];
    size_t count, bytes;
};

/* True when a message with a value of `len` bytes may join. */
static inline bool dp_batch_has_room(const struct dp_batch *batch, size_t len)
{
    return batch->count == 0 ||
           (batch->count < DP_BATCH_MESSAGES && batch->bytes + len <= DP_BATCH_BYTES);
}

static inline void dp_batch_add(struct dp_batch *batch, const struct dp_message *message)
{
    batch->messages[batch->count++] = *message;
    batch->bytes += message->value.len;
}

static inline void dp_batch_clear(struct dp_batch *batch)
{
    batch->count = batch->bytes = 0;
}

/* Takes the messages of a batch in their order and returns how many it took; with fewer than all,
 * the next one has to wait. */
typedef size_t dp_take_fn(void *ctx, const struct dp_message *messages, size_t count);

#endif
