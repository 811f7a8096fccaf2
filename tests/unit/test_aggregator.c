/* The aggregator from outside: events in, entries out, with answers worked out by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "board.h"
#include "story.h"

#define SECOND INT64_C(1000)
#define MINUTE INT64_C(60000)
#define HOUR   INT64_C(3600000)
#define DAY    INT64_C(86400000)

struct centre {
    struct dp_aggregator *agg;
    struct dp_board board;
    unsigned number; /* of the next event */
};

static struct dp_aggregator_options usual(void)
{
    return (struct dp_aggregator_options){
        .windows = {2, {MINUTE, 5 * MINUTE}},
        .window_labels = {"1m", "5m"},
        .allowed_lateness_ms = MINUTE,
        .dedup_horizon_ms = HOUR,
        .short_abandon_ms = 5 * SECOND,
        .fcr_window_ms = DAY,
        .contact_ttl_ms = HOUR,
        .scope_ttl_ms = 2 * HOUR,
        .max_contacts = 1000,
        .max_waiting = 1000,
        .as_of_limit_ms = INT64_MAX,
        .targets = {.target_ms = {0, 20 * SECOND, 60 * SECOND, DAY}},
    };
}

static void open_centre(struct centre *centre, const struct dp_aggregator_options *options)
{
    *centre = (struct centre){.agg = dp_aggregator_create(options)};
    assert_int_equal(dp_aggregator_add_partition(centre->agg), 0);
}

static void open_usual(struct centre *centre)
{
    struct dp_aggregator_options options = usual();
    open_centre(centre, &options);
}

static void close_centre(struct centre *centre)
{
    dp_aggregator_destroy(centre->agg);
    dp_board_deinit(&centre->board);
}

/* Applies events from a partition; all must meet with the same verdict. */
static void tell_from(struct centre *centre, uint32_t slot, enum dp_verdict verdict,
                      const char *events)
{
    struct dp_story story = {.rest = events, .number = centre->number};
    for (struct dp_event event; dp_story_next(&story, &event);)
        assert_int_equal(dp_aggregator_apply(centre->agg, slot, &event), verdict);
    centre->number = story.number;
}

static void tell(struct centre *centre, const char *events)
{
    tell_from(centre, 0, DP_ACCEPTED, events);
}

/* Moves T and takes what has changed. */
static size_t advance(struct centre *centre, int64_t t_ms)
{
    dp_aggregator_advance(centre->agg, t_ms);
    return dp_board_pull(&centre->board, centre->agg);
}

static void expect(const struct centre *centre, const char *key, const char *field, int64_t value)
{
    int64_t number = dp_board_number(&centre->board, key, field);
    if (number != value)
        fail_msg("%s %s is %lld, not %lld", key, field, (long long)number, (long long)value);
}

static void expect_text(const struct centre *centre, const char *key, const char *text)
{
    const char *is = dp_board_text(&centre->board, key);
    if (!is != !text || (text && strcmp(is, text) != 0))
        fail_msg("%s is\n%s\nnot\n%s", key, is ? is : "(absent)", text ? text : "(absent)");
}

static void expect_none(const struct centre *centre, const char *key)
{
    expect_text(centre, key, NULL);
}

/* ---------------------------------------------------------------- admission */

static void nothing_yet(void **state)
{
    (void)state;
    struct centre centre;
    open_usual(&centre);
    struct dp_entry entry;
    assert_true(dp_aggregator_t(centre.agg) == INT64_MIN);
    assert_true(dp_aggregator_watermark(centre.agg) == INT64_MIN);
    assert_false(dp_aggregator_next_entry(centre.agg, &entry));
    assert_int_equal(advance(&centre, 10 * SECOND + 999), 1);
    assert_int_equal(dp_aggregator_t(centre.agg), 10 * SECOND);
    expect_text(&centre, "all:now",
                "v=1 as_of_ms=10000 waiting=0 in_service=0 offline=0 available=0 busy=0 wrapup=0 "
                "break=0 training=0 meeting=0");
    dp_aggregator_advance(centre.agg, 5 * SECOND);
    assert_int_equal(dp_aggregator_t(centre.agg), 10 * SECOND);
    close_centre(&centre);
    dp_aggregator_destroy(NULL);
}

