/* Who waits, who is served, who is in which state, and how busy agents are. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "centre.h"

static void who_waits(void **state)
{
    (void)state;
    struct dp_aggregator_options options = dp_centre_options();
    options.wall_clock = true;
    struct dp_centre centre;
    dp_centre_open(&centre, &options);
    dp_aggregator_advance(centre.agg, 100 * SECOND);
    dp_centre_tell(
        &centre, "90000/c1 offered voice q1; 95500/c2 offered voice q1; 99000/c3 offered chat q2");
    dp_centre_advance(&centre, 101 * SECOND);
    dp_centre_expect_text(&centre, "queue:q1:now",
                          "v=1 as_of_ms=101000 waiting=2 oldest_waiting_ms=11000 in_service=0");
    dp_centre_expect(&centre, "all:now", "waiting", 3);
    dp_centre_expect(&centre, "all:now", "oldest_waiting_ms", 11000);
    dp_centre_advance(&centre, 102 * SECOND); /* nothing arrives, time passes */
    dp_centre_expect(&centre, "queue:q1:now", "oldest_waiting_ms", 12000);
    dp_centre_expect(&centre, "queue:q2:now", "oldest_waiting_ms", 3000);

    dp_centre_tell(&centre, "101500/c1 answered a1; 101700/c1 answered a2; 101800/c3 abandoned");
    dp_centre_advance(&centre, 103 * SECOND);
    dp_centre_expect_text(&centre, "queue:q1:now",
                          "v=1 as_of_ms=103000 waiting=1 oldest_waiting_ms=7500 in_service=1");
    dp_centre_expect_text(&centre, "queue:q2:now", "v=1 as_of_ms=103000 waiting=0 in_service=0");
    dp_centre_expect(&centre, "all:now", "in_service", 1);
    dp_centre_expect_text(&centre, "agent:a1:now", "v=1 as_of_ms=103000 active_contacts=1");

    dp_centre_tell(&centre, "103000/c1 transferred a1 q2"); /* a2 goes on, now for q2 */
    dp_centre_advance(&centre, 104 * SECOND);
    dp_centre_expect(&centre, "queue:q1:now", "in_service", 0);
    dp_centre_expect(&centre, "queue:q2:now", "in_service", 1);
    dp_centre_expect(&centre, "agent:a1:now", "active_contacts", 0);
    dp_centre_expect(&centre, "agent:a2:now", "active_contacts", 1);

    dp_centre_tell(&centre, "104000/c1 transferred a2"); /* nobody has taken it yet */
    dp_centre_advance(&centre, 106 * SECOND);
    dp_centre_expect_text(&centre, "queue:q2:now",
                          "v=1 as_of_ms=106000 waiting=1 oldest_waiting_ms=2000 in_service=0");
    dp_centre_tell(&centre, "105000/c1 ended; 97000/c2 answered a1");
    dp_centre_advance(&centre, 107 * SECOND);
    dp_centre_expect(&centre, "all:now", "waiting", 0);
    dp_centre_expect(&centre, "all:now", "oldest_waiting_ms", DP_BOARD_NONE);
    dp_centre_expect(&centre, "all:now", "in_service", 1);
    dp_centre_close(&centre);
}

static void states_of_agents(void **state)
{
    (void)state;
    struct dp_centre centre;
    dp_centre_open_usual(&centre);
    dp_centre_tell(&centre,
                   "1000 state a1 available t1; 2000 state a2 busy t1; 3000 state a3 break");
    dp_centre_advance(&centre, 5 * SECOND);
    dp_centre_expect_text(
        &centre, "team:t1:now",
        "v=1 as_of_ms=5000 offline=0 available=1 busy=1 wrapup=0 break=0 training=0 "
        "meeting=0");
    dp_centre_expect(&centre, "all:now", "break", 1);
    dp_centre_expect_text(
        &centre, "agent:a1:now",
        "v=1 as_of_ms=5000 state=available state_since_ms=1000 active_contacts=0");
    dp_centre_tell(&centre,
                   "6000 state a1 meeting t2; 5500 state a1 training t3"); /* the second is older */
    dp_centre_advance(&centre, 8 * SECOND);
    dp_centre_expect(&centre, "team:t1:now", "available", 0);
    dp_centre_expect(&centre, "team:t2:now", "meeting", 1);
    dp_centre_expect(&centre, "team:t3:now", "training", 0);
    dp_centre_expect(&centre, "all:now", "meeting", 1);
    dp_centre_expect(&centre, "all:now", "available", 0);
    dp_centre_expect(&centre, "agent:a1:now", "state_since_ms", 6000);
    dp_centre_tell(&centre, "7000 state a1 offline"); /* names no team: stays in t2 */
    dp_centre_advance(&centre, 9 * SECOND);
    dp_centre_expect(&centre, "team:t2:now", "offline", 1);
    dp_centre_expect(&centre, "team:t2:now", "meeting", 0);
    dp_centre_close(&centre);
}

