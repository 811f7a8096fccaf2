/* The aggregator from outside: events in, entries out, with answers worked out by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "centre.h"

/* ---------------------------------------------------------------- admission */

static void nothing_yet(void **state)
{
    (void)state;
    struct dp_centre centre;
    dp_centre_open_usual(&centre);
    struct dp_entry entry;
    assert_true(dp_aggregator_t(centre.agg) == INT64_MIN);
    assert_true(dp_aggregator_watermark(centre.agg) == INT64_MIN);
    assert_false(dp_aggregator_next_entry(centre.agg, &entry));
    assert_int_equal(dp_centre_advance(&centre, 10 * SECOND + 999), 1);
    assert_int_equal(dp_aggregator_t(centre.agg), 10 * SECOND);
    dp_centre_expect_text(
        &centre, "all:now",
        "v=1 as_of_ms=10000 waiting=0 in_service=0 offline=0 available=0 busy=0 wrapup=0 "
        "break=0 training=0 meeting=0");
    dp_aggregator_advance(centre.agg, 5 * SECOND);
    assert_int_equal(dp_aggregator_t(centre.agg), 10 * SECOND);
    dp_centre_close(&centre);
    dp_aggregator_destroy(NULL);
}

static void duplicates(void **state)
{
    (void)state;
    struct dp_centre centre;
    dp_centre_open_usual(&centre);
    uint32_t other = dp_aggregator_add_partition(centre.agg);
    dp_centre_tell(&centre, "1000#x offered voice q1; 2000#y answered a1");
    dp_centre_tell_from(&centre, 0, DP_DUPLICATE, "1000#x offered voice q1; 9000#y ended");
    dp_centre_tell_from(&centre, other, DP_DUPLICATE, "1000#x offered voice q1");
    dp_centre_tell(&centre, "200000#z reopened");
    dp_centre_tell_from(&centre, 0, DP_DUPLICATE, "1000#x offered voice q1"); /* late, too */
    const struct dp_aggregator_counters *counters = dp_aggregator_counters(centre.agg);
    assert_int_equal(counters->accepted, 3);
    assert_int_equal(counters->duplicate, 4);
    assert_int_equal(counters->late, 0);
    dp_centre_advance(&centre, 200 * SECOND);
    dp_centre_expect(&centre, "queue:q1:w:5m", "offered", 1);
    dp_centre_expect(&centre, "all:now", "in_service", 1);
    dp_centre_close(&centre);
}

static void late_events(void **state)
{
    (void)state;
    struct dp_centre centre;
    dp_centre_open_usual(&centre);
    uint32_t other = dp_aggregator_add_partition(centre.agg);
    dp_centre_tell(&centre, "100000/c1 offered voice q1; 40000/c2 offered voice q2");
    dp_centre_tell_from(&centre, 0, DP_LATE,
                        "39999/c3#x offered voice q3; 39999/c3#x offered voice q3");
    dp_centre_tell_from(&centre, other, DP_ACCEPTED,
                        "39999/c4#x offered voice q4"); /* not late there */
    const struct dp_aggregator_counters *counters = dp_aggregator_counters(centre.agg);
    assert_int_equal(counters->late, 2);
    assert_int_equal(counters->accepted, 3);
    assert_int_equal(dp_aggregator_watermark(centre.agg), 100 * SECOND);
    dp_centre_advance(&centre, 100 * SECOND);
    dp_centre_expect(&centre, "all:w:5m", "offered", 3);
    dp_centre_expect_none(&centre, "queue:q3:known");
    dp_centre_expect(&centre, "queue:q4:w:5m", "offered", 1);
    dp_centre_close(&centre);
}

/* ---------------------------------------------------------------- figures */

