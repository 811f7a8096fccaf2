#include "top/topic.h"

#include <stdio.h>
#include <string.h>

#include "common/utf8.h"

void dp_top_topic_scope(const struct dp_top_topic *topic, char scope[DP_TOP_SCOPE_SIZE])
{
    const char *id = topic->id;
    switch (topic->screen) {
    case DP_TOP_SCREEN_ALL:
        snprintf(scope, DP_TOP_SCOPE_SIZE, "all");
        break;
    case DP_TOP_SCREEN_AGENT:
        snprintf(scope, DP_TOP_SCOPE_SIZE, "agent:%s", id);
        break;
    case DP_TOP_SCREEN_QUEUE:
        snprintf(scope, DP_TOP_SCOPE_SIZE, "queue:%s", id);
        break;
    default:
        *scope = '\0';
    }
}

bool dp_top_topic_parse(struct dp_top_topic *topic, const char *text)
{
    static const struct {
        const char *name;
        enum dp_top_screen screen;
        bool id;
    } names[] = {
        {"overview", DP_TOP_SCREEN_ALL, false},  {"queues", DP_TOP_SCREEN_QUEUES, false},
        {"teams", DP_TOP_SCREEN_TEAMS, false},   {"agents", DP_TOP_SCREEN_AGENTS, false},
        {"alerts", DP_TOP_SCREEN_ALERTS, false}, {"team:", DP_TOP_SCREEN_AGENTS, true},
        {"agent:", DP_TOP_SCREEN_AGENT, true},   {"queue:", DP_TOP_SCREEN_QUEUE, true},
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        size_t len = strlen(names[i].name);
        struct dp_str id = dp_str_from(text + (strlen(text) < len ? strlen(text) : len));
        if (strncmp(text, names[i].name, len) != 0 || (!names[i].id && id.len) ||
            (names[i].id && (!dp_utf8_valid(id) || !dp_identifier_valid(id))))
            continue;
        topic->screen = names[i].screen;
        memcpy(topic->id, id.p, id.len + 1);
        return true;
    }
    return false;
}
