#include "app/freshness.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#define NOW INT64_C(1795428000000)
#define DAY INT64_C(86400000)

static uint64_t count(const struct dp_durations *durations)
{
    uint64_t all = 0;
    for (size_t bucket = 0; bucket <= durations->bound_count; bucket++)
        all += durations->counts[bucket];
    return all;
}

/* So many are in the bucket of `ms`. */
static void assert_bucket(const struct dp_durations *durations, int64_t ms, uint64_t expected)
{
    assert_int_equal(durations->counts[dp_durations_bucket(durations, ms)], expected);
}

static void assert_sum(const struct dp_durations *durations, double ms, double slack)
{
    assert_true(durations->sum_ms >= ms - slack && durations->sum_ms <= ms + slack);
}

static void test_counts_once_it_is_shown(void **state)
{
    struct dp_freshness *freshness = dp_freshness_create(NOW);
    (void)state;
    dp_freshness_add(freshness, NOW - 800, NOW - 100);
    dp_freshness_begin(freshness, NOW);
    dp_freshness_add(freshness, NOW, NOW); /* while it is under way: for the next */
    assert_int_equal(count(&freshness->events.shown), 0);
    dp_freshness_shown(freshness, NOW + 50);
    assert_int_equal(count(&freshness->events.shown), 1);
    assert_bucket(&freshness->events.shown, 850, 1);
    assert_bucket(&freshness->messages.shown, 150, 1);
    assert_sum(&freshness->events.shown, 850, 64);
    dp_freshness_begin(freshness, NOW + 1000);
    dp_freshness_shown(freshness, NOW + 1700);
    assert_int_equal(count(&freshness->events.shown), 2);
    assert_bucket(&freshness->events.shown, 1700, 1);
    assert_sum(&freshness->messages.shown, 1850, 128);
    dp_freshness_shown(freshness, NOW + 9000); /* nothing is under way */
    assert_int_equal(count(&freshness->events.shown), 2);
    dp_freshness_destroy(freshness);
}

static void test_a_message_without_a_time_is_left_out(void **state)
{
    struct dp_freshness *freshness = dp_freshness_create(NOW);
    (void)state;
    dp_freshness_add(freshness, NOW, 0);
    dp_freshness_add(freshness, NOW, -1);
    dp_freshness_begin(freshness, NOW);
    dp_freshness_shown(freshness, NOW);
    assert_int_equal(count(&freshness->events.shown), 2);
    assert_int_equal(count(&freshness->messages.shown), 0);
    dp_freshness_destroy(freshness);
}

static void test_what_a_flush_did_not_show_the_next_one_does(void **state)
{
    struct dp_freshness *freshness = dp_freshness_create(NOW);
    (void)state;
    dp_freshness_add(freshness, NOW, NOW);
    dp_freshness_add(freshness, NOW - DAY, NOW);
    dp_freshness_begin(freshness, NOW + 1000);
    dp_freshness_add(freshness, NOW + 90000, NOW + 90000);
    dp_freshness_add(freshness, NOW - DAY, NOW + 90000);
    dp_freshness_begin(freshness, NOW + 100000);
    dp_freshness_shown(freshness, NOW + 100100);
    assert_int_equal(count(&freshness->events.shown), 4);
    assert_bucket(&freshness->events.shown, 100100, 1);
    assert_bucket(&freshness->events.shown, 10100, 1);
    assert_bucket(&freshness->events.shown, DAY, 2);
    assert_sum(&freshness->events.shown, 2 * (double)DAY + 3 * 100100 + 10100, 2000);
    dp_freshness_destroy(freshness);
}

static void test_far_times(void **state)
{
    struct dp_freshness *freshness = dp_freshness_create(NOW);
    (void)state;
    dp_freshness_add(freshness, NOW - 600 * 1000, NOW);
    dp_freshness_add(freshness, NOW - 40 * DAY, NOW);
    dp_freshness_add(freshness, NOW + 40 * DAY, NOW); /* ahead: shown at once */
    dp_freshness_add(freshness, NOW + 700, NOW);
    dp_freshness_begin(freshness, NOW);
    dp_freshness_shown(freshness, NOW);
    assert_bucket(&freshness->events.shown, 600 * 1000, 1);
    assert_bucket(&freshness->events.shown, 40 * DAY, 1);
    assert_bucket(&freshness->events.shown, 0, 2);
    assert_sum(&freshness->events.shown, 40 * (double)DAY + 600000, 100);
    dp_freshness_destroy(freshness);
}

static void test_a_clock_that_is_put_back(void **state)
{
    struct dp_freshness *freshness = dp_freshness_create(NOW);
    (void)state;
    dp_freshness_add(freshness, NOW, NOW);
    dp_freshness_begin(freshness, NOW + 1000);
    dp_freshness_begin(freshness, NOW - 3 * DAY); /* neither shown */
    dp_freshness_add(freshness, NOW - 3 * DAY, NOW - 3 * DAY);
    dp_freshness_begin(freshness, NOW - 3 * DAY + 1000);
    dp_freshness_shown(freshness, NOW - 3 * DAY + 1100);
    assert_int_equal(count(&freshness->events.shown), 2);
    assert_sum(&freshness->events.shown, 0, 0.1);
    dp_freshness_destroy(freshness);
}

static void test_clear(void **state)
{
    struct dp_freshness *freshness = dp_freshness_create(NOW);
    (void)state;
    dp_freshness_add(freshness, NOW, NOW);
    dp_freshness_begin(freshness, NOW);
    dp_freshness_add(freshness, NOW, NOW);
    dp_freshness_clear(freshness, NOW);
    dp_freshness_begin(freshness, NOW);
    dp_freshness_shown(freshness, NOW);
    assert_int_equal(count(&freshness->events.shown), 0);
    dp_freshness_destroy(freshness);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_counts_once_it_is_shown),
        cmocka_unit_test(test_a_message_without_a_time_is_left_out),
        cmocka_unit_test(test_what_a_flush_did_not_show_the_next_one_does),
        cmocka_unit_test(test_far_times),
        cmocka_unit_test(test_a_clock_that_is_put_back),
        cmocka_unit_test(test_clear),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
