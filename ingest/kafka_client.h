/* One librdkafka handle on the libuv loop: what the source and the dead letters share.
 *
 * Queues that are watched wake the loop through an eventfd. librdkafka's log lines and errors
 * become ours: a broker that does not answer is said in one line, at most every 30 s. Thread: the
 * loop's. */
#ifndef DP_KAFKA_CLIENT_H
#define DP_KAFKA_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <librdkafka/rdkafka.h>
#include <uv.h>

#include "ingest/kafka_properties.h"

/* The least time between two lines of the log that say the same. */
#define DP_KAFKA_LOG_INTERVAL_MS 30000

/* RD_KAFKA_RESP_ERR__LOG_TRUNCATION, which librdkafka knows from 2.1 on. */
#define DP_KAFKA_ERR_LOG_TRUNCATION (-139)

struct dp_kafka_client {
    rd_kafka_t *rk;
    void *owner; /* handed to `failed` */
    /* Called once, when Kafka will not work without a change by somebody: the login is refused,
     * a right is missing, librdkafka gave up. May be NULL. */
    void (*failed)(void *owner, const char *text);
    uv_poll_t wake;
    int wake_fd;
    char *brokers;     /* as configured, for messages */
    char trouble[300]; /* the latest connection error */
    bool away;         /* no broker is connected */
    bool said;         /* and that was said */
    bool stale;        /* what is queued may have come before that */
    bool has_failed;
    uint64_t said_ms; /* when it was last said */
};

/* Makes the handle and the eventfd. Takes `conf`, whose callbacks other than log and error the
 * caller has set; their opaque is the client. False with one line in `error`; nothing is left
 * behind. */
bool dp_kafka_client_init(struct dp_kafka_client *client, enum dp_kafka_role role,
                          rd_kafka_conf_t *conf, const char *brokers, char *error, size_t size);

/* From now on `woken` runs on the loop (`wake.data` is `owner`) when a watched queue has something.
 */
bool dp_kafka_client_start(struct dp_kafka_client *client, uv_loop_t *loop, uv_poll_cb woken,
                           char *error, size_t size);

/* All of that for a producer: `delivered` gets its reports from its main queue, which is watched.
 */
bool dp_kafka_client_produce(struct dp_kafka_client *client, uv_loop_t *loop,
                             const struct dp_kafka_property *properties, size_t count,
                             void (*delivered)(rd_kafka_t *, const rd_kafka_message_t *, void *),
                             uv_poll_cb woken, char *error, size_t size);

/* A queue wakes the loop only when it goes from empty to not empty: drain it whenever woken. */
void dp_kafka_client_watch(struct dp_kafka_client *client, rd_kafka_queue_t *queue);

/* Takes the wake-up; call it first in `woken`. */
void dp_kafka_client_woken(struct dp_kafka_client *client);

/* Says an error of librdkafka, or passes it to `failed`. */
void dp_kafka_client_error(struct dp_kafka_client *client, rd_kafka_resp_err_t code,
                           const char *text);

/* Kafka has answered: ends `away`, unless the answer is `stale`. */
void dp_kafka_client_answered(struct dp_kafka_client *client);

/* True when `*last_ms` lies DP_KAFKA_LOG_INTERVAL_MS back (or is 0), and then sets it to now. */
bool dp_kafka_log_due(uint64_t *last_ms);

/* Says that this user may not read the topic. */
void dp_kafka_say_refused(const char *topic);

/* Closes the consumer, with the callbacks that this calls, so that it leaves its group. False: it
 * did not end before `end_ns` (uv_hrtime). */
bool dp_kafka_client_leave(struct dp_kafka_client *client, uint64_t end_ns);

/* Destroys the handle and closes the eventfd; `wake` has been stopped before, and all queues taken
 * from the handle have been given back. A consumer that could not leave its group waits for Kafka
 * in there, for up to session.timeout.ms: `in_background` leaves that to a thread of its own, as is
 * done after 2 s in any case. */
void dp_kafka_client_deinit(struct dp_kafka_client *client, bool in_background);

/* Leaves the handle and its threads to the end of the process, where destroying it would not do. */
void dp_kafka_client_abandon(struct dp_kafka_client *client);

#endif
