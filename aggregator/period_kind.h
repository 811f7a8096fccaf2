/* The kinds of calendar periods. */
#ifndef DP_PERIOD_KIND_H
#define DP_PERIOD_KIND_H

enum dp_period_kind {
    DP_PERIOD_DAY,
    DP_PERIOD_TEN_DAY, /* days 1 to 10, 11 to 20, 21 to the month's end */
    DP_PERIOD_WEEK,    /* ISO 8601: Monday to Sunday */
    DP_PERIOD_MONTH,
    DP_PERIOD_QUARTER,
    DP_PERIOD_YEAR,
    DP_PERIOD_KINDS
};

extern const char *const dp_period_kind_names[DP_PERIOD_KINDS]; /* "ten-day" */

#endif
