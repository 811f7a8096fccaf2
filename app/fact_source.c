#include "app/fact_source.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "common/memory.h"
#include "ingest/kafka_client.h"

/* For an answer, and for the next message where there should be one. */
#define ANSWER_MS  10000
#define SILENCE_MS 30000
#define POLL_MS    100

/* A fact that is told so long before its time was not told by a process that follows the clock. */
#define AHEAD_MS INT64_C(3600000)

bool dp_fact_file_read(const char *path, struct dp_fact_book *book, char *error, size_t size)
{
    FILE *in = fopen(path, "re");
    char *line = NULL;
    size_t capacity = 0;
    ssize_t len = 0;
    if (in)
        while ((len = getline(&line, &capacity, in)) >= 0)
            if (len > 1)
                dp_fact_book_take(book, (struct dp_str){line, (size_t)len}, 0);
    bool good = in && !ferror(in);
    if (!good)
        snprintf(error, size, "%s cannot be read: %s", path, strerror(errno));
    free(line);
    if (in)
        fclose(in);
    return good;
}

/* The topic --------------------------------------------------------------------------------------
 */

struct reading {
    struct dp_kafka_client client;
    const char *topic;
    struct dp_fact_book *book;
    rd_kafka_topic_partition_list_t *partitions; /* where reading begins */
    int64_t ends[1024];                          /* by partition: where it ends; 0: read */
    char refusal[600];                           /* why Kafka will not work at all; "": it may */
    bool ahead;                                  /* a fact came long before its time */
};

static void refused(void *owner, const char *text)
{
    struct reading *reading = owner;
    snprintf(reading->refusal, sizeof reading->refusal, "%s", text);
}

static bool fail(struct reading *reading, rd_kafka_resp_err_t code, char *error, size_t size)
{
    rd_kafka_poll(reading->client.rk, 0); /* errors come to the client */
    if (*reading->refusal)
        snprintf(error, size, "%s", reading->refusal);
    else if (code == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART ||
             code == RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC)
        snprintf(error, size,
                 "topic %s does not exist in Kafka at %s: has `deskpulse run` been started with "
                 "[kafka] facts_topic?",
                 reading->topic, reading->client.brokers);
    else
        snprintf(error, size, "topic %s of Kafka at %s cannot be read: %s%s%s", reading->topic,
                 reading->client.brokers, rd_kafka_err2str(code),
                 *reading->client.trouble ? ": " : "", reading->client.trouble);
    return false;
}

static rd_kafka_resp_err_t find_partitions(struct reading *reading)
{
    const struct rd_kafka_metadata *metadata;
    rd_kafka_t *rk = reading->client.rk;
    rd_kafka_topic_t *topic = rd_kafka_topic_new(rk, reading->topic, NULL);
    if (!topic)
        return rd_kafka_last_error();
    rd_kafka_resp_err_t code = rd_kafka_metadata(rk, 0, topic, &metadata, ANSWER_MS);
    rd_kafka_topic_destroy(topic);
    if (code)
        return code;
    code = RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART;
    if (metadata->topic_cnt)
        code = metadata->topics[0].err;
    int count = code ? 0 : metadata->topics[0].partition_cnt;
    if (count > (int)(sizeof reading->ends / sizeof *reading->ends))
        code = RD_KAFKA_RESP_ERR_INVALID_PARTITIONS;
    for (int i = 0; !code && i < count; i++)
        rd_kafka_topic_partition_list_add(reading->partitions, reading->topic, i);
    rd_kafka_metadata_destroy(metadata);
    return code;
}

/* Sets where each partition begins and ends. */
static rd_kafka_resp_err_t find_ends(struct reading *reading, bool *cut_off)
{
    *cut_off = false;
    for (int i = 0; i < reading->partitions->cnt; i++) {
        rd_kafka_topic_partition_t *part = &reading->partitions->elems[i];
        int64_t low;
        rd_kafka_resp_err_t code =
            rd_kafka_query_watermark_offsets(reading->client.rk, reading->topic, part->partition,
                                             &low, &reading->ends[i], ANSWER_MS);
        if (code)
            return code;
        part->offset = low;
        *cut_off |= low > 0;
    }
    return RD_KAFKA_RESP_ERR_NO_ERROR;
}

