#include "ingest/kafka_properties.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define HEARTBEAT_MS     500
#define QUEUE_BACKOFF_MS "20"

#define DP_COUNT(array) (sizeof(array) / sizeof *(array))

static const struct dp_kafka_property consumer_defaults[] = {
    {"client.id", "deskpulse"},
    {"auto.offset.reset", "earliest"},
    /* All messages that wait in memory, over all partitions; librdkafka takes two to three times
     * as much for them. One more answer of a broker comes on top. */
    {"queued.max.messages.kbytes", "8192"},
    {"max.partition.fetch.bytes", "262144"},
    /* Bytes alone are the limit. */
    {"queued.min.messages", "10000000"},
    {"fetch.wait.max.ms", "100"},
    /* A missing topic is found, and a broker that came back is reached, within seconds. */
    {"topic.metadata.refresh.interval.ms", "10000"},
    {"reconnect.backoff.max.ms", "2000"},
    {"enable.auto.commit", "false"},
    {"enable.auto.offset.store", "false"},
    {"enable.partition.eof", "true"},
};

static const struct dp_kafka_property member_defaults[] = {
    {"client.id", "deskpulse"},
    {"topic.metadata.refresh.interval.ms", "10000"},
    {"reconnect.backoff.max.ms", "2000"},
    /* How long a process that is gone stays the active one. */
    {"session.timeout.ms", "10000"},
    /* Whoever stays keeps its partition when another comes or goes. */
    {"partition.assignment.strategy", "cooperative-sticky"},
    {"enable.auto.commit", "false"},
    {"enable.auto.offset.store", "false"},
};

static const struct dp_kafka_property producer_defaults[] = {
    {"client.id", "deskpulse"},
    {"reconnect.backoff.max.ms", "2000"},
    {"linger.ms", "20"},
    /* A letter above this size is alone in its request: kafka_dead_letters.c, cut. */
    {"batch.size", "65536"},
    /* What came in over the limit of the pipeline goes out unchanged; the topic sets the bound. */
    {"message.max.bytes", "100000000"},
    /* Tried until it is written: a broker that is away fails no delivery. */
    {"message.timeout.ms", "0"},
    {"acks", "all"},
    {"enable.idempotence", "true"},
};

/* What a property may be: exactly `value`; or, with `value` NULL, nothing that contains `without`.
 */
static const struct {
    const char *name, *value, *without, *why;
} fixed[] = {
    {"enable.auto.commit", "false", NULL, "positions are kept with the state"},
    {"auto.commit.enable", "false", NULL, "positions are kept with the state"},
    {"enable.auto.offset.store", "false", NULL, "positions are kept by deskpulse itself"},
    {"enable.partition.eof", "true", NULL, "it tells when a partition has been read to its end"},
    {"partition.assignment.strategy", "cooperative-sticky", NULL,
     "a process that joins must not take over from the active one"},
    {"group.protocol", "classic", NULL, "the active process is found with the classic protocol"},
    {"group.instance.id", NULL, "",
     "a static member sends no word when it leaves, so no standby would take over at once"},
    {"auto.offset.reset", NULL, "error", "use earliest or latest"},
    {"enable.idempotence", "true", NULL, "no dead letter may be lost or doubled"},
    {"transactional.id", NULL, "", "dead letters are not written in transactions"},
};

const char *dp_kafka_property_find(const struct dp_kafka_property *properties, size_t count,
                                   const char *name)
{
    while (count-- > 0)
        if (strcmp(properties[count].name, name) == 0)
            return properties[count].value;
    return NULL;
}

const char *dp_kafka_property_brokers(const struct dp_kafka_property *properties, size_t count)
{
    const char *brokers = dp_kafka_property_find(properties, count, "bootstrap.servers");
    if (!brokers)
        brokers = dp_kafka_property_find(properties, count, "metadata.broker.list");
    return brokers ? brokers : "";
}

static bool allowed(const struct dp_kafka_property *property, char *error, size_t size)
{
    for (size_t i = 0; i < DP_COUNT(fixed); i++) {
        if (strcmp(property->name, fixed[i].name) != 0)
            continue;
        if (fixed[i].value ? strcasecmp(property->value, fixed[i].value) != 0
                           : strstr(property->value, fixed[i].without) != NULL) {
            snprintf(error, size, "kafka property %s = %s is not supported: %s; %s%s",
                     property->name, property->value, fixed[i].why,
                     fixed[i].value ? "remove it or set it to " : "change or remove it",
                     fixed[i].value ? fixed[i].value : "");
            return false;
        }
    }
    return true;
}

