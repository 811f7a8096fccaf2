/* The way of messages from librdkafka's queue to the owner: in order within a partition, each
 * exactly once, whatever the queue delivers. What a partition's position does not fit is not handed
 * over. A part of the Kafka source, which decides where partitions begin. Thread: the loop's. */
#ifndef DP_KAFKA_READER_H
#define DP_KAFKA_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <librdkafka/rdkafka.h>

#include "ingest/kafka_partitions.h"
#include "ingest/message.h"

/* Messages taken from librdkafka at once. */
#define DP_KAFKA_FETCH 1024

struct dp_kafka_reader_events {
    /* The owner of the source: `ctx`. */
    dp_take_fn *take;
    void (*idle)(void *ctx, uint32_t slot, bool idle);
    /* The source: Kafka has answered; the partition is no longer read, its doubt says why; an error
     * of Kafka that is no message. */
    void (*answered)(void *source);
    void (*doubted)(void *source, const char *topic, int32_t partition);
    void (*trouble)(void *source, const rd_kafka_message_t *from);
};

struct dp_kafka_reader {
    struct dp_kafka_reader_events events;
    void *ctx, *source;
    struct dp_kafka_partitions *partitions; /* the source's */
    rd_kafka_queue_t *queue;                /* the messages of all partitions */
    rd_kafka_message_t *fetched[DP_KAFKA_FETCH];
    size_t next, count;    /* of `fetched`: seen to, there */
    struct dp_batch batch; /* to be handed over next */
    struct {
        rd_kafka_message_t *from;
        struct dp_kafka_partition *partition;
    } origins[DP_BATCH_MESSAGES]; /* of the messages in `batch` */
    bool paused;
    uint64_t messages, bytes, dropped; /* as in struct dp_kafka_source_counters */
    uint64_t dropped_said_ms;
};

enum dp_kafka_drained { DP_KAFKA_EMPTY, DP_KAFKA_PAUSED, DP_KAFKA_MORE };

/* Tells a message from others that might stand at its offset; never 0. */
uint64_t dp_kafka_mark(const rd_kafka_message_t *message);

/* Hands over what is there, for a few milliseconds at most: MORE may be left then. */
enum dp_kafka_drained dp_kafka_reader_drain(struct dp_kafka_reader *reader);

/* Gives back everything that waits: after the partitions were taken from Kafka's assignment. */
void dp_kafka_reader_discard(struct dp_kafka_reader *reader);

/* Likewise, what waits of partitions that are not read now. */
void dp_kafka_reader_discard_unread(struct dp_kafka_reader *reader);

/* Reads the partition no more, until it has been looked at. */
void dp_kafka_reader_doubt(struct dp_kafka_reader *reader, struct dp_kafka_partition *partition,
                           enum dp_kafka_doubt why);

/* The owner is told, if it is news. */
void dp_kafka_reader_set_idle(struct dp_kafka_reader *reader, struct dp_kafka_partition *partition,
                              bool idle);

/* What has a slot and is not read holds up nobody: it is idle. */
void dp_kafka_reader_rest_unread(struct dp_kafka_reader *reader);

/* A topic that was away and is back may be another: its partitions are looked at anew. */
void dp_kafka_reader_doubt_returned(struct dp_kafka_reader *reader);

#endif
