/* What is to happen, soonest first: a heap with four children a node (fewer levels, and the
 * children share a cache line or two). Items of the same time come out in an order that depends on
 * nothing but the pushes and pops before. Thread: the owner's. */
#ifndef DP_SIMULATE_AGENDA_H
#define DP_SIMULATE_AGENDA_H

#include <stddef.h>
#include <stdint.h>

struct dp_agenda_item {
    int64_t at_ms;
    uint32_t who;      /* whom it concerns; the owner's numbers */
    uint32_t kind : 6; /* what happens; the owner's enum */
    uint32_t
        round : 26; /* lets the owner tell a stale item: it belongs to an earlier round of `who` */
};

#define DP_AGENDA_ROUNDS (UINT32_C(1) << 26)

struct dp_agenda {
    struct dp_agenda_item *items;
    size_t count;
    size_t capacity;
};

/* Room for `capacity` items at first; it grows when needed. */
void dp_agenda_init(struct dp_agenda *agenda, size_t capacity);
void dp_agenda_deinit(struct dp_agenda *agenda);

void dp_agenda_push(struct dp_agenda *agenda, struct dp_agenda_item item);

/* The soonest item, NULL when there is none; valid until the next push or pop. */
const struct dp_agenda_item *dp_agenda_peek(const struct dp_agenda *agenda);

/* Takes the soonest item out; there must be one. */
struct dp_agenda_item dp_agenda_pop(struct dp_agenda *agenda);

#endif