/* librdkafka's own table of its properties says which are for consumers (C), producers (P) or both
 * (*); asking it holds for every version. Rows: `name  | C/P | range | ...`. The caller frees it.
 */
static char *property_table(void)
{
    char *table = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&table, &length);
    if (!out)
        return NULL;
    rd_kafka_conf_properties_show(out);
    return fclose(out) == 0 ? table : NULL;
}

/* A name that the table does not have is taken as meant for both: librdkafka says if it is wrong.
 */
static bool is_for(const char *table, const char *name, enum dp_kafka_role role)
{
    size_t length = strlen(name);
    for (const char *row = table; row; row = strchr(row, '\n')) {
        row += *row == '\n';
        if (strncmp(row, name, length) != 0)
            continue;
        const char *cell = row + length + strspn(row + length, " ");
        if (*cell++ != '|')
            continue;
        cell += strspn(cell, " ");
        return *cell != (role == DP_KAFKA_PRODUCER ? 'C' : 'P');
    }
    return true;
}

static bool set(rd_kafka_conf_t *conf, const struct dp_kafka_property *property, char *error,
                size_t size)
{
    char text[512];
    if (rd_kafka_conf_set(conf, property->name, property->value, text, sizeof text) ==
        RD_KAFKA_CONF_OK)
        return true;
    snprintf(error, size, "kafka property %s = %s: %s", property->name, property->value, text);
    return false;
}

/* A standby hears with a heartbeat that the active process has left, so they come more often than
 * librdkafka's; but three fit into a session in any case. */
static bool set_heartbeat(rd_kafka_conf_t *conf, const struct dp_kafka_property *properties,
                          size_t count, char *error, size_t size)
{
    const char *session = dp_kafka_property_find(properties, count, "session.timeout.ms");
    char value[24];
    long interval_ms = HEARTBEAT_MS;
    if (session && atol(session) / 3 < interval_ms)
        interval_ms = atol(session) / 3;
    snprintf(value, sizeof value, "%ld", interval_ms > 1 ? interval_ms : 1);
    return set(conf, &(struct dp_kafka_property){"heartbeat.interval.ms", value}, error, size);
}

bool dp_kafka_has_queue_backoff(void)
{
    return rd_kafka_version() >= 0x02020000;
}

/* Where what waits has reached its limit, librdkafka looks again after a second otherwise. */
static bool set_queue_backoff(rd_kafka_conf_t *conf, char *error, size_t size)
{
    return !dp_kafka_has_queue_backoff() ||
           set(conf, &(struct dp_kafka_property){"fetch.queue.backoff.ms", QUEUE_BACKOFF_MS}, error,
               size);
}

rd_kafka_conf_t *dp_kafka_conf_create(enum dp_kafka_role role,
                                      const struct dp_kafka_property *properties, size_t count,
                                      char *error, size_t size)
{
    static const struct {
        const struct dp_kafka_property *properties;
        size_t count;
    } defaults[] = {
        [DP_KAFKA_CONSUMER] = {consumer_defaults, DP_COUNT(consumer_defaults)},
        [DP_KAFKA_MEMBER] = {member_defaults, DP_COUNT(member_defaults)},
        [DP_KAFKA_PRODUCER] = {producer_defaults, DP_COUNT(producer_defaults)},
    };

    if (!*dp_kafka_property_brokers(properties, count)) {
        snprintf(error, size, "kafka property bootstrap.servers is missing: set it to host:port");
        return NULL;
    }
    const char *group = dp_kafka_property_find(properties, count, "group.id");
    if (role != DP_KAFKA_PRODUCER && (!group || !*group)) {
        snprintf(error, size, "kafka property group.id is empty: set it to a name of your own");
        return NULL;
    }
    char *table = property_table();
    if (!table) {
        snprintf(error, size, "out of memory while reading the kafka properties");
        return NULL;
    }
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    bool good = true;
    for (size_t i = 0; good && i < defaults[role].count; i++)
        good = set(conf, &defaults[role].properties[i], error, size);
    if (good && role == DP_KAFKA_CONSUMER)
        good = set_queue_backoff(conf, error, size);
    if (good && role == DP_KAFKA_MEMBER)
        good = set_heartbeat(conf, properties, count, error, size);
    for (size_t i = 0; good && i < count; i++)
        if (is_for(table, properties[i].name, role))
            good = allowed(&properties[i], error, size) && set(conf, &properties[i], error, size);
    free(table);
    if (good)
        return conf;
    rd_kafka_conf_destroy(conf);
    return NULL;
}
