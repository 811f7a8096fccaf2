/* What a published figure is made of: which facts count, and how they come to the number.
 *
 * One table says it for every figure of a window or a period (figures.h) and for what the hash of
 * an agent's period has besides (docs/reference.md). It is another way to the same number than that
 * of totals.h: from the facts themselves, all at once, so that one can vouch for the other. Times
 * in ms, scores in billionths, results in the units of figures.h. Thread: one (the calendar's). */
#ifndef DP_EXPLANATION_H
#define DP_EXPLANATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "aggregator/calendar.h"
#include "aggregator/figures.h"
#include "aggregator/ledger.h"
#include "aggregator/scorecard.h"
#include "aggregator/service_level.h"

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

/* What a fact adds to: above the line, below it, or neither. One whose value is asked for (maximum,
 * percentile) is above it. */
#define DP_COUNTS_ABOVE 1u
#define DP_COUNTS_BELOW 2u
unsigned dp_explained_role(enum dp_explained which, enum dp_formula formula,
                           const struct dp_fact *fact);

/* A time that an agent was in a state, of a window or period. */
struct dp_stay {
    enum dp_agent_state state;
    int64_t from_ms, to_ms;
};

/* The stays within [from, to) that follow from changes of state (facts of DP_LEDGER_STATE, by
 * time), offline ones too: each until the next change, but for `most_ms` at most. `stays` has room
 * for `count`. Returns how many there are. */
size_t dp_stays_of(const struct dp_fact *changes, size_t count, int64_t from_ms, int64_t to_ms,
                   int64_t most_ms, struct dp_stay *stays);

/* The facts that stand of one scope in one window or period. */
struct dp_evidence {
    const struct dp_fact *facts; /* those that count for others as well may be among them */
    size_t count;
    const struct dp_stay *stays; /* of an agent */
    size_t stay_count;
    enum dp_formula formula;      /* of the scope's service level */
    bool period;                  /* percentiles of periods are told from buckets */
    struct dp_calendar *calendar; /* for local days */
};

struct dp_explanation {
    bool present;
    int64_t value;                  /* as published */
    int64_t top, bottom;            /* of a quotient: before it is scaled; of a sum: the top */
    int64_t scale, unit;            /* value = top * scale / (bottom * unit) */
    size_t count;                   /* of values, for a maximum or a percentile */
    size_t rank;                    /* of a percentile, from 1 */
    int64_t at_rank;                /* the value there */
    bool bucketed;                  /* told from its bucket: */
    int64_t bucket_from, bucket_to; /* the least and the greatest value of it */
    int64_t max;                    /* above which no percentile is told */
};

/* All but the score. */
void dp_explain(enum dp_explained which, const struct dp_evidence *evidence,
                struct dp_explanation *explanation);

/* An agent's score: what each measure of the card came to (`values`, by measure, in natural units;
 * NAN: absent), and the points. */
void dp_explain_score(const struct dp_scorecard *card, const struct dp_evidence *evidence,
                      double values[DP_CARD_MEASURES_MAX], struct dp_score *score);

#endif
