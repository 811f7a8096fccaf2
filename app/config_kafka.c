#include "app/config_kafka.h"

#include <stdlib.h>
#include <string.h>

#include "common/memory.h"

size_t dp_config_kafka_find(const struct dp_config *config, const char *name)
{
    size_t at = 0;
    while (at < config->kafka_count && strcmp(config->kafka[at].name, name) != 0)
        at++;
    return at;
}

bool dp_config_kafka_check(const char *name, const char *value, char wrong[DP_CONFIG_TEXT])
{
    /* Tried by itself for all uses, so that what is wrong is found where it is written. */
    const struct dp_kafka_property trial[] = {
        {"bootstrap.servers", "localhost:9092"}, {"group.id", "deskpulse"}, {name, value}};
    static const enum dp_kafka_role roles[] = {DP_KAFKA_CONSUMER, DP_KAFKA_MEMBER,
                                               DP_KAFKA_PRODUCER};
    for (size_t i = 0; i < sizeof roles / sizeof *roles; i++) {
        rd_kafka_conf_t *conf = dp_kafka_conf_create(roles[i], trial, 3, wrong, DP_CONFIG_TEXT);
        if (!conf)
            return false;
        rd_kafka_conf_destroy(conf);
    }
    return true;
}

void dp_config_kafka_set(struct dp_config *config, const char *name, const char *value)
{
    size_t at = dp_config_kafka_find(config, name);
    if (at == config->kafka_count) {
        config->kafka = dp_xrealloc(config->kafka, (at + 1) * sizeof *config->kafka);
        config->kafka[config->kafka_count++] = (struct dp_kafka_property){.name = dp_xstrdup(name)};
    }
    free((void *)(uintptr_t)config->kafka[at].value);
    config->kafka[at].value = dp_xstrdup(value);
}
