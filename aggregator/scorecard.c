#include "aggregator/scorecard.h"

#include <math.h>
#include <string.h>

#define BILLION INT64_C(1000000000)
_Static_assert(DP_CARD_MEASURES_MAX <= 32 && DP_CARD_DIMENSIONS_MAX <= 32,
               "marked present in one word");

/* 0 <= numerator; 0 < denominator. */
static int64_t divide(__int128 numerator, __int128 denominator)
{
    return (int64_t)((2 * numerator + denominator) / (2 * denominator));
}

static int64_t to_millionths(int64_t billionths)
{
    return (billionths + 500) / 1000;
}

/* In billionths of a point. Each operation keeps the order of its operands, so a better value never
 * has fewer points. */
static int64_t points(const struct dp_card_measure *measure, double value)
{
    double share = (value - measure->floor) / (measure->target - measure->floor);
    if (share <= 0)
        return 0;
    if (share >= 1)
        return 100 * BILLION;
    return llround(share * (100.0 * (double)BILLION));
}

/* A weighted mean in the making. */
struct mean {
    __int128 sum;   /* of weight * points */
    int64_t weight; /* of what is present */
};

static int64_t mean_of(const struct mean *mean)
{
    return divide(mean->sum, mean->weight);
}

/* Returns the weight of all measures of the dimension; `mean` is over those present. */
static int64_t evaluate_dimension(const struct dp_scorecard *card,
                                  const struct dp_card_dimension *dimension, dp_quantity_fn *tell,
                                  void *ctx, struct dp_score *score, struct mean *mean)
{
    int64_t weight = 0;
    for (size_t i = dimension->first; i < dimension->first + dimension->count; i++) {
        const struct dp_card_measure *measure = &card->measures[i];
        double value;
        weight += measure->weight;
        if (!tell(ctx, measure->quantity, measure->robust, &value) || !isfinite(value))
            continue;
        int64_t got = points(measure, value);
        mean->sum += (__int128)measure->weight * got;
        mean->weight += measure->weight;
        score->measures_present |= UINT32_C(1) << i;
        score->measure_points[i] = to_millionths(got);
    }
    return weight;
}

void dp_scorecard_evaluate(const struct dp_scorecard *card, dp_quantity_fn *tell, void *ctx,
                           struct dp_score *score)
{
    struct mean total = {0};
    int64_t weight = 0;
    __int128 covered = 0; /* in billionths of the unit of weight */
    memset(score, 0, sizeof *score);
    for (size_t i = 0; i < card->dimension_count; i++) {
        const struct dp_card_dimension *dimension = &card->dimensions[i];
        struct mean mean = {0};
        int64_t whole = evaluate_dimension(card, dimension, tell, ctx, score, &mean);
        weight += dimension->weight;
        if (!mean.weight)
            continue;
        int64_t got = mean_of(&mean);
        total.sum += (__int128)dimension->weight * got;
        total.weight += dimension->weight;
        covered += divide((__int128)dimension->weight * mean.weight * BILLION, whole);
        score->dimensions_present |= UINT32_C(1) << i;
        score->dimension_points[i] = to_millionths(got);
    }
    if (!total.weight)
        return;
    score->present = true;
    score->score = to_millionths(mean_of(&total));
    score->coverage = to_millionths(divide(covered, weight));
}

bool dp_scorecard_add_dimension(struct dp_scorecard *card, const char *name, int64_t weight)
{
    if (card->dimension_count == DP_CARD_DIMENSIONS_MAX || strlen(name) > DP_DIMENSION_NAME_MAX)
        return false;
    struct dp_card_dimension *dimension = &card->dimensions[card->dimension_count++];
    *dimension = (struct dp_card_dimension){.weight = weight, .first = card->measure_count};
    strcpy(dimension->name, name);
    return true;
}

bool dp_scorecard_add_measure(struct dp_scorecard *card, const struct dp_card_measure *measure)
{
    if (card->measure_count == DP_CARD_MEASURES_MAX)
        return false;
    card->measures[card->measure_count++] = *measure;
    card->dimensions[card->dimension_count - 1].count++;
    return true;
}
