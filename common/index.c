#include "common/index.h"

#include <stdlib.h>

#include "common/memory.h"

#define DP_INDEX_MIN 16

void dp_index_deinit(struct dp_index *index)
{
    free(index->slots);
    *index = (struct dp_index){0};
}

static void insert(struct dp_index *index, uint64_t hash, void *item)
{
    size_t mask = index->capacity - 1, at = (size_t)hash & mask;
    while (index->slots[at].item)
        at = (at + 1) & mask;
    index->slots[at] = (struct dp_index_slot){.item = item, .hash = hash};
}

static void resize(struct dp_index *index, size_t capacity)
{
    struct dp_index old = *index;
    index->slots = dp_xcalloc(capacity, sizeof *index->slots);
    index->capacity = capacity;
    for (size_t i = 0; i < old.capacity; i++)
        if (old.slots[i].item)
            insert(index, old.slots[i].hash, old.slots[i].item);
    free(old.slots);
}

void dp_index_add(struct dp_index *index, uint64_t hash, void *item)
{
    if (index->count >= index->capacity / 2)
        resize(index, index->capacity ? index->capacity * 2 : DP_INDEX_MIN);
    insert(index, hash, item);
    index->count++;
}

void dp_index_remove(struct dp_index *index, uint64_t hash, const void *item)
{
    size_t mask = index->capacity - 1, hole = (size_t)hash & mask;
    while (index->slots[hole].item != item)
        hole = (hole + 1) & mask;
    /* Close the hole: pull back whatever would no longer be found past it. */
    for (size_t at = (hole + 1) & mask; index->slots[at].item; at = (at + 1) & mask) {
        size_t home = (size_t)index->slots[at].hash & mask;
        if (((at - home) & mask) >= ((at - hole) & mask)) {
            index->slots[hole] = index->slots[at];
            hole = at;
        }
    }
    index->slots[hole].item = NULL;
    index->count--;
    if (index->capacity > DP_INDEX_MIN && index->count < index->capacity / 8)
        resize(index, index->capacity / 2);
}
