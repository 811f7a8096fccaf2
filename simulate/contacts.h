/* The contacts that are not over, and the lines they wait in. A contact is known by its place in
 * the pool; places are used again. Thread: the owner's. */
#ifndef DP_SIMULATE_CONTACTS_H
#define DP_SIMULATE_CONTACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "simulate/event.h"
#include "simulate/plan.h"
#include "simulate/rng.h"

#define DP_SIM_NONE UINT32_MAX /* no place */

enum dp_sim_phase { DP_SIM_WAITING, DP_SIM_RINGING, DP_SIM_TALKING, DP_SIM_WRAPPING, DP_SIM_OVER };

/* What may still come when the conversation is over; a set of bits. */
enum dp_sim_follow { DP_SIM_WILL_RATE = 1, DP_SIM_WILL_COMPLAIN = 2, DP_SIM_WILL_REOPEN = 4 };

struct dp_sim_contact {
    uint64_t id;      /* 1, 2, 3 ... */
    int64_t since_ms; /* offered; waiting lists go by it */
    uint32_t customer;
    uint32_t agent;      /* whose phone rings or who talks; DP_SIM_NOBODY */
    uint32_t for_agent;  /* transferred to this agent; DP_SIM_NOBODY */
    uint32_t prev, next; /* in a waiting list; `next` also among the free places */
    uint32_t round;      /* agenda items of an earlier round are stale */
    int32_t part_ms;     /* voice: talk between two holds */
    uint8_t line, priority, phase;
    uint8_t legs;   /* agents so far */
    uint8_t steps;  /* holds or exchanges left */
    uint8_t follow; /* bits of enum dp_sim_follow */
    bool solved;    /* the outcome as last told */
};

struct dp_sim_queue {
    uint32_t head[DP_SIM_PRIORITIES], tail[DP_SIM_PRIORITIES];
};

struct dp_sim_contacts {
    struct dp_sim_contact *all;
    size_t count, capacity;
    uint32_t free;                            /* DP_SIM_NONE: none */
    struct dp_sim_queue queues[DP_SIM_LINES]; /* urgent ones first, then by arrival */
};

void dp_sim_contacts_init(struct dp_sim_contacts *contacts);
void dp_sim_contacts_deinit(struct dp_sim_contacts *contacts);

/* A new contact; only `round` is set. Pointers to others are invalid after it. */
uint32_t dp_sim_contacts_add(struct dp_sim_contacts *contacts);
/* Gives the place back and makes its agenda items stale. */
void dp_sim_contacts_remove(struct dp_sim_contacts *contacts, uint32_t contact);
/* Makes the agenda items of the contact stale. */
void dp_sim_contact_turn(struct dp_sim_contact *contact);

/* Puts a contact at the end, or the front, of those of its line and priority. */
void dp_sim_contacts_wait(struct dp_sim_contacts *contacts, uint32_t contact, bool at_front);
void dp_sim_contacts_leave(struct dp_sim_contacts *contacts, uint32_t contact);

/* Who is to be served first of the line; DP_SIM_NONE. */
uint32_t dp_sim_contacts_first(const struct dp_sim_contacts *contacts, unsigned line);

/* Customers who will call again, in no order; when it is full, newcomers are not remembered. */
struct dp_sim_returners {
    uint32_t *customers;
    uint32_t count, capacity;
};

void dp_sim_returners_init(struct dp_sim_returners *returners, uint32_t capacity);
void dp_sim_returners_deinit(struct dp_sim_returners *returners);
void dp_sim_returners_add(struct dp_sim_returners *returners, uint32_t customer);
/* Takes any of them out; there must be one. */
uint32_t dp_sim_returners_take(struct dp_sim_returners *returners, struct dp_rng *rng);

#endif
