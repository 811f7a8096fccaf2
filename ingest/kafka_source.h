/* Kafka as a source: all partitions of some topics, from positions that the owner has saved.
 *
 * It is in no group: who may read is decided elsewhere (kafka_leadership.h). librdkafka's threads
 * fetch and decompress; the loop takes the messages, in order within a partition, each exactly once
 * from `start` to `stop`: the source keeps its own position of every partition. That Kafka is away
 * is said in the log and heals by itself.
 *
 * A partition's slot is its number from 0 on, in the order in which the owner learns of them: first
 * those of `start`, then those of `assigned`.
 *
 * Thread: the loop's, callbacks too. Callbacks may pause and resume it; only `failed` may stop it,
 * and none may close it. */
#ifndef DP_KAFKA_SOURCE_H
#define DP_KAFKA_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <uv.h>

#include "ingest/kafka_loss.h"
#include "ingest/kafka_properties.h"
#include "ingest/message.h"
#include "ingest/position.h"

struct dp_kafka_source_options {
    const struct dp_kafka_property *properties; /* auto.offset.reset: where to begin a topic that
                                                   has no position at all */
    size_t property_count;
    const char *const *topics; /* names, no patterns */
    size_t topic_count;
    enum dp_kafka_on_lost on_lost; /* what to do when Kafka does not hold a position */
};

struct dp_kafka_source_events {
    /* With fewer taken than given the source pauses, and offers the others again when resumed. */
    dp_take_fn *take;
    /* A partition becomes known that is not in the positions of `start`; returns its slot: the
     * number of those known before. `topic` lives as long as the source. */
    uint32_t (*assigned)(void *ctx, const char *topic, int32_t partition);
    /* The partition has been read to its end or is not there, or has messages again (called before
     * they come). After `start`, and after `assigned`, none is idle. */
    void (*idle)(void *ctx, uint32_t slot, bool idle);
    /* Nothing will come any more, until stopped and started; `text` is one line that says why and
     * what to do. */
    void (*failed)(void *ctx, const char *text);
};

struct dp_kafka_source_counters {
    uint64_t messages, bytes; /* taken; bytes of their values */
    uint64_t dropped;         /* came again, and were left out */
    uint64_t lost;            /* positions that Kafka did not hold, and that were given up, */
    uint64_t skipped;         /* and the messages left out by that, as far as that is known */
};

struct dp_kafka_source;

/* Connects, and reads nothing yet. Copies what it needs of the options. NULL with one line in
 * `error` when the options are wrong. */
struct dp_kafka_source *dp_kafka_source_create(uv_loop_t *loop,
                                               const struct dp_kafka_source_options *options,
                                               const struct dp_kafka_source_events *events,
                                               void *ctx, char *error, size_t size);

/* Begins at these positions: item n is the partition with slot n, which the owner knows already.
 * `shown` (or NULL): further positions, of the same partitions or of others, that Kafka must have
 * reached. Copies both. First Kafka is asked what it holds; then come `assigned` for all other
 * partitions (topics in the configured order, then partition numbers) and the messages. Only when
 * stopped, as it is first. */
void dp_kafka_source_start(struct dp_kafka_source *source, const struct dp_positions *positions,
                           const struct dp_positions *shown);

/* Kafka has said what it holds: the partitions are known, and are read. */
bool dp_kafka_source_is_reading(const struct dp_kafka_source *source);

/* And all that it held then has been taken. */
bool dp_kafka_source_has_reached_ends(const struct dp_kafka_source *source);

/* Reads nothing any more and forgets all partitions, slots and positions, at once: no callback
 * comes until it is started again. The counters, and whether it is paused, stay. */
void dp_kafka_source_stop(struct dp_kafka_source *source);

/* No message is handed over until resumed, partitions that become known meanwhile included; nothing
 * is lost. */
void dp_kafka_source_pause(struct dp_kafka_source *source);
void dp_kafka_source_resume(struct dp_kafka_source *source);

/* The positions of all known partitions, over all that was taken so far; not from a callback. Item
 * n is that of slot n. Without allocating, unless `into` listed other partitions. */
void dp_kafka_source_positions(const struct dp_kafka_source *source, struct dp_positions *into);

/* Tells how many messages of each partition that is read are still to be taken, as far as is known
 * from what has been fetched: Kafka is not asked. */
typedef void dp_kafka_lag_fn(void *ctx, const char *topic, int32_t partition, int64_t messages);
void dp_kafka_source_lag(const struct dp_kafka_source *source, dp_kafka_lag_fn *tell, void *ctx);

/* No broker is connected. */
bool dp_kafka_source_is_away(const struct dp_kafka_source *source);

const struct dp_kafka_source_counters *dp_kafka_source_counters(struct dp_kafka_source *source);

/* Gives everything back, within about `timeout_ms` even if Kafka is away. No callback comes any
 * more. The memory is freed by the loop, within some 2 s. */
void dp_kafka_source_close(struct dp_kafka_source *source, int64_t timeout_ms);

#endif
