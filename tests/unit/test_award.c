#include "aggregator/award.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "seeds.h"

static double values[DP_QUANTITIES];
static const struct dp_standing nowhere;

static bool tell(void *ctx, enum dp_quantity quantity, struct dp_robust robust, double *value)
{
    assert_null(ctx);
    assert_int_equal(robust.kind, DP_ROBUST_NONE);
    *value = values[quantity];
    return !isnan(values[quantity]);
}

static int nothing_known(void **state)
{
    (void)state;
    for (int i = 0; i < DP_QUANTITIES; i++)
        values[i] = NAN;
    return 0;
}

static struct dp_award parse(const char *when)
{
    struct dp_award award = {.name = "x", .period = DP_PERIOD_YEAR, .kind = DP_AWARD_WARNING};
    char error[2048] = "";
    if (!dp_award_parse(&award, when, error, sizeof error))
        fail_msg("%s: %s", when, error);
    assert_string_equal(award.name, "x");
    assert_int_equal(award.period, DP_PERIOD_YEAR);
    assert_int_equal(award.kind, DP_AWARD_WARNING);
    return award;
}

static bool earned(const char *when)
{
    struct dp_award award = parse(when);
    return dp_award_earned(&award, tell, NULL, &nowhere);
}

static void test_parse(void **state)
{
    (void)state;
    struct dp_award award =
        parse(" satisfaction_mean>=90 and\tratings >= 10 and handle_mean_ms < 5m and "
              "complaint_rate=0 and resolution_rate > 95 % and score != 12.5");
    static const struct dp_condition conditions[] = {
        {(enum dp_quantity)DP_FIGURE_SATISFACTION_MEAN, DP_GE, 90000000},
        {(enum dp_quantity)DP_FIGURE_RATINGS, DP_GE, 10000000},
        {(enum dp_quantity)DP_FIGURE_HANDLE_MEAN, DP_LT, 300000000000},
        {(enum dp_quantity)DP_FIGURE_COMPLAINT_RATE, DP_EQ, 0},
        {(enum dp_quantity)DP_FIGURE_RESOLUTION_RATE, DP_GT, 950000},
        {DP_QUANTITY_SCORE, DP_NE, 12500000},
    };
    assert_int_equal(award.condition_count, 6);
    for (size_t i = 0; i < 6; i++) {
        assert_int_equal(award.conditions[i].quantity, conditions[i].quantity);
        assert_int_equal(award.conditions[i].comparison, conditions[i].comparison);
        assert_int_equal(award.conditions[i].limit, conditions[i].limit);
    }
    assert_int_equal(award.place, DP_PLACE_ANY);
    award = parse("top 10 %");
    assert_int_equal(award.place, DP_PLACE_TOP);
    assert_int_equal(award.share, 100000);
    assert_int_equal(award.condition_count, 0);
    award = parse("bottom 12.5%");
    assert_int_equal(award.place, DP_PLACE_BOTTOM);
    assert_int_equal(award.share, 125000);
    parse("top 100 %");
}

