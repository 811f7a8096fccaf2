#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "aggregator/figures.h"
#include "aggregator/totals.h"

static int64_t share(int64_t numerator, int64_t denominator)
{
    struct dp_figures figures = {0};
    dp_figures_set_share(&figures, DP_FIGURE_FCR_RATE, numerator, denominator);
    assert_true(figures.present == UINT64_C(1) << DP_FIGURE_FCR_RATE);
    return figures.value[DP_FIGURE_FCR_RATE];
}

static void test_share_is_rounded_half_up(void **state)
{
    (void)state;
    assert_int_equal(share(0, 7), 0);
    assert_int_equal(share(7, 7), 1000000);
    assert_int_equal(share(1, 3), 333333);
    assert_int_equal(share(2, 3), 666667);
    assert_int_equal(share(1, 2000000), 1);
    assert_int_equal(share(1, 2000001), 0);
    assert_int_equal(share(3, 2000000), 2);
    assert_int_equal(share(UINT32_MAX, UINT32_MAX), 1000000);
}

static int64_t mean(int64_t sum, int64_t count)
{
    struct dp_figures figures = {0};
    dp_figures_set_mean(&figures, DP_FIGURE_TALK_MEAN, sum, count);
    assert_true(dp_figures_has(&figures, DP_FIGURE_TALK_MEAN));
    return figures.value[DP_FIGURE_TALK_MEAN];
}

static void test_mean_is_rounded_half_up(void **state)
{
    (void)state;
    assert_int_equal(mean(0, 5), 0);
    assert_int_equal(mean(5, 2), 3);
    assert_int_equal(mean(4, 3), 1);
    assert_int_equal(mean(5, 3), 2);
    assert_int_equal(mean(INT64_MAX, 1), INT64_MAX);
    assert_int_equal(mean(INT64_MAX, 2), INT64_MAX / 2 + 1);
    assert_int_equal(mean(INT64_MAX - 1, INT64_MAX), 1);
}

static void test_nothing_to_divide_by_is_absent(void **state)
{
    (void)state;
    struct dp_figures figures = {0};
    dp_figures_set_share(&figures, DP_FIGURE_FCR_RATE, 0, 0);
    dp_figures_set_mean(&figures, DP_FIGURE_TALK_MEAN, 0, 0);
    assert_true(figures.present == 0);

    struct dp_totals nothing = {0};
    dp_totals_figures(&nothing, &figures);
    for (int i = 0; i < DP_FIGURES; i++) {
        bool is_count = dp_figure_infos[i].unit == DP_UNIT_COUNT;
        assert_int_equal(dp_figures_has(&figures, (enum dp_figure)i), is_count);
        if (is_count)
            assert_int_equal(figures.value[i], 0);
    }
}

static void test_names(void **state)
{
    (void)state;
    assert_string_equal(dp_figure_infos[DP_FIGURE_OFFERED].name, "offered");
    assert_string_equal(dp_figure_infos[DP_FIGURE_RESOLVE_P99].name, "resolve_p99_ms");
    assert_int_equal(dp_figure_infos[DP_FIGURE_RESOLVE_P99].unit, DP_UNIT_MS);
    assert_string_equal(dp_figure_infos[DP_FIGURE_OCCUPANCY].name, "occupancy");
    assert_int_equal(dp_figure_infos[DP_FIGURE_OCCUPANCY].unit, DP_UNIT_MILLIONTHS);
    for (int i = 0; i < DP_FIGURES; i++)
        for (int j = 0; j < i; j++)
            assert_string_not_equal(dp_figure_infos[i].name, dp_figure_infos[j].name);
}

#define POINTS(n) ((int64_t)((n)*1e9))

