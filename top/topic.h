/* What a screen of `top` is about: what has to be read for it. Pure; any thread. */
#ifndef DP_TOP_TOPIC_H
#define DP_TOP_TOPIC_H

#include <stdbool.h>
#include <stddef.h>

#include "common/str.h"
#include "ingest/event.h"
#include "ingest/identifier.h"
#include "top/column.h"

enum dp_top_screen {
    DP_TOP_SCREEN_QUEUES, /* the lists have the numbers of enum dp_top_list_kind */
    DP_TOP_SCREEN_TEAMS,
    DP_TOP_SCREEN_AGENTS,
    DP_TOP_SCREEN_ALERTS,
    DP_TOP_SCREEN_ALL,
    DP_TOP_SCREEN_AGENT,
    DP_TOP_SCREEN_QUEUE,
    DP_TOP_SCREENS
};
_Static_assert((int)DP_TOP_SCREEN_ALERTS == (int)DP_TOP_ALERTS, "the lists come first, in order");

/* An id, ended by a zero byte. */
typedef char dp_top_id[DP_IDENTIFIER_MAX + 1];

struct dp_top_topic {
    enum dp_top_screen screen;
    dp_top_id id;    /* AGENT, QUEUE; the team of AGENTS ("": of all) */
    char window[16]; /* its label; "": not known yet */
    enum dp_channel channel;
};

static inline bool dp_top_is_list(enum dp_top_screen screen)
{
    return screen <= DP_TOP_SCREEN_ALERTS;
}

/* "all", "agent:a1" of the screens of one scope; "" of lists. */
#define DP_TOP_SCOPE_SIZE (DP_IDENTIFIER_MAX + 8)
void dp_top_topic_scope(const struct dp_top_topic *topic, char scope[DP_TOP_SCOPE_SIZE]);

/* "overview", "queues", "teams", "agents", "alerts", "team:ID", "agent:ID", "queue:ID". False, and
 * *topic untouched: it is none. */
bool dp_top_topic_parse(struct dp_top_topic *topic, const char *text);
#define DP_TOP_TOPIC_ALLOWED "overview, queues, teams, agents, alerts, team:ID, agent:ID, queue:ID"

#endif
