/* Simulated events to CloudEvents in JSON, as in the event contract. No allocation, no printf: this
 * is the hot path. Thread: one writer belongs to one thread. */
#ifndef DP_SIMULATE_WRITER_H
#define DP_SIMULATE_WRITER_H

#include <stddef.h>
#include <stdint.h>

#include "simulate/event.h"

#define DP_SIM_WRITE_MAX 1024 /* bytes that one event takes at most, spoiled or not */
#define DP_SIM_RUN_MAX   40

struct dp_sim_writer {
    char run[DP_SIM_RUN_MAX]; /* names the run in ids, so that two runs are not duplicates */
    size_t run_len;
    int64_t day; /* the day and second whose text `stamp` holds; INT64_MIN: none */
    int64_t second;
    char stamp[20]; /* 2026-01-05T08:00:00. */
};

void dp_sim_writer_init(struct dp_sim_writer *writer, int64_t start_ms, uint64_t seed);

/* Writes the event at `out`, which has DP_SIM_WRITE_MAX bytes. Returns its length; no end of line.
 */
size_t dp_sim_write(struct dp_sim_writer *writer, const struct dp_sim_event *event, char *out);

/* The Kafka key: the interaction's id, without one the agent's. At `out` as above; returns its
 * length. */
size_t dp_sim_write_key(const struct dp_sim_writer *writer, const struct dp_sim_event *event,
                        char *out);

#endif
