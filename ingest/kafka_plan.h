/* Where each partition of a Kafka source is to be read from: judged from the positions and a survey
 * of what Kafka holds. A part of the source, without I/O. Thread: the loop's. */
#ifndef DP_KAFKA_PLAN_H
#define DP_KAFKA_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <librdkafka/rdkafka.h>

#include "ingest/kafka_loss.h"
#include "ingest/kafka_partitions.h"
#include "ingest/kafka_survey.h"
#include "ingest/position.h"

struct dp_kafka_plan {
    /* The source's. */
    struct dp_kafka_partitions *partitions;
    const struct dp_kafka_survey *survey; /* of the configured topics, in their order */
    const char *brokers;                  /* for messages */
    uint32_t (*assigned)(void *ctx, const char *topic, int32_t partition);
    void *ctx;
    enum dp_kafka_on_lost on_lost;
    bool begin_latest; /* where a topic without any position begins */
    /* Its own. */
    struct dp_positions shown; /* further positions that must be reached at the start */
    uint64_t lost, skipped;    /* as in struct dp_kafka_source_counters */
    bool unfinished;           /* something came up that the survey does not cover */
    char failure[1000];        /* one line: why it failed and what to do */
};

enum dp_kafka_plan_outcome {
    DP_KAFKA_PLAN_MADE,
    DP_KAFKA_PLAN_WAITS, /* a topic that should be there is not, or not whole: survey again */
    DP_KAFKA_PLAN_FAILED
};

/* Puts partitions that are not read, and can be, into `list`, each with the offset to begin at, and
 * marks them as read; new ones become known. */
enum dp_kafka_plan_outcome dp_kafka_plan_make(struct dp_kafka_plan *plan, bool starting,
                                              rd_kafka_topic_partition_list_t *list);

#endif
