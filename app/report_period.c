#include "app/report_period.h"

#include <stdio.h>
#include <string.h>

#include "common/date.h"

void dp_report_day_label(int64_t day, char label[DP_PERIOD_LABEL])
{
    struct dp_date date = dp_date_of(day);
    snprintf(label, DP_PERIOD_LABEL, "%04d-%02d-%02d", (int)date.year, date.month, date.day);
}

/* The Monday of ISO week 1: that of the week with 4 January. */
static int64_t first_monday(int64_t year)
{
    int64_t day = dp_date_days(year, 1, 4);
    return day - dp_date_weekday(day);
}

/* Reads `pattern`, in which 9 stands for any digit, and puts the numbers of adjoining digits into
 * `numbers`. */
static bool matches(const char *text, const char *pattern, int numbers[3])
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

static bool set(struct dp_report_period *period, enum dp_period_kind kind, int64_t first,
                int64_t end)
{
    *period =
        (struct dp_report_period){.kind = kind, .first_day = first, .days = (int)(end - first)};
    return true;
}

bool dp_report_period_parse(const char *label, struct dp_report_period *period)
{
    int n[3] = {0};
    if (strlen(label) < 4 || memcmp(label, "1970", 4) < 0)
        return false;
    if (matches(label, "9999", n))
        return set(period, DP_PERIOD_YEAR, dp_date_days(n[0], 1, 1), dp_date_days(n[0] + 1, 1, 1));
    if (matches(label, "9999-Q9", n) && n[1] >= 1 && n[1] <= 4)
        return set(period, DP_PERIOD_QUARTER, dp_date_days(n[0], n[1] * 3 - 2, 1),
                   dp_date_days(n[0], n[1] * 3 + 1, 1));
    if (matches(label, "9999-W99", n) && n[1] >= 1) {
        int64_t monday = first_monday(n[0]) + (n[1] - 1) * 7;
        return monday < first_monday(n[0] + 1) && set(period, DP_PERIOD_WEEK, monday, monday + 7);
    }
    bool month = matches(label, "9999-99", n), ten_days = !month && matches(label, "9999-99-T9", n);
    if (!month && !ten_days && !matches(label, "9999-99-99", n))
        return false;
    if (n[1] < 1 || n[1] > 12)
        return false;
    int64_t first = dp_date_days(n[0], n[1], 1), end = dp_date_days(n[0], n[1] + 1, 1);
    if (month)
        return set(period, DP_PERIOD_MONTH, first, end);
    if (ten_days)
        return n[2] >= 1 && n[2] <= 3 &&
               set(period, DP_PERIOD_TEN_DAY, first + (n[2] - 1) * 10,
                   n[2] == 3 ? end : first + n[2] * 10);
    int64_t day = first + n[2] - 1;
    return n[2] >= 1 && day < end && set(period, DP_PERIOD_DAY, day, day + 1);
}
