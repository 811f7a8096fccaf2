/* A bundle: facts on their way to one scope, in the order in which contacts told them. They go to
 * its windows and periods together, for the memory of those is far away for each single one; and
 * what comes and is taken back within a bundle never gets there.
 *
 * A plain value but for what it owns. Thread: one. Out of memory ends the process (dp_xmalloc). */
#ifndef DP_BUNDLE_H
#define DP_BUNDLE_H

#include <stdbool.h>
#include <stdint.h>

#include "aggregator/fact.h"

#define DP_BUNDLE_FACTS 64

/* Where a fact goes, a bit each. */
#define DP_TO_WINDOWS 1u
#define DP_TO_PERIODS 2u

/* All zero: empty. */
struct dp_bundle {
    struct dp_fact *facts; /* owned */
    uint8_t count, capacity;
    uint64_t taken; /* bit n: fact n is to be taken out again */
    uint64_t to_windows, to_periods;
};
_Static_assert(DP_BUNDLE_FACTS <= 64, "a bit a fact");

void dp_bundle_deinit(struct dp_bundle *bundle);

static inline bool dp_bundle_empty(const struct dp_bundle *bundle)
{
    return !bundle->count;
}

static inline bool dp_bundle_full(const struct dp_bundle *bundle)
{
    return bundle->count == DP_BUNDLE_FACTS;
}

/* A fact comes (`sign` +1) or is taken back (-1). Not to a full one. */
void dp_bundle_add(struct dp_bundle *bundle, int sign, const struct dp_fact *fact, unsigned to);

/* +1: fact `at` comes; -1: it is to be taken out. */
static inline int dp_bundle_sign(const struct dp_bundle *bundle, unsigned at)
{
    return bundle->taken >> at & 1 ? -1 : 1;
}

/* Begins to fetch what adding a fact will write. */
static inline void dp_bundle_prefetch_end(const struct dp_bundle *bundle)
{
    if (bundle->facts)
        __builtin_prefetch(bundle->facts + bundle->count, 1);
}

/* Empties it; of one that was not full unusual memory is given back. */
void dp_bundle_clear(struct dp_bundle *bundle);

#endif
