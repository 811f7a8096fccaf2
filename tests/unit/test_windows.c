/* The windows against a plain recount: random facts, orders and lengths, and every figure. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "windows_model.h"

/* ---------------------------------------------------------------- random facts */

static struct dp_fact random_fact(int64_t time_ms, int64_t value)
{
    struct dp_fact fact = {.time_ms = time_ms,
                           .kind = (uint64_t)chance(DP_FACT_KINDS) & 0xff,
                           .channel = (uint64_t)chance(DP_CHANNELS) & 0xff};
    switch (fact.kind) {
    case DP_FACT_RESPONSE:
        fact.value = value;
        fact.flags = value % 3 ? 0 : DP_FACT_IN_TARGET; /* the same for facts that are equal */
        break;
    case DP_FACT_ABANDON:
        fact.value = value;
        fact.flags = value < 5000 ? DP_FACT_SHORT : 0;
        break;
    case DP_FACT_REPLY:
        fact.value = value;
        break;
    case DP_FACT_HANDLE:
        fact.value = value;
        fact.hold_ms = value / 4 & 0xffffffff;
        fact.wrap_ms = value / 5 & 0xffffffff;
        break;
    case DP_FACT_OUTCOME:
        fact.flags = chance(3) ? DP_FACT_RESOLVED : 0;
        if (fact.flags && chance(4)) {
            fact.value = value;
            fact.flags |= DP_FACT_TIMED;
        }
        if (fact.flags && chance(2))
            fact.flags |= DP_FACT_FCR;
        break;
    case DP_FACT_RATING:
        fact.value = chance(100 * DP_SCORE_UNIT + 1);
        fact.flags = fact.value >= 80 * DP_SCORE_UNIT ? DP_FACT_SATISFIED : 0;
        break;
    case DP_FACT_QUALITY:
        fact.value = chance(100 * DP_SCORE_UNIT + 1);
        fact.flags = chance(5) ? 0 : DP_FACT_FATAL;
        break;
    default:
        break;
    }
    return fact;
}

enum shape { SHAPE_SPREAD, SHAPE_TINY, SHAPE_RISING, SHAPE_FALLING, SHAPES };

static int64_t random_value(enum shape shape, int64_t age_ms)
{
    switch (shape) {
    case SHAPE_TINY:
        return chance(4);
    case SHAPE_RISING:
        return INT64_C(1) << 40 > age_ms ? (INT64_C(1) << 40) - age_ms : 0;
    case SHAPE_FALLING:
        return age_ms > 0 ? age_ms : 0;
    default:
        return spread(INT64_C(1000000000));
    }
}

static struct dp_window_plan random_plan(size_t max_count)
{
    struct dp_window_plan plan = {.count = 1 + (size_t)chance((int64_t)max_count)};
    for (size_t i = 0; i < plan.count; i++) {
        bool again;
        do {
            plan.length_ms[i] = 1000 * (1 + spread(604800));
            again = false;
            for (size_t j = 0; j < i; j++)
                again |= plan.length_ms[j] == plan.length_ms[i];
        } while (again);
    }
    qsort(plan.length_ms, plan.count, sizeof *plan.length_ms, compare_values);
    return plan;
}

/* ---------------------------------------------------------------- random runs */

struct run {
    struct model model;
    struct dp_windows *windows;
    int64_t origin_ms, grain_ms;
    enum shape shape;
};

static void put_some(struct run *run, int64_t count)
{
    struct model *model = &run->model;
    int64_t span = model->plan.length_ms[chance((int64_t)model->plan.count)];
    for (int64_t i = 0; i < count; i++) {
        int64_t age = chance(8) ? chance(span + span / 8 + 1) : -spread(2 * span);
        int64_t time_ms = model->now_ms - age;
        time_ms -= time_ms % run->grain_ms;
        struct dp_fact fact = random_fact(
            time_ms, random_value(run->shape, run->origin_ms + 30 * 24 * HOUR - time_ms));
        model_put(model, &fact);
        dp_windows_put(run->windows, &fact);
    }
}

