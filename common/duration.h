/* Lengths of time as text: a whole number above 0 and one unit, "500ms", "20s", "5m", "24h" or
 * "7d". Thread: any. */
#ifndef DP_DURATION_H
#define DP_DURATION_H

#include <stdbool.h>
#include <stdint.h>

#include "common/str.h"

/* False, and *ms untouched, if the text is none or too long for 64 bits of milliseconds. */
bool dp_duration_parse(struct dp_str text, int64_t *ms);

/* Writes a length of 0 or more in the largest unit that it is a multiple of: 300,000 is "5m". */
void dp_duration_format(int64_t ms, char buf[32]);

#endif
