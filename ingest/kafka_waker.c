#include "ingest/kafka_waker.h"

#include <uv.h>

#include "ingest/kafka_properties.h"

static size_t lag(const struct dp_kafka_waker *waker)
{
    size_t sum = 0;
    for (size_t i = 0; i < waker->partitions->slot_count; i++)
        sum += (size_t)dp_kafka_partitions_lag(waker->partitions, waker->rk, i);
    return sum;
}

/* Every leader is asked where its partitions end. What it answers is of no interest, so nothing is
 * waited for. */
static void wake(struct dp_kafka_waker *waker)
{
    rd_kafka_topic_partition_list_t *list =
        rd_kafka_topic_partition_list_new((int)waker->partitions->slot_count);
    for (size_t i = 0; i < waker->partitions->slot_count; i++) {
        const struct dp_kafka_place *place = &waker->partitions->slots[i];
        if (dp_kafka_partitions_slot(waker->partitions, i)->reading)
            rd_kafka_topic_partition_list_add(list, waker->partitions->topics[place->topic].name.p,
                                              place->partition)
                ->offset = RD_KAFKA_OFFSET_END;
    }
    rd_kafka_offsets_for_times(waker->rk, list, 0);
    rd_kafka_topic_partition_list_destroy(list);
}

bool dp_kafka_waker_look(struct dp_kafka_waker *waker)
{
    if (dp_kafka_has_queue_backoff())
        return false;
    size_t waiting = rd_kafka_queue_length(waker->queue);
    uint64_t now_ns = uv_hrtime();
    if (waiting > waker->most)
        waker->most = waiting;
    if (waiting > waker->most / 2 || lag(waker) <= waiting)
        return false;
    if (now_ns - waker->waked_ns >= DP_KAFKA_WAKER_INTERVAL_MS * UINT64_C(1000000)) {
        waker->most = waiting;
        waker->waked_ns = now_ns;
        wake(waker);
    }
    return true;
}
