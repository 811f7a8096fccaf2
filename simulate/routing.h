/* How a contact gets to an agent: offered, waiting in a line, ringing; and those who don't get
 * there. Thread: the centre's. */
#ifndef DP_SIMULATE_ROUTING_H
#define DP_SIMULATE_ROUTING_H

#include "simulate/centre.h"

/* A customer comes to the line. */
void dp_sim_route_offer(struct dp_sim_centre *centre, uint32_t line);

/* To an agent when one is free, else into the line; those who waited already go to its front. */
void dp_sim_route(struct dp_sim_centre *centre, uint32_t place, bool at_front);

/* Gives the agent, who is in a list, the contacts that wait and that it can take. */
void dp_sim_route_serve(struct dp_sim_centre *centre, uint32_t agent);

/* When the customer will hang up, if nobody answers. A few do at once; e-mails have time. */
void dp_sim_route_patience(struct dp_sim_centre *centre, uint32_t place);

/* The customer of a contact that waits or rings has had enough. */
void dp_sim_route_patience_ends(struct dp_sim_centre *centre, uint32_t place);

/* The agent whose phone rings does not answer: on to the next. */
void dp_sim_route_decline(struct dp_sim_centre *centre, uint32_t place);

#endif
