/* The ledger: every fact as it is settled, told to an observer with its sign, so that whoever keeps
 * them can say later which contacts a figure is made of.
 *
 * A fact is told with sign +1 when it comes to windows and periods, and with -1, equal in all else,
 * when it is taken back. So what stands is what was told with +1 and not taken back: the same
 * whatever order the events came in. Beside the facts of docs/kpis.md there is one of an agent's
 * state: the state that begins at its time. Customers are in none. Thread: one. */
#ifndef DP_LEDGER_H
#define DP_LEDGER_H

#include "aggregator/fact.h"
#include "common/str.h"

/* The kind of what is told of an agent's state, behind those of facts; its flags are an enum
 * dp_agent_state. */
#define DP_LEDGER_STATE DP_FACT_KINDS
#define DP_LEDGER_KINDS (DP_FACT_KINDS + 1)

/* Each string is absent (len 0) where the fact concerns none. Valid during the call. */
struct dp_told {
    int sign; /* +1 or -1 */
    struct dp_fact fact;
    struct dp_str contact;
    struct dp_str event; /* the id of the event, where it is a fact by itself */
    struct dp_str agent, team, queue;
};

typedef void dp_ledger_fn(void *ctx, const struct dp_told *told);

/* "handle"; "state" for DP_LEDGER_STATE. */
extern const char *const dp_ledger_kind_names[DP_LEDGER_KINDS];

/* The names of enum dp_fact_flag, by bit. Flags of facts that have DP_FACT_MEASURED or
 * DP_LEDGER_STATE as their kind have other names: dp_measure_names, dp_agent_state_names. */
#define DP_FACT_FLAGS 13
extern const char *const dp_fact_flag_names[DP_FACT_FLAGS];

/* True where the value of that kind is points, in billionths; else it is milliseconds. */
static inline bool dp_ledger_is_score(unsigned kind)
{
    return kind == DP_FACT_RATING || kind == DP_FACT_QUALITY || kind == DP_FACT_MEASURED;
}

#endif
