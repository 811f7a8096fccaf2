#include "app/report_period.h"

#include <stdio.h>
#include <string.h>

const char *const dp_period_names[DP_PERIODS] = {
    [DP_PERIOD_DAY] = "day",     [DP_PERIOD_WEEK] = "week",       [DP_PERIOD_TEN_DAYS] = "ten days",
    [DP_PERIOD_MONTH] = "month", [DP_PERIOD_QUARTER] = "quarter", [DP_PERIOD_YEAR] = "year",
};

/* Years are counted from March, so that the odd day of a leap year is the last one. */
static int32_t day_of(int32_t year, int32_t month, int32_t day)
{
    year += (month - 1) / 12;
    month = (month - 1) % 12 + 1;
    if (month <= 2)
        year--;
    int32_t era = year / 400, in_era = year % 400;
    int32_t in_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    return era * 146097 + in_era * 365 + in_era / 4 - in_era / 100 + in_year - 719468;
}

void dp_period_day_label(int32_t day, char label[DP_PERIOD_LABEL])
{
    int32_t from_march_0 = day + 719468;
    int32_t era = from_march_0 / 146097, in_era = from_march_0 % 146097;
    int32_t year_of_era = (in_era - in_era / 1460 + in_era / 36524 - in_era / 146096) / 365;
    int32_t in_year = in_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int32_t from_march = (5 * in_year + 2) / 153;
    int32_t month = from_march < 10 ? from_march + 3 : from_march - 9;
    snprintf(label, DP_PERIOD_LABEL, "%04d-%02d-%02d", era * 400 + year_of_era + (month <= 2),
             month, in_year - (153 * from_march + 2) / 5 + 1);
}

/* The Monday of ISO week 1: that of the week with 4 January. */
static int32_t first_monday(int32_t year)
{
    int32_t day = day_of(year, 1, 4);
    return day - (day + 3) % 7; /* day 0 was a Thursday */
}

/* Reads `pattern`, in which 9 stands for any digit, and puts the numbers of adjoining digits into
 * `numbers`. */
static bool matches(const char *text, const char *pattern, int32_t numbers[3])
{
    size_t count = 0;
    if (strlen(text) != strlen(pattern))
        return false;
    for (size_t i = 0; pattern[i]; i++) {
        if (pattern[i] != '9') {
            if (text[i] != pattern[i])
                return false;
            continue;
        }
        if (text[i] < '0' || text[i] > '9')
            return false;
        if (i == 0 || pattern[i - 1] != '9')
            numbers[count++] = 0;
        numbers[count - 1] = numbers[count - 1] * 10 + (text[i] - '0');
    }
    return true;
}

static bool set(struct dp_period *period, enum dp_period_kind kind, int32_t first, int32_t end)
{
    *period = (struct dp_period){.kind = kind, .first_day = first, .days = end - first};
    return true;
}

bool dp_period_parse(const char *label, struct dp_period *period)
{
    int32_t n[3] = {0};
    if (strlen(label) < 4 || memcmp(label, "1970", 4) < 0)
        return false;
    if (matches(label, "9999", n))
        return set(period, DP_PERIOD_YEAR, day_of(n[0], 1, 1), day_of(n[0] + 1, 1, 1));
    if (matches(label, "9999-Q9", n) && n[1] >= 1 && n[1] <= 4)
        return set(period, DP_PERIOD_QUARTER, day_of(n[0], n[1] * 3 - 2, 1),
                   day_of(n[0], n[1] * 3 + 1, 1));
    if (matches(label, "9999-W99", n) && n[1] >= 1) {
        int32_t monday = first_monday(n[0]) + (n[1] - 1) * 7;
        return monday < first_monday(n[0] + 1) && set(period, DP_PERIOD_WEEK, monday, monday + 7);
    }
    bool month = matches(label, "9999-99", n), ten_days = !month && matches(label, "9999-99-T9", n);
    if (!month && !ten_days && !matches(label, "9999-99-99", n))
        return false;
    if (n[1] < 1 || n[1] > 12)
        return false;
    int32_t first = day_of(n[0], n[1], 1), end = day_of(n[0], n[1] + 1, 1);
    if (month)
        return set(period, DP_PERIOD_MONTH, first, end);
    if (ten_days)
        return n[2] >= 1 && n[2] <= 3 &&
               set(period, DP_PERIOD_TEN_DAYS, first + (n[2] - 1) * 10,
                   n[2] == 3 ? end : first + n[2] * 10);
    int32_t day = first + n[2] - 1;
    return n[2] >= 1 && day < end && set(period, DP_PERIOD_DAY, day, day + 1);
}