static void take_some(struct run *run, int64_t count)
{
    struct model *model = &run->model;
    for (int64_t i = 0; i < count && model->count > 0; i++) {
        size_t at = (size_t)chance((int64_t)model->count);
        if (run->shape == SHAPE_SPREAD && chance(3) == 0) /* seek out the greatest */
            for (size_t j = 0; j < model->count; j++)
                if (model->facts[j].value > model->facts[at].value)
                    at = j;
        struct dp_fact kept = model->facts[at], fact = kept;
        if (fact.kind == DP_FACT_RESPONSE && chance(2))
            fact.flags ^= DP_FACT_IN_TARGET;
        model_remove(model, at);
        dp_windows_take(run->windows, &fact);
        if (chance(4) == 0) { /* back again, or what a correction would put in its place */
            kept.time_ms += chance(2) ? 0 : chance(30000);
            model_put(model, &kept);
            dp_windows_put(run->windows, &kept);
        }
    }
}

static void advance_some(struct run *run)
{
    struct model *model = &run->model;
    int64_t t_ms = model->now_ms;
    switch (chance(5)) {
    case 0:
        t_ms += 1000;
        break;
    case 1:
        t_ms += 1000 * spread(longest(model) / 1000 + 2);
        break;
    case 2: /* to just where something happens, or the second before, where nothing does */
        if (model_next_change(model) != INT64_MAX)
            t_ms = model_next_change(model) - 1000 * chance(2);
        break;
    case 3:
        t_ms -= 1000 * chance(100);
        break;
    default:
        t_ms += 1000 * chance(60);
        break;
    }
    model_advance(model, t_ms);
    dp_windows_advance(run->windows, t_ms);
    if (!model->started)
        fail();
}

static void one_run(uint64_t number, int steps, int64_t batch)
{
    start_seed(number);
    int64_t origin = chance(10) ? INT64_C(1795341600000) : INT64_C(-62000000000) - chance(999);
    origin -= origin % 1000;
    struct run run = {
        .model = {.plan = random_plan(chance(8) ? 10 : DP_WINDOWS_MAX), .now_ms = origin},
        .origin_ms = origin,
        .shape = (enum shape)chance(SHAPES)};
    static const int64_t grains[] = {1, 1, 1000, 60000};
    run.grain_ms = grains[chance(4)];
    run.windows = dp_windows_create(&run.model.plan);
    struct model *model = &run.model;
    for (step = 1; step <= steps; step++) {
        switch (chance(8)) {
        case 0:
        case 1:
        case 2:
            put_some(&run, 1 + chance(batch));
            break;
        case 3:
        case 4:
            take_some(&run, 1 + chance(chance(6) ? 3 : batch));
            break;
        case 5:
            if (chance(4) == 0) {
                int64_t t_ms = model->now_ms + 1000 * (spread(longest(model) / 1000 + 1) - 5);
                model_trim(model, t_ms);
                dp_windows_trim(run.windows, t_ms);
            }
            break;
        default:
            advance_some(&run);
            break;
        }
        expect_marks(model, run.windows);
        if (chance(3) == 0)
            clear_marks(model, run.windows);
        for (int i = 0; i < 3; i++)
            expect_window(model, run.windows, (enum dp_channel)chance(DP_CHANNELS),
                          (size_t)chance((int64_t)model->plan.count));
    }
    expect_all(model, run.windows);

    dp_windows_clear_changed(run.windows, UINT32_MAX);
    dp_windows_mark_changed(run.windows);
    for (enum dp_channel channel = 1; channel < DP_CHANNELS; channel++)
        check_equal("mark", dp_windows_changed(run.windows, channel),
                    model->seen[channel] ? (1 << model->plan.count) - 1 : 0);

    while (model->count > 0) {
        struct dp_fact fact = model->facts[model->count - 1];
        model_remove(model, model->count - 1);
        dp_windows_take(run.windows, &fact);
    }
    check_equal("empty", dp_windows_empty(run.windows), true);
    check_equal("next change", dp_windows_next_change(run.windows), INT64_MAX);
    expect_all(model, run.windows);
    dp_windows_destroy(run.windows);
    free(model->facts);
}

