#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "aggregator/maxima.h"

static uint64_t random_state, seed;

static int64_t chance(int64_t below)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return (int64_t)((random_state * UINT64_C(0x2545F4914F6CDD1D) >> 16) % (uint64_t)below);
}

/* The timeline and the staircase side by side, as a scope keeps them. */
struct both {
    struct dp_timeline timeline;
    struct dp_maxima maxima;
};

static struct dp_fact reply(int64_t time_ms, int64_t value)
{
    return (struct dp_fact){
        .time_ms = time_ms, .value = value, .kind = DP_FACT_REPLY, .channel = DP_CHANNEL_CHAT};
}

static void put(struct both *both, int64_t time_ms, int64_t value)
{
    struct dp_fact fact = reply(time_ms, value);
    dp_timeline_put(&both->timeline, &fact);
    dp_maxima_put(&both->maxima, time_ms, value);
}

static void take(struct both *both, int64_t time_ms, int64_t value)
{
    struct dp_fact fact = reply(time_ms, value), taken;
    assert_true(dp_timeline_take(&both->timeline, &fact, &taken));
    dp_maxima_take(&both->maxima, time_ms, value);
}

static void drop(struct both *both, int64_t until_ms)
{
    dp_timeline_drop(&both->timeline, until_ms);
    dp_maxima_drop(&both->maxima, until_ms);
}

static int64_t after(struct both *both, int64_t after_ms)
{
    return dp_maxima_after(&both->maxima, &both->timeline, DP_METRIC_REPLY, DP_CHANNEL_CHAT,
                           after_ms);
}

static void deinit(struct both *both)
{
    dp_timeline_deinit(&both->timeline);
    dp_maxima_deinit(&both->maxima);
}

static void test_set_cases(void **state)
{
    (void)state;
    struct both both = {0};
    assert_int_equal(after(&both, 0), -1);
    put(&both, 10, 0);
    assert_int_equal(after(&both, 9), 0);
    assert_int_equal(after(&both, 10), -1);
    put(&both, 20, 7);
    put(&both, 20, 7);
    put(&both, 20, 5);
    put(&both, 30, 6);
    put(&both, 15, 7);
    assert_int_equal(after(&both, 0), 7);
    assert_int_equal(after(&both, 20), 6);
    take(&both, 20, 7); /* one of two */
    assert_int_equal(after(&both, 15), 7);
    take(&both, 20, 7);
    assert_int_equal(after(&both, 15), 6);
    assert_int_equal(after(&both, 14), 7);
    take(&both, 30, 6);
    assert_int_equal(after(&both, 15), 5);
    take(&both, 15, 7);
    take(&both, 20, 5);
    assert_int_equal(after(&both, 0), 0);
    take(&both, 10, 0);
    assert_int_equal(after(&both, 0), -1);
    deinit(&both);
}

/* Only its own metric and channel count. */
static void test_others_do_not_count(void **state)
{
    (void)state;
    struct both both = {0};
    struct dp_fact other = reply(18, 100);
    other.channel = DP_CHANNEL_EMAIL;
    dp_timeline_put(&both.timeline, &other);
    other = reply(19, 100);
    other.kind = DP_FACT_HANDLE;
    dp_timeline_put(&both.timeline, &other);
    put(&both, 10, 3);
    put(&both, 20, 9);
    take(&both, 20, 9);
    assert_int_equal(after(&both, 0), 3);
    deinit(&both);
}

/* A correction that comes back higher and later leaves nothing to look up. */
static void test_correction_closes_the_gap(void **state)
{
    (void)state;
    struct both both = {0};
    for (int i = 1000; i-- > 0;)
        put(&both, i, 5);
    assert_int_equal(both.maxima.tail - both.maxima.head, 1);
    put(&both, 1000, 90);
    take(&both, 1000, 90);
    put(&both, 1030, 120);
    assert_int_equal(both.maxima.tail - both.maxima.head, 1);
    assert_false(both.maxima.steps[both.maxima.head].open);
    put(&both, 1040, 80);
    take(&both, 1040, 80);
    put(&both, 1040, 80);
    assert_false(both.maxima.steps[both.maxima.tail - 1].open);
    deinit(&both);
}

enum { MANY = 20000 };

