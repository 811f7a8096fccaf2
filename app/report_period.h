/* A calendar period as its label names it:
 *
 *   2026-11-22  2026-W47  2026-11-T1 (days 1 to 10; T2: 11 to 20; T3: the rest)  2026-11  2026-Q4
 *   2026
 *
 * Days are counted from 1970-01-01, in the calendar of whoever wrote the label. Pure. */
#ifndef DP_REPORT_PERIOD_H
#define DP_REPORT_PERIOD_H

#include <stdbool.h>
#include <stdint.h>

#include "aggregator/calendar.h"

struct dp_report_period {
    enum dp_period_kind kind;
    int64_t first_day;
    int days;
};

/* False: no such label, or a day, week or month that the calendar does not have. */
bool dp_report_period_parse(const char *label, struct dp_report_period *period);

/* "2026-11-22": the label of a day. */
void dp_report_day_label(int64_t day, char label[DP_PERIOD_LABEL]);

#endif
