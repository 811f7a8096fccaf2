#include "ingest/kafka_loss.h"

#include <inttypes.h>
#include <stdio.h>

void dp_kafka_lost_judge(struct dp_kafka_lost *lost, enum dp_kafka_doubt doubt)
{
    const struct dp_kafka_ends *ends = &lost->ends;
    if (lost->next > ends->high || lost->shown > ends->high)
        lost->loss = DP_KAFKA_BEYOND_END;
    else if (lost->next != DP_POSITION_UNKNOWN && lost->next < ends->low)
        lost->loss = DP_KAFKA_TOO_OLD;
    else
        lost->loss = doubt == DP_KAFKA_OTHER_MESSAGE ? DP_KAFKA_REWRITTEN : DP_KAFKA_HELD;
}

const char *dp_kafka_lost_describe(const struct dp_kafka_lost *lost, char *text, size_t size)
{
    char why[200] = "";
    switch (lost->loss) {
    case DP_KAFKA_HELD:
        break;
    case DP_KAFKA_TOO_OLD:
        snprintf(why, sizeof why, "; %" PRId64 " messages are missing, retention has taken them",
                 lost->ends.low - lost->next);
        break;
    case DP_KAFKA_BEYOND_END:
        snprintf(why, sizeof why, "; the topic was made anew, or its log was cut");
        if (lost->shown > lost->ends.high)
            snprintf(why, sizeof why,
                     "; figures shown go up to offset %" PRId64
                     ": the topic was made anew, or its log was cut",
                     lost->shown);
        break;
    case DP_KAFKA_REWRITTEN:
        snprintf(why, sizeof why,
                 "; the message before it is not the one that was read: the topic was made anew");
        break;
    case DP_KAFKA_PARTITION_GONE:
        snprintf(text, size,
                 "topic %s, partition %" PRId32 ", position %" PRId64
                 ": the partition is not there any more, the topic was made anew",
                 lost->topic, lost->partition, lost->next);
        return text;
    }
    snprintf(text, size,
             "topic %s, partition %" PRId32 ", position %" PRId64 ": Kafka holds offsets %" PRId64
             " up to %" PRId64 "%s",
             lost->topic, lost->partition, lost->next, lost->ends.low, lost->ends.high, why);
    return text;
}

int64_t dp_kafka_lost_next(const struct dp_kafka_lost *lost, enum dp_kafka_on_lost on_lost,
                           uint64_t *skipped)
{
    const struct dp_kafka_ends *ends = &lost->ends;
    bool latest = on_lost == DP_KAFKA_LOST_LATEST;
    *skipped = 0;
    if (lost->loss == DP_KAFKA_PARTITION_GONE)
        return DP_POSITION_UNKNOWN;
    if (lost->loss == DP_KAFKA_TOO_OLD)
        *skipped = (uint64_t)((latest ? ends->high : ends->low) - lost->next);
    else if (latest)
        *skipped = (uint64_t)(ends->high - ends->low);
    return latest ? ends->high : ends->low;
}
