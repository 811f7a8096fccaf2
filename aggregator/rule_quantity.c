#include "aggregator/rule_quantity.h"

#include <stdio.h>

#include "aggregator/gauge.h"

#define AGENT   (1u << DP_RULE_AGENT)
#define TEAM    (1u << DP_RULE_TEAM)
#define CONTACT (1u << DP_RULE_CONTACT)
#define ALL     (1u << DP_RULE_ALL)
#define QUEUES  (1u << DP_RULE_QUEUE | ALL)

/* What needs neither a window nor a period; those of states follow. */
static const struct {
    unsigned scopes;
    enum dp_term_source source;
    int which; /* enum dp_gauge or dp_age */
    enum dp_quantity_form form;
    enum dp_rule_text text;
} present[] = {
    {AGENT, DP_TERM_NOW, DP_GAUGE_STATE, DP_FORM_NUMBER, DP_TEXT_STATE},
    {AGENT, DP_TERM_NOW, DP_GAUGE_STATE_REASON, DP_FORM_NUMBER, DP_TEXT_ANY},
    {AGENT, DP_TERM_AGE, DP_AGE_STATE, DP_FORM_MS, DP_TEXT_NONE},
    {AGENT, DP_TERM_NOW, DP_GAUGE_ACTIVE_CONTACTS, DP_FORM_NUMBER, DP_TEXT_NONE},
    {QUEUES, DP_TERM_NOW, DP_GAUGE_WAITING, DP_FORM_NUMBER, DP_TEXT_NONE},
    {QUEUES, DP_TERM_NOW, DP_GAUGE_OLDEST_WAITING, DP_FORM_MS, DP_TEXT_NONE},
    {QUEUES, DP_TERM_NOW, DP_GAUGE_IN_SERVICE, DP_FORM_NUMBER, DP_TEXT_NONE},
    {ALL, DP_TERM_AGE, DP_AGE_EVENT, DP_FORM_MS, DP_TEXT_NONE},
    {CONTACT, DP_TERM_AGE, DP_AGE_WAITING, DP_FORM_MS, DP_TEXT_NONE},
    {CONTACT, DP_TERM_AGE, DP_AGE_UNRESOLVED, DP_FORM_MS, DP_TEXT_NONE},
    {CONTACT, DP_TERM_AGE, DP_AGE_HANDLING, DP_FORM_MS, DP_TEXT_NONE},
    {CONTACT, DP_TERM_AGE, DP_AGE_SILENT, DP_FORM_MS, DP_TEXT_NONE},
    {CONTACT, DP_TERM_AGE, DP_AGE_HELD, DP_FORM_MS, DP_TEXT_NONE},
};
#define PRESENT (sizeof present / sizeof *present)

/* All that there may be, by number: what is present, agents in each state, figures, and what only
 * a period has. */
enum {
    FIRST_STATE = (int)PRESENT,
    FIRST_FIGURE = FIRST_STATE + DP_AGENT_STATES,
    QUANTITIES = FIRST_FIGURE + DP_QUANTITIES
};

/* Time in a state is known of agents alone, and so is what a period has beside figures. */
static bool of_agents_alone(enum dp_quantity quantity)
{
    return quantity == dp_quantity_of(DP_FIGURE_OCCUPANCY) ||
           quantity == dp_quantity_of(DP_FIGURE_CONTACTS_PER_HOUR) ||
           quantity == dp_quantity_of(DP_FIGURE_CONCURRENCY) || quantity >= DP_QUANTITY_FIGURES;
}

/* False: the scope does not have that one. */
static bool quantity_at(enum dp_rule_scope scope, int number, struct dp_rule_quantity *quantity)
{
    *quantity = (struct dp_rule_quantity){.source = DP_TERM_NOW, .form = DP_FORM_NUMBER};
    if (number < FIRST_STATE) {
        quantity->source = present[number].source;
        quantity->form = present[number].form;
        quantity->text = present[number].text;
        if (quantity->source == DP_TERM_AGE)
            quantity->age = (enum dp_age)present[number].which;
        quantity->name = quantity->source == DP_TERM_AGE ? dp_age_names[present[number].which]
                                                         : dp_gauge_names[present[number].which];
        return present[number].scopes >> scope & 1;
    }
    if (number < FIRST_FIGURE) {
        quantity->name = dp_agent_state_names[number - FIRST_STATE];
        return (TEAM | ALL) >> scope & 1;
    }
    enum dp_quantity figure = (enum dp_quantity)(number - FIRST_FIGURE);
    quantity->name = dp_quantity_name(figure);
    quantity->form = dp_quantity_form(figure);
    quantity->any_span = figure < DP_QUANTITY_FIGURES;
    quantity->source = quantity->any_span ? DP_TERM_WINDOW : DP_TERM_PERIOD;
    return scope != DP_RULE_CONTACT && (scope == DP_RULE_AGENT || !of_agents_alone(figure));
}

bool dp_rule_quantity_find(enum dp_rule_scope scope, struct dp_str name,
                           struct dp_rule_quantity *quantity)
{
    for (int i = 0; i < QUANTITIES; i++)
        if (quantity_at(scope, i, quantity) && dp_str_equal(name, dp_str_from(quantity->name)))
            return true;
    return false;
}

void dp_rule_quantity_list(enum dp_rule_scope scope, bool figures, char *text, size_t size)
{
    struct dp_rule_quantity quantity;
    size_t used = 0;
    text[0] = '\0';
    for (int i = 0; i < (figures ? QUANTITIES : FIRST_FIGURE) && used < size; i++)
        if (quantity_at(scope, i, &quantity))
            used +=
                (size_t)snprintf(text + used, size - used, "%s%s", used ? ", " : "", quantity.name);
}
