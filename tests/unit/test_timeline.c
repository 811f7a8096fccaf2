#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "aggregator/timeline.h"

static uint64_t random_state, seed;

static int64_t chance(int64_t below)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return (int64_t)((random_state * UINT64_C(0x2545F4914F6CDD1D) >> 16) % (uint64_t)below);
}

static void check(bool holds, const char *what)
{
    if (holds)
        return;
    print_error("seed %lu: %s\n", (unsigned long)seed, what);
    fail();
}

static struct dp_fact fact_at(int64_t time_ms, int64_t value, enum dp_fact_kind kind)
{
    return (struct dp_fact){.time_ms = time_ms,
                            .value = value,
                            .kind = (uint64_t)kind & 0xff,
                            .channel = (uint64_t)(value & 3)};
}

/* Now and then one with spans, or one that needs a chunk of whole facts. */
static void make_odd(struct dp_fact *fact)
{
    switch (chance(40)) {
    case 0:
        fact->hold_ms = 5;
        fact->wrap_ms = (1 << 22) - 1;
        break;
    case 1:
        fact->value += INT64_C(1) << 48;
        break;
    case 2:
        fact->hold_ms = chance(9) & 0xf;
        fact->wrap_ms = 1 << 22;
        break;
    case 3:
        fact->hold_ms = 1;
        fact->value += INT64_C(1) << 32;
        break;
    case 4:
        fact->flags = 0xf000;
        break;
    default:
        fact->flags = (uint64_t)chance(1 << 13) & 0x1fff;
        break;
    }
}

static void expect_sound(const struct dp_timeline *timeline)
{
    int64_t before = INT64_MIN;
    for (size_t i = timeline->head; i < timeline->tail; i++) {
        const struct dp_chunk *chunk = &timeline->chunks[i];
        int64_t first = INT64_MAX, last = INT64_MIN, latest = before;
        check(chunk->begin < chunk->end && chunk->end <= chunk->capacity, "bounds of a chunk");
        for (size_t at = chunk->begin; at < chunk->end; at++) {
            struct dp_fact one = dp_chunk_fact(chunk, at), *fact = &one;
            check(fact->time_ms >= (chunk->mixed ? before : last), "order");
            first = fact->time_ms < first ? fact->time_ms : first;
            latest = fact->time_ms > latest ? fact->time_ms : latest;
            check(chunk->holds & dp_metric_bit(dp_metric_of(fact), (enum dp_channel)fact->channel),
                  "what it holds");
            last = fact->time_ms;
        }
        check(chunk->first_ms == first && chunk->last_ms == latest, "first and last time");
        before = latest;
    }
}

/* What a walk over (after, until] meets: how many facts, and the sum of their values. */
struct met {
    size_t count, wanted;
    int64_t sum;
};

static struct met walk(const struct dp_timeline *timeline, int64_t after_ms, int64_t until_ms,
                       uint32_t wanted)
{
    struct met met = {0};
    int64_t last = after_ms;
    struct dp_timeline_walk walk = dp_timeline_walk(timeline, after_ms, until_ms, wanted);
    for (const struct dp_fact *fact; (fact = dp_timeline_walk_next(&walk));) {
        check(fact->time_ms > after_ms && fact->time_ms <= until_ms, "range");
        check(fact->time_ms >= last, "order of the walk");
        last = fact->time_ms;
        met.count++;
        met.sum += fact->value;
        met.wanted += wanted >> (dp_metric_of(fact) * DP_CHANNELS + (unsigned)fact->channel) & 1;
    }
    check(dp_timeline_walk_next(&walk) == NULL, "the end stays the end");
    return met;
}

static void expect_ranges(const struct dp_timeline *timeline, const struct dp_fact *facts,
                          size_t count, int64_t range)
{
    for (int i = 0; i < 3; i++) {
        int64_t after = chance(range) - 5, until = after + chance(range) - 3;
        uint32_t wanted = dp_metric_bit((enum dp_metric)chance(5), (enum dp_channel)chance(4));
        struct met want = {0};
        int64_t next = INT64_MAX;
        for (size_t j = 0; j < count; j++) {
            if (facts[j].time_ms > after && facts[j].time_ms < next)
                next = facts[j].time_ms;
            if (facts[j].time_ms <= after || facts[j].time_ms > until)
                continue;
            want.count++;
            want.sum += facts[j].value;
            want.wanted +=
                wanted >> (dp_metric_of(&facts[j]) * DP_CHANNELS + (unsigned)facts[j].channel) & 1;
        }
        struct met all = walk(timeline, after, until, DP_METRIC_ANY);
        check(all.count == want.count && all.sum == want.sum, "facts of a range");
        check(walk(timeline, after, until, wanted).wanted == want.wanted, "wanted facts");
        check(dp_timeline_next_ms(timeline, after) == next, "first fact after");
    }
}

