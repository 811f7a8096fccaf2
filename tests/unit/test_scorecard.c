#include "aggregator/scorecard.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "aggregator/scorecard_presets.h"
#include "seeds.h"

#define UNIT   DP_WEIGHT_UNIT
#define POINTS INT64_C(1000000)

/* What the lookup tells: of each quantity a value, or NAN where it is absent. */
static double values[DP_QUANTITIES];
static size_t asked;
static struct dp_robust asked_robust;

static bool tell(void *ctx, enum dp_quantity quantity, struct dp_robust robust, double *value)
{
    assert_ptr_equal(ctx, values);
    asked++;
    if (robust.kind != DP_ROBUST_NONE)
        asked_robust = robust;
    *value = values[quantity];
    return !isnan(values[quantity]);
}

static int nothing_known(void **state)
{
    (void)state;
    for (int i = 0; i < DP_QUANTITIES; i++)
        values[i] = NAN;
    asked = 0;
    return 0;
}

static struct dp_score evaluate(const struct dp_scorecard *card)
{
    struct dp_score score;
    memset(&score, 0xa5, sizeof score);
    dp_scorecard_evaluate(card, tell, values, &score);
    return score;
}

static void add(struct dp_scorecard *card, int quantity, int64_t weight, double floor,
                double target)
{
    struct dp_card_measure measure = {(enum dp_quantity)quantity, weight, floor, target, {0}};
    assert_true(dp_scorecard_add_measure(card, &measure));
}

static int64_t points_of(double floor, double target, double value)
{
    struct dp_scorecard card = {0};
    dp_scorecard_add_dimension(&card, "d", UNIT);
    add(&card, DP_FIGURE_HANDLES, UNIT, floor, target);
    values[DP_FIGURE_HANDLES] = value;
    struct dp_score score = evaluate(&card);
    assert_true(score.present);
    assert_int_equal(score.measure_points[0], score.score);
    assert_int_equal(score.dimension_points[0], score.score);
    assert_int_equal(score.coverage, UNIT);
    return score.score;
}

static void test_line(void **state)
{
    (void)state;
    assert_int_equal(points_of(60, 95, 60), 0);
    assert_int_equal(points_of(60, 95, 95), 100 * POINTS);
    assert_int_equal(points_of(60, 95, 77.5), 50 * POINTS);
    assert_int_equal(points_of(60, 95, 59.9), 0);
    assert_int_equal(points_of(60, 95, 1e300), 100 * POINTS);
    assert_int_equal(points_of(60, 95, -1e300), 0);
    assert_int_equal(points_of(0, 3, 1), 33333333);
    assert_int_equal(points_of(0, 3, 2), 66666667);
    /* lower is better */
    assert_int_equal(points_of(0.05, 0, 0), 100 * POINTS);
    assert_int_equal(points_of(0.05, 0, 0.05), 0);
    assert_int_equal(points_of(0.05, 0, 0.01), 80 * POINTS);
    assert_int_equal(points_of(0.05, 0, 2), 0);
    assert_int_equal(points_of(600e3, 240e3, 330e3), 75 * POINTS);
    /* half a millionth is rounded up */
    assert_int_equal(points_of(0, 100, 33.3333335), 33333334);
    assert_int_equal(points_of(0, 100, 33.3333334), 33333333);
}

static void test_means(void **state)
{
    struct dp_scorecard card = {0};
    (void)state;
    dp_scorecard_add_dimension(&card, "one", UNIT * 3 / 4);
    add(&card, DP_FIGURE_HANDLES, 2 * UNIT, 0, 100);
    add(&card, DP_FIGURE_OFFERED, UNIT, 0, 100);
    dp_scorecard_add_dimension(&card, "two", UNIT / 4);
    add(&card, DP_QUANTITY_KNOWLEDGE, UNIT, 0, 100);

    struct dp_score score = evaluate(&card);
    assert_false(score.present);
    assert_int_equal(score.coverage, 0);
    assert_int_equal(asked, 3);

    values[DP_FIGURE_HANDLES] = 90;
    values[DP_FIGURE_OFFERED] = 30;
    values[DP_QUANTITY_KNOWLEDGE] = 10;
    score = evaluate(&card);
    assert_int_equal(score.dimension_points[0], 70 * POINTS);
    assert_int_equal(score.dimension_points[1], 10 * POINTS);
    assert_int_equal(score.score, 55 * POINTS);
    assert_int_equal(score.coverage, UNIT);
    assert_int_equal(score.dimensions_present, 3);
    assert_int_equal(score.measures_present, 7);

    values[DP_FIGURE_HANDLES] = NAN; /* absent: the others are what counts */
    score = evaluate(&card);
    assert_int_equal(score.dimension_points[0], 30 * POINTS);
    assert_int_equal(score.score, 25 * POINTS);
    assert_int_equal(score.coverage, 500000); /* 3/4 * 1/3 + 1/4 */
    assert_int_equal(score.measures_present, 6);

    values[DP_FIGURE_OFFERED] = NAN;
    score = evaluate(&card);
    assert_true(score.present);
    assert_int_equal(score.score, 10 * POINTS);
    assert_int_equal(score.coverage, 250000);
    assert_int_equal(score.dimensions_present, 2);

    values[DP_QUANTITY_KNOWLEDGE] = INFINITY;
    assert_false(evaluate(&card).present);
}

