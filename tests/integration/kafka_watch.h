/* An owner of a Kafka source for tests: checks every message it is given, and keeps what came. */
#ifndef DP_TEST_KAFKA_WATCH_H
#define DP_TEST_KAFKA_WATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <librdkafka/rdkafka.h>
#include <uv.h>

#include "ingest/dead_letters.h"
#include "ingest/kafka_source.h"

#define DP_TEST_PARTITIONS  3 /* of a new topic */
#define DP_TEST_SKIP        77
#define DP_TEST_PATIENCE_MS 60000
#define DP_TEST_PATIENCE_NS (DP_TEST_PATIENCE_MS * 1000000ull)

/* The broker of DP_TEST_KAFKA; without it the program ends as skipped. */
const char *dp_test_brokers(void);

/* Set-up and tear-down of a group of tests: one producer for all. */
int dp_test_producer_create(void **state);
int dp_test_producer_destroy(void **state);
rd_kafka_t *dp_test_producer(void);

/* Makes a name and creates the topic. */
void dp_test_new_topic(char *name, size_t size);

/* `count` messages of 300 bytes into each partition; their values are "<number> ....". */
void dp_test_produce(const char *topic, int first, int count);

/* Likewise, into one of them. */
void dp_test_produce_to(const char *topic, int partition, int first, int count);

/* The most partitions of a topic that is watched, and of both. */
#define DP_TEST_PARTITIONS_MAX 5
#define DP_TEST_SLOTS_MAX      (2 * DP_TEST_PARTITIONS_MAX)

struct dp_test_watch {
    uv_loop_t loop;
    uv_timer_t tick; /* wakes the loop, so that waiting for something can end */
    struct dp_kafka_source *source;

    /* What the test sets. */
    const char *topics[2];
    size_t topic_count;
    const char *reset;   /* auto.offset.reset; NULL: not set */
    const char *room_kb; /* queued.max.messages.kbytes, likewise */
    enum dp_kafka_on_lost on_lost;
    uint64_t later_every;            /* every so many messages are refused once; 0: none */
    uint64_t pause_every;            /* pauses after every so many; 0: never */
    struct dp_dead_letters *letters; /* takes every message; or NULL */

    /* What came. */
    int64_t next[2][DP_TEST_PARTITIONS_MAX]; /* the offset expected next; -1: any */
    struct {
        size_t topic;
        int32_t partition;
        bool idle;
    } slots[DP_TEST_SLOTS_MAX];
    size_t slot_count;
    uint64_t messages, offered;
    int64_t refused; /* the offset of the message that was refused and has not come again, or -1 */
    int assignments, failures;
    char failure[1000];                               /* the text of the last one */
    struct dp_message last;                           /* its views are gone; */
    char last_value[64], last_key[64], last_type[64]; /* the beginnings of what they showed */
};

/* Fails the test when a message is lost, comes twice or out of order. */
void dp_test_watch_init(struct dp_test_watch *watch);

/* Makes the source; then begins at these positions, as dp_kafka_source_start; or both, without
 * positions. */
void dp_test_watch_create(struct dp_test_watch *watch, const char *group, const char *at);
void dp_test_watch_start_at(struct dp_test_watch *watch, const struct dp_positions *positions,
                            const struct dp_positions *shown);
void dp_test_watch_start(struct dp_test_watch *watch, const char *group, const char *at);

/* Stops the source, and forgets what it has assigned. */
void dp_test_watch_stop(struct dp_test_watch *watch);

/* After the source has been closed: ends the loop. */
void dp_test_watch_finish(struct dp_test_watch *watch);

/* Run the loop: until `*value` is `wanted`; for that long; until all of so many partitions are read
 * to their end; until the source has failed, with that in its text. They fail when it takes too
 * long. */
void dp_test_watch_run_until(struct dp_test_watch *watch, const uint64_t *value, uint64_t wanted);
void dp_test_watch_run_for(struct dp_test_watch *watch, uint64_t ms);
void dp_test_watch_run_until_idle(struct dp_test_watch *watch, size_t partitions);
void dp_test_watch_run_until_failed(struct dp_test_watch *watch, const char *text);

/* The source's positions are those of the messages that came. */
void dp_test_watch_assert_positions(const struct dp_test_watch *watch);

/* Standard error is kept in a file until released; how many of its lines contain both texts. */
void dp_test_log_capture(void);
int dp_test_log_lines(const char *text, const char *also);
void dp_test_log_release(void);

#endif
