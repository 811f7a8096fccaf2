#include "aggregator/quantity.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static void test_names(void **state)
{
    (void)state;
    for (enum dp_quantity quantity = 0; quantity < DP_QUANTITIES; quantity++)
        assert_int_equal(dp_quantity_find(dp_str_from(dp_quantity_name(quantity))), quantity);
    assert_int_equal(dp_quantity_find(DP_STR("handle_mean_ms")), DP_FIGURE_HANDLE_MEAN);
    assert_int_equal(dp_quantity_find(DP_STR("volume")), DP_QUANTITY_VOLUME);
    assert_int_equal(dp_quantity_find(DP_STR("handle_mean")), DP_QUANTITIES);
    assert_int_equal(dp_quantity_find(DP_STR("")), DP_QUANTITIES);

    char text[2048];
    dp_quantity_list(DP_QUANTITIES, text, sizeof text);
    assert_memory_equal(text, "offered, responses, ", 20);
    assert_non_null(strstr(text, "online_ms, score"));
    dp_quantity_list(DP_QUANTITY_SCORE, text, sizeof text);
    assert_null(strstr(text, "score"));
    dp_quantity_list(DP_QUANTITIES, text, 10);
    assert_string_equal(text, "offered, ");
}

static void test_forms(void **state)
{
    (void)state;
    assert_int_equal(dp_quantity_form(dp_quantity_of(DP_FIGURE_RATINGS)), DP_FORM_NUMBER);
    assert_int_equal(dp_quantity_form(dp_quantity_of(DP_FIGURE_WRAP_MEAN)), DP_FORM_MS);
    assert_int_equal(dp_quantity_form(dp_quantity_of(DP_FIGURE_SERVICE_LEVEL)), DP_FORM_SHARE);
    assert_int_equal(dp_quantity_form(dp_quantity_of(DP_FIGURE_SATISFACTION_MEAN)), DP_FORM_POINTS);
    assert_int_equal(dp_quantity_form(DP_QUANTITY_ONLINE), DP_FORM_MS);
    assert_int_equal(dp_quantity_form(DP_QUANTITY_FATAL_RATE), DP_FORM_SHARE);
    assert_int_equal(dp_quantity_form(DP_QUANTITY_SCORE), DP_FORM_POINTS);
    assert_true(dp_quantity_can_be_robust(dp_quantity_of(DP_FIGURE_RESOLVE_MEAN)));
    assert_false(dp_quantity_can_be_robust(dp_quantity_of(DP_FIGURE_HANDLE_P95)));
    assert_false(dp_quantity_can_be_robust(DP_QUANTITY_ONLINE));
}

static void test_numbers(void **state)
{
    static const struct {
        enum dp_quantity_form form;
        const char *text;
        int64_t millionths; /* -1: refused */
    } cases[] = {
        {DP_FORM_NUMBER, "0", 0},
        {DP_FORM_NUMBER, "12.5", 12500000},
        {DP_FORM_NUMBER, "0.000001", 1},
        {DP_FORM_NUMBER, "0.0000001", -1},
        {DP_FORM_NUMBER, "1000000000", 1000000000000000},
        {DP_FORM_NUMBER, "1000000000.1", -1},
        {DP_FORM_NUMBER, "99999999999999999999999999", -1},
        {DP_FORM_NUMBER, "", -1},
        {DP_FORM_NUMBER, ".5", -1},
        {DP_FORM_NUMBER, "5.", -1},
        {DP_FORM_NUMBER, "-5", -1},
        {DP_FORM_NUMBER, "1e3", -1},
        {DP_FORM_NUMBER, "0x10", -1},
        {DP_FORM_NUMBER, "nan", -1},
        {DP_FORM_NUMBER, "95 %", -1},
        {DP_FORM_MS, "20s", 20000000000},
        {DP_FORM_MS, "0s", 0},
        {DP_FORM_MS, "20", -1},
        {DP_FORM_MS, "20000d", -1},
        {DP_FORM_SHARE, "0.95", 950000},
        {DP_FORM_SHARE, "1", 1000000},
        {DP_FORM_SHARE, "1.000001", -1},
        {DP_FORM_SHARE, "95%", 950000},
        {DP_FORM_SHARE, "95 %", 950000},
        {DP_FORM_SHARE, "99.9999  %", 999999},
        {DP_FORM_SHARE, "99.99999 %", -1},
        {DP_FORM_SHARE, "100 %", 1000000},
        {DP_FORM_SHARE, "101 %", -1},
        {DP_FORM_SHARE, "%", -1},
        {DP_FORM_SHARE, "95 %%", -1},
        {DP_FORM_POINTS, "100", 100000000},
        {DP_FORM_POINTS, "100.5", -1},
        {DP_FORM_POINTS, "90 %", -1},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t got = -1;
        bool good = dp_form_parse(cases[i].form, dp_str_from(cases[i].text), &got);
        if (good != (cases[i].millionths >= 0) || got != cases[i].millionths)
            fail_msg("\"%s\" gives %d, %lld", cases[i].text, good, (long long)got);
    }
    for (int form = DP_FORM_NUMBER; form <= DP_FORM_POINTS; form++)
        assert_non_null(dp_form_allowed((enum dp_quantity_form)form));
}

static void test_robust(void **state)
{
    static const char *const wrong[] = {"",        "mean",    "p5",      "p5-",       "p5-p",
                                        "p-p95",   "p50-p95", "p5-p50",  "p5-p101",   "5-95",
                                        "p5-p95 ", "p5 -p95", "p5-p950", "p5-p95-p99"};
    struct dp_robust robust = {0};
    (void)state;
    assert_true(dp_robust_parse(DP_STR("median"), &robust));
    assert_int_equal(robust.kind, DP_ROBUST_MEDIAN);
    assert_true(dp_robust_parse(DP_STR("none"), &robust));
    assert_int_equal(robust.kind, DP_ROBUST_NONE);
    assert_true(dp_robust_parse(DP_STR("p0-p100"), &robust));
    assert_int_equal(robust.low, 0);
    assert_int_equal(robust.high, 100);
    assert_true(dp_robust_parse(DP_STR("p5-p95"), &robust));
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        if (dp_robust_parse(dp_str_from(wrong[i]), &robust))
            fail_msg("\"%s\" is taken", wrong[i]);
    assert_int_equal(robust.kind, DP_ROBUST_PERCENTILES);
    assert_int_equal(robust.low, 5);
    assert_int_equal(robust.high, 95);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_forms),
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_robust),
    };
    return cmocka_run_group_tests_name("quantity", tests, NULL, NULL);
}
