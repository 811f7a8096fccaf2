/* Closes the periods that no correction can reach any more. */
#include "aggregator/private.h"

void dp_standings_update(struct dp_aggregator *agg)
{
    agg->standings_due = false;
    for (uint32_t i = DP_SCOPE_OF_ALL; i < agg->scopes.count; i++) {
        struct dp_scope *scope = agg->scopes.items[i];
        if (!scope)
            continue;
        dp_periods_settle(&scope->periods, &agg->period_rules);
        dp_periods_close(&scope->periods, agg->period_rules.closed_ms, false);
        dp_scope_give_back(agg, scope);
    }
}