static void duplicates(void **state)
{
    (void)state;
    struct centre centre;
    open_usual(&centre);
    uint32_t other = dp_aggregator_add_partition(centre.agg);
    tell(&centre, "1000#x offered voice q1; 2000#y answered a1");
    tell_from(&centre, 0, DP_DUPLICATE, "1000#x offered voice q1; 9000#y ended");
    tell_from(&centre, other, DP_DUPLICATE, "1000#x offered voice q1");
    tell(&centre, "200000#z reopened");
    tell_from(&centre, 0, DP_DUPLICATE, "1000#x offered voice q1"); /* late, too */
    const struct dp_aggregator_counters *counters = dp_aggregator_counters(centre.agg);
    assert_int_equal(counters->accepted, 3);
    assert_int_equal(counters->duplicate, 4);
    assert_int_equal(counters->late, 0);
    advance(&centre, 200 * SECOND);
    expect(&centre, "queue:q1:w:5m", "offered", 1);
    expect(&centre, "all:now", "in_service", 1);
    close_centre(&centre);
}

static void late_events(void **state)
{
    (void)state;
    struct centre centre;
    open_usual(&centre);
    uint32_t other = dp_aggregator_add_partition(centre.agg);
    tell(&centre, "100000/c1 offered voice q1; 40000/c2 offered voice q2");
    tell_from(&centre, 0, DP_LATE, "39999/c3#x offered voice q3; 39999/c3#x offered voice q3");
    tell_from(&centre, other, DP_ACCEPTED, "39999/c4#x offered voice q4"); /* not late there */
    const struct dp_aggregator_counters *counters = dp_aggregator_counters(centre.agg);
    assert_int_equal(counters->late, 2);
    assert_int_equal(counters->accepted, 3);
    assert_int_equal(dp_aggregator_watermark(centre.agg), 100 * SECOND);
    advance(&centre, 100 * SECOND);
    expect(&centre, "all:w:5m", "offered", 3);
    expect_none(&centre, "queue:q3:known");
    expect(&centre, "queue:q4:w:5m", "offered", 1);
    close_centre(&centre);
}

/* ---------------------------------------------------------------- figures */

static void a_call(void **state)
{
    (void)state;
    struct centre centre;
    open_usual(&centre);
    tell(&centre, "0 state a1 available t1; 1000 offered voice q1 t1 x; 8000 declined a2;"
                  "11000 answered a1 t1; 11000 state a1 busy; 15000 held a1; 18000 retrieved a1;"
                  "31000 ended; 31000 state a1 wrapup; 36000 wrapped a1; 36000 resolved yes;"
                  "36000 state a1 available");
    advance(&centre, 40 * SECOND);
    expect_text(&centre, "queue:q1:voice:w:1m",
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
                "answer_rate=1000000 abandon_rate=0 resolution_rate=1000000 "
                "resolved_24h_rate=1000000 fcr_rate=1000000 transfer_rate=0 complaint_rate=0");
    assert_string_equal(dp_board_text(&centre.board, "queue:q1:w:5m") + 30,
                        dp_board_text(&centre.board, "queue:q1:voice:w:5m") + 30);
    expect(&centre, "team:t1:w:1m", "offered", 1); /* the offer names the team */
    expect(&centre, "agent:a1:w:1m", "offered", 0);
    expect(&centre, "agent:a1:w:1m", "handles", 1);
    expect(&centre, "agent:a1:w:1m", "occupancy", 625000); /* 25 s of 40 */
    expect(&centre, "agent:a1:voice:w:1m", "occupancy", DP_BOARD_NONE);
    expect(&centre, "agent:a2:w:1m", "declines", 1);
    expect(&centre, "agent:a2:w:1m", "occupancy", DP_BOARD_NONE);
    expect(&centre, "all:w:1m", "declines", 1);
    expect_none(&centre, "queue:q1:chat:w:1m");
    expect_none(&centre, "all:known");
    expect_text(&centre, "agent:a1:known", "");
    close_centre(&centre);
}

static void opinions(void **state)
{
    (void)state;
    struct centre centre;
    open_usual(&centre);
    tell(&centre, "0 state a1 busy t1; 1000 rated a1 4 5; 2000 rated a1 3.9 5 t2 q1 chat;"
                  "3000 complained a1; 4000 scored a1 90.5; 5000 scored a1 50 t2 fatal;"
                  "6000 measured a2 t3; 7000 rated a3 1e308 1e308; 8000 rated a3 5e-324 5e-324");
    advance(&centre, 10 * SECOND);
    expect(&centre, "agent:a1:w:1m", "ratings", 2);
    expect(&centre, "agent:a1:w:1m", "satisfaction_mean", 79000000);
    expect(&centre, "agent:a1:w:1m", "satisfied_rate", 500000);
    expect(&centre, "agent:a1:w:1m", "complaints", 1);
    expect(&centre, "agent:a1:w:1m", "complaint_rate", DP_BOARD_NONE);
    expect(&centre, "agent:a1:w:1m", "quality_checks", 2);
    expect(&centre, "agent:a1:w:1m", "quality_fatals", 1);
    expect(&centre, "agent:a1:w:1m", "quality_mean", 70250000);
    expect(&centre, "team:t1:w:1m", "satisfaction_mean", 80000000); /* by the agent's states */
    expect(&centre, "team:t1:w:1m", "quality_checks", 1);
    expect(&centre, "team:t2:w:1m", "ratings", 1); /* by the event */
    expect(&centre, "team:t2:w:1m", "quality_fatals", 1);
    expect(&centre, "queue:q1:chat:w:1m", "satisfaction_mean", 78000000);
    expect_text(&centre, "team:t3:known", "");
    expect_none(&centre, "team:t3:w:5m");
    expect(&centre, "agent:a3:w:1m", "satisfaction_mean", 100000000); /* whatever the scale */
    expect(&centre, "agent:a3:w:1m", "satisfied_rate", 1000000);
    close_centre(&centre);
}

