/* How a figure comes from the facts and stays that stand of one scope in one window or period.
 *
 * It is another way to the same number than that of totals.h: from the facts themselves, all at
 * once, so that one can vouch for the other. For that reason, too, how long a state held is found
 * out here anew, and not by accrue.c. What each figure is made of says explained.h. Times in ms,
 * scores in billionths, results in the units of figures.h. Evidence belongs to the caller. Thread:
 * one (the calendar's). */
#ifndef DP_EXPLANATION_H
#define DP_EXPLANATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "aggregator/calendar.h"
#include "aggregator/explained.h"
#include "aggregator/ledger.h"
#include "aggregator/scorecard.h"

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
