/* Days, weeks, months as the clock on the wall has them, over changes of the clock. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "aggregator/calendar.h"
#include "common/str.h"
#include "common/timestamp.h"

#define HOUR INT64_C(3600000)

static int64_t at(const char *text)
{
    int64_t ms;
    assert_true(dp_timestamp_parse(dp_str_from(text), &ms));
    return ms;
}

static void expect(const char *zone, enum dp_period_kind kind, const char *moment, const char *name,
                   const char *from, const char *to)
{
    struct dp_calendar calendar;
    char label[DP_PERIOD_LABEL];
    dp_calendar_init(&calendar, zone);
    struct dp_span span = dp_calendar_span(&calendar, kind, at(moment));
    dp_calendar_label(kind, span.from_ms, label);
    assert_string_equal(label, name);
    assert_int_equal(span.from_ms, at(from));
    assert_int_equal(span.to_ms, at(to));
}

static void periods_of_all_kinds(void **state)
{
    (void)state;
    const char *moment = "2026-11-22T17:30:00Z", *zone = "Asia/Shanghai"; /* the 23rd there */
    expect(zone, DP_PERIOD_DAY, moment, "2026-11-23", "2026-11-23T00:00:00+08:00",
           "2026-11-24T00:00:00+08:00");
    expect(zone, DP_PERIOD_TEN_DAY, moment, "2026-11-T3", "2026-11-21T00:00:00+08:00",
           "2026-12-01T00:00:00+08:00");
    expect(zone, DP_PERIOD_WEEK, moment, "2026-W48", "2026-11-23T00:00:00+08:00",
           "2026-11-30T00:00:00+08:00");
    expect(zone, DP_PERIOD_MONTH, moment, "2026-11", "2026-11-01T00:00:00+08:00",
           "2026-12-01T00:00:00+08:00");
    expect(zone, DP_PERIOD_QUARTER, moment, "2026-Q4", "2026-10-01T00:00:00+08:00",
           "2027-01-01T00:00:00+08:00");
    expect(zone, DP_PERIOD_YEAR, moment, "2026", "2026-01-01T00:00:00+08:00",
           "2027-01-01T00:00:00+08:00");
    expect(zone, DP_PERIOD_TEN_DAY, "2028-02-10T23:59:59.999+08:00", "2028-02-T1",
           "2028-02-01T00:00:00+08:00", "2028-02-11T00:00:00+08:00");
    expect(zone, DP_PERIOD_TEN_DAY, "2028-02-20T00:00:00+08:00", "2028-02-T2",
           "2028-02-11T00:00:00+08:00", "2028-02-21T00:00:00+08:00");
    expect(zone, DP_PERIOD_TEN_DAY, "2028-02-29T12:00:00+08:00", "2028-02-T3",
           "2028-02-21T00:00:00+08:00", "2028-03-01T00:00:00+08:00");
}

/* A week belongs to the year of its Thursday. */
static void weeks_over_new_year(void **state)
{
    (void)state;
    expect("UTC", DP_PERIOD_WEEK, "2027-01-01T00:00:00Z", "2026-W53", "2026-12-28T00:00:00Z",
           "2027-01-04T00:00:00Z");
    expect("UTC", DP_PERIOD_WEEK, "2024-12-30T00:00:00Z", "2025-W01", "2024-12-30T00:00:00Z",
           "2025-01-06T00:00:00Z");
    expect("UTC", DP_PERIOD_WEEK, "1969-12-31T00:00:00Z", "1970-W01", "1969-12-29T00:00:00Z",
           "1970-01-05T00:00:00Z");
}

static void days_when_the_clock_changes(void **state)
{
    (void)state;
    expect("Europe/Berlin", DP_PERIOD_DAY, "2026-03-29T12:00:00+02:00", "2026-03-29",
           "2026-03-29T00:00:00+01:00", "2026-03-30T00:00:00+02:00");
    expect("Europe/Berlin", DP_PERIOD_DAY, "2026-10-25T00:00:00+02:00", "2026-10-25",
           "2026-10-25T00:00:00+02:00", "2026-10-26T00:00:00+01:00");
    expect("Europe/Berlin", DP_PERIOD_QUARTER, "2026-10-25T00:00:00+02:00", "2026-Q4",
           "2026-10-01T00:00:00+02:00", "2027-01-01T00:00:00+01:00");
    /* There was no midnight: the clock went from 24:00 to 1:00. */
    expect("America/Sao_Paulo", DP_PERIOD_DAY, "2018-11-04T12:00:00-02:00", "2018-11-04",
           "2018-11-04T01:00:00-02:00", "2018-11-05T00:00:00-02:00");
    /* And here the hour before midnight came twice. */
    expect("America/Sao_Paulo", DP_PERIOD_DAY, "2018-02-17T23:30:00-03:00", "2018-02-17",
           "2018-02-17T00:00:00-02:00", "2018-02-18T00:00:00-03:00");
    /* A day that did not exist. */
    expect("Pacific/Apia", DP_PERIOD_DAY, "2011-12-31T00:00:00+14:00", "2011-12-31",
           "2011-12-31T00:00:00+14:00", "2012-01-01T00:00:00+14:00");
}

/* The days of any year follow one another without a gap, and every moment is in the period that it
 * is found in. */
static void periods_follow_one_another(void **state)
{
    (void)state;
    const char *const zones[] = {"UTC", "Europe/Berlin", "America/St_Johns", "Pacific/Apia"};
    for (size_t z = 0; z < sizeof zones / sizeof *zones; z++)
        for (enum dp_period_kind kind = 0; kind < DP_PERIOD_KINDS; kind++) {
            struct dp_calendar calendar;
            dp_calendar_init(&calendar, zones[z]);
            int64_t time_ms = at("2009-06-01T00:00:00Z"), end_ms = at("2012-06-01T00:00:00Z");
            struct dp_span before = dp_calendar_span(&calendar, kind, time_ms);
            for (; time_ms < end_ms; time_ms += 7 * HOUR / 5) {
                struct dp_span span = dp_calendar_span(&calendar, kind, time_ms);
                assert_true(span.from_ms <= time_ms && time_ms < span.to_ms);
                assert_true(span.from_ms == before.from_ms || span.from_ms == before.to_ms);
                before = span;
            }
        }
}

static void the_clock_on_the_wall(void **state)
{
    (void)state;
    struct dp_calendar calendar;
    int weekday;
    int64_t of_day_ms;
    dp_calendar_init(&calendar, "Asia/Shanghai");
    dp_calendar_clock(at("2026-11-22T17:30:00.250Z"), &weekday, &of_day_ms);
    assert_int_equal(weekday, 0); /* Monday, half past one */
    assert_int_equal(of_day_ms, HOUR * 3 / 2 + 250);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(periods_of_all_kinds),        cmocka_unit_test(weeks_over_new_year),
        cmocka_unit_test(days_when_the_clock_changes), cmocka_unit_test(periods_follow_one_another),
        cmocka_unit_test(the_clock_on_the_wall),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