static void a_call(void **state)
{
    (void)state;
    struct dp_centre centre;
    dp_centre_open_usual(&centre);
    dp_centre_tell(&centre,
                   "0 state a1 available t1; 1000 offered voice q1 t1 x; 8000 declined a2;"
                   "11000 answered a1 t1; 11000 state a1 busy; 15000 held a1; 18000 retrieved a1;"
                   "31000 ended; 31000 state a1 wrapup; 36000 wrapped a1; 36000 resolved yes;"
                   "36000 state a1 available");
    dp_centre_advance(&centre, 40 * SECOND);
    dp_centre_expect_text(
        &centre, "queue:q1:voice:w:1m",
        "v=1 as_of_ms=40000 from_ms=-20000 offered=1 responses=1 abandons=0 "
        "short_abandons=0 handles=1 transfers=0 declines=1 replies=0 outcomes=1 resolved=1 "
        "ratings=0 complaints=0 quality_checks=0 quality_fatals=0 "
        "response_mean_ms=10000 response_max_ms=10000 response_p50_ms=10000 "
        "response_p90_ms=10000 response_p95_ms=10000 response_p99_ms=10000 "
        "handle_mean_ms=25000 handle_max_ms=25000 handle_p50_ms=25000 handle_p90_ms=25000 "
        "handle_p95_ms=25000 handle_p99_ms=25000 "
        "resolve_mean_ms=35000 resolve_max_ms=35000 resolve_p50_ms=35000 "
        "resolve_p90_ms=35000 resolve_p95_ms=35000 resolve_p99_ms=35000 "
        "talk_mean_ms=17000 hold_mean_ms=3000 wrap_mean_ms=5000 service_level=1000000 "
        "answer_rate=1000000 abandon_rate=0 answered_30s_rate=1000000 resolution_rate=1000000 "
        "resolved_24h_rate=1000000 fcr_rate=1000000 repeat_contact_rate=0 transfer_rate=0 "
        "complaint_rate=0");
    assert_string_equal(dp_board_text(&centre.board, "queue:q1:w:5m") + 30,
                        dp_board_text(&centre.board, "queue:q1:voice:w:5m") + 30);
    dp_centre_expect(&centre, "team:t1:w:1m", "offered", 1); /* the offer names the team */
    dp_centre_expect(&centre, "agent:a1:w:1m", "offered", 0);
    dp_centre_expect(&centre, "agent:a1:w:1m", "handles", 1);
    dp_centre_expect(&centre, "agent:a1:w:1m", "occupancy", 625000); /* 25 s of 40 */
    dp_centre_expect(&centre, "agent:a1:voice:w:1m", "occupancy", DP_BOARD_NONE);
    dp_centre_expect(&centre, "agent:a2:w:1m", "declines", 1);
    dp_centre_expect(&centre, "agent:a2:w:1m", "occupancy", DP_BOARD_NONE);
    dp_centre_expect(&centre, "all:w:1m", "declines", 1);
    dp_centre_expect_none(&centre, "queue:q1:chat:w:1m");
    dp_centre_expect_none(&centre, "all:known");
    dp_centre_expect_text(&centre, "agent:a1:known", "");
    dp_centre_close(&centre);
}

