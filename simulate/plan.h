/* What the centre looks like on paper: its queues, groups and teams, who works when, and how many
 * customers are expected when. Arrivals follow the staff, as in a centre whose planners do their
 * work; waves around the forecast make the queues. */
#ifndef DP_SIMULATE_PLAN_H
#define DP_SIMULATE_PLAN_H

#include <stdbool.h>
#include <stdint.h>

#include "simulate/event.h"
#include "simulate/rng.h"

#define DP_SIM_LINES     9
#define DP_SIM_GROUPS    6
#define DP_SIM_SLOTS     48 /* half hours of a day */
#define DP_SIM_SLOT_MS   INT64_C(1800000)
#define DP_SIM_DAY_MS    (DP_SIM_SLOTS * DP_SIM_SLOT_MS)
#define DP_SIM_SHIFT_MS  INT64_C(30600000) /* 8.5 h, breaks included */
#define DP_SIM_TEAM_SIZE 15

/* A queue on one channel. */
struct dp_sim_line {
    const char *queue;
    enum dp_channel channel;
    uint8_t group;     /* who takes it first */
    uint16_t permille; /* share of its channel's work */
    int32_t work_ms;   /* mean talk (voice) or writing (e-mail) time; chat: of one reply */
    int32_t wrap_ms;   /* mean after-contact work */
};

/* Agents with the same skills. */
struct dp_sim_group {
    const char *name;
    enum dp_channel channel;
    uint16_t permille; /* share of the agents */
    uint8_t capacity;  /* contacts at once */
};

extern const struct dp_sim_line dp_sim_lines[DP_SIM_LINES];
extern const struct dp_sim_group dp_sim_groups[DP_SIM_GROUPS];

/* Where an agent belongs. */
struct dp_sim_post {
    uint8_t group;
    uint16_t team;    /* 1, 2, 3 ... within the group */
    int32_t shift_ms; /* start of the shift after midnight UTC; round the clock: after the epoch */
};

struct dp_sim_plan {
    bool around_the_clock; /* shifts follow each other without a day's curve */
    int64_t cycle_ms;      /* from the start of a shift to the start of the same agent's next */
    uint64_t rate[DP_SIM_LINES]
                 [DP_SIM_SLOTS + 1]; /* arrivals an hour * 1000, at each slot's start */
    uint64_t peak[DP_SIM_LINES];     /* the highest of them */
};

/* Fills `posts` (one an agent) and the plan. `permille` scales the arrivals: 1000 is a normal load.
 */
void dp_sim_plan_init(struct dp_sim_plan *plan, struct dp_sim_post *posts, uint32_t agents,
                      bool around_the_clock, uint32_t permille, struct dp_rng *rng);

/* Arrivals of a line an hour * 1000 at a time since the Unix epoch; never above `peak`. */
uint64_t dp_sim_plan_rate(const struct dp_sim_plan *plan, unsigned line, int64_t at_ms);

#endif
