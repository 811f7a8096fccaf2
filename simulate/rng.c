#include "simulate/rng.h"

/* ln 2 as a fraction of 2^32. */
#define LN2 UINT64_C(2977044472)

static uint64_t splitmix(uint64_t *x)
{
    uint64_t z = (*x += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

void dp_rng_init(struct dp_rng *rng, uint64_t seed, uint64_t stream)
{
    uint64_t x = seed;
    x = splitmix(&x) ^ stream;
    for (int i = 0; i < 4; i++)
        rng->s[i] = splitmix(&x);
}

static uint64_t rotate(uint64_t x, int k)
{
    return (x << k) | (x >> (64 - k));
}

uint64_t dp_rng_next(struct dp_rng *rng)
{
    uint64_t *s = rng->s;
    uint64_t result = rotate(s[1] * 5, 7) * 9;
    uint64_t t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotate(s[3], 45);
    return result;
}

uint32_t dp_rng_below(struct dp_rng *rng, uint32_t n)
{
    return (uint32_t)(((dp_rng_next(rng) >> 32) * n) >> 32);
}

int64_t dp_rng_between(struct dp_rng *rng, int64_t low, int64_t high)
{
    return low + dp_rng_below(rng, (uint32_t)(high - low + 1));
}

bool dp_rng_chance(struct dp_rng *rng, uint32_t permille)
{
    return dp_rng_below(rng, 1000) < permille;
}

/* -log2(u / 2^64) for u > 0, as a fraction of 2^20: the whole part from the leading zeros, the rest
 * bit by bit by squaring the mantissa. libm's log() may differ in the last bit between machines. */
static uint64_t negative_log2(uint64_t u)
{
    int zeros = __builtin_clzll(u);
    uint64_t m = (u << zeros) >> 32; /* 1 <= m / 2^31 < 2 */
    uint64_t frac = 0;
    for (int i = 0; i < 20; i++) {
        m = (m * m) >> 31;
        frac <<= 1;
        if (m >> 32) {
            m >>= 1;
            frac |= 1;
        }
    }
    return ((uint64_t)(zeros + 1) << 20) - frac;
}

int64_t dp_rng_exp(struct dp_rng *rng, int64_t mean)
{
    /* Below 2^26, so that the product with the mean, less its last two bits, fits in 64 bits. */
    uint64_t e = (negative_log2(dp_rng_next(rng) | 1) * LN2) >> 32;
    return (int64_t)(((uint64_t)mean * (e >> 2)) >> 18);
}

int64_t dp_rng_gamma(struct dp_rng *rng, int64_t mean)
{
    int64_t half = dp_rng_exp(rng, mean / 2); /* a statement of its own: the order must not vary */
    return half + dp_rng_exp(rng, mean - mean / 2);
}