static void opinions(void **state)
{
    (void)state;
    struct dp_centre centre;
    dp_centre_open_usual(&centre);
    dp_centre_tell(&centre,
                   "0 state a1 busy t1; 1000 rated a1 4 5; 2000 rated a1 3.9 5 t2 q1 chat;"
                   "3000 complained a1; 4000 scored a1 90.5; 5000 scored a1 50 t2 fatal;"
                   "6000 measured a2 t3; 7000 rated a3 1e308 1e308; 8000 rated a3 5e-324 5e-324");
    dp_centre_advance(&centre, 10 * SECOND);
    dp_centre_expect(&centre, "agent:a1:w:1m", "ratings", 2);
    dp_centre_expect(&centre, "agent:a1:w:1m", "satisfaction_mean", 79000000);
    dp_centre_expect(&centre, "agent:a1:w:1m", "satisfied_rate", 500000);
    dp_centre_expect(&centre, "agent:a1:w:1m", "complaints", 1);
    dp_centre_expect(&centre, "agent:a1:w:1m", "complaint_rate", DP_BOARD_NONE);
    dp_centre_expect(&centre, "agent:a1:w:1m", "quality_checks", 2);
    dp_centre_expect(&centre, "agent:a1:w:1m", "quality_fatals", 1);
    dp_centre_expect(&centre, "agent:a1:w:1m", "quality_mean", 70250000);
    dp_centre_expect(&centre, "team:t1:w:1m", "satisfaction_mean",
                     80000000); /* by the agent's states */
    dp_centre_expect(&centre, "team:t1:w:1m", "quality_checks", 1);
    dp_centre_expect(&centre, "team:t2:w:1m", "ratings", 1); /* by the event */
    dp_centre_expect(&centre, "team:t2:w:1m", "quality_fatals", 1);
    dp_centre_expect(&centre, "queue:q1:chat:w:1m", "satisfaction_mean", 78000000);
    dp_centre_expect_text(&centre, "team:t3:known", "");
    dp_centre_expect_none(&centre, "team:t3:w:5m");
    dp_centre_expect(&centre, "agent:a3:w:1m", "satisfaction_mean",
                     100000000); /* whatever the scale */
    dp_centre_expect(&centre, "agent:a3:w:1m", "satisfied_rate", 1000000);
    dp_centre_close(&centre);
}

static void targets(void **state)
{
    (void)state;
    struct dp_aggregator_options options = dp_centre_options();
    char name[] = "q2";
    struct dp_queue_targets special[] = {{.queue = name, .target_ms = {0, 5 * SECOND, 0, 0}}};
    options.targets.queues = special;
    options.targets.queue_count = 1;
    struct dp_centre centre;
    dp_centre_open(&centre, &options);
    memset(name, '?', 2); /* options are copied */
    dp_centre_tell(&centre, "0/c1 offered voice q1; 0/c2 offered voice q2; 0/c3 offered chat q2;"
                            "0/c4 offered voice q1; 20000/c1 answered a1; 20000/c2 answered a1;"
                            "20001/c4 answered a1; 60000/c3 message a1");
    dp_centre_advance(&centre, 60 * SECOND);
    dp_centre_expect(&centre, "queue:q1:w:5m", "service_level", 500000); /* 20 s is within 20 s */
    dp_centre_expect(&centre, "queue:q2:voice:w:5m", "service_level", 0);
    dp_centre_expect(&centre, "queue:q2:chat:w:5m", "service_level", 1000000); /* the default */

    struct dp_queue_targets tighter[] = {{.queue = "q1", .target_ms = {0, SECOND, 0, 0}}};
    struct dp_targets others = {
        .target_ms = {0, 30 * SECOND, SECOND, DAY}, .queues = tighter, .queue_count = 1};
    dp_aggregator_set_targets(centre.agg, &others);
    dp_centre_tell(
        &centre, "60000/d1 offered voice q1; 60000/d2 offered voice q2; 60000/d3 offered voice q3;"
                 "85000/d1 answered a1; 85000/d2 answered a1; 85000/d3 answered a1");
    dp_centre_advance(&centre, 90 * SECOND);
    dp_centre_expect(&centre, "queue:q1:w:5m", "service_level", 333333); /* the old verdicts stay */
    dp_centre_expect(&centre, "queue:q2:voice:w:5m", "service_level", 500000);
    dp_centre_expect(&centre, "queue:q3:w:5m", "service_level", 1000000);
    dp_centre_tell(&centre, "60000/d1 resolved no; 59000/d1 declined a1"); /* folds d1 again */
    dp_centre_tell(&centre, "84000/d1 answered a2"); /* takes the response back and makes another */
    dp_centre_advance(&centre, 91 * SECOND);
    dp_centre_expect(&centre, "queue:q1:w:5m", "responses", 3);
    dp_centre_expect(&centre, "queue:q1:w:5m", "service_level", 333333);
    dp_centre_close(&centre);
}

