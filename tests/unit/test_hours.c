#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "aggregator/calendar.h"
#include "aggregator/hours.h"

#define HOUR   INT64_C(3600000)
#define MINUTE INT64_C(60000)
#define MONDAY INT64_C(1768780800000) /* 2026-01-19T00:00:00Z */

static struct dp_hours parsed(const char *text)
{
    struct dp_hours hours;
    if (!dp_hours_parse(dp_str_from(text), &hours))
        fail_msg("%s", text);
    return hours;
}

static void expect(const struct dp_hours *hours, int64_t day, int64_t of_day_ms, bool open)
{
    assert_int_equal(dp_hours_open(hours, MONDAY + day * 24 * HOUR + of_day_ms), open);
}

static void within_a_week(void **state)
{
    (void)state;
    struct dp_calendar calendar;
    dp_calendar_init(&calendar, "UTC");
    struct dp_hours hours = parsed(" Mon-Fri 09:00-18:00 ,\tSat 10:30-24:00");
    assert_int_equal(hours.count, 2);
    for (int day = 0; day < 5; day++) {
        expect(&hours, day, 9 * HOUR - 1, false);
        expect(&hours, day, 9 * HOUR, true);
        expect(&hours, day, 18 * HOUR - 1, true);
        expect(&hours, day, 18 * HOUR, false);
    }
    expect(&hours, 5, 9 * HOUR, false);
    expect(&hours, 5, 10 * HOUR + 30 * MINUTE, true);
    expect(&hours, 5, 24 * HOUR - 1, true);
    expect(&hours, 6, 0, false);
    expect(&hours, 6, 12 * HOUR, false);
}

static void over_the_end_of_the_week(void **state)
{
    (void)state;
    struct dp_hours hours = parsed("Sat-Mon 00:00-01:00,Sat 02:00-03:00");
    expect(&hours, 0, 0, true);
    expect(&hours, 1, 0, false);
    expect(&hours, 4, 0, false);
    expect(&hours, 5, 0, true);
    expect(&hours, 5, 2 * HOUR, true);
    expect(&hours, 6, 0, true);
    expect(&hours, 6, 2 * HOUR, false);
}

static void by_the_wall_clock_of_the_zone(void **state)
{
    (void)state;
    struct dp_calendar calendar;
    struct dp_hours hours = parsed("Mon 09:00-10:00");
    dp_calendar_init(&calendar, "Asia/Shanghai");
    expect(&hours, 0, HOUR, true);
    expect(&hours, 0, 9 * HOUR, false);
    expect(&hours, -1, 23 * HOUR, false);
    dp_calendar_init(&calendar, "Europe/Berlin"); /* winter, and summer half a year later */
    expect(&hours, 0, 8 * HOUR, true);
    expect(&hours, 26 * 7, 7 * HOUR, true);
    expect(&hours, 26 * 7, 8 * HOUR, false);
    dp_calendar_init(&calendar, "UTC");
}

static void none_is_always_open(void **state)
{
    (void)state;
    struct dp_hours hours = {0};
    expect(&hours, 3, HOUR, true);
}

static void what_is_wrong(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",
        "Mon",
        "09:00-18:00",
        "Mon 09:00",
        "Mon 9:00-18:00",
        "Mon 09:00-09:00",
        "Mon 18:00-09:00",
        "Mon 09:60-18:00",
        "Mon 09:00-24:01",
        "Mon 25:00-26:00",
        "mon 09:00-18:00",
        "Mon- 09:00-18:00",
        "Mon-Foo 09:00-18:00",
        "Mon 09:00-18:00,",
        "Mon 09:00-18:00 Tue 09:00-18:00",
        "Mon 09:00-18:00x",
        "Mon 00:00-01:00,Mon 00:00-01:00,Mon 00:00-01:00,Mon 00:00-01:00,Mon 00:00-01:00,"
        "Mon 00:00-01:00,Mon 00:00-01:00,Mon 00:00-01:00,Mon 00:00-01:00,Mon 00:00-01:00,"
        "Mon 00:00-01:00,Mon 00:00-01:00,Mon 00:00-01:00,Mon 00:00-01:00,Mon 00:00-01:00,"
        "Mon 00:00-01:00,Mon 00:00-01:00",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct dp_hours hours;
        if (dp_hours_parse(dp_str_from(texts[i]), &hours))
            fail_msg("%s", texts[i]);
    }
}

static void over_midnight(void **state)
{
    struct dp_hours hours;
    static const char *const wrong[] = {
        "",      "Mon",          "22:00",         "22:00-22:00", "24:00-07:00",
        "night", "22:00-07:00,", "Mon22:00-7:00", "22:00-25:00", "00:00-00:00"};
    (void)state;
    assert_true(dp_hours_parse_overnight(DP_STR("22:00-07:00, Sun 12:00-00:00"), &hours));
    assert_int_equal(hours.count, 3);
    for (int day = 0; day < 7; day++) {
        expect(&hours, day, 0, true);
        expect(&hours, day, 7 * HOUR, false);
        expect(&hours, day, 22 * HOUR - 1, day == 6);
        expect(&hours, day, 22 * HOUR, true);
    }
    assert_true(dp_hours_parse_overnight(DP_STR("Sat-Sun 20:00-06:00"), &hours));
    expect(&hours, 5, 0, false);
    expect(&hours, 5, 20 * HOUR, true);
    expect(&hours, 6, 5 * HOUR, true);
    expect(&hours, 6, 20 * HOUR, true);
    expect(&hours, 0, 5 * HOUR, true);
    expect(&hours, 0, 20 * HOUR, false);
    assert_true(dp_hours_parse_overnight(DP_STR("Mon-Fri 09:00-18:00"), &hours));
    assert_int_equal(hours.count, 1);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_false(dp_hours_parse_overnight(dp_str_from(wrong[i]), &hours));
    char many[256] = "23:00-01:00";
    for (int i = 1; i < 8; i++)
        strcat(many, ",23:00-01:00");
    assert_true(dp_hours_parse_overnight(dp_str_from(many), &hours));
    assert_int_equal(hours.count, DP_HOURS_MAX);
    strcat(many, ",23:00-00:00");
    assert_false(dp_hours_parse_overnight(dp_str_from(many), &hours));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(within_a_week),
                                       cmocka_unit_test(over_the_end_of_the_week),
                                       cmocka_unit_test(by_the_wall_clock_of_the_zone),
                                       cmocka_unit_test(none_is_always_open),
                                       cmocka_unit_test(what_is_wrong),
                                       cmocka_unit_test(over_midnight)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
