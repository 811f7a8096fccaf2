#include "app/report_period.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void assert_days(const char *label, enum dp_period_kind kind, const char *first,
                        const char *last)
{
    struct dp_report_period period;
    char text[DP_PERIOD_LABEL];
    assert_true(dp_report_period_parse(label, &period));
    assert_int_equal(period.kind, kind);
    dp_report_day_label(period.first_day, text);
    assert_string_equal(text, first);
    dp_report_day_label(period.first_day + period.days - 1, text);
    assert_string_equal(text, last);
}

static void a_label_names_its_days(void **state)
{
    (void)state;
    assert_days("1970-01-01", DP_PERIOD_DAY, "1970-01-01", "1970-01-01");
    assert_days("2026-11-22", DP_PERIOD_DAY, "2026-11-22", "2026-11-22");
    assert_days("2026-W47", DP_PERIOD_WEEK, "2026-11-16", "2026-11-22");
    assert_days("2026-W53", DP_PERIOD_WEEK, "2026-12-28", "2027-01-03");
    assert_days("2025-W01", DP_PERIOD_WEEK, "2024-12-30", "2025-01-05");
    assert_days("2026-11-T1", DP_PERIOD_TEN_DAY, "2026-11-01", "2026-11-10");
    assert_days("2026-11-T2", DP_PERIOD_TEN_DAY, "2026-11-11", "2026-11-20");
    assert_days("2024-02-T3", DP_PERIOD_TEN_DAY, "2024-02-21", "2024-02-29");
    assert_days("2026-12", DP_PERIOD_MONTH, "2026-12-01", "2026-12-31");
    assert_days("2100-02", DP_PERIOD_MONTH, "2100-02-01", "2100-02-28");
    assert_days("2000-02", DP_PERIOD_MONTH, "2000-02-01", "2000-02-29");
    assert_days("2026-Q1", DP_PERIOD_QUARTER, "2026-01-01", "2026-03-31");
    assert_days("2026-Q4", DP_PERIOD_QUARTER, "2026-10-01", "2026-12-31");
    assert_days("2026", DP_PERIOD_YEAR, "2026-01-01", "2026-12-31");
}

static void other_labels_are_refused(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "",           "26",       "0000",       "1969",       "2026-13",     "2026-00",
        "2026-11-31", "2026-1",   "2026-11-00", "2026-W00",   "2025-W53",    "2026-Q0",
        "2026-Q5",    "2026-T1",  "2026-11-T0", "2026-11-T4", "2026-11-22 ", "2026-02-29",
        "november",   "2026-W54", "2026/11",    "2026-11-1x"};
    struct dp_report_period period;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_false(dp_report_period_parse(wrong[i], &period));
}

static void days_follow_each_other(void **state)
{
    (void)state;
    char label[DP_PERIOD_LABEL];
    struct dp_report_period period;
    for (int32_t day = 0; day < 60000; day++) {
        dp_report_day_label(day, label);
        assert_true(dp_report_period_parse(label, &period));
        assert_int_equal(period.first_day, day);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_label_names_its_days),
        cmocka_unit_test(other_labels_are_refused),
        cmocka_unit_test(days_follow_each_other),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
