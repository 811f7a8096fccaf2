#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "common/index.h"
#include "simulate/rng.h"

struct thing {
    uint64_t hash;
    int in; /* how often the walk over its hash must meet it: 0 or 1 */
};

/* How often a walk over the hash of `thing` meets it. */
static int met(const struct dp_index *index, const struct thing *thing)
{
    int count = 0;
    for (void **slot = dp_index_first(index, thing->hash); slot;
         slot = dp_index_next(index, thing->hash, slot))
        count += *slot == thing;
    return count;
}

static void empty(void **state)
{
    (void)state;
    struct dp_index index = {0};
    assert_null(dp_index_first(&index, 0));
    assert_null(dp_index_first(&index, UINT64_MAX));
    dp_index_deinit(&index);
}

/* Things of one hash are all met; those that only share a place in the table are not. */
static void one_hash(void **state)
{
    (void)state;
    struct dp_index index = {0};
    struct thing things[] = {{7, 0}, {7, 0}, {7 + (UINT64_C(1) << 40), 0}, {7, 0}};
    for (size_t i = 0; i < 4; i++)
        dp_index_add(&index, things[i].hash, &things[i]);
    int count = 0;
    for (void **slot = dp_index_first(&index, 7); slot; slot = dp_index_next(&index, 7, slot))
        count++;
    assert_int_equal(count, 3);
    dp_index_remove(&index, 7, &things[0]);
    assert_int_equal(met(&index, &things[0]), 0);
    for (size_t i = 1; i < 4; i++)
        assert_int_equal(met(&index, &things[i]), 1);
    dp_index_deinit(&index);
}

/* The run of slots goes over the end of the table: closing a hole must mind that. */
static void around_the_end(void **state)
{
    (void)state;
    enum { THINGS = 6 };
    for (int removed = 0; removed < THINGS; removed++) {
        struct dp_index index = {0};
        struct thing things[THINGS];
        for (size_t i = 0; i < THINGS; i++) {
            things[i].hash = 13 + i % 4; /* places 13, 14, 15 and 0 of 16 */
            dp_index_add(&index, things[i].hash, &things[i]);
        }
        dp_index_remove(&index, things[removed].hash, &things[removed]);
        for (int i = 0; i < THINGS; i++)
            assert_int_equal(met(&index, &things[i]), i != removed);
        dp_index_deinit(&index);
    }
}

static void gives_memory_back(void **state)
{
    (void)state;
    enum { THINGS = 5000 };
    static struct thing things[THINGS];
    struct dp_index index = {0};
    for (size_t i = 0; i < THINGS; i++) {
        things[i].hash = i * UINT64_C(0x9E3779B97F4A7C15);
        dp_index_add(&index, things[i].hash, &things[i]);
    }
    assert_true(index.capacity >= 2 * THINGS);
    for (size_t i = 0; i < THINGS; i++)
        dp_index_remove(&index, things[i].hash, &things[i]);
    assert_int_equal(index.count, 0);
    assert_true(index.capacity <= 16);
    dp_index_deinit(&index);
}

/* Hashes that collide a lot, any mix of adding and removing. */
static void any_mix(void **state)
{
    (void)state;
    enum { THINGS = 200, STEPS = 20000 };
    struct thing things[THINGS];
    struct dp_index index = {0};
    struct dp_rng rng;
    dp_rng_init(&rng, 1, 0);
    for (size_t i = 0; i < THINGS; i++)
        things[i] = (struct thing){dp_rng_next(&rng) & 0xf0f, 0};
    for (int step = 0; step < STEPS; step++) {
        uint32_t limit = step / 4000 % 2 ? 20 : THINGS; /* full for a while, then nearly empty */
        struct thing *thing = &things[dp_rng_below(&rng, THINGS)];
        if (thing->in) {
            dp_index_remove(&index, thing->hash, thing);
            thing->in = 0;
        } else if (index.count < limit) {
            dp_index_add(&index, thing->hash, thing);
            thing->in = 1;
        }
        const struct thing *asked = &things[dp_rng_below(&rng, THINGS)];
        assert_int_equal(met(&index, asked), asked->in);
    }
    for (size_t i = 0; i < THINGS; i++)
        assert_int_equal(met(&index, &things[i]), things[i].in);
    dp_index_deinit(&index);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(empty),          cmocka_unit_test(one_hash),
        cmocka_unit_test(around_the_end), cmocka_unit_test(gives_memory_back),
        cmocka_unit_test(any_mix),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
