/* What has changed is handed out: all of it, nothing else, and on time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "centre.h"

static void only_what_changed(void **state)
{
    (void)state;
    struct dp_centre centre;
    dp_centre_open_usual(&centre);
    dp_centre_tell(&centre, "1000/c1 offered voice q1; 1000/c2 offered voice q2; 1000/c1 ended;"
                            "1000/c2 ended");
    dp_centre_advance(&centre, 2 * SECOND);
    assert_int_equal(dp_board_pull(&centre.board, centre.agg), 0);
    assert_int_equal(dp_centre_advance(&centre, 3 * SECOND), 0);
    dp_centre_tell(&centre, "2000/c3 offered voice q2; 2000/c3 ended");
    /* q2 and all, each two windows of the channel and of all channels, and gauges. */
    assert_int_equal(dp_centre_advance(&centre, 4 * SECOND), 2 * (2 + 2 + 1));
    dp_centre_expect(&centre, "queue:q1:w:1m", "as_of_ms", 2 * SECOND);
    dp_centre_expect(&centre, "queue:q2:w:1m", "as_of_ms", 4 * SECOND);
    dp_aggregator_mark_all(centre.agg);
    dp_aggregator_mark_all(centre.agg);
    assert_int_equal(dp_board_pull(&centre.board, centre.agg), 2 + 3 * (2 + 2 + 1));
    dp_centre_close(&centre);
}

/* A window of length W as of T holds the facts with T - W < time <= T, second by second, though
 * nothing arrives. */
static void windows_empty_on_time(void **state)
{
    (void)state;
    struct dp_aggregator_options options = dp_centre_options();
    options.wall_clock = true;
    struct dp_centre centre;
    dp_centre_open(&centre, &options);
    dp_aggregator_advance(centre.agg, 0);
    dp_centre_tell(&centre, "1000 rated a1 5 5 - q1 chat; 1001 rated a1 5 5 - q1 chat");
    for (int64_t t = 1; t <= 310; t++) {
        dp_centre_advance(&centre, t * SECOND);
        int64_t in = t < 2 ? 1 : 2;
        const char *keys[] = {"agent:a1:w:1m", "queue:q1:chat:w:1m", "all:w:1m"};
        for (size_t i = 0; i < 3; i++)
            dp_centre_expect(&centre, keys[i], "ratings",
                             t < 61    ? in
                             : t == 61 ? 1
                                       : DP_BOARD_NONE);
        dp_centre_expect(&centre, "queue:q1:w:5m", "ratings",
                         t < 301    ? in
                         : t == 301 ? 1
                                    : DP_BOARD_NONE);
    }
    dp_centre_expect_text(&centre, "queue:q1:known", "");
    dp_centre_close(&centre);
}

/* An agent's state of a time that figures have been given for is in them with the next entries. */
static void occupancy_is_corrected_at_once(void **state)
{
    (void)state;
    struct dp_centre centre;
    dp_centre_open_usual(&centre);
    dp_centre_tell(&centre, "0 state a1 available; 10000 rated a1 5 5; 20000/c1 offered voice q1");
    dp_centre_advance(&centre, 20 * SECOND);
    dp_centre_expect(&centre, "agent:a1:w:1m", "occupancy", 0);
    dp_centre_tell(&centre, "15000 state a1 busy");
    dp_centre_advance(&centre, 21 * SECOND);
    dp_centre_expect(&centre, "agent:a1:w:1m", "as_of_ms", 21 * SECOND);
    dp_centre_expect(&centre, "agent:a1:w:1m", "occupancy", 285714); /* 6 s of 21 */
    dp_centre_expect(&centre, "agent:a1:w:5m", "occupancy", 285714);
    /* One of later is not: occupancy moves with the clock. */
    dp_centre_tell(&centre, "21000 state a1 break");
    dp_centre_advance(&centre, 22 * SECOND);
    dp_centre_expect(&centre, "agent:a1:w:5m", "as_of_ms", 21 * SECOND);
    dp_centre_close(&centre);
}

