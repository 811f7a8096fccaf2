#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "aggregator/agent.h"
#include "simulate/rng.h"
#include "story.h"

/* Puts the states of a story in the order told. Nothing is forgotten or settled. */
static void tell(struct dp_agent *agent, const char *text)
{
    struct dp_story story = {.rest = text};
    for (struct dp_event event; dp_story_next(&story, &event);)
        dp_agent_put(agent, &event, INT64_MIN, INT64_MIN);
}

static void expect_now(const struct dp_agent *agent, enum dp_agent_state state, int64_t since_ms)
{
    const struct dp_state_change *now = dp_agent_now(agent);
    assert_non_null(now);
    assert_int_equal(now->state, state);
    assert_int_equal(now->time_ms, since_ms);
}

static void expect_occupancy(const struct dp_agent *agent, int64_t from_ms, int64_t to_ms,
                             int64_t worked_ms, int64_t staffed_ms)
{
    int64_t worked, staffed;
    dp_agent_occupancy(agent, from_ms, to_ms, &worked, &staffed);
    assert_int_equal(worked, worked_ms);
    assert_int_equal(staffed, staffed_ms);
}

static void no_state(void **state)
{
    (void)state;
    struct dp_agent agent = {0};
    assert_null(dp_agent_now(&agent));
    expect_occupancy(&agent, 0, 1000, 0, 0);
    dp_agent_deinit(&agent);
}

static void latest_by_event_time(void **state)
{
    (void)state;
    struct dp_agent agent = {0};
    tell(&agent, "3000 state a busy");
    expect_now(&agent, DP_STATE_BUSY, 3000);
    tell(&agent, "1000 state a available; 2000 state a break");
    expect_now(&agent, DP_STATE_BUSY, 3000);
    tell(&agent, "4000 state a wrapup");
    expect_now(&agent, DP_STATE_WRAPUP, 4000);
    dp_agent_deinit(&agent);
}

/* Of one millisecond the last by source and id counts, whatever comes first. */
static void ties(void **state)
{
    (void)state;
    struct dp_agent agent = {0};
    tell(&agent, "1000#b state a busy; 1000#a state a break");
    expect_now(&agent, DP_STATE_BUSY, 1000);
    tell(&agent, "1000#ba state a training"); /* a prefix comes first */
    expect_now(&agent, DP_STATE_TRAINING, 1000);
    assert_int_equal(agent.count, 1);
    struct dp_event event;
    dp_story_next(&(struct dp_story){.rest = "1000#0 state a meeting"}, &event);
    event.source = DP_STR("t"); /* the source goes before the id */
    dp_agent_put(&agent, &event, INT64_MIN, INT64_MIN);
    expect_now(&agent, DP_STATE_MEETING, 1000);
    dp_agent_deinit(&agent);
}

static void occupancy(void **state)
{
    (void)state;
    struct dp_agent agent = {0};
    tell(&agent, "10000 state a available; 14000 state a busy; 20000 state a wrapup;"
                 "22000 state a break; 25000 state a available; 26000 state a offline;"
                 "30000 state a training; 31000 state a meeting");
    expect_occupancy(&agent, 0, 40000, 8000, 13000);
    expect_occupancy(&agent, 0, 10000, 0, 0);           /* before the first nothing is known */
    expect_occupancy(&agent, 12000, 15000, 1000, 3000); /* a state holds on from before */
    expect_occupancy(&agent, 14000, 14001, 1, 1);
    expect_occupancy(&agent, 22000, 25000, 0, 0);
    expect_occupancy(&agent, 50000, 60000, 0, 0);
    tell(&agent, "60000 state a busy");
    expect_occupancy(&agent, 50000, 100000, 40000, 40000); /* until the next change */
    expect_occupancy(&agent, 70000, 71000, 1000, 1000);
    expect_occupancy(&agent, 71000, 71000, 0, 0);
    dp_agent_deinit(&agent);
}

static void teams(void **state)
{
    (void)state;
    struct dp_agent agent = {0};
    struct dp_story story = {.rest = "2000#b state a busy; 1000 state a busy; 2000#a state a busy;"
                                     "2000#c state a busy; 3000 state a busy"};
    const bool taken[] = {true, false, false, true, true};
    struct dp_event event;
    for (uint32_t i = 0; dp_story_next(&story, &event); i++) {
        uint32_t before = agent.team;
        assert_int_equal(dp_agent_put_team(&agent, &event, i + 10), taken[i]);
        assert_int_equal(agent.team, taken[i] ? i + 10 : before);
    }
    dp_agent_deinit(&agent);
}