static void targets(void **state)
{
    (void)state;
    struct dp_aggregator_options options = usual();
    char name[] = "q2";
    struct dp_queue_targets special[] = {{name, {0, 5 * SECOND, 0, 0}}};
    options.targets.queues = special;
    options.targets.queue_count = 1;
    struct centre centre;
    open_centre(&centre, &options);
    memset(name, '?', 2); /* options are copied */
    tell(&centre, "0/c1 offered voice q1; 0/c2 offered voice q2; 0/c3 offered chat q2;"
                  "0/c4 offered voice q1; 20000/c1 answered a1; 20000/c2 answered a1;"
                  "20001/c4 answered a1; 60000/c3 message a1");
    advance(&centre, 60 * SECOND);
    expect(&centre, "queue:q1:w:5m", "service_level", 500000); /* 20 s is within 20 s */
    expect(&centre, "queue:q2:voice:w:5m", "service_level", 0);
    expect(&centre, "queue:q2:chat:w:5m", "service_level", 1000000); /* the default */

    struct dp_queue_targets tighter[] = {{"q1", {0, SECOND, 0, 0}}};
    struct dp_targets others = {{0, 30 * SECOND, SECOND, DAY}, tighter, 1};
    dp_aggregator_set_targets(centre.agg, &others);
    tell(&centre, "60000/d1 offered voice q1; 60000/d2 offered voice q2; 60000/d3 offered voice q3;"
                  "85000/d1 answered a1; 85000/d2 answered a1; 85000/d3 answered a1");
    advance(&centre, 90 * SECOND);
    expect(&centre, "queue:q1:w:5m", "service_level", 333333); /* the old verdicts stay */
    expect(&centre, "queue:q2:voice:w:5m", "service_level", 500000);
    expect(&centre, "queue:q3:w:5m", "service_level", 1000000);
    tell(&centre, "60000/d1 resolved no; 59000/d1 declined a1"); /* folds d1 again */
    tell(&centre, "84000/d1 answered a2"); /* takes the response back and makes another */
    advance(&centre, 91 * SECOND);
    expect(&centre, "queue:q1:w:5m", "responses", 3);
    expect(&centre, "queue:q1:w:5m", "service_level", 333333);
    close_centre(&centre);
}

/* A response that was in the target of its time is taken back whole after the targets have changed. */
static void targets_and_corrections(void **state)
{
    (void)state;
    struct centre centre;
    open_usual(&centre);
    tell(&centre, "0 offered voice q1; 15000 answered a1");
    dp_aggregator_set_targets(centre.agg, &(struct dp_targets){{0, SECOND, SECOND, SECOND}, NULL, 0});
    tell(&centre, "10000 answered a2");
    advance(&centre, 20 * SECOND);
    expect(&centre, "queue:q1:w:1m", "responses", 1);
    expect(&centre, "queue:q1:w:1m", "service_level", 0);
    expect_none(&centre, "agent:a1:w:1m");
    close_centre(&centre);
}

static void clock_skew(void **state)
{
    (void)state;
    struct centre centre;
    open_usual(&centre);
    tell(&centre, "5000 offered voice q1; 4000 answered a1; 4500 resolved yes");
    assert_int_equal(dp_aggregator_counters(centre.agg)->clock_skew, 2);
    advance(&centre, 10 * SECOND);
    expect(&centre, "queue:q1:w:1m", "response_max_ms", 0);
    expect(&centre, "queue:q1:w:1m", "resolve_max_ms", 0);
    close_centre(&centre);
}

/* A repeat contact takes fcr back at the outcome's own time, over partitions. */
static void repeat_contacts(void **state)
{
    (void)state;
    struct centre centre;
    open_usual(&centre);
    uint32_t other = dp_aggregator_add_partition(centre.agg);
    tell(&centre, "0/c1 offered voice q1 - x; 1000/c1 resolved yes");
    advance(&centre, 2 * SECOND);
    expect(&centre, "queue:q1:w:1m", "fcr_rate", 1000000);
    tell_from(&centre, other, DP_ACCEPTED, "70000/c2 offered voice q2 - x");
    advance(&centre, 70 * SECOND);
    expect_none(&centre, "queue:q1:w:1m");
    expect(&centre, "queue:q1:w:5m", "fcr_rate", 0);
    expect_none(&centre, "queue:q1:chat:w:5m");
    close_centre(&centre);
}

