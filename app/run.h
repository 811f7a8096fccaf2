/* `deskpulse run`: Kafka to Redis on one libuv loop, until told to stop.
 *
 *   Kafka source -> pipeline (decode, aggregate) -> flusher -> the figures in Redis
 *                              its journal       -> saver   -> the state in Redis
 *
 * Of all processes of a group one is active; Kafka's group protocol chooses it
 * (kafka_leadership.h), the others stand by and follow the saved state:
 *
 *   standby -> taking over (owner of the state, reads it) -> catching up -> active
 *
 * Catching up, it reads from Kafka and saves, but shows nothing that is older than what Redis
 * shows. Whoever finds that another process owns the state, or that Redis has gone back to an
 * earlier one, drops all it knows and joins the group anew. */
#ifndef DP_RUN_H
#define DP_RUN_H

#include <stdbool.h>
#include <stdint.h>

#include "app/config.h"
#include "ingest/kafka_source.h"

struct dp_run_options {
    const struct dp_config *config;
    const char *config_path; /* read again on SIGHUP; may be NULL */
    const struct dp_overrides *overrides;
    bool event_clock; /* T follows the events, not the wall clock */
    int64_t as_of_ms; /* events after it are not applied; INT64_MAX: none */
    enum dp_kafka_on_lost on_lost;
};

/* Runs until a signal stops it. Returns an exit code of command.h. */
int dp_run(const struct dp_run_options *options);

#endif
