/* The last points are kept, in their order. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "board/trend.h"

static void assert_points(const struct dp_trend *trend, size_t count, const char *expected)
{
    struct dp_text json = {0};
    dp_trend_write(trend, count, &json);
    assert_string_equal(json.p, expected);
    dp_text_deinit(&json);
}

static void test_ring(void **state)
{
    (void)state;
    struct dp_trend *trend = dp_trend_create(3);
    assert_points(trend, 3, "[]");
    dp_trend_add(trend, (struct dp_trend_point){1, 8500, 2});
    dp_trend_add(trend, (struct dp_trend_point){2, DP_TREND_ABSENT, DP_TREND_ABSENT});
    assert_points(trend, 9, "[[1,0.8500,2],[2,null,null]]");
    dp_trend_add(trend, (struct dp_trend_point){3, 10000, 0});
    dp_trend_add(trend, (struct dp_trend_point){4, 5, 1});
    assert_points(trend, 9, "[[2,null,null],[3,1.0000,0],[4,0.0005,1]]");
    assert_points(trend, 1, "[[4,0.0005,1]]");
    free(trend);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_ring)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
