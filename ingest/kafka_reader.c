#include "ingest/kafka_reader.h"

#include <uv.h>

#include "common/log.h"
#include "common/memory.h"
#include "ingest/kafka_client.h"
#include "ingest/kafka_headers.h"

/* How long the loop's other work waits for messages. */
#define BUDGET_NS 5000000u

/* A message has fewer bytes than 2 to the power of this; a time in milliseconds has the others. */
#define MARK_LENGTH_BITS 23

uint64_t dp_kafka_mark(const rd_kafka_message_t *message)
{
    rd_kafka_timestamp_type_t type;
    uint64_t time = (uint64_t)rd_kafka_message_timestamp(message, &type);
    uint64_t mark = time << MARK_LENGTH_BITS ^ message->len;
    return mark ? mark : 1;
}

void dp_kafka_reader_set_idle(struct dp_kafka_reader *reader, struct dp_kafka_partition *partition,
                              bool idle)
{
    if (partition->idle == idle)
        return;
    partition->idle = idle;
    reader->events.idle(reader->ctx, partition->slot, idle);
}

void dp_kafka_reader_doubt(struct dp_kafka_reader *reader, struct dp_kafka_partition *partition,
                           enum dp_kafka_doubt why)
{
    const struct dp_kafka_place *place = &reader->partitions->slots[partition->slot];
    partition->reading = false;
    partition->doubt = why;
    reader->events.doubted(reader->source, reader->partitions->topics[place->topic].name.p,
                           place->partition);
}

static void drop(struct dp_kafka_reader *reader, const struct dp_kafka_topic *topic,
                 const rd_kafka_message_t *from, int64_t expected)
{
    reader->dropped++;
    if (dp_kafka_log_due(&reader->dropped_said_ms))
        dp_log(DP_LOG_WARN, "messages that came again are left out",
               "topic=%s partition=%d offset=%lld position=%lld dropped=%llu", topic->name.p,
               from->partition, (long long)from->offset, (long long)expected,
               (unsigned long long)reader->dropped);
}

/* Gives back what was seen to, many at once: Kafka's thread allocates from the same memory, and
 * each time that both are at it one has to sleep. The batch is empty. */
static void give_back(struct dp_kafka_reader *reader)
{
    for (size_t i = 0; i < reader->next; i++)
        rd_kafka_message_destroy(reader->fetched[i]);
    for (size_t i = reader->next; i < reader->count; i++)
        reader->fetched[i - reader->next] = reader->fetched[i];
    reader->count -= reader->next;
    reader->next = 0;
}

/* False: nothing waits. */
static bool fetch(struct dp_kafka_reader *reader)
{
    give_back(reader);
    ssize_t count = rd_kafka_consume_batch_queue(reader->queue, 0, reader->fetched, DP_KAFKA_FETCH);
    reader->count = count > 0 ? (size_t)count : 0;
    return reader->count;
}

/* What was not taken goes back, to be offered again. */
static void put_back(struct dp_kafka_reader *reader, size_t taken)
{
    struct dp_batch *batch = &reader->batch;
    for (size_t i = batch->count; i-- > taken;) {
        reader->fetched[--reader->next] = reader->origins[i].from;
        reader->origins[i].partition->next = batch->messages[i].offset;
    }
    dp_batch_clear(batch);
}

static void hand_over(struct dp_kafka_reader *reader)
{
    struct dp_batch *batch = &reader->batch;
    size_t taken = reader->events.take(reader->ctx, batch->messages, batch->count);
    for (size_t i = 0; i < taken; i++) {
        reader->messages++;
        reader->bytes += batch->messages[i].value.len;
        reader->origins[i].partition->mark = dp_kafka_mark(reader->origins[i].from);
    }
    if (taken < batch->count)
        reader->paused = true;
    put_back(reader, taken);
}

static void add_to_batch(struct dp_kafka_reader *reader, const struct dp_kafka_topic *topic,
                         struct dp_kafka_partition *partition, rd_kafka_message_t *from)
{
    dp_kafka_reader_set_idle(reader, partition, false);
    rd_kafka_timestamp_type_t type;
    struct dp_message message = {
        .value = {from->payload, from->payload ? from->len : 0},
        .key = {from->key, from->key ? from->key_len : 0},
        .topic = topic->name,
        .partition = from->partition,
        .offset = from->offset,
        .time_ms = rd_kafka_message_timestamp(from, &type),
        .slot = partition->slot,
        .origin = from,
    };
    dp_kafka_headers_read(from, &message);
    reader->origins[reader->batch.count].from = from;
    reader->origins[reader->batch.count].partition = partition;
    dp_batch_add(&reader->batch, &message);
    partition->next = from->offset + 1;
    partition->verify = partition->fresh = false;
}

/* The batch is empty. */
static void reached_end(struct dp_kafka_reader *reader, struct dp_kafka_partition *partition,
                        int64_t end)
{
    if (partition->verify && end < partition->next) {
        dp_kafka_reader_doubt(reader, partition, DP_KAFKA_OUT_OF_RANGE); /* it has become shorter */
        return;
    }
    if (partition->next > end)
        return;
    partition->verify = false;
    partition->next = end;
    dp_kafka_reader_set_idle(reader, partition, true);
}

