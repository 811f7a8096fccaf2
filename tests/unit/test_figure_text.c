#include "app/figure_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void every_field_has_a_label_and_one_sentence(void **state)
{
    (void)state;
    for (int field = 0; field < DP_TEXT_FIELDS; field++) {
        const struct dp_figure_text *text = dp_figure_text(field);
        assert_non_null(text->name);
        assert_true(text->label && *text->label);
        assert_non_null(text->definition);
        size_t len = strlen(text->definition);
        assert_true(len > 5 && len < 130);
        assert_int_equal(text->definition[len - 1], '.');
        assert_null(strstr(text->definition, ". "));
        assert_int_equal(dp_figure_text_find(dp_str_from(text->name)), field);
    }
}

static void figures_have_the_names_and_units_of_the_windows(void **state)
{
    (void)state;
    for (int figure = 0; figure < DP_FIGURES; figure++) {
        const struct dp_figure_text *text = dp_figure_text(figure);
        assert_string_equal(text->name, dp_figure_infos[figure].name);
        switch (dp_figure_infos[figure].unit) {
        case DP_UNIT_COUNT:
            assert_int_equal(text->unit, DP_TEXT_COUNT);
            break;
        case DP_UNIT_MS:
            assert_int_equal(text->unit, DP_TEXT_MS);
            break;
        default:
            assert_true(text->unit == DP_TEXT_SHARE || text->unit == DP_TEXT_SCORE ||
                        text->unit == DP_TEXT_RATIO);
        }
    }
}

static void what_an_agent_has_besides_is_there(void **state)
{
    (void)state;
    static const char *const names[] = {"response_counts",
                                        "handle_counts",
                                        "volume",
                                        "days_worked",
                                        "online_ms",
                                        "available_ms",
                                        "busy_ms",
                                        "wrapup_ms",
                                        "break_ms",
                                        "training_ms",
                                        "meeting_ms",
                                        "team",
                                        "internal_satisfaction",
                                        "cross_team_completion",
                                        "training_attendance",
                                        "knowledge",
                                        "quality_quota",
                                        "quality_quota_met",
                                        "score",
                                        "coverage",
                                        "rank",
                                        "ranked",
                                        "band",
                                        "awards",
                                        "warnings"};
    assert_int_equal(DP_FIGURES + sizeof names / sizeof *names, DP_TEXT_FIELDS);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        assert_int_equal(dp_figure_text_find(dp_str_from(names[i])), DP_FIGURES + (int)i);
    assert_int_equal(dp_figure_text_find(DP_STR("frob")), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_field_has_a_label_and_one_sentence),
        cmocka_unit_test(figures_have_the_names_and_units_of_the_windows),
        cmocka_unit_test(what_an_agent_has_besides_is_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
