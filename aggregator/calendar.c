#include "aggregator/calendar.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/date.h"

static const int64_t second_ms = 1000, day_s = 86400;

static int64_t floor_second(int64_t ms)
{
    return ms / second_ms - (ms % second_ms < 0);
}

static int64_t local_date(int64_t second)
{
    time_t time = (time_t)second;
    struct tm tm;
    localtime_r(&time, &tm);
    return dp_date_days((int64_t)tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday);
}

/* The first second that has this date, or a later one where the date does not exist. No zone is a
 * day and a half away from UTC. */
static int64_t first_second(int64_t date)
{
    int64_t before = date * day_s - day_s * 3 / 2, after = date * day_s + day_s * 3 / 2;
    while (after - before > 1) {
        int64_t middle = before + (after - before) / 2;
        *(local_date(middle) < date ? &before : &after) = middle;
    }
    return after;
}

static int64_t day_of(int64_t time_ms)
{
    int64_t second = floor_second(time_ms);
    int64_t date = local_date(second);
    /* Where the clock is set back over midnight a date is left and comes again. */
    if (second < first_second(date))
        return date - 1;
    return second >= first_second(date + 1) ? date + 1 : date;
}

static struct dp_span between(int64_t from, int64_t to)
{
    return (struct dp_span){first_second(from) * second_ms, first_second(to) * second_ms};
}

/* `months` months that begin with that of `civil`, or with the first of those of its kind. */
static struct dp_span months_around(struct dp_date civil, int months)
{
    int first = (civil.month - 1) / months * months, next = first + months;
    return between(dp_date_days(civil.year, first + 1, 1), dp_date_days(civil.year, next + 1, 1));
}

static struct dp_span span_around(enum dp_period_kind kind, int64_t time_ms)
{
    int64_t date = day_of(time_ms);
    struct dp_date civil = dp_date_of(date);
    int64_t month = date - civil.day + 1;
    switch (kind) {
    case DP_PERIOD_TEN_DAY:
        if (civil.day <= 20)
            return between(month + (civil.day - 1) / 10 * 10,
                           month + (civil.day - 1) / 10 * 10 + 10);
        return between(month + 20, dp_date_days(civil.year, civil.month + 1, 1));
    case DP_PERIOD_WEEK:
        return between(date - dp_date_weekday(date), date - dp_date_weekday(date) + 7);
    case DP_PERIOD_MONTH:
        return months_around(civil, 1);
    case DP_PERIOD_QUARTER:
        return months_around(civil, 3);
    case DP_PERIOD_YEAR:
        return months_around(civil, 12);
    default:
        return between(date, date + 1);
    }
}

void dp_calendar_init(struct dp_calendar *calendar, const char *zone)
{
    const char *now = getenv("TZ");
    *calendar = (struct dp_calendar){0};
    if (now && strcmp(now, zone) == 0)
        return;
    setenv("TZ", zone, 1);
    tzset();
}

struct dp_span dp_calendar_span(struct dp_calendar *calendar, enum dp_period_kind kind,
                                int64_t time_ms)
{
    struct dp_span *found =
        &calendar->found[kind][(uint64_t)(time_ms / (day_s * second_ms)) % DP_CALENDAR_DAYS];
    if (time_ms < found->from_ms || time_ms >= found->to_ms)
        *found = span_around(kind, time_ms);
    return *found;
}

void dp_calendar_clock(int64_t time_ms, int *weekday, int64_t *of_day_ms)
{
    time_t second = (time_t)floor_second(time_ms);
    struct tm tm;
    localtime_r(&second, &tm);
    *weekday = (tm.tm_wday + 6) % 7;
    *of_day_ms = ((tm.tm_hour * 60 + tm.tm_min) * 60 + tm.tm_sec) * second_ms +
                 (time_ms - (int64_t)second * second_ms);
}

void dp_calendar_label(enum dp_period_kind kind, int64_t from_ms, char label[DP_PERIOD_LABEL])
{
    int64_t date = day_of(from_ms);
    struct dp_date civil = dp_date_of(date),
                   thursday = dp_date_of(date - dp_date_weekday(date) + 3);
    int year = (int)civil.year, month = civil.month;
    switch (kind) {
    case DP_PERIOD_DAY:
        snprintf(label, DP_PERIOD_LABEL, "%04d-%02d-%02d", year, month, civil.day);
        break;
    case DP_PERIOD_TEN_DAY:
        snprintf(label, DP_PERIOD_LABEL, "%04d-%02d-T%d", year, month,
                 civil.day > 20 ? 3 : (civil.day + 9) / 10);
        break;
    case DP_PERIOD_WEEK: /* the year of a week is that of its Thursday */
        snprintf(label, DP_PERIOD_LABEL, "%04d-W%02d", (int)thursday.year,
                 (int)(dp_date_days(thursday.year, thursday.month, thursday.day) -
                       dp_date_days(thursday.year, 1, 1)) /
                         7 +
                     1);
        break;
    case DP_PERIOD_MONTH:
        snprintf(label, DP_PERIOD_LABEL, "%04d-%02d", year, month);
        break;
    case DP_PERIOD_QUARTER:
        snprintf(label, DP_PERIOD_LABEL, "%04d-Q%d", year, (month + 2) / 3);
        break;
    default:
        snprintf(label, DP_PERIOD_LABEL, "%04d", year);
        break;
    }
}
