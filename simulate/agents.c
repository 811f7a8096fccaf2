#include "simulate/agents.h"

#include <stdlib.h>
#include <string.h>

#include "common/memory.h"

void dp_sim_agents_init(struct dp_sim_agents *agents, uint32_t count, struct dp_rng *rng)
{
    agents->count = count;
    agents->all = dp_xcalloc(count, sizeof(agents->all[0]));
    agents->posts = dp_xcalloc(count, sizeof(agents->posts[0]));
    memset(agents->lists, 0xff, sizeof(agents->lists)); /* DP_SIM_NOBODY everywhere */
    for (uint32_t i = 0; i < count; i++) {
        agents->all[i].state = DP_SIM_OFFLINE;
        agents->all[i].wanted = DP_SIM_AVAILABLE;
        /* The mean of two, so that most are in the middle. */
        agents->all[i].skill = (uint8_t)((dp_rng_below(rng, 101) + dp_rng_below(rng, 101)) / 2);
    }
}

void dp_sim_agents_deinit(struct dp_sim_agents *agents)
{
    free(agents->all);
    free(agents->posts);
}

static struct dp_sim_list *list_of(struct dp_sim_agents *agents, uint32_t agent)
{
    return &agents->lists[agents->posts[agent].group][agents->all[agent].active];
}

void dp_sim_agents_list(struct dp_sim_agents *agents, uint32_t agent, int64_t now_ms)
{
    struct dp_sim_agent *a = &agents->all[agent];
    struct dp_sim_list *list = list_of(agents, agent);
    a->listed = true;
    a->listed_ms = now_ms;
    a->prev = list->tail;
    a->next = DP_SIM_NOBODY;
    *(list->tail == DP_SIM_NOBODY ? &list->head : &agents->all[list->tail].next) = agent;
    list->tail = agent;
}

void dp_sim_agents_unlist(struct dp_sim_agents *agents, uint32_t agent)
{
    struct dp_sim_agent *a = &agents->all[agent];
    if (!a->listed)
        return;
    struct dp_sim_list *list = list_of(agents, agent);
    *(a->prev == DP_SIM_NOBODY ? &list->head : &agents->all[a->prev].next) = a->next;
    *(a->next == DP_SIM_NOBODY ? &list->tail : &agents->all[a->next].prev) = a->prev;
    a->listed = false;
}

bool dp_sim_agent_open(const struct dp_sim_agents *agents, uint32_t agent)
{
    const struct dp_sim_agent *a = &agents->all[agent];
    bool works = a->state == DP_SIM_AVAILABLE || a->active > 0;
    return works && !a->leaving && a->wanted == DP_SIM_AVAILABLE &&
           a->active < dp_sim_groups[agents->posts[agent].group].capacity;
}

bool dp_sim_group_helps(unsigned group, unsigned line)
{
    return dp_sim_groups[group].channel == DP_CHANNEL_VOICE &&
           dp_sim_lines[line].channel == DP_CHANNEL_VOICE;
}

uint32_t dp_sim_agents_pick(const struct dp_sim_agents *agents, unsigned line)
{
    unsigned own = dp_sim_lines[line].group;
    for (int active = 0; active < dp_sim_groups[own].capacity; active++)
        if (agents->lists[own][active].head != DP_SIM_NOBODY)
            return agents->lists[own][active].head;
    uint32_t best = DP_SIM_NOBODY;
    for (unsigned g = 0; g < DP_SIM_GROUPS; g++) {
        uint32_t head = agents->lists[g][0].head;
        if (head == DP_SIM_NOBODY || !dp_sim_group_helps(g, line))
            continue;
        if (best == DP_SIM_NOBODY || agents->all[head].listed_ms < agents->all[best].listed_ms)
            best = head;
    }
    return best;
}
