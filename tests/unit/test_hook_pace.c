#include "sink/hook_pace.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static void failures_are_ever_further_apart(void **state)
{
    (void)state;
    static const uint64_t longest[] = {1000,  2000,   4000,   8000,   16000, 32000,
                                       64000, 128000, 256000, 300000, 300000};
    struct dp_hook_pace pace = {0};
    for (size_t i = 0; i < sizeof longest / sizeof *longest; i++) {
        struct dp_hook_pace lucky = pace;
        assert_int_equal(dp_hook_pace_is_dead(&pace), i >= DP_HOOK_DEAD);
        assert_int_equal(dp_hook_pace_failed(&lucky, 7, 0, 0), 100);
        assert_int_equal(dp_hook_pace_failed(&pace, 7, 0, UINT32_MAX), longest[i]);
        assert_int_equal(dp_hook_pace_due(&pace, 0), 7 + longest[i]);
    }
    dp_hook_pace_succeeded(&pace);
    assert_false(dp_hook_pace_is_dead(&pace));
    assert_int_equal(dp_hook_pace_due(&pace, 0), 0);
}

static void an_answer_may_ask_for_more_time(void **state)
{
    (void)state;
    struct dp_hook_pace pace = {0};
    assert_int_equal(dp_hook_pace_failed(&pace, 0, 45000, UINT32_MAX), 45000);
    assert_int_equal(dp_hook_pace_failed(&pace, 0, 500, UINT32_MAX), 2000);
    assert_int_equal(dp_hook_pace_failed(&pace, 0, INT64_MAX, 0), 3600000);
}

/* Sends whenever it may, from `from` on; returns how many in a minute. */
static unsigned sent_in_a_minute(struct dp_hook_pace *pace, uint32_t per_minute, uint64_t from)
{
    unsigned count = 0;
    for (uint64_t now = from; now < from + 60000; now++)
        while (dp_hook_pace_due(pace, per_minute) <= now && count <= 100000) {
            dp_hook_pace_sent(pace, per_minute, now);
            count++;
        }
    return count;
}

static void no_more_go_than_the_rate_allows(void **state)
{
    (void)state;
    struct dp_hook_pace pace = {0};
    assert_in_range(sent_in_a_minute(&pace, 60, 1000000), 60, 66);
    assert_int_equal(sent_in_a_minute(&pace, 60, 1060000), 60);
    pace = (struct dp_hook_pace){0};
    assert_int_equal(sent_in_a_minute(&pace, 1, 1000000), 1);
    assert_int_equal(sent_in_a_minute(&pace, 1, 1060000), 1);
    pace = (struct dp_hook_pace){0};
    assert_int_equal(sent_in_a_minute(&pace, 0, 1000000), 100001);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(failures_are_ever_further_apart),
        cmocka_unit_test(an_answer_may_ask_for_more_time),
        cmocka_unit_test(no_more_go_than_the_rate_allows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
