/* What the product promises, over made-up traffic: order of arrival, live or replay and forgetting
 * change nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "aggregator/private.h"
#include "board.h"
#include "common/memory.h"
#include "seeds.h"
#include "traffic.h"
#include "apply_one.h"

#define SECOND INT64_C(1000)
#define MINUTE INT64_C(60000)
#define HOUR   INT64_C(3600000)

/* What the traffic comes to when its events arrive one partition, sorted, all at once. */
static struct dp_board settle_sorted(struct dp_traffic *traffic, int64_t t_ms)
{
    struct dp_aggregator *agg = dp_traffic_aggregator(false, 1);
    struct dp_board board = {0};
    dp_traffic_sort(traffic);
    for (size_t i = 0; i < traffic->count; i++)
        assert_int_equal(dp_apply_one(agg, 0, &traffic->parcels[i].event), DP_ACCEPTED);
    dp_aggregator_advance(agg, t_ms);
    dp_board_pull(&board, agg);
    dp_aggregator_destroy(agg);
    return board;
}

static void expect_same(const struct dp_board *board, const struct dp_board *expected,
                        const char *what)
{
    const char *key = dp_board_difference(board, expected);
    if (!key)
        return;
    const char *is = dp_board_text(board, key), *wanted = dp_board_text(expected, key);
    fprintf(stderr, "%s: %s is\n%s\nnot\n%s\n", what, key, is ? is : "(absent)",
            wanted ? wanted : "(absent)");
    fail();
}

static int64_t some_t(struct dp_traffic *traffic, struct dp_rng *rng)
{
    return traffic->end_ms + dp_rng_between(rng, 1, dp_rng_chance(rng, 500) ? 3 : 400) * SECOND;
}

/* ---------------------------------------------------------------- order of arrival */

static void take_all(struct dp_traffic *traffic, const struct dp_board *expected, int64_t t_ms,
                     const char *what)
{
    struct dp_rng rng = dp_seed_rng(2);
    struct dp_aggregator *agg = dp_traffic_aggregator(false, DP_TRAFFIC_PARTITIONS);
    struct dp_board board = {0};
    uint64_t again = 0;
    for (size_t i = 0; i < traffic->count; i++) {
        dp_traffic_give(agg, &traffic->parcels[i]);
        const struct dp_parcel *twice = &traffic->parcels[dp_rng_below(&rng, (uint32_t)i + 1)];
        if (dp_rng_chance(&rng, 100)) {
            again++;
            assert_int_equal(
                dp_apply_one(agg, dp_rng_below(&rng, DP_TRAFFIC_PARTITIONS), &twice->event),
                DP_DUPLICATE);
        }
    }
    dp_aggregator_advance(agg, t_ms);
    dp_board_pull(&board, agg);
    expect_same(&board, expected, what);
    const struct dp_aggregator_counters *counters = dp_aggregator_counters(agg);
    assert_int_equal(counters->accepted, traffic->count);
    assert_int_equal(counters->duplicate, again);
    dp_aggregator_destroy(agg);
    dp_board_deinit(&board);
}

/* Partitions advance by chance; within each the order of arrival stays. */
static void mix_partitions(struct dp_traffic *traffic)
{
    struct dp_rng rng = dp_seed_rng(3);
    dp_traffic_by_partition(traffic);
    struct dp_parcel *mixed = dp_xcalloc(traffic->count, sizeof *mixed);
    size_t next[DP_TRAFFIC_PARTITIONS], end[DP_TRAFFIC_PARTITIONS], count = DP_TRAFFIC_AGENTS;
    for (uint32_t p = 0; p < DP_TRAFFIC_PARTITIONS; p++) {
        next[p] = p ? end[p - 1] : DP_TRAFFIC_AGENTS;
        end[p] = next[p];
        while (end[p] < traffic->count && traffic->parcels[end[p]].partition == p)
            end[p]++;
    }
    memcpy(mixed, traffic->parcels, DP_TRAFFIC_AGENTS * sizeof *mixed);
    while (count < traffic->count) {
        uint32_t p = dp_rng_below(&rng, DP_TRAFFIC_PARTITIONS);
        for (uint32_t left = dp_rng_below(&rng, 30); left > 0 && next[p] < end[p]; left--)
            mixed[count++] = traffic->parcels[next[p]++];
    }
    memcpy(traffic->parcels, mixed, count * sizeof *mixed);
    free(mixed);
    for (size_t i = 0; i < count; i++)
        traffic->parcels[i].event.id = dp_str_from(traffic->parcels[i].id);
}