/* A message below the position: the one that was asked for to be compared, or one too many. */
static void look_at_earlier(struct dp_kafka_reader *reader, const struct dp_kafka_topic *topic,
                            struct dp_kafka_partition *partition, const rd_kafka_message_t *from)
{
    if (!partition->verify || from->offset != partition->next - 1) {
        drop(reader, topic, from, partition->next);
        return;
    }
    partition->verify = false;
    if (dp_kafka_mark(from) != partition->mark)
        dp_kafka_reader_doubt(reader, partition, DP_KAFKA_OTHER_MESSAGE);
}

static void see_to_error(struct dp_kafka_reader *reader, struct dp_kafka_partition *partition,
                         const rd_kafka_message_t *from)
{
    switch ((int)from->err) {
    case RD_KAFKA_RESP_ERR__PARTITION_EOF:
        if (partition)
            reached_end(reader, partition, from->offset);
        break;
    case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET:
    case RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE:
    case DP_KAFKA_ERR_LOG_TRUNCATION:
        if (partition)
            dp_kafka_reader_doubt(reader, partition, DP_KAFKA_OUT_OF_RANGE);
        break;
    default:
        reader->events.trouble(reader->source, from);
    }
}

/* The bytes of a message were last touched by another thread, on another core: they are fetched so
 * many messages before their turn, and no more of them than most have. */
#define AHEAD       8
#define AHEAD_BYTES 256

static void fetch_ahead(const struct dp_kafka_reader *reader)
{
    if (reader->next + AHEAD >= reader->count)
        return;
    const rd_kafka_message_t *ahead = reader->fetched[reader->next + AHEAD];
    dp_prefetch(ahead->payload, ahead->len < AHEAD_BYTES ? ahead->len : AHEAD_BYTES);
}

/* Puts the next message into the batch, or sees to it at once. The batch has room for it. */
static void take_next(struct dp_kafka_reader *reader)
{
    fetch_ahead(reader);
    rd_kafka_message_t *from = reader->fetched[reader->next++];
    struct dp_kafka_topic *topic =
        from->rkt ? dp_kafka_partitions_topic_of(reader->partitions, from->rkt) : NULL;
    struct dp_kafka_partition *partition = dp_kafka_partition_at(topic, from->partition);
    if (partition && !partition->reading)
        partition = NULL;
    /* A gap is normal: compaction and transactions leave them. */
    if (partition && !from->err && from->offset >= partition->next) {
        reader->events.answered(reader->source);
        add_to_batch(reader, topic, partition, from);
        return;
    }
    if (from->err)
        see_to_error(reader, partition, from);
    else if (partition)
        look_at_earlier(reader, topic, partition, from);
}

/* What is said out of turn, the end of a partition too, comes after the messages before it. */
static bool has_room_for_next(const struct dp_kafka_reader *reader)
{
    const rd_kafka_message_t *next = reader->fetched[reader->next];
    return next->err ? reader->batch.count == 0 : dp_batch_has_room(&reader->batch, next->len);
}

enum dp_kafka_drained dp_kafka_reader_drain(struct dp_kafka_reader *reader)
{
    uint64_t end_ns = uv_hrtime() + BUDGET_NS;
    while (!reader->paused) {
        if (reader->next < reader->count && has_room_for_next(reader)) {
            take_next(reader);
        } else if (reader->batch.count) {
            hand_over(reader);
        } else {
            if (uv_hrtime() > end_ns)
                return DP_KAFKA_MORE;
            if (!fetch(reader))
                return DP_KAFKA_EMPTY;
        }
    }
    put_back(reader, 0); /* paused in the midst of it */
    return DP_KAFKA_PAUSED;
}

void dp_kafka_reader_discard(struct dp_kafka_reader *reader)
{
    put_back(reader, 0);
    do
        reader->next = reader->count;
    while (fetch(reader));
}

void dp_kafka_reader_discard_unread(struct dp_kafka_reader *reader)
{
    put_back(reader, 0);
    give_back(reader);
    size_t kept = 0;
    for (size_t i = 0; i < reader->count; i++) {
        rd_kafka_message_t *from = reader->fetched[i];
        const struct dp_kafka_topic *topic =
            from->rkt ? dp_kafka_partitions_topic_of(reader->partitions, from->rkt) : NULL;
        const struct dp_kafka_partition *partition = dp_kafka_partition_at(topic, from->partition);
        if (partition && partition->reading)
            reader->fetched[kept++] = from;
        else
            rd_kafka_message_destroy(from);
    }
    reader->count = kept;
}

void dp_kafka_reader_rest_unread(struct dp_kafka_reader *reader)
{
    for (size_t i = 0; i < reader->partitions->slot_count; i++) {
        struct dp_kafka_partition *partition = dp_kafka_partitions_slot(reader->partitions, i);
        if (!partition->reading)
            dp_kafka_reader_set_idle(reader, partition, true);
    }
}

void dp_kafka_reader_doubt_returned(struct dp_kafka_reader *reader)
{
    for (size_t i = 0; i < reader->partitions->configured; i++) {
        struct dp_kafka_topic *topic = &reader->partitions->topics[i];
        for (size_t p = 0; topic->returned && p < topic->count; p++)
            if (topic->partitions[p].reading)
                dp_kafka_reader_doubt(reader, &topic->partitions[p], DP_KAFKA_OUT_OF_RANGE);
        topic->returned = false;
    }
}
