/* An agent's states over time, from agent.state: which holds now, since when, which team the agent
 * is of, and how much of a span was spent working. Times in ms. Thread: one. */
#ifndef DP_AGENT_H
#define DP_AGENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/str.h"
#include "ingest/event.h"

struct dp_state_change {
    int64_t time_ms;
    uint32_t tie; /* place of source and id in the agent's bytes, which break a tie of time */
    enum dp_agent_state state;
};

/* All zero: an agent without a state. */
struct dp_agent {
    struct dp_state_change *changes; /* ascending; of one millisecond only the last one counts */
    uint32_t count;
    uint32_t settled; /* so many from the start are too old for ties: their bytes are gone */
    size_t capacity;
    char *bytes;
    uint32_t byte_count, byte_capacity;
    uint32_t frame; /* of the journal: where its first state is; its lowest bits */
    uint32_t team;  /* scope number from the latest change that named a team, or 0 */
    int64_t team_ms;
    char *team_tie;       /* owned */
    struct dp_str reason; /* of the latest change, owned; absent: none */
};

/* As much of the free text as is kept: whole characters of up to 128 bytes. */
struct dp_str dp_agent_reason(struct dp_str text);

void dp_agent_deinit(struct dp_agent *agent);

/* Puts a change where it belongs. Changes before `forget_ms` but for the last of them may be
 * dropped. Ties of changes before `settled_ms` are no longer told apart. */
void dp_agent_put(struct dp_agent *agent, const struct dp_event *event, int64_t forget_ms,
                  int64_t settled_ms);

/* Notes the team that `event` names, unless a later change has named one. True: it is the agent's
 * team. */
bool dp_agent_put_team(struct dp_agent *agent, const struct dp_event *event, uint32_t team);

/* Source and id of the event that a change (not a settled one) or the team comes from. */
struct dp_agent_tie {
    struct dp_str source, id;
};
struct dp_agent_tie dp_agent_tie_of_change(const struct dp_agent *agent, uint32_t at);
struct dp_agent_tie dp_agent_tie_of_team(const struct dp_agent *agent);

/* Sets the reason of the latest change. */
void dp_agent_set_reason(struct dp_agent *agent, struct dp_str reason);

/* Puts back a change as it was, after those before it; its tie is absent: it is settled. */
void dp_agent_restore(struct dp_agent *agent, int64_t time_ms, enum dp_agent_state state,
                      const struct dp_agent_tie *tie);

/* Begins to fetch what putting a late change in will need. */
static inline void dp_agent_prefetch_end(const struct dp_agent *agent)
{
    if (agent->count)
        __builtin_prefetch(&agent->changes[agent->count - 1], 1);
    if (agent->byte_count)
        __builtin_prefetch(agent->bytes + agent->byte_count, 1);
    if (agent->team_tie)
        __builtin_prefetch(agent->team_tie, 1);
}

/* The latest state, or NULL when none is known. */
static inline const struct dp_state_change *dp_agent_now(const struct dp_agent *agent)
{
    return agent->count ? &agent->changes[agent->count - 1] : NULL;
}

/* Time within (from, to] in busy or wrapup (`*worked_ms`), and in available, busy or wrapup
 * (`*staffed_ms`). A state holds until the next change; before the first nothing is known. */
void dp_agent_occupancy(const struct dp_agent *agent, int64_t from_ms, int64_t to_ms,
                        int64_t *worked_ms, int64_t *staffed_ms);

#endif
