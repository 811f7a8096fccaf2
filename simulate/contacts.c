#include "simulate/contacts.h"

#include <stdlib.h>
#include <string.h>

#include "common/memory.h"
#include "simulate/agenda.h"

#define FIRST_CAPACITY 1024

void dp_sim_contacts_init(struct dp_sim_contacts *contacts)
{
    contacts->count = 0;
    contacts->capacity = FIRST_CAPACITY;
    contacts->all = dp_xmalloc(contacts->capacity * sizeof(contacts->all[0]));
    contacts->free = DP_SIM_NONE;
    memset(contacts->queues, 0xff, sizeof(contacts->queues)); /* DP_SIM_NONE everywhere */
}

void dp_sim_contacts_deinit(struct dp_sim_contacts *contacts)
{
    free(contacts->all);
}

uint32_t dp_sim_contacts_add(struct dp_sim_contacts *contacts)
{
    uint32_t place = contacts->free;
    if (place != DP_SIM_NONE) {
        contacts->free = contacts->all[place].next;
        return place;
    }
    contacts->all =
        dp_xgrow(contacts->all, contacts->count, &contacts->capacity, sizeof(contacts->all[0]));
    place = (uint32_t)contacts->count++;
    contacts->all[place].round = 0;
    return place;
}

void dp_sim_contact_turn(struct dp_sim_contact *contact)
{
    contact->round = (contact->round + 1) % DP_AGENDA_ROUNDS;
}

void dp_sim_contacts_remove(struct dp_sim_contacts *contacts, uint32_t contact)
{
    dp_sim_contact_turn(&contacts->all[contact]);
    contacts->all[contact].next = contacts->free;
    contacts->free = contact;
}

void dp_sim_contacts_wait(struct dp_sim_contacts *contacts, uint32_t contact, bool at_front)
{
    struct dp_sim_contact *all = contacts->all, *c = &all[contact];
    uint32_t *head = &contacts->queues[c->line].head[c->priority];
    uint32_t *tail = &contacts->queues[c->line].tail[c->priority];
    c->prev = at_front ? DP_SIM_NONE : *tail;
    c->next = at_front ? *head : DP_SIM_NONE;
    *(c->prev == DP_SIM_NONE ? head : &all[c->prev].next) = contact;
    *(c->next == DP_SIM_NONE ? tail : &all[c->next].prev) = contact;
}

void dp_sim_contacts_leave(struct dp_sim_contacts *contacts, uint32_t contact)
{
    struct dp_sim_contact *all = contacts->all, *c = &all[contact];
    struct dp_sim_queue *queue = &contacts->queues[c->line];
    *(c->prev == DP_SIM_NONE ? &queue->head[c->priority] : &all[c->prev].next) = c->next;
    *(c->next == DP_SIM_NONE ? &queue->tail[c->priority] : &all[c->next].prev) = c->prev;
}

uint32_t dp_sim_contacts_first(const struct dp_sim_contacts *contacts, unsigned line)
{
    const uint32_t *head = contacts->queues[line].head;
    for (int p = 0; p < DP_SIM_PRIORITIES; p++)
        if (head[p] != DP_SIM_NONE)
            return head[p];
    return DP_SIM_NONE;
}

void dp_sim_returners_init(struct dp_sim_returners *returners, uint32_t capacity)
{
    returners->customers = dp_xmalloc(capacity * sizeof(returners->customers[0]));
    returners->count = 0;
    returners->capacity = capacity;
}

void dp_sim_returners_deinit(struct dp_sim_returners *returners)
{
    free(returners->customers);
}

void dp_sim_returners_add(struct dp_sim_returners *returners, uint32_t customer)
{
    if (returners->count < returners->capacity)
        returners->customers[returners->count++] = customer;
}

uint32_t dp_sim_returners_take(struct dp_sim_returners *returners, struct dp_rng *rng)
{
    uint32_t i = dp_rng_below(rng, returners->count);
    uint32_t customer = returners->customers[i];
    returners->customers[i] = returners->customers[--returners->count];
    return customer;
}
