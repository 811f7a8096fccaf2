/* Prints entries instead of writing them to Redis: one JSON object a line for each key, sorted by
 * key (bytewise), with the values exactly as Redis would hold them:
 *
 *   {"key":"dp:{agent:a1}:w:5m","type":"hash","value":{"as_of_ms":"...",...}}
 *   {"key":"dp:agents","type":"set","value":["a1","a2"]}
 *
 * Keys that are gone make no line. */
#ifndef DP_NDJSON_SINK_H
#define DP_NDJSON_SINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "aggregator/entry.h"

/* Takes all that `next` gives, keeps it in memory, and prints it to `out`. Of a key given more than
 * once the last counts. False when it cannot be written (disk full, reader gone): `error` says so.
 */
bool dp_ndjson_sink_write(FILE *out, const char *prefix, dp_entry_fn *next, void *next_ctx,
                          char *error, size_t error_size);

#endif