/* 1970-01-01 was a Thursday. q1 is served in its first minute, q2 always. */
static void service_hours(void **state)
{
    (void)state;
    struct dp_aggregator_options options = dp_centre_options();
    struct dp_queue_targets rules[] = {
        {.queue = "q1", .hours = {.count = 1, .spans = {{1 << 3, 0, 60000}}}}};
    options.targets.queues = rules;
    options.targets.queue_count = 1;
    options.period_kinds = 1u << DP_PERIOD_DAY;
    options.period_interval_ms = 0;
    struct dp_centre centre;
    dp_centre_open(&centre, &options);
    dp_centre_tell(&centre, "0/c1 offered voice q1 t1; 10000/c1 answered a1;"
                            "59999/c2 offered voice q1 t1; 60000/c3 offered voice q1 t1;"
                            "61000/c4 offered voice q1 t1; 62000/c2 answered a1;"
                            "63000/c3 answered a1; 64000/c3 transferred a1 q2;"
                            "90000/c4 abandoned; 95000/c5 offered voice q1 t1;"
                            "96000/c5 transferred a2 q2; 97000/c5 answered a1");
    dp_centre_advance(&centre, 100 * SECOND);
    for (int i = 0; i < 2; i++) {
        const char *key = i ? "queue:q1:p:1970-01-01" : "queue:q1:w:5m";
        dp_centre_expect(&centre, key, "offered", 5);
        dp_centre_expect(&centre, key, "responses", 2);
        dp_centre_expect(&centre, key, "abandons", 0);
        dp_centre_expect(&centre, key, "service_level", 1000000);
        key = i ? "team:t1:p:1970-01-01" : "team:t1:w:5m";
        dp_centre_expect(&centre, key, "abandons", 1);
        key = i ? "all:p:1970-01-01" : "all:w:5m";
        dp_centre_expect(&centre, key, "responses", 4);
        dp_centre_expect(&centre, key, "abandons", 1);
        key = i ? "agent:a1:p:1970-01-01" : "agent:a1:w:5m";
        dp_centre_expect(&centre, key, "responses", 4);
        key = i ? "queue:q2:p:1970-01-01" : "queue:q2:w:5m"; /* the queue of the answer counts */
        dp_centre_expect(&centre, key, "responses", 1);
    }
    dp_centre_expect(&centre, "queue:q1:ranked:abandoned:c4", "score", 90000);
    dp_aggregator_set_targets(centre.agg, &(struct dp_targets){.target_ms = {0, SECOND, 0, 0}});
    dp_centre_tell(&centre, "85000/c4 answered a1; 61500/c1 declined a2"); /* the verdicts stay */
    dp_centre_advance(&centre, 101 * SECOND);
    for (int i = 0; i < 2; i++) {
        const char *key = i ? "queue:q1:p:1970-01-01" : "queue:q1:w:5m";
        dp_centre_expect(&centre, key, "responses", 3);
        dp_centre_expect(&centre, key, "service_level", 666667);
        key = i ? "all:p:1970-01-01" : "all:w:5m";
        dp_centre_expect(&centre, key, "abandons", 0);
        dp_centre_expect(&centre, key, "responses", 5);
    }
    dp_centre_expect_none(&centre, "queue:q1:ranked:abandoned:c4");
    dp_centre_close(&centre);
}