/* A morning at a desk, worked out by hand from kpis.md. */
static const struct dp_fact morning[] = {
    {.kind = DP_FACT_OFFERED},
    {.kind = DP_FACT_OFFERED},
    {.kind = DP_FACT_OFFERED},
    {.kind = DP_FACT_RESPONSE, .value = 4000, .flags = DP_FACT_IN_TARGET},
    {.kind = DP_FACT_RESPONSE, .value = 31001},
    {.kind = DP_FACT_ABANDON, .value = 4999, .flags = DP_FACT_SHORT},
    {.kind = DP_FACT_ABANDON, .value = 60000},
    {.kind = DP_FACT_REPLY, .value = 180000},
    {.kind = DP_FACT_REPLY, .value = 180001},
    {.kind = DP_FACT_REPLY, .value = 2},
    {.kind = DP_FACT_HANDLE, .value = 100000, .hold_ms = 10000, .wrap_ms = 5000},
    {.kind = DP_FACT_HANDLE, .value = 200000, .hold_ms = 0, .wrap_ms = 20001},
    {.kind = DP_FACT_HANDLE, .value = 300000, .hold_ms = 1, .wrap_ms = 0},
    {.kind = DP_FACT_TRANSFER},
    {.kind = DP_FACT_DECLINE},
    {.kind = DP_FACT_OUTCOME,
     .value = DP_DAY_MS,
     .flags = DP_FACT_RESOLVED | DP_FACT_TIMED | DP_FACT_FCR},
    {.kind = DP_FACT_OUTCOME, .value = DP_DAY_MS + 1, .flags = DP_FACT_RESOLVED | DP_FACT_TIMED},
    {.kind = DP_FACT_OUTCOME, .flags = DP_FACT_RESOLVED | DP_FACT_FCR},
    {.kind = DP_FACT_OUTCOME},
    {.kind = DP_FACT_RATING, .value = POINTS(80), .flags = DP_FACT_SATISFIED},
    {.kind = DP_FACT_RATING, .value = POINTS(20)},
    {.kind = DP_FACT_RATING, .value = 66666666667},
    {.kind = DP_FACT_COMPLAINT},
    {.kind = DP_FACT_OUTCOME, .flags = DP_FACT_URGENT},
    {.kind = DP_FACT_OUTCOME,
     .value = 300000,
     .flags = DP_FACT_URGENT | DP_FACT_RESOLVED | DP_FACT_TIMED | DP_FACT_FCR},
    {.kind = DP_FACT_OUTCOME,
     .value = 300001,
     .flags = DP_FACT_URGENT | DP_FACT_RESOLVED | DP_FACT_TIMED},
    {.kind = DP_FACT_OUTCOME, .flags = DP_FACT_HIGH},
    {.kind = DP_FACT_CONVERSATION,
     .value = 3,
     .hold_ms = 2,
     .flags = DP_FACT_ASKED | DP_FACT_REPLIED},
    {.kind = DP_FACT_CONVERSATION, .value = 1, .hold_ms = 1, .flags = DP_FACT_ASKED},
    {.kind = DP_FACT_CONVERSATION, .value = 1},
    {.kind = DP_FACT_QUALITY, .value = POINTS(90)},
    {.kind = DP_FACT_QUALITY, .value = POINTS(55.5), .flags = DP_FACT_FATAL},
};

static void test_figures_of_totals(void **state)
{
    (void)state;
    struct dp_totals half = {0}, totals = {0};
    for (size_t i = 0; i < sizeof morning / sizeof *morning; i++)
        dp_totals_put(i % 2 ? &half : &totals, &morning[i]);
    dp_totals_merge(&totals, &half);
    struct dp_figures figures = {0};
    dp_totals_figures(&totals, &figures);
    static const struct {
        enum dp_figure which;
        int64_t value;
    } expected[] = {
        {DP_FIGURE_OFFERED, 3},
        {DP_FIGURE_RESPONSES, 2},
        {DP_FIGURE_ABANDONS, 2},
        {DP_FIGURE_SHORT_ABANDONS, 1},
        {DP_FIGURE_HANDLES, 3},
        {DP_FIGURE_TRANSFERS, 1},
        {DP_FIGURE_DECLINES, 1},
        {DP_FIGURE_REPLIES, 3},
        {DP_FIGURE_OUTCOMES, 8},
        {DP_FIGURE_RESOLVED, 5},
        {DP_FIGURE_RATINGS, 3},
        {DP_FIGURE_COMPLAINTS, 1},
        {DP_FIGURE_QUALITY_CHECKS, 2},
        {DP_FIGURE_QUALITY_FATALS, 1},
        {DP_FIGURE_RESPONSE_MEAN, 17501}, /* 35,001 / 2 = 17,500.5 */
        {DP_FIGURE_REPLY_MEAN, 120001},
        {DP_FIGURE_HANDLE_MEAN, 200000},
        {DP_FIGURE_RESOLVE_MEAN, 43350001}, /* four of them: ...000.5 */
        {DP_FIGURE_TALK_MEAN, 188333},      /* 564,998 / 3 */
        {DP_FIGURE_HOLD_MEAN, 3334},        /* 10,001 / 3 */
        {DP_FIGURE_WRAP_MEAN, 8334},        /* 25,001 / 3 */
        {DP_FIGURE_SERVICE_LEVEL, 333333},  /* 1 of 2 responses and 1 abandon */
        {DP_FIGURE_ANSWER_RATE, 666667},
        {DP_FIGURE_ABANDON_RATE, 333333},
        {DP_FIGURE_ANSWERED_30S_RATE, 500000},
        {DP_FIGURE_RESOLUTION_RATE, 625000},
        {DP_FIGURE_RESOLVED_24H_RATE, 375000},
        {DP_FIGURE_FCR_RATE, 375000},
        {DP_FIGURE_REPEAT_CONTACT_RATE, 400000},
        {DP_FIGURE_URGENT_5M_RATE, 333333},
        {DP_FIGURE_HIGH_24H_RATE, 0},
        {DP_FIGURE_TRANSFER_RATE, 333333},
        {DP_FIGURE_REPLY_3M_RATE, 666667},
        {DP_FIGURE_MESSAGE_REPLY_RATE, 500000},
        {DP_FIGURE_AGENT_TALK_SHARE, 625000},    /* 5 of 8 messages */
        {DP_FIGURE_SATISFACTION_MEAN, 55555556}, /* 166.666666667 / 3 */
        {DP_FIGURE_SATISFIED_RATE, 333333},
        {DP_FIGURE_COMPLAINT_RATE, 333333},
        {DP_FIGURE_QUALITY_MEAN, 72750000},
    };
    uint64_t present = 0;
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        present |= UINT64_C(1) << expected[i].which;
        if (figures.value[expected[i].which] != expected[i].value)
            print_error("%s\n", dp_figure_infos[expected[i].which].name);
        assert_int_equal(figures.value[expected[i].which], expected[i].value);
    }
    assert_true(figures.present == present);

    for (size_t i = 0; i < sizeof morning / sizeof *morning; i++)
        dp_totals_take(&totals, &morning[i]);
    struct dp_totals nothing = {0};
    assert_memory_equal(&totals, &nothing, sizeof totals);
}

