/* The contact centre at work: one clock, one agenda, and what happens next. Its events go to a
 * sink. Nothing here knows the time of the machine: who drives it says how far to go.
 * Thread: one centre belongs to one thread. */
#ifndef DP_SIMULATE_CENTRE_H
#define DP_SIMULATE_CENTRE_H

#include <stdbool.h>
#include <stdint.h>

#include "simulate/agenda.h"
#include "simulate/agents.h"
#include "simulate/contacts.h"
#include "simulate/event.h"
#include "simulate/plan.h"
#include "simulate/rng.h"

/* What can be on the agenda; `who` is the line, the contact or the agent. */
enum dp_sim_happening {
    DP_SIM_CUSTOMER_COMES, /* line */
    DP_SIM_CHECK_QUALITY,  /* nobody */
    DP_SIM_MEASURE,        /* nobody */
    DP_SIM_PATIENCE_ENDS,  /* contact, as are the following */
    DP_SIM_BOT_WRITES,
    DP_SIM_RING_ENDS,
    DP_SIM_HOLD,
    DP_SIM_RETRIEVE,
    DP_SIM_AGENT_WRITES,
    DP_SIM_CUSTOMER_WRITES,
    DP_SIM_TALK_ENDS,
    DP_SIM_WRAP_ENDS,
    DP_SIM_FOLLOW_UP,
    DP_SIM_SETTLE_AGAIN,
    DP_SIM_SHIFT_BEGINS, /* agent, as are the following */
    DP_SIM_SHIFT_ENDS,
    DP_SIM_PAUSE_DUE,
    DP_SIM_PAUSE_ENDS,
    DP_SIM_LEG_WRAP_ENDS
};

/* Takes an event; the pointer is valid during the call. */
typedef void dp_sim_sink(void *context, const struct dp_sim_event *event);

struct dp_sim_centre {
    int64_t now_ms;
    int64_t start_ms; /* when the warm-up is over and events begin */
    uint64_t pace;    /* event time a unit of the centre's time, as a fraction of 2^24 */
    bool warming;     /* events are counted, not made */
    uint64_t warm_events;
    uint64_t events_made, contacts_made;
    uint32_t population;           /* customers */
    int64_t next_us[DP_SIM_LINES]; /* next arrival of each line; finer than the clock */
    struct dp_rng rng;
    struct dp_agenda agenda;
    struct dp_sim_plan plan;
    struct dp_sim_agents agents;
    struct dp_sim_contacts contacts;
    struct dp_sim_returners returners;
    dp_sim_sink *sink;
    void *context;
};

struct dp_sim_centre_options {
    uint32_t agents; /* 1 to 1,000,000 */
    uint64_t seed;
    int64_t start_ms;       /* first event; since the Unix epoch, at least a day after it */
    bool around_the_clock;  /* no daily curve: shifts follow each other */
    uint32_t load_permille; /* arrivals; 1000 is a normal load */
    uint32_t rate;          /* events a second of event time to aim at; 0: as they come */
};

/* Opens the centre a while before start_ms and runs it, without events, until then: queues and
 * talks are as in mid-operation, and of the contacts in progress only the rest will be told. Then
 * sends every agent's state as of start_ms. */
void dp_sim_centre_init(struct dp_sim_centre *centre, const struct dp_sim_centre_options *options,
                        dp_sim_sink *sink, void *context);
void dp_sim_centre_deinit(struct dp_sim_centre *centre);

/* Event time of the next happening; INT64_MAX when there is none. */
int64_t dp_sim_centre_next(const struct dp_sim_centre *centre);

/* Lets the next thing happen; its events go to the sink. There must be one. */
void dp_sim_centre_step(struct dp_sim_centre *centre);

/* For the parts of the centre: */

/* Puts something on the agenda, `after_ms` from now. */
void dp_sim_schedule(struct dp_sim_centre *centre, enum dp_sim_happening what, uint32_t who,
                     uint32_t round, int64_t after_ms);

/* An event of this contact, or of this agent, with nothing more in it. */
struct dp_sim_event dp_sim_contact_event(const struct dp_sim_contact *contact,
                                         enum dp_event_type type);
struct dp_sim_event dp_sim_agent_event(uint32_t agent, enum dp_event_type type);

/* Gives the event its number and time and hands it on; during the warm-up it is only counted. */
void dp_sim_emit(struct dp_sim_centre *centre, struct dp_sim_event event);

#endif
