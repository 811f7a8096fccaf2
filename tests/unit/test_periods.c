/* Periods against a plain recount: facts come and go in any order, days close, the state is written
 * and read again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "aggregator/histogram.h"
#include "aggregator/period_record.h"
#include "aggregator/periods.h"
#include "seeds.h"

#define HOUR INT64_C(3600000)
#define DAY  (24 * HOUR)

enum { FACTS = 400 };

struct scene {
    struct dp_period_rules rules;
    struct dp_periods periods;
    struct dp_bundle bundle;
    struct dp_fact facts[FACTS];
    size_t count;
    struct dp_rng rng;
};

static struct scene scene; /* large */

static struct dp_fact some_fact(struct dp_rng *rng)
{
    /* Around the end of 2026, in whose last week 2027 begins. */
    struct dp_fact fact = {.time_ms =
                               INT64_C(1798675200000) + dp_rng_between(rng, -3 * DAY, 3 * DAY)};
    switch (dp_rng_below(rng, 4)) {
    case 0:
        fact.kind = DP_FACT_RESPONSE;
        fact.value = dp_rng_between(rng, 0, 300000);
        break;
    case 1:
        fact.kind = DP_FACT_HANDLE;
        fact.value = dp_rng_between(rng, 60000, 900000);
        fact.hold_ms = DP_FACT_SPAN(dp_rng_between(rng, 0, 30000));
        break;
    case 2:
        fact.kind = DP_FACT_RATING;
        fact.value = dp_rng_between(rng, 0, 100) * DP_SCORE_UNIT;
        break;
    default:
        fact.kind = DP_FACT_MEASURED;
        fact.flags = dp_rng_below(rng, DP_MEASURES) & 0xff;
        fact.value = dp_rng_between(rng, 0, 100) * DP_SCORE_UNIT;
        break;
    }
    return fact;
}

static void settle(void)
{
    dp_periods_put(&scene.periods, &scene.rules, &scene.bundle);
    dp_bundle_clear(&scene.bundle);
}

static void tell(int sign, const struct dp_fact *fact)
{
    if (dp_bundle_full(&scene.bundle))
        settle();
    dp_bundle_add(&scene.bundle, sign, fact, DP_TO_PERIODS);
}

static void come(void)
{
    if (scene.count == FACTS)
        return;
    struct dp_fact fact = some_fact(&scene.rng);
    if (fact.time_ms < scene.rules.closed_ms)
        return;
    scene.facts[scene.count++] = fact;
    tell(+1, &fact);
}

static void go(void)
{
    if (!scene.count)
        return;
    size_t at = dp_rng_below(&scene.rng, (uint32_t)scene.count);
    if (scene.facts[at].time_ms < scene.rules.closed_ms)
        return;
    tell(-1, &scene.facts[at]);
    scene.facts[at] = scene.facts[--scene.count];
}

