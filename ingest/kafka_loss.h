/* Positions that Kafka does not hold any more, or that mean other messages now. */
#ifndef DP_KAFKA_LOSS_H
#define DP_KAFKA_LOSS_H

#include <stddef.h>
#include <stdint.h>

#include "ingest/kafka_partitions.h"
#include "ingest/kafka_survey.h"

enum dp_kafka_on_lost {
    DP_KAFKA_LOST_STOP,     /* it is a failure */
    DP_KAFKA_LOST_EARLIEST, /* go on with what Kafka has left */
    DP_KAFKA_LOST_LATEST    /* go on with what comes from now on */
};

enum dp_kafka_loss {
    DP_KAFKA_HELD, /* none */
    DP_KAFKA_TOO_OLD,
    DP_KAFKA_BEYOND_END,
    DP_KAFKA_REWRITTEN,
    DP_KAFKA_PARTITION_GONE
};

struct dp_kafka_lost {
    enum dp_kafka_loss loss;
    const char *topic;
    int32_t partition;
    int64_t next, shown;       /* the positions; `shown` DP_POSITION_UNKNOWN: there is none */
    struct dp_kafka_ends ends; /* what Kafka holds */
};

/* Fills in `loss` of a partition that is there. */
void dp_kafka_lost_judge(struct dp_kafka_lost *lost, enum dp_kafka_doubt doubt);

/* What is lost, without a remedy, in `text`; returns it. */
const char *dp_kafka_lost_describe(const struct dp_kafka_lost *lost, char *text, size_t size);

/* Where to go on, and how many messages are left out by that, as far as it is known. */
int64_t dp_kafka_lost_next(const struct dp_kafka_lost *lost, enum dp_kafka_on_lost on_lost,
                           uint64_t *skipped);

#endif
