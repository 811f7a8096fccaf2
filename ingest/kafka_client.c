#define _GNU_SOURCE /* pthread_timedjoin_np */

#include "ingest/kafka_client.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "common/log.h"
#include "common/memory.h"

#define DESTROY_TIMEOUT_S 2

bool dp_kafka_log_due(uint64_t *last_ms)
{
    uint64_t now_ms = uv_hrtime() / 1000000;
    if (*last_ms && now_ms - *last_ms < DP_KAFKA_LOG_INTERVAL_MS)
        return false;
    *last_ms = now_ms;
    return true;
}

/* Runs on librdkafka's threads. */
static void on_log(const rd_kafka_t *rk, int level, const char *facility, const char *text)
{
    enum dp_log_level ours = level <= LOG_ERR       ? DP_LOG_ERROR
                             : level == LOG_WARNING ? DP_LOG_WARN
                             : level <= LOG_INFO    ? DP_LOG_INFO
                                                    : DP_LOG_DEBUG;
    /* Connection errors come to on_error as well, which says them in our words. */
    if (strcmp(facility, "FAIL") == 0 || strcmp(facility, "ERROR") == 0)
        ours = DP_LOG_DEBUG;
    char quoted[1024];
    dp_log(ours, "librdkafka", "client=%s facility=%s text=%s", rd_kafka_name(rk), facility,
           dp_log_quote(quoted, sizeof quoted, text));
}

static void on_error(rd_kafka_t *rk, int code, const char *text, void *opaque)
{
    (void)rk;
    dp_kafka_client_error(opaque, (rd_kafka_resp_err_t)code, text);
}

static void fail(struct dp_kafka_client *client, const char *what, const char *text)
{
    char line[900];
    if (client->has_failed)
        return;
    client->has_failed = true;
    snprintf(line, sizeof line, "%s (%s)", what, text);
    if (client->failed)
        client->failed(client->owner, line);
}

static void say_away(struct dp_kafka_client *client)
{
    char brokers[256], quoted[400];
    /* A broker closes a connection that has been idle for long, which librdkafka reports in these
     * words without a hint between them: no outage until connecting fails. */
    if (!client->away || client->has_failed || strstr(client->trouble, "Disconnected (after") ||
        !dp_kafka_log_due(&client->said_ms))
        return;
    client->said = true;
    dp_log(DP_LOG_ERROR,
           "Kafka does not answer: check that it runs and that bootstrap.servers is right; "
           "trying again until it does",
           "brokers=%s error=%s", dp_log_quote(brokers, sizeof brokers, client->brokers),
           dp_log_quote(quoted, sizeof quoted, client->trouble));
}

void dp_kafka_client_error(struct dp_kafka_client *client, rd_kafka_resp_err_t code,
                           const char *text)
{
    char fatal[512], quoted[600];
    switch (code) {
    case RD_KAFKA_RESP_ERR__FATAL:
        rd_kafka_fatal_error(client->rk, fatal, sizeof fatal);
        fail(client, "Kafka's client library gave up: restart deskpulse", fatal);
        break;
    case RD_KAFKA_RESP_ERR__AUTHENTICATION:
    case RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED:
    case RD_KAFKA_RESP_ERR_UNSUPPORTED_SASL_MECHANISM:
        fail(client, "Kafka refuses the login: check security.protocol and sasl.* in [kafka]",
             text);
        break;
    case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED:
        fail(client, "Kafka refuses access: give this user the right to read with this group.id",
             text);
        break;
    case RD_KAFKA_RESP_ERR__TRANSPORT:
    case RD_KAFKA_RESP_ERR__RESOLVE:
    case RD_KAFKA_RESP_ERR__SSL:
        /* One broker of many may go; it is an outage when all are down, which is said next. */
        snprintf(client->trouble, sizeof client->trouble, "%s", text);
        say_away(client);
        break;
    case RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN:
        client->away = client->stale = true;
        say_away(client);
        break;
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
        break; /* who needs the topic asks for it, and says so in its own words */
    default:
        dp_log(DP_LOG_WARN, "Kafka reports an error", "code=%s text=%s", rd_kafka_err2name(code),
               dp_log_quote(quoted, sizeof quoted, text));
    }
}

void dp_kafka_client_answered(struct dp_kafka_client *client)
{
    char quoted[256];
    if (!client->away || client->stale)
        return;
    client->away = false;
    if (!client->said)
        return;
    client->said = false;
    dp_log(DP_LOG_INFO, "Kafka answers again", "brokers=%s",
           dp_log_quote(quoted, sizeof quoted, client->brokers));
}

bool dp_kafka_client_init(struct dp_kafka_client *client, enum dp_kafka_role role,
                          rd_kafka_conf_t *conf, const char *brokers, char *error, size_t size)
{
    char text[512];
    client->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (client->wake_fd < 0) {
        snprintf(error, size, "cannot make an eventfd: %s", strerror(errno));
        rd_kafka_conf_destroy(conf);
        return false;
    }
    rd_kafka_conf_set_opaque(conf, client);
    rd_kafka_conf_set_log_cb(conf, on_log);
    rd_kafka_conf_set_error_cb(conf, on_error);
    client->rk = rd_kafka_new(role == DP_KAFKA_PRODUCER ? RD_KAFKA_PRODUCER : RD_KAFKA_CONSUMER,
                              conf, text, sizeof text);
    if (!client->rk) {
        snprintf(error, size, "kafka: %s: check the properties in [kafka]", text);
        rd_kafka_conf_destroy(conf);
        close(client->wake_fd);
        return false;
    }
    client->brokers = dp_xstrdup(brokers);
    return true;
}