/* Ties and disorder as for the state itself. */
static void reasons_of_states(void **state)
{
    (void)state;
    struct dp_centre centre;
    dp_centre_open_usual(&centre);
    dp_centre_tell(&centre, "1000 state a1 break - lunch");
    dp_centre_advance(&centre, 5 * SECOND);
    const char *lunch = "v=1 as_of_ms=5000 state=break state_since_ms=1000 state_reason=lunch "
                        "active_contacts=0";
    dp_centre_expect_text(&centre, "agent:a1:now", lunch);
    dp_centre_tell(&centre, "500 state a1 break - coffee; 1000#a state a1 meeting - before");
    dp_centre_advance(&centre, 6 * SECOND);
    dp_centre_expect_text(&centre, "agent:a1:now",
                          "v=1 as_of_ms=6000 state=break state_since_ms=1000 state_reason=lunch "
                          "active_contacts=0");
    dp_centre_tell(&centre, "1000#z state a1 break - after");
    dp_centre_advance(&centre, 7 * SECOND);
    dp_centre_expect_text(&centre, "agent:a1:now",
                          "v=1 as_of_ms=7000 state=break state_since_ms=1000 state_reason=after "
                          "active_contacts=0");
    dp_centre_tell(&centre, "8000 state a1 available");
    dp_centre_advance(&centre, 8 * SECOND);
    dp_centre_expect_text(
        &centre, "agent:a1:now",
        "v=1 as_of_ms=8000 state=available state_since_ms=8000 active_contacts=0");
    dp_centre_close(&centre);
}

/* Occupancy moves with the clock, in windows that hold facts. */
static void occupancy(void **state)
{
    (void)state;
    struct dp_aggregator_options options = dp_centre_options();
    options.wall_clock = true;
    struct dp_centre centre;
    dp_centre_open(&centre, &options);
    dp_aggregator_advance(centre.agg, 10 * SECOND);
    dp_centre_tell(&centre, "0 state a1 available; 10000 state a1 busy");
    dp_centre_advance(&centre, 11 * SECOND);
    dp_centre_expect_none(&centre, "agent:a1:w:1m");
    dp_centre_tell(&centre, "11000 declined a1");
    dp_centre_advance(&centre, 20 * SECOND);
    dp_centre_expect(&centre, "agent:a1:w:1m", "occupancy", 500000);
    for (int64_t t = 21; t <= 40; t++)
        dp_centre_advance(&centre, t * SECOND);
    int64_t as_of = dp_board_number(&centre.board, "agent:a1:w:1m", "as_of_ms");
    assert_true(as_of >= 37 * SECOND); /* within a 20th of the length */
    dp_centre_expect(&centre, "agent:a1:w:1m", "occupancy",
                     ((as_of - 10 * SECOND) * 2000000 + as_of) / (2 * as_of));
    dp_aggregator_mark_all(centre.agg);
    dp_centre_advance(&centre, 50 * SECOND);
    dp_centre_expect(&centre, "agent:a1:w:1m", "occupancy", 800000);
    dp_centre_advance(&centre, 71 * SECOND);
    dp_centre_expect_none(&centre, "agent:a1:w:1m");
    dp_centre_close(&centre);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_waits),
        cmocka_unit_test(states_of_agents),
        cmocka_unit_test(reasons_of_states),
        cmocka_unit_test(occupancy),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
