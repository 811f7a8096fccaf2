/* Whether Redis is there and permits what `run` needs. Every wait is bounded. Thread: one. */
#ifndef DP_REDIS_CHECK_H
#define DP_REDIS_CHECK_H

#include <stdbool.h>
#include <stddef.h>

#include "app/check_report.h"
#include "app/config.h"

/* Whether a connection could be begun: the URL, and the TLS it may ask for; none is made. False
 * with one line in `error`. */
bool dp_redis_check_url(const struct dp_config *config, char *error, size_t size);

/* Signs in, then does once what a flush and a commit do, a line each: hashes replaced in one step,
 * members of sets, a message, the state; where there are rules or hooks, what alerts need. What it
 * writes is under PREFIX:check, PREFIX:state:check and PREFIX:alerts:check, and is removed. */
void dp_redis_check(const struct dp_config *config, struct dp_check_report *report);

#endif