static void short_abandons_of_a_queue(void **state)
{
    (void)state;
    struct dp_aggregator_options options = dp_centre_options();
    struct dp_queue_targets rules[] = {
        {.queue = "q1", .has_short_abandon = true, .short_abandon_ms = 10 * SECOND}};
    options.targets.queues = rules;
    options.targets.queue_count = 1;
    struct dp_centre centre;
    dp_centre_open(&centre, &options);
    dp_centre_tell(&centre, "0/c1 offered voice q1; 0/c2 offered voice q1; 0/c3 offered voice q2;"
                            "9999/c1 abandoned; 10000/c2 abandoned; 9999/c3 abandoned");
    dp_centre_advance(&centre, 20 * SECOND);
    dp_centre_expect(&centre, "queue:q1:w:5m", "short_abandons", 1);
    dp_centre_expect(&centre, "queue:q2:w:5m", "short_abandons", 0);
    dp_centre_expect(&centre, "all:w:5m", "short_abandons", 1);
    dp_centre_close(&centre);
}

static void formulas(void **state)
{
    (void)state;
    struct dp_aggregator_options options = dp_centre_options();
    struct dp_queue_targets rules[] = {
        {.queue = "q1", .has_formula = true, .formula = DP_CREDIT_ABANDONS}};
    options.targets.queues = rules;
    options.targets.queue_count = 1;
    struct dp_centre centre;
    dp_centre_open(&centre, &options);
    dp_centre_tell(&centre, "0/c1 offered voice q1; 0/c2 offered voice q1; 0/c3 offered voice q2;"
                            "15000/c1 abandoned; 30000/c2 answered a1; 15000/c3 abandoned");
    dp_centre_advance(&centre, 40 * SECOND);
    dp_centre_expect(&centre, "queue:q1:w:5m", "service_level", 500000);
    dp_centre_expect(&centre, "queue:q2:w:5m", "service_level", 0);
    assert_non_null(strstr(dp_board_text(&centre.board, "queue:q1:w:5m"),
                           " service_level_formula=credit-abandons"));
    assert_null(strstr(dp_board_text(&centre.board, "queue:q2:w:5m"), "formula"));
    struct dp_targets others = {.target_ms = {0, SECOND, SECOND, SECOND}, .formula = DP_ANSWERED};
    dp_aggregator_set_targets(centre.agg, &others); /* though nothing arrives */
    dp_board_pull(&centre.board, centre.agg);
    dp_centre_expect(&centre, "queue:q1:w:5m", "service_level", 0);
    dp_centre_expect(&centre, "queue:q2:w:5m", "service_level", DP_BOARD_NONE);
    assert_non_null(
        strstr(dp_board_text(&centre.board, "queue:q1:w:5m"), " service_level_formula=answered"));
    dp_centre_close(&centre);
}

/* A response that was in the target of its time is taken back whole after the targets have changed.
 */
static void targets_and_corrections(void **state)
{
    (void)state;
    struct dp_centre centre;
    dp_centre_open_usual(&centre);
    dp_centre_tell(&centre, "0 offered voice q1; 15000 answered a1");
    dp_aggregator_set_targets(centre.agg,
                              &(struct dp_targets){.target_ms = {0, SECOND, SECOND, SECOND}});
    dp_centre_tell(&centre, "10000 answered a2");
    dp_centre_advance(&centre, 20 * SECOND);
    dp_centre_expect(&centre, "queue:q1:w:1m", "responses", 1);
    dp_centre_expect(&centre, "queue:q1:w:1m", "service_level", 0);
    dp_centre_expect_none(&centre, "agent:a1:w:1m");
    dp_centre_close(&centre);
}

static void clock_skew(void **state)
{
    (void)state;
    struct dp_centre centre;
    dp_centre_open_usual(&centre);
    dp_centre_tell(&centre, "5000 offered voice q1; 4000 answered a1; 4500 resolved yes");
    assert_int_equal(dp_aggregator_counters(centre.agg)->clock_skew, 2);
    dp_centre_advance(&centre, 10 * SECOND);
    dp_centre_expect(&centre, "queue:q1:w:1m", "response_max_ms", 0);
    dp_centre_expect(&centre, "queue:q1:w:1m", "resolve_max_ms", 0);
    dp_centre_tell(&centre, "4200 ended; 4100 message a1"); /* folded again, not counted again */
    assert_int_equal(dp_aggregator_counters(centre.agg)->clock_skew, 2);
    dp_centre_tell(&centre, "4600 reopened");
    assert_int_equal(dp_aggregator_counters(centre.agg)->clock_skew, 1);
    dp_centre_close(&centre);
}

