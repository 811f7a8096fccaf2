/* Which views there are, and which scopes each is about. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "board/view.h"

static void test_names(void **state)
{
    static const char *const views[] = {"wall", "alerts", "team:a", "agent:a:b",
                                        "queue:\xe6\x8a\x80"};
    static const char *const others[] = {"",      "w",     "walls", "team",
                                         "team:", "queue", "all",   "Team:a"};
    (void)state;
    for (size_t i = 0; i < sizeof views / sizeof *views; i++) {
        struct dp_view view;
        assert_true(dp_view_init(&view, dp_str_from(views[i])));
        assert_int_equal(view.kind, i);
        assert_string_equal(view.name, views[i]);
        dp_view_deinit(&view);
    }
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        struct dp_view view;
        assert_false(dp_view_init(&view, dp_str_from(others[i])));
    }
}

static void assert_scopes(const struct dp_model *model, const char *name, const char *expected)
{
    struct dp_view view;
    struct dp_text event = {0};
    char found[256] = "";
    assert_true(dp_view_init(&view, dp_str_from(name)));
    dp_view_write_snapshot(&view, model, 5000, &event);
    for (size_t i = 0; i < model->count; i++) {
        char member[64];
        snprintf(member, sizeof member, "\"%s\":{\"kind\"", model->scopes[i]->name);
        if (strstr(event.p, member))
            snprintf(found + strlen(found), sizeof found - strlen(found), "%s ",
                     model->scopes[i]->name);
    }
    assert_string_equal(found, expected);
    dp_text_deinit(&event);
    dp_view_deinit(&view);
}

static void test_scopes(void **state)
{
    static const char *const names[] = {"queue:q1", "queue:q2", "team:north", "agent:a1",
                                        "agent:a2"};
    (void)state;
    struct dp_model model;
    dp_model_init(&model);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        dp_model_add(&model, dp_str_from(names[i]));
    dp_model_set_team(&model, dp_model_find(&model, DP_STR("agent:a1")), DP_STR("north"));
    assert_scopes(&model, "wall", "all queue:q1 queue:q2 team:north ");
    assert_scopes(&model, "alerts", "");
    assert_scopes(&model, "team:north", "team:north agent:a1 ");
    assert_scopes(&model, "agent:a2", "agent:a2 ");
    assert_scopes(&model, "queue:q1", "queue:q1 ");
    /* Until it is settled an agent who goes is of both teams: who looks at either is told. */
    dp_model_settle(&model);
    dp_model_set_team(&model, dp_model_find(&model, DP_STR("agent:a1")), DP_STR("south"));
    assert_scopes(&model, "team:north", "team:north agent:a1 ");
    assert_scopes(&model, "team:south", "agent:a1 ");
    dp_model_settle(&model);
    assert_scopes(&model, "team:north", "team:north ");
    dp_model_deinit(&model);
}

static void test_delta(void **state)
{
    (void)state;
    struct dp_model model;
    struct dp_view queue, team;
    struct dp_text event = {0};
    dp_model_init(&model);
    struct dp_board_scope *scope = dp_model_add(&model, DP_STR("queue:q1"));
    assert_true(dp_view_init(&queue, DP_STR("queue:q1")));
    assert_true(dp_view_init(&team, DP_STR("team:north")));
    dp_model_settle(&model);
    assert_false(dp_view_write_delta(&queue, &model, 5000, &event));
    dp_model_touch(&model, scope);
    assert_false(dp_view_write_delta(&team, &model, 5000, &event));
    assert_true(dp_view_write_delta(&queue, &model, 5000, &event));
    assert_non_null(strstr(event.p, "\"gone\":[]"));
    dp_model_remove(&model, scope);
    assert_true(dp_view_write_delta(&queue, &model, 5000, &event));
    assert_non_null(strstr(event.p, "\"scopes\":{},\"gone\":[\"queue:q1\"]"));
    dp_model_settle(&model);
    assert_null(dp_view_subject(&queue, &model));
    dp_text_deinit(&event);
    dp_view_deinit(&queue);
    dp_view_deinit(&team);
    dp_model_deinit(&model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_names), cmocka_unit_test(test_scopes),
                                       cmocka_unit_test(test_delta)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