static void any_arrival(void)
{
    struct dp_rng rng = dp_seed_rng(1);
    struct dp_traffic traffic;
    dp_traffic_make(&traffic, dp_seed, 30 + dp_rng_below(&rng, 40),
                    dp_rng_between(&rng, 1, 30) * MINUTE);
    int64_t t_ms = some_t(&traffic, &rng);
    struct dp_board expected = settle_sorted(&traffic, t_ms);
    assert_true(expected.count > 50);
    dp_traffic_shuffle(&traffic);
    take_all(&traffic, &expected, t_ms, "as they arrive");
    dp_traffic_by_partition(&traffic);
    take_all(&traffic, &expected, t_ms, "one partition after the other");
    mix_partitions(&traffic);
    take_all(&traffic, &expected, t_ms, "partitions mixed");
    dp_traffic_deinit(&traffic);
    dp_board_deinit(&expected);
}

static void order_of_arrival_changes_nothing(void **state)
{
    (void)state;
    dp_for_seeds(120, any_arrival);
}

/* ---------------------------------------------------------------- live and replay */

/* Fields that follow the clock, not the facts: a live board may be behind with them. */
static bool follows_clock(const char *field)
{
    static const char *const names[] = {
        "as_of_ms=",    "from_ms=",   "occupancy=",    "contacts_per_hour=",
        "concurrency=", "online_ms=", "available_ms=", "busy_ms=",
        "wrapup_ms=",   "break_ms=",  "training_ms=",  "meeting_ms=",
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strncmp(field, names[i], strlen(names[i])) == 0)
            return true;
    return false;
}

static struct dp_board without_clock(const struct dp_board *board)
{
    struct dp_board copy = {0};
    for (size_t i = 0; i < board->count; i++) {
        copy.rows = dp_xgrow(copy.rows, copy.count, &copy.capacity, sizeof *copy.rows);
        char *text = dp_xstrdup(board->rows[i].text), *rest = text, *end = text;
        for (char *field; (field = strsep(&rest, " "));)
            if (!follows_clock(field)) {
                size_t len = strlen(field);
                memmove(end, field, len);
                end += len;
                *end++ = rest ? ' ' : '\0';
            }
        if (end > text)
            end[-1] = '\0';
        copy.rows[copy.count++] =
            (struct dp_board_row){.key = dp_xstrdup(board->rows[i].key), .text = text};
    }
    return copy;
}

/* What was handed out so far is all there is to know: handing out everything brings nothing new. */
static void expect_complete(struct dp_board *board, struct dp_aggregator *agg)
{
    struct dp_board handed = without_clock(board);
    dp_aggregator_mark_all(agg);
    dp_board_pull(board, agg);
    struct dp_board everything = without_clock(board);
    expect_same(&handed, &everything, "handed out before all is");
    dp_board_deinit(&handed);
    dp_board_deinit(&everything);
}

/* Takes some entries, so that the next event or second comes in between. */
static void pull_some(struct dp_board *board, struct dp_aggregator *agg, struct dp_rng *rng)
{
    struct dp_entry entry;
    if (dp_rng_chance(rng, 500)) /* else it goes on with what was begun before */
        dp_aggregator_begin_entries(agg);
    for (uint32_t left = dp_rng_below(rng, 40); left > 0; left--) {
        if (!dp_aggregator_next_entry(agg, &entry))
            return;
        dp_board_take(board, &entry);
    }
}

