#include "simulate/routing.h"

#include "simulate/shift.h"
#include "simulate/tell.h"

static void ring(struct dp_sim_centre *centre, uint32_t place, uint32_t agent)
{
    static const int64_t longest[DP_CHANNELS] = {0, 7500, 5000, 2000}; /* ms, as a rule */
    struct dp_sim_contact *c = dp_sim_contact_at(centre, place);
    c->phase = DP_SIM_RINGING;
    c->agent = agent;
    dp_sim_agents_unlist(&centre->agents, agent);
    centre->agents.all[agent].active++;
    if (dp_sim_agent_open(&centre->agents, agent))
        dp_sim_agents_list(&centre->agents, agent, centre->now_ms);
    dp_sim_contact_schedule(centre, DP_SIM_RING_ENDS, place,
                            dp_sim_delay(centre, 1000, longest[dp_sim_channel_of(c)], 500));
}

void dp_sim_route(struct dp_sim_centre *centre, uint32_t place, bool at_front)
{
    struct dp_sim_contact *c = dp_sim_contact_at(centre, place);
    uint32_t agent = c->for_agent;
    c->for_agent = DP_SIM_NOBODY;
    if (agent == DP_SIM_NOBODY || !centre->agents.all[agent].listed)
        agent = dp_sim_agents_pick(&centre->agents, c->line);
    if (agent != DP_SIM_NOBODY) {
        ring(centre, place, agent);
        return;
    }
    c->phase = DP_SIM_WAITING;
    c->agent = DP_SIM_NOBODY;
    dp_sim_contacts_wait(&centre->contacts, place, at_front);
}

void dp_sim_route_patience(struct dp_sim_centre *centre, uint32_t place)
{
    enum dp_channel channel = dp_sim_channel_of(dp_sim_contact_at(centre, place));
    if (channel == DP_CHANNEL_EMAIL)
        return;
    int64_t patience =
        dp_sim_chance(centre, 55) ? dp_sim_delay(centre, 2 * DP_SIM_SECOND, 9 * DP_SIM_SECOND, 0)
        : channel == DP_CHANNEL_VOICE
            ? dp_sim_delay(centre, 8 * DP_SIM_SECOND, 20 * DP_SIM_SECOND, 170 * DP_SIM_SECOND)
            : dp_sim_delay(centre, 20 * DP_SIM_SECOND, 40 * DP_SIM_SECOND, 300 * DP_SIM_SECOND);
    dp_sim_contact_schedule(centre, DP_SIM_PATIENCE_ENDS, place, patience);
}

static uint8_t draw_priority(struct dp_sim_centre *centre)
{
    uint32_t n = dp_rng_below(&centre->rng, 100);
    return n < 1    ? DP_PRIORITY_URGENT
           : n < 8  ? DP_PRIORITY_HIGH
           : n < 95 ? DP_PRIORITY_NORMAL
                    : DP_PRIORITY_LOW;
}

void dp_sim_route_offer(struct dp_sim_centre *centre, uint32_t line)
{
    uint32_t place = dp_sim_contacts_add(&centre->contacts);
    struct dp_sim_contact *c = dp_sim_contact_at(centre, place);
    bool returns = centre->returners.count && dp_sim_chance(centre, 120);
    uint32_t customer = returns ? dp_sim_returners_take(&centre->returners, &centre->rng)
                                : dp_rng_below(&centre->rng, centre->population);
    *c = (struct dp_sim_contact){
        .id = ++centre->contacts_made,
        .since_ms = centre->now_ms,
        .customer = customer,
        .agent = DP_SIM_NOBODY,
        .for_agent = DP_SIM_NOBODY,
        .round = c->round,
        .line = (uint8_t)line,
        .priority = draw_priority(centre),
    };
    dp_sim_tell(centre, c, DP_CONTACT_OFFERED, 0);
    if (dp_sim_channel_of(c) != DP_CHANNEL_VOICE)
        dp_sim_tell_message(centre, c, DP_SIM_CUSTOMER);
    if (dp_sim_channel_of(c) == DP_CHANNEL_CHAT && dp_sim_chance(centre, 600))
        dp_sim_contact_schedule(centre, DP_SIM_BOT_WRITES, place,
                                dp_sim_delay(centre, 500, 1500, 0));
    dp_sim_route_patience(centre, place);
    dp_sim_route(centre, place, false);
}

