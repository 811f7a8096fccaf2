#define _GNU_SOURCE /* memmem */
#include "simulate/spoil.h"

#include <string.h>

/* A change of some bytes; it applies to events that have both texts. */
struct change {
    enum dp_reject reason;
    const char *of; /* the kind of event */
    const char *from, *to;
};

/* For every event and every reason there is at least one that applies. */
static const struct change changes[] = {
    {DP_REJECT_BAD_JSON, "", "\"data\":{", "\"data\":{,"},
    {DP_REJECT_BAD_JSON, "", "\"type\":", "\"type\""},
    {DP_REJECT_BAD_JSON, "", "\"id\":\"", "\"id\":\"\xff\xfe"},
    {DP_REJECT_BAD_JSON, "", "}}", "}"},
    {DP_REJECT_BAD_JSON, "", "{\"specversion\":", "<event specversion="},
    {DP_REJECT_BAD_ENVELOPE, "", "\"specversion\":\"1.0\"", "\"specversion\":\"0.3\""},
    {DP_REJECT_BAD_ENVELOPE, "", "\"id\":", "\"number\":"},
    {DP_REJECT_BAD_ENVELOPE, "", "\"source\":\"", "\"source\":7,\"origin\":\""},
    {DP_REJECT_BAD_ENVELOPE, "", "\"time\":\"2", "\"time\":\"at 2"},
    {DP_REJECT_BAD_ENVELOPE, "", "\"time\":", "\"when\":"},
    {DP_REJECT_UNKNOWN_TYPE, "", "\"type\":\"", "\"type\":\"acme."},
    {DP_REJECT_MISSING_FIELD, "\"contact.", "\"interaction_id\":", "\"interaction\":"},
    {DP_REJECT_MISSING_FIELD, "\"contact.offered", "\"queue\":", "\"skill\":"},
    {DP_REJECT_MISSING_FIELD, "\"contact.message", "\"from\":", "\"by\":"},
    {DP_REJECT_MISSING_FIELD, "\"contact.answered", "\"agent_id\":", "\"agent\":"},
    {DP_REJECT_MISSING_FIELD, "\"feedback.", "\"agent_id\":", "\"agent\":"},
    {DP_REJECT_MISSING_FIELD, "\"quality.", "\"score\":", "\"points\":"},
    {DP_REJECT_MISSING_FIELD, "\"agent.state", "\"state\":", "\"status\":"},
    {DP_REJECT_MISSING_FIELD, "\"scorecard.", "\"measure\":", "\"figure\":"},
    {DP_REJECT_BAD_VALUE, "\"contact.", "\"interaction_id\":\"", "\"interaction_id\":\"{"},
    {DP_REJECT_BAD_VALUE, "\"contact.offered", "\"channel\":\"", "\"channel\":\"fax or "},
    {DP_REJECT_BAD_VALUE, "\"contact.message", "\"from\":\"", "\"from\":\"some "},
    {DP_REJECT_BAD_VALUE, "\"contact.resolved", "\"resolved\":", "\"resolved\":\"so \",\"was\":"},
    {DP_REJECT_BAD_VALUE, "\"contact.answered", "\"agent_id\":\"", "\"agent_id\":\"x:"},
    {DP_REJECT_BAD_VALUE, "\"feedback.", "\"agent_id\":\"", "\"agent_id\":\"x:"},
    {DP_REJECT_BAD_VALUE, "\"feedback.rated", "\"score\":", "\"score\":-1"},
    {DP_REJECT_BAD_VALUE, "\"quality.", "\"score\":", "\"score\":100"},
    {DP_REJECT_BAD_VALUE, "\"agent.state", "\"state\":\"", "\"state\":\"un"},
    {DP_REJECT_BAD_VALUE, "\"scorecard.", "\"value\":", "\"value\":-1"},
};

#define CHANGES (sizeof(changes) / sizeof(changes[0]))

static char *find(char *json, size_t len, const char *text)
{
    return memmem(json, len, text, strlen(text));
}

size_t dp_sim_spoil(char *json, size_t len, enum dp_reject reason, uint32_t luck)
{
    for (size_t i = 0;; i++) {
        const struct change *change = &changes[(i + luck) % CHANGES];
        char *at = find(json, len, change->from);
        if (change->reason != reason || !at || !find(json, len, change->of))
            continue;
        size_t from = strlen(change->from), to = strlen(change->to);
        memmove(at + to, at + from, len - (size_t)(at - json) - from);
        memcpy(at, change->to, to);
        return len - from + to;
    }
}