static void test_random_small(void **state)
{
    (void)state;
    for (uint64_t number = 1; number <= 1200; number++)
        one_run(number, 40, 6);
}

static void test_random_medium(void **state)
{
    (void)state;
    for (uint64_t number = 10001; number <= 10060; number++)
        one_run(number, 40, 120);
}

static void test_random_large(void **state)
{
    (void)state;
    for (uint64_t number = 20001; number <= 20008; number++)
        one_run(number, 40, 1500);
}

/* ---------------------------------------------------------------- set cases */

static const struct dp_window_plan usual = {
    .count = 7, .length_ms = {60000, 300000, 900000, 1800000, HOUR, 8 * HOUR, 24 * HOUR}};

static const int64_t noon = INT64_C(1795341600000);

static struct dp_fact response(int64_t time_ms, int64_t value)
{
    return (struct dp_fact){
        .time_ms = time_ms, .value = value, .kind = DP_FACT_RESPONSE, .channel = DP_CHANNEL_VOICE};
}

static void test_edges_of_a_window(void **state)
{
    (void)state;
    struct dp_windows *windows = dp_windows_create(&usual);
    struct dp_fact fact = response(noon, 5);
    dp_windows_put(windows, &fact);
    assert_int_equal(dp_windows_count(windows, DP_CHANNEL_VOICE, 6), 0);
    assert_int_equal(dp_windows_changed(windows, DP_CHANNEL_NONE), 0);
    assert_int_equal(dp_windows_next_change(windows), noon);
    dp_windows_advance(windows, noon - 1000);
    assert_int_equal(dp_windows_count(windows, DP_CHANNEL_VOICE, 6), 0);
    dp_windows_advance(windows, noon);
    assert_int_equal(dp_windows_count(windows, DP_CHANNEL_VOICE, 0), 1);
    assert_int_equal(dp_windows_count(windows, DP_CHANNEL_CHAT, 0), 0);
    assert_int_equal(dp_windows_changed(windows, DP_CHANNEL_VOICE), 0x7f);
    dp_windows_clear_changed(windows, UINT32_MAX);
    dp_windows_advance(windows, noon + 59000);
    assert_int_equal(dp_windows_changed(windows, DP_CHANNEL_NONE), 0);
    assert_int_equal(dp_windows_next_change(windows), noon + 60000);
    dp_windows_advance(windows, noon + 60000);
    assert_int_equal(dp_windows_count(windows, DP_CHANNEL_NONE, 0), 0);
    assert_int_equal(dp_windows_count(windows, DP_CHANNEL_NONE, 1), 1);
    assert_int_equal(dp_windows_changed(windows, DP_CHANNEL_NONE), 0x01);
    dp_windows_clear_changed(windows, UINT32_MAX);
    dp_windows_advance(windows, noon + 24 * HOUR);
    assert_int_equal(dp_windows_changed(windows, DP_CHANNEL_NONE), 0x7e);
    assert_true(dp_windows_empty(windows));
    dp_windows_put(windows, &fact);
    dp_windows_take(windows, &fact);
    assert_true(dp_windows_empty(windows));
    assert_int_equal(dp_windows_next_change(windows), INT64_MAX);
    dp_windows_destroy(windows);
    dp_windows_destroy(NULL);
}

static void test_target_of_the_stored_fact_counts(void **state)
{
    (void)state;
    struct dp_windows *windows = dp_windows_create(&usual);
    struct dp_figures figures;
    struct dp_totals totals;
    struct dp_fact fact = response(noon, 5), other = response(noon, 6);
    dp_windows_advance(windows, noon);
    fact.flags = DP_FACT_IN_TARGET;
    dp_windows_put(windows, &fact);
    dp_windows_put(windows, &other);
    fact.flags = 0;
    dp_windows_take(windows, &fact);
    dp_windows_figures(windows, DP_CHANNEL_NONE, 0, &totals, &figures);
    assert_int_equal(figures.value[DP_FIGURE_SERVICE_LEVEL], 0);
    assert_int_equal(figures.value[DP_FIGURE_RESPONSES], 1);
    dp_windows_destroy(windows);
}

