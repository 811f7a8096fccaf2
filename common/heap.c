#include "common/heap.h"

#include <stdlib.h>

#include "common/memory.h"

void dp_heap_deinit(struct dp_heap *heap)
{
    free(heap->nodes);
    *heap = (struct dp_heap){0};
}

static void place(struct dp_heap *heap, struct dp_heap_node *node, size_t at)
{
    heap->nodes[at] = node;
    node->at = at;
}

static void sift_up(struct dp_heap *heap, struct dp_heap_node *node, size_t at)
{
    while (at > 0) {
        size_t parent = (at - 1) / 2;
        if (heap->nodes[parent]->key <= node->key)
            break;
        place(heap, heap->nodes[parent], at);
        at = parent;
    }
    place(heap, node, at);
}

static void sift_down(struct dp_heap *heap, struct dp_heap_node *node, size_t at)
{
    for (;;) {
        size_t child = 2 * at + 1;
        if (child >= heap->count)
            break;
        if (child + 1 < heap->count && heap->nodes[child + 1]->key < heap->nodes[child]->key)
            child++;
        if (node->key <= heap->nodes[child]->key)
            break;
        place(heap, heap->nodes[child], at);
        at = child;
    }
    place(heap, node, at);
}

static void sift(struct dp_heap *heap, struct dp_heap_node *node, size_t at)
{
    if (at > 0 && heap->nodes[(at - 1) / 2]->key > node->key)
        sift_up(heap, node, at);
    else
        sift_down(heap, node, at);
}

void dp_heap_set(struct dp_heap *heap, struct dp_heap_node *node, int64_t key)
{
    node->key = key;
    if (node->at != DP_HEAP_OUT) {
        sift(heap, node, node->at);
        return;
    }
    heap->nodes = dp_xgrow(heap->nodes, heap->count, &heap->capacity, sizeof *heap->nodes);
    sift_up(heap, node, heap->count++);
}

void dp_heap_remove(struct dp_heap *heap, struct dp_heap_node *node)
{
    if (node->at == DP_HEAP_OUT)
        return;
    size_t at = node->at;
    node->at = DP_HEAP_OUT;
    struct dp_heap_node *last = heap->nodes[--heap->count];
    if (last != node)
        sift(heap, last, at);
}
