/* The control topic, made with Kafka's Admin API where it is missing: one partition, nothing in it.
 * Does not wait for Kafka. Thread: the loop's. */
#ifndef DP_KAFKA_CONTROL_TOPIC_H
#define DP_KAFKA_CONTROL_TOPIC_H

#include <stdbool.h>
#include <stdint.h>

#include "ingest/kafka_client.h"

struct dp_kafka_control_topic {
    struct dp_kafka_client *client; /* the leadership's */
    char *name;
    rd_kafka_queue_t *answers; /* watched by the client */
    bool under_way;
    uint64_t said_ms;
};

void dp_kafka_control_topic_init(struct dp_kafka_control_topic *topic,
                                 struct dp_kafka_client *client, const char *name);

/* Before the client is. */
void dp_kafka_control_topic_deinit(struct dp_kafka_control_topic *topic);

/* Asks Kafka to make it, unless that is under way. */
void dp_kafka_control_topic_make(struct dp_kafka_control_topic *topic);

/* Sees to Kafka's answer; true: it is there now. That it cannot be made is said in the log, with
 * how to do it by hand. */
bool dp_kafka_control_topic_serve(struct dp_kafka_control_topic *topic);

#endif
