/* The saved state's log as strings in Redis, blocks of one size: commands that read and write it.
 *
 * Their replies go to the link's owner with the tag that was given. Thread: the loop's. */
#ifndef DP_STATE_BLOCKS_H
#define DP_STATE_BLOCKS_H

#include <stddef.h>
#include <stdint.h>

#include "sink/redis_link.h"
#include "sink/resp.h"

#define DP_STATE_BLOCK_BYTES ((uint64_t)1 << 20)

struct dp_state_blocks {
    struct dp_redis_link *link; /* the owner's */
    char *prefix;               /* owned: a block's key is this and its number */
    struct dp_resp resp;
};

/* Takes `prefix`, which was made with malloc. */
void dp_state_blocks_init(struct dp_state_blocks *blocks, struct dp_redis_link *link, char *prefix);
void dp_state_blocks_deinit(struct dp_state_blocks *blocks);

/* Writes bytes at their place in the log, as often as one likes. A new block is made at its full
 * size at once, so that it is never moved as it fills up. One command a block, or two. */
void dp_state_blocks_write(struct dp_state_blocks *blocks, uint64_t at, const char *bytes,
                           size_t len, void *tag);

/* Asks for the bytes from `at` to the end of the block there, `len` at most; returns how many. */
uint64_t dp_state_blocks_read(struct dp_state_blocks *blocks, uint64_t at, uint64_t len, void *tag);

/* Removes the blocks that end before `until`, from that of `from` on. */
void dp_state_blocks_remove(struct dp_state_blocks *blocks, uint64_t from, uint64_t until,
                            void *tag);

#endif
