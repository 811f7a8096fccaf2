/* The scorecard: an agent's figures of a period as points, and the points as one score
 * (docs/kpis.md, "Scorecard").
 *
 *   measure     its value as points from 0 to 100, by the line through floor (0) and target (100),
 *               not beyond either end; lower is better where target < floor
 *   dimension   the weighted mean of its measures that are present
 *   score       the weighted mean of the dimensions that are present
 *   coverage    the share of weight that is present; a dimension of which only some measures are
 *               present counts with its weight times the share of its measures' weight
 *
 * Weights are in millionths. Points and scores are computed in whole billionths, each rounded half
 * up, and given out in millionths, so the same values give the same score on every machine, and a
 * better value never a lower one. Everything here is a plain value: assignment copies it, and there
 * is nothing to free. Thread: any. */
#ifndef DP_SCORECARD_H
#define DP_SCORECARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "aggregator/quantity.h"

#define DP_CARD_DIMENSIONS_MAX 8
#define DP_CARD_MEASURES_MAX   32
#define DP_DIMENSION_NAME_MAX  64 /* bytes */

/* One millionth is the least weight, 100 the greatest. */
#define DP_WEIGHT_UNIT INT64_C(1000000)
#define DP_WEIGHT_MAX  (100 * DP_WEIGHT_UNIT)

struct dp_card_measure {
    enum dp_quantity quantity;
    int64_t weight;          /* above 0; among the measures of its dimension */
    double floor, target;    /* natural units; they differ */
    struct dp_robust robust; /* which value is asked for */
};

struct dp_card_dimension {
    char name[DP_DIMENSION_NAME_MAX + 1]; /* fit to be part of a field's name */
    int64_t weight;                       /* above 0 */
    size_t first, count;                  /* its measures among the card's; at least one */
};

/* All zero has no dimensions, and gives nobody a score. */
struct dp_scorecard {
    struct dp_card_dimension dimensions[DP_CARD_DIMENSIONS_MAX];
    size_t dimension_count;
    struct dp_card_measure measures[DP_CARD_MEASURES_MAX]; /* in the order of the dimensions */
    size_t measure_count;
};

/* Indexed as in the card. */
struct dp_score {
    bool present;                /* there is a score: some measure is present */
    int64_t score;               /* millionths of a point, 0 to 100 points */
    int64_t coverage;            /* millionths, 0 to 1; 0 where all is absent */
    uint32_t dimensions_present; /* bit n: dimension_points[n] holds something */
    uint32_t measures_present;   /* likewise */
    int64_t dimension_points[DP_CARD_DIMENSIONS_MAX]; /* millionths of a point */
    int64_t measure_points[DP_CARD_MEASURES_MAX];     /* likewise */
};

/* Asks `tell` once for each measure, in their order. A value that is no finite number counts as
 * absent. Allocates nothing. */
void dp_scorecard_evaluate(const struct dp_scorecard *card, dp_quantity_fn *tell, void *ctx,
                           struct dp_score *score);

/* Puts a dimension without measures at the end; then measures into the last dimension. False: the
 * card is full. */
bool dp_scorecard_add_dimension(struct dp_scorecard *card, const char *name, int64_t weight);
bool dp_scorecard_add_measure(struct dp_scorecard *card, const struct dp_card_measure *measure);

#endif