static void test_falling(void **state)
{
    (void)state;
    struct both both = {0};
    for (int i = 0; i < MANY; i++)
        put(&both, i, 2 * MANY - i);
    assert_int_equal(both.maxima.tail - both.maxima.head, MANY);
    for (int i = 0; i < MANY; i += 2) { /* every other one out, and asked at once */
        take(&both, i, 2 * MANY - i);
        assert_int_equal(after(&both, i - 1), 2 * MANY - i - 1);
    }
    for (int i = 1; i < MANY; i += 2) {
        assert_int_equal(after(&both, i - 1), 2 * MANY - i);
        drop(&both, i);
    }
    assert_true(dp_timeline_empty(&both.timeline));
    assert_null(both.maxima.steps);
    deinit(&both);
}

static void test_rising(void **state)
{
    (void)state;
    struct both both = {0};
    for (int i = 0; i < MANY; i++)
        put(&both, i, i);
    assert_int_equal(both.maxima.tail - both.maxima.head, 1);
    for (int i = MANY; i-- > 1;) { /* many out before one is asked for */
        take(&both, i, i);
        if (i % 2000 == 0)
            assert_int_equal(after(&both, -1), i - 1);
    }
    assert_int_equal(after(&both, -1), 0);
    deinit(&both);
}

/* A window moves on: what is kept stays small, whatever has gone by. */
static void test_moving_on(void **state)
{
    (void)state;
    enum { LENGTH = 1000 };
    static int64_t values[LENGTH];
    random_state = 5;
    struct both both = {0};
    for (int i = 0; i < 100 * LENGTH; i++) {
        values[i % LENGTH] = chance(1000000);
        put(&both, i, values[i % LENGTH]);
        drop(&both, i - LENGTH);
        if (i % LENGTH == LENGTH - 1) {
            int64_t want = 0;
            for (int j = 0; j < LENGTH; j++)
                want = values[j] > want ? values[j] : want;
            assert_int_equal(after(&both, i - LENGTH), want);
        }
    }
    assert_true(both.maxima.capacity < 100);
    drop(&both, 100 * LENGTH);
    assert_null(both.maxima.steps);
    deinit(&both);
}

enum { MOST = 400 };

static void test_random(void **state)
{
    (void)state;
    struct {
        int64_t time_ms, value;
    } facts[MOST];
    for (seed = 1; seed <= 400; seed++) {
        random_state = seed * UINT64_C(0x9E3779B97F4A7C15);
        struct both both = {0};
        int count = 0;
        int64_t range = chance(2) ? 30 : 3000, values = chance(2) ? 6 : 100000, floor = -1;
        for (int step = 0; step < 300; step++) {
            if (count < MOST && (count == 0 || chance(5) < 3)) {
                facts[count].time_ms = floor + 1 + chance(range);
                facts[count].value = chance(values);
                put(&both, facts[count].time_ms, facts[count].value);
                count++;
            } else {
                int at = (int)chance(count);
                if (chance(2)) /* rather a great one */
                    for (int i = 0; i < count; i++)
                        if (facts[i].value > facts[at].value)
                            at = i;
                take(&both, facts[at].time_ms, facts[at].value);
                facts[at] = facts[--count];
            }
            if (chance(20) == 0) {
                floor += chance(range / 10);
                drop(&both, floor);
                for (int i = count; i-- > 0;)
                    if (facts[i].time_ms <= floor)
                        facts[i] = facts[--count];
            }
            for (int64_t asked = chance(3); asked > 0; asked--) {
                int64_t after_ms = floor + chance(range + 1), want = -1;
                for (int i = 0; i < count; i++)
                    if (facts[i].time_ms > after_ms && facts[i].value > want)
                        want = facts[i].value;
                int64_t got = after(&both, after_ms);
                if (got != want) {
                    print_error("seed %lu step %d: got %ld, want %ld\n", (unsigned long)seed, step,
                                (long)got, (long)want);
                    fail();
                }
            }
        }
        deinit(&both);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_set_cases),
        cmocka_unit_test(test_others_do_not_count),
        cmocka_unit_test(test_correction_closes_the_gap),
        cmocka_unit_test(test_falling),
        cmocka_unit_test(test_rising),
        cmocka_unit_test(test_moving_on),
        cmocka_unit_test(test_random),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