static void live_day(void)
{
    struct dp_rng rng = dp_seed_rng(4);
    struct dp_traffic traffic;
    dp_traffic_make(&traffic, dp_seed, 20 + dp_rng_below(&rng, 20),
                    dp_rng_between(&rng, 1, 10) * MINUTE);
    int64_t t_end = some_t(&traffic, &rng);
    struct dp_board expected = settle_sorted(&traffic, t_end), board = {0};

    dp_traffic_shuffle(&traffic);
    struct dp_aggregator *live = dp_traffic_aggregator(true, DP_TRAFFIC_PARTITIONS);
    bool by_second = dp_rng_chance(&rng, 500), in_parts = dp_rng_chance(&rng, 500);
    size_t next = 0;
    for (int64_t t = traffic.begin_ms; t < t_end;) {
        t += (by_second ? 1 : dp_rng_between(&rng, 1, 50)) * SECOND;
        t = t < t_end ? t : t_end;
        while (next < traffic.count && traffic.parcels[next].arrival_ms <= t) {
            dp_traffic_give(live, &traffic.parcels[next++]);
            if (in_parts && dp_rng_chance(&rng, 300))
                pull_some(&board, live, &rng);
        }
        dp_aggregator_advance(live, t);
        if (in_parts && t < t_end)
            pull_some(&board, live, &rng);
        else
            dp_board_pull(&board, live);
        if (dp_rng_chance(&rng, 10)) {
            dp_board_pull(&board, live);
            expect_complete(&board, live);
        }
    }
    for (; next < traffic.count; next++) /* arrive after T has passed them */
        dp_traffic_give(live, &traffic.parcels[next]);
    dp_board_pull(&board, live);
    expect_complete(&board, live);
    expect_same(&board, &expected, "live is replay");
    dp_aggregator_destroy(live);
    dp_traffic_deinit(&traffic);
    dp_board_deinit(&board);
    dp_board_deinit(&expected);
}

static void live_is_replay(void **state)
{
    (void)state;
    dp_for_seeds(40, live_day);
}

/* ---------------------------------------------------------------- memory */

static size_t live_scopes(const struct dp_aggregator *agg)
{
    return agg->scopes.index.count;
}

