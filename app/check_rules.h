/* What the rules of a configuration would have said of events in files, in numbers: the part of
 * `deskpulse check` that --rules asks for. Thread: one. */
#ifndef DP_CHECK_RULES_H
#define DP_CHECK_RULES_H

#include <stdbool.h>
#include <stddef.h>

#include "app/config.h"
#include "ingest/adapter.h"

/* Writes a table to standard output. False: a file cannot be read, or the table not be written;
 * standard error has one line that says why. */
bool dp_check_rules(const struct dp_config *config, const struct dp_adapter *adapter, char **paths,
                    size_t count);

#endif
