#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "aggregator/partitions.h"

#define YEAR_0 INT64_C(-62167219200000)

static void numbers_in_order(void **state)
{
    (void)state;
    struct dp_partitions partitions;
    dp_partitions_init(&partitions);
    for (uint32_t i = 0; i < 100; i++)
        assert_int_equal(dp_partitions_add(&partitions), i);
    dp_partitions_deinit(&partitions);
}

static void late_is_behind_its_own_watermark(void **state)
{
    (void)state;
    struct dp_partitions partitions;
    dp_partitions_init(&partitions);
    uint32_t one = dp_partitions_add(&partitions), other = dp_partitions_add(&partitions);
    assert_false(dp_partitions_late(&partitions, one, YEAR_0, 60000));
    dp_partitions_see(&partitions, one, 100000);
    assert_false(dp_partitions_late(&partitions, one, 40000, 60000)); /* exactly at the limit */
    assert_true(dp_partitions_late(&partitions, one, 39999, 60000));
    assert_false(dp_partitions_late(&partitions, other, 39999, 60000));
    dp_partitions_see(&partitions, one, 50000); /* does not take the watermark back */
    assert_true(dp_partitions_late(&partitions, one, 39999, 60000));
    assert_true(dp_partitions_late(&partitions, one, YEAR_0, 60000));
    dp_partitions_deinit(&partitions);
}

static void horizon_is_the_slowest(void **state)
{
    (void)state;
    struct dp_partitions partitions;
    dp_partitions_init(&partitions);
    assert_true(dp_partitions_horizon(&partitions) == INT64_MIN);
    uint32_t fast = dp_partitions_add(&partitions), slow = dp_partitions_add(&partitions);
    dp_partitions_see(&partitions, fast, 5000);
    assert_true(dp_partitions_horizon(&partitions) == INT64_MIN); /* slow may bring anything */
    dp_partitions_see(&partitions, slow, 1000);
    assert_int_equal(dp_partitions_horizon(&partitions), 1000);
    dp_partitions_see(&partitions, slow, 7000);
    assert_int_equal(dp_partitions_horizon(&partitions), 5000);
    assert_int_equal(partitions.highest_ms, 7000);
    dp_partitions_deinit(&partitions);
}

static void idle_ones_hold_nothing_back(void **state)
{
    (void)state;
    struct dp_partitions partitions;
    dp_partitions_init(&partitions);
    uint32_t busy = dp_partitions_add(&partitions), idle = dp_partitions_add(&partitions);
    dp_partitions_see(&partitions, busy, 5000);
    partitions.items[idle].idle = true;
    assert_int_equal(dp_partitions_horizon(&partitions), 5000);
    dp_partitions_see(&partitions, idle, 3000);
    assert_int_equal(dp_partitions_horizon(&partitions), 5000);
    partitions.items[busy].idle = true;
    assert_int_equal(dp_partitions_horizon(&partitions), 5000); /* all idle: the highest */
    partitions.items[idle].idle = false;
    assert_int_equal(dp_partitions_horizon(&partitions), 3000);
    dp_partitions_deinit(&partitions);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_in_order),
        cmocka_unit_test(late_is_behind_its_own_watermark),
        cmocka_unit_test(horizon_is_the_slowest),
        cmocka_unit_test(idle_ones_hold_nothing_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
