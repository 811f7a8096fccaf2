/* Facts as a Kafka topic: lines that are kept until Kafka has confirmed them.
 *
 * The topic is made where it is missing, before anything is written to it. A line that Kafka
 * refuses is said in the log and tried again. What waits is bounded by whoever puts:
 * dp_kafka_ledger says when it is full, and then no more should come. Thread: the loop's. */
#ifndef DP_KAFKA_LEDGER_H
#define DP_KAFKA_LEDGER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <uv.h>

#include "common/str.h"
#include "ingest/kafka_properties.h"

/* What the topic keeps, where it is made by this: 190 days. */
#define DP_LEDGER_RETENTION_MS "16416000000"

struct dp_kafka_ledger;

struct dp_kafka_ledger_options {
    const struct dp_kafka_property *properties; /* those of [kafka] */
    size_t property_count;
    const char *topic;
    size_t max_lines, max_bytes; /* from here on it is full */
};

struct dp_kafka_ledger_events {
    /* Nothing can be written any more; `text` is one line that says why and what to do. */
    void (*failed)(void *ctx, const char *text);
};

/* Copies what it needs of the options. NULL with one line in `error`. */
struct dp_kafka_ledger *dp_kafka_ledger_create(uv_loop_t *loop,
                                               const struct dp_kafka_ledger_options *options,
                                               const struct dp_kafka_ledger_events *events,
                                               void *ctx, char *error, size_t size);

/* Writes out what is left, waiting up to `timeout_ms`; what is not written then was not committed
 * either. Frees the ledger when the loop has run once more. */
void dp_kafka_ledger_close(struct dp_kafka_ledger *ledger, int64_t timeout_ms);

/* Takes a copy of a line and of its key. */
void dp_kafka_ledger_put(struct dp_kafka_ledger *ledger, struct dp_str key, struct dp_str line);

/* How many lines were put so far; and whether the first `count` of them are safely written. */
uint64_t dp_kafka_ledger_count(const struct dp_kafka_ledger *ledger);
bool dp_kafka_ledger_settled(const struct dp_kafka_ledger *ledger, uint64_t count);

/* More waits than should. Once it is full it stays so until half of that has gone. */
bool dp_kafka_ledger_is_full(struct dp_kafka_ledger *ledger);

#endif
