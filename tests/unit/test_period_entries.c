/* What a sink is told of calendar periods, and when. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "aggregator/scorecard_presets.h"
#include "centre.h"

static void open_centre(struct dp_centre *centre, int64_t interval_ms)
{
    static const struct dp_award awards[] = {
        {.name = "五星",
         .kind = DP_AWARD,
         .period = DP_PERIOD_MONTH,
         .place = DP_PLACE_TOP,
         .share = 100000},
        {.name = "slow",
         .kind = DP_AWARD_WARNING,
         .period = DP_PERIOD_DAY,
         .conditions = {{(enum dp_quantity)DP_FIGURE_SATISFACTION_MEAN, DP_LT, 50 * 1000000}},
         .condition_count = 1},
    };
    struct dp_aggregator_options options = dp_centre_options();
    options.period_kinds = (1u << DP_PERIOD_KINDS) - 1;
    options.period_interval_ms = interval_ms;
    options.quality_per_month = 3;
    options.awards = awards;
    options.award_count = 2;
    dp_scorecard_preset(DP_PRESET_PERFORMANCE, (struct dp_robust){0}, &options.scorecard);
    dp_centre_open(centre, &options);
}

/* An agent that has come and gone before anybody looked was there all the same. */
static void times_in_states(void **state)
{
    (void)state;
    struct dp_centre centre;
    open_centre(&centre, 0);
    dp_centre_tell(&centre,
                   "1000 state a1 available t1; 5000 state a1 busy; 9000 state a1 offline");
    dp_centre_advance(&centre, 20 * SECOND);
    dp_centre_expect(&centre, "agent:a1:p:1970-01-01", "online_ms", 8000);
    dp_centre_expect(&centre, "agent:a1:p:1970", "busy_ms", 4000);
    dp_centre_expect(&centre, "agent:a1:p:1970", "occupancy", 500000);
    dp_centre_tell(&centre, "7000 state a1 wrapup"); /* late, but not too late */
    dp_centre_advance(&centre, 21 * SECOND);
    dp_centre_expect(&centre, "agent:a1:p:1970-01", "busy_ms", 2000);
    dp_centre_expect(&centre, "agent:a1:p:1970-01", "wrapup_ms", 2000);
    dp_centre_close(&centre);
}

static void all_is_taken_back(void **state)
{
    (void)state;
    struct dp_centre centre;
    open_centre(&centre, 0);
    dp_centre_tell(&centre, "1000 resolved yes a1");
    dp_centre_advance(&centre, 2 * SECOND);
    dp_centre_expect(&centre, "agent:a1:p:1970-W01", "outcomes", 1);
    dp_centre_expect_text(&centre, "all:label:1970-W01", "");
    dp_centre_tell(&centre, "2000 reopened");
    dp_centre_advance(&centre, 3 * SECOND);
    dp_centre_expect_none(&centre, "agent:a1:p:1970-W01");
    dp_centre_expect_none(&centre, "all:p:1970");
    dp_centre_close(&centre);
}

static void they_come_at_their_own_pace(void **state)
{
    (void)state;
    struct dp_centre centre;
    open_centre(&centre, 60 * SECOND);
    dp_centre_tell(&centre, "1000 rated a1 4 5 t1");
    dp_centre_advance(&centre, 2 * SECOND); /* at first at once */
    dp_centre_expect(&centre, "agent:a1:p:1970", "ratings", 1);
    dp_centre_tell(&centre, "3000 rated a1 4 5 t1");
    dp_centre_advance(&centre, 4 * SECOND);
    dp_centre_expect(&centre, "agent:a1:p:1970", "ratings", 1);
    dp_centre_advance(&centre, 70 * SECOND); /* though nothing arrives */
    dp_centre_expect(&centre, "agent:a1:p:1970", "ratings", 2);
    dp_centre_close(&centre);
}