static void test_errors(void **state)
{
    static const struct {
        const char *when, *error; /* how it begins */
    } cases[] = {
        {"", "column 1: there is nothing; allowed: FIGURE OP NUMBER"},
        {"   ", "column 4: there is nothing"},
        {"happiness > 3", "column 1: \"happiness\" is no figure; allowed: offered, responses, "},
        {"topp 10 %", "column 1: \"topp\" is no figure"},
        {"> 3", "column 1: \">\" is no figure"},
        {"ratings", "column 8: comparison is missing; allowed: < <= > >= = !="},
        {"ratings => 3", "column 9: \"=>\" is no comparison; allowed: < <= "},
        {"ratings == 3", "column 9: \"==\" is no comparison"},
        {"ratings 3", "column 9: \"3\" is no comparison"},
        {"ratings >", "column 10: number for this figure is missing"},
        {"ratings > many", "column 11: \"many\" is no number for this figure; allowed: a number "},
        {"ratings > 3 %", "column 11: \"3\" is no number for this figure"},
        {"handle_mean_ms > 300000", "column 18: \"300000\" is no number for this figure; allowed: "
                                    "a duration such as 500ms"},
        {"fcr_rate > 95", "column 12: \"95\" is no number for this figure; allowed: a share"},
        {"score > 101", "column 9: \"101\" is no number for this figure; allowed: a number from 0"},
        {"ratings > 3 or score > 4",
         "column 13: \"or\" is not expected here; allowed: the end, or"},
        {"ratings > 3, score > 4", "column 11: \"3,\" is no number"},
        {"ratings > 3 ,", "column 13: \",\" is not expected here"},
        {"ratings > 3 and", "column 16: figure is missing; allowed: offered"},
        {"offered>1 and offered>1 and offered>1 and offered>1 and offered>1 and offered>1 and "
         "offered>1 and offered>1 and offered>1",
         "column 113: this is one condition too many; allowed: up to 8"},
        {"top", "column 4: share of the team is missing; allowed: a number above 0"},
        {"top 10", "column 5: \"10\" is no share of the team"},
        {"top 0 %", "column 5: \"0\" is no share of the team"},
        {"top 101 %", "column 5: \"101\" is no share of the team"},
        {"bottom 10 % and score > 4", "column 13: \"and\" is not expected here; allowed: the end"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct dp_award award = {.name = "x", .share = 7}, before = award;
        char error[2048] = "";
        assert_false(dp_award_parse(&award, cases[i].when, error, sizeof error));
        if (strncmp(error, cases[i].error, strlen(cases[i].error)) != 0)
            fail_msg("%s: %s", cases[i].when, error);
        assert_memory_equal(&award, &before, sizeof award);
    }
    struct dp_award award = {0};
    char error[12];
    assert_false(dp_award_parse(&award, "ratings", error, sizeof error));
    assert_string_equal(error, "column 8: c");
}

static void test_conditions(void **state)
{
    (void)state;
    assert_false(earned("ratings >= 0")); /* absent fulfils nothing */
    assert_false(earned("ratings != 1"));
    values[DP_FIGURE_RATINGS] = 10;
    assert_true(earned("ratings >= 10"));
    assert_true(earned("ratings <= 10"));
    assert_true(earned("ratings = 10"));
    assert_false(earned("ratings != 10"));
    assert_false(earned("ratings > 10"));
    assert_false(earned("ratings < 10"));
    assert_true(earned("ratings > 9.999999"));
    assert_true(earned("ratings < 10.5"));
    assert_false(earned("ratings = 10 and score > 0"));
    values[DP_QUANTITY_SCORE] = 82.5;
    assert_true(earned("ratings = 10 and score = 82.5"));
    assert_false(earned("ratings = 9 and score = 82.5"));
    values[DP_FIGURE_RESOLUTION_RATE] = 0.7 + 0.1; /* not the double that is nearest to 0.8 */
    assert_true(earned("resolution_rate = 80 %"));
    assert_true(earned("resolution_rate >= 0.8"));
    values[DP_QUANTITY_ONLINE] = 366.0 * 86400e3;
    assert_true(earned("online_ms = 366d"));
    values[DP_QUANTITY_VOLUME] = 1e300;
    assert_true(earned("volume > 1000000000"));
    values[DP_QUANTITY_VOLUME] = INFINITY;
    assert_false(earned("volume > 1"));

    const struct dp_award none = {0};
    assert_false(dp_award_earned(&none, tell, NULL, &nowhere));
}

static bool in(uint32_t rank, uint32_t from_end, uint32_t ranked, const char *when)
{
    struct dp_award award = parse(when);
    const struct dp_standing standing = {rank, from_end, ranked};
    return dp_award_earned(&award, tell, NULL, &standing);
}

static enum dp_band band(uint32_t rank, uint32_t from_end, uint32_t ranked)
{
    const struct dp_standing standing = {rank, from_end, ranked};
    return dp_band_of(&standing);
}

static void test_places(void **state)
{
    (void)state;
    assert_false(in(0, 0, 0, "top 100 %"));
    assert_false(in(0, 0, 9, "bottom 100 %")); /* has no score */
    assert_false(in(1, 1, 1, "top 100 %"));    /* a team of one */
    assert_false(in(1, 1, 5, "top 10 %"));     /* all the same */
    assert_true(in(1, 10, 10, "top 10 %"));
    assert_false(in(2, 9, 10, "top 10 %"));
    assert_true(in(2, 10, 11, "top 10 %")); /* rounded up */
    assert_false(in(3, 9, 11, "top 10 %"));
    assert_true(in(10, 1, 10, "bottom 10 %"));
    assert_false(in(9, 2, 10, "bottom 10 %"));
    assert_true(in(3, 3, 5, "top 60 %")); /* the one in the middle is in both */
    assert_true(in(3, 3, 5, "bottom 60 %"));
    assert_true(in(1, 2, 2, "top 0.0001 %"));
    assert_true(in(UINT32_MAX, 1, UINT32_MAX, "top 100 %"));

    assert_int_equal(band(1, 10, 10), DP_BAND_EXCELLENT);
    assert_int_equal(band(2, 9, 10), DP_BAND_NONE);
    assert_int_equal(band(10, 1, 10), DP_BAND_NEEDS_SUPPORT);
    assert_int_equal(band(1, 2, 2), DP_BAND_EXCELLENT);
    assert_int_equal(band(2, 1, 2), DP_BAND_NEEDS_SUPPORT);
    assert_int_equal(band(1, 1, 1), DP_BAND_NONE);
    assert_int_equal(band(0, 0, 10), DP_BAND_NONE);
    assert_int_equal(band(2, 2, 11), DP_BAND_NONE); /* nine that tie, one above, one below */
    assert_null(dp_band_name(DP_BAND_NONE));
    assert_string_equal(dp_band_name(DP_BAND_EXCELLENT), "excellent");
    assert_string_equal(dp_band_name(DP_BAND_NEEDS_SUPPORT), "needs_support");
}

/* Of any team: seen from the other end, top and bottom change places; and who has the same score is
 * in the same band. */
static void symmetry(void)
{
    enum { MOST = 60 };
    struct dp_rng rng = dp_seed_rng(1);
    uint32_t count = 1 + dp_rng_below(&rng, MOST), kinds = 1 + dp_rng_below(&rng, 80);
    uint32_t scores[MOST], excellent = 0, needs_support = 0;
    for (uint32_t i = 0; i < count; i++)
        scores[i] = dp_rng_below(&rng, kinds);
    for (uint32_t i = 0; i < count; i++) {
        struct dp_standing standing = {1, 1, count};
        for (uint32_t n = 0; n < count; n++) {
            standing.rank += scores[n] > scores[i];
            standing.rank_from_end += scores[n] < scores[i];
        }
        struct dp_standing turned = {standing.rank_from_end, standing.rank, count};
        int64_t share = dp_rng_between(&rng, 1, 1000000);
        assert_int_equal(dp_standing_is_in(&standing, DP_PLACE_TOP, share),
                         dp_standing_is_in(&turned, DP_PLACE_BOTTOM, share));
        enum dp_band here = dp_band_of(&standing), there = dp_band_of(&turned);
        assert_int_equal(here == DP_BAND_EXCELLENT, there == DP_BAND_NEEDS_SUPPORT);
        assert_int_equal(here == DP_BAND_NONE, there == DP_BAND_NONE);
        excellent += here == DP_BAND_EXCELLENT;
        needs_support += here == DP_BAND_NEEDS_SUPPORT;
    }
    if (count == 1)
        assert_int_equal(excellent + needs_support, 0);
}

static void test_symmetry(void **state)
{
    (void)state;
    dp_for_seeds(2000, symmetry);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_parse, nothing_known),
        cmocka_unit_test_setup(test_errors, nothing_known),
        cmocka_unit_test_setup(test_conditions, nothing_known),
        cmocka_unit_test_setup(test_places, nothing_known),
        cmocka_unit_test_setup_teardown(test_symmetry, dp_seed_before, dp_seed_after),
    };
    return cmocka_run_group_tests_name("award", tests, NULL, NULL);
}
