/* How often one address may ask: a bucket of tokens each, filled again with time. Bounded: of more
 * addresses than there is room for, the ones with the fullest buckets are forgotten first.
 * Thread: one. */
#ifndef DP_BOARD_LIMIT_H
#define DP_BOARD_LIMIT_H

#include <stdbool.h>
#include <stdint.h>

enum dp_limit_kind {
    DP_LIMIT_REQUEST, /* any: 400 at once, 50 a second */
    DP_LIMIT_ATTEMPT, /* a token is tried, something is changed: 20 at once, one in 2 s */
    DP_LIMIT_KINDS
};

#define DP_LIMIT_ADDRESSES 1024

struct dp_limit_bucket {
    uint64_t address; /* 0: free */
    int64_t at_ms;
    double tokens[DP_LIMIT_KINDS];
};

/* All zero: nobody has asked. */
struct dp_limit {
    struct dp_limit_bucket buckets[DP_LIMIT_ADDRESSES];
};

/* False: too often. `address`: a hash of it, not 0. */
bool dp_limit_take(struct dp_limit *limit, uint64_t address, enum dp_limit_kind kind,
                   int64_t now_ms);

#endif
