/* Keeps librdkafka fetching while a backlog is read. Once what waits has reached
 * queued.max.messages.kbytes, its thread for a broker looks only once a second whether there is
 * room again, if nothing else wakes it; in that second a backlog is through with all of it and
 * stands still. So when half of it is gone the brokers are asked something, which wakes the threads
 * at once. For librdkafka that cannot be told to look more often (dp_kafka_has_queue_backoff): else
 * it does nothing. A part of the Kafka source. Thread: the loop's. */
#ifndef DP_KAFKA_WAKER_H
#define DP_KAFKA_WAKER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <librdkafka/rdkafka.h>

#include "ingest/kafka_partitions.h"

/* All zero but for what is the source's. */
struct dp_kafka_waker {
    rd_kafka_t *rk;
    rd_kafka_queue_t *queue; /* the messages of all partitions */
    const struct dp_kafka_partitions *partitions;
    /* Its own. */
    size_t most;       /* messages that waited at once, since librdkafka was last woken */
    uint64_t waked_ns; /* when that was */
};

/* The least time between two wake-ups. */
#define DP_KAFKA_WAKER_INTERVAL_MS 20

/* Wakes librdkafka if that is due; to be called every few milliseconds while there are messages.
 * Does not wait. True: look again after the interval, even if nothing has come. */
bool dp_kafka_waker_look(struct dp_kafka_waker *waker);

#endif
