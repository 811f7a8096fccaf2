/* Writes one flush of entries to Redis and waits for it: what `replay --output redis` needs. */
#ifndef DP_REDIS_OUTPUT_H
#define DP_REDIS_OUTPUT_H

#include <stdbool.h>

#include "aggregator/entry.h"
#include "app/config.h"

/* False: Redis could not be reached or refused something; said on standard error. */
bool dp_redis_output(const struct dp_config *config, dp_entry_fn *next, void *next_ctx);

#endif
