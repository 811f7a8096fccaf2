#include "seeds.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

uint64_t dp_seed;
static bool done;

void dp_for_seeds(uint64_t count, void (*property)(void))
{
    const char *only = getenv("DP_TEST_SEED");
    dp_seed = only ? strtoull(only, NULL, 10) : 1;
    for (uint64_t last = only ? dp_seed : count; dp_seed <= last; dp_seed++)
        property();
    done = true;
}

struct dp_rng dp_seed_rng(uint64_t stream)
{
    struct dp_rng rng;
    dp_rng_init(&rng, dp_seed, stream);
    return rng;
}

int dp_seed_before(void **state)
{
    (void)state;
    done = false;
    return 0;
}

int dp_seed_after(void **state)
{
    (void)state;
    if (!done)
        print_error("this was DP_TEST_SEED=%llu\n", (unsigned long long)dp_seed);
    return 0;
}
