/* A small closed set of names with their numbers, found in some nanoseconds.
 *
 * A name is known by its length and its first and last 8 bytes, which for up to 16 bytes is the
 * whole; a longer one is then compared. Thread: any, once filled. */
#ifndef DP_DIRECTORY_H
#define DP_DIRECTORY_H

#include "common/bytes.h"
#include "common/str.h"

#define DP_DIRECTORY_BITS 6 /* for at most 32 names: half full */

/* All zero bytes: empty. */
struct dp_directory {
    struct {
        uint64_t head, tail;
        const char *name; /* NULL: free */
        uint32_t len;
        int32_t number;
    } slots[1 << DP_DIRECTORY_BITS];
};

/* `name` is not copied; it is not empty and not there yet. */
void dp_directory_add(struct dp_directory *directory, const char *name, int number);

static inline uint64_t dp_directory_tail(struct dp_str name)
{
    return name.len > 8 ? dp_bytes_load8(name.p + name.len - 8) : 0;
}

/* The factor is one, found by trying, that gives no two names of the event contract the same slot.
 */
static inline size_t dp_directory_slot(uint64_t head, uint64_t tail)
{
    return (head ^ tail) * 0xe49df6bb803af507u >> (64 - DP_DIRECTORY_BITS);
}

static inline size_t dp_directory_next(size_t slot)
{
    return (slot + 1) % (1 << DP_DIRECTORY_BITS);
}

static inline bool dp_directory_holds(const struct dp_directory *directory, size_t at,
                                      struct dp_str name, uint64_t head, uint64_t tail)
{
    return directory->slots[at].head == head && directory->slots[at].tail == tail &&
           directory->slots[at].len == name.len &&
           (name.len <= 16 || memcmp(directory->slots[at].name, name.p, name.len) == 0);
}

/* The number of `name`, or -1. `guess` is a slot to try first, and is left at the one found: where
 * names come in the same order again and again, each has a guess of its own. */
static inline int dp_directory_find(const struct dp_directory *directory, struct dp_str name,
                                    uint8_t *guess)
{
    if (name.len == 0)
        return -1;
    uint64_t head = dp_bytes_load(name.p, name.len), tail = dp_directory_tail(name);
    if (dp_directory_holds(directory, *guess, name, head, tail))
        return directory->slots[*guess].number;
    for (size_t at = dp_directory_slot(head, tail); directory->slots[at].name;
         at = dp_directory_next(at))
        if (dp_directory_holds(directory, at, name, head, tail)) {
            *guess = (uint8_t)at;
            return directory->slots[at].number;
        }
    return -1;
}

#endif
