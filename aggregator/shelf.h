/* A shelf of a timeline: up to 64 chunks side by side, in order of time. A timeline with many
 * chunks has many shelves, so that one that comes between moves few others.
 * Thread: one. Out of memory ends the process (dp_xmalloc). */
#ifndef DP_SHELF_H
#define DP_SHELF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "aggregator/chunk.h"

#define DP_SHELF_CHUNKS 64

/* All zero is an empty shelf. */
struct dp_shelf {
    struct dp_chunk *chunks; /* owned; [head, tail) are in use */
    uint8_t head, tail, capacity;
};

void dp_shelf_deinit(struct dp_shelf *shelf);

static inline bool dp_shelf_empty(const struct dp_shelf *shelf)
{
    return shelf->head == shelf->tail;
}

static inline bool dp_shelf_full(const struct dp_shelf *shelf)
{
    return shelf->tail - shelf->head == DP_SHELF_CHUNKS;
}

/* The last chunk whose first fact has time <= time_ms, else the first; of one that is not empty. */
size_t dp_shelf_find(const struct dp_shelf *shelf, int64_t time_ms);

/* Puts a chunk, whose facts it then owns, before that at `at`, where there is room; returns its
 * place. */
size_t dp_shelf_add(struct dp_shelf *shelf, size_t at, const struct dp_chunk *chunk);

/* Gives a chunk back. */
void dp_shelf_remove(struct dp_shelf *shelf, size_t at);

/* Moves the chunks from `at` on to `upper`, a new one. */
void dp_shelf_split(struct dp_shelf *shelf, size_t at, struct dp_shelf *upper);

/* The memory that it owns, in bytes. */
size_t dp_shelf_bytes(const struct dp_shelf *shelf);

#endif