/* Whether contact `a` goes before `b`. */
static bool before(const struct dp_sim_contact *a, const struct dp_sim_contact *b)
{
    return a->priority != b->priority ? a->priority < b->priority : a->since_ms < b->since_ms;
}

/* Who waits for an agent of the group: in its own lines, else in those where it helps out. */
static uint32_t next_for(struct dp_sim_centre *centre, unsigned group)
{
    for (int own = 1; own >= 0; own--) {
        uint32_t best = DP_SIM_NONE;
        for (unsigned line = 0; line < DP_SIM_LINES; line++) {
            bool is_own = dp_sim_lines[line].group == group;
            if (own ? !is_own : is_own || !dp_sim_group_helps(group, line))
                continue;
            uint32_t first = dp_sim_contacts_first(&centre->contacts, line);
            if (first == DP_SIM_NONE)
                continue;
            if (best == DP_SIM_NONE ||
                before(dp_sim_contact_at(centre, first), dp_sim_contact_at(centre, best)))
                best = first;
        }
        if (best != DP_SIM_NONE)
            return best;
    }
    return DP_SIM_NONE;
}

void dp_sim_route_serve(struct dp_sim_centre *centre, uint32_t agent)
{
    unsigned group = centre->agents.posts[agent].group;
    while (centre->agents.all[agent].listed) {
        uint32_t place = next_for(centre, group);
        if (place == DP_SIM_NONE)
            return;
        dp_sim_contacts_leave(&centre->contacts, place);
        ring(centre, place, agent);
    }
}

void dp_sim_route_patience_ends(struct dp_sim_centre *centre, uint32_t place)
{
    struct dp_sim_contact *c = dp_sim_contact_at(centre, place);
    uint32_t agent = c->phase == DP_SIM_RINGING ? c->agent : DP_SIM_NOBODY;
    if (agent == DP_SIM_NOBODY)
        dp_sim_contacts_leave(&centre->contacts, place);
    c->agent = DP_SIM_NOBODY;
    if (c->legs == 0) {
        dp_sim_tell(centre, c, DP_CONTACT_ABANDONED, 0);
    } else {
        dp_sim_tell(centre, c, DP_CONTACT_ENDED, DP_SIM_CUSTOMER);
        c->solved = false;
        dp_sim_tell_resolved(centre, c);
    }
    if (dp_sim_chance(centre, 400))
        dp_sim_returners_add(&centre->returners, c->customer);
    dp_sim_contacts_remove(&centre->contacts, place);
    if (agent != DP_SIM_NOBODY)
        dp_sim_shift_release(centre, agent);
}

void dp_sim_route_decline(struct dp_sim_centre *centre, uint32_t place)
{
    struct dp_sim_contact *c = dp_sim_contact_at(centre, place);
    uint32_t agent = c->agent;
    struct dp_sim_agent *a = &centre->agents.all[agent];
    bool no_answer = dp_sim_chance(centre, 600);
    dp_sim_tell(centre, c, DP_CONTACT_DECLINED, no_answer ? DP_SIM_NO_ANSWER : DP_SIM_REJECTED);
    if (no_answer && a->wanted == DP_SIM_AVAILABLE && dp_sim_chance(centre, 400))
        a->wanted = DP_SIM_MISSED;
    dp_sim_agents_unlist(&centre->agents, agent); /* so that another agent is picked */
    dp_sim_route(centre, place, true);
    dp_sim_shift_release(centre, agent);
}
