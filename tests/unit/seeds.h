/* Runs a property over many seeds and says which one it failed for. DP_TEST_SEED=N runs that one
 * alone. */
#ifndef DP_SEEDS_H
#define DP_SEEDS_H

#include <stdint.h>

#include "simulate/rng.h"

extern uint64_t dp_seed; /* the one at hand */

/* Calls the property for seeds 1 to `count`. */
void dp_for_seeds(uint64_t count, void (*property)(void));

/* Random numbers of the seed at hand; each `stream` gives others. */
struct dp_rng dp_seed_rng(uint64_t stream);

/* Setup and teardown of every test that uses dp_for_seeds. */
int dp_seed_before(void **state);
int dp_seed_after(void **state);

#endif
