/* The partitions a Kafka source has seen: who owns them now and how far each has been read. */
#ifndef DP_KAFKA_PARTITIONS_H
#define DP_KAFKA_PARTITIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <librdkafka/rdkafka.h>

#include "common/str.h"

#define DP_KAFKA_UNKNOWN (-1) /* no position yet: Kafka's committed offset decides */

struct dp_kafka_partition {
    int64_t next;  /* the offset expected next, or DP_KAFKA_UNKNOWN */
    uint32_t slot; /* the owner's number of it */
    bool seen;     /* `slot` is set */
    bool owned;    /* assigned to this process now */
    bool idle;     /* read to its end */
};

struct dp_kafka_topic {
    struct dp_str name;             /* NUL-terminated */
    const rd_kafka_topic_t *handle; /* librdkafka's, as long as the assignment lasts; or NULL */
    struct dp_kafka_partition *partitions; /* indexed by partition number */
    size_t count;
};

struct dp_kafka_partitions {
    struct dp_kafka_topic *topics;
    size_t count;
};

/* Copies the names. */
void dp_kafka_partitions_init(struct dp_kafka_partitions *self, const char *const *topics,
                              size_t count);
void dp_kafka_partitions_deinit(struct dp_kafka_partitions *self);

/* The topic of that name, or NULL. */
struct dp_kafka_topic *dp_kafka_partitions_topic(struct dp_kafka_partitions *self,
                                                 const char *name);

/* The topic a message came from, or NULL: compares pointers, and names once an assignment. */
struct dp_kafka_topic *dp_kafka_partitions_topic_of(struct dp_kafka_partitions *self,
                                                    const rd_kafka_topic_t *handle);

/* The partition, made known if it is not; valid until the next call for the same topic. NULL when
 * there is no such topic or the number is negative. */
struct dp_kafka_partition *dp_kafka_partitions_add(struct dp_kafka_topic *topic, int32_t number);

/* The partition if it is known, or NULL. */
static inline struct dp_kafka_partition *dp_kafka_partition_at(const struct dp_kafka_topic *topic,
                                                               int32_t number)
{
    return topic && number >= 0 && (size_t)number < topic->count ? &topic->partitions[number]
                                                                 : NULL;
}

/* A new assignment: librdkafka may make new topic handles. */
void dp_kafka_partitions_forget_handles(struct dp_kafka_partitions *self);

/* How many are owned now. */
size_t dp_kafka_partitions_owned(const struct dp_kafka_partitions *self);

#endif
