/* A binary min-heap of nodes that live inside their owners' structs: no allocation a node, removal
 * from the middle. Order: by key. Thread: one. */
#ifndef DP_HEAP_H
#define DP_HEAP_H

#include <stddef.h>
#include <stdint.h>

#define DP_HEAP_OUT SIZE_MAX

struct dp_heap_node {
    int64_t key;
    size_t at; /* place in the heap; DP_HEAP_OUT when in none */
};

struct dp_heap {
    struct dp_heap_node **nodes;
    size_t count, capacity;
};

void dp_heap_deinit(struct dp_heap *heap); /* the nodes are their owners' */

/* Puts `node` in with `key`, or moves it there when it is in already. */
void dp_heap_set(struct dp_heap *heap, struct dp_heap_node *node, int64_t key);

/* Takes `node` out; nothing happens when it is in no heap. */
void dp_heap_remove(struct dp_heap *heap, struct dp_heap_node *node);

/* The node with the smallest key, or NULL. */
static inline struct dp_heap_node *dp_heap_first(const struct dp_heap *heap)
{
    return heap->count ? heap->nodes[0] : NULL;
}

/* The struct that holds a node: dp_owner_of(node, struct dp_contact, waiting). */
#define dp_owner_of(pointer, type, member) ((type *)((char *)(pointer)-offsetof(type, member)))

#endif
