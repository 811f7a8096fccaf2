#include "aggregator/agent.h"

#include <stdlib.h>
#include <string.h>

#include "common/memory.h"

void dp_agent_deinit(struct dp_agent *agent)
{
    free(agent->changes);
    free(agent->bytes);
    free(agent->team_tie);
    free((char *)agent->reason.p);
}

struct dp_str dp_agent_reason(struct dp_str text)
{
    const size_t most = 128;
    if (text.len <= most)
        return text;
    text.len = most;
    while (text.len && ((unsigned char)text.p[text.len] & 0xc0) == 0x80)
        text.len--;
    return text;
}

void dp_agent_set_reason(struct dp_agent *agent, struct dp_str reason)
{
    struct dp_str kept = dp_agent_reason(reason);
    if (dp_str_equal(agent->reason, kept))
        return;
    free((char *)agent->reason.p);
    agent->reason = (struct dp_str){0};
    if (kept.len)
        agent->reason = (struct dp_str){memcpy(dp_xmalloc(kept.len), kept.p, kept.len), kept.len};
}

/* A tie: source and id, each of 1 to 256 bytes, behind their lengths less one. */
static size_t tie_size(const struct dp_event *event)
{
    return 2 + event->source.len + event->id.len;
}

static void tie_write(char *tie, const struct dp_event *event)
{
    tie[0] = (char)(uint8_t)(event->source.len - 1);
    tie[1] = (char)(uint8_t)(event->id.len - 1);
    memcpy(tie + 2, event->source.p, event->source.len);
    memcpy(tie + 2 + event->source.len, event->id.p, event->id.len);
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

static size_t kept_size(const char *tie)
{
    return 2 + tie_source(tie).len + tie_id(tie).len;
}

/* True when the event comes after (time, tie) in the order of events. */
static bool comes_after(const struct dp_event *event, int64_t time_ms, const char *tie)
{
    if (event->time_ms != time_ms)
        return event->time_ms > time_ms;
    int order = dp_str_compare(event->source, tie_source(tie));
    return order ? order > 0 : dp_str_compare(event->id, tie_id(tie)) > 0;
}

/* Leaves out the bytes of changes that are settled, and finds room for `more`. */
static void make_byte_room(struct dp_agent *agent, uint32_t more)
{
    struct dp_agent old = *agent;
    uint32_t used = 0;
    for (uint32_t i = agent->settled; i < agent->count; i++) {
        used += (uint32_t)kept_size(old.bytes + old.changes[i].tie);
    }
    agent->byte_capacity = (used + more) * 2;
    agent->bytes = dp_xmalloc(agent->byte_capacity);
    agent->byte_count = 0;
    for (uint32_t i = agent->settled; i < agent->count; i++) {
        const char *tie = old.bytes + old.changes[i].tie;
        uint32_t size = (uint32_t)kept_size(tie);
        memcpy(agent->bytes + agent->byte_count, tie, size);
        agent->changes[i].tie = agent->byte_count;
        agent->byte_count += size;
    }
    free(old.bytes);
}

static uint32_t keep_tie(struct dp_agent *agent, const struct dp_event *event)
{
    uint32_t size = (uint32_t)tie_size(event);
    if (agent->byte_count + size > agent->byte_capacity)
        make_byte_room(agent, size);
    uint32_t at = agent->byte_count;
    tie_write(agent->bytes + at, event);
    agent->byte_count += size;
    return at;
}

/* Makes room for one more change, if need be in place of those that are forgotten. */
static void make_room(struct dp_agent *agent, int64_t forget_ms)
{
    if (agent->count < agent->capacity)
        return;
    uint32_t drop = 0;
    while (drop + 1 < agent->count && agent->changes[drop + 1].time_ms <= forget_ms)
        drop++;
    if (drop) {
        agent->count -= drop;
        agent->settled -= agent->settled < drop ? agent->settled : drop;
        memmove(agent->changes, agent->changes + drop, agent->count * sizeof *agent->changes);
    }
    if (agent->count >= agent->capacity / 2)
        agent->changes =
            dp_xgrow(agent->changes, agent->capacity, &agent->capacity, sizeof *agent->changes);
}

void dp_agent_put(struct dp_agent *agent, const struct dp_event *event, int64_t forget_ms,
                  int64_t settled_ms)
{
    while (agent->settled < agent->count && agent->changes[agent->settled].time_ms < settled_ms)
        agent->settled++;
    make_room(agent, forget_ms);

    uint32_t at = agent->count;
    while (at > 0 && agent->changes[at - 1].time_ms > event->time_ms)
        at--;
    struct dp_state_change *before = at ? &agent->changes[at - 1] : NULL;
    if (before && before->time_ms == event->time_ms) {
        /* A state that holds for no time shows in no figure: keep the last of the millisecond. */
        bool told_apart = at > agent->settled;
        if (told_apart && !comes_after(event, before->time_ms, agent->bytes + before->tie))
            return;
        before->tie = told_apart ? keep_tie(agent, event) : 0;
        before->state = event->state;
        if (at == agent->count)
            dp_agent_set_reason(agent, event->reason);
        return;
    }
    struct dp_state_change change = {.time_ms = event->time_ms, .state = event->state};
    if (at < agent->settled)
        agent->settled++; /* as its neighbours */
    else
        change.tie = keep_tie(agent, event);
    memmove(&agent->changes[at + 1], &agent->changes[at],
            (agent->count - at) * sizeof *agent->changes);
    agent->changes[at] = change;
    if (at == agent->count++)
        dp_agent_set_reason(agent, event->reason);
}

bool dp_agent_put_team(struct dp_agent *agent, const struct dp_event *event, uint32_t team)
{
    if (agent->team && !comes_after(event, agent->team_ms, agent->team_tie))
        return false;
    if (!agent->team_tie || tie_size(event) != kept_size(agent->team_tie))
        agent->team_tie = dp_xrealloc(agent->team_tie, tie_size(event));
    tie_write(agent->team_tie, event);
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

static struct dp_agent_tie tie_at(const char *tie)
{
    return (struct dp_agent_tie){tie_source(tie), tie_id(tie)};
}

struct dp_agent_tie dp_agent_tie_of_change(const struct dp_agent *agent, uint32_t at)
{
    return tie_at(agent->bytes + agent->changes[at].tie);
}

struct dp_agent_tie dp_agent_tie_of_team(const struct dp_agent *agent)
{
    return tie_at(agent->team_tie);
}

void dp_agent_restore(struct dp_agent *agent, int64_t time_ms, enum dp_agent_state state,
                      const struct dp_agent_tie *tie)
{
    make_room(agent, INT64_MIN);
    struct dp_state_change change = {.time_ms = time_ms, .state = state};
    if (tie->id.len)
        change.tie = keep_tie(
            agent, &(struct dp_event){.time_ms = time_ms, .source = tie->source, .id = tie->id});
    else
        agent->settled = agent->count + 1;
    agent->changes[agent->count++] = change;
}
