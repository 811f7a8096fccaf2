/* Kafka properties as the configuration gives them, made into a librdkafka configuration.
 *
 * Every property goes to librdkafka as it is. Ours come first where they are defaults; those the
 * pipeline rests on (it commits by itself, ...) are fixed, and another value is an error. */
#ifndef DP_KAFKA_PROPERTIES_H
#define DP_KAFKA_PROPERTIES_H

#include <stdbool.h>
#include <stddef.h>

#include <librdkafka/rdkafka.h>

struct dp_kafka_property {
    const char *name, *value;
};

enum dp_kafka_role {
    DP_KAFKA_CONSUMER, /* reads partitions that it assigns itself */
    DP_KAFKA_MEMBER,   /* a consumer that is in the group, and reads nothing */
    DP_KAFKA_PRODUCER
};

/* A configuration for that role; properties that librdkafka documents for the other role alone are
 * left out. NULL with one line in `error` that names the property. The caller (or rd_kafka_new)
 * destroys it. */
rd_kafka_conf_t *dp_kafka_conf_create(enum dp_kafka_role role,
                                      const struct dp_kafka_property *properties, size_t count,
                                      char *error, size_t size);

/* librdkafka can be told (fetch.queue.backoff.ms, since 2.2) how soon it looks again whether there
 * is room for messages; it is. */
bool dp_kafka_has_queue_backoff(void);

/* The value given for that name (the last one), or NULL. */
const char *dp_kafka_property_find(const struct dp_kafka_property *properties, size_t count,
                                   const char *name);

/* The brokers as configured, for messages; "" when they are missing. */
const char *dp_kafka_property_brokers(const struct dp_kafka_property *properties, size_t count);

#endif