static int ascending(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static void expect_spread(const struct dp_spread_sum *sum, int64_t *values, size_t count)
{
    assert_int_equal(sum->count, count);
    if (!count)
        return;
    qsort(values, count, sizeof *values, ascending);
    assert_int_equal(sum->max, values[count - 1]);
    for (unsigned percent = 1; percent <= 100; percent++) {
        uint64_t rank = dp_spread_sum_rank(sum, percent);
        int64_t got;
        dp_spread_sum_select(sum, &rank, 1, &got);
        int64_t wanted = dp_histogram_middle(dp_histogram_bucket(values[rank - 1]));
        assert_int_equal(got, wanted < values[count - 1] ? wanted : values[count - 1]);
    }
}

static void expect_recount(const struct dp_period *item)
{
    const struct dp_period_view *view = &scene.rules.view;
    struct dp_totals totals = {0};
    int64_t handles[FACTS], holds[FACTS];
    size_t handle_count = 0, hold_count = 0, days = 0;
    uint64_t measured[DP_MEASURES] = {0};
    bool worked[16] = {false};
    for (size_t i = 0; i < scene.count; i++) {
        const struct dp_fact *fact = &scene.facts[i];
        if (fact->time_ms < item->span.from_ms || fact->time_ms >= item->span.to_ms)
            continue;
        if (fact->kind == DP_FACT_MEASURED) {
            measured[fact->flags] += (uint64_t)fact->value;
            continue;
        }
        dp_totals_put(&totals, fact);
        if (fact->kind != DP_FACT_HANDLE)
            continue;
        handles[handle_count++] = fact->value;
        if (fact->hold_ms)
            holds[hold_count++] = fact->hold_ms;
        worked[(fact->time_ms - INT64_C(1798156800000)) / DAY] = true;
    }
    for (size_t i = 0; i < sizeof worked; i++)
        days += worked[i];
    assert_memory_equal(&view->totals, &totals, sizeof totals);
    assert_memory_equal(view->agent.measured_sums, measured, sizeof measured);
    assert_int_equal(view->agent.days_worked, days);
    expect_spread(&view->sums[DP_METRIC_HANDLE], handles, handle_count);
    expect_spread(&view->sums[DP_SPREAD_HOLD], holds, hold_count);
}

static void expect_all(void)
{
    settle();
    for (uint32_t i = 0; i < scene.periods.count; i++) {
        const struct dp_period *item = &scene.periods.items[i];
        dp_periods_view(&scene.periods, &scene.rules, item);
        expect_recount(item);
    }
}

/* Writes them down and goes on with what was read. */
static void live_again(void)
{
    struct dp_period_bytes bytes = {0};
    struct dp_periods again = {0};
    settle();
    dp_period_record_write(&bytes, &scene.periods);
    struct dp_str record = {bytes.bytes, bytes.len};
    assert_true(dp_period_record_read(record, &again));
    for (size_t i = 0; i < 20; i++) { /* what is not one is told, or is another one */
        struct dp_periods none = {0};
        size_t at = dp_rng_below(&scene.rng, (uint32_t)bytes.len);
        char kept = bytes.bytes[at];
        bytes.bytes[at] = (char)dp_rng_below(&scene.rng, 256);
        dp_period_record_read(record, &none);
        dp_periods_deinit(&none);
        none = (struct dp_periods){0};
        assert_true(bytes.len == 1 ||
                    !dp_period_record_read((struct dp_str){bytes.bytes, at}, &none) || at == 0);
        dp_periods_deinit(&none);
        bytes.bytes[at] = kept;
    }
    dp_period_bytes_deinit(&bytes);
    dp_periods_deinit(&scene.periods);
    scene.periods = again;
}

/* The days before are over for good; no fact of theirs comes or goes any more. */
static void close_days(void)
{
    int64_t until = INT64_C(1798675200000) + dp_rng_between(&scene.rng, -3, 1) * DAY;
    if (until <= scene.rules.closed_ms)
        return;
    settle();
    scene.rules.closed_ms = until;
    int64_t untold_ms = INT64_MAX; /* nobody was told of any */
    for (uint32_t i = 0; i < scene.periods.count; i++) {
        int64_t to_ms = scene.periods.items[i].span.to_ms;
        untold_ms = to_ms <= until && to_ms < untold_ms ? to_ms : untold_ms;
    }
    assert_int_equal(dp_periods_untold_ms(&scene.periods, until), untold_ms);
    dp_periods_close(&scene.periods, until);
    for (uint32_t i = 0; i < scene.periods.count; i++)
        assert_true(scene.periods.items[i].span.to_ms > until);
}

static void any_life(void)
{
    memset(&scene, 0, sizeof scene);
    scene.rng = dp_seed_rng(1);
    scene.rules.kinds = (1u << DP_PERIOD_KINDS) - 1;
    scene.rules.closed_ms = INT64_MIN;
    dp_calendar_init(&scene.rules.calendar, "UTC");
    for (int step = 0; step < 600; step++) {
        uint32_t what = dp_rng_below(&scene.rng, 1000);
        if (what < 600)
            come();
        else if (what < 950)
            go();
        else if (what < 980)
            live_again();
        else if (what < 985)
            close_days();
        else
            expect_all();
    }
    expect_all();
    dp_periods_deinit(&scene.periods);
    dp_bundle_deinit(&scene.bundle);
}

static void periods_are_a_recount(void **state)
{
    (void)state;
    dp_for_seeds(60, any_life);
}

/* More of the greatest values go than are known: the maximum is told from its bucket. */
static void maxima_run_out(void **state)
{
    (void)state;
    struct dp_spread spread = {0};
    for (int64_t value = 1; value <= 1000; value++)
        dp_spread_put(&spread, value * 1000);
    for (int64_t value = 1000; value > 1000 - DP_SPREAD_TOPS; value--) {
        assert_int_equal(dp_spread_max(&spread), value * 1000);
        dp_spread_take(&spread, value * 1000);
    }
    int64_t wanted = (1000 - DP_SPREAD_TOPS) * 1000;
    assert_true(llabs(dp_spread_max(&spread) - wanted) <= wanted / 128);
    dp_spread_put(&spread, 2000000);
    assert_int_equal(dp_spread_max(&spread), 2000000);
    dp_spread_deinit(&spread);
}

static void extreme_values_do_not_decide(void **state)
{
    (void)state;
    static struct dp_spread_sum sum;
    struct dp_spread spread = {0};
    for (int i = 0; i < 98; i++)
        dp_spread_put(&spread, 100);
    dp_spread_put(&spread, 1);
    dp_spread_put(&spread, 1000000);
    dp_spread_sum_add(&sum, &spread);
    assert_true(dp_spread_sum_winsorised(&sum, 5, 95) == 100.0);
    assert_true(dp_spread_sum_winsorised(&sum, 0, 100) > 10000.0);
    const int64_t limits[] = {99, 100};
    uint64_t counts[3];
    dp_spread_sum_classes(&sum, limits, 2, counts);
    assert_int_equal(counts[0], 1);
    assert_int_equal(counts[1], 98);
    assert_int_equal(counts[2], 1);
    dp_spread_deinit(&spread);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(periods_are_a_recount, dp_seed_before, dp_seed_after),
        cmocka_unit_test(maxima_run_out),
        cmocka_unit_test(extreme_values_do_not_decide),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