/* What no figure can ask for any more is given back, but for the state that holds at its edge. */
static void forgets(void **state)
{
    (void)state;
    struct dp_agent agent = {0};
    enum { CHANGES = 10000, KEPT = 60 };
    for (int i = 0; i < CHANGES; i++) {
        char text[64];
        snprintf(text, sizeof text, "%d state a %s", i * 1000, i % 2 ? "available" : "busy");
        struct dp_event event;
        dp_story_next(&(struct dp_story){.rest = text, .number = (unsigned)i}, &event);
        int64_t edge = event.time_ms - KEPT * 1000;
        dp_agent_put(&agent, &event, edge, edge);
        if (i > KEPT)
            expect_occupancy(&agent, edge, event.time_ms, KEPT * 1000 / 2, KEPT * 1000);
    }
    assert_true(agent.capacity < 4 * KEPT);
    dp_agent_deinit(&agent);
}

/* Before the settled time ties are not told apart: the later arrival of a millisecond wins. */
static void settled(void **state)
{
    (void)state;
    struct dp_agent agent = {0};
    tell(&agent, "1000#z state a busy; 2000#z state a break; 3000#z state a busy");
    struct dp_story story = {.rest = "4000 state a offline; 2000#0 state a training;"
                                     "2000#a state a meeting; 1500 state a wrapup"};
    for (struct dp_event event; dp_story_next(&story, &event);)
        dp_agent_put(&agent, &event, INT64_MIN, 2500);
    assert_int_equal(agent.count, 5);
    assert_int_equal(agent.changes[2].state, DP_STATE_MEETING);
    expect_now(&agent, DP_STATE_OFFLINE, 4000);
    expect_occupancy(&agent, 0, 5000, 2000, 2000);
    dp_agent_deinit(&agent);
}

/* Any order of arrival, any progress of forgetting and settling within what was promised. */
static void any_order(void **state)
{
    (void)state;
    enum { CHANGES = 40, SPREAD = 8 };
    struct dp_rng rng;
    for (uint64_t seed = 1; seed <= 300; seed++) {
        struct dp_agent sorted = {0}, shuffled = {0};
        struct dp_event events[CHANGES];
        char ids[CHANGES][16];
        dp_rng_init(&rng, seed, 0);
        for (int i = 0; i < CHANGES; i++) {
            snprintf(ids[i], sizeof ids[i], "%03d", i);
            events[i] = (struct dp_event){
                .time_ms = i / 2 * 10,
                .source = DP_STR("s"),
                .id = dp_str_from(ids[i]),
                .state = (enum dp_agent_state)dp_rng_below(&rng, DP_AGENT_STATES)};
            dp_agent_put(&sorted, &events[i], INT64_MIN, INT64_MIN);
        }
        int64_t highest = INT64_MIN;
        for (int first = 0; first < CHANGES; first += SPREAD) {
            for (int i = SPREAD - 1; i > 0; i--) {
                uint32_t j = dp_rng_below(&rng, (uint32_t)i + 1);
                struct dp_event other = events[first + (int)j];
                events[first + (int)j] = events[first + i];
                events[first + i] = other;
            }
            int64_t settled_ms = first ? (first - 1) / 2 * 10 : INT64_MIN;
            for (int i = 0; i < SPREAD; i++) {
                const struct dp_event *event = &events[first + i];
                highest = event->time_ms > highest ? event->time_ms : highest;
                dp_agent_put(&shuffled, event, highest - 100, settled_ms);
            }
        }
        int64_t worked, staffed;
        dp_agent_occupancy(&sorted, highest - 100, highest + 7, &worked, &staffed);
        expect_occupancy(&shuffled, highest - 100, highest + 7, worked, staffed);
        expect_now(&shuffled, dp_agent_now(&sorted)->state, dp_agent_now(&sorted)->time_ms);
        dp_agent_deinit(&sorted);
        dp_agent_deinit(&shuffled);
    }
}

/* Whole characters of up to 128 bytes. */
static void long_reasons(void **state)
{
    (void)state;
    char text[300];
    memset(text, 'x', sizeof text);
    assert_int_equal(dp_agent_reason((struct dp_str){text, 0}).len, 0);
    assert_int_equal(dp_agent_reason((struct dp_str){text, 128}).len, 128);
    assert_int_equal(dp_agent_reason((struct dp_str){text, 129}).len, 128);
    for (size_t i = 0; i + 3 <= sizeof text; i += 3)
        memcpy(text + i, "\xe4\xbc\x91", 3);
    assert_int_equal(dp_agent_reason((struct dp_str){text, 300}).len, 126);
    for (size_t i = 0; i + 2 <= sizeof text; i += 2)
        memcpy(text + i, "\xc3\xa9", 2);
    assert_int_equal(dp_agent_reason((struct dp_str){text, 300}).len, 128);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_state),     cmocka_unit_test(latest_by_event_time),
        cmocka_unit_test(ties),         cmocka_unit_test(occupancy),
        cmocka_unit_test(teams),        cmocka_unit_test(forgets),
        cmocka_unit_test(settled),      cmocka_unit_test(any_order),
        cmocka_unit_test(long_reasons),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
