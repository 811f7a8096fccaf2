/* Figures worked out anew from a plain list of facts, straight from the words of kpis.md. */
#ifndef DP_RECOUNT_H
#define DP_RECOUNT_H

#include "aggregator/figures.h"
#include "aggregator/fold.h"
#include "aggregator/service_level.h"

/* A list of facts with whom they concern. */
struct dp_fact_list {
    struct dp_made *items;
    size_t count, capacity;
};

/* An emit of a fold (`ctx` is the list). */
void dp_fact_list_emit(void *ctx, int sign, const struct dp_made *made);

/* Whose window: every number that is not 0 must be the fact's, and a channel that is not none. */
struct dp_recount {
    uint32_t agent, team, queue;
    enum dp_channel channel;
    int64_t from_ms, to_ms; /* from < time <= to */
};

/* All figures but those of times in states. What is judged is told by DP_FACT_JUDGED. Returns
 * how many facts there are. */
size_t dp_recount(const struct dp_fact_list *list, const struct dp_recount *of,
                  struct dp_figures *figures);

/* The service level by another formula. */
void dp_recount_service_level(const struct dp_fact_list *list, const struct dp_recount *of,
                              enum dp_formula formula, struct dp_figures *figures);

/* The figures of an agent that need the time in available, busy or wrapup. */
void dp_recount_staffed(const struct dp_fact_list *list, const struct dp_recount *of,
                        int64_t staffed_ms, struct dp_figures *figures);

/* Marks the outcomes of first-contact resolution, comparing every outcome with every offer. Of each
 * fact `contacts` names the contact, `customers` the customer (0: none), `all` are the facts of all
 * contacts. */
void dp_recount_fcr(struct dp_fact_list *all, const size_t *contacts, const uint32_t *customers,
                    int64_t window_ms);

#endif
