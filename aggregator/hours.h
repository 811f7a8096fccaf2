/* Hours of the local week, such as a queue's service hours: spans (calendar.h). A plain value.
 * Thread: one. */
#ifndef DP_HOURS_H
#define DP_HOURS_H

#include <stdbool.h>
#include <stdint.h>

#include "common/str.h"

#define DP_HOURS_MAX 16

struct dp_hours {
    uint32_t count; /* 0: always open */
    struct dp_hours_span {
        uint8_t days;           /* bit n: on that weekday; 0 is Monday */
        int32_t from_ms, to_ms; /* since midnight by the wall clock, to_ms not included */
    } spans[DP_HOURS_MAX];
};

/* Reads "Mon-Fri 09:00-18:00, Sat 10:00-14:00". A span ends on the day it begins, at 24:00 at the
 * latest; days may go over the week's end (Sat-Mon). False: it is another text. */
bool dp_hours_parse(struct dp_str text, struct dp_hours *hours);
#define DP_HOURS_ALLOWED                                                                           \
    "days and times of day such as Mon-Fri 09:00-18:00, Sat 10:00-14:00 (up to 16 spans, each "    \
    "within one day, 24:00 at the latest)"

/* The same of hours in which days may be left out (every day), and a span may end on the next day,
 * "22:00-07:00": such a one counts as two. */
bool dp_hours_parse_overnight(struct dp_str text, struct dp_hours *hours);
#define DP_HOURS_OVERNIGHT_ALLOWED                                                                 \
    "times of day, with days or without, such as 22:00-07:00, Sat-Sun 00:00-24:00 (up to 16 "      \
    "spans, one over midnight counts as two)"

/* True when the moment is in one of the spans, or there is none. */
bool dp_hours_open(const struct dp_hours *hours, int64_t time_ms);

#endif