/* While T takes hours at a step nothing is lost: what waits comes later, or with everything. */
static void they_are_held(void **state)
{
    (void)state;
    struct dp_centre centre;
    open_centre(&centre, 60 * SECOND);
    dp_centre_tell(&centre, "1000 rated a1 4 5 t1");
    dp_centre_advance(&centre, 2 * SECOND);
    dp_aggregator_hold_periods(centre.agg, true);
    dp_centre_tell(&centre, "3000 rated a1 4 5 t1; 3000 rated a2 5 5 t1");
    dp_centre_advance(&centre, 130 * SECOND);
    dp_centre_expect(&centre, "agent:a1:w:5m", "ratings", 2);
    dp_centre_expect(&centre, "agent:a1:p:1970", "ratings", 1);
    dp_centre_expect(&centre, "agent:a1:p:1970", "ranked", 1);
    dp_centre_expect(&centre, "agent:a2:p:1970", "ratings", 1); /* nobody knew of it */
    dp_aggregator_hold_periods(centre.agg, false);
    dp_centre_advance(&centre, 191 * SECOND);
    dp_centre_expect(&centre, "agent:a1:p:1970", "ratings", 2);
    dp_centre_expect(&centre, "agent:a1:p:1970", "ranked", 2);

    dp_aggregator_hold_periods(centre.agg, true);
    dp_centre_tell(&centre, "192000 rated a2 1 5 t1");
    dp_centre_advance(&centre, 255 * SECOND);
    dp_centre_expect(&centre, "agent:a1:p:1970", "rank", 2);
    dp_aggregator_mark_all(centre.agg);
    dp_centre_advance(&centre, 256 * SECOND);
    dp_centre_expect(&centre, "agent:a2:p:1970", "ratings", 2);
    dp_centre_expect(&centre, "agent:a1:p:1970", "rank", 1);
    dp_centre_close(&centre);
}

static void ranks_and_what_is_earned(void **state)
{
    (void)state;
    struct dp_centre centre;
    open_centre(&centre, 0);
    dp_centre_tell(&centre, "1000 rated a1 5 5 t1; 1000 rated a2 2 5 t1; 1000 rated a3 4 5 t1;"
                            "1000 scored a1 90 t1; 2000/c1 answered a1; 3000/c1 ended");
    dp_centre_advance(&centre, 4 * SECOND);
    dp_centre_expect(&centre, "agent:a1:p:1970-01", "rank", 1);
    dp_centre_expect(&centre, "agent:a2:p:1970-01", "rank", 3);
    dp_centre_expect(&centre, "agent:a2:p:1970-01", "ranked", 3);
    const char *best = dp_board_text(&centre.board, "agent:a1:p:1970-01");
    const char *worst = dp_board_text(&centre.board, "agent:a2:p:1970-01-01");
    assert_non_null(strstr(best, "band=excellent awards=五星"));
    assert_non_null(strstr(worst, "band=needs_support warnings=slow"));
    dp_centre_expect(&centre, "team:t1:ranked:rank:1970-01:a2", "score", 0);
    /* Two checks are wanting of a1, the only one with work. */
    dp_centre_expect(&centre, "team:t1:ranked:quality:due:a1", "score", 2);
    dp_centre_expect_none(&centre, "team:t1:ranked:quality:due:a2");
    dp_centre_tell(&centre, "5000 scored a1 80 t1; 5000 scored a1 70 t1; 6000 rated a2 5 5 t2");
    dp_centre_advance(&centre, 7 * SECOND);
    dp_centre_expect_none(&centre, "team:t1:ranked:quality:due:a1");
    dp_centre_expect_none(&centre, "team:t1:ranked:rank:1970-01:a2"); /* it is in t2 now */
    dp_centre_expect(&centre, "agent:a2:p:1970-01", "ranked", 1);
    dp_centre_expect(&centre, "agent:a3:p:1970-01", "ranked", 2);
    dp_centre_close(&centre);
}

/* Silent for longer than anybody is remembered, an agent stays in the periods. */
static void whoever_left_stays_in_the_periods(void **state)
{
    (void)state;
    struct dp_centre centre;
    open_centre(&centre, 0);
    dp_centre_tell(&centre, "1000 state a1 available t1; 2000 rated a1 5 5; 3000 state a1 offline");
    dp_centre_advance(&centre, 4 * SECOND);
    for (int64_t hours = 3; hours <= 5; hours++)
        dp_centre_advance(&centre, hours * HOUR);
    dp_centre_expect_none(&centre, "agent:a1:now");
    dp_centre_expect(&centre, "agent:a1:p:1970", "ratings", 1);
    dp_centre_tell(&centre, "18000000 rated a1 4 5");
    dp_centre_advance(&centre, 5 * HOUR + SECOND);
    dp_centre_expect(&centre, "agent:a1:p:1970", "ratings", 2);
    dp_centre_expect(&centre, "agent:a1:p:1970", "online_ms", 2000);
    dp_centre_expect_text(&centre, "agent:a1:known", "");
    dp_centre_close(&centre);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(times_in_states),
        cmocka_unit_test(all_is_taken_back),
        cmocka_unit_test(they_come_at_their_own_pace),
        cmocka_unit_test(they_are_held),
        cmocka_unit_test(ranks_and_what_is_earned),
        cmocka_unit_test(whoever_left_stays_in_the_periods),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