/* A repeat contact takes fcr back at the outcome's own time, over partitions. */
static void repeat_contacts(void **state)
{
    (void)state;
    struct dp_centre centre;
    dp_centre_open_usual(&centre);
    uint32_t other = dp_aggregator_add_partition(centre.agg);
    dp_centre_tell(&centre, "0/c1 offered voice q1 - x; 1000/c1 resolved yes");
    dp_centre_advance(&centre, 2 * SECOND);
    dp_centre_expect(&centre, "queue:q1:w:1m", "fcr_rate", 1000000);
    dp_centre_tell_from(&centre, other, DP_ACCEPTED, "70000/c2 offered voice q2 - x");
    dp_centre_advance(&centre, 70 * SECOND);
    dp_centre_expect_none(&centre, "queue:q1:w:1m");
    dp_centre_expect(&centre, "queue:q1:w:5m", "fcr_rate", 0);
    dp_centre_expect_none(&centre, "queue:q1:chat:w:5m");
    dp_centre_close(&centre);
}

/* ---------------------------------------------------------------- time */

static void events_ahead_wait(void **state)
{
    (void)state;
    struct dp_aggregator_options options = dp_centre_options();
    options.wall_clock = true;
    options.max_waiting = 3;
    struct dp_centre centre;
    dp_centre_open(&centre, &options);
    dp_aggregator_advance(centre.agg, 10 * SECOND);
    dp_centre_tell(
        &centre, "10500/c1 offered voice q1; 12000/c2 offered voice q1; 10000/c3 offered voice q1");
    dp_centre_advance(&centre, 10 * SECOND);
    dp_centre_expect(&centre, "queue:q1:w:1m", "offered", 1);
    dp_centre_expect(&centre, "queue:q1:now", "waiting", 1);
    dp_centre_tell_from(&centre, 0, DP_DUPLICATE, "12000/c2#e000001 offered voice q1");
    dp_centre_advance(&centre, 11 * SECOND);
    dp_centre_expect(&centre, "queue:q1:w:1m", "offered", 2);
    dp_centre_advance(&centre, 12 * SECOND);
    dp_centre_expect(&centre, "queue:q1:w:1m", "offered", 3);
    assert_int_equal(dp_aggregator_counters(centre.agg)->ahead, 0);

    /* Too many: the earliest is taken at once, its fact still waits for its time. */
    dp_centre_tell(
        &centre, "30000/d1 offered voice q1; 20000/d2 offered voice q1; 40000/d3 offered voice q1;"
                 "50000/d4 offered voice q1");
    assert_int_equal(dp_aggregator_counters(centre.agg)->ahead, 1);
    dp_centre_advance(&centre, 19 * SECOND);
    dp_centre_expect(&centre, "queue:q1:w:1m", "offered", 3);
    dp_centre_expect(&centre, "queue:q1:now", "waiting", 4);
    dp_centre_advance(&centre, 50 * SECOND);
    dp_centre_expect(&centre, "queue:q1:w:1m", "offered", 7);
    dp_centre_close(&centre);
}

/* A source whose clock is ahead moves the watermark, but what waits for T is not settled by that.
 */
static void ahead_of_a_slow_t(void **state)
{
    (void)state;
    struct dp_aggregator_options options = dp_centre_options();
    options.wall_clock = true;
    options.fcr_window_ms = 30 * SECOND;
    struct dp_centre centre;
    dp_centre_open(&centre, &options);
    dp_aggregator_advance(centre.agg, 0);
    dp_centre_tell(&centre,
                   "10000#ab state a1 busy; 10000#aa state a1 break; 10000#ba state a2 break;"
                   "10000#bb state a2 busy; 5000/c1 offered voice q1 - x; 10000/c1 resolved yes;"
                   "15000/c2 offered voice q1 - x; 200000/z offered voice q9");
    for (int64_t t = 1; t <= 20; t++)
        dp_centre_advance(&centre, t * SECOND);
    dp_centre_expect(&centre, "queue:q1:w:1m", "fcr_rate", 0);
    dp_centre_expect(&centre, "all:now", "busy", 2);
    dp_centre_expect(&centre, "all:now", "break", 0);
    dp_centre_close(&centre);
}

