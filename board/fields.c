#include "board/fields.h"

const char *const dp_part_names[DP_PARTS] = {"now", "window", "day", "month"};

#define STATES "offline", "available", "busy", "wrapup", "break", "training", "meeting"

#define SERVICE                                                                                    \
    "as_of_ms", "from_ms", "offered", "responses", "abandons", "short_abandons", "handles",        \
        "service_level", "answer_rate", "abandon_rate", "response_mean_ms", "response_p95_ms",     \
        "handle_mean_ms", "resolution_rate", "satisfaction_mean", "occupancy", NULL

#define WORK                                                                                       \
    "as_of_ms", "from_ms", "responses", "handles", "ratings", "response_mean_ms",                  \
        "handle_mean_ms", "resolution_rate", "satisfaction_mean", "occupancy"

static const char *const queue_now[] = {"as_of_ms", "waiting", "oldest_waiting_ms", "in_service",
                                        NULL};
static const char *const team_now[] = {"as_of_ms", STATES, NULL};
static const char *const all_now[] = {"as_of_ms",   "waiting", "oldest_waiting_ms",
                                      "in_service", STATES,    NULL};
static const char *const agent_now[] = {"as_of_ms",     "state",           "state_since_ms",
                                        "state_reason", "active_contacts", NULL};
static const char *const service[] = {SERVICE};
static const char *const work[] = {WORK, NULL};
static const char *const work_day[] = {WORK, "team", "online_ms", NULL};
static const char *const month[] = {"as_of_ms", "team", "score", "rank", "ranked", "band", NULL};

static const char *const *const fields[DP_SCOPE_KINDS][DP_PARTS] = {
    [DP_SCOPE_ALL] = {all_now, service, service, NULL},
    [DP_SCOPE_AGENT] = {agent_now, work, work_day, month},
    [DP_SCOPE_TEAM] = {team_now, service, service, NULL},
    [DP_SCOPE_QUEUE] = {queue_now, service, service, NULL},
};

const char *const *dp_fields_of(enum dp_scope_kind kind, enum dp_part part)
{
    return fields[kind][part];
}
