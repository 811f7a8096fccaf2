/* The configuration: one INI file, overridden by the environment, overridden by the command line.
 *
 * The environment's name of [redis] flush_interval is DESKPULSE_REDIS_FLUSH_INTERVAL. Keys of
 * [kafka] that are not listed here go to librdkafka; underscores in their names stand for its dots
 * (DESKPULSE_KAFKA_BOOTSTRAP_SERVERS). A variable that is empty counts as not set. Sections
 * with a name in their title, such as [queue "NAME"], are the file's alone. Durations are in
 * milliseconds. Thread: one. */
#ifndef DP_CONFIG_H
#define DP_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "aggregator/aggregator.h"
#include "aggregator/award.h"
#include "aggregator/rule.h"
#include "aggregator/scorecard_presets.h"
#include "common/log.h"
#include "ingest/customer_key.h"
#include "ingest/kafka_properties.h"
#include "sink/hook.h"

/* All memory belongs to the configuration. */
struct dp_config {
    struct dp_kafka_property *kafka; /* at least bootstrap.servers and group.id; each name once */
    size_t kafka_count;
    char **topics;
    size_t topic_count;
    char *dead_letter_topic;
    char *control_topic; /* whose partition the active process of the group owns */
    char *facts_topic;   /* of facts; "": they are not written */
    char *format;        /* the name of an adapter that there is */

    char *redis_url;
    char *redis_prefix;
    int64_t flush_interval_ms;
    int64_t commit_interval_ms;
    int64_t max_behind_ms; /* consumption pauses while Redis is behind by more */

    struct dp_window_plan windows;
    char window_labels[DP_WINDOWS_MAX][16]; /* as written: "24h" */
    int64_t allowed_lateness_ms;
    char *timezone; /* an IANA name that the system knows */

    unsigned period_kinds; /* bit n: enum dp_period_kind n */
    int64_t period_keep_ms, period_interval_ms;

    int64_t short_abandon_ms, fcr_window_ms;
    int64_t target_ms[DP_CHANNELS];
    enum dp_formula formula;         /* of the service level */
    struct dp_queue_targets *queues; /* 0: as for all queues */
    size_t queue_count;

    int64_t quality_per_day, quality_per_month; /* quality checks wanted of an agent; 0: none */

    enum dp_preset scorecard_preset;
    struct dp_robust
        scorecard_robust;          /* how handling time is looked at, where nothing else is said */
    struct dp_scorecard scorecard; /* made of the preset and of what the file says */
    struct dp_award *awards;
    size_t award_count;

    struct dp_rule *rules; /* each name once, and so with hooks and teams; in the file's order */
    size_t rule_count;
    struct dp_hook *hooks;
    size_t hook_count;
    struct dp_team_route *routes;
    size_t route_count;
    char **texts; /* that these are made of, but for secrets */
    size_t text_count;
    char *board_url;       /* "": messages have no links */
    int64_t alert_keep_ms; /* of the stream */

    struct dp_customer_key *customer_key; /* NULL: customers keep their ids */

    int64_t dedup_horizon_ms, contact_ttl_ms, scope_ttl_ms;
    int64_t max_contacts, max_waiting;
    enum dp_log_level log_level;
    char *http_listen; /* an address (listen_address.h) at which `run` tells of itself; "": none */

    char *board_listen;                            /* an address (listen_address.h) */
    char *board_token_file, *board_ack_token_file; /* "": none; read by the board alone */
    char *board_user_header;                       /* "": none */
    char *board_window, *board_agent_window;       /* labels of windows, whether there or not */
    int64_t board_service_level;                   /* percent */
};

/* Reads the file (NULL: none), the environment and `overrides` ("section.key=value"). False: wrong,
 * and `error` says so in one line; then there is nothing to deinit. */
bool dp_config_load(struct dp_config *config, const char *path, const char *const *overrides,
                    size_t count, char *error, size_t error_size);
void dp_config_deinit(struct dp_config *config);

/* The aggregator's options; what they point to belongs to `config`. No limit to T. */
void dp_config_aggregator_options(const struct dp_config *config,
                                  struct dp_aggregator_options *options);

/* There may be alerts, or somebody to be told of those that there were. */
static inline bool dp_config_has_alerts(const struct dp_config *config)
{
    return config->rule_count || config->hook_count;
}

/* Tells what is allowed, but not recommended, one line each. */
typedef void dp_config_warn_fn(void *ctx, const char *text);
void dp_config_warnings(const struct dp_config *config, dp_config_warn_fn *warn, void *ctx);

/* Every key with its default, what is allowed, its meaning and its variable. */
void dp_config_print_help(FILE *out);

#endif
