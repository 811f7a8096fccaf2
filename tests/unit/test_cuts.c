#include "app/cuts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#define MIB ((uint64_t)1 << 20)

static void note(struct dp_cuts *cuts, uint64_t number, uint64_t at, int64_t t_ms)
{
    dp_cuts_note(cuts, &(struct dp_state_place){.at = at, .sum = number * 7, .number = number},
                 t_ms);
}

static void the_log_is_cut_before_what_is_young_enough(void **state)
{
    (void)state;
    struct dp_cuts cuts = {0};
    struct dp_state_place head = {0};
    for (uint64_t i = 0; i < 100; i++)
        note(&cuts, i, i * MIB, (int64_t)i * 1000);
    assert_false(dp_cuts_take(&cuts, INT64_MIN, &head, 100 * MIB));
    assert_false(dp_cuts_take(&cuts, 1000, &head, 100 * MIB));
    assert_false(dp_cuts_take(&cuts, 10000, &head, 100 * MIB)); /* not worth it yet */
    assert_true(dp_cuts_take(&cuts, 20000, &head, 100 * MIB));
    /* The frame that begins there is the first whose stamp may still matter, or the one before. */
    assert_int_equal(head.number, 19);
    assert_int_equal(head.at, 19 * MIB);
    assert_int_equal(head.sum, 19 * 7);
    assert_false(dp_cuts_take(&cuts, 20000, &head, 81 * MIB));
    assert_true(dp_cuts_take(&cuts, INT64_MAX, &head, 81 * MIB));
    assert_int_equal(head.number, 99);
    dp_cuts_deinit(&cuts);
}

static void places_close_together_count_as_one(void **state)
{
    (void)state;
    struct dp_cuts cuts = {0};
    for (uint64_t i = 0; i < 100000; i++)
        note(&cuts, i, i * 100, (int64_t)i);
    assert_in_range(cuts.count, 1, 100000 * 100 / (MIB / 4) + 1);
    dp_cuts_deinit(&cuts);
}

static void what_is_gone_takes_no_room(void **state)
{
    (void)state;
    struct dp_cuts cuts = {0};
    struct dp_state_place head = {0};
    for (uint64_t i = 0; i < 10000; i++) {
        note(&cuts, i, i * MIB, (int64_t)i);
        dp_cuts_take(&cuts, (int64_t)i - 10, &head, i * MIB - head.at);
    }
    assert_in_range(head.number, 9980, 9999);
    assert_in_range(cuts.count, 1, 100);
    dp_cuts_deinit(&cuts);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_log_is_cut_before_what_is_young_enough),
        cmocka_unit_test(places_close_together_count_as_one),
        cmocka_unit_test(what_is_gone_takes_no_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
