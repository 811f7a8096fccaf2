/* Names in Redis, as the contract has them (redis.md). Pure; any thread. */
#ifndef DP_KEYS_H
#define DP_KEYS_H

#include <stddef.h>

#include "aggregator/entry.h"

/* The key that `entry` is about, such as "dp:{agent:a1}:voice:w:5m", NUL-terminated in `buf`. Ids
 * go in as they came. Returns the key's length as snprintf does: `size` or more means that it was
 * cut. */
size_t dp_key_format(char *buf, size_t size, const char *prefix, const struct dp_entry *entry);

/* The name of the entry's scope as dp:updates tells it: "agent:a1", "all". Returns as
 * dp_key_format. */
size_t dp_key_scope(char *buf, size_t size, const struct dp_entry *entry);

/* "PREFIX:NAME", to be freed with free(). */
char *dp_key_named(const char *prefix, const char *name);

#endif
