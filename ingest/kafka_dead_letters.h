/* Dead letters as a Kafka topic: the message as it came (value, key, headers) and the headers
 * dp_reason, dp_topic, dp_partition and dp_offset.
 *
 * A letter is kept until Kafka has confirmed it; one that Kafka refuses is said in the log and
 * tried again. What waits is bounded; above that `put` says so. Thread: the loop's. */
#ifndef DP_KAFKA_DEAD_LETTERS_H
#define DP_KAFKA_DEAD_LETTERS_H

#include <stddef.h>
#include <stdint.h>

#include <uv.h>

#include "ingest/dead_letters.h"
#include "ingest/kafka_properties.h"

struct dp_kafka_dead_letters_options {
    const struct dp_kafka_property
        *properties; /* those of [kafka]; a consumer's own are left out */
    size_t property_count;
    const char *topic;
    size_t max_letters; /* that may wait, and their bytes; one letter always may */
    size_t max_bytes;
};

struct dp_kafka_dead_letters_events {
    /* There is room again after a `put` that had none. May be NULL. */
    void (*room)(void *ctx);
    /* No letter can be written any more; `text` is one line that says why and what to do. */
    void (*failed)(void *ctx, const char *text);
};

/* Copies what it needs of the options. NULL with one line in `error`. `close` frees what is
 * returned, when the loop has run once more. */
struct dp_dead_letters *
dp_kafka_dead_letters_create(uv_loop_t *loop, const struct dp_kafka_dead_letters_options *options,
                             const struct dp_kafka_dead_letters_events *events, void *ctx,
                             char *error, size_t size);

#endif
