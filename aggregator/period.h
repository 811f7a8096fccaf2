/* What is kept of one calendar period of one scope (periods.h): sums over facts, which can be taken
 * out as well as put in. A plain value but for what it owns. Times and durations in ms; scores in
 * billionths of a point (fact.h). Thread: one. */
#ifndef DP_PERIOD_H
#define DP_PERIOD_H

#include <stdbool.h>
#include <stdint.h>

#include "aggregator/award.h"
#include "aggregator/calendar.h"
#include "aggregator/spread.h"
#include "aggregator/totals.h"

/* The spreads of a period: one for each metric (enum dp_metric), and the holds of handle facts. */
#define DP_SPREAD_HOLD DP_METRICS
#define DP_SPREADS     (DP_METRICS + 1)

/* What only an agent's period has. */
struct dp_period_agent {
    int64_t state_ms[DP_AGENT_STATES]; /* time in each state */
    uint64_t measured_sums[DP_MEASURES];
    uint32_t measured[DP_MEASURES]; /* numbers of scorecard.measured */
    uint32_t days_worked;           /* local days with a handle fact */
};

#define DP_NO_SCORE INT64_C(-1)

struct dp_period {
    struct dp_span span;
    enum dp_period_kind kind;
    bool changed; /* since it was handed out */
    bool told;    /* it was handed out, or is empty */
    bool there;   /* whoever reads may have it */
    bool named;   /* its label was handed out */
    struct dp_totals totals;
    struct dp_spread *spreads[DP_SPREADS]; /* owned; NULL: no value */
    struct dp_period_agent *agent;         /* owned; NULL: nothing to say */

    /* An agent's place in the team, by standing.c; scores in millionths of a point. */
    bool scored;                 /* nothing has changed since the score was found out */
    int64_t score, told_score;   /* now, and as the team's ranks have it; DP_NO_SCORE: none */
    struct dp_standing standing; /* among the scores of the team, when they were last compared */
};

/* A period without facts. */
void dp_period_init(struct dp_period *period, enum dp_period_kind kind, struct dp_span span);
void dp_period_deinit(struct dp_period *period);

/* Fetch what values go to, one after the other: the first takes a while to arrive. */
void dp_period_prefetch(const struct dp_period *period);
void dp_period_prefetch_values(const struct dp_period *period);

/* Adds totals that were summed up apart, and then the values of the facts that they are of, one by
 * one; `sign` is +1 or -1. */
void dp_period_merge(struct dp_period *period, const struct dp_totals *totals);
void dp_period_value(struct dp_period *period, int sign, const struct dp_fact *fact);

/* Adds all of a day that is over for good. */
void dp_period_fold(struct dp_period *period, const struct dp_period *day);

/* The agent's part, made when it is not there. */
struct dp_period_agent *dp_period_agent(struct dp_period *period);

/* The time in all states but offline. */
int64_t dp_period_online_ms(const struct dp_period_agent *agent);

/* Adds one agent's part, of a day or of more, to another. */
void dp_period_agent_merge(struct dp_period_agent *into, const struct dp_period_agent *from);

/* The memory that it owns, in bytes. */
size_t dp_period_bytes(const struct dp_period *period);

#endif
