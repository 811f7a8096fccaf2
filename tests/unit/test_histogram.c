#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "aggregator/histogram.h"

static uint64_t random_state = 42;

static uint64_t random_bits(void)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state;
}

static int compare_values(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static void expect_close(int64_t got, int64_t want)
{
    int64_t off = llabs(got - want);
    if (want < 128 ? off > 0 : off > want / 128) {
        print_error("got %ld for %ld\n", (long)got, (long)want);
        fail();
    }
}

static void expect_alone(int64_t value)
{
    struct dp_histogram histogram = {0};
    const struct dp_histogram *one = &histogram;
    const uint64_t rank = 1;
    int64_t got = -1;
    dp_histogram_put(&histogram, value);
    dp_histograms_select(&one, 1, &rank, 1, &got);
    expect_close(got, value);
    dp_histogram_take(&histogram, value);
    assert_true(histogram.used == 0);
}

static void test_every_value_is_told_within_bounds(void **state)
{
    (void)state;
    for (int64_t value = 0; value < 40000; value++)
        expect_alone(value);
    for (int power = 6; power < 63; power++)
        for (int64_t near = -2; near <= 2; near++)
            expect_alone((INT64_C(1) << power) + near);
    for (int i = 0; i < 20000; i++)
        expect_alone((int64_t)(random_bits() >> (1 + random_bits() % 63)));
    expect_alone(INT64_MAX);
}

enum { PARTS = 5, COUNT = 3000 };

static void test_ranks_over_several(void **state)
{
    (void)state;
    struct dp_histogram parts[PARTS] = {0};
    const struct dp_histogram *all[PARTS];
    int64_t values[COUNT], kept[COUNT];
    for (int i = 0; i < PARTS; i++)
        all[i] = &parts[i];
    for (int i = 0; i < COUNT; i++) {
        values[i] = (int64_t)(random_bits() >> (20 + random_bits() % 44));
        dp_histogram_put(&parts[i % PARTS], values[i]);
    }
    /* All, then without ever more of them: taking out is as exact as putting in. */
    for (size_t left = COUNT; left > 0; left /= 3) {
        for (size_t i = 0; i < left; i++)
            kept[i] = values[i];
        qsort(kept, left, sizeof *kept, compare_values);
        uint64_t ranks[] = {1, (left + 1) / 2, (90 * left + 99) / 100, left};
        int64_t got[4];
        dp_histograms_select(all, PARTS, ranks, 4, got);
        for (int i = 0; i < 4; i++)
            expect_close(got[i], kept[ranks[i] - 1]);
        for (size_t i = left / 3; i < left; i++)
            dp_histogram_take(&parts[i % PARTS], values[i]);
    }
    for (int i = 0; i < PARTS; i++) {
        assert_true(parts[i].used == 0);
        for (int page = 0; page < DP_HISTOGRAM_PAGES; page++)
            assert_null(parts[i].pages[page]);
    }
}

static void test_deinit_gives_back_pages(void **state)
{
    (void)state;
    struct dp_histogram histogram = {0};
    for (int64_t value = 1; value < INT64_MAX / 2; value *= 2)
        dp_histogram_put(&histogram, value);
    dp_histogram_deinit(&histogram);
    assert_true(histogram.used == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_value_is_told_within_bounds),
        cmocka_unit_test(test_ranks_over_several),
        cmocka_unit_test(test_deinit_gives_back_pages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