bool dp_kafka_client_start(struct dp_kafka_client *client, uv_loop_t *loop, uv_poll_cb woken,
                           char *error, size_t size)
{
    int status = uv_poll_init(loop, &client->wake, client->wake_fd);
    if (status < 0) {
        snprintf(error, size, "cannot watch kafka's queues: %s", uv_strerror(status));
        return false;
    }
    client->wake.data = client->owner;
    uv_poll_start(&client->wake, UV_READABLE, woken);
    return true;
}

bool dp_kafka_client_produce(struct dp_kafka_client *client, uv_loop_t *loop,
                             const struct dp_kafka_property *properties, size_t count,
                             void (*delivered)(rd_kafka_t *, const rd_kafka_message_t *, void *),
                             uv_poll_cb woken, char *error, size_t size)
{
    rd_kafka_conf_t *conf = dp_kafka_conf_create(DP_KAFKA_PRODUCER, properties, count, error, size);
    if (!conf)
        return false;
    rd_kafka_conf_set_dr_msg_cb(conf, delivered);
    if (!dp_kafka_client_init(client, DP_KAFKA_PRODUCER, conf,
                              dp_kafka_property_brokers(properties, count), error, size))
        return false;
    if (!dp_kafka_client_start(client, loop, woken, error, size)) {
        dp_kafka_client_deinit(client, false);
        return false;
    }
    rd_kafka_queue_t *queue = rd_kafka_queue_get_main(client->rk);
    dp_kafka_client_watch(client, queue);
    rd_kafka_queue_destroy(queue);
    return true;
}

void dp_kafka_client_watch(struct dp_kafka_client *client, rd_kafka_queue_t *queue)
{
    const uint64_t one = 1;
    rd_kafka_queue_io_event_enable(queue, client->wake_fd, &one, sizeof one);
}

void dp_kafka_client_woken(struct dp_kafka_client *client)
{
    uint64_t count;
    /* Nothing to read means that the wake-up was taken already. */
    if (read(client->wake_fd, &count, sizeof count) < 0)
        return;
}

void dp_kafka_say_refused(const char *topic)
{
    dp_log(DP_LOG_ERROR, "Kafka refuses to have the topic read: give this user the right",
           "topic=%s", topic);
}

/* The library closes in a thread of its own, so that waiting for it can end. */
bool dp_kafka_client_leave(struct dp_kafka_client *client, uint64_t end_ns)
{
    rd_kafka_queue_t *queue = rd_kafka_queue_new(client->rk);
    rd_kafka_error_t *trouble = rd_kafka_consumer_close_queue(client->rk, queue);
    rd_kafka_error_destroy(trouble);
    while (!trouble && !rd_kafka_consumer_closed(client->rk) && uv_hrtime() < end_ns)
        rd_kafka_queue_poll_callback(queue, 20);
    bool left = rd_kafka_consumer_closed(client->rk) != 0;
    rd_kafka_queue_destroy(queue);
    return left;
}

struct remains {
    rd_kafka_t *rk;
    int wake_fd;
};

static void *destroy(void *argument)
{
    struct remains *remains = argument;
    /* The consumer has been closed, or was given up on: destroying must not close it again. */
    rd_kafka_destroy_flags(remains->rk, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
    close(remains->wake_fd);
    free(remains);
    return NULL;
}

/* librdkafka before 2.1 may wait for ever to destroy a consumer that has read a topic which was
 * deleted (its issue 4187). Nothing but memory is held up by that. */
static bool joined_in_time(pthread_t thread)
{
    struct timespec end;
    clock_gettime(CLOCK_REALTIME, &end);
    end.tv_sec += DESTROY_TIMEOUT_S;
    return pthread_timedjoin_np(thread, NULL, &end) == 0;
}

void dp_kafka_client_deinit(struct dp_kafka_client *client, bool in_background)
{
    pthread_t thread;
    struct remains *remains = dp_xmalloc(sizeof *remains);
    *remains = (struct remains){client->rk, client->wake_fd};
    free(client->brokers);
    if (pthread_create(&thread, NULL, destroy, remains) != 0)
        destroy(remains);
    else if (in_background || !joined_in_time(thread))
        pthread_detach(thread);
}

/* Handles that are left to the end of the process, so that they can be found. */
static struct remains **abandoned;
static size_t abandoned_count, abandoned_capacity;

void dp_kafka_client_abandon(struct dp_kafka_client *client)
{
    struct remains *remains = dp_xmalloc(sizeof *remains);
    *remains = (struct remains){client->rk, client->wake_fd};
    abandoned = dp_xgrow(abandoned, abandoned_count, &abandoned_capacity, sizeof *abandoned);
    abandoned[abandoned_count++] = remains;
    free(client->brokers);
}