/* ---------------------------------------------------------------- gauges */

static void who_waits(void **state)
{
    (void)state;
    struct dp_aggregator_options options = usual();
    options.wall_clock = true;
    struct centre centre;
    open_centre(&centre, &options);
    dp_aggregator_advance(centre.agg, 100 * SECOND);
    tell(&centre, "90000/c1 offered voice q1; 95500/c2 offered voice q1; 99000/c3 offered chat q2");
    advance(&centre, 101 * SECOND);
    expect_text(&centre, "queue:q1:now",
                "v=1 as_of_ms=101000 waiting=2 oldest_waiting_ms=11000 in_service=0");
    expect(&centre, "all:now", "waiting", 3);
    expect(&centre, "all:now", "oldest_waiting_ms", 11000);
    advance(&centre, 102 * SECOND); /* nothing arrives, time passes */
    expect(&centre, "queue:q1:now", "oldest_waiting_ms", 12000);
    expect(&centre, "queue:q2:now", "oldest_waiting_ms", 3000);

    tell(&centre, "101500/c1 answered a1; 101700/c1 answered a2; 101800/c3 abandoned");
    advance(&centre, 103 * SECOND);
    expect_text(&centre, "queue:q1:now",
                "v=1 as_of_ms=103000 waiting=1 oldest_waiting_ms=7500 in_service=1");
    expect_text(&centre, "queue:q2:now", "v=1 as_of_ms=103000 waiting=0 in_service=0");
    expect(&centre, "all:now", "in_service", 1);
    expect_text(&centre, "agent:a1:now", "v=1 as_of_ms=103000 active_contacts=1");

    tell(&centre, "103000/c1 transferred a1 q2"); /* a2 goes on, now for q2 */
    advance(&centre, 104 * SECOND);
    expect(&centre, "queue:q1:now", "in_service", 0);
    expect(&centre, "queue:q2:now", "in_service", 1);
    expect(&centre, "agent:a1:now", "active_contacts", 0);
    expect(&centre, "agent:a2:now", "active_contacts", 1);

    tell(&centre, "104000/c1 transferred a2"); /* nobody has taken it yet */
    advance(&centre, 106 * SECOND);
    expect_text(&centre, "queue:q2:now",
                "v=1 as_of_ms=106000 waiting=1 oldest_waiting_ms=2000 in_service=0");
    tell(&centre, "105000/c1 ended; 97000/c2 answered a1");
    advance(&centre, 107 * SECOND);
    expect(&centre, "all:now", "waiting", 0);
    expect(&centre, "all:now", "oldest_waiting_ms", DP_BOARD_NONE);
    expect(&centre, "all:now", "in_service", 1);
    close_centre(&centre);
}

static void states_of_agents(void **state)
{
    (void)state;
    struct centre centre;
    open_usual(&centre);
    tell(&centre, "1000 state a1 available t1; 2000 state a2 busy t1; 3000 state a3 break");
    advance(&centre, 5 * SECOND);
    expect_text(&centre, "team:t1:now",
                "v=1 as_of_ms=5000 offline=0 available=1 busy=1 wrapup=0 break=0 training=0 "
                "meeting=0");
    expect(&centre, "all:now", "break", 1);
    expect_text(&centre, "agent:a1:now",
                "v=1 as_of_ms=5000 state=available state_since_ms=1000 active_contacts=0");
    tell(&centre, "6000 state a1 meeting t2; 5500 state a1 training t3"); /* the second is older */
    advance(&centre, 8 * SECOND);
    expect(&centre, "team:t1:now", "available", 0);
    expect(&centre, "team:t2:now", "meeting", 1);
    expect(&centre, "team:t3:now", "training", 0);
    expect(&centre, "all:now", "meeting", 1);
    expect(&centre, "all:now", "available", 0);
    expect(&centre, "agent:a1:now", "state_since_ms", 6000);
    tell(&centre, "7000 state a1 offline"); /* names no team: stays in t2 */
    advance(&centre, 9 * SECOND);
    expect(&centre, "team:t2:now", "offline", 1);
    expect(&centre, "team:t2:now", "meeting", 0);
    close_centre(&centre);
}