/* Halves of a millionth come from means too, and are not lost in binary fractions. */
static void test_rounding(void **state)
{
    struct dp_scorecard card = {0};
    (void)state;
    dp_scorecard_add_dimension(&card, "one", UNIT);
    add(&card, DP_FIGURE_SATISFACTION_MEAN, UNIT, 0, 100);
    add(&card, DP_FIGURE_QUALITY_MEAN, UNIT, 0, 100);
    values[DP_FIGURE_QUALITY_MEAN] = 0;
    for (int64_t i = 1; i < 100 * POINTS; i += 999998) { /* odd: each mean is a half */
        values[DP_FIGURE_SATISFACTION_MEAN] = (double)i / 1e6;
        assert_int_equal(evaluate(&card).score, (i + 1) / 2);
    }
}

static void test_bounds(void **state)
{
    struct dp_scorecard card = {0};
    char name[DP_DIMENSION_NAME_MAX + 2] = {0};
    (void)state;
    memset(name, 'n', DP_DIMENSION_NAME_MAX + 1);
    assert_false(dp_scorecard_add_dimension(&card, name, UNIT));
    for (size_t i = 0; i < DP_CARD_DIMENSIONS_MAX; i++)
        assert_true(dp_scorecard_add_dimension(&card, name + 1, DP_WEIGHT_MAX));
    assert_false(dp_scorecard_add_dimension(&card, "more", UNIT));
    for (int i = 0; i < DP_CARD_MEASURES_MAX; i++)
        add(&card, DP_FIGURE_HANDLES, DP_WEIGHT_MAX, 0, 1);
    assert_false(dp_scorecard_add_measure(&card, &card.measures[0]));
    values[DP_FIGURE_HANDLES] = 1;
    struct dp_score score = evaluate(&card);
    assert_int_equal(score.score, 100 * POINTS);
    assert_int_equal(score.measures_present, UINT32_MAX);
    assert_int_equal(score.coverage, UNIT / DP_CARD_DIMENSIONS_MAX); /* all of it in the last one */
}

static void test_presets(void **state)
{
    const struct dp_robust handling = {DP_ROBUST_PERCENTILES, 5, 95};
    static const int64_t weights[DP_PRESETS][4] = {
        [DP_PRESET_PERFORMANCE] = {450000, 350000, 150000, 50000},
        [DP_PRESET_TRAINING] = {250000, 350000, 200000, 200000},
    };
    struct dp_scorecard card;
    (void)state;
    dp_scorecard_preset(DP_PRESET_NONE, handling, &card);
    assert_int_equal(card.dimension_count, 0);
    assert_false(evaluate(&card).present);
    for (int preset = DP_PRESET_PERFORMANCE; preset < DP_PRESETS; preset++) {
        int64_t sum = 0;
        dp_scorecard_preset((enum dp_preset)preset, handling, &card);
        assert_int_equal(card.dimension_count, 4);
        assert_int_equal(card.measure_count, 11);
        for (size_t i = 0; i < 4; i++) {
            assert_int_equal(card.dimensions[i].weight, weights[preset][i]);
            assert_true(card.dimensions[i].count > 0);
            sum += card.dimensions[i].weight;
        }
        assert_int_equal(sum, UNIT);
        asked_robust = (struct dp_robust){0};
        for (size_t i = 0; i < card.measure_count; i++) {
            assert_true(card.measures[i].floor != card.measures[i].target);
            values[card.measures[i].quantity] = card.measures[i].target;
        }
        struct dp_score score = evaluate(&card);
        assert_int_equal(score.score, 100 * POINTS);
        assert_int_equal(score.coverage, UNIT);
        assert_int_equal(asked_robust.kind, DP_ROBUST_PERCENTILES);
    }
    dp_scorecard_preset(DP_PRESET_PERFORMANCE, handling, &card);
    for (size_t i = 0; i < DP_WEIGHT_RANGES; i++) {
        assert_string_equal(card.dimensions[i].name, dp_weight_ranges[i].dimension);
        assert_in_range(card.dimensions[i].weight, dp_weight_ranges[i].low,
                        dp_weight_ranges[i].high);
    }
}

