/* When Kafka is asked what it holds (kafka_survey.h): at the start, again and again for what is
 * new, at once when something is in doubt, and after a pause, ever longer, when it did not answer.
 * A part of the Kafka source. Thread: the loop's. */
#ifndef DP_KAFKA_SURVEYOR_H
#define DP_KAFKA_SURVEYOR_H

#include <stdbool.h>
#include <stdint.h>

#include <uv.h>

#include "ingest/kafka_client.h"
#include "ingest/kafka_partitions.h"
#include "ingest/kafka_survey.h"

struct dp_kafka_surveyor {
    /* The source's. */
    struct dp_kafka_client *client;
    const struct dp_kafka_partitions *partitions; /* their topics are asked for */
    uint64_t interval_ms;                         /* between surveys that found out all */
    /* The survey is complete. False: there is more to be found out, soon. May stop the surveyor. */
    bool (*surveyed)(void *owner);
    void *owner;
    /* Its own. */
    struct dp_kafka_survey survey; /* the latest */
    uv_timer_t timer;
    uint64_t retry_ms;  /* the next pause after a survey without an answer */
    bool running;       /* from start to stop */
    bool survey_void;   /* the one under way was begun for another start */
    bool survey_wanted; /* as soon as that one is done */
    uint64_t said_ms;
    void (*closed)(void *owner);
};

/* For one that is all zero but for what is the source's. */
void dp_kafka_surveyor_init(struct dp_kafka_surveyor *surveyor, uv_loop_t *loop);

/* Begins with a survey, as soon as none of before is under way. */
void dp_kafka_surveyor_start(struct dp_kafka_surveyor *surveyor);

/* Another survey at once, or soon after the one under way. */
void dp_kafka_surveyor_hurry(struct dp_kafka_surveyor *surveyor);

/* `surveyed` is not called any more, until started again. */
void dp_kafka_surveyor_stop(struct dp_kafka_surveyor *surveyor);

/* Stops it for good. `closed` is called when no survey uses the client any more: before this
 * returns, if none is under way. `timer` is then to be closed, and `survey` given back. */
void dp_kafka_surveyor_close(struct dp_kafka_surveyor *surveyor, void (*closed)(void *owner));

#endif
