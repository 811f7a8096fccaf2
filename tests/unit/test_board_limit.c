/* How often an address may ask, and that no number of addresses takes more memory or time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "board/limit.h"

static int setup(void **state)
{
    *state = calloc(1, sizeof(struct dp_limit));
    return *state ? 0 : -1;
}

static int teardown(void **state)
{
    free(*state);
    return 0;
}

static int taken(struct dp_limit *limit, uint64_t address, enum dp_limit_kind kind, int64_t now_ms)
{
    int count = 0;
    while (count < 1000 && dp_limit_take(limit, address, kind, now_ms))
        count++;
    return count;
}

static void test_bursts(void **state)
{
    struct dp_limit *limit = *state;
    assert_int_equal(taken(limit, 7, DP_LIMIT_REQUEST, 1000), 400);
    assert_int_equal(taken(limit, 7, DP_LIMIT_ATTEMPT, 1000), 20);
    assert_int_equal(taken(limit, 8, DP_LIMIT_REQUEST, 1000), 400);
}

static void test_time_gives_more(void **state)
{
    struct dp_limit *limit = *state;
    taken(limit, 7, DP_LIMIT_REQUEST, 1000);
    taken(limit, 7, DP_LIMIT_ATTEMPT, 1000);
    assert_int_equal(taken(limit, 7, DP_LIMIT_REQUEST, 2000), 50);
    assert_int_equal(taken(limit, 7, DP_LIMIT_ATTEMPT, 3000), 1);
    assert_int_equal(taken(limit, 7, DP_LIMIT_REQUEST, 1000000), 400);
    assert_int_equal(taken(limit, 7, DP_LIMIT_REQUEST, 1), 0); /* a clock that goes back */
}

/* Who has used up the tokens is not forgotten for others who come by. */
static void test_many_addresses(void **state)
{
    struct dp_limit *limit = *state;
    taken(limit, 7, DP_LIMIT_ATTEMPT, 1000);
    for (uint64_t address = 100; address < 100000; address++)
        assert_true(dp_limit_take(limit, address, DP_LIMIT_ATTEMPT, 1000));
    assert_int_equal(taken(limit, 7, DP_LIMIT_ATTEMPT, 1000), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_bursts, setup, teardown),
        cmocka_unit_test_setup_teardown(test_time_gives_more, setup, teardown),
        cmocka_unit_test_setup_teardown(test_many_addresses, setup, teardown)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
