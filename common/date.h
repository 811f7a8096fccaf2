/* Dates as numbers of days since 1970-01-01 in the proleptic Gregorian calendar, and back. After
 * Hinnant, "chrono-Compatible Low-Level Date Algorithms". Pure; any thread. */
#ifndef DP_DATE_H
#define DP_DATE_H

#include <stdint.h>

struct dp_date {
    int64_t year;
    int month, day; /* from 1 */
};

/* `month` may be above 12: it goes on in the next year. */
int64_t dp_date_days(int64_t year, int month, int day);
struct dp_date dp_date_of(int64_t days);

/* 0 is Monday. */
int dp_date_weekday(int64_t days);

#endif
