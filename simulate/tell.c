#include "simulate/tell.h"

int64_t dp_sim_delay(struct dp_sim_centre *centre, int64_t low, int64_t high, int64_t tail)
{
    int64_t base = dp_rng_between(&centre->rng, low, high); /* first: the order must not vary */
    return base + dp_rng_exp(&centre->rng, tail);
}

void dp_sim_contact_schedule(struct dp_sim_centre *centre, enum dp_sim_happening what,
                             uint32_t place, int64_t after_ms)
{
    dp_sim_schedule(centre, what, place, centre->contacts.all[place].round, after_ms);
}

void dp_sim_tell(struct dp_sim_centre *centre, const struct dp_sim_contact *c,
                 enum dp_event_type type, unsigned what)
{
    struct dp_sim_event event = dp_sim_contact_event(c, type);
    event.what = (uint8_t)what;
    dp_sim_emit(centre, event);
}

void dp_sim_tell_message(struct dp_sim_centre *centre, const struct dp_sim_contact *c,
                         enum dp_sim_party from)
{
    struct dp_sim_event event = dp_sim_contact_event(c, DP_CONTACT_MESSAGE);
    event.what = (uint8_t)from;
    if (from != DP_SIM_AGENT)
        event.agent = DP_SIM_NOBODY;
    dp_sim_emit(centre, event);
}

void dp_sim_tell_resolved(struct dp_sim_centre *centre, const struct dp_sim_contact *c)
{
    struct dp_sim_event event = dp_sim_contact_event(c, DP_CONTACT_RESOLVED);
    event.yes = c->solved;
    dp_sim_emit(centre, event);
}
