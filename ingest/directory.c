#include "ingest/directory.h"

static uint64_t head_of(struct dp_str name)
{
    char first[8] = {0};
    if (name.len >= sizeof first)
        return dp_bytes_load8(name.p);
    memcpy(first, name.p, name.len);
    return dp_bytes_load8(first);
}

static uint64_t tail_of(struct dp_str name)
{
    return name.len > 8 ? dp_bytes_load8(name.p + name.len - 8) : 0;
}

/* The factor is one, found by trying, that gives few names of the event contract the same slot. */
static size_t slot_of(uint64_t head, uint64_t tail)
{
    return (head ^ tail) * 0xe49df6bb803af507u >> (64 - DP_DIRECTORY_BITS);
}

static size_t next_slot(size_t slot)
{
    return (slot + 1) % (1 << DP_DIRECTORY_BITS);
}

/* What lies beyond NAME": counts as all ones. */
static void set_opening(struct dp_directory_slot *slot)
{
    char opening[16], beyond[16];
    size_t len = slot->len + 2;
    slot->beyond[0] = 1; /* unlike opening[0]: never found */
    if (len > sizeof opening)
        return;
    memset(opening, 0xff, sizeof opening);
    memset(beyond, 0xff, sizeof beyond);
    memcpy(opening, slot->name, slot->len);
    memcpy(opening + slot->len, "\":", 2);
    memset(beyond, 0, len);
    memcpy(slot->opening, opening, sizeof opening);
    memcpy(slot->beyond, beyond, sizeof beyond);
}

void dp_directory_add(struct dp_directory *directory, const char *text, int number)
{
    struct dp_str name = dp_str_from(text);
    size_t at = slot_of(head_of(name), tail_of(name));
    while (directory->slots[at].name)
        at = next_slot(at);
    directory->slots[at] = (struct dp_directory_slot){
        .head = head_of(name),
        .tail = tail_of(name),
        .name = name.p,
        .len = (uint32_t)name.len,
        .number = number,
    };
    set_opening(&directory->slots[at]);
}

int dp_directory_search(const struct dp_directory *directory, struct dp_str name)
{
    if (name.len == 0)
        return -1;
    uint64_t head = head_of(name);
    for (size_t at = slot_of(head, tail_of(name)); directory->slots[at].name; at = next_slot(at))
        if (dp_directory_holds(&directory->slots[at], name, head))
            return (int)at;
    return -1;
}
