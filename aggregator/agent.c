#include "aggregator/agent.h"

#include <stdlib.h>
#include <string.h>

#include "common/memory.h"

void dp_agent_deinit(struct dp_agent *agent)
{
    for (uint32_t i = 0; i < agent->count; i++)
        free(agent->changes[i].tie);
    free(agent->changes);
    free(agent->team_tie);
}

/* Source and id, each of 1 to 256 bytes, behind their lengths less one. */
static char *tie_of(const struct dp_event *event)
{
    char *tie = dp_xmalloc(2 + event->source.len + event->id.len);
    uint8_t source_len = (uint8_t)(event->source.len - 1);
    uint8_t id_len = (uint8_t)(event->id.len - 1);
    tie[0] = (char)source_len;
    tie[1] = (char)id_len;
    memcpy(tie + 2, event->source.p, event->source.len);
    memcpy(tie + 2 + event->source.len, event->id.p, event->id.len);
    return tie;
}

static struct dp_str tie_source(const char *tie)
{
    return (struct dp_str){tie + 2, (size_t)(uint8_t)tie[0] + 1};
}

static struct dp_str tie_id(const char *tie)
{
    size_t source_len = (size_t)(uint8_t)tie[0] + 1;
    return (struct dp_str){tie + 2 + source_len, (size_t)(uint8_t)tie[1] + 1};
}

/* True when the event comes after (time, tie) in the order of events. */
static bool comes_after(const struct dp_event *event, int64_t time_ms, const char *tie)
{
    if (event->time_ms != time_ms)
        return event->time_ms > time_ms;
    if (!tie)
        return true;
    int order = dp_str_compare(event->source, tie_source(tie));
    return order ? order > 0 : dp_str_compare(event->id, tie_id(tie)) > 0;
}

static void drop_front(struct dp_agent *agent, uint32_t drop)
{
    for (uint32_t i = 0; i < drop; i++)
        free(agent->changes[i].tie);
    agent->count -= drop;
    agent->settled -= agent->settled < drop ? agent->settled : drop;
    memmove(agent->changes, agent->changes + drop, agent->count * sizeof *agent->changes);
}

static void make_room(struct dp_agent *agent, int64_t forget_ms)
{
    if (agent->count < agent->capacity)
        return;
    uint32_t drop = 0;
    while (drop + 1 < agent->count && agent->changes[drop + 1].time_ms <= forget_ms)
        drop++;
    if (drop)
        drop_front(agent, drop);
    if (agent->count >= agent->capacity / 2)
        agent->changes = dp_xgrow(agent->changes, agent->capacity, &agent->capacity,
                                  sizeof *agent->changes);
}

void dp_agent_put(struct dp_agent *agent, const struct dp_event *event, int64_t forget_ms,
                  int64_t settled_ms)
{
    while (agent->settled < agent->count && agent->changes[agent->settled].time_ms < settled_ms) {
        free(agent->changes[agent->settled].tie);
        agent->changes[agent->settled++].tie = NULL;
    }
    make_room(agent, forget_ms);

    uint32_t at = agent->count;
    while (at > 0 && agent->changes[at - 1].time_ms > event->time_ms)
        at--;
    struct dp_state_change *before = at ? &agent->changes[at - 1] : NULL;
    if (before && before->time_ms == event->time_ms) {
        /* A state that holds for no time shows in no figure: keep the last of the millisecond. */
        if (!comes_after(event, before->time_ms, before->tie))
            return;
        free(before->tie);
        before->tie = tie_of(event);
        before->state = event->state;
        if (agent->settled == at)
            agent->settled--;
        return;
    }
    memmove(&agent->changes[at + 1], &agent->changes[at],
            (agent->count - at) * sizeof *agent->changes);
    agent->changes[at] = (struct dp_state_change){
        .time_ms = event->time_ms, .tie = tie_of(event), .state = event->state};
    agent->count++;
    if (agent->settled > at)
        agent->settled = at;
}

bool dp_agent_put_team(struct dp_agent *agent, const struct dp_event *event, uint32_t team)
{
    if (agent->team && !comes_after(event, agent->team_ms, agent->team_tie))
        return false;
    free(agent->team_tie);
    agent->team_tie = tie_of(event);
    agent->team_ms = event->time_ms;
    agent->team = team;
    return true;
}

void dp_agent_occupancy(const struct dp_agent *agent, int64_t from_ms, int64_t to_ms,
                        int64_t *worked_ms, int64_t *staffed_ms)
{
    *worked_ms = *staffed_ms = 0;
    int64_t until = to_ms;
    for (uint32_t i = agent->count; i-- > 0 && until > from_ms;) {
        const struct dp_state_change *change = &agent->changes[i];
        if (change->time_ms >= until)
            continue;
        int64_t since = change->time_ms > from_ms ? change->time_ms : from_ms;
        bool works = change->state == DP_STATE_BUSY || change->state == DP_STATE_WRAPUP;
        if (works)
            *worked_ms += until - since;
        if (works || change->state == DP_STATE_AVAILABLE)
            *staffed_ms += until - since;
        until = since;
    }
}