/* Whatever the order of arrival, and whenever T moved: the same figures, to the last digit. */
static void test_order_of_arrival(void **state)
{
    (void)state;
    enum { COUNT = 6000 };
    start_seed(7);
    struct dp_fact *facts = dp_xmalloc(COUNT * sizeof *facts);
    for (int i = 0; i < COUNT; i++)
        facts[i] = random_fact(noon - chance(25 * HOUR) + HOUR / 2, spread(10000000));
    struct dp_windows *late = dp_windows_create(&usual), *live = dp_windows_create(&usual);
    for (int i = 0; i < COUNT; i++)
        dp_windows_put(late, &facts[i]);
    dp_windows_trim(late, noon);
    dp_windows_advance(late, noon);

    for (int i = COUNT; i-- > 1;) {
        int j = (int)chance(i + 1);
        struct dp_fact fact = facts[i];
        facts[i] = facts[j];
        facts[j] = fact;
    }
    struct dp_figures figures, other;
    struct dp_totals totals;
    for (int i = 0; i < COUNT; i++) {
        dp_windows_put(live, &facts[i]);
        if (i % 100 == 0) {
            dp_windows_advance(live, noon - HOUR + (int64_t)i * 600);
            dp_windows_figures(live, DP_CHANNEL_NONE, (size_t)chance(7), &totals, &figures);
        }
        if (i % 3 == 0) {
            dp_windows_take(live, &facts[i]);
            dp_windows_put(live, &facts[i]);
        }
    }
    dp_windows_advance(live, noon);
    for (enum dp_channel channel = 0; channel < DP_CHANNELS; channel++)
        for (size_t window = 0; window < usual.count; window++) {
            memset(&figures, 0, sizeof figures);
            memset(&other, 0, sizeof other);
            dp_windows_figures(late, channel, window, &totals, &figures);
            dp_windows_figures(live, channel, window, &totals, &other);
            assert_memory_equal(&figures, &other, sizeof figures);
        }
    dp_windows_destroy(late);
    dp_windows_destroy(live);
    free(facts);
}

/* A busy scope, live for a while: 100,000 facts in 24 hours. */
static void test_heavy(void **state)
{
    (void)state;
    enum { COUNT = 100000 };
    start_seed(8);
    struct model model = {.plan = usual, .now_ms = noon};
    struct dp_windows *windows = dp_windows_create(&model.plan);
    for (int i = 0; i < COUNT; i++) {
        struct dp_fact fact = random_fact(
            noon - 24 * HOUR + i * (24 * HOUR / COUNT) - chance(60000), spread(100000000));
        model_put(&model, &fact);
        dp_windows_put(windows, &fact);
    }
    model_advance(&model, noon);
    dp_windows_advance(windows, noon);
    for (size_t window = 0; window < usual.count; window++)
        expect_window(&model, windows, DP_CHANNEL_NONE, window);
    for (step = 1; step <= 6; step++) {
        for (int i = 0; i < 200; i++) {
            struct dp_fact fact = random_fact(model.now_ms - chance(60000), spread(100000000));
            model_put(&model, &fact);
            dp_windows_put(windows, &fact);
        }
        model_advance(&model, model.now_ms + 7000 * step);
        dp_windows_advance(windows, model.now_ms);
        expect_window(&model, windows, (enum dp_channel)chance(DP_CHANNELS), 6);
        expect_window(&model, windows, DP_CHANNEL_NONE, (size_t)chance(7));
    }
    dp_windows_advance(windows, noon + 48 * HOUR);
    assert_true(dp_windows_empty(windows));
    dp_windows_destroy(windows);
    free(model.facts);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_edges_of_a_window),
        cmocka_unit_test(test_target_of_the_stored_fact_counts),
        cmocka_unit_test(test_random_small),
        cmocka_unit_test(test_random_medium),
        cmocka_unit_test(test_random_large),
        cmocka_unit_test(test_order_of_arrival),
        cmocka_unit_test(test_heavy),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
