/* Counts and sums over a set of facts: what all figures but maxima and percentiles are made of. A
 * plain value; facts can be taken out as well as put in. */
#ifndef DP_TOTALS_H
#define DP_TOTALS_H

#include <stdint.h>

#include "aggregator/fact.h"
#include "aggregator/figures.h"
#include "aggregator/metric.h"

/* What is counted: the facts of each kind (enum dp_fact_kind), then these. */
enum dp_count {
    DP_COUNT_SHORT = DP_FACT_KINDS,
    DP_COUNT_IN_TARGET, /* responses */
    DP_COUNT_RESOLVED,
    DP_COUNT_TIMED,
    DP_COUNT_FCR,
    DP_COUNT_SATISFIED,
    DP_COUNT_FATAL,
    DP_COUNT_REPLIES_3M,   /* replies within 3 minutes */
    DP_COUNT_OUTCOMES_24H, /* outcomes resolved within 24 hours */
    DP_COUNT_RESPONSES_30S,
    DP_COUNT_ABANDONS_IN_TARGET,
    DP_COUNT_OUTSIDE, /* offers outside the hours of the queue */
    DP_COUNT_ASKED,   /* conversations in which the customer has written */
    DP_COUNT_REPLIED, /* and an agent has after that */
    DP_COUNT_URGENT,  /* outcomes of urgent contacts */
    DP_COUNT_URGENT_5M,
    DP_COUNT_HIGH, /* of those with high priority */
    DP_COUNT_HIGH_24H,
    DP_COUNT_FACTS,
    DP_COUNTS
};

/* What is summed up: the values of each metric (enum dp_metric), then these. */
enum dp_sum {
    DP_SUM_RATINGS = DP_METRICS,
    DP_SUM_QUALITIES,
    DP_SUM_HOLD,
    DP_SUM_WRAP,
    DP_SUM_SAID,  /* agents' messages in chats */
    DP_SUM_ASKED, /* the customers' */
    DP_SUM_REST,  /* values that no figure asks for */
    DP_SUMS
};

/* All zero holds no fact. Sums may wrap around on the way: unsigned, so that they come back exact.
 * Ratings and quality scores are at most 1e11 (100 points in billionths): 9e7 of them fit. */
struct dp_totals {
    uint32_t counts[DP_COUNTS];
    uint64_t sums[DP_SUMS];
};

void dp_totals_put(struct dp_totals *totals, const struct dp_fact *fact);
void dp_totals_take(struct dp_totals *totals, const struct dp_fact *fact);
void dp_totals_move(struct dp_totals *from, struct dp_totals *to, const struct dp_fact *fact);

/* The mean of each metric. In the order of figures its maximum follows, and then its percentiles.
 */
extern const enum dp_figure dp_mean_figures[DP_METRICS];
static inline enum dp_figure dp_max_figure(enum dp_metric metric)
{
    return dp_mean_figures[metric] + 1;
}

/* Adds `from` to `into`. */
void dp_totals_merge(struct dp_totals *into, const struct dp_totals *from);

/* How many values of a metric there are. */
uint32_t dp_totals_values(const struct dp_totals *totals, enum dp_metric metric);

/* Sets every count, mean and share of kpis.md, but for those that need times in states; the service
 * level is that of the usual formula (service_level.h). */
void dp_totals_figures(const struct dp_totals *totals, struct dp_figures *figures);

/* Sets what an agent got done in the time in available, busy or wrapup. */
void dp_totals_staffed(const struct dp_totals *totals, int64_t staffed_ms,
                       struct dp_figures *figures);

#endif
