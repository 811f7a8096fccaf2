#include "ingest/kafka_partitions.h"

#include <stdlib.h>

#include "common/memory.h"

static void add_topic(struct dp_kafka_partitions *self, const char *name, bool configured)
{
    self->topics = dp_xrealloc(self->topics, (self->count + 1) * sizeof *self->topics);
    self->topics[self->count++] =
        (struct dp_kafka_topic){.name = dp_str_from(dp_xstrdup(name)), .configured = configured};
}

static void deinit_topic(struct dp_kafka_topic *topic)
{
    free((char *)topic->name.p);
    free(topic->partitions);
}

void dp_kafka_partitions_init(struct dp_kafka_partitions *self, const char *const *topics,
                              size_t count)
{
    *self = (struct dp_kafka_partitions){.configured = count};
    for (size_t i = 0; i < count; i++)
        add_topic(self, topics[i], true);
}

void dp_kafka_partitions_deinit(struct dp_kafka_partitions *self)
{
    for (size_t i = 0; i < self->count; i++)
        deinit_topic(&self->topics[i]);
    free(self->topics);
    free(self->slots);
}

void dp_kafka_partitions_clear(struct dp_kafka_partitions *self)
{
    while (self->count > self->configured)
        deinit_topic(&self->topics[--self->count]);
    for (size_t i = 0; i < self->count; i++) {
        struct dp_kafka_topic *topic = &self->topics[i];
        free(topic->partitions);
        *topic = (struct dp_kafka_topic){
            .name = topic->name, .configured = true, .awaited = topic->awaited};
    }
    self->slot_count = 0;
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

struct dp_kafka_partition *dp_kafka_partitions_add(struct dp_kafka_partitions *self,
                                                   const char *name, int32_t number)
{
    struct dp_kafka_topic *topic = dp_kafka_partitions_topic(self, name);
    if (!topic) {
        add_topic(self, name, false);
        topic = &self->topics[self->count - 1];
    }
    size_t wanted = (size_t)number + 1;
    if (wanted > topic->count) {
        topic->partitions = dp_xrealloc(topic->partitions, wanted * sizeof *topic->partitions);
        for (size_t i = topic->count; i < wanted; i++)
            topic->partitions[i] = (struct dp_kafka_partition){.next = DP_POSITION_UNKNOWN};
        topic->count = wanted;
    }
    struct dp_kafka_partition *partition = &topic->partitions[number];
    partition->slot = (uint32_t)self->slot_count;
    partition->known = true;
    self->slots =
        dp_xgrow(self->slots, self->slot_count, &self->slot_capacity, sizeof *self->slots);
    self->slots[self->slot_count++] =
        (struct dp_kafka_place){(size_t)(topic - self->topics), number};
    return partition;
}

bool dp_kafka_topic_has_positions(const struct dp_kafka_topic *topic)
{
    for (size_t i = 0; i < topic->count; i++)
        if (topic->partitions[i].next != DP_POSITION_UNKNOWN)
            return true;
    return false;
}

void dp_kafka_partitions_forget_handles(struct dp_kafka_partitions *self)
{
    for (size_t i = 0; i < self->count; i++)
        self->topics[i].handle = NULL;
}

/* True: `into` lists the same partitions already. */
static bool same_shape(const struct dp_kafka_partitions *self, const struct dp_positions *into)
{
    if (into->count != self->slot_count)
        return false;
    for (size_t i = 0; i < into->count; i++) {
        const struct dp_kafka_place *place = &self->slots[i];
        if (into->items[i].partition != place->partition ||
            strcmp(into->items[i].topic, self->topics[place->topic].name.p) != 0)
            return false;
    }
    return true;
}

void dp_kafka_partitions_positions(const struct dp_kafka_partitions *self,
                                   struct dp_positions *into)
{
    if (!same_shape(self, into)) {
        dp_positions_deinit(into);
        for (size_t i = 0; i < self->slot_count; i++)
            dp_positions_add(into, self->topics[self->slots[i].topic].name.p,
                             self->slots[i].partition, DP_POSITION_UNKNOWN, 0);
    }
    for (size_t i = 0; i < into->count; i++) {
        const struct dp_kafka_partition *partition = dp_kafka_partitions_slot(self, i);
        into->items[i].next = partition->next;
        into->items[i].mark = partition->mark;
    }
}

int64_t dp_kafka_partitions_lag(const struct dp_kafka_partitions *self, rd_kafka_t *rk, size_t slot)
{
    const struct dp_kafka_place *place = &self->slots[slot];
    const struct dp_kafka_partition *partition = dp_kafka_partitions_slot(self, slot);
    int64_t low, high;
    if (!partition->reading)
        return 0;
    if (rd_kafka_get_watermark_offsets(rk, self->topics[place->topic].name.p, place->partition,
                                       &low, &high) ||
        high < partition->end)
        high = partition->end;
    return high > partition->next ? high - partition->next : 0;
}
