#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "common/heap.h"
#include "simulate/rng.h"

static void empty(void **state)
{
    (void)state;
    struct dp_heap heap = {0};
    struct dp_heap_node node = {.at = DP_HEAP_OUT};
    assert_null(dp_heap_first(&heap));
    dp_heap_remove(&heap, &node);
    assert_int_equal(node.at, DP_HEAP_OUT);
    dp_heap_deinit(&heap);
}

static void smallest_first(void **state)
{
    (void)state;
    const int64_t keys[] = {5, 3, INT64_MAX, 8, INT64_MIN, 3, 0};
    const int64_t sorted[] = {INT64_MIN, 0, 3, 3, 5, 8, INT64_MAX};
    struct dp_heap heap = {0};
    struct dp_heap_node nodes[7];
    for (size_t i = 0; i < 7; i++) {
        nodes[i].at = DP_HEAP_OUT;
        dp_heap_set(&heap, &nodes[i], keys[i]);
    }
    for (size_t i = 0; i < 7; i++) {
        struct dp_heap_node *first = dp_heap_first(&heap);
        assert_int_equal(first->key, sorted[i]);
        dp_heap_remove(&heap, first);
        assert_int_equal(first->at, DP_HEAP_OUT);
    }
    assert_null(dp_heap_first(&heap));
    dp_heap_deinit(&heap);
}

static void moves_what_is_in(void **state)
{
    (void)state;
    struct dp_heap heap = {0};
    struct dp_heap_node a = {.at = DP_HEAP_OUT}, b = {.at = DP_HEAP_OUT};
    dp_heap_set(&heap, &a, 1);
    dp_heap_set(&heap, &b, 2);
    dp_heap_set(&heap, &a, 3);
    assert_int_equal(heap.count, 2);
    assert_ptr_equal(dp_heap_first(&heap), &b);
    dp_heap_set(&heap, &a, 0);
    assert_ptr_equal(dp_heap_first(&heap), &a);
    dp_heap_deinit(&heap);
}

struct owner {
    int before;
    struct dp_heap_node node;
};

static void finds_the_owner(void **state)
{
    (void)state;
    struct owner owner = {0};
    assert_ptr_equal(dp_owner_of(&owner.node, struct owner, node), &owner);
}

/* Against a plain search: after any mix of setting and removing, the first is the least. */
static void any_mix(void **state)
{
    (void)state;
    enum { NODES = 60, STEPS = 20000 };
    struct dp_heap heap = {0};
    struct dp_heap_node nodes[NODES];
    struct dp_rng rng;
    dp_rng_init(&rng, 1, 0);
    for (size_t i = 0; i < NODES; i++)
        nodes[i].at = DP_HEAP_OUT;
    for (int step = 0; step < STEPS; step++) {
        struct dp_heap_node *node = &nodes[dp_rng_below(&rng, NODES)];
        if (dp_rng_chance(&rng, 400))
            dp_heap_remove(&heap, node);
        else
            dp_heap_set(&heap, node, dp_rng_between(&rng, -20, 20));
        size_t count = 0;
        int64_t least = INT64_MAX;
        for (size_t i = 0; i < NODES; i++) {
            if (nodes[i].at == DP_HEAP_OUT)
                continue;
            count++;
            assert_ptr_equal(heap.nodes[nodes[i].at], &nodes[i]);
            least = nodes[i].key < least ? nodes[i].key : least;
        }
        assert_int_equal(heap.count, count);
        if (count)
            assert_int_equal(dp_heap_first(&heap)->key, least);
        else
            assert_null(dp_heap_first(&heap));
    }
    dp_heap_deinit(&heap);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(empty),
        cmocka_unit_test(smallest_first),
        cmocka_unit_test(moves_what_is_in),
        cmocka_unit_test(finds_the_owner),
        cmocka_unit_test(any_mix),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
