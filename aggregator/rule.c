#include "aggregator/rule.h"

const char *const dp_rule_scope_names[DP_RULE_SCOPES] = {
    [DP_RULE_ALL] = "all",     [DP_RULE_AGENT] = "agent",     [DP_RULE_TEAM] = "team",
    [DP_RULE_QUEUE] = "queue", [DP_RULE_CHANNEL] = "channel", [DP_RULE_CONTACT] = "contact",
};