enum { MOST = 2000 };

static void test_random(void **state)
{
    (void)state;
    static struct dp_fact facts[MOST];
    for (seed = 1; seed <= 150; seed++) {
        random_state = seed * UINT64_C(0x9E3779B97F4A7C15);
        struct dp_timeline timeline = {0};
        size_t count = 0;
        /* Some within a moment, and some over more than a chunk's 49 days. */
        int64_t range = chance(2) ? 40 : chance(2) ? 100000 : INT64_C(10000000000), floor = 0;
        for (int step = 0; step < 60; step++) {
            for (int64_t n = chance(40); n > 0 && count < MOST; n--) {
                int64_t time = chance(3) ? chance(range) : range * step / 60;
                facts[count] = fact_at(time, chance(9), (enum dp_fact_kind)chance(DP_FACT_KINDS));
                if (seed % 3 == 0)
                    make_odd(&facts[count]);
                dp_timeline_put(&timeline, &facts[count++]);
            }
            for (int64_t n = chance(25); n > 0 && count > 0; n--) {
                size_t at = (size_t)chance((int64_t)count);
                struct dp_fact taken, like = facts[at];
                like.flags ^= DP_FACT_IN_TARGET;
                check(dp_timeline_take(&timeline, &like, &taken), "a fact is found");
                check(dp_fact_equal(&taken, &facts[at]), "the stored fact is handed out");
                facts[at] = facts[--count];
            }
            if (chance(6) == 0) {
                floor += chance(range / 20);
                dp_timeline_drop(&timeline, floor);
                for (size_t i = count; i-- > 0;)
                    if (facts[i].time_ms <= floor)
                        facts[i] = facts[--count];
            }
            expect_sound(&timeline);
            expect_ranges(&timeline, facts, count, range);
            check(walk(&timeline, INT64_MIN, INT64_MAX, DP_METRIC_ANY).count == count, "count");
            check(dp_timeline_empty(&timeline) == (count == 0), "empty");
        }
        while (count > 0) {
            struct dp_fact taken;
            check(dp_timeline_take(&timeline, &facts[--count], &taken), "the rest is found");
        }
        check(timeline.chunks == NULL, "nothing is left");
    }
}

static void test_take_of_what_is_not_there(void **state)
{
    (void)state;
    struct dp_timeline timeline = {0};
    struct dp_fact fact = fact_at(10, 1, DP_FACT_REPLY), taken;
    assert_false(dp_timeline_take(&timeline, &fact, &taken));
    dp_timeline_put(&timeline, &fact);
    struct dp_fact other = fact;
    other.flags = DP_FACT_FCR;
    assert_false(dp_timeline_take(&timeline, &other, &taken));
    other = fact;
    other.time_ms = 9;
    assert_false(dp_timeline_take(&timeline, &other, &taken));
    other.time_ms = 11;
    assert_false(dp_timeline_take(&timeline, &other, &taken));
    assert_true(dp_timeline_take(&timeline, &fact, &taken));
    assert_false(dp_timeline_take(&timeline, &fact, &taken));
}

static void test_space(void **state)
{
    (void)state;
    struct dp_timeline timeline = {0};
    struct dp_fact fact = fact_at(1, 1, DP_FACT_REPLY);
    dp_timeline_put(&timeline, &fact);
    assert_int_equal(timeline.chunks[0].capacity, 4);
    dp_timeline_deinit(&timeline);

    /* In order, chunks are full; and the array does not grow while as much goes as comes. */
    enum { COUNT = 64000 };
    for (int i = 0; i < COUNT; i++) {
        fact.time_ms = i;
        dp_timeline_put(&timeline, &fact);
    }
    assert_int_equal(timeline.tail - timeline.head, COUNT / DP_CHUNK_FACTS);
    size_t capacity = timeline.capacity;
    for (int i = COUNT; i < 20 * COUNT; i++) {
        fact.time_ms = i;
        dp_timeline_drop(&timeline, i - COUNT);
        dp_timeline_put(&timeline, &fact);
    }
    assert_true(timeline.capacity <= 3 * capacity);
    assert_true(timeline.tail - timeline.head <= COUNT / DP_CHUNK_FACTS + 1);
    dp_timeline_deinit(&timeline);

    /* Out of order, at least half full but for the odd one. */
    random_state = 1;
    for (int i = 0; i < COUNT; i++) {
        fact.time_ms = chance(COUNT);
        dp_timeline_put(&timeline, &fact);
    }
    assert_true(timeline.tail - timeline.head <= 2 * COUNT / DP_CHUNK_FACTS);
    dp_timeline_deinit(&timeline);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random),
        cmocka_unit_test(test_take_of_what_is_not_there),
        cmocka_unit_test(test_space),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