/* Scopes that nothing is left of go: first their windows, then gauges and known id. */
static void silent_scopes_leave(void **state)
{
    (void)state;
    struct dp_centre centre;
    dp_centre_open_usual(&centre);
    dp_centre_tell(&centre,
                   "0 state a1 available t1; 1000 rated a1 5 5 t1 q1; 1000/c offered voice q2;"
                   "2000/c answered a2 t2");
    dp_centre_advance(&centre, 3 * SECOND);
    dp_centre_expect(&centre, "team:t1:now", "available", 1);
    dp_centre_tell(&centre, "7200000/y offered voice q3");
    dp_centre_advance(&centre, 2 * HOUR);
    dp_centre_tell(&centre,
                   "14400000/z offered voice q3"); /* c and y: more than an hour without events */
    dp_centre_advance(&centre, 4 * HOUR + 1 * SECOND);
    dp_centre_advance(&centre,
                      4 * HOUR + 121 * SECOND); /* gauges are looked at every two minutes */
    const char *gone[] = {"agent:a1", "agent:a2", "queue:q1", "queue:q2"};
    for (size_t i = 0; i < 4; i++) {
        char key[32];
        snprintf(key, sizeof key, "%s:now", gone[i]);
        dp_centre_expect_none(&centre, key);
        snprintf(key, sizeof key, "%s:known", gone[i]);
        dp_centre_expect_none(&centre, key);
        snprintf(key, sizeof key, "%s:w:5m", gone[i]);
        dp_centre_expect_none(&centre, key);
    }
    dp_centre_expect(&centre, "all:now", "available", 0);
    assert_int_equal(dp_aggregator_counters(centre.agg)->contacts_forgotten, 2);
    dp_centre_advance(&centre, 4 * HOUR + 242 * SECOND); /* a1 has let go of its team */
    dp_centre_expect_none(&centre, "team:t1:known");
    dp_centre_expect_none(&centre, "team:t2:known");
    dp_centre_expect_text(&centre, "queue:q3:known", "");
    dp_centre_tell(&centre, "14700000 rated a1 5 5 t1 q1"); /* and is back */
    dp_centre_advance(&centre, 14700 * SECOND);
    dp_centre_expect_text(&centre, "agent:a1:known", "");
    dp_centre_expect_text(&centre, "agent:a1:now", "v=1 as_of_ms=14700000 active_contacts=0");
    dp_centre_expect(&centre, "team:t1:now", "available", 0);
    dp_centre_close(&centre);
}

/* T may leap, over everything at once: no key is left behind. */
static void a_leap(void **state)
{
    (void)state;
    struct dp_centre centre;
    dp_centre_open_usual(&centre);
    dp_centre_tell(&centre, "0 state a1 available t1; 1000 rated a1 5 5 t1 q1 chat");
    dp_centre_advance(&centre, 2 * SECOND);
    dp_centre_expect(&centre, "queue:q1:chat:w:1m", "ratings", 1);
    for (int64_t hours = 10; hours <= 12; hours++)
        dp_centre_advance(&centre, hours * HOUR);
    assert_int_equal(centre.board.count, 1);
    dp_centre_expect(&centre, "all:now", "available", 0);
    dp_centre_close(&centre);
}

/* Events that come in between two entries, of the scope at hand or of another: none is lost. */
static void entries_and_events_interleaved(void **state)
{
    (void)state;
    for (int step = 0; step < 40; step++) {
        struct dp_centre centre;
        dp_centre_open_usual(&centre);
        dp_centre_tell(&centre,
                       "1000/c1 offered voice q1; 1000/c2 offered chat q2; 2000/c1 answered a1 t1;"
                       "2000 state a1 busy t1");
        dp_aggregator_advance(centre.agg, 3 * SECOND);
        struct dp_entry entry;
        dp_aggregator_begin_entries(centre.agg);
        for (int i = 0; i < step && dp_aggregator_next_entry(centre.agg, &entry); i++)
            dp_board_take(&centre.board, &entry);
        dp_centre_tell(&centre, "1500/c3 offered voice q1; 1500/c2 message a1; 2500/c1 ended;"
                                "2500 state a1 wrapup t1");
        dp_board_pull(&centre.board, centre.agg);
        dp_centre_expect(&centre, "queue:q1:w:1m", "offered", 2);
        dp_centre_expect(&centre, "queue:q1:voice:w:5m", "handles", 1);
        dp_centre_expect(&centre, "all:w:1m", "responses", 2);
        dp_centre_expect(&centre, "team:t1:w:5m", "handles", 1);
        dp_centre_expect(&centre, "team:t1:now", "wrapup", 1);
        dp_centre_expect(&centre, "team:t1:now", "busy", 0);
        dp_centre_expect(&centre, "queue:q1:now", "waiting", 1);
        dp_centre_expect(&centre, "agent:a1:now", "active_contacts", 0);
        dp_centre_close(&centre);
    }
}

/* What had changed when the entries were begun comes to an end though every scope changes again
 * before the next entry, and T moves on; what came meanwhile comes with the next ones. */
