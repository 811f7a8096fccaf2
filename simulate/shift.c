#include "simulate/shift.h"

#include "simulate/routing.h"

#define MINUTE INT64_C(60000)

void dp_sim_shift_state(struct dp_sim_centre *centre, uint32_t agent, enum dp_sim_state state)
{
    struct dp_sim_agent *a = &centre->agents.all[agent];
    if (a->state == state)
        return;
    a->state = (uint8_t)state;
    struct dp_sim_event event = dp_sim_agent_event(agent, DP_AGENT_STATE);
    event.what = (uint8_t)state;
    dp_sim_emit(centre, event);
}

/* How long until the agent's next shift begins by the plan: more than 0, at most a cycle. */
static int64_t until_shift(const struct dp_sim_centre *centre, uint32_t agent)
{
    int64_t cycle = centre->plan.cycle_ms;
    return cycle - (centre->now_ms - centre->agents.posts[agent].shift_ms) % cycle;
}

static void schedule_pause(struct dp_sim_centre *centre, uint32_t agent, int64_t from, int64_t to)
{
    int64_t after = dp_rng_between(&centre->rng, from, to);
    dp_sim_schedule(centre, DP_SIM_PAUSE_DUE, agent, centre->agents.all[agent].round, after);
}

static enum dp_sim_state next_pause(struct dp_sim_centre *centre, struct dp_sim_agent *a)
{
    if (dp_rng_chance(&centre->rng, 150))
        return dp_rng_chance(&centre->rng, 500) ? DP_SIM_TRAINING : DP_SIM_MEETING;
    return a->pauses++ == 1 ? DP_SIM_LUNCH : DP_SIM_COFFEE;
}

static int64_t pause_length(struct dp_sim_centre *centre, enum dp_sim_state pause)
{
    switch (pause) {
    case DP_SIM_LUNCH:
        return dp_rng_between(&centre->rng, 28 * MINUTE, 35 * MINUTE);
    case DP_SIM_TRAINING:
    case DP_SIM_MEETING:
        return dp_rng_between(&centre->rng, 20 * MINUTE, 40 * MINUTE);
    case DP_SIM_MISSED:
        return dp_rng_between(&centre->rng, 1 * MINUTE, 4 * MINUTE);
    default:
        return dp_rng_between(&centre->rng, 10 * MINUTE, 17 * MINUTE);
    }
}

static void leave(struct dp_sim_centre *centre, uint32_t agent)
{
    struct dp_sim_agent *a = &centre->agents.all[agent];
    a->leaving = false;
    a->wanted = DP_SIM_AVAILABLE;
    a->pauses = 0;
    a->round = (a->round + 1) % DP_AGENDA_ROUNDS;
    /* Some are early, some late; never before now. */
    int64_t after =
        until_shift(centre, agent) + dp_rng_between(&centre->rng, -8 * MINUTE, 4 * MINUTE);
    dp_sim_schedule(centre, DP_SIM_SHIFT_BEGINS, agent, a->round, after > 0 ? after : 0);
    dp_sim_shift_state(centre, agent, DP_SIM_OFFLINE);
}

static void pause(struct dp_sim_centre *centre, uint32_t agent)
{
    struct dp_sim_agent *a = &centre->agents.all[agent];
    enum dp_sim_state what = a->wanted;
    a->wanted = DP_SIM_AVAILABLE;
    dp_sim_schedule(centre, DP_SIM_PAUSE_ENDS, agent, a->round, pause_length(centre, what));
    dp_sim_shift_state(centre, agent, what);
}

/* What an agent does whose contacts or wishes have changed. */
static void go_on(struct dp_sim_centre *centre, uint32_t agent)
{
    struct dp_sim_agent *a = &centre->agents.all[agent];
    dp_sim_agents_unlist(&centre->agents, agent);
    if (a->active == 0 && a->leaving) {
        leave(centre, agent);
        return;
    }
    if (a->active == 0 && a->wanted != DP_SIM_AVAILABLE) {
        pause(centre, agent);
        return;
    }
    if (a->active == 0)
        dp_sim_shift_state(centre, agent, DP_SIM_AVAILABLE);
    if (dp_sim_agent_open(&centre->agents, agent)) {
        dp_sim_agents_list(&centre->agents, agent, centre->now_ms);
        dp_sim_route_serve(centre, agent);
    }
}

void dp_sim_shift_release(struct dp_sim_centre *centre, uint32_t agent)
{
    dp_sim_agents_unlist(&centre->agents, agent);
    centre->agents.all[agent].active--;
    go_on(centre, agent);
}

static void begin(struct dp_sim_centre *centre, uint32_t agent, int64_t left_ms)
{
    uint32_t round = centre->agents.all[agent].round;
    int64_t after = left_ms + dp_rng_between(&centre->rng, 0, 5 * MINUTE);
    dp_sim_schedule(centre, DP_SIM_SHIFT_ENDS, agent, round, after);
    go_on(centre, agent);
}

void dp_sim_shift_init(struct dp_sim_centre *centre, uint32_t agent)
{
    struct dp_sim_agent *a = &centre->agents.all[agent];
    int64_t into = centre->plan.cycle_ms - until_shift(centre, agent);
    if (into >= DP_SIM_SHIFT_MS) {
        leave(centre, agent);
        return;
    }
    a->pauses = (uint8_t)(into / (110 * MINUTE));
    if (dp_rng_chance(&centre->rng, 120))
        a->wanted = (uint8_t)next_pause(centre, a);
    else
        schedule_pause(centre, agent, 0, 105 * MINUTE);
    begin(centre, agent, DP_SIM_SHIFT_MS - into);
}

void dp_sim_shift_happening(struct dp_sim_centre *centre, struct dp_agenda_item item)
{
    uint32_t agent = item.who;
    struct dp_sim_agent *a = &centre->agents.all[agent];
    if (item.round != a->round)
        return;
    switch (item.kind) {
    case DP_SIM_SHIFT_BEGINS:
        schedule_pause(centre, agent, 75 * MINUTE, 135 * MINUTE);
        begin(centre, agent, DP_SIM_SHIFT_MS);
        return;
    case DP_SIM_SHIFT_ENDS:
        a->leaving = true;
        go_on(centre, agent);
        return;
    case DP_SIM_PAUSE_DUE:
        if (a->state == DP_SIM_MISSED) {
            schedule_pause(centre, agent, 5 * MINUTE, 10 * MINUTE);
            return;
        }
        a->wanted = (uint8_t)next_pause(centre, a);
        go_on(centre, agent);
        return;
    default: /* DP_SIM_PAUSE_ENDS */
        if (a->state != DP_SIM_MISSED)
            schedule_pause(centre, agent, 80 * MINUTE, 120 * MINUTE);
        go_on(centre, agent);
        return;
    }
}
