/* The traces of a customer, against a plain array. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "aggregator/trail.h"
#include "seeds.h"

#define MOST 400

/* What a trail is to hold. Contacts are places in `names`: a trail does not look into them. */
struct model {
    struct dp_trace items[MOST];
    size_t count;
};

static char names[8];

static struct dp_contact *contact(size_t number)
{
    return (struct dp_contact *)(void *)&names[number];
}

static void put(struct model *model, struct dp_trace trace)
{
    size_t at = model->count++;
    for (; at > 0 && model->items[at - 1].time_ms > trace.time_ms; at--)
        model->items[at] = model->items[at - 1];
    model->items[at] = trace;
}

static void take_at(struct model *model, size_t at)
{
    for (model->count--; at < model->count; at++)
        model->items[at] = model->items[at + 1];
}

static void take(struct model *model, struct dp_trace trace)
{
    for (size_t at = model->count; at-- > 0;)
        if (model->items[at].time_ms == trace.time_ms &&
            model->items[at].contact == trace.contact) {
            take_at(model, at);
            return;
        }
}

static void forget(struct model *model, int64_t before_ms)
{
    while (model->count && model->items[0].time_ms < before_ms)
        take_at(model, 0);
}

static void assert_same(const struct dp_trail *trail, const struct model *model)
{
    struct dp_traces traces = dp_trail_traces(trail);
    assert_int_equal(traces.count, model->count);
    for (size_t i = 0; i < model->count; i++) {
        assert_int_equal(traces.items[i].time_ms, model->items[i].time_ms);
        assert_ptr_equal(traces.items[i].contact, model->items[i].contact);
    }
    assert_int_equal(dp_trail_last_ms(trail),
                     model->count ? model->items[model->count - 1].time_ms : INT64_MIN);
    /* What has its room in the trail itself needs no other; lists do not grow with what has left.
     */
    bool many = trail->how == DP_TRAIL_MANY;
    assert_int_equal(many, model->count > 1);
    if (many)
        assert_true(trail->list->first <= model->count);
}

static void assert_until(const struct dp_trail *trail, const struct model *model, int64_t time_ms)
{
    size_t count = 0;
    while (count < model->count && model->items[count].time_ms <= time_ms)
        count++;
    assert_int_equal(dp_traces_until(dp_trail_traces(trail), time_ms), count);
}

/* Any mix of what can be done, with many traces and with few: the times at hand go on, and the
 * traces before them are forgotten now and then. */
static void any_mix(void)
{
    struct dp_rng rng = dp_seed_rng(1);
    struct dp_trail trail = {0};
    struct model model = {0};
    uint32_t puts = 350 + dp_rng_below(&rng, 300), forgets = dp_rng_below(&rng, 60);
    int64_t span = 1 + dp_rng_below(&rng, 60);
    for (int64_t step = 0; step < 3000; step++) {
        int64_t now = step / 8;
        struct dp_trace trace = {now - dp_rng_between(&rng, 0, span),
                                 contact(dp_rng_below(&rng, sizeof names))};
        if (dp_rng_chance(&rng, forgets)) {
            forget(&model, trace.time_ms);
            dp_trail_forget(&trail, trace.time_ms);
        } else if (model.count < MOST && dp_rng_chance(&rng, puts)) {
            put(&model, trace);
            dp_trail_put(&trail, trace);
        } else {
            if (model.count && dp_rng_chance(&rng, 700)) /* one that is there */
                trace = model.items[dp_rng_below(&rng, (uint32_t)model.count)];
            take(&model, trace);
            dp_trail_take(&trail, trace);
        }
        assert_same(&trail, &model);
        assert_until(&trail, &model, now - dp_rng_between(&rng, -1, span + 1));
    }
    dp_trail_deinit(&trail);
    assert_same(&trail, &(struct model){0});
}

static void is_what_a_plain_array_is(void **state)
{
    (void)state;
    dp_for_seeds(40, any_mix);
}

/* Of the times that mean something elsewhere. */
static void any_time(void **state)
{
    (void)state;
    const int64_t times[] = {0, -1, INT64_MIN + 1, INT64_MAX};
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
        struct dp_trail trail = {0};
        struct model model = {0};
        struct dp_trace trace = {times[i], contact(0)};
        put(&model, trace);
        dp_trail_put(&trail, trace);
        assert_same(&trail, &model);
        dp_trail_forget(&trail, times[i]);
        assert_same(&trail, &model);
        dp_trail_take(&trail, (struct dp_trace){times[i], contact(1)});
        assert_same(&trail, &model);
        dp_trail_take(&trail, trace);
        assert_same(&trail, &(struct model){0});
        dp_trail_deinit(&trail);
    }
}

/* An id that very many contacts share, which leave in the order in which they came: the list stays
 * as long as the most that were there at once ask for. */
static void room_is_bounded(void **state)
{
    (void)state;
    enum { AT_ONCE = 100 };
    struct dp_trail trail = {0};
    for (int64_t ms = 0; ms < 100000; ms++) {
        dp_trail_put(&trail, (struct dp_trace){ms, contact(0)});
        if (ms % 2)
            dp_trail_forget(&trail, ms - AT_ONCE);
        else
            dp_trail_take(&trail, (struct dp_trace){ms - AT_ONCE, contact(0)});
    }
    assert_true(trail.list->capacity <= 4 * AT_ONCE);
    dp_trail_deinit(&trail);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(is_what_a_plain_array_is, dp_seed_before, dp_seed_after),
        cmocka_unit_test(any_time),
        cmocka_unit_test(room_is_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