/* Occupancy moves with the clock, in windows that hold facts. */
static void occupancy(void **state)
{
    (void)state;
    struct dp_aggregator_options options = usual();
    options.wall_clock = true;
    struct centre centre;
    open_centre(&centre, &options);
    dp_aggregator_advance(centre.agg, 10 * SECOND);
    tell(&centre, "0 state a1 available; 10000 state a1 busy");
    advance(&centre, 11 * SECOND);
    expect_none(&centre, "agent:a1:w:1m");
    tell(&centre, "11000 declined a1");
    advance(&centre, 20 * SECOND);
    expect(&centre, "agent:a1:w:1m", "occupancy", 500000);
    for (int64_t t = 21; t <= 40; t++)
        advance(&centre, t * SECOND);
    int64_t as_of = dp_board_number(&centre.board, "agent:a1:w:1m", "as_of_ms");
    assert_true(as_of >= 37 * SECOND); /* within a 20th of the length */
    expect(&centre, "agent:a1:w:1m", "occupancy",
           ((as_of - 10 * SECOND) * 2000000 + as_of) / (2 * as_of));
    dp_aggregator_mark_all(centre.agg);
    advance(&centre, 50 * SECOND);
    expect(&centre, "agent:a1:w:1m", "occupancy", 800000);
    advance(&centre, 71 * SECOND);
    expect_none(&centre, "agent:a1:w:1m");
    close_centre(&centre);
}

/* ---------------------------------------------------------------- entries */

static void only_what_changed(void **state)
{
    (void)state;
    struct centre centre;
    open_usual(&centre);
    tell(&centre, "1000/c1 offered voice q1; 1000/c2 offered voice q2; 1000/c1 ended;"
                  "1000/c2 ended");
    advance(&centre, 2 * SECOND);
    assert_int_equal(dp_board_pull(&centre.board, centre.agg), 0);
    assert_int_equal(advance(&centre, 3 * SECOND), 0);
    tell(&centre, "2000/c3 offered voice q2; 2000/c3 ended");
    /* q2 and all, each two windows of the channel and of all channels, and gauges. */
    assert_int_equal(advance(&centre, 4 * SECOND), 2 * (2 + 2 + 1));
    expect(&centre, "queue:q1:w:1m", "as_of_ms", 2 * SECOND);
    expect(&centre, "queue:q2:w:1m", "as_of_ms", 4 * SECOND);
    dp_aggregator_mark_all(centre.agg);
    dp_aggregator_mark_all(centre.agg);
    assert_int_equal(dp_board_pull(&centre.board, centre.agg), 2 + 3 * (2 + 2 + 1));
    close_centre(&centre);
}

/* A window of length W as of T holds the facts with T - W < time <= T, second by second, though nothing
 * arrives. */
static void windows_empty_on_time(void **state)
{
    (void)state;
    struct dp_aggregator_options options = usual();
    options.wall_clock = true;
    struct centre centre;
    open_centre(&centre, &options);
    dp_aggregator_advance(centre.agg, 0);
    tell(&centre, "1000 rated a1 5 5 - q1 chat; 1001 rated a1 5 5 - q1 chat");
    for (int64_t t = 1; t <= 310; t++) {
        advance(&centre, t * SECOND);
        int64_t in = t < 2 ? 1 : 2;
        const char *keys[] = {"agent:a1:w:1m", "queue:q1:chat:w:1m", "all:w:1m"};
        for (size_t i = 0; i < 3; i++)
            expect(&centre, keys[i], "ratings",
                   t < 61 ? in : t == 61 ? 1 : DP_BOARD_NONE);
        expect(&centre, "queue:q1:w:5m", "ratings", t < 301 ? in : t == 301 ? 1 : DP_BOARD_NONE);
    }
    expect_text(&centre, "queue:q1:known", "");
    close_centre(&centre);
}

/* Scopes that nothing is left of go: first their windows, then gauges and known id. */
static void silent_scopes_leave(void **state)
{
    (void)state;
    struct centre centre;
    open_usual(&centre);
    tell(&centre, "0 state a1 available t1; 1000 rated a1 5 5 t1 q1; 1000/c offered voice q2;"
                  "2000/c answered a2 t2");
    advance(&centre, 3 * SECOND);
    expect(&centre, "team:t1:now", "available", 1);
    tell(&centre, "7200000/y offered voice q3");
    advance(&centre, 2 * HOUR);
    tell(&centre, "14400000/z offered voice q3"); /* c and y: more than an hour without events */
    advance(&centre, 4 * HOUR + 1 * SECOND);
    advance(&centre, 4 * HOUR + 121 * SECOND); /* gauges are looked at every two minutes */
    const char *gone[] = {"agent:a1", "agent:a2", "queue:q1", "queue:q2"};
    for (size_t i = 0; i < 4; i++) {
        char key[32];
        snprintf(key, sizeof key, "%s:now", gone[i]);
        expect_none(&centre, key);
        snprintf(key, sizeof key, "%s:known", gone[i]);
        expect_none(&centre, key);
        snprintf(key, sizeof key, "%s:w:5m", gone[i]);
        expect_none(&centre, key);
    }
    expect(&centre, "all:now", "available", 0);
    assert_int_equal(dp_aggregator_counters(centre.agg)->contacts_forgotten, 2);
    advance(&centre, 4 * HOUR + 242 * SECOND); /* a1 has let go of its team */
    expect_none(&centre, "team:t1:known");
    expect_none(&centre, "team:t2:known");
    expect_text(&centre, "queue:q3:known", "");
    tell(&centre, "14700000 rated a1 5 5 t1 q1"); /* and is back */
    advance(&centre, 14700 * SECOND);
    expect_text(&centre, "agent:a1:known", "");
    expect_text(&centre, "agent:a1:now", "v=1 as_of_ms=14700000 active_contacts=0");
    expect(&centre, "team:t1:now", "available", 0);
    close_centre(&centre);
}

