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
    struct dp_directory_slot {
        uint64_t head, tail; /* the first 8 bytes or fewer; the last 8 of a longer name, else 0 */
        const char *name;    /* NULL: free */
        uint32_t len;
        int32_t number;
        uint64_t opening[2], beyond[2]; /* dp_directory_opens */
    } slots[1 << DP_DIRECTORY_BITS];
};

/* `name` is not copied; it is not empty and not there yet. */
void dp_directory_add(struct dp_directory *directory, const char *name, int number);

/* `head` is the name's, as in a slot. */
static inline bool dp_directory_holds(const struct dp_directory_slot *slot, struct dp_str name,
                                      uint64_t head)
{
    return slot->name && slot->len == name.len && slot->head == head &&
           (name.len <= 8 || slot->tail == dp_bytes_load8(name.p + name.len - 8)) &&
           (name.len <= 16 || memcmp(slot->name, name.p, name.len) == 0);
}

/* A member of JSON begins here with the slot's name, behind its quote: NAME": and then a value.
 * False for names of more than 14 bytes too. 16 bytes must be readable. */
static inline bool dp_directory_opens(const struct dp_directory_slot *slot, const char *p)
{
    return (dp_bytes_load8(p) | slot->beyond[0]) == slot->opening[0] &&
           (dp_bytes_load8(p + 8) | slot->beyond[1]) == slot->opening[1];
}

/* The slot of `name`, or -1. */
int dp_directory_search(const struct dp_directory *directory, struct dp_str name);

/* The number of `name`, or -1. */
static inline int dp_directory_number(const struct dp_directory *directory, struct dp_str name)
{
    int slot = dp_directory_search(directory, name);
    return slot < 0 ? -1 : directory->slots[slot].number;
}

/* The same, quicker where the slot is as guessed; the guess is left at the slot found. Where names
 * come in the same order again and again, each has a guess of its own. 8 bytes must be readable at
 * name.p, whatever its length. */
static inline int dp_directory_find(const struct dp_directory *directory, struct dp_str name,
                                    uint8_t *guess)
{
    const struct dp_directory_slot *slot = &directory->slots[*guess];
    if (dp_directory_holds(slot, name, dp_bytes_head8(name.p, name.len)))
        return slot->number;
    int found = dp_directory_search(directory, name);
    if (found < 0)
        return -1;
    *guess = (uint8_t)found;
    return directory->slots[found].number;
}

#endif