static void entries_end_though_events_keep_coming(void **state)
{
    (void)state;
    struct dp_aggregator_options options = dp_centre_options();
    options.wall_clock = true;
    struct dp_centre centre;
    dp_centre_open(&centre, &options);
    dp_aggregator_advance(centre.agg, 2 * SECOND);
    dp_centre_tell(&centre, "1000 rated a1 5 5 t1 q1 chat; 1000 rated a2 5 5 t2 q2 chat");
    struct dp_entry entry;
    dp_aggregator_begin_entries(centre.agg);
    int count = 0;
    for (; count < 1000 && dp_aggregator_next_entry(centre.agg, &entry); count++) {
        dp_board_take(&centre.board, &entry);
        dp_centre_tell(&centre, "1500 rated a1 5 5 t1 q1 chat; 1500 rated a2 5 5 t2 q2 chat");
        if (count % 5 == 0)
            dp_aggregator_advance(centre.agg, (2 + count / 5) * SECOND);
    }
    /* 7 scopes, each two windows of the channel and of all channels, gauges, and all but one are
     * known; the one at hand may begin once more when T moves on. */
    assert_in_range(count, 7 * (2 + 2 + 1) + 6, 100);
    assert_false(dp_aggregator_next_entry(centre.agg, &entry));
    dp_board_pull(&centre.board, centre.agg);
    dp_centre_expect(&centre, "all:w:1m", "ratings", 2 + 2 * count);
    dp_centre_expect(&centre, "agent:a1:w:5m", "ratings", 1 + count);
    dp_centre_expect(&centre, "queue:q2:chat:w:5m", "ratings", 1 + count);
    dp_centre_close(&centre);
}

/* T moves on while entries are being taken: each says truly as of when it is, and what leaves
 * meanwhile leaves. */
static void entries_and_time_interleaved(void **state)
{
    (void)state;
    struct dp_aggregator_options options = dp_centre_options();
    options.wall_clock = true;
    for (int step = 1; step < 24; step++) {
        struct dp_centre centre;
        dp_centre_open(&centre, &options);
        dp_centre_tell(&centre, "1000 rated a1 5 5 t1 q1 chat; 30000 rated a1 5 5 t1 q1 chat");
        dp_aggregator_advance(centre.agg, 60 * SECOND);
        struct dp_entry entry;
        dp_aggregator_begin_entries(centre.agg);
        for (int i = 0; i < step && dp_aggregator_next_entry(centre.agg, &entry); i++)
            dp_board_take(&centre.board, &entry);
        dp_aggregator_advance(centre.agg, 61 * SECOND);
        dp_board_pull(&centre.board, centre.agg);
        for (size_t i = 0; i < centre.board.count; i++) {
            const char *key = centre.board.rows[i].key;
            if (!strstr(key, "w:1m"))
                continue;
            int64_t as_of = dp_board_number(&centre.board, key, "as_of_ms");
            dp_centre_expect(&centre, key, "from_ms", as_of - MINUTE);
            dp_centre_expect(&centre, key, "ratings", as_of < 61 * SECOND ? 2 : 1);
        }
        dp_centre_advance(&centre, 62 * SECOND);
        dp_centre_expect(&centre, "queue:q1:chat:w:1m", "ratings", 1);
        dp_centre_expect(&centre, "all:w:1m", "ratings", 1);
        dp_aggregator_advance(centre.agg, 89 * SECOND);
        dp_aggregator_begin_entries(centre.agg);
        for (int i = 0; i < step && dp_aggregator_next_entry(centre.agg, &entry); i++)
            dp_board_take(&centre.board, &entry);
        dp_centre_advance(&centre, 91 * SECOND);
        dp_centre_advance(&centre, 92 * SECOND);
        dp_centre_expect_none(&centre, "agent:a1:w:1m");
        dp_centre_expect_none(&centre, "all:chat:w:1m");
        dp_centre_close(&centre);
    }
}

/* Takes entries to the end, curtailed after so many. */
static int pull_curtailed(struct dp_centre *centre, int after)
{
    struct dp_entry entry;
    int count = 0;
    if (after == 0)
        dp_aggregator_curtail(centre->agg);
    while (dp_aggregator_next_entry(centre->agg, &entry)) {
        dp_board_take(&centre->board, &entry);
        if (++count == after)
            dp_aggregator_curtail(centre->agg);
    }
    return count;
}