/* T may leap, over everything at once: no key is left behind. */
static void a_leap(void **state)
{
    (void)state;
    struct centre centre;
    open_usual(&centre);
    tell(&centre, "0 state a1 available t1; 1000 rated a1 5 5 t1 q1 chat");
    advance(&centre, 2 * SECOND);
    expect(&centre, "queue:q1:chat:w:1m", "ratings", 1);
    for (int64_t hours = 10; hours <= 12; hours++)
        advance(&centre, hours * HOUR);
    assert_int_equal(centre.board.count, 1);
    expect(&centre, "all:now", "available", 0);
    close_centre(&centre);
}

/* Events that come in between two entries, of the scope at hand or of another: none is lost. */
static void entries_and_events_interleaved(void **state)
{
    (void)state;
    for (int step = 0; step < 40; step++) {
        struct centre centre;
        open_usual(&centre);
        tell(&centre, "1000/c1 offered voice q1; 1000/c2 offered chat q2; 2000/c1 answered a1 t1;"
                      "2000 state a1 busy t1");
        dp_aggregator_advance(centre.agg, 3 * SECOND);
        struct dp_entry entry;
        for (int i = 0; i < step && dp_aggregator_next_entry(centre.agg, &entry); i++)
            dp_board_take(&centre.board, &entry);
        tell(&centre, "1500/c3 offered voice q1; 1500/c2 message a1; 2500/c1 ended;"
                      "2500 state a1 wrapup t1");
        dp_board_pull(&centre.board, centre.agg);
        expect(&centre, "queue:q1:w:1m", "offered", 2);
        expect(&centre, "queue:q1:voice:w:5m", "handles", 1);
        expect(&centre, "all:w:1m", "responses", 2);
        expect(&centre, "team:t1:w:5m", "handles", 1);
        expect(&centre, "team:t1:now", "wrapup", 1);
        expect(&centre, "team:t1:now", "busy", 0);
        expect(&centre, "queue:q1:now", "waiting", 1);
        expect(&centre, "agent:a1:now", "active_contacts", 0);
        close_centre(&centre);
    }
}

/* T moves on while entries are being taken: each says truly as of when it is, and what leaves meanwhile
 * leaves. */
static void entries_and_time_interleaved(void **state)
{
    (void)state;
    struct dp_aggregator_options options = usual();
    options.wall_clock = true;
    for (int step = 1; step < 24; step++) {
        struct centre centre;
        open_centre(&centre, &options);
        tell(&centre, "1000 rated a1 5 5 t1 q1 chat; 30000 rated a1 5 5 t1 q1 chat");
        dp_aggregator_advance(centre.agg, 60 * SECOND);
        struct dp_entry entry;
        for (int i = 0; i < step && dp_aggregator_next_entry(centre.agg, &entry); i++)
            dp_board_take(&centre.board, &entry);
        dp_aggregator_advance(centre.agg, 61 * SECOND);
        dp_board_pull(&centre.board, centre.agg);
        for (size_t i = 0; i < centre.board.count; i++) {
            const char *key = centre.board.rows[i].key;
            if (!strstr(key, "w:1m"))
                continue;
            int64_t as_of = dp_board_number(&centre.board, key, "as_of_ms");
            expect(&centre, key, "from_ms", as_of - MINUTE);
            expect(&centre, key, "ratings", as_of < 61 * SECOND ? 2 : 1);
        }
        advance(&centre, 62 * SECOND);
        expect(&centre, "queue:q1:chat:w:1m", "ratings", 1);
        expect(&centre, "all:w:1m", "ratings", 1);
        dp_aggregator_advance(centre.agg, 89 * SECOND);
        for (int i = 0; i < step && dp_aggregator_next_entry(centre.agg, &entry); i++)
            dp_board_take(&centre.board, &entry);
        advance(&centre, 91 * SECOND);
        advance(&centre, 92 * SECOND);
        expect_none(&centre, "agent:a1:w:1m");
        expect_none(&centre, "all:chat:w:1m");
        close_centre(&centre);
    }
}

