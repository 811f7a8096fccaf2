/* `deskpulse run`: Kafka to Redis on one libuv loop, until told to stop.
 *
 *   Kafka source -> pipeline (decode, aggregate) -> Redis sink, one flush every flush_interval
 *
 * What is state: the pipeline's aggregator. Which positions it stands for: those that the source
 * gives at the start of a flush; they are committed once Redis has all of that flush. */
#ifndef DP_RUN_H
#define DP_RUN_H

#include <stdbool.h>
#include <stdint.h>

#include "app/config.h"

struct dp_run_options {
    const struct dp_config *config;
    const char *config_path; /* read again on SIGHUP; may be NULL */
    const struct dp_overrides *overrides;
    bool event_clock; /* T follows the events, not the wall clock */
    int64_t as_of_ms; /* events after it are not applied; INT64_MAX: none */
};

/* Runs until a signal stops it. Returns an exit code of command.h. */
int dp_run(const struct dp_run_options *options);

#endif
