/* A contact with its agent: answered, talk, holds, messages, transfers, the end; and the agenda of
 * contacts. Thread: the centre's. */
#ifndef DP_SIMULATE_CONVERSATION_H
#define DP_SIMULATE_CONVERSATION_H

#include "simulate/centre.h"

/* Handles DP_SIM_PATIENCE_ENDS to DP_SIM_SETTLE_AGAIN and DP_SIM_LEG_WRAP_ENDS. */
void dp_sim_conversation_happening(struct dp_sim_centre *centre, struct dp_agenda_item item);

#endif
