#include "simulate/centre.h"

#include <string.h>

#include "simulate/conversation.h"
#include "simulate/routing.h"
#include "simulate/shift.h"

#define WARM_UP_MS INT64_C(900000)
#define WARM_COUNT_MS                                                                              \
    INT64_C(600000) /* of the end of the warm-up, over which events are counted                    \
                     */
#define UNIT_PACE       (UINT64_C(1) << 24)
#define QUALITY_CHECKS  3 /* an agent a shift */
#define POPULATION_MAX  UINT32_C(1000000000)
#define RETURNERS_AGENT 20 /* remembered customers an agent */

void dp_sim_schedule(struct dp_sim_centre *centre, enum dp_sim_happening what, uint32_t who,
                     uint32_t round, int64_t after_ms)
{
    struct dp_agenda_item item = {.at_ms = centre->now_ms + after_ms, .who = who};
    item.kind = what & 63u;
    item.round = round & (DP_AGENDA_ROUNDS - 1);
    dp_agenda_push(&centre->agenda, item);
}

struct dp_sim_event dp_sim_contact_event(const struct dp_sim_contact *contact,
                                         enum dp_event_type type)
{
    return (struct dp_sim_event){.contact = contact->id,
                                 .customer = contact->customer,
                                 .agent = contact->agent,
                                 .to_agent = DP_SIM_NOBODY,
                                 .type = (uint8_t)type,
                                 .line = contact->line,
                                 .to_line = DP_SIM_NO_LINE,
                                 .priority = contact->priority};
}

struct dp_sim_event dp_sim_agent_event(uint32_t agent, enum dp_event_type type)
{
    return (struct dp_sim_event){.agent = agent,
                                 .to_agent = DP_SIM_NOBODY,
                                 .type = (uint8_t)type,
                                 .line = DP_SIM_NO_LINE,
                                 .to_line = DP_SIM_NO_LINE};
}

static int64_t event_time(const struct dp_sim_centre *centre, int64_t at_ms)
{
    return centre->start_ms +
           (int64_t)(((uint64_t)(at_ms - centre->start_ms) * centre->pace) / UNIT_PACE);
}

void dp_sim_emit(struct dp_sim_centre *centre, struct dp_sim_event event)
{
    if (centre->warming) {
        centre->warm_events++;
        return;
    }
    event.id = ++centre->events_made;
    event.time_ms = event_time(centre, centre->now_ms);
    if (event.agent != DP_SIM_NOBODY) {
        event.group = centre->agents.posts[event.agent].group;
        event.team = centre->agents.posts[event.agent].team;
    }
    centre->sink(centre->context, &event);
}

/* The line's Poisson process at its peak rate; the thinning makes it follow the plan. */
static void schedule_customer(struct dp_sim_centre *centre, uint32_t line)
{
    uint64_t mean_us = UINT64_C(3600000000000) / centre->plan.peak[line];
    uint64_t most = (UINT64_C(1) << 40) - 1;
    centre->next_us[line] += dp_rng_exp(&centre->rng, (int64_t)(mean_us < most ? mean_us : most));
    int64_t after = centre->next_us[line] / 1000 - centre->now_ms;
    dp_sim_schedule(centre, DP_SIM_CUSTOMER_COMES, line, 0, after);
}

static void customer_comes(struct dp_sim_centre *centre, uint32_t line)
{
    uint64_t peak = centre->plan.peak[line];
    uint64_t rate = dp_sim_plan_rate(&centre->plan, line, centre->now_ms);
    schedule_customer(centre, line);
    if (dp_rng_next(&centre->rng) % peak < rate)
        dp_sim_route_offer(centre, line);
}

static void check_quality(struct dp_sim_centre *centre)
{
    uint32_t agent = dp_rng_below(&centre->rng, centre->agents.count);
    const struct dp_sim_agent *a = &centre->agents.all[agent];
    dp_sim_schedule(
        centre, DP_SIM_CHECK_QUALITY, 0, 0,
        dp_rng_exp(&centre->rng, DP_SIM_SHIFT_MS / QUALITY_CHECKS / centre->agents.count));
    if (a->state == DP_SIM_OFFLINE)
        return;
    struct dp_sim_event event = dp_sim_agent_event(agent, DP_QUALITY_SCORED);
    event.contact = a->last_contact;
    event.yes = dp_rng_chance(&centre->rng, 15);
    uint32_t score = 62 + a->skill * 3u / 10 + dp_rng_below(&centre->rng, 20);
    event.score = (uint8_t)(event.yes ? score / 2 : score > 100 ? 100 : score);
    dp_sim_emit(centre, event);
}

static void measure(struct dp_sim_centre *centre)
{
    uint32_t agent = dp_rng_below(&centre->rng, centre->agents.count);
    dp_sim_schedule(centre, DP_SIM_MEASURE, 0, 0,
                    dp_rng_exp(&centre->rng, DP_SIM_DAY_MS / centre->agents.count));
    struct dp_sim_event event = dp_sim_agent_event(agent, DP_SCORECARD_MEASURED);
    event.what = (uint8_t)dp_rng_below(&centre->rng, 4);
    uint32_t score = 55 + centre->agents.all[agent].skill / 4u + dp_rng_below(&centre->rng, 21);
    event.score = (uint8_t)score;
    dp_sim_emit(centre, event);
}

