#include "simulate/conversation.h"

#include "simulate/aftercare.h"
#include "simulate/routing.h"
#include "simulate/shift.h"
#include "simulate/tell.h"

static void start_talk(struct dp_sim_centre *centre, uint32_t place)
{
    struct dp_sim_contact *c = dp_sim_contact_at(centre, place);
    const struct dp_sim_line *line = &dp_sim_lines[c->line];
    if (line->channel == DP_CHANNEL_VOICE) {
        int64_t talk =
            5 * DP_SIM_SECOND + dp_rng_gamma(&centre->rng, line->work_ms - 5 * DP_SIM_SECOND);
        c->steps = dp_sim_chance(centre, 780) ? 0 : dp_sim_chance(centre, 800) ? 1 : 2;
        c->part_ms = (int32_t)(talk / (c->steps + 1));
        dp_sim_contact_schedule(centre, c->steps ? DP_SIM_HOLD : DP_SIM_TALK_ENDS, place,
                                c->part_ms);
        return;
    }
    c->steps =
        dp_sim_channel_of(c) == DP_CHANNEL_CHAT ? (uint8_t)(2 + dp_rng_below(&centre->rng, 9)) : 0;
    int64_t greeting = dp_sim_channel_of(c) == DP_CHANNEL_CHAT ? line->work_ms / 2 : line->work_ms;
    dp_sim_contact_schedule(centre, DP_SIM_AGENT_WRITES, place,
                            2 * DP_SIM_SECOND +
                                dp_rng_gamma(&centre->rng, greeting - 2 * DP_SIM_SECOND));
}

static void ring_ends(struct dp_sim_centre *centre, uint32_t place)
{
    struct dp_sim_contact *c = dp_sim_contact_at(centre, place);
    if (dp_sim_channel_of(c) != DP_CHANNEL_EMAIL && dp_sim_chance(centre, 25)) {
        dp_sim_route_decline(centre, place);
        return;
    }
    dp_sim_contact_turn(c); /* patience does not matter any more */
    c->phase = DP_SIM_TALKING;
    c->legs++;
    dp_sim_tell(centre, c, DP_CONTACT_ANSWERED, 0);
    dp_sim_shift_state(centre, c->agent, DP_SIM_BUSY);
    start_talk(centre, place);
}

static void agent_writes(struct dp_sim_centre *centre, uint32_t place)
{
    struct dp_sim_contact *c = dp_sim_contact_at(centre, place);
    dp_sim_tell_message(centre, c, DP_SIM_AGENT);
    if (c->steps == 0) {
        int64_t tail = dp_sim_channel_of(c) == DP_CHANNEL_CHAT ? 12 * DP_SIM_SECOND : 0;
        dp_sim_contact_schedule(centre, DP_SIM_TALK_ENDS, place,
                                dp_sim_delay(centre, 1 * DP_SIM_SECOND, 3 * DP_SIM_SECOND, tail));
        return;
    }
    c->steps--;
    dp_sim_contact_schedule(centre, DP_SIM_CUSTOMER_WRITES, place,
                            2 * DP_SIM_SECOND + dp_rng_gamma(&centre->rng, 20 * DP_SIM_SECOND));
}

static void customer_writes(struct dp_sim_centre *centre, uint32_t place)
{
    struct dp_sim_contact *c = dp_sim_contact_at(centre, place);
    dp_sim_tell_message(centre, c, DP_SIM_CUSTOMER);
    if (dp_sim_chance(centre, 150)) {
        dp_sim_contact_schedule(centre, DP_SIM_CUSTOMER_WRITES, place,
                                dp_sim_delay(centre, 1000, 4000, 3000));
        return;
    }
    int64_t work = dp_sim_lines[c->line].work_ms;
    dp_sim_contact_schedule(centre, DP_SIM_AGENT_WRITES, place,
                            2 * DP_SIM_SECOND +
                                dp_rng_gamma(&centre->rng, work - 2 * DP_SIM_SECOND));
}

static uint8_t other_line(struct dp_sim_centre *centre, const struct dp_sim_contact *c)
{
    uint32_t skip = dp_rng_below(&centre->rng, DP_SIM_LINES - 1) + 1;
    for (uint32_t i = 0; i < DP_SIM_LINES; i++) {
        uint8_t line = (uint8_t)((c->line + skip + i) % DP_SIM_LINES);
        if (line != c->line && dp_sim_lines[line].channel == dp_sim_channel_of(c))
            return line;
    }
    return c->line;
}

static int64_t wrap_length(struct dp_sim_centre *centre, unsigned line)
{
    return 1 * DP_SIM_SECOND +
           dp_rng_gamma(&centre->rng, dp_sim_lines[line].wrap_ms - 1 * DP_SIM_SECOND);
}

/* The agent is done with the talk. With other contacts open it stays busy. */
static void start_wrap(struct dp_sim_centre *centre, uint32_t agent)
{
    if (centre->agents.all[agent].active == 1)
        dp_sim_shift_state(centre, agent, DP_SIM_WRAPUP);
}

