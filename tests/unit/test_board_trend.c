/* The last points are kept, in their order; the first ones come sooner after one another, and none
 * without new figures. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "board/model.h"

static void assert_points(const struct dp_trend *trend, int64_t since_ms, const char *expected)
{
    struct dp_text json = {0};
    dp_trend_write(trend, since_ms, &json);
    assert_string_equal(json.p, expected);
    dp_text_deinit(&json);
}

static void test_ring(void **state)
{
    (void)state;
    struct dp_trend *trend = dp_trend_create(3);
    assert_points(trend, 0, "[]");
    dp_trend_add(trend, (struct dp_trend_point){1, 8500, 2});
    dp_trend_add(trend, (struct dp_trend_point){2, DP_TREND_ABSENT, DP_TREND_ABSENT});
    assert_points(trend, 0, "[[1,0.8500,2],[2,null,null]]");
    dp_trend_add(trend, (struct dp_trend_point){3, 10000, 0});
    dp_trend_add(trend, (struct dp_trend_point){4, 5, 1});
    assert_points(trend, 0, "[[2,null,null],[3,1.0000,0],[4,0.0005,1]]");
    assert_points(trend, 4, "[[4,0.0005,1]]");
    free(trend);
}

/* After `seconds`, with figures of then: how many points there are. */
static size_t count_after(struct dp_model *model, const struct dp_board_scope *scope, int seconds,
                          bool moves)
{
    static int64_t now_ms = 1000000;
    for (int i = 0; i < seconds; i++) {
        now_ms += 1000;
        model->updated_ms = moves ? now_ms : model->updated_ms;
        dp_model_note_trends(model, now_ms);
    }
    return scope->trend ? scope->trend->count : 0;
}

static void test_steps(void **state)
{
    (void)state;
    struct dp_model model;
    dp_model_init(&model);
    const struct dp_board_scope *queue = dp_model_add(&model, DP_STR("queue:billing"));
    const struct dp_board_scope *agent = dp_model_add(&model, DP_STR("agent:a1"));
    const struct dp_board_scope *team = dp_model_add(&model, DP_STR("team:north"));
    assert_int_equal(count_after(&model, queue, 100, false), 0); /* nothing in Redis yet */
    assert_int_equal(count_after(&model, queue, 1, true), 1);
    assert_int_equal(count_after(&model, queue, 9, true), 1);
    assert_int_equal(count_after(&model, queue, 1, true), 2);
    assert_int_equal(count_after(&model, agent, 40, true), 2);
    assert_int_equal(count_after(&model, queue, 540, true), 60);
    assert_int_equal(count_after(&model, queue, 59, true), 60);
    assert_int_equal(count_after(&model, queue, 1, true), 61);
    assert_int_equal(count_after(&model, queue, 600, false), 61); /* the pipeline stands still */
    assert_int_equal(count_after(&model, queue, 1, true), 62);
    assert_int_equal(count_after(&model, queue, 50000, true), DP_TREND_POINTS);
    assert_int_equal(count_after(&model, agent, 50000, true),
                     DP_TREND_POINTS / DP_TREND_AGENT_STEPS);
    assert_null(team->trend);
    dp_model_deinit(&model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_ring), cmocka_unit_test(test_steps)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
