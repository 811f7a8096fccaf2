/* The formulas of the service level. Which one counts is the configuration's choice, for each queue
 * (docs/kpis.md). Thread: any. */
#ifndef DP_SERVICE_LEVEL_H
#define DP_SERVICE_LEVEL_H

#include "aggregator/figures.h"
#include "aggregator/totals.h"

enum dp_formula {
    DP_ANSWERED_AND_ABANDONED, /* responses within target / (responses + abandons not short) */
    DP_ANSWERED,               /* ... / responses */
    DP_OFFERED,                /* ... / (responses + abandons) */
    DP_OFFERED_LESS_SHORT,     /* ... / (offers - short abandons) */
    DP_TARGET_ABANDONS,        /* ... / (responses + abandons later than the target) */
    DP_CREDIT_ABANDONS,        /* responses and abandons within target / (responses + abandons) */
    DP_FORMULAS
};

extern const char *const dp_formula_names[DP_FORMULAS]; /* "answered-and-abandoned" */

/* Sets the service level, or nothing where there is nothing to divide by. */
void dp_service_level_set(enum dp_formula formula, const struct dp_totals *totals,
                          struct dp_figures *figures);

#endif
