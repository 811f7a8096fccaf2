/* What can be explained, and the recipe by which each comes from facts.
 *
 * One table says it for every figure of a window or a period (figures.h) and for what the hash of
 * an agent's period has besides (docs/reference.md). Plain values that are there all the time;
 * nothing is owned. Units of the results are those of figures.h. Thread: any. */
#ifndef DP_EXPLAINED_H
#define DP_EXPLAINED_H

#include <stdbool.h>
#include <stdint.h>

#include "aggregator/figures.h"
#include "aggregator/service_level.h"
#include "aggregator/term.h"
#include "common/str.h"

/* X(symbol, name, unit): what an agent's period has besides the figures. */
#define DP_EXPLAINED_TABLE(X)                                                                      \
    X(VOLUME, "volume", COUNT)                                                                     \
    X(DAYS_WORKED, "days_worked", COUNT)                                                           \
    X(ONLINE, "online_ms", MS)                                                                     \
    X(AVAILABLE, "available_ms", MS)                                                               \
    X(BUSY, "busy_ms", MS)                                                                         \
    X(WRAPUP, "wrapup_ms", MS)                                                                     \
    X(BREAK, "break_ms", MS)                                                                       \
    X(TRAINING, "training_ms", MS)                                                                 \
    X(MEETING, "meeting_ms", MS)                                                                   \
    X(INTERNAL_SATISFACTION, "internal_satisfaction", MILLIONTHS)                                  \
    X(CROSS_TEAM_COMPLETION, "cross_team_completion", MILLIONTHS)                                  \
    X(TRAINING_ATTENDANCE, "training_attendance", MILLIONTHS)                                      \
    X(KNOWLEDGE, "knowledge", MILLIONTHS)                                                          \
    X(SCORE, "score", MILLIONTHS) /* by dp_explain_score */

/* The numbers of enum dp_figure stand for those figures; the others follow. */
enum dp_explained {
    DP_EXPLAINED_FIGURES = DP_FIGURES, /* how many of them are figures */
    DP_EXPLAINED_LAST_FIGURE = DP_FIGURES - 1,
#define DP_X(symbol, name, unit) DP_EXPLAINED_##symbol,
    DP_EXPLAINED_TABLE(DP_X)
#undef DP_X
        DP_EXPLAINED
};

const char *dp_explained_name(enum dp_explained which);
enum dp_figure_unit dp_explained_unit(enum dp_explained which);

/* DP_EXPLAINED: there is none of that name. */
enum dp_explained dp_explained_find(struct dp_str name);

/* True for what an agent alone has; for what a period alone has; and for what hangs on the agent's
 * states. */
bool dp_explained_of_agent(enum dp_explained which);
bool dp_explained_of_period(enum dp_explained which);
bool dp_explained_by_states(enum dp_explained which);

/* How the number comes about. */
enum dp_shape {
    DP_SHAPE_SUM,        /* top */
    DP_SHAPE_QUOTIENT,   /* top / bottom, rounded half up */
    DP_SHAPE_MAX,        /* the greatest value */
    DP_SHAPE_PERCENTILE, /* the value at a rank */
    DP_SHAPE_DAYS        /* local days with a fact */
};
enum dp_shape dp_explained_shape(enum dp_explained which);

/* The recipe of a figure: what is above the line, and below it. Terms, by enum dp_term_symbol, and
 * times in states, bit n: enum dp_agent_state n. */
struct dp_recipe {
    enum dp_shape shape;
    uint8_t above[DP_TERMS], below[DP_TERMS];
    unsigned states_above, states_below;
    int64_t scale, unit; /* 0: 1 */
    unsigned percent;
};

/* The service level's alone hangs on the formula of the scope. The score's is empty: it is made of
 * measures, not of facts. */
const struct dp_recipe *dp_explained_recipe(enum dp_explained which, enum dp_formula formula);

/* What a fact adds to: above the line, below it, or neither. One whose value is asked for (maximum,
 * percentile) is above it. */
#define DP_COUNTS_ABOVE 1u
#define DP_COUNTS_BELOW 2u
unsigned dp_explained_role(enum dp_explained which, enum dp_formula formula,
                           const struct dp_fact *fact);

#endif