static void transfer(struct dp_sim_centre *centre, uint32_t place)
{
    struct dp_sim_contact *c = dp_sim_contact_at(centre, place);
    uint32_t agent = c->agent;
    uint8_t to_line = other_line(centre, c);
    uint32_t to_agent =
        dp_sim_chance(centre, 300) ? dp_sim_agents_pick(&centre->agents, to_line) : DP_SIM_NOBODY;
    struct dp_sim_event event = dp_sim_contact_event(c, DP_CONTACT_TRANSFERRED);
    if (to_agent != DP_SIM_NOBODY && to_agent != agent)
        event.to_agent = c->for_agent = to_agent;
    else
        event.to_line = to_line;
    dp_sim_emit(centre, event);
    struct dp_sim_agent *a = &centre->agents.all[agent];
    bool writes_up =
        dp_sim_channel_of(c) != DP_CHANNEL_CHAT; /* a chat's text needs no more words */
    if (writes_up) {
        a->wrap_contact = c->id;
        a->wrap_line = c->line;
        start_wrap(centre, agent);
        dp_sim_schedule(centre, DP_SIM_LEG_WRAP_ENDS, agent, 0, wrap_length(centre, c->line));
    }
    dp_sim_contact_turn(c);
    c->since_ms = centre->now_ms;
    if (c->for_agent == DP_SIM_NOBODY)
        c->line = to_line;
    dp_sim_route_patience(centre, place);
    dp_sim_agents_unlist(&centre->agents, agent); /* not back to the one who passes it on */
    dp_sim_route(centre, place, false);
    if (!writes_up)
        dp_sim_shift_release(centre, agent);
}

static void leg_wrap_ends(struct dp_sim_centre *centre, uint32_t agent)
{
    struct dp_sim_agent *a = &centre->agents.all[agent];
    struct dp_sim_event event = dp_sim_agent_event(agent, DP_CONTACT_WRAPPED);
    event.contact = a->wrap_contact;
    event.line = a->wrap_line;
    event.what = DP_SIM_PASSED_ON;
    dp_sim_emit(centre, event);
    dp_sim_shift_release(centre, agent);
}

static void talk_ends(struct dp_sim_centre *centre, uint32_t place)
{
    static const uint32_t transfers[DP_CHANNELS] = {0, 80, 50, 40}; /* permille */
    struct dp_sim_contact *c = dp_sim_contact_at(centre, place);
    if (c->legs < 3 && dp_sim_chance(centre, transfers[dp_sim_channel_of(c)])) {
        transfer(centre, place);
        return;
    }
    uint32_t who = dp_rng_below(&centre->rng, 100);
    enum dp_sim_party by = who < 55 ? DP_SIM_CUSTOMER : who < 96 ? DP_SIM_AGENT : DP_SIM_SYSTEM;
    dp_sim_tell(centre, c, DP_CONTACT_ENDED,
                dp_sim_channel_of(c) == DP_CHANNEL_EMAIL ? DP_SIM_AGENT : by);
    c->phase = DP_SIM_WRAPPING;
    start_wrap(centre, c->agent);
    dp_sim_contact_schedule(centre, DP_SIM_WRAP_ENDS, place, wrap_length(centre, c->line));
}

void dp_sim_conversation_happening(struct dp_sim_centre *centre, struct dp_agenda_item item)
{
    if (item.kind == DP_SIM_LEG_WRAP_ENDS) {
        leg_wrap_ends(centre, item.who);
        return;
    }
    struct dp_sim_contact *c = dp_sim_contact_at(centre, item.who);
    if (item.round != c->round)
        return;
    switch (item.kind) {
    case DP_SIM_PATIENCE_ENDS:
        dp_sim_route_patience_ends(centre, item.who);
        return;
    case DP_SIM_BOT_WRITES:
        dp_sim_tell_message(centre, c, DP_SIM_BOT);
        return;
    case DP_SIM_RING_ENDS:
        ring_ends(centre, item.who);
        return;
    case DP_SIM_HOLD:
        dp_sim_tell(centre, c, DP_CONTACT_HELD, 0);
        dp_sim_contact_schedule(
            centre, DP_SIM_RETRIEVE, item.who,
            dp_sim_delay(centre, 8 * DP_SIM_SECOND, 15 * DP_SIM_SECOND, 30 * DP_SIM_SECOND));
        return;
    case DP_SIM_RETRIEVE:
        dp_sim_tell(centre, c, DP_CONTACT_RETRIEVED, 0);
        c->steps--;
        dp_sim_contact_schedule(centre, c->steps ? DP_SIM_HOLD : DP_SIM_TALK_ENDS, item.who,
                                c->part_ms);
        return;
    case DP_SIM_AGENT_WRITES:
        agent_writes(centre, item.who);
        return;
    case DP_SIM_CUSTOMER_WRITES:
        customer_writes(centre, item.who);
        return;
    case DP_SIM_TALK_ENDS:
        talk_ends(centre, item.who);
        return;
    case DP_SIM_WRAP_ENDS:
        dp_sim_aftercare_wrap_ends(centre, item.who);
        return;
    case DP_SIM_FOLLOW_UP:
        dp_sim_aftercare_follow_up(centre, item.who);
        return;
    default: /* DP_SIM_SETTLE_AGAIN */
        dp_sim_aftercare_settle_again(centre, item.who);
        return;
    }
}
