#include "aggregator/calendar.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* A date as the number of days since 1970-01-01, proleptic Gregorian. */
typedef int64_t date_t;

struct civil {
    int64_t year;
    int month, day; /* from 1 */
};

static const int64_t second_ms = 1000, day_s = 86400;

/* Both after Hinnant, "chrono-Compatible Low-Level Date Algorithms". */
static date_t date_of(int64_t year, int month, int day)
{
    year -= month <= 2;
    int64_t era = (year >= 0 ? year : year - 399) / 400, of_era = year - era * 400;
    int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static struct civil civil_of(date_t date)
{
    date += 719468;
    int64_t era = (date >= 0 ? date : date - 146096) / 146097, of_era = date - era * 146097;
    int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * year + year / 4 - year / 100), part = (5 * of_year + 2) / 153;
    int month = (int)(part < 10 ? part + 3 : part - 9);
    return (struct civil){year + era * 400 + (month <= 2), month,
                          (int)(of_year - (153 * part + 2) / 5 + 1)};
}

/* 0 is Monday. */
static int weekday_of(date_t date)
{
    return (int)(((date + 3) % 7 + 7) % 7);
}

static int64_t floor_second(int64_t ms)
{
    return ms / second_ms - (ms % second_ms < 0);
}

static date_t local_date(int64_t second)
{
    time_t time = (time_t)second;
    struct tm tm;
    localtime_r(&time, &tm);
    return date_of((int64_t)tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday);
}

/* The first second that has this date, or a later one where the date does not exist. No zone is a
 * day and a half away from UTC. */
static int64_t first_second(date_t date)
{
    int64_t before = date * day_s - day_s * 3 / 2, after = date * day_s + day_s * 3 / 2;
    while (after - before > 1) {
        int64_t middle = before + (after - before) / 2;
        *(local_date(middle) < date ? &before : &after) = middle;
    }
    return after;
}

static date_t day_of(int64_t time_ms)
{
    int64_t second = floor_second(time_ms);
    date_t date = local_date(second);
    /* Where the clock is set back over midnight a date is left and comes again. */
    if (second < first_second(date))
        return date - 1;
    return second >= first_second(date + 1) ? date + 1 : date;
}

static struct dp_span between(date_t from, date_t to)
{
    return (struct dp_span){first_second(from) * second_ms, first_second(to) * second_ms};
}

/* `months` months that begin with that of `civil`, or with the first of those of its kind. */
static struct dp_span months_around(struct civil civil, int months)
{
    int first = (civil.month - 1) / months * months, next = first + months;
    return between(date_of(civil.year, first + 1, 1),
                   date_of(civil.year + next / 12, next % 12 + 1, 1));
}

static struct dp_span span_around(enum dp_period_kind kind, int64_t time_ms)
{
    date_t date = day_of(time_ms);
    struct civil civil = civil_of(date);
    date_t month = date - civil.day + 1;
    switch (kind) {
    case DP_PERIOD_TEN_DAY:
        if (civil.day <= 20)
            return between(month + (civil.day - 1) / 10 * 10,
                           month + (civil.day - 1) / 10 * 10 + 10);
        return between(month + 20, date_of(civil.year + civil.month / 12, civil.month % 12 + 1, 1));
    case DP_PERIOD_WEEK:
        return between(date - weekday_of(date), date - weekday_of(date) + 7);
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
    struct dp_span *found = &calendar->found[kind];
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
    date_t date = day_of(from_ms);
    struct civil civil = civil_of(date), thursday = civil_of(date - weekday_of(date) + 3);
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
                 (int)(date_of(thursday.year, thursday.month, thursday.day) -
                       date_of(thursday.year, 1, 1)) /
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