int64_t dp_sim_centre_next(const struct dp_sim_centre *centre)
{
    const struct dp_agenda_item *item = dp_agenda_peek(&centre->agenda);
    return item ? event_time(centre, item->at_ms) : INT64_MAX;
}

void dp_sim_centre_step(struct dp_sim_centre *centre)
{
    struct dp_agenda_item item = dp_agenda_pop(&centre->agenda);
    centre->now_ms = item.at_ms;
    switch ((enum dp_sim_happening)item.kind) {
    case DP_SIM_CUSTOMER_COMES:
        customer_comes(centre, item.who);
        return;
    case DP_SIM_CHECK_QUALITY:
        check_quality(centre);
        return;
    case DP_SIM_MEASURE:
        measure(centre);
        return;
    case DP_SIM_SHIFT_BEGINS:
    case DP_SIM_SHIFT_ENDS:
    case DP_SIM_PAUSE_DUE:
    case DP_SIM_PAUSE_ENDS:
        dp_sim_shift_happening(centre, item);
        return;
    default:
        dp_sim_conversation_happening(centre, item);
        return;
    }
}

static void run_until(struct dp_sim_centre *centre, int64_t until_ms)
{
    for (const struct dp_agenda_item *item = dp_agenda_peek(&centre->agenda);
         item && item->at_ms < until_ms; item = dp_agenda_peek(&centre->agenda))
        dp_sim_centre_step(centre);
    centre->now_ms = until_ms;
}

/* What is open for business at the beginning of the warm-up. */
static void open_doors(struct dp_sim_centre *centre)
{
    for (uint32_t agent = 0; agent < centre->agents.count; agent++)
        dp_sim_shift_init(centre, agent);
    for (uint32_t line = 0; line < DP_SIM_LINES; line++) {
        centre->next_us[line] = centre->now_ms * 1000;
        if (centre->plan.peak[line])
            schedule_customer(centre, line);
    }
    dp_sim_schedule(centre, DP_SIM_CHECK_QUALITY, 0, 0, 0);
    dp_sim_schedule(centre, DP_SIM_MEASURE, 0, 0, 0);
}

/* So much slower or faster than life that the rate comes out over the day: the warm-up's events
 * were counted in one of its slots, whose arrivals may be more or fewer than the mean, and before
 * most of the feedback and second thoughts, which are some 7 % more. */
static uint64_t pace_for(const struct dp_sim_centre *centre, uint32_t rate)
{
    uint64_t now = 1, day = 1;
    for (unsigned line = 0; line < DP_SIM_LINES; line++) {
        now += dp_sim_plan_rate(&centre->plan, line, centre->start_ms - WARM_COUNT_MS / 2);
        for (int slot = 0; slot < DP_SIM_SLOTS; slot++)
            day += centre->plan.rate[line][slot];
    }
    if (rate == 0 || centre->warm_events == 0)
        return UNIT_PACE;
    uint64_t busier = (day << 10) / (now * DP_SIM_SLOTS) * 107 / 100; /* of 2^10 */
    uint64_t pace = (centre->warm_events * busier << 14) / (WARM_COUNT_MS / 1000 * rate);
    return pace ? pace : 1;
}

static void send_states(struct dp_sim_centre *centre)
{
    for (uint32_t agent = 0; agent < centre->agents.count; agent++) {
        struct dp_sim_event event = dp_sim_agent_event(agent, DP_AGENT_STATE);
        event.what = centre->agents.all[agent].state;
        dp_sim_emit(centre, event);
    }
}

void dp_sim_centre_init(struct dp_sim_centre *centre, const struct dp_sim_centre_options *options,
                        dp_sim_sink *sink, void *context)
{
    memset(centre, 0, sizeof(*centre));
    uint64_t population = UINT64_C(2000) * options->agents;
    centre->population = population < POPULATION_MAX ? (uint32_t)population : POPULATION_MAX;
    centre->sink = sink;
    centre->context = context;
    centre->pace = UNIT_PACE;
    centre->warming = true;
    centre->start_ms = options->start_ms;
    centre->now_ms = options->start_ms - WARM_UP_MS;
    dp_rng_init(&centre->rng, options->seed, 0);
    dp_agenda_init(&centre->agenda, UINT64_C(4) * options->agents + 64);
    dp_sim_agents_init(&centre->agents, options->agents, &centre->rng);
    dp_sim_plan_init(&centre->plan, centre->agents.posts, options->agents,
                     options->around_the_clock, options->load_permille, &centre->rng);
    dp_sim_contacts_init(&centre->contacts);
    dp_sim_returners_init(&centre->returners, options->agents * RETURNERS_AGENT);
    open_doors(centre);
    run_until(centre, centre->start_ms - WARM_COUNT_MS);
    centre->warm_events = 0;
    run_until(centre, centre->start_ms);
    centre->pace = pace_for(centre, options->rate);
    centre->warming = false;
    send_states(centre);
}

void dp_sim_centre_deinit(struct dp_sim_centre *centre)
{
    dp_agenda_deinit(&centre->agenda);
    dp_sim_agents_deinit(&centre->agents);
    dp_sim_contacts_deinit(&centre->contacts);
    dp_sim_returners_deinit(&centre->returners);
}
