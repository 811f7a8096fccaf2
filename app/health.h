/* What `deskpulse run` tells of itself: to whoever asks over HTTP, where [http] listen says, and to
 * the service manager, where there is one (service_manager.h).
 *
 *   /metrics   run_metrics.h
 *   /healthz   200 as long as the loop turns, for otherwise nobody answers
 *   /readyz    200 if the process does its duty, else 503; each with one line that says what it is
 *
 * Thread: the loop's. */
#ifndef DP_HEALTH_H
#define DP_HEALTH_H

#include <stdbool.h>
#include <stddef.h>

struct dp_run;
struct dp_health;

/* Begins to tell. `run` outlives it. NULL with one line in `error` when it cannot listen. */
struct dp_health *dp_health_create(struct dp_run *run, char *error, size_t size);

/* The memory is given back in the loop's next turn. */
void dp_health_close(struct dp_health *health);

/* The configuration is read again: before and after. It ends. */
void dp_health_reloading(struct dp_health *health);
void dp_health_reloaded(struct dp_health *health);
void dp_health_stopping(struct dp_health *health);

/* Whether the process does its duty: it is the active one, reads from Kafka and gets its figures
 * into Redis, or it stands by and follows the state. `text`, which stays, says what it does, or
 * what is in the way. */
bool dp_health_ready(const struct dp_run *run, const char **text);

#endif