static void a_flush_that_is_curtailed_hands_out_what_is_urgent(void **state)
{
    (void)state;
    struct dp_centre centre;
    dp_centre_open_usual(&centre);
    dp_centre_tell(&centre, "1000 rated a1 5 5 t1 q1 chat");
    dp_centre_advance(&centre, 2 * SECOND);
    dp_centre_tell(&centre, "1500 rated a1 5 5 t1 q1 chat; 1500 state a1 busy t1");
    assert_true(dp_aggregator_begin_entries(centre.agg));
    /* The shortest window of the channel and of all channels of 4 scopes, and gauges of 3. */
    assert_int_equal(pull_curtailed(&centre, 0), 4 * 2 + 3);
    assert_false(dp_aggregator_round_over(centre.agg));
    dp_centre_expect(&centre, "agent:a1:w:1m", "ratings", 2);
    dp_centre_expect(&centre, "agent:a1:chat:w:1m", "ratings", 2);
    dp_centre_expect(&centre, "all:now", "busy", 1);
    dp_centre_expect(&centre, "agent:a1:w:5m", "ratings", 1);

    /* What only grows old is not urgent, though a window empties. */
    dp_aggregator_advance(centre.agg, 61 * SECOND + 500);
    assert_false(dp_aggregator_begin_entries(centre.agg));
    assert_int_equal(pull_curtailed(&centre, 0), 0);
    dp_centre_expect(&centre, "agent:a1:w:1m", "ratings", 2);
    assert_false(dp_aggregator_begin_entries(centre.agg));
    pull_curtailed(&centre, -1);
    assert_true(dp_aggregator_round_over(centre.agg));
    dp_centre_expect(&centre, "agent:a1:w:1m", "ratings", 1);
    dp_centre_expect(&centre, "agent:a1:w:5m", "ratings", 2);

    /* After a loss everything is. */
    dp_centre_tell(&centre, "60500 rated a1 5 5 t1 q1 chat");
    dp_aggregator_mark_all(centre.agg);
    assert_true(dp_aggregator_begin_entries(centre.agg));
    pull_curtailed(&centre, 0);
    assert_true(dp_aggregator_round_over(centre.agg));
    dp_centre_expect(&centre, "queue:q1:chat:w:5m", "ratings", 3);
    dp_centre_close(&centre);
}

/* Queues, teams and all come before agents; the entries of a flush name each scope but once. */
static void what_many_look_at_comes_first(void **state)
{
    (void)state;
    struct dp_centre centre;
    dp_centre_open_usual(&centre);
    dp_centre_advance(&centre, SECOND);
    dp_centre_tell(&centre, "1000 rated a1 5 5 t1 q1 chat; 1000 rated a2 5 5 t1 q1 chat");
    dp_aggregator_advance(centre.agg, 2 * SECOND);
    dp_aggregator_begin_entries(centre.agg);
    struct dp_entry entry;
    int names = 0;
    for (int i = 0; dp_aggregator_next_entry(centre.agg, &entry); i++) {
        /* Each of 3 has two windows; those that are new are known, and have gauges. */
        assert_true(i >= 3 * 2 + 2 * 2 || entry.scope != DP_SCOPE_AGENT);
        names += entry.kind != DP_ENTRY_KNOWN && !entry.named;
    }
    assert_int_equal(names, 5);
    dp_centre_close(&centre);
}

/* Wherever flushes are curtailed, or given up, the next ones make up for it. */
static void flushes_curtailed_anywhere(void **state)
{
    (void)state;
    struct dp_aggregator_options options = dp_centre_options();
    options.wall_clock = true;
    for (int step = 0; step < 40; step++) {
        struct dp_centre centre;
        struct dp_entry entry;
        dp_centre_open(&centre, &options);
        dp_centre_advance(&centre, SECOND);
        for (int64_t t = 2; t < 80; t += 3) {
            char text[96];
            snprintf(text, sizeof text, "%d rated a%d 5 5 t1 q1 chat; %d state a1 %s t1",
                     (int)t * 1000 - 900, (int)t % 5, (int)t * 1000 - 800,
                     t % 2 ? "busy" : "break");
            dp_centre_tell(&centre, text);
            dp_aggregator_advance(centre.agg, t * SECOND);
            dp_aggregator_begin_entries(centre.agg);
            for (int i = 0; i < step % 7 && dp_aggregator_next_entry(centre.agg, &entry); i++)
                dp_board_take(&centre.board, &entry);
            dp_aggregator_advance(centre.agg, (t + 1) * SECOND);
            dp_aggregator_begin_entries(centre.agg);
            pull_curtailed(&centre, step);
        }
        dp_centre_advance(&centre, 100 * SECOND);
        dp_centre_expect(&centre, "all:w:5m", "ratings", 26);
        dp_centre_expect(&centre, "all:w:1m", "ratings", 13);
        dp_centre_expect(&centre, "agent:a2:w:5m", "ratings", 6);
        dp_centre_expect(&centre, "team:t1:now", "busy", 1);
        dp_centre_close(&centre);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_what_changed),
        cmocka_unit_test(windows_empty_on_time),
        cmocka_unit_test(occupancy_is_corrected_at_once),
        cmocka_unit_test(silent_scopes_leave),
        cmocka_unit_test(a_leap),
        cmocka_unit_test(entries_and_events_interleaved),
        cmocka_unit_test(entries_end_though_events_keep_coming),
        cmocka_unit_test(entries_and_time_interleaved),
        cmocka_unit_test(a_flush_that_is_curtailed_hands_out_what_is_urgent),
        cmocka_unit_test(what_many_look_at_comes_first),
        cmocka_unit_test(flushes_curtailed_anywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
