/* The agents and the lists of those who can take a contact, longest idle first. An agent is known
 * by its number. Thread: the owner's. */
#ifndef DP_SIMULATE_AGENTS_H
#define DP_SIMULATE_AGENTS_H

#include <stdbool.h>
#include <stdint.h>

#include "simulate/event.h"
#include "simulate/plan.h"

#define DP_SIM_CAPACITY_MAX 3

struct dp_sim_agent {
    int64_t listed_ms;     /* since when it is in its list */
    uint64_t last_contact; /* its latest contact that is over; 0: none yet */
    uint64_t wrap_contact; /* the contact that it passed on and still writes up */
    uint32_t prev, next;   /* in its list */
    uint32_t round;        /* agenda items of an earlier shift are stale */
    uint8_t wrap_line;     /* of wrap_contact */
    uint8_t state;         /* enum dp_sim_state */
    uint8_t wanted;        /* the pause to take when free; DP_SIM_AVAILABLE: none */
    uint8_t active;        /* contacts, ringing ones and wrap-up included */
    uint8_t pauses;        /* of this shift */
    uint8_t skill;         /* 0 to 100 */
    bool leaving;          /* the shift is over: goes when free */
    bool listed;
};

struct dp_sim_list {
    uint32_t head, tail;
};

struct dp_sim_agents {
    struct dp_sim_agent *all;
    struct dp_sim_post *posts; /* by agent */
    uint32_t count;
    /* Those who can take one more, by group and number of contacts they have. */
    struct dp_sim_list lists[DP_SIM_GROUPS][DP_SIM_CAPACITY_MAX];
};

/* `count` agents, all offline, with skills drawn from `rng`; the posts are not filled. */
void dp_sim_agents_init(struct dp_sim_agents *agents, uint32_t count, struct dp_rng *rng);
void dp_sim_agents_deinit(struct dp_sim_agents *agents);

/* Puts the agent at the end of the list for the contacts it has; it is in none. */
void dp_sim_agents_list(struct dp_sim_agents *agents, uint32_t agent, int64_t now_ms);
/* Takes it out, if it is in one. Before `active` changes. */
void dp_sim_agents_unlist(struct dp_sim_agents *agents, uint32_t agent);

/* Whether it may take one more contact. */
bool dp_sim_agent_open(const struct dp_sim_agents *agents, uint32_t agent);
/* Whether agents of the group can help out on the line when its own have no time. */
bool dp_sim_group_helps(unsigned group, unsigned line);

/* Who gets the line's next contact: of its own group those with the fewest contacts, then of the
 * other groups that can help; longest idle first. DP_SIM_NOBODY. */
uint32_t dp_sim_agents_pick(const struct dp_sim_agents *agents, unsigned line);

#endif