static void test_what_an_agent_got_done(void **state)
{
    (void)state;
    struct dp_totals totals = {0};
    struct dp_figures figures = {0};
    for (size_t i = 0; i < sizeof morning / sizeof *morning; i++)
        dp_totals_put(&totals, &morning[i]);
    dp_totals_staffed(&totals, 0, &figures);
    assert_int_equal(figures.present, 0);
    dp_totals_staffed(&totals, 1800000, &figures);
    assert_int_equal(figures.value[DP_FIGURE_CONTACTS_PER_HOUR], 6000000);
    /* 600,000 of handling less 25,001 of wrap-up, in 1,800,000 */
    assert_int_equal(figures.value[DP_FIGURE_CONCURRENCY], 319444);
}

static void test_ratios_of_any_size(void **state)
{
    (void)state;
    static const struct {
        int64_t numerator, denominator, ratio;
    } cases[] = {
        {1, 2, 500000},
        {1, 3, 333333},
        {2, 3, 666667},
        {1, 2000000, 1},
        {5, 1, 5000000},
        {INT64_MAX, INT64_MAX, 1000000},
        {INT64_MAX - 1, INT64_MAX, 1000000},
        {INT64_MAX, 1, INT64_C(9223372036853000000)},
        {INT64_C(1) << 50, (INT64_C(1) << 51) + 2, 500000},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct dp_figures figures = {0};
        dp_figures_set_ratio(&figures, DP_FIGURE_CONCURRENCY, cases[i].numerator,
                             cases[i].denominator);
        assert_int_equal(figures.value[DP_FIGURE_CONCURRENCY], cases[i].ratio);
    }
}

/* 9e7 ratings of 100 points are still exact. */
static void test_sums_are_wide_enough(void **state)
{
    (void)state;
    struct dp_totals totals = {0};
    struct dp_fact rating = {.kind = DP_FACT_RATING, .value = POINTS(100)};
    dp_totals_put(&totals, &rating);
    for (int doubled = 0; doubled < 26; doubled++) {
        struct dp_totals same = totals;
        dp_totals_merge(&totals, &same);
    }
    struct dp_figures figures = {0};
    dp_totals_figures(&totals, &figures);
    assert_int_equal(figures.value[DP_FIGURE_RATINGS], 1 << 26);
    assert_int_equal(figures.value[DP_FIGURE_SATISFACTION_MEAN], 100000000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_share_is_rounded_half_up),
        cmocka_unit_test(test_mean_is_rounded_half_up),
        cmocka_unit_test(test_nothing_to_divide_by_is_absent),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_figures_of_totals),
        cmocka_unit_test(test_what_an_agent_got_done),
        cmocka_unit_test(test_ratios_of_any_size),
        cmocka_unit_test(test_sums_are_wide_enough),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
