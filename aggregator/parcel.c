#include "aggregator/parcel.h"

#include <stdlib.h>

#include "common/memory.h"

#define FIRST_CAPACITY 4

void dp_parcel_deinit(struct dp_parcel *parcel)
{
    free(parcel->facts);
    *parcel = (struct dp_parcel){0};
}

static unsigned destination(const struct dp_parcel *parcel, unsigned at)
{
    return (parcel->to_windows >> at & 1 ? DP_TO_WINDOWS : 0) |
           (parcel->to_periods >> at & 1 ? DP_TO_PERIODS : 0);
}

/* Without the bit of place `at`: those above move down. */
static uint16_t without(uint16_t bits, unsigned at)
{
    unsigned below = bits & ((1u << at) - 1), above = (unsigned)bits >> (at + 1) << at;
    return (uint16_t)(below | above);
}

static void drop(struct dp_parcel *parcel, unsigned at)
{
    parcel->count--;
    for (unsigned i = at; i < parcel->count; i++)
        parcel->facts[i] = parcel->facts[i + 1];
    parcel->taken = without(parcel->taken, at);
    parcel->to_windows = without(parcel->to_windows, at);
    parcel->to_periods = without(parcel->to_periods, at);
}

/* True: the fact has come in this very parcel, and is not there any more. What is taken back has
 * mostly come a short while ago. */
static bool take_back(struct dp_parcel *parcel, const struct dp_fact *fact, unsigned to)
{
    for (unsigned at = parcel->count; at-- > 0;)
        if (dp_fact_equal(&parcel->facts[at], fact) && destination(parcel, at) == to) {
            if (parcel->taken >> at & 1)
                return false;
            drop(parcel, at);
            return true;
        }
    return false;
}

void dp_parcel_add(struct dp_parcel *parcel, int sign, const struct dp_fact *fact, unsigned to)
{
    if (sign < 0 && take_back(parcel, fact, to))
        return;
    if (parcel->count == parcel->capacity) {
        parcel->capacity = parcel->capacity ? (uint8_t)(parcel->capacity * 2) : FIRST_CAPACITY;
        parcel->facts = dp_xrealloc(parcel->facts, parcel->capacity * sizeof *parcel->facts);
    }
    unsigned at = parcel->count++, bit = 1u << at;
    parcel->facts[at] = *fact;
    parcel->taken |= (uint16_t)(sign < 0 ? bit : 0);
    parcel->to_windows |= (uint16_t)(to & DP_TO_WINDOWS ? bit : 0);
    parcel->to_periods |= (uint16_t)(to & DP_TO_PERIODS ? bit : 0);
}
