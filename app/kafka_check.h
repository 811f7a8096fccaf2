/* Whether Kafka is there and permits what `run` needs. Every wait is bounded. Thread: one. */
#ifndef DP_KAFKA_CHECK_H
#define DP_KAFKA_CHECK_H

#include <stdbool.h>
#include <stddef.h>

#include "app/check_report.h"
#include "app/config.h"

/* Whether librdkafka takes the properties of [kafka] together, for reading and for the dead
 * letters; no connection is made. False with one line in `error`. */
bool dp_kafka_check_properties(const struct dp_config *config, char *error, size_t size);

/* Brokers, topics, offsets, group and dead-letter topic, a line each. Changes nothing in Kafka. */
void dp_kafka_check(const struct dp_config *config, struct dp_check_report *report);

#endif
