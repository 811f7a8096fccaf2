/* What comes after the talk: the outcome, feedback, second thoughts. Thread: the centre's. */
#ifndef DP_SIMULATE_AFTERCARE_H
#define DP_SIMULATE_AFTERCARE_H

#include "simulate/centre.h"

/* The agent's work is done: the outcome is known, and what may follow is decided. */
void dp_sim_aftercare_wrap_ends(struct dp_sim_centre *centre, uint32_t place);

/* The next thing that follows: a rating, a complaint, a reopening. */
void dp_sim_aftercare_follow_up(struct dp_sim_centre *centre, uint32_t place);

/* A reopened contact has an outcome again. */
void dp_sim_aftercare_settle_again(struct dp_sim_centre *centre, uint32_t place);

#endif
