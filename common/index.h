/* A hash index: finds things by the 64-bit hash of their key. It holds pointers, the caller
 * compares keys. Open addressing with linear probing; deletion shifts back, so there are no
 * tombstones and the table shrinks as it empties. Thread: one.
 *
 *   for (void **slot = dp_index_first(&ix, hash); slot; slot = dp_index_next(&ix, hash, slot))
 *       if (same(*slot, key)) ...
 */
#ifndef DP_INDEX_H
#define DP_INDEX_H

#include <stddef.h>
#include <stdint.h>

struct dp_index_slot {
    void *item; /* NULL: free. First, so that a pointer to it is one to the slot. */
    uint64_t hash;
};

struct dp_index {
    struct dp_index_slot *slots;
    size_t capacity; /* 0 or a power of two */
    size_t count;
};

void dp_index_deinit(struct dp_index *index); /* the items are their owners' */

/* `item` is not NULL and not in the index. */
void dp_index_add(struct dp_index *index, uint64_t hash, void *item);

/* Removes `item`, which is in the index under `hash`. */
void dp_index_remove(struct dp_index *index, uint64_t hash, const void *item);

static inline void **dp_index_probe(const struct dp_index *index, uint64_t hash, size_t at)
{
    for (;; at++) {
        struct dp_index_slot *slot = &index->slots[at & (index->capacity - 1)];
        if (!slot->item)
            return NULL;
        if (slot->hash == hash)
            return &slot->item;
    }
}

/* Begins to fetch what a look-up will need, so that the wait for memory overlaps with other work.
 */
static inline void dp_index_prefetch(const struct dp_index *index, uint64_t hash)
{
    if (index->count)
        __builtin_prefetch(&index->slots[(size_t)hash & (index->capacity - 1)]);
}

static inline void **dp_index_first(const struct dp_index *index, uint64_t hash)
{
    return index->count ? dp_index_probe(index, hash, (size_t)hash) : NULL;
}

static inline void **dp_index_next(const struct dp_index *index, uint64_t hash, void **found)
{
    size_t at = (size_t)((struct dp_index_slot *)(void *)found - index->slots);
    return dp_index_probe(index, hash, at + 1);
}

#endif
