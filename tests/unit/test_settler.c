/* The settler against settling at once: the same windows and periods, whatever is handed over, and
 * whenever it is waited for. */
#include "aggregator/settler.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "aggregator/period_record.h"
#include "seeds.h"

#define MINUTE INT64_C(60000)
#define NOON   INT64_C(1764158400000) /* 2025-11-26T12:00:00Z */

enum { SCOPES = 5, STEPS = 4000 };

static const struct dp_window_plan plan = {3, {MINUTE, 60 * MINUTE, 1440 * MINUTE}};

static unsigned handed_over; /* over all seeds */

/* The same facts come to both of a pair. */
struct pair {
    struct dp_scope *aside, *at_once;
    struct dp_fact facts[STEPS]; /* that are there */
    size_t count;
};

static struct pair pairs[SCOPES]; /* large */

static struct dp_fact some_fact(struct dp_rng *rng)
{
    return (struct dp_fact){
        .time_ms = NOON - dp_rng_between(rng, 0, 1500) * MINUTE,
        .value = dp_rng_between(rng, 0, 100000),
        .kind = dp_rng_chance(rng, 500) ? DP_FACT_RESPONSE : DP_FACT_HANDLE,
        .channel = DP_CHANNEL_VOICE,
    };
}

/* A new fact, or one of before that is taken back. */
static void tell(struct pair *pair, struct dp_rng *rng)
{
    struct dp_fact fact;
    int sign = pair->count && dp_rng_chance(rng, 300) ? -1 : +1;
    if (sign > 0) {
        fact = some_fact(rng);
        pair->facts[pair->count++] = fact;
    } else {
        size_t which = dp_rng_below(rng, (uint32_t)pair->count);
        fact = pair->facts[which];
        pair->facts[which] = pair->facts[--pair->count];
    }
    dp_bundle_add(&pair->aside->bundle, sign, &fact, DP_TO_WINDOWS | DP_TO_PERIODS);
    dp_bundle_add(&pair->at_once->bundle, sign, &fact, DP_TO_WINDOWS | DP_TO_PERIODS);
}

static void assert_same(const struct pair *pair)
{
    struct dp_windows *aside = pair->aside->windows, *at_once = pair->at_once->windows;
    struct dp_period_bytes one = {0}, other = {0};
    for (size_t window = 0; window < plan.count; window++) {
        struct dp_totals is, should;
        struct dp_figures figures;
        dp_windows_figures(aside, DP_CHANNEL_NONE, window, &is, &figures);
        dp_windows_figures(at_once, DP_CHANNEL_NONE, window, &should, &figures);
        assert_memory_equal(&is, &should, sizeof is);
    }
    assert_int_equal(dp_windows_next_change(aside), dp_windows_next_change(at_once));
    dp_period_record_write(&one, &pair->aside->periods);
    dp_period_record_write(&other, &pair->at_once->periods);
    assert_int_equal(one.len, other.len);
    assert_memory_equal(one.bytes, other.bytes, one.len);
    dp_period_bytes_deinit(&one);
    dp_period_bytes_deinit(&other);
}

static void settle_at_once(struct dp_scope *scope, struct dp_period_rules *rules,
                           int64_t earliest_ms)
{
    dp_bundle_settle(&scope->bundle, scope->windows, &scope->periods, rules, earliest_ms);
    dp_bundle_clear(&scope->bundle);
}

static void make_pairs(struct dp_scopes *scopes)
{
    for (uint32_t i = 0; i < SCOPES; i++) {
        bool made;
        struct dp_str id = dp_str_from("id");
        pairs[i].count = 0;
        pairs[i].aside = dp_scopes_get(scopes, DP_SCOPE_AGENT, id, 2 * i, &made);
        pairs[i].at_once = dp_scopes_get(scopes, DP_SCOPE_TEAM, id, 2 * i + 1, &made);
    }
}

static void any_order_of_events(void)
{
    struct dp_rng rng = dp_seed_rng(1);
    struct dp_period_rules rules = {.kinds = 1u << DP_PERIOD_DAY | 1u << DP_PERIOD_MONTH,
                                    .closed_ms = INT64_MIN};
    struct dp_scopes scopes;
    dp_calendar_init(&rules.calendar, "UTC");
    dp_scopes_init(&scopes, &plan);
    scopes.now_ms = NOON;
    make_pairs(&scopes);
    struct dp_settler *settler = dp_settler_create(&rules);
    assert_non_null(settler);
    int64_t earliest_ms = NOON;
    for (int step = 0; step < STEPS; step++) {
        struct pair *pair = &pairs[dp_rng_below(&rng, SCOPES)];
        tell(pair, &rng);
        if (dp_bundle_full(&pair->aside->bundle)) {
            dp_settler_hand_over(settler, pair->aside, earliest_ms, rules.closed_ms);
            assert_true(dp_bundle_empty(&pair->aside->bundle));
            settle_at_once(pair->at_once, &rules, earliest_ms);
            handed_over++;
        }
        if (dp_rng_chance(&rng, 1)) { /* a moment passes: old facts go, a day is closed */
            earliest_ms += 5 * MINUTE;
            rules.closed_ms = NOON - 720 * MINUTE;
        }
        if (dp_rng_chance(&rng, 10)) {
            dp_settler_await(settler, pair->aside);
            assert_same(pair);
        }
    }
    if (dp_rng_chance(&rng, 500))
        dp_settler_await_all(settler);
    dp_settler_destroy(settler); /* what was handed over is settled in any case */
    for (size_t i = 0; i < SCOPES; i++) {
        settle_at_once(pairs[i].aside, &rules, earliest_ms);
        settle_at_once(pairs[i].at_once, &rules, earliest_ms);
        assert_same(&pairs[i]);
    }
    dp_scopes_deinit(&scopes);
}

static void test_same_as_at_once(void **state)
{
    (void)state;
    dp_for_seeds(30, any_order_of_events);
    assert_true(handed_over > 30);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_same_as_at_once, dp_seed_before, dp_seed_after),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