/* ---------------------------------------------------------------- time */

static void events_ahead_wait(void **state)
{
    (void)state;
    struct dp_aggregator_options options = usual();
    options.wall_clock = true;
    options.max_waiting = 3;
    struct centre centre;
    open_centre(&centre, &options);
    dp_aggregator_advance(centre.agg, 10 * SECOND);
    tell(&centre, "10500/c1 offered voice q1; 12000/c2 offered voice q1; 10000/c3 offered voice q1");
    advance(&centre, 10 * SECOND);
    expect(&centre, "queue:q1:w:1m", "offered", 1);
    expect(&centre, "queue:q1:now", "waiting", 1);
    tell_from(&centre, 0, DP_DUPLICATE, "12000/c2#e000001 offered voice q1");
    advance(&centre, 11 * SECOND);
    expect(&centre, "queue:q1:w:1m", "offered", 2);
    advance(&centre, 12 * SECOND);
    expect(&centre, "queue:q1:w:1m", "offered", 3);
    assert_int_equal(dp_aggregator_counters(centre.agg)->ahead, 0);

    /* Too many: the earliest is taken at once, its fact still waits for its time. */
    tell(&centre, "30000/d1 offered voice q1; 20000/d2 offered voice q1; 40000/d3 offered voice q1;"
                  "50000/d4 offered voice q1");
    assert_int_equal(dp_aggregator_counters(centre.agg)->ahead, 1);
    advance(&centre, 19 * SECOND);
    expect(&centre, "queue:q1:w:1m", "offered", 3);
    expect(&centre, "queue:q1:now", "waiting", 4);
    advance(&centre, 50 * SECOND);
    expect(&centre, "queue:q1:w:1m", "offered", 7);
    close_centre(&centre);
}

/* A source whose clock is ahead moves the watermark, but what waits for T is not settled by that. */
static void ahead_of_a_slow_t(void **state)
{
    (void)state;
    struct dp_aggregator_options options = usual();
    options.wall_clock = true;
    options.fcr_window_ms = 30 * SECOND;
    struct centre centre;
    open_centre(&centre, &options);
    dp_aggregator_advance(centre.agg, 0);
    tell(&centre, "10000#ab state a1 busy; 10000#aa state a1 break; 10000#ba state a2 break;"
                  "10000#bb state a2 busy; 5000/c1 offered voice q1 - x; 10000/c1 resolved yes;"
                  "15000/c2 offered voice q1 - x; 200000/z offered voice q9");
    for (int64_t t = 1; t <= 20; t++)
        advance(&centre, t * SECOND);
    expect(&centre, "queue:q1:w:1m", "fcr_rate", 0);
    expect(&centre, "all:now", "busy", 2);
    expect(&centre, "all:now", "break", 0);
    close_centre(&centre);
}

static void as_of_limit(void **state)
{
    (void)state;
    struct dp_aggregator_options options = usual();
    options.as_of_limit_ms = 100 * SECOND;
    struct centre centre;
    open_centre(&centre, &options);
    tell(&centre, "90000/c1 offered voice q1; 100000/c2 offered voice q1; 100001/c1 answered a1;"
                  "100001/c3 offered voice q1");
    assert_int_equal(dp_aggregator_counters(centre.agg)->accepted, 4);
    assert_int_equal(dp_aggregator_watermark(centre.agg), 100001);
    advance(&centre, 100 * SECOND);
    expect(&centre, "queue:q1:w:1m", "offered", 2);
    expect(&centre, "queue:q1:w:1m", "responses", 0);
    expect(&centre, "queue:q1:now", "waiting", 2);
    expect_none(&centre, "agent:a1:known");
    close_centre(&centre);
}

/* However much comes after the limit, the figures and gauges as of then stay what they are. */
static void long_after_the_limit(void **state)
{
    (void)state;
    struct dp_aggregator_options options = usual();
    options.as_of_limit_ms = 100 * SECOND;
    struct centre centre;
    open_centre(&centre, &options);
    tell(&centre, "0 state a1 busy t1; 10000/c1 offered voice q1; 20000/c2 answered a1 t1;"
                  "30000/c3 offered voice q1 - x; 40000/c3 resolved yes; 50000/c4 offered voice q1 - x");
    for (int64_t i = 1; i <= 1000; i++) {
        char text[64];
        snprintf(text, sizeof text, "%lld/z%lld offered voice q9", (long long)(i * HOUR),
                 (long long)i);
        tell(&centre, text);
    }
    advance(&centre, 100 * SECOND);
    expect(&centre, "queue:q1:now", "waiting", 3);
    expect(&centre, "agent:a1:now", "active_contacts", 1);
    expect(&centre, "agent:a1:now", "state_since_ms", 0);
    expect(&centre, "queue:q1:w:5m", "offered", 3);
    expect(&centre, "queue:q1:w:5m", "fcr_rate", 0);
    close_centre(&centre);
}

