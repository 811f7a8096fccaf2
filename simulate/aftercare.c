#include "simulate/aftercare.h"

#include "simulate/routing.h"
#include "simulate/shift.h"
#include "simulate/tell.h"

static void schedule_follow_up(struct dp_sim_centre *centre, uint32_t place)
{
    struct dp_sim_contact *c = dp_sim_contact_at(centre, place);
    if (c->follow == 0) {
        dp_sim_contacts_remove(&centre->contacts, place);
        return;
    }
    int64_t after =
        c->follow & DP_SIM_WILL_RATE
            ? dp_sim_delay(centre, 15 * DP_SIM_SECOND, 60 * DP_SIM_SECOND, 100 * DP_SIM_SECOND)
        : c->follow & DP_SIM_WILL_COMPLAIN
            ? dp_sim_delay(centre, 1 * DP_SIM_MINUTE, 5 * DP_SIM_MINUTE, 8 * DP_SIM_MINUTE)
            : dp_sim_delay(centre, 2 * DP_SIM_MINUTE, 10 * DP_SIM_MINUTE, 15 * DP_SIM_MINUTE);
    dp_sim_contact_schedule(centre, DP_SIM_FOLLOW_UP, place, after);
}

void dp_sim_aftercare_wrap_ends(struct dp_sim_centre *centre, uint32_t place)
{
    struct dp_sim_contact *c = dp_sim_contact_at(centre, place);
    struct dp_sim_agent *a = &centre->agents.all[c->agent];
    c->phase = DP_SIM_OVER;
    c->solved = dp_sim_chance(centre, 760 + a->skill * 2u);
    dp_sim_tell(centre, c, DP_CONTACT_WRAPPED,
                c->solved ? dp_rng_below(&centre->rng, DP_SIM_PROMISED)
                          : (uint32_t)DP_SIM_PROMISED);
    dp_sim_tell_resolved(centre, c);
    a->last_contact = c->id;
    if (dp_sim_chance(centre, c->solved ? 60 : 500))
        dp_sim_returners_add(&centre->returners, c->customer);
    c->follow = 0;
    if (dp_sim_chance(centre, 130))
        c->follow |= DP_SIM_WILL_RATE;
    if (dp_sim_chance(centre, c->solved ? 4 : 30))
        c->follow |= DP_SIM_WILL_COMPLAIN;
    if (c->solved && dp_sim_chance(centre, 30))
        c->follow |= DP_SIM_WILL_REOPEN;
    uint32_t agent = c->agent;
    schedule_follow_up(centre, place);
    dp_sim_shift_release(centre, agent);
}

static void rate(struct dp_sim_centre *centre, const struct dp_sim_contact *c)
{
    uint32_t skill = centre->agents.all[c->agent].skill;
    uint32_t luck = dp_rng_below(&centre->rng, 1000) + skill + (c->solved ? 250 : 0);
    unsigned stars = luck < 90 ? 1 : luck < 200 ? 2 : luck < 380 ? 3 : luck < 700 ? 4 : 5;
    struct dp_sim_event event = dp_sim_contact_event(c, DP_FEEDBACK_RATED);
    bool of_ten = dp_sim_channel_of(c) == DP_CHANNEL_CHAT;
    event.score = (uint8_t)(of_ten ? 2 * stars - dp_rng_below(&centre->rng, 2) : stars);
    event.scale = of_ten ? 10 : 5;
    dp_sim_emit(centre, event);
}

/* A reopened e-mail is a new letter for the line; others are looked after without a new talk. */
static void reopen(struct dp_sim_centre *centre, uint32_t place)
{
    struct dp_sim_contact *c = dp_sim_contact_at(centre, place);
    dp_sim_tell(centre, c, DP_CONTACT_REOPENED, 0);
    if (dp_sim_channel_of(c) != DP_CHANNEL_EMAIL) {
        dp_sim_contact_schedule(
            centre, DP_SIM_SETTLE_AGAIN, place,
            dp_sim_delay(centre, DP_SIM_MINUTE, 5 * DP_SIM_MINUTE, 10 * DP_SIM_MINUTE));
        return;
    }
    c->since_ms = centre->now_ms;
    c->agent = DP_SIM_NOBODY;
    dp_sim_tell_message(centre, c, DP_SIM_CUSTOMER);
    dp_sim_route(centre, place, false);
}

void dp_sim_aftercare_follow_up(struct dp_sim_centre *centre, uint32_t place)
{
    struct dp_sim_contact *c = dp_sim_contact_at(centre, place);
    if (c->follow & DP_SIM_WILL_RATE) {
        c->follow &= (uint8_t)~DP_SIM_WILL_RATE;
        rate(centre, c);
    } else if (c->follow & DP_SIM_WILL_COMPLAIN) {
        c->follow &= (uint8_t)~DP_SIM_WILL_COMPLAIN;
        dp_sim_tell(centre, c, DP_FEEDBACK_COMPLAINED, 0);
    } else {
        reopen(centre, place); /* always the last */
        return;
    }
    schedule_follow_up(centre, place);
}

void dp_sim_aftercare_settle_again(struct dp_sim_centre *centre, uint32_t place)
{
    struct dp_sim_contact *c = dp_sim_contact_at(centre, place);
    c->solved = dp_sim_chance(centre, 850);
    dp_sim_tell_resolved(centre, c);
    dp_sim_contacts_remove(&centre->contacts, place);
}
