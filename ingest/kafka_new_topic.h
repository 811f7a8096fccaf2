/* A topic of our own, made with Kafka's Admin API where it is missing. Does not wait for Kafka.
 * Thread: the loop's. */
#ifndef DP_KAFKA_NEW_TOPIC_H
#define DP_KAFKA_NEW_TOPIC_H

#include <stdbool.h>
#include <stdint.h>

#include "ingest/kafka_client.h"

struct dp_kafka_new_topic_options {
    const char *name;
    const char *what;         /* it is called in the log: "the control topic" */
    const char *without;      /* what is the matter while it is missing */
    int partitions;           /* -1: as the brokers have it by default, as replication is */
    const char *retention_ms; /* likewise NULL */
    bool may_be_there;        /* that it may not be made is said by whoever misses it */
};

struct dp_kafka_new_topic {
    struct dp_kafka_client *client;
    struct dp_kafka_new_topic_options options; /* the name is its own */
    rd_kafka_queue_t *answers;                 /* watched by the client */
    bool under_way;
    bool refused; /* it is not for this user to make it */
    uint64_t said_ms;
};

/* Copies the name; the other texts must outlive it. */
void dp_kafka_new_topic_init(struct dp_kafka_new_topic *topic, struct dp_kafka_client *client,
                             const struct dp_kafka_new_topic_options *options);

/* Before the client is. */
void dp_kafka_new_topic_deinit(struct dp_kafka_new_topic *topic);

/* Asks Kafka to make it, unless that is under way. */
void dp_kafka_new_topic_make(struct dp_kafka_new_topic *topic);

/* Sees to Kafka's answer; true: it is there now. That it cannot be made is said in the log, with
 * how to do it by hand. */
bool dp_kafka_new_topic_serve(struct dp_kafka_new_topic *topic);

#endif