static void as_of_limit(void **state)
{
    (void)state;
    struct dp_aggregator_options options = dp_centre_options();
    options.as_of_limit_ms = 100 * SECOND;
    struct dp_centre centre;
    dp_centre_open(&centre, &options);
    dp_centre_tell(&centre,
                   "90000/c1 offered voice q1; 100000/c2 offered voice q1; 100001/c1 answered a1;"
                   "100001/c3 offered voice q1");
    assert_int_equal(dp_aggregator_counters(centre.agg)->accepted, 4);
    assert_int_equal(dp_aggregator_watermark(centre.agg), 100001);
    dp_centre_advance(&centre, 100 * SECOND);
    dp_centre_expect(&centre, "queue:q1:w:1m", "offered", 2);
    dp_centre_expect(&centre, "queue:q1:w:1m", "responses", 0);
    dp_centre_expect(&centre, "queue:q1:now", "waiting", 2);
    dp_centre_expect_none(&centre, "agent:a1:known");
    dp_centre_close(&centre);
}

/* However much comes after the limit, the figures and gauges as of then stay what they are. */
static void long_after_the_limit(void **state)
{
    (void)state;
    struct dp_aggregator_options options = dp_centre_options();
    options.as_of_limit_ms = 100 * SECOND;
    struct dp_centre centre;
    dp_centre_open(&centre, &options);
    dp_centre_tell(
        &centre,
        "0 state a1 busy t1; 10000/c1 offered voice q1; 20000/c2 answered a1 t1;"
        "30000/c3 offered voice q1 - x; 40000/c3 resolved yes; 50000/c4 offered voice q1 - x");
    for (int64_t i = 1; i <= 1000; i++) {
        char text[64];
        snprintf(text, sizeof text, "%lld/z%lld offered voice q9", (long long)(i * HOUR),
                 (long long)i);
        dp_centre_tell(&centre, text);
    }
    dp_centre_advance(&centre, 100 * SECOND);
    dp_centre_expect(&centre, "queue:q1:now", "waiting", 3);
    dp_centre_expect(&centre, "agent:a1:now", "active_contacts", 1);
    dp_centre_expect(&centre, "agent:a1:now", "state_since_ms", 0);
    dp_centre_expect(&centre, "queue:q1:w:5m", "offered", 3);
    dp_centre_expect(&centre, "queue:q1:w:5m", "fcr_rate", 0);
    dp_centre_close(&centre);
}

