#include "ingest/kafka_partitions.h"

#include <stdlib.h>

#include "common/memory.h"

void dp_kafka_partitions_init(struct dp_kafka_partitions *self, const char *const *topics,
                              size_t count)
{
    self->topics = dp_xcalloc(count, sizeof *self->topics);
    self->count = count;
    for (size_t i = 0; i < count; i++)
        self->topics[i].name = dp_str_from(dp_xstrdup(topics[i]));
}

void dp_kafka_partitions_deinit(struct dp_kafka_partitions *self)
{
    for (size_t i = 0; i < self->count; i++) {
        free((char *)self->topics[i].name.p);
        free(self->topics[i].partitions);
    }
    free(self->topics);
}

struct dp_kafka_topic *dp_kafka_partitions_topic(struct dp_kafka_partitions *self, const char *name)
{
    for (size_t i = 0; i < self->count; i++)
        if (strcmp(self->topics[i].name.p, name) == 0)
            return &self->topics[i];
    return NULL;
}

struct dp_kafka_topic *dp_kafka_partitions_topic_of(struct dp_kafka_partitions *self,
                                                    const rd_kafka_topic_t *handle)
{
    for (size_t i = 0; i < self->count; i++)
        if (self->topics[i].handle == handle)
            return &self->topics[i];
    struct dp_kafka_topic *topic = dp_kafka_partitions_topic(self, rd_kafka_topic_name(handle));
    if (topic)
        topic->handle = handle;
    return topic;
}

struct dp_kafka_partition *dp_kafka_partitions_add(struct dp_kafka_topic *topic, int32_t number)
{
    if (!topic || number < 0)
        return NULL;
    size_t wanted = (size_t)number + 1;
    if (wanted > topic->count) {
        topic->partitions = dp_xrealloc(topic->partitions, wanted * sizeof *topic->partitions);
        for (size_t i = topic->count; i < wanted; i++)
            topic->partitions[i] = (struct dp_kafka_partition){.next = DP_KAFKA_UNKNOWN};
        topic->count = wanted;
    }
    return &topic->partitions[number];
}

void dp_kafka_partitions_forget_handles(struct dp_kafka_partitions *self)
{
    for (size_t i = 0; i < self->count; i++)
        self->topics[i].handle = NULL;
}

size_t dp_kafka_partitions_owned(const struct dp_kafka_partitions *self)
{
    size_t owned = 0;
    for (size_t i = 0; i < self->count; i++)
        for (size_t p = 0; p < self->topics[i].count; p++)
            owned += self->topics[i].partitions[p].owned;
    return owned;
}
