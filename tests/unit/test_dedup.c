#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "aggregator/dedup.h"

#define HOUR       INT64_C(3600000)
#define YEAR_0     INT64_C(-62167219200000)
#define YEAR_10000 INT64_C(253402300800000)

static struct dp_event_key numbered(int number)
{
    char id[32];
    snprintf(id, sizeof id, "event-%d", number);
    return dp_event_key_of(DP_STR("source"), dp_str_from(id));
}

static bool same(struct dp_event_key a, struct dp_event_key b)
{
    return a.high == b.high && a.low == b.low;
}

/* The pair names an event: where one string ends and the other begins matters. */
static void pairs(void **state)
{
    (void)state;
    assert_true(
        same(dp_event_key_of(DP_STR("a"), DP_STR("b")), dp_event_key_of(DP_STR("a"), DP_STR("b"))));
    assert_false(same(dp_event_key_of(DP_STR("ab"), DP_STR("c")),
                      dp_event_key_of(DP_STR("a"), DP_STR("bc"))));
    assert_false(
        same(dp_event_key_of(DP_STR("a"), DP_STR("b")), dp_event_key_of(DP_STR("b"), DP_STR("a"))));
}

static void longest_names(void **state)
{
    (void)state;
    char source[256], id[256];
    memset(source, 'x', sizeof source);
    memset(id, 'y', sizeof id);
    struct dp_str long_source = {source, sizeof source}, long_id = {id, sizeof id};
    struct dp_event_key key = dp_event_key_of(long_source, long_id);
    long_id.len--;
    assert_false(same(key, dp_event_key_of(long_source, long_id)));
}

static void has_what_was_added(void **state)
{
    (void)state;
    static struct dp_dedup dedup;
    dp_dedup_init(&dedup);
    assert_false(dp_dedup_has(&dedup, numbered(0)));
    enum { EVENTS = 100000 };
    for (int i = 0; i < EVENTS; i++) {
        assert_false(dp_dedup_has(&dedup, numbered(i)));
        dp_dedup_add(&dedup, numbered(i), i, INT64_MIN);
    }
    for (int i = 0; i < EVENTS; i++)
        assert_true(dp_dedup_has(&dedup, numbered(i)));
    assert_false(dp_dedup_has(&dedup, numbered(EVENTS)));
    assert_int_equal(dp_dedup_count(&dedup), EVENTS);
    dp_dedup_deinit(&dedup);
}

/* Within the horizon nothing is forgotten, and memory follows the horizon, not the stream. */
static void forgets_what_is_old(void **state)
{
    (void)state;
    static struct dp_dedup dedup;
    dp_dedup_init(&dedup);
    enum { EVENTS = 400000, A_SECOND = 10, HORIZON = 3600 * A_SECOND };
    for (int i = 0; i < EVENTS; i++) {
        int64_t time_ms = (int64_t)i * 1000 / A_SECOND;
        dp_dedup_add(&dedup, numbered(i), time_ms, time_ms - HOUR);
        if (i >= HORIZON && i % 7 == 0)
            assert_true(dp_dedup_has(&dedup, numbered(i - HORIZON)));
        if (i % 1000 == 0)
            assert_true(dp_dedup_count(&dedup) <= 3 * HORIZON);
    }
    size_t room = 0;
    for (size_t i = 0; i < DP_DEDUP_SHARDS; i++)
        room += dedup.shards[i].capacity;
    assert_true(room <= 6 * HORIZON);
    assert_false(dp_dedup_has(&dedup, numbered(0)));
    dp_dedup_deinit(&dedup);
}

/* The earliest and the latest times of RFC 3339, with any offset. */
static void extreme_times(void **state)
{
    (void)state;
    static struct dp_dedup dedup;
    dp_dedup_init(&dedup);
    const int64_t times[] = {YEAR_0 - 24 * HOUR, YEAR_0, 0, YEAR_10000, YEAR_10000 + 24 * HOUR};
    for (int i = 0; i < 5; i++)
        dp_dedup_add(&dedup, numbered(i), times[i], INT64_MIN);
    for (int i = 5; i < 50000; i++) /* makes every shard look for room */
        dp_dedup_add(&dedup, numbered(i), YEAR_10000, YEAR_10000 - HOUR);
    assert_false(dp_dedup_has(&dedup, numbered(0)));
    assert_false(dp_dedup_has(&dedup, numbered(2)));
    assert_true(dp_dedup_has(&dedup, numbered(3)));
    assert_true(dp_dedup_has(&dedup, numbered(4)));
    dp_dedup_deinit(&dedup);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pairs),
        cmocka_unit_test(longest_names),
        cmocka_unit_test(has_what_was_added),
        cmocka_unit_test(forgets_what_is_old),
        cmocka_unit_test(extreme_times),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
