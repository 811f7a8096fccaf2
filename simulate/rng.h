/* Random numbers that are the same on every machine: xoshiro256** (Blackman, Vigna 2018), seeded by
 * splitmix64, and integer arithmetic only. Thread: one generator belongs to one thread. */
#ifndef DP_SIMULATE_RNG_H
#define DP_SIMULATE_RNG_H

#include <stdbool.h>
#include <stdint.h>

struct dp_rng {
    uint64_t s[4];
};

/* `stream` gives independent generators for one seed. */
void dp_rng_init(struct dp_rng *rng, uint64_t seed, uint64_t stream);

uint64_t dp_rng_next(struct dp_rng *rng);

/* 0 to n - 1; n > 0. */
uint32_t dp_rng_below(struct dp_rng *rng, uint32_t n);

/* low to high, both included; low <= high, high - low < 2^32 - 1. */
int64_t dp_rng_between(struct dp_rng *rng, int64_t low, int64_t high);

/* True with a probability of `permille` / 1000. */
bool dp_rng_chance(struct dp_rng *rng, uint32_t permille);

/* Exponential with that mean, in the unit of the mean; 0 <= mean < 2^40. */
int64_t dp_rng_exp(struct dp_rng *rng, int64_t mean);

/* Gamma of shape 2 with that mean: no very short values and a long tail, as handling times are. */
int64_t dp_rng_gamma(struct dp_rng *rng, int64_t mean);

#endif
