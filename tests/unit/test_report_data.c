#include "app/report_data.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static void set(struct dp_report_scope *scope, const char *name, const char *text)
{
    dp_report_scope_set(scope, dp_str_from(name), dp_str_from(text));
}

static void fields_are_numbers_in_their_units(void **state)
{
    (void)state;
    struct dp_report_scope scope = {0};
    set(&scope, "as_of_ms", "1795428300000");
    set(&scope, "offered", "17");
    set(&scope, "service_level", "0.9");
    set(&scope, "score", "87.654321");
    set(&scope, "response_mean_ms", "1500");
    set(&scope, "unheard_of", "1");
    assert_true(scope.as_of_ms == 1795428300000);
    assert_int_equal(scope.values[DP_FIGURE_OFFERED].number, 17);
    assert_int_equal(scope.values[DP_FIGURE_SERVICE_LEVEL].number, 900000);
    assert_int_equal(scope.values[DP_TEXT_OF_SCORE].number, 87654321);
    assert_string_equal(scope.values[DP_TEXT_OF_SCORE].text, "87.654321");
    assert_int_equal(scope.values[DP_FIGURE_RESPONSE_MEAN].number, 1500);
    assert_false(dp_report_has(&scope, DP_FIGURE_HANDLES));
    dp_report_scope_deinit(&scope);
}

static void what_is_no_number_is_absent(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "", "-1", "1e3", "0x1", "nan", "1.2", " 1", "1 ", "9999999999999999999"};
    static const char *const wrong_shares[] = {"",      ".5",        "1.",
                                               "1.2.3", "0.1234567", "999999999999999999"};
    struct dp_report_scope scope = {0};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        set(&scope, "offered", wrong[i]);
        assert_false(dp_report_has(&scope, DP_FIGURE_OFFERED));
    }
    for (size_t i = 0; i < sizeof wrong_shares / sizeof *wrong_shares; i++) {
        set(&scope, "service_level", wrong_shares[i]);
        assert_false(dp_report_has(&scope, DP_FIGURE_SERVICE_LEVEL));
    }
    dp_report_scope_deinit(&scope);
}

static void classes_are_thirteen_counts(void **state)
{
    (void)state;
    struct dp_report_scope scope = {0};
    int64_t counts[DP_CLASSES];
    set(&scope, "response_counts", "1,2,3,4,5,6,7,8,9,10,11,12");
    assert_false(dp_report_classes(&scope, DP_TEXT_OF_RESPONSE_COUNTS, counts));
    set(&scope, "response_counts", "1,2,3,4,5,6,7,8,9,10,11,12,13,14");
    assert_false(dp_report_classes(&scope, DP_TEXT_OF_RESPONSE_COUNTS, counts));
    set(&scope, "response_counts", "1,2,3,4,5,6,7,8,9,10,11,12,13");
    assert_true(dp_report_classes(&scope, DP_TEXT_OF_RESPONSE_COUNTS, counts));
    assert_int_equal(counts[0], 1);
    assert_int_equal(counts[12], 13);
    dp_report_scope_deinit(&scope);
}

static void texts_have_no_control_characters(void **state)
{
    (void)state;
    struct dp_report_scope scope = {0};
    set(&scope, "team",
        "a\033[31mb\xc2\x9b"
        "c 客服");
    assert_string_equal(scope.values[DP_TEXT_OF_TEAM].text, "a?[31mb??c 客服");
    set(&scope, "team", "\xff\xfe");
    assert_string_equal(scope.values[DP_TEXT_OF_TEAM].text, "??");
    set(&scope, "team", "");
    assert_false(dp_report_has(&scope, DP_TEXT_OF_TEAM));
    dp_report_scope_deinit(&scope);
}

static void points_are_of_dimensions_and_measures(void **state)
{
    (void)state;
    struct dp_report report = {0};
    struct dp_report_scope *agent = dp_report_scopes_add(&report.agents, DP_REPORT_AGENT, "a1");
    set(agent, "points:efficiency", "80.000000");
    set(agent, "points:efficiency:volume", "70.000000");
    set(agent, "points:", "1.0");
    set(agent, "points:development", "much");
    assert_int_equal(agent->points_count, 2);
    assert_int_equal(dp_report_points_find(agent, "efficiency", NULL)->value.number, 80000000);
    assert_int_equal(dp_report_points_find(agent, "efficiency", "volume")->value.number, 70000000);
    assert_null(dp_report_points_find(agent, "efficiency", "frob"));
    agent = dp_report_scopes_add(&report.agents, DP_REPORT_AGENT, "a2");
    set(agent, "points:teamwork", "1.0");
    set(agent, "points:efficiency", "2.0");
    size_t count;
    struct dp_report_points_name *names = dp_report_points_names(&report, false, &count);
    assert_int_equal(count, 2);
    assert_string_equal(names[0].dimension, "efficiency");
    assert_string_equal(names[1].dimension, "teamwork");
    free(names);
    names = dp_report_points_names(&report, true, &count);
    assert_int_equal(count, 1);
    free(names);
    dp_report_deinit(&report);
}

static void add_agent(struct dp_report *report, const char *id, const char *team, const char *rank,
                      const char *checks, const char *quota)
{
    struct dp_report_scope *agent = dp_report_scopes_add(&report->agents, DP_REPORT_AGENT, id);
    if (team)
        set(agent, "team", team);
    if (rank)
        set(agent, "rank", rank);
    set(agent, "quality_checks", checks);
    if (quota)
        set(agent, "quality_quota", quota);
}

static void agents_are_in_the_order_of_team_and_rank(void **state)
{
    (void)state;
    struct dp_report report = {0};
    add_agent(&report, "e", NULL, NULL, "0", NULL);
    add_agent(&report, "d", "south", NULL, "25", "20");
    add_agent(&report, "c", "south", "10", "17", "20");
    add_agent(&report, "b", "south", "9", "20", "20");
    add_agent(&report, "a2", "north", "1", "0", "20");
    add_agent(&report, "a1", "north", "1", "3", NULL);
    dp_report_sort_agents(&report.agents);
    static const char *const order[] = {"a1", "a2", "b", "c", "d", "e"};
    for (size_t i = 0; i < report.agents.count; i++)
        assert_string_equal(report.agents.items[i].id, order[i]);
    struct dp_report_scope team = {.kind = DP_REPORT_TEAM, .id = "south"};
    struct dp_report_quota quota = dp_report_quota(&report, &team);
    assert_int_equal(quota.agents, 3);
    assert_int_equal(quota.below, 1);
    assert_int_equal(quota.missing, 3);
    quota = dp_report_quota(&report, &report.focus);
    assert_int_equal(quota.agents, 4);
    assert_int_equal(quota.below, 2);
    assert_int_equal(quota.missing, 23);
    assert_false(dp_report_quota(&report, &report.agents.items[0]).present);
    assert_int_equal(dp_report_quota(&report, &report.agents.items[1]).missing, 20);
    team.id = "west";
    assert_false(dp_report_quota(&report, &team).present);
    dp_report_deinit(&report);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields_are_numbers_in_their_units),
        cmocka_unit_test(what_is_no_number_is_absent),
        cmocka_unit_test(classes_are_thirteen_counts),
        cmocka_unit_test(texts_have_no_control_characters),
        cmocka_unit_test(points_are_of_dimensions_and_measures),
        cmocka_unit_test(agents_are_in_the_order_of_team_and_rank),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
