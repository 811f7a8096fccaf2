#include "aggregator/shelf.h"

#include <stdlib.h>
#include <string.h>

#include "common/memory.h"

#define FIRST_CAPACITY 4

void dp_shelf_deinit(struct dp_shelf *shelf)
{
    for (size_t i = shelf->head; i < shelf->tail; i++)
        dp_chunk_deinit(&shelf->chunks[i]);
    free(shelf->chunks);
    *shelf = (struct dp_shelf){0};
}

/* Looks from the end, in growing steps: what comes late comes a little late. */
size_t dp_shelf_find(const struct dp_shelf *shelf, int64_t time_ms)
{
    size_t low = shelf->head, high = shelf->tail, step = 1;
    while (high - low > step && shelf->chunks[high - step].first_ms > time_ms) {
        high -= step;
        step *= 2;
    }
    if (high - low > step)
        low = high - step;
    for (size_t half; (half = (high - low) / 2) > 0; high -= half) {
        size_t later = half & -(size_t)(shelf->chunks[low + half].first_ms <= time_ms);
        low += later;
        high += later;
    }
    return low;
}

/* Room for one more behind the others; `at` is a place among them. Returns where that is then. */
static size_t make_room(struct dp_shelf *shelf, size_t at)
{
    if (shelf->tail < shelf->capacity)
        return at;
    size_t head = shelf->head, count = shelf->tail - head, capacity = shelf->capacity;
    if (head > capacity / 2 || capacity == DP_SHELF_CHUNKS) {
        memmove(shelf->chunks, shelf->chunks + head, count * sizeof *shelf->chunks);
        shelf->head = 0;
        shelf->tail = (uint8_t)count;
        return at - head;
    }
    capacity = capacity ? capacity + capacity / 2 + 1 : FIRST_CAPACITY;
    shelf->capacity = (uint8_t)(capacity < DP_SHELF_CHUNKS ? capacity : DP_SHELF_CHUNKS);
    shelf->chunks = dp_xrealloc(shelf->chunks, shelf->capacity * sizeof *shelf->chunks);
    return at;
}

size_t dp_shelf_add(struct dp_shelf *shelf, size_t at, const struct dp_chunk *chunk)
{
    at = make_room(shelf, at);
    memmove(shelf->chunks + at + 1, shelf->chunks + at, (shelf->tail - at) * sizeof *shelf->chunks);
    shelf->tail++;
    shelf->chunks[at] = *chunk;
    return at;
}

void dp_shelf_remove(struct dp_shelf *shelf, size_t at)
{
    dp_chunk_deinit(&shelf->chunks[at]);
    if (at == shelf->head) {
        shelf->head++;
    } else {
        shelf->tail--;
        memmove(shelf->chunks + at, shelf->chunks + at + 1,
                (shelf->tail - at) * sizeof *shelf->chunks);
    }
}

void dp_shelf_split(struct dp_shelf *shelf, size_t at, struct dp_shelf *upper)
{
    size_t count = shelf->tail - at;
    *upper = (struct dp_shelf){
        .chunks = dp_xmalloc(DP_SHELF_CHUNKS * sizeof *upper->chunks),
        .tail = (uint8_t)count,
        .capacity = DP_SHELF_CHUNKS,
    };
    memcpy(upper->chunks, shelf->chunks + at, count * sizeof *upper->chunks);
    shelf->tail = (uint8_t)at;
}

size_t dp_shelf_bytes(const struct dp_shelf *shelf)
{
    size_t bytes = shelf->capacity * sizeof *shelf->chunks;
    for (size_t i = shelf->head; i < shelf->tail; i++)
        bytes += dp_chunk_bytes(&shelf->chunks[i]);
    return bytes;
}
