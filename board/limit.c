#include "board/limit.h"

#include <stddef.h>

#define WAYS 8 /* buckets that an address can have */

static const struct {
    double most, per_ms;
} rules[DP_LIMIT_KINDS] = {
    [DP_LIMIT_REQUEST] = {400, 0.05},
    [DP_LIMIT_ATTEMPT] = {20, 0.0005},
};

static void fill(struct dp_limit_bucket *bucket, int64_t now_ms)
{
    double passed = now_ms > bucket->at_ms ? (double)(now_ms - bucket->at_ms) : 0;
    bucket->at_ms = now_ms;
    for (int kind = 0; kind < DP_LIMIT_KINDS; kind++) {
        bucket->tokens[kind] += passed * rules[kind].per_ms;
        if (bucket->tokens[kind] > rules[kind].most)
            bucket->tokens[kind] = rules[kind].most;
    }
}

/* How full, of all kinds together. */
static double fullness(const struct dp_limit_bucket *bucket)
{
    double sum = 0;
    for (int kind = 0; kind < DP_LIMIT_KINDS; kind++)
        sum += bucket->tokens[kind] / rules[kind].most;
    return sum;
}

static struct dp_limit_bucket *find(struct dp_limit *limit, uint64_t address, int64_t now_ms)
{
    struct dp_limit_bucket *first = &limit->buckets[address % (DP_LIMIT_ADDRESSES / WAYS) * WAYS];
    struct dp_limit_bucket *chosen = NULL;
    for (struct dp_limit_bucket *bucket = first; bucket < first + WAYS; bucket++) {
        fill(bucket, now_ms);
        if (bucket->address == address)
            return bucket;
        if (!chosen ||
            (chosen->address && (!bucket->address || fullness(bucket) > fullness(chosen))))
            chosen = bucket;
    }
    chosen->address = address;
    for (int kind = 0; kind < DP_LIMIT_KINDS; kind++)
        chosen->tokens[kind] = rules[kind].most;
    return chosen;
}

bool dp_limit_take(struct dp_limit *limit, uint64_t address, enum dp_limit_kind kind,
                   int64_t now_ms)
{
    struct dp_limit_bucket *bucket = find(limit, address, now_ms);
    if (bucket->tokens[kind] < 1)
        return false;
    bucket->tokens[kind] -= 1;
    return true;
}
