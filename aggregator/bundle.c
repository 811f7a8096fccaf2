#include "aggregator/bundle.h"

#include <stdlib.h>

#include "common/memory.h"

#define FIRST_CAPACITY 4

/* Of what comes between two flushes; a backlog, with few of them, fills bundle after bundle. */
#define USUAL_CAPACITY 16

void dp_bundle_deinit(struct dp_bundle *bundle)
{
    free(bundle->facts);
    *bundle = (struct dp_bundle){0};
}

void dp_bundle_clear(struct dp_bundle *bundle)
{
    if (bundle->capacity > USUAL_CAPACITY && !dp_bundle_full(bundle))
        dp_bundle_deinit(bundle);
    bundle->count = 0;
    bundle->taken = bundle->to_windows = bundle->to_periods = 0;
}

static unsigned destination(const struct dp_bundle *bundle, unsigned at)
{
    return (bundle->to_windows >> at & 1 ? DP_TO_WINDOWS : 0) |
           (bundle->to_periods >> at & 1 ? DP_TO_PERIODS : 0);
}

/* Without the bit of place `at`: those above move down. */
static uint64_t without(uint64_t bits, unsigned at)
{
    uint64_t below = bits & ((UINT64_C(1) << at) - 1), above = bits >> at >> 1 << at;
    return below | above;
}

static void drop(struct dp_bundle *bundle, unsigned at)
{
    bundle->count--;
    for (unsigned i = at; i < bundle->count; i++)
        bundle->facts[i] = bundle->facts[i + 1];
    bundle->taken = without(bundle->taken, at);
    bundle->to_windows = without(bundle->to_windows, at);
    bundle->to_periods = without(bundle->to_periods, at);
}

/* True: the fact has come in this very bundle, and is not there any more. What is taken back has
 * mostly come a short while ago. */
static bool take_back(struct dp_bundle *bundle, const struct dp_fact *fact, unsigned to)
{
    for (unsigned at = bundle->count; at-- > 0;)
        if (dp_fact_equal(&bundle->facts[at], fact) && destination(bundle, at) == to) {
            if (dp_bundle_sign(bundle, at) < 0)
                return false;
            drop(bundle, at);
            return true;
        }
    return false;
}

void dp_bundle_add(struct dp_bundle *bundle, int sign, const struct dp_fact *fact, unsigned to)
{
    if (sign < 0 && take_back(bundle, fact, to))
        return;
    if (bundle->count == bundle->capacity) {
        bundle->capacity = bundle->capacity ? (uint8_t)(bundle->capacity * 2) : FIRST_CAPACITY;
        bundle->facts = dp_xrealloc(bundle->facts, bundle->capacity * sizeof *bundle->facts);
    }
    unsigned at = bundle->count++;
    uint64_t bit = UINT64_C(1) << at;
    bundle->facts[at] = *fact;
    bundle->taken |= sign < 0 ? bit : 0;
    bundle->to_windows |= to & DP_TO_WINDOWS ? bit : 0;
    bundle->to_periods |= to & DP_TO_PERIODS ? bit : 0;
}