/* Years 0 and 9999, in either order of partitions. */
static void extreme_times(void **state)
{
    (void)state;
    struct dp_aggregator_options options = dp_centre_options();
    options.windows = (struct dp_window_plan){2, {SECOND, 7 * DAY}};
    struct dp_centre centre;
    dp_centre_open(&centre, &options);
    uint32_t other = dp_aggregator_add_partition(centre.agg);
    dp_centre_tell(&centre,
                   "-62167219200000/c1 offered voice q1 - x; -62167219199000/c1 answered a1 t1;"
                   "-62167219199000 state a1 busy t1; -62167219198000/c1 resolved yes");
    dp_centre_advance(&centre, INT64_C(-62167219198000));
    dp_centre_expect(&centre, "queue:q1:w:5m", "offered", 1);
    dp_centre_expect(&centre, "queue:q1:w:5m", "response_max_ms", 1000);
    dp_centre_expect(&centre, "agent:a1:w:5m", "occupancy", 1000000);
    dp_centre_tell_from(&centre, other, DP_ACCEPTED,
                        "253402300799999/c1 ended; 253402300799999/c2 offered voice q1 - x;"
                        "253402300799999 state a1 offline t2");
    dp_centre_advance(&centre, INT64_C(253402300800000));
    dp_centre_expect(&centre, "queue:q1:w:5m", "offered", 1);
    dp_centre_expect(&centre, "queue:q1:w:5m", "handle_max_ms", INT64_C(315569519998999));
    dp_centre_expect(&centre, "queue:q1:now", "waiting", 1);
    dp_centre_expect(&centre, "queue:q1:now", "oldest_waiting_ms", 1);
    dp_centre_expect(&centre, "agent:a1:w:5m", "occupancy", 1000000);
    for (int i = 0; i < 600; i++) { /* makes it look for what is old */
        char text[64];
        snprintf(text, sizeof text, "253402300799999/d%d offered voice q2 - y%d", i, i);
        dp_centre_tell(&centre, text);
    }
    dp_centre_advance(&centre, INT64_C(253402300801000));
    dp_centre_expect(&centre, "queue:q2:w:1m", "offered", DP_BOARD_NONE);
    dp_centre_expect(&centre, "queue:q2:w:5m", "offered", 600);
    dp_centre_close(&centre);
}

/* ---------------------------------------------------------------- memory */

static void contacts_are_forgotten(void **state)
{
    (void)state;
    struct dp_aggregator_options options = dp_centre_options();
    options.max_contacts = 50;
    struct dp_centre centre;
    dp_centre_open(&centre, &options);
    for (int i = 0; i < 1000; i++) {
        char text[64];
        snprintf(text, sizeof text, "%d/c%d offered voice q1", i * 10, i);
        dp_centre_tell(&centre, text);
    }
    dp_centre_advance(&centre, 10 * SECOND);
    assert_int_equal(dp_aggregator_counters(centre.agg)->contacts_forgotten, 950);
    dp_centre_expect(&centre, "queue:q1:w:1m", "offered", 1000); /* the facts stay */
    dp_centre_expect(&centre, "queue:q1:now", "waiting", 50);
    dp_centre_expect(&centre, "queue:q1:now", "oldest_waiting_ms", 10000 - 9500);

    /* One that is over is forgotten without a word; a slow partition keeps it. */
    uint32_t slow = dp_aggregator_add_partition(centre.agg);
    dp_centre_tell_from(&centre, slow, DP_ACCEPTED, "10000/d offered voice q2");
    dp_centre_tell(&centre, "10800000/e ended");
    dp_centre_advance(&centre, 3 * HOUR);
    dp_centre_expect(&centre, "queue:q1:now", "waiting", 48);
    dp_aggregator_set_idle(centre.agg, slow, true);
    dp_centre_advance(&centre, 3 * HOUR + SECOND);
    dp_centre_expect(&centre, "all:now", "waiting", 0);
    assert_int_equal(dp_aggregator_counters(centre.agg)->contacts_forgotten, 950 + 2 + 49);
    dp_centre_close(&centre);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_yet),
        cmocka_unit_test(duplicates),
        cmocka_unit_test(late_events),
        cmocka_unit_test(a_call),
        cmocka_unit_test(opinions),
        cmocka_unit_test(targets),
        cmocka_unit_test(targets_and_corrections),
        cmocka_unit_test(service_hours),
        cmocka_unit_test(short_abandons_of_a_queue),
        cmocka_unit_test(formulas),
        cmocka_unit_test(clock_skew),
        cmocka_unit_test(repeat_contacts),
        cmocka_unit_test(events_ahead_wait),
        cmocka_unit_test(ahead_of_a_slow_t),
        cmocka_unit_test(as_of_limit),
        cmocka_unit_test(long_after_the_limit),
        cmocka_unit_test(extreme_times),
        cmocka_unit_test(contacts_are_forgotten),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
