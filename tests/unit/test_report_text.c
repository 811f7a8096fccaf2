#include "app/report_text.h"

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void assert_shown(enum dp_text_unit unit, int64_t number, const char *expected)
{
    char text[DP_REPORT_TEXT];
    dp_report_number(unit, number, text);
    assert_string_equal(text, expected);
}

static void numbers_are_shown_as_people_read_them(void **state)
{
    (void)state;
    assert_shown(DP_TEXT_COUNT, 18400, "18400");
    assert_shown(DP_TEXT_MS, 0, "0.0s");
    assert_shown(DP_TEXT_MS, 850, "0.9s");
    assert_shown(DP_TEXT_MS, 9949, "9.9s");
    assert_shown(DP_TEXT_MS, 9950, "10s");
    assert_shown(DP_TEXT_MS, 59499, "59s");
    assert_shown(DP_TEXT_MS, 59500, "1m 00s");
    assert_shown(DP_TEXT_MS, 83000, "1m 23s");
    assert_shown(DP_TEXT_MS, 3599500, "1h 00m");
    assert_shown(DP_TEXT_MS, 432000000, "120h 00m");
    assert_shown(DP_TEXT_SHARE, 933999, "93.4 %");
    assert_shown(DP_TEXT_SHARE, 1000000, "100.0 %");
    assert_shown(DP_TEXT_SCORE, 87250000, "87.3");
    assert_shown(DP_TEXT_RATIO, 1204999, "1.20");
    assert_shown(DP_TEXT_RATIO, 12045000, "12.05");
    assert_shown(DP_TEXT_FLAG, 1, "yes");
    assert_shown(DP_TEXT_FLAG, 0, "no");
}

static void absent_figures_are_a_dash(void **state)
{
    (void)state;
    struct dp_report_scope scope = {0};
    char buf[DP_REPORT_TEXT];
    assert_string_equal(dp_report_show(&scope, DP_FIGURE_OFFERED, buf), "-");
    dp_report_scope_set(&scope, DP_STR("offered"), DP_STR("0"));
    dp_report_scope_set(&scope, DP_STR("band"), DP_STR("needs_support"));
    assert_string_equal(dp_report_show(&scope, DP_FIGURE_OFFERED, buf), "0");
    assert_string_equal(dp_report_show(&scope, DP_TEXT_OF_BAND, buf), "needs support");
    dp_report_scope_deinit(&scope);
}

static void widths_are_those_of_a_terminal(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t width;
    } texts[] = {{"", 0},
                 {"north", 5},
                 {"客户服务一部", 12},
                 {"김철수", 6},
                 {"ｆｕｌｌ", 8},
                 {"Renée", 5},
                 {"Rene\xcc\x81"
                  "e",
                  5},
                 {"ｶﾅ", 2},
                 {"王a小b明", 8},
                 {"\xff\xfe", 2}};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        assert_int_equal(dp_report_width(texts[i].text, strlen(texts[i].text)), texts[i].width);
    assert_int_equal(dp_report_fit("王小明", 3), strlen("王"));
    assert_int_equal(dp_report_fit("王小明", 4), strlen("王小"));
    assert_int_equal(dp_report_fit("north", 9), 5);
    assert_int_equal(dp_report_fit("north", 0), 0);
}

static void names_are_labels_or_words(void **state)
{
    (void)state;
    char buf[DP_REPORT_TEXT], text[DP_REPORT_TEXT];
    assert_string_equal(dp_report_name("satisfaction_mean", buf), "satisfaction");
    assert_string_equal(dp_report_name("service_quality", buf), "service quality");
    char long_name[200] = "";
    for (int i = 0; i < 30; i++)
        strcat(long_name, "客");
    assert_int_equal(strlen(dp_report_name(long_name, buf)) % strlen("客"), 0);
    dp_report_class(0, text);
    assert_string_equal(text, "up to 5s");
    dp_report_class(DP_CLASSES - 1, text);
    assert_string_equal(text, "over 1h");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_shown_as_people_read_them),
        cmocka_unit_test(absent_figures_are_a_dash),
        cmocka_unit_test(widths_are_those_of_a_terminal),
        cmocka_unit_test(names_are_labels_or_words),
    };
    setlocale(LC_CTYPE, "C.UTF-8");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