static double random_value(struct dp_rng *rng)
{
    return (double)dp_rng_between(rng, 0, 200000000) / 1e6;
}

static void random_card(struct dp_rng *rng, struct dp_scorecard *card)
{
    memset(card, 0, sizeof *card);
    enum dp_quantity next = 0;
    for (uint32_t i = 1 + dp_rng_below(rng, DP_CARD_DIMENSIONS_MAX); i > 0; i--) {
        dp_scorecard_add_dimension(card, "d", 1 + dp_rng_below(rng, UNIT));
        for (uint32_t n = 1 + dp_rng_below(rng, 4); n > 0; n--) {
            double floor = random_value(rng), target = random_value(rng);
            if (floor == target)
                target++;
            add(card, (int)next++, 1 + dp_rng_below(rng, (uint32_t)DP_WEIGHT_MAX), floor, target);
        }
    }
}

/* By the formulas of docs/kpis.md as they stand there. */
static double plain_score(const struct dp_scorecard *card, double *coverage)
{
    double sum = 0, weight = 0, whole = 0, covered = 0;
    for (size_t i = 0; i < card->dimension_count; i++) {
        const struct dp_card_dimension *dimension = &card->dimensions[i];
        double points = 0, present = 0, all = 0;
        for (size_t n = dimension->first; n < dimension->first + dimension->count; n++) {
            const struct dp_card_measure *measure = &card->measures[n];
            all += (double)measure->weight;
            if (isnan(values[measure->quantity]))
                continue;
            double share =
                (values[measure->quantity] - measure->floor) / (measure->target - measure->floor);
            points += (double)measure->weight * 100 * fmin(fmax(share, 0), 1);
            present += (double)measure->weight;
        }
        whole += (double)dimension->weight;
        covered += (double)dimension->weight * present / all;
        if (present > 0) {
            sum += (double)dimension->weight * points / present;
            weight += (double)dimension->weight;
        }
    }
    *coverage = covered / whole;
    return sum / weight;
}

static void properties(void)
{
    struct dp_scorecard card;
    struct dp_rng rng = dp_seed_rng(1);
    random_card(&rng, &card);
    for (size_t i = 0; i < card.measure_count; i++)
        values[card.measures[i].quantity] = dp_rng_chance(&rng, 300) ? NAN : random_value(&rng);
    struct dp_score before = evaluate(&card);
    struct dp_score again = evaluate(&card);
    assert_memory_equal(&before, &again, sizeof before);
    if (!before.present) {
        assert_int_equal(before.measures_present, 0);
        return;
    }
    double coverage, score = plain_score(&card, &coverage);
    assert_true(fabs((double)before.score / 1e6 - score) < 1e-6);
    assert_true(fabs((double)before.coverage / 1e6 - coverage) < 1e-6);
    assert_in_range(before.score, 0, 100 * POINTS);
    assert_in_range(before.coverage, 0, UNIT);
    for (size_t i = 0; i < card.measure_count; i++)
        assert_in_range(before.measure_points[i], 0, 100 * POINTS);

    /* A better value of one measure never lowers the score, nor its dimension's or its own points.
     */
    const struct dp_card_measure *measure =
        &card.measures[dp_rng_below(&rng, (uint32_t)card.measure_count)];
    double *value = &values[measure->quantity];
    if (isnan(*value))
        return;
    double better = (double)dp_rng_below(&rng, 1000000) / (dp_rng_chance(&rng, 500) ? 1e4 : 1e9);
    *value += measure->target > measure->floor ? better : -better;
    struct dp_score after = evaluate(&card);
    assert_true(after.score >= before.score);
    for (size_t i = 0; i < card.dimension_count; i++)
        assert_true(after.dimension_points[i] >= before.dimension_points[i]);
    for (size_t i = 0; i < card.measure_count; i++)
        assert_true(after.measure_points[i] >= before.measure_points[i]);
}

static void test_properties(void **state)
{
    (void)state;
    dp_for_seeds(3000, properties);
}

static int seed_before(void **state)
{
    return nothing_known(state) || dp_seed_before(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_line, nothing_known),
        cmocka_unit_test_setup(test_means, nothing_known),
        cmocka_unit_test_setup(test_rounding, nothing_known),
        cmocka_unit_test_setup(test_bounds, nothing_known),
        cmocka_unit_test_setup(test_presets, nothing_known),
        cmocka_unit_test_setup_teardown(test_properties, seed_before, dp_seed_after),
    };
    return cmocka_run_group_tests_name("scorecard", tests, NULL, NULL);
}
