/* The names of interactions, agents, teams, queues and customers. Thread: any. */
#ifndef DP_IDENTIFIER_H
#define DP_IDENTIFIER_H

#include <stdbool.h>

#include "common/str.h"

#define DP_IDENTIFIER_MAX 128 /* bytes */

/* 1 to 128 bytes without control characters (U+0000-001F, 007F-009F), '{', '}' or ':'.
 * `text` must be well-formed UTF-8. */
bool dp_identifier_valid(struct dp_str text);

#endif