/* Moves the beginnings to what was written since then; false: nothing was. */
static bool skip_to(struct reading *reading, int64_t since_ms)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_copy(reading->partitions);
    bool any = false;
    for (int i = 0; i < list->cnt; i++)
        list->elems[i].offset = since_ms;
    if (rd_kafka_offsets_for_times(reading->client.rk, list, ANSWER_MS) == 0)
        for (int i = 0; i < list->cnt; i++) {
            bool found = !list->elems[i].err && list->elems[i].offset >= 0;
            any |= found && list->elems[i].offset < reading->ends[i];
        }
    for (int i = 0; any && i < list->cnt; i++) {
        int64_t *from = &reading->partitions->elems[i].offset;
        bool found = !list->elems[i].err && list->elems[i].offset >= 0;
        int64_t to = found ? list->elems[i].offset : reading->ends[i];
        *from = to > *from ? to : *from;
    }
    rd_kafka_topic_partition_list_destroy(list);
    return any;
}

static void take(struct reading *reading, const rd_kafka_message_t *message)
{
    struct dp_fact_book *book = reading->book;
    int64_t latest = book->latest_ms, written = rd_kafka_message_timestamp(message, NULL);
    dp_fact_book_take(book, (struct dp_str){message->payload, message->len}, written);
    if (book->latest_ms > latest && written > 0 && book->latest_ms > written + AHEAD_MS)
        reading->ahead = true;
}

/* Reads each partition up to its end. */
static rd_kafka_resp_err_t read_messages(struct reading *reading)
{
    rd_kafka_t *rk = reading->client.rk;
    rd_kafka_topic_partition_list_t *list = reading->partitions;
    rd_kafka_resp_err_t code = rd_kafka_assign(rk, list);
    int left = 0;
    for (int i = 0; i < list->cnt; i++) {
        if (list->elems[i].offset >= reading->ends[i])
            reading->ends[i] = 0; /* nothing to read */
        left += reading->ends[i] > 0;
    }
    rd_kafka_queue_t *queue = rd_kafka_queue_get_consumer(rk);
    for (uint64_t heard = uv_hrtime(); !code && left > 0;) {
        rd_kafka_message_t *message = rd_kafka_consume_queue(queue, POLL_MS);
        if (!message) {
            if (*reading->refusal || (uv_hrtime() - heard) / 1000000 > SILENCE_MS)
                code = RD_KAFKA_RESP_ERR__TIMED_OUT;
            continue;
        }
        heard = uv_hrtime();
        int64_t *end = &reading->ends[message->partition];
        if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) { /* its end may be no message */
            left -= *end > 0;
            *end = 0;
        } else if (message->err) {
            code = message->err;
        } else if (message->offset < *end) {
            take(reading, message);
            if (message->offset == *end - 1) {
                left--;
                *end = 0;
            }
        }
        rd_kafka_message_destroy(message);
    }
    rd_kafka_queue_destroy(queue);
    rd_kafka_assign(rk, NULL);
    return code;
}

static bool open_reading(struct reading *reading, const struct dp_config *config,
                         struct dp_fact_book *book, char *error, size_t size)
{
    *reading = (struct reading){.topic = config->facts_topic, .book = book};
    reading->client.owner = reading;
    reading->client.failed = refused;
    rd_kafka_conf_t *conf =
        dp_kafka_conf_create(DP_KAFKA_CONSUMER, config->kafka, config->kafka_count, error, size);
    if (!conf || !dp_kafka_client_init(
                     &reading->client, DP_KAFKA_CONSUMER, conf,
                     dp_kafka_property_brokers(config->kafka, config->kafka_count), error, size))
        return false;
    rd_kafka_poll_set_consumer(reading->client.rk);
    dp_kafka_log_due(&reading->client.said_ms); /* that Kafka is away is said by us */
    reading->partitions = rd_kafka_topic_partition_list_new(0);
    return true;
}

static void close_reading(struct reading *reading)
{
    rd_kafka_topic_partition_list_destroy(reading->partitions);
    dp_kafka_client_deinit(&reading->client, false);
}

bool dp_fact_topic_read(const struct dp_config *config, int64_t since_ms, struct dp_fact_book *book,
                        struct dp_fact_topic_read *read, char *error, size_t size)
{
    struct dp_fact_book empty = *book;
    struct reading *reading = dp_xmalloc(sizeof *reading);
    rd_kafka_resp_err_t code = RD_KAFKA_RESP_ERR_NO_ERROR;
    *read = (struct dp_fact_topic_read){.whole = since_ms == INT64_MIN};
    if (!open_reading(reading, config, book, error, size)) {
        free(reading);
        return false;
    }
    code = find_partitions(reading);
    for (;;) {
        if (!code)
            code = find_ends(reading, &read->cut_off);
        if (!code && !read->whole)
            read->whole = !skip_to(reading, since_ms);
        if (!code)
            code = read_messages(reading);
        if (code || read->whole || !reading->ahead)
            break;
        read->whole = true; /* once more, and all */
        dp_fact_book_deinit(book);
        *book = empty;
    }
    bool good = !code || fail(reading, code, error, size);
    close_reading(reading);
    free(reading);
    return good;
}
