#include "aggregator/rule.h"

const char *const dp_rule_scope_names[DP_RULE_SCOPES] = {"all",   "agent",   "team",
                                                         "queue", "channel", "contact"};

const char *const dp_age_names[DP_AGES] = {"state_ms", "event_age_ms", "waiting", "unresolved",
                                           "handling", "silent",       "held"};
