/* The partitions a Kafka source knows: their slots, and how far each has been read.
 *
 * Slots are numbers from 0 without gaps, in the order in which partitions became known. */
#ifndef DP_KAFKA_PARTITIONS_H
#define DP_KAFKA_PARTITIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <librdkafka/rdkafka.h>

#include "common/str.h"
#include "ingest/position.h"

/* Why a partition waits to be looked at instead of being read. */
enum dp_kafka_doubt {
    DP_KAFKA_NO_DOUBT,
    DP_KAFKA_OUT_OF_RANGE, /* Kafka does not hold the position, or did not when asked */
    DP_KAFKA_OTHER_MESSAGE /* before the position stands another message than was read there */
};

struct dp_kafka_partition {
    int64_t next;  /* the offset expected next, or DP_POSITION_UNKNOWN */
    uint64_t mark; /* of the message before it, as in struct dp_position */
    int64_t end;   /* of its log, when reading began */
    uint32_t slot;
    bool known;   /* `slot` is set */
    bool reading; /* Kafka is asked for its messages, and they count */
    bool verify;  /* the message before `next` has been asked for, to be compared with `mark` */
    bool fresh;   /* begun without a position, and nothing taken yet: where it begins is free */
    bool idle;    /* read to its end */
    enum dp_kafka_doubt doubt;
};

struct dp_kafka_topic {
    struct dp_str name;             /* NUL-terminated */
    const rd_kafka_topic_t *handle; /* librdkafka's, as long as the assignment lasts; or NULL */
    struct dp_kafka_partition *partitions; /* indexed by partition number */
    size_t count;
    int missed;      /* surveys in a row that did not find it */
    bool returned;   /* the latest survey has found it, the one before had not */
    bool configured; /* else known from positions alone, and not read */
    bool awaited;    /* it is not there, and that was said */
};

struct dp_kafka_place {
    size_t topic; /* its index */
    int32_t partition;
};

struct dp_kafka_partitions {
    struct dp_kafka_topic *topics; /* the configured ones first, in their order */
    size_t count, configured;
    struct dp_kafka_place *slots;
    size_t slot_count, slot_capacity;
};

/* Copies the names of the configured topics. */
void dp_kafka_partitions_init(struct dp_kafka_partitions *self, const char *const *topics,
                              size_t count);
void dp_kafka_partitions_deinit(struct dp_kafka_partitions *self);

/* Forgets all partitions, and the topics that are not configured. */
void dp_kafka_partitions_clear(struct dp_kafka_partitions *self);

/* The topic of that name, or NULL. */
struct dp_kafka_topic *dp_kafka_partitions_topic(struct dp_kafka_partitions *self,
                                                 const char *name);

/* The topic a message came from, or NULL: compares pointers, and names once an assignment. */
struct dp_kafka_topic *dp_kafka_partitions_topic_of(struct dp_kafka_partitions *self,
                                                    const rd_kafka_topic_t *handle);

/* Makes a partition known with the next slot, and its topic if need be. Pointers to partitions and
 * topics from before are void. */
struct dp_kafka_partition *dp_kafka_partitions_add(struct dp_kafka_partitions *self,
                                                   const char *topic, int32_t number);

/* The partition, if that number has been seen (it need not be known), or NULL. */
static inline struct dp_kafka_partition *dp_kafka_partition_at(const struct dp_kafka_topic *topic,
                                                               int32_t number)
{
    return topic && number >= 0 && (size_t)number < topic->count ? &topic->partitions[number]
                                                                 : NULL;
}

static inline struct dp_kafka_partition *
dp_kafka_partitions_slot(const struct dp_kafka_partitions *self, size_t slot)
{
    const struct dp_kafka_place *place = &self->slots[slot];
    return &self->topics[place->topic].partitions[place->partition];
}

/* True when a partition of the topic has a position. */
bool dp_kafka_topic_has_positions(const struct dp_kafka_topic *topic);

/* A new assignment: librdkafka may make new topic handles. */
void dp_kafka_partitions_forget_handles(struct dp_kafka_partitions *self);

/* The positions of all slots, item n that of slot n. Allocates only when `into` held others. */
void dp_kafka_partitions_positions(const struct dp_kafka_partitions *self,
                                   struct dp_positions *into);

/* How many messages of a slot's partition are still to be taken, as far as is known from what has
 * been fetched and, before that, from the survey: Kafka is not asked. 0 for one that is not read.
 */
int64_t dp_kafka_partitions_lag(const struct dp_kafka_partitions *self, rd_kafka_t *rk,
                                size_t slot);

#endif
