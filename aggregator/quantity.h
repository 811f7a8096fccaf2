/* What a scorecard's measure or an award's condition may ask about an agent in a period: every
 * figure of docs/kpis.md (enum dp_figure) and some more, by name.
 *
 * As a number, a quantity is a double in its natural unit: milliseconds, counts, shares (1 is
 * 100 %), points from 0 to 100. As text it is what a configuration file says. Thread: any. */
#ifndef DP_QUANTITY_H
#define DP_QUANTITY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "aggregator/figures.h"
#include "common/str.h"

/* How a number is written: `12.5`; `20s`; `0.95` or `95 %`; 0 to 100. */
enum dp_quantity_form { DP_FORM_NUMBER, DP_FORM_MS, DP_FORM_SHARE, DP_FORM_POINTS };

/* X(symbol, name, form) */
#define DP_QUANTITY_TABLE(X)                                                                       \
    X(VOLUME, "volume", NUMBER) /* handles / local days with a handle */                           \
    X(INTERNAL_SATISFACTION, "internal_satisfaction", POINTS)                                      \
    X(CROSS_TEAM_COMPLETION, "cross_team_completion", POINTS)                                      \
    X(TRAINING_ATTENDANCE, "training_attendance", POINTS)                                          \
    X(KNOWLEDGE, "knowledge", POINTS)                                                              \
    X(FATAL_RATE, "fatal_rate", SHARE)              /* quality_fatals / quality_checks */          \
    X(DECLINES_PER_100, "declines_per_100", NUMBER) /* 100 * declines / handles */                 \
    X(ONLINE, "online_ms", MS)                      /* in any state but offline */                 \
    X(SCORE, "score", POINTS)                       /* the scorecard's result: no measure */

/* The numbers of enum dp_figure stand for those figures; the others follow. */
enum dp_quantity {
    DP_QUANTITY_FIGURES = DP_FIGURES, /* how many of them are figures */
    DP_QUANTITY_LAST_FIGURE = DP_FIGURES - 1,
#define DP_X(symbol, name, form) DP_QUANTITY_##symbol,
    DP_QUANTITY_TABLE(DP_X)
#undef DP_X
        DP_QUANTITIES
};

/* Which of the values of a mean time count, so that a single extreme one does not decide. */
enum dp_robust_kind {
    DP_ROBUST_NONE,        /* all of them: the plain mean */
    DP_ROBUST_MEDIAN,      /* the 50th percentile instead of the mean */
    DP_ROBUST_PERCENTILES, /* the mean, a value below the percentile `low` counted as that
                            * percentile, one above `high` as that */
};
struct dp_robust {
    enum dp_robust_kind kind;
    uint8_t low, high; /* 0 to 49, 51 to 100; with DP_ROBUST_PERCENTILES alone */
};

/* Tells a quantity of one agent in one period. False: it is absent. `robust` is other than none
 * only for a quantity that dp_quantity_can_be_robust. */
typedef bool dp_quantity_fn(void *ctx, enum dp_quantity quantity, struct dp_robust robust,
                            double *value);

static inline enum dp_quantity dp_quantity_of(enum dp_figure figure)
{
    return (enum dp_quantity)figure;
}

const char *dp_quantity_name(enum dp_quantity quantity);
enum dp_quantity_form dp_quantity_form(enum dp_quantity quantity);

/* DP_QUANTITIES: there is none of that name. */
enum dp_quantity dp_quantity_find(struct dp_str name);

/* True for response_, reply_, handle_ and resolve_mean_ms. */
bool dp_quantity_can_be_robust(enum dp_quantity quantity);

/* The names of the quantities before `end`, separated by ", "; cut to fit. */
void dp_quantity_list(enum dp_quantity end, char *text, size_t size);

/* Reads a number of 0 or more, exactly, in millionths of the natural unit. False: it is none;
 * dp_form_allowed says what it may be. */
bool dp_form_parse(enum dp_quantity_form form, struct dp_str text, int64_t *millionths);
const char *dp_form_allowed(enum dp_quantity_form form);

/* Reads a decimal number such as 12 or 0.125, with up to six digits behind the point and up to
 * 1,000,000,000. */
bool dp_decimal_parse(struct dp_str text, int64_t *millionths);

/* "none", "median" or "p5-p95". */
bool dp_robust_parse(struct dp_str text, struct dp_robust *robust);
#define DP_ROBUST_ALLOWED                                                                          \
    "none, median, or two percentiles such as p5-p95 (the first from p0 to p49, the second from "  \
    "p51 to p100)"

#endif
