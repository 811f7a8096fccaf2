/* What Kafka holds of some topics: how many partitions each has, and where those begin and end.
 *
 * Kafka may take long to answer, so it is asked in a thread of libuv's pool; each single question
 * ends after 2 s. Thread: the loop's. */
#ifndef DP_KAFKA_SURVEY_H
#define DP_KAFKA_SURVEY_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <librdkafka/rdkafka.h>
#include <uv.h>

struct dp_kafka_ends {
    int64_t low;  /* the offset of the first message, */
    int64_t high; /* and of the next one that will be written */
};

struct dp_kafka_topic_survey {
    char *name;
    size_t from; /* the ends of partitions below this number are not asked for */
    bool missing;
    size_t count;               /* of partitions */
    struct dp_kafka_ends *ends; /* `count` */
};

struct dp_kafka_survey {
    struct dp_kafka_topic_survey *topics;
    size_t count, capacity;
    rd_kafka_resp_err_t code; /* why it is not complete; 0: it is */
    const char *stopped_at;   /* then the topic; one of `topics` */
    /* Its own. */
    uv_work_t work;
    uv_loop_t *loop;
    rd_kafka_t *rk;
    void (*done)(void *owner);
    void *owner;
    atomic_bool cancelled;
    bool under_way;
};

/* `done` is called on the loop after each start, cancelled or not. */
void dp_kafka_survey_init(struct dp_kafka_survey *survey, uv_loop_t *loop, rd_kafka_t *rk,
                          void (*done)(void *owner), void *owner);

/* Not while it is under way. */
void dp_kafka_survey_deinit(struct dp_kafka_survey *survey);

/* Begins a new one, once none is under way: forgets the last one, ... */
void dp_kafka_survey_clear(struct dp_kafka_survey *survey);
/* ... takes the topics, in their order, ... */
void dp_kafka_survey_add(struct dp_kafka_survey *survey, const char *topic, size_t from);
/* ... and asks. `topics` and `code` are the thread's until `done`. */
void dp_kafka_survey_start(struct dp_kafka_survey *survey);

/* Lets it end soon, with RD_KAFKA_RESP_ERR__INTR if it is not complete. */
void dp_kafka_survey_cancel(struct dp_kafka_survey *survey);

#endif