/* Years 0 and 9999, in either order of partitions. */
static void extreme_times(void **state)
{
    (void)state;
    struct dp_aggregator_options options = usual();
    options.windows = (struct dp_window_plan){2, {SECOND, 7 * DAY}};
    struct centre centre;
    open_centre(&centre, &options);
    uint32_t other = dp_aggregator_add_partition(centre.agg);
    tell(&centre, "-62167219200000/c1 offered voice q1 - x; -62167219199000/c1 answered a1 t1;"
                  "-62167219199000 state a1 busy t1; -62167219198000/c1 resolved yes");
    advance(&centre, INT64_C(-62167219198000));
    expect(&centre, "queue:q1:w:5m", "offered", 1);
    expect(&centre, "queue:q1:w:5m", "response_max_ms", 1000);
    expect(&centre, "agent:a1:w:5m", "occupancy", 1000000);
    tell_from(&centre, other, DP_ACCEPTED,
              "253402300799999/c1 ended; 253402300799999/c2 offered voice q1 - x;"
              "253402300799999 state a1 offline t2");
    advance(&centre, INT64_C(253402300800000));
    expect(&centre, "queue:q1:w:5m", "offered", 1);
    expect(&centre, "queue:q1:w:5m", "handle_max_ms", INT64_C(315569519998999));
    expect(&centre, "queue:q1:now", "waiting", 1);
    expect(&centre, "queue:q1:now", "oldest_waiting_ms", 1);
    expect(&centre, "agent:a1:w:5m", "occupancy", 1000000);
    for (int i = 0; i < 600; i++) { /* makes it look for what is old */
        char text[64];
        snprintf(text, sizeof text, "253402300799999/d%d offered voice q2 - y%d", i, i);
        tell(&centre, text);
    }
    advance(&centre, INT64_C(253402300801000));
    expect(&centre, "queue:q2:w:1m", "offered", DP_BOARD_NONE);
    expect(&centre, "queue:q2:w:5m", "offered", 600);
    close_centre(&centre);
}

/* ---------------------------------------------------------------- memory */

static void contacts_are_forgotten(void **state)
{
    (void)state;
    struct dp_aggregator_options options = usual();
    options.max_contacts = 50;
    struct centre centre;
    open_centre(&centre, &options);
    for (int i = 0; i < 1000; i++) {
        char text[64];
        snprintf(text, sizeof text, "%d/c%d offered voice q1", i * 10, i);
        tell(&centre, text);
    }
    advance(&centre, 10 * SECOND);
    assert_int_equal(dp_aggregator_counters(centre.agg)->contacts_forgotten, 950);
    expect(&centre, "queue:q1:w:1m", "offered", 1000); /* the facts stay */
    expect(&centre, "queue:q1:now", "waiting", 50);
    expect(&centre, "queue:q1:now", "oldest_waiting_ms", 10000 - 9500);

    /* One that is over is forgotten without a word; a slow partition keeps it. */
    uint32_t slow = dp_aggregator_add_partition(centre.agg);
    tell_from(&centre, slow, DP_ACCEPTED, "10000/d offered voice q2");
    tell(&centre, "10800000/e ended");
    advance(&centre, 3 * HOUR);
    expect(&centre, "queue:q1:now", "waiting", 48);
    dp_aggregator_set_idle(centre.agg, slow, true);
    advance(&centre, 3 * HOUR + SECOND);
    expect(&centre, "all:now", "waiting", 0);
    assert_int_equal(dp_aggregator_counters(centre.agg)->contacts_forgotten, 950 + 2 + 49);
    close_centre(&centre);
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
        cmocka_unit_test(clock_skew),
        cmocka_unit_test(repeat_contacts),
        cmocka_unit_test(who_waits),
        cmocka_unit_test(states_of_agents),
        cmocka_unit_test(occupancy),
        cmocka_unit_test(only_what_changed),
        cmocka_unit_test(windows_empty_on_time),
        cmocka_unit_test(silent_scopes_leave),
        cmocka_unit_test(a_leap),
        cmocka_unit_test(entries_and_events_interleaved),
        cmocka_unit_test(entries_and_time_interleaved),
        cmocka_unit_test(events_ahead_wait),
        cmocka_unit_test(ahead_of_a_slow_t),
        cmocka_unit_test(as_of_limit),
        cmocka_unit_test(long_after_the_limit),
        cmocka_unit_test(extreme_times),
        cmocka_unit_test(contacts_are_forgotten),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
