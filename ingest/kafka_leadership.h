/* Which process of a group is the active one: the one that Kafka's group protocol has given the
 * single partition of the control topic. Nothing is ever written to that topic.
 *
 * The partition stays with its owner when other processes join. When the owner leaves, another has
 * it within about a second; when it dies, after session.timeout.ms. Kafka's word may come late: a
 * process that was stopped for long believes to be the active one until it hears otherwise, so what
 * the active one writes must be guarded besides.
 *
 * Thread: the loop's, callbacks too. Callbacks may commit and rejoin; none may close it. */
#ifndef DP_KAFKA_LEADERSHIP_H
#define DP_KAFKA_LEADERSHIP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <uv.h>

#include "ingest/kafka_properties.h"
#include "ingest/position.h"

struct dp_kafka_leadership_options {
    const struct dp_kafka_property *properties;
    size_t property_count;
    const char *control_topic; /* is made with one partition where it is missing */
};

struct dp_kafka_leadership_events {
    void (*gained)(void *ctx);
    /* Another may have it from now on. Not called for what `rejoin` and `close` give up. */
    void (*lost)(void *ctx);
    /* Kafka will not work without a change by somebody; `text` is one line that says why and what
     * to do. */
    void (*failed)(void *ctx, const char *text);
};

struct dp_kafka_leadership;

/* Joins the group. Copies what it needs of the options. NULL with one line in `error` when they are
 * wrong; that Kafka is away is no error here: it is said in the log and tried again. */
struct dp_kafka_leadership *
dp_kafka_leadership_create(uv_loop_t *loop, const struct dp_kafka_leadership_options *options,
                           const struct dp_kafka_leadership_events *events, void *ctx, char *error,
                           size_t size);

/* True between `gained` and `lost`. */
bool dp_kafka_leadership_held(const struct dp_kafka_leadership *leadership);

/* For when it has shown elsewhere that another process is the active one: gives up the partition,
 * if it has it, and joins the group anew. From here on it is not held; `gained` comes when Kafka
 * has assigned the partition after that. Does not wait. */
void dp_kafka_leadership_rejoin(struct dp_kafka_leadership *leadership);

/* Commits these positions as the group's, for tools that watch how far it is behind; nothing is
 * read from them. Those that are not known are left out. Does not wait; a failure is logged, the
 * next commit makes it good. */
void dp_kafka_leadership_commit(struct dp_kafka_leadership *leadership,
                                const struct dp_positions *positions);

/* Leaves the group, so that another process takes over at once, and gives everything back, within
 * about `timeout_ms` even if Kafka is away. What was committed goes out first. No callback comes
 * any more. The memory is freed when the loop has run once more. */
void dp_kafka_leadership_close(struct dp_kafka_leadership *leadership, int64_t timeout_ms);

#endif
