/* What the parts of a contact's life share: finding it, putting things on its agenda, drawing, and
 * telling of it. Thread: the centre's. */
#ifndef DP_SIMULATE_TELL_H
#define DP_SIMULATE_TELL_H

#include "simulate/centre.h"

#define DP_SIM_SECOND INT64_C(1000)
#define DP_SIM_MINUTE INT64_C(60000)

/* Valid until a contact is added. */
static inline struct dp_sim_contact *dp_sim_contact_at(struct dp_sim_centre *centre, uint32_t place)
{
    return &centre->contacts.all[place];
}

static inline enum dp_channel dp_sim_channel_of(const struct dp_sim_contact *contact)
{
    return dp_sim_lines[contact->line].channel;
}

static inline bool dp_sim_chance(struct dp_sim_centre *centre, uint32_t permille)
{
    return dp_rng_chance(&centre->rng, permille);
}

/* Low to high, evenly, plus an exponential tail of that mean; in ms. */
int64_t dp_sim_delay(struct dp_sim_centre *centre, int64_t low, int64_t high, int64_t tail);

/* Puts something on the agenda that is stale once the contact has turned. */
void dp_sim_contact_schedule(struct dp_sim_centre *centre, enum dp_sim_happening what,
                             uint32_t place, int64_t after_ms);

/* An event of the contact; `what` is the type's detail. */
void dp_sim_tell(struct dp_sim_centre *centre, const struct dp_sim_contact *contact,
                 enum dp_event_type type, unsigned what);
void dp_sim_tell_message(struct dp_sim_centre *centre, const struct dp_sim_contact *contact,
                         enum dp_sim_party from);
void dp_sim_tell_resolved(struct dp_sim_centre *centre, const struct dp_sim_contact *contact);

#endif
