/* What a rule may ask about, by name: for each scope its gauges, what has lasted since something,
 * and the figures. Thread: any. */
#ifndef DP_RULE_QUANTITY_H
#define DP_RULE_QUANTITY_H

#include <stdbool.h>
#include <stddef.h>

#include "aggregator/rule.h"

enum dp_rule_text {
    DP_TEXT_NONE,  /* it is a number */
    DP_TEXT_STATE, /* one of dp_agent_state_names */
    DP_TEXT_ANY,
};

struct dp_rule_quantity {
    const char *name; /* static */
    enum dp_term_source source;
    enum dp_age age; /* AGE */
    enum dp_quantity_form form;
    enum dp_rule_text text;
    bool any_span; /* a figure of a window (then that is the source) or of a period */
};

/* False: the scope has none of that name. */
bool dp_rule_quantity_find(enum dp_rule_scope scope, struct dp_str name,
                           struct dp_rule_quantity *quantity);

/* The names of a scope's quantities, separated by ", "; cut to fit. Without `figures` those alone
 * that need neither a window nor a period. */
void dp_rule_quantity_list(enum dp_rule_scope scope, bool figures, char *text, size_t size);

#endif
