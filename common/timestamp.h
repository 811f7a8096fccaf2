/* Points in time as text: RFC 3339 to and from milliseconds since the Unix epoch. Thread: any. */
#ifndef DP_TIMESTAMP_H
#define DP_TIMESTAMP_H

#include <stdbool.h>
#include <stdint.h>

#include "common/str.h"

/* Reads a whole RFC 3339 date-time: the offset is required, digits after the millisecond are cut
 * off, and second 60 is the first of the next minute. False, and *ms untouched, for anything else.
 */
bool dp_timestamp_parse(struct dp_str text, int64_t *ms);

/* Remembers the minute read last: the events of a stream mostly share it, and only seconds are then
 * read anew. Zero it before its first use. */
struct dp_timestamp_memo {
    char minute[16]; /* "2026-11-22T10:00" */
    char zone[6];    /* "Z" or "+08:00" */
    size_t zone_len;
    int64_t minute_ms;
};

/* What dp_timestamp_parse gives, sooner. */
bool dp_timestamp_parse_next(struct dp_timestamp_memo *memo, struct dp_str text, int64_t *ms);

/* Writes "2026-11-22T10:00:00.000Z". Years before 0 or after 9999 get a sign or more digits. */
void dp_timestamp_format(int64_t ms, char buf[32]);

#endif
