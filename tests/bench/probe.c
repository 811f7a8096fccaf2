/* probe BROKER TOPIC REDIS_PORT SECONDS RATE: how long an event takes from being handed to Kafka
 * until its figures can be read in Redis. Sends RATE offers a second, each to a queue of its own,
 * and looks every millisecond which of those queues have a window. Prints, in ms, percentiles of
 * all probes. Where a percentile is of one that was not seen in the end, what is printed is the
 * least that it can be, and "p50_least" or "p99_least" is true. */
#include <hiredis/hiredis.h>
#include <librdkafka/rdkafka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define PROBES_MAX 100000
#define WAIT_MS    10000 /* so long the last ones are waited for */
#define TIMEOUT_S  10
#define LOOKS_MAX  64 /* at a time, the oldest ones: who falls behind is not kept busy by that */

struct probe {
    double sent_ms, seen_ms; /* of the monotonic clock; seen 0: not yet */
};

static struct probe probes[PROBES_MAX];

static double now_ms(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static void fail(const char *what, const char *why)
{
    fprintf(stderr, "probe: %s: %s\n", what, why);
    exit(1);
}

static rd_kafka_t *open_producer(const char *broker)
{
    const char *const settings[][2] = {{"bootstrap.servers", broker}, {"linger.ms", "0"}};
    char error[512];
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++)
        if (rd_kafka_conf_set(conf, settings[i][0], settings[i][1], error, sizeof error))
            fail(settings[i][0], error);
    rd_kafka_t *client = rd_kafka_new(RD_KAFKA_PRODUCER, conf, error, sizeof error);
    if (!client)
        fail(broker, error);
    return client;
}

static void send_probe(rd_kafka_t *client, const char *topic, int number)
{
    char key[64], event[512], time_text[32];
    struct timespec now;
    struct tm parts;
    clock_gettime(CLOCK_REALTIME, &now);
    strftime(time_text, sizeof time_text, "%Y-%m-%dT%H:%M:%S", gmtime_r(&now.tv_sec, &parts));
    snprintf(key, sizeof key, "probe-%d", number);
    snprintf(
        event, sizeof event,
        "{\"specversion\":\"1.0\",\"id\":\"%d\",\"source\":\"/probe\",\"type\":\"contact.offered\","
        "\"time\":\"%s.%03ldZ\",\"data\":{\"interaction_id\":\"%s\",\"channel\":\"voice\","
        "\"queue\":\"%s\"}}",
        number, time_text, now.tv_nsec / 1000000, key, key);
    probes[number].sent_ms = now_ms(CLOCK_MONOTONIC);
    rd_kafka_resp_err_t code =
        rd_kafka_producev(client, RD_KAFKA_V_TOPIC(topic), RD_KAFKA_V_KEY(key, strlen(key)),
                          RD_KAFKA_V_VALUE(event, strlen(event)),
                          RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_END);
    if (code)
        fail(topic, rd_kafka_err2str(code));
    rd_kafka_poll(client, 0);
}

/* Asks for those of `first` to `end` that were not seen; returns the first that is still not. */
static int look(redisContext *redis, int first, int end)
{
    if (end > first + LOOKS_MAX)
        end = first + LOOKS_MAX;
    for (int i = first; i < end; i++)
        if (probes[i].seen_ms == 0.0)
            redisAppendCommand(redis, "EXISTS dp:{queue:probe-%d}:w:1m", i);
    for (int i = first; i < end; i++) {
        redisReply *reply;
        if (probes[i].seen_ms > 0.0)
            continue;
        if (redisGetReply(redis, (void **)&reply) != REDIS_OK)
            fail("Redis", redis->errstr);
        if (reply->integer == 1)
            probes[i].seen_ms = now_ms(CLOCK_MONOTONIC);
        freeReplyObject(reply);
    }
    while (first < end && probes[first].seen_ms > 0.0)
        first++;
    return first;
}

static int compare(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

static void report(int count)
{
    static double ages[PROBES_MAX];
    double end = now_ms(CLOCK_MONOTONIC);
    int seen = 0;
    for (int i = 0; i < count; i++) {
        ages[i] = (probes[i].seen_ms > 0.0 ? probes[i].seen_ms : end) - probes[i].sent_ms;
        seen += probes[i].seen_ms > 0.0;
    }
    qsort(ages, (size_t)count, sizeof *ages, compare);
    int p50 = (count + 1) / 2, p99 = (count * 99 + 99) / 100;
    printf("{\"sent\": %d, \"seen\": %d, \"p50\": %.1f, \"p99\": %.1f, \"p50_least\": %s, "
           "\"p99_least\": %s}\n",
           count, seen, ages[p50 - 1], ages[p99 - 1], seen < p50 ? "true" : "false",
           seen < p99 ? "true" : "false");
}

int main(int argc, char **argv)
{
    if (argc != 6)
        fail("use", "probe BROKER TOPIC REDIS_PORT SECONDS RATE");
    int seconds = atoi(argv[4]), rate = atoi(argv[5]), count = seconds * rate;
    if (seconds <= 0 || rate <= 0 || count > PROBES_MAX)
        fail("use", "SECONDS and RATE are too small or too large");
    rd_kafka_t *client = open_producer(argv[1]);
    redisContext *redis =
        redisConnectWithTimeout("127.0.0.1", atoi(argv[3]), (struct timeval){TIMEOUT_S, 0});
    if (!redis || redis->err)
        fail("Redis", redis ? redis->errstr : "no memory");
    redisSetTimeout(redis, (struct timeval){TIMEOUT_S, 0});

    double start = now_ms(CLOCK_MONOTONIC), step = 1e3 / rate;
    int first = 0, sent = 0;
    while (first < count && now_ms(CLOCK_MONOTONIC) < start + seconds * 1e3 + WAIT_MS) {
        while (sent < count && now_ms(CLOCK_MONOTONIC) >= start + sent * step)
            send_probe(client, argv[2], sent), sent++;
        first = look(redis, first, sent);
        nanosleep(&(struct timespec){0, 1000000}, NULL);
    }
    report(sent);
    rd_kafka_flush(client, TIMEOUT_S * 1000);
    rd_kafka_destroy(client);
    redisFree(redis);
    return 0;
}
