#include "aggregator/batch.h"

#include <stdlib.h>

#include "common/memory.h"

#define FIRST_CAPACITY 4

void dp_batch_deinit(struct dp_batch *batch)
{
    free(batch->facts);
    *batch = (struct dp_batch){0};
}

static unsigned destination(const struct dp_batch *batch, unsigned at)
{
    return (batch->to_windows >> at & 1 ? DP_TO_WINDOWS : 0) |
           (batch->to_periods >> at & 1 ? DP_TO_PERIODS : 0);
}

/* Without the bit of place `at`: those above move down. */
static uint16_t without(uint16_t bits, unsigned at)
{
    unsigned below = bits & ((1u << at) - 1), above = (unsigned)bits >> (at + 1) << at;
    return (uint16_t)(below | above);
}

static void drop(struct dp_batch *batch, unsigned at)
{
    batch->count--;
    for (unsigned i = at; i < batch->count; i++)
        batch->facts[i] = batch->facts[i + 1];
    batch->taken = without(batch->taken, at);
    batch->to_windows = without(batch->to_windows, at);
    batch->to_periods = without(batch->to_periods, at);
}

/* True: the fact has come in this very batch, and is not there any more. What is taken back has
 * mostly come a short while ago. */
static bool take_back(struct dp_batch *batch, const struct dp_fact *fact, unsigned to)
{
    for (unsigned at = batch->count; at-- > 0;)
        if (dp_fact_equal(&batch->facts[at], fact) && destination(batch, at) == to) {
            if (batch->taken >> at & 1)
                return false;
            drop(batch, at);
            return true;
        }
    return false;
}

void dp_batch_add(struct dp_batch *batch, int sign, const struct dp_fact *fact, unsigned to)
{
    if (sign < 0 && take_back(batch, fact, to))
        return;
    if (batch->count == batch->capacity) {
        batch->capacity = batch->capacity ? (uint8_t)(batch->capacity * 2) : FIRST_CAPACITY;
        batch->facts = dp_xrealloc(batch->facts, batch->capacity * sizeof *batch->facts);
    }
    unsigned at = batch->count++, bit = 1u << at;
    batch->facts[at] = *fact;
    batch->taken |= (uint16_t)(sign < 0 ? bit : 0);
    batch->to_windows |= (uint16_t)(to & DP_TO_WINDOWS ? bit : 0);
    batch->to_periods |= (uint16_t)(to & DP_TO_PERIODS ? bit : 0);
}
