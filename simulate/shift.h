/* An agent's day: shift, pauses, and being free for the next contact. */
#ifndef DP_SIMULATE_SHIFT_H
#define DP_SIMULATE_SHIFT_H

#include "simulate/centre.h"

/* Before the first event: at work or not, by the plan. */
void dp_sim_shift_init(struct dp_sim_centre *centre, uint32_t agent);

/* Handles DP_SIM_SHIFT_BEGINS to DP_SIM_PAUSE_ENDS. */
void dp_sim_shift_happening(struct dp_sim_centre *centre, struct dp_agenda_item item);

/* Makes the agent's state what it is told, with an event when that is a change. */
void dp_sim_shift_state(struct dp_sim_centre *centre, uint32_t agent, enum dp_sim_state state);

/* Takes one contact off the agent; then it leaves, pauses or takes the next contact that waits. */
void dp_sim_shift_release(struct dp_sim_centre *centre, uint32_t agent);

#endif