/* A long stream of ever new names: what is kept follows the limits, not the stream. */
static void long_stream(void)
{
    struct dp_rng rng = dp_seed_rng(6);
    struct dp_aggregator_options options = dp_traffic_options(dp_rng_chance(&rng, 500));
    options.period_kinds = 0; /* they keep names until the year is over */
    options.windows = (struct dp_window_plan){2, {30 * SECOND, MINUTE}};
    options.allowed_lateness_ms = 2 * SECOND;
    options.dedup_horizon_ms = 5 * MINUTE;
    options.fcr_window_ms = MINUTE;
    options.contact_ttl_ms = MINUTE;
    options.scope_ttl_ms = MINUTE;
    options.max_contacts = 300;
    struct dp_aggregator *agg = dp_aggregator_create(&options);
    struct dp_board board = {0};
    dp_aggregator_add_partition(agg);
    uint32_t slot = dp_aggregator_add_partition(agg);
    dp_aggregator_set_idle(agg, 0, true);
    enum { EVENTS = 16000, A_SECOND = 20 };
    int64_t begin_ms = INT64_C(1800000000000), t_ms = begin_ms;
    for (int i = 0; i < EVENTS; i++) {
        char id[16], contact[16], agent[16], team[16], queue[16], customer[16];
        int64_t time_ms = begin_ms + (int64_t)i * 1000 / A_SECOND;
        int age = i / 500; /* each name lives for so many events, and a little */
        snprintf(id, sizeof id, "%d", i);
        snprintf(contact, sizeof contact, "c%d", i / 8 + (int)dp_rng_below(&rng, 3));
        snprintf(agent, sizeof agent, "a%d", age + (int)dp_rng_below(&rng, 5));
        snprintf(team, sizeof team, "t%d", age + (int)dp_rng_below(&rng, 3));
        snprintf(queue, sizeof queue, "q%d", age + (int)dp_rng_below(&rng, 3));
        snprintf(customer, sizeof customer, "x%d", i / 16);
        struct dp_event event = {
            .time_ms = time_ms - (int64_t)dp_rng_below(&rng, 2000),
            .source = DP_STR("s"),
            .id = dp_str_from(id),
            .agent = dp_str_from(agent),
            .type = (enum dp_event_type)dp_rng_below(&rng, DP_EVENT_TYPES),
            .channel = (enum dp_channel)(1 + dp_rng_below(&rng, 3)),
            .from = (enum dp_author)dp_rng_below(&rng, 3),
            .state = (enum dp_agent_state)dp_rng_below(&rng, DP_AGENT_STATES),
            .resolved = true,
            .score = 1,
            .scale = 5,
        };
        if (event.type <= DP_CONTACT_REOPENED)
            event.interaction = dp_str_from(contact);
        if (event.type == DP_CONTACT_OFFERED) {
            event.agent = (struct dp_str){0};
            event.queue = dp_str_from(queue);
            event.customer = dp_str_from(customer);
        }
        if (event.type == DP_CONTACT_TRANSFERRED)
            event.to_queue = dp_str_from(queue);
        if (event.type == DP_CONTACT_ANSWERED || event.type >= DP_FEEDBACK_RATED)
            event.team = dp_rng_chance(&rng, 500) ? dp_str_from(team) : (struct dp_str){0};
        dp_apply_one(agg, slot, &event);
        if (time_ms >= t_ms + SECOND) {
            dp_aggregator_advance(agg, t_ms = time_ms);
            dp_board_pull(&board, agg);
        }
        assert_true(dp_contacts_count(&agg->contacts) <= options.max_contacts + 256);
        assert_true(agg->repeat.customers.count <= 400);
        if (i % 100 == 0) {
            assert_true(dp_dedup_count(&agg->dedup) <= 3 * A_SECOND * 300 + DP_DEDUP_SHARDS * 48);
            assert_true(live_scopes(agg) <= 150);
            assert_true(board.count <= 3000);
            assert_true(dp_ahead_count(&agg->ahead) <= 3 * A_SECOND);
        }
    }
    assert_true(agg->scopes.count <= 160);
    /* When nothing comes any more all is given back. */
    dp_aggregator_set_idle(agg, slot, true);
    struct dp_event last = {.time_ms = t_ms + HOUR,
                            .source = DP_STR("s"),
                            .id = DP_STR("last"),
                            .agent = DP_STR("z"),
                            .type = DP_FEEDBACK_COMPLAINED};
    dp_apply_one(agg, slot, &last);
    for (int i = 0; i < 10; i++) {
        dp_aggregator_advance(agg, t_ms += HOUR);
        dp_board_pull(&board, agg);
    }
    assert_int_equal(dp_contacts_count(&agg->contacts), 0);
    assert_int_equal(agg->repeat.customers.count, 0);
    assert_int_equal(live_scopes(agg), 1);
    assert_int_equal(board.count, 1);
    assert_int_equal(dp_board_number(&board, "all:now", "waiting"), 0);
    assert_int_equal(dp_board_number(&board, "all:now", "in_service"), 0);
    for (int i = 0; i < DP_AGENT_STATES; i++)
        assert_int_equal(dp_board_number(&board, "all:now", dp_agent_state_names[i]), 0);
    dp_aggregator_destroy(agg);
    dp_board_deinit(&board);
}

static void memory_is_bounded(void **state)
{
    (void)state;
    dp_for_seeds(2, long_stream);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(order_of_arrival_changes_nothing, dp_seed_before,
                                        dp_seed_after),
        cmocka_unit_test_setup_teardown(live_is_replay, dp_seed_before, dp_seed_after),
        cmocka_unit_test_setup_teardown(memory_is_bounded, dp_seed_before, dp_seed_after),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
