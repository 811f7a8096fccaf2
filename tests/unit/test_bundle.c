/* Bundles against a plain list: what is in one, taken together, is what was told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "aggregator/bundle.h"
#include "seeds.h"

enum { KINDS = 5, TELLINGS = 400 };

static unsigned full_ones;

static struct dp_fact fact_of(unsigned which)
{
    return (struct dp_fact){.time_ms = 1000 + which % 2,
                            .value = 7,
                            .kind = DP_FACT_RESPONSE,
                            .flags = which > 2 ? DP_FACT_IN_TARGET : 0,
                            .channel = which > 3 ? DP_CHANNEL_CHAT : DP_CHANNEL_VOICE};
}

/* Of each fact and destination how many came less how many went. */
struct balance {
    int of[KINDS + 1][4];
};

static unsigned which_of(const struct dp_fact *fact)
{
    for (unsigned which = 1; which <= KINDS; which++) {
        struct dp_fact one = fact_of(which);
        if (dp_fact_equal(fact, &one))
            return which;
    }
    fail_msg("a fact that nobody told");
    return 0;
}

static void settle(struct dp_bundle *bundle, struct balance *settled)
{
    for (unsigned at = 0; at < bundle->count; at++) {
        unsigned to = (bundle->to_windows >> at & 1 ? DP_TO_WINDOWS : 0) |
                      (bundle->to_periods >> at & 1 ? DP_TO_PERIODS : 0);
        int *balance = &settled->of[which_of(&bundle->facts[at])][to];
        *balance += dp_bundle_sign(bundle, at);
        assert_true(*balance >= 0); /* nothing goes before it came */
    }
    dp_bundle_clear(bundle);
}

static void any_telling(void)
{
    struct dp_rng rng = dp_seed_rng(1);
    struct dp_bundle bundle = {0};
    struct balance told = {0}, settled = {0};
    unsigned one_in = 2 + dp_rng_below(&rng, 9); /* is taken back: so that some bundles get full */
    for (int i = 0; i < TELLINGS; i++) {
        unsigned which = 1 + dp_rng_below(&rng, KINDS), to = 1 + dp_rng_below(&rng, 3);
        struct dp_fact fact = fact_of(which);
        int sign = told.of[which][to] > 0 && !dp_rng_below(&rng, one_in) ? -1 : 1;
        if (dp_bundle_full(&bundle)) {
            settle(&bundle, &settled);
            full_ones++;
        }
        unsigned before = bundle.count;
        dp_bundle_add(&bundle, sign, &fact, to);
        assert_true(bundle.count == before + 1 || (sign < 0 && bundle.count == before - 1));
        told.of[which][to] += sign;
    }
    settle(&bundle, &settled);
    assert_true(dp_bundle_empty(&bundle));
    assert_memory_equal(&settled, &told, sizeof told);
    dp_bundle_deinit(&bundle);
}

static void a_bundle_is_what_was_told(void **state)
{
    (void)state;
    dp_for_seeds(100, any_telling);
    assert_true(full_ones > 0);
}

static void what_comes_and_goes_is_not_there(void **state)
{
    (void)state;
    struct dp_bundle bundle = {0};
    struct dp_fact one = fact_of(1), other = fact_of(4);
    dp_bundle_add(&bundle, +1, &one, DP_TO_WINDOWS | DP_TO_PERIODS);
    dp_bundle_add(&bundle, +1, &other, DP_TO_WINDOWS | DP_TO_PERIODS);
    dp_bundle_add(&bundle, -1, &one, DP_TO_WINDOWS | DP_TO_PERIODS);
    assert_int_equal(bundle.count, 1);
    assert_true(dp_fact_equal(&bundle.facts[0], &other));
    assert_int_equal(bundle.to_windows, 1);
    dp_bundle_add(&bundle, -1, &other, DP_TO_WINDOWS); /* goes elsewhere: another one */
    assert_int_equal(bundle.count, 2);
    assert_int_equal(bundle.taken, 2);
    dp_bundle_deinit(&bundle);
}

/* A full one is likely to fill again; one that was read before keeps no unusual memory. */
static void unusual_memory_is_given_back(void **state)
{
    (void)state;
    struct dp_bundle bundle = {0};
    struct dp_fact fact = fact_of(1);
    while (!dp_bundle_full(&bundle))
        dp_bundle_add(&bundle, +1, &fact, DP_TO_WINDOWS);
    dp_bundle_clear(&bundle);
    assert_int_equal(bundle.capacity, DP_BUNDLE_FACTS);
    dp_bundle_add(&bundle, +1, &fact, DP_TO_WINDOWS);
    dp_bundle_clear(&bundle);
    assert_int_equal(bundle.capacity, 0);
    assert_null(bundle.facts);
    for (int i = 0; i < 5; i++)
        dp_bundle_add(&bundle, +1, &fact, DP_TO_WINDOWS);
    dp_bundle_clear(&bundle);
    assert_int_equal(bundle.capacity, 8);
    dp_bundle_deinit(&bundle);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_bundle_is_what_was_told, dp_seed_before, dp_seed_after),
        cmocka_unit_test(what_comes_and_goes_is_not_there),
        cmocka_unit_test(unusual_memory_is_given_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
