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

struct dp_test_watch {
    uv_loop_t loop;
    uv_timer_t tick; /* wakes the loop, so that waiting for something can end */
    struct dp_kafka_source *source;

    /* What the test sets. */
    const char *topics[2];
    size_t topic_count;
    bool shares;          /* another process takes part of the messages: gaps are right */
    uint64_t later_every; /* every so many messages are refused once; 0: none */
    uint64_t pause_every; /* pauses after every so many; 0: never */
    struct dp_dead_letters *letters; /* takes every message; or NULL */

    /* What came. Slots are topic * DP_TEST_PARTITIONS + partition. */
    int64_t next[2][DP_TEST_PARTITIONS]; /* the offset expected next */
    bool idle[2 * DP_TEST_PARTITIONS], assigned[2 * DP_TEST_PARTITIONS];
    uint64_t messages, offered;
    int64_t refused; /* the offset of the message that was refused and has not come again, or -1 */
    int assignments, revocations, failures;
    struct dp_message last;                           /* its views are gone; */
    char last_value[64], last_key[64], last_type[64]; /* the beginnings of what they showed */
};

/* Fails the test when a message is lost, comes twice or out of order. */
void dp_test_watch_init(struct dp_test_watch *watch);

/* Joins the group at these brokers, for `topics`. */
void dp_test_watch_start(struct dp_test_watch *watch, const char *group, const char *at);

/* After the source has been closed: ends the loop. */
void dp_test_watch_finish(struct dp_test_watch *watch);

/* Run the loop: until `*value` is `wanted`; for that long; until all partitions are read to their
 * end. They fail when it takes too long. */
void dp_test_watch_run_until(struct dp_test_watch *watch, const uint64_t *value, uint64_t wanted);
void dp_test_watch_run_for(struct dp_test_watch *watch, uint64_t ms);
void dp_test_watch_run_until_idle(struct dp_test_watch *watch);

/* The source's positions are those of the messages that came. */
void dp_test_watch_assert_positions(const struct dp_test_watch *watch);

/* Standard error is kept in a file until released; how many of its lines contain both texts. */
void dp_test_log_capture(void);
int dp_test_log_lines(const char *text, const char *also);
void dp_test_log_release(void);

#endif
