/* The properties of librdkafka in the configuration: keys of [kafka] that the table does not list.
 *
 * Each name is there once; names and values are copied and belong to the configuration. Thread:
 * one.
 */
#ifndef DP_CONFIG_KAFKA_H
#define DP_CONFIG_KAFKA_H

#include "app/config_table.h"

/* The place of a property among config->kafka; kafka_count: it is not there. */
size_t dp_config_kafka_find(const struct dp_config *config, const char *name);

/* Whether librdkafka has that property and takes the value. False: `wrong` says what is wrong. */
bool dp_config_kafka_check(const char *name, const char *value, char wrong[DP_CONFIG_TEXT]);

/* Sets a property, in place of one of that name. */
void dp_config_kafka_set(struct dp_config *config, const char *name, const char *value);

#endif
