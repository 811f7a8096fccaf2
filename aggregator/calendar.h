/* The local calendar: which day, week, month a moment is in, and what those are called.
 *
 * Zones are those of the system's database, through the C library, whose zone belongs to the whole
 * process: one calendar's zone holds for all. A local day begins with the first second that has its
 * date, so days of 23 or 25 hours, and midnights that do not exist, come out right. Times in ms
 * since 1970. Thread: one; the first dp_calendar_init before other threads start. */
#ifndef DP_CALENDAR_H
#define DP_CALENDAR_H

#include <stdint.h>

#include "aggregator/period_kind.h"

/* [from_ms, to_ms) */
struct dp_span {
    int64_t from_ms, to_ms;
};

/* The spans found last, for a few days side by side: facts of one day come together, and around
 * midnight those of two. */
#define DP_CALENDAR_DAYS 4
struct dp_calendar {
    struct dp_span found[DP_PERIOD_KINDS][DP_CALENDAR_DAYS];
};

/* `zone` is a name that the database has, or "UTC". */
void dp_calendar_init(struct dp_calendar *calendar, const char *zone);

/* The period of that kind that a moment is in. Those of one day are in the same periods. */
struct dp_span dp_calendar_span(struct dp_calendar *calendar, enum dp_period_kind kind,
                                int64_t time_ms);

/* Local weekday (0 is Monday) and milliseconds since midnight by the wall clock. */
void dp_calendar_clock(int64_t time_ms, int *weekday, int64_t *of_day_ms);

/* "2026-11-22", "2026-11-T3", "2026-W47", "2026-11", "2026-Q4", "2026": what the period that begins
 * at `from_ms` is called. */
#define DP_PERIOD_LABEL 24
void dp_calendar_label(enum dp_period_kind kind, int64_t from_ms, char label[DP_PERIOD_LABEL]);

#endif
