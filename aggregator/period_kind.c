#include "aggregator/period_kind.h"

const char *const dp_period_kind_names[DP_PERIOD_KINDS] = {
    [DP_PERIOD_DAY] = "day",     [DP_PERIOD_TEN_DAY] = "ten-day", [DP_PERIOD_WEEK] = "week",
    [DP_PERIOD_MONTH] = "month", [DP_PERIOD_QUARTER] = "quarter", [DP_PERIOD_YEAR] = "year",
};
