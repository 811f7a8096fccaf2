/* Kafka as a source: a consumer of one group on the libuv loop.
 *
 * librdkafka's threads fetch and decompress; the loop takes the messages, in order within a
 * partition, each exactly once as long as the source lives: it keeps its own position of every
 * partition, and takes a partition that was lost and came back up where it left it. The messages of
 * all partitions wait in one queue of their own, so that a paused source still answers its group
 * and neither pauses nor seeks in Kafka.
 *
 * Thread: the loop's, callbacks too. No callback may close the source. */
#ifndef DP_KAFKA_SOURCE_H
#define DP_KAFKA_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <uv.h>

#include "ingest/kafka_properties.h"
#include "ingest/message.h"

struct dp_kafka_source_options {
    const struct dp_kafka_property *properties;
    size_t property_count;
    const char *const *topics; /* names, no patterns */
    size_t topic_count;
};

struct dp_kafka_source_events {
    /* With fewer taken than given the source pauses, and offers the others again when resumed. */
    dp_take_fn *take;
    /* A partition is assigned for the first time; returns its slot, which the source remembers.
     * `topic` lives as long as the source. */
    uint32_t (*assigned)(void *ctx, const char *topic, int32_t partition);
    /* It is no longer this process's; `idle` is called with true before. It may come back. */
    void (*revoked)(void *ctx, uint32_t slot);
    /* The partition has been read to its end, or has messages again (called before they come). A
     * new one is not idle. */
    void (*idle)(void *ctx, uint32_t slot, bool idle);
    /* Nothing will come any more; `text` is one line that says why and what to do. */
    void (*failed)(void *ctx, const char *text);
};

struct dp_kafka_source_counters {
    uint64_t messages, bytes; /* taken; bytes of their values */
    uint64_t dropped; /* below the position, or of a partition that went to another process */
};

struct dp_kafka_position {
    const char *topic; /* the source's, lives as long */
    int32_t partition;
    int64_t next; /* the offset of the first message that was not handed over */
};

/* Positions at one moment. Zero it before its first use; `positions` is freed by the holder. */
struct dp_kafka_positions {
    struct dp_kafka_position *positions;
    size_t count, capacity;
};

struct dp_kafka_source;

/* Joins the group and begins. Copies what it needs of the options. NULL with one line in `error`
 * when the options are wrong; that Kafka is away is no error here: it is said in the log and tried
 * again. */
struct dp_kafka_source *dp_kafka_source_create(uv_loop_t *loop,
                                               const struct dp_kafka_source_options *options,
                                               const struct dp_kafka_source_events *events,
                                               void *ctx, char *error, size_t size);

/* No message is handed over until resumed, partitions assigned meanwhile included; nothing is lost.
 */
void dp_kafka_source_pause(struct dp_kafka_source *source);
void dp_kafka_source_resume(struct dp_kafka_source *source);

/* Fills `into` with the position of every partition that has one, over all that was taken so far.
 */
void dp_kafka_source_positions(const struct dp_kafka_source *source,
                               struct dp_kafka_positions *into);

/* Commits those positions whose partitions are assigned now, without waiting. A failure is logged;
 * the next commit makes it good. */
void dp_kafka_source_commit(struct dp_kafka_source *source,
                            const struct dp_kafka_positions *positions);

const struct dp_kafka_source_counters *
dp_kafka_source_counters(const struct dp_kafka_source *source);

/* Commits `last` (may be NULL), leaves the group and gives everything back, within about
 * `timeout_ms` even if Kafka is away. No callback comes any more. The memory is freed when the loop
 * has run once more. */
void dp_kafka_source_close(struct dp_kafka_source *source, const struct dp_kafka_positions *last,
                           int64_t timeout_ms);

#endif
