/* A process that ends and begins again, any number of times, is as one that never did: made-up
 * traffic goes to an aggregator that is restored from its journal now and then, and to one that is
 * not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "aggregator/private.h"
#include "aggregator/restore.h"
#include "apply_one.h"
#include "board.h"
#include "common/memory.h"
#include "seeds.h"
#include "traffic.h"

#define SECOND INT64_C(1000)
#define MINUTE INT64_C(60000)
#define HOUR   INT64_C(3600000)

/* A partition whose source has a clock that is ahead; it holds nothing back. */
#define FAST_CLOCK DP_TRAFFIC_PARTITIONS

struct frame {
    char *bytes;
    size_t len;
    int64_t t_ms;
};

/* What happened in all the seeds of a test: it must be of every kind. */
static struct {
    size_t restored, dropped, carried, duplicates, late, waited;
} seen;

struct twins {
    struct dp_rng rng;
    struct dp_aggregator_options options;
    struct dp_targets other_targets;
    int64_t settled_ms; /* the highest yet */
    bool look_at_all;   /* whenever T has moved: silent scopes leave when they are looked at */
    struct dp_aggregator *one;  /* goes on for ever */
    struct dp_aggregator *life; /* is restored */
    struct dp_board one_board, life_board;
    struct dp_journal journal;
    struct frame *frames; /* by number; those before first_frame are dropped */
    size_t frame_count, frame_capacity, first_frame;
    char *saved;
};

static const struct dp_queue_targets other_rules[] = {
    {.queue = "q1",
     .has_short_abandon = true,
     .short_abandon_ms = 30 * SECOND,
     .hours = {.count = 1, .spans = {{0x10, 490 * MINUTE, 550 * MINUTE}}}},
    {.queue = "q2", .has_formula = true, .formula = DP_OFFERED_LESS_SHORT},
};

static void open_twins(struct twins *twins, const struct dp_aggregator_options *options,
                       uint64_t stream)
{
    *twins =
        (struct twins){.rng = dp_seed_rng(stream), .options = *options, .settled_ms = INT64_MIN};
    twins->other_targets =
        (struct dp_targets){.target_ms = {0, 3 * SECOND, 25 * SECOND, 5 * SECOND},
                            .queues = other_rules,
                            .queue_count = sizeof other_rules / sizeof *other_rules};
    twins->one = dp_aggregator_create(options);
    twins->options.settles_aside = true; /* which must make no difference */
    twins->life = dp_aggregator_create(&twins->options);
    dp_journal_init(&twins->journal);
    dp_aggregator_set_journal(twins->life, &twins->journal);
    for (uint32_t i = 0; i <= FAST_CLOCK; i++) {
        dp_aggregator_add_partition(twins->one);
        dp_aggregator_add_partition(twins->life);
    }
    dp_aggregator_set_idle(twins->one, FAST_CLOCK, true);
    dp_aggregator_set_idle(twins->life, FAST_CLOCK, true);
}

static void close_twins(struct twins *twins)
{
    dp_aggregator_destroy(twins->one);
    dp_aggregator_destroy(twins->life);
    dp_board_deinit(&twins->one_board);
    dp_board_deinit(&twins->life_board);
    dp_journal_deinit(&twins->journal);
    for (size_t i = 0; i < twins->frame_count; i++)
        free(twins->frames[i].bytes);
    free(twins->frames);
    free(twins->saved);
}

static void note_settled(struct twins *twins)
{
    if (twins->one->settled_ms > twins->settled_ms)
        twins->settled_ms = twins->one->settled_ms;
}

static void give(struct twins *twins, uint32_t slot, const struct dp_event *event)
{
    enum dp_verdict verdict = dp_apply_one(twins->one, slot, event);
    assert_int_equal(dp_apply_one(twins->life, slot, event), verdict);
    note_settled(twins);
    seen.duplicates += verdict == DP_DUPLICATE;
    seen.late += verdict == DP_LATE;
}

static void set_targets(struct twins *twins, const struct dp_targets *targets)
{
    dp_aggregator_set_targets(twins->one, targets);
    dp_aggregator_set_targets(twins->life, targets);
}

static void touch_all(struct dp_aggregator *agg)
{
    for (uint32_t i = DP_SCOPE_OF_ALL; i < agg->scopes.count; i++)
        if (agg->scopes.items[i])
            dp_scope_touch(agg, agg->scopes.items[i]);
}

static void advance(struct twins *twins, int64_t t_ms)
{
    dp_aggregator_advance(twins->one, t_ms);
    dp_aggregator_advance(twins->life, t_ms);
    note_settled(twins);
    if (twins->look_at_all) {
        touch_all(twins->one);
        touch_all(twins->life);
    }
    dp_board_pull(&twins->one_board, twins->one);
    dp_board_pull(&twins->life_board, twins->life);
}

static void expect_same(struct twins *twins)
{
    if (!twins->options
             .wall_clock) /* figures are asked for as of the highest event time at least */
        advance(twins, dp_aggregator_watermark(twins->one) + 999);
    dp_aggregator_mark_all(twins->one);
    dp_aggregator_mark_all(twins->life);
    dp_board_pull(&twins->one_board, twins->one);
    dp_board_pull(&twins->life_board, twins->life);
    const char *key = dp_board_difference(&twins->one_board, &twins->life_board);
    if (key) {
        const char *is = dp_board_text(&twins->life_board, key);
        const char *wanted = dp_board_text(&twins->one_board, key);
        fprintf(stderr, "%s is\n%s\nnot\n%s\n", key, is ? is : "(absent)",
                wanted ? wanted : "(absent)");
        fail();
    }
    assert_memory_equal(dp_aggregator_counters(twins->one), dp_aggregator_counters(twins->life),
                        sizeof(struct dp_aggregator_counters));
    assert_int_equal(dp_contacts_count(&twins->one->contacts),
                     dp_contacts_count(&twins->life->contacts));
    assert_int_equal(dp_ahead_count(&twins->one->ahead), dp_ahead_count(&twins->life->ahead));
    assert_int_equal(dp_aggregator_watermark(twins->one), dp_aggregator_watermark(twins->life));
}

/* Ends the frame at hand; what is too old is dropped, once what rests on it is carried over. */
static void end_frame(struct twins *twins, bool drop)
{
    size_t first_kept = twins->first_frame;
    int64_t retention_ms = dp_aggregator_retention_ms(twins->life);
    while (first_kept < twins->frame_count && twins->frames[first_kept].t_ms < retention_ms)
        first_kept++;
    if (drop && first_kept > twins->first_frame) {
        size_t before = twins->journal.len;
        dp_aggregator_carry(twins->life, first_kept);
        seen.carried += twins->journal.len - before;
        seen.dropped += first_kept - twins->first_frame;
        twins->first_frame = first_kept;
    }
    twins->frames =
        dp_xgrow(twins->frames, twins->frame_count, &twins->frame_capacity, sizeof *twins->frames);
    struct frame *frame = &twins->frames[twins->frame_count++];
    *frame = (struct frame){dp_xmalloc(twins->journal.len + 1), twins->journal.len,
                            dp_aggregator_frame_ms(twins->life)};
    if (frame->len)
        memcpy(frame->bytes, twins->journal.bytes, frame->len);
    dp_journal_clear(&twins->journal);
    twins->journal.frame = twins->frame_count;
    struct dp_aggregator_saved saved;
    dp_aggregator_save(twins->life, &saved);
    free(twins->saved);
    twins->saved = dp_aggregator_saved_format(&saved);
    dp_aggregator_saved_deinit(&saved);
}

static struct dp_aggregator *restored(const struct twins *twins, size_t end)
{
    struct dp_aggregator *agg = dp_aggregator_create(&twins->options);
    struct dp_aggregator_saved saved;
    char error[128];
    assert_true(dp_aggregator_saved_parse(&saved, dp_str_from(twins->saved)));
    for (size_t i = 0; i < saved.partition_count; i++)
        dp_aggregator_add_partition(agg);
    dp_aggregator_restore_begin(agg, &saved);
    for (size_t i = twins->first_frame; i < end; i++)
        if (!dp_aggregator_restore(agg, i, twins->frames[i].bytes, twins->frames[i].len, error,
                                   sizeof error))
            fail_msg("%s", error);
    if (end == twins->frame_count)
        dp_aggregator_restored(agg, &saved);
    dp_aggregator_saved_deinit(&saved);
    return agg;
}

/* The process ends at the end of a frame, and begins again. */
static void restart(struct twins *twins, const struct dp_targets *targets)
{
    end_frame(twins, dp_rng_chance(&twins->rng, 300));
    dp_aggregator_destroy(twins->life);
    if (dp_rng_chance(&twins->rng, 200)) /* it ends while it is being restored */
        dp_aggregator_destroy(restored(
            twins, twins->first_frame + dp_rng_below(&twins->rng, (uint32_t)(twins->frame_count -
                                                                             twins->first_frame))));
    twins->life = restored(twins, twins->frame_count);
    dp_aggregator_assume_written(twins->life, true);
    dp_aggregator_assume_written(twins->life, false);
    dp_aggregator_set_targets(twins->life, targets);
    dp_aggregator_set_journal(twins->life, &twins->journal);
    seen.restored++;
}

/* ---------------------------------------------------------------- traffic */

#define CONTACTS 12
#define TEAMS    5
#define PERIOD   (10 * MINUTE)
#define PERIODS  64

static char contact_names[CONTACTS][8], team_names[TEAMS][8];
static char agent_names[PERIODS][DP_TRAFFIC_AGENTS + 1][16];

/* Contacts that come again under the id of others, agents that come for a while, change of teams.
 */
static void mix_names(struct dp_traffic *traffic, struct dp_rng *rng)
{
    bool few_contacts = dp_rng_chance(rng, 500), new_agents = dp_rng_chance(rng, 500);
    bool new_teams = dp_rng_chance(rng, 500);
    for (size_t i = 0; i < traffic->count; i++) {
        struct dp_event *event = &traffic->parcels[i].event;
        if (few_contacts && event->interaction.len) {
            unsigned which = (unsigned)strtoul(event->interaction.p + 1, NULL, 10) % CONTACTS;
            snprintf(contact_names[which], sizeof *contact_names, "k%u", which);
            event->interaction = dp_str_from(contact_names[which]);
        }
        if (new_agents && event->agent.len) {
            unsigned period = (unsigned)((event->time_ms - traffic->begin_ms) / PERIOD) % PERIODS;
            unsigned agent = (unsigned)(event->agent.p[1] - '0');
            char *own = agent_names[period][agent];
            snprintf(own, sizeof agent_names[0][0], "a%u.%u", agent, period);
            event->agent = dp_str_from(own);
        }
        if (new_teams && event->type == DP_AGENT_STATE && dp_rng_chance(rng, 500)) {
            unsigned team = dp_rng_below(rng, TEAMS);
            snprintf(team_names[team], sizeof *team_names, "m%u", team);
            event->team = dp_str_from(team_names[team]);
        }
    }
}

static struct dp_aggregator_options some_options(struct dp_rng *rng)
{
    struct dp_aggregator_options options = dp_traffic_options(dp_rng_chance(rng, 600));
    options.windows = (struct dp_window_plan){3, {30 * SECOND, MINUTE, 5 * MINUTE}};
    options.dedup_horizon_ms = dp_rng_between(rng, 1, 8) * MINUTE;
    options.fcr_window_ms = dp_rng_between(rng, 1, 10) * MINUTE;
    options.contact_ttl_ms = dp_rng_between(rng, 1, 10) * MINUTE;
    if (dp_rng_chance(rng, 200))
        options.max_waiting = 1;
    return options;
}

/* An event that was given before, and young enough to be known for certain. */
static void give_again(struct twins *twins, const struct dp_traffic *traffic, size_t until)
{
    const struct dp_parcel *parcel = &traffic->parcels[dp_rng_below(&twins->rng, (uint32_t)until)];
    int64_t known_ms = dp_back(twins->settled_ms, twins->options.dedup_horizon_ms);
    if (parcel->event.time_ms > known_ms)
        give(twins, parcel->partition, &parcel->event);
}

static void give_late(struct twins *twins, const struct dp_parcel *parcel, size_t number)
{
    struct dp_event event = parcel->event;
    char id[24];
    snprintf(id, sizeof id, "late%zu", number);
    event.id = dp_str_from(id);
    event.time_ms -= dp_rng_between(&twins->rng, 1, 4) * MINUTE;
    give(twins, parcel->partition, &event);
}

/* One that has to wait for long; live only, since else T would follow it. */
static void give_ahead(struct twins *twins, const struct dp_parcel *parcel, size_t number)
{
    struct dp_event event = parcel->event;
    char id[24];
    snprintf(id, sizeof id, "ahead%zu", number);
    event.id = dp_str_from(id);
    event.time_ms += dp_rng_between(&twins->rng, 1, 40) * MINUTE;
    if (twins->options.wall_clock && twins->options.max_waiting > 1)
        give(twins, FAST_CLOCK, &event);
}

static void make_traffic(struct dp_traffic *traffic, struct dp_rng *rng)
{
    dp_traffic_make(traffic, dp_seed, 100 + dp_rng_below(rng, 100),
                    dp_rng_between(rng, 20, 120) * MINUTE);
    mix_names(traffic, rng);
    dp_traffic_shuffle(traffic);
}

static int64_t time_of(const struct twins *twins, const struct dp_parcel *parcel)
{
    return twins->options.wall_clock ? parcel->arrival_ms
                                     : dp_aggregator_watermark(twins->one) + 999;
}

static void live_and_die(void)
{
    struct dp_rng rng = dp_seed_rng(10);
    struct dp_traffic traffic;
    make_traffic(&traffic, &rng);
    struct dp_aggregator_options options = some_options(&rng);
    bool look_at_all = dp_rng_chance(&rng, 500);
    if (look_at_all)
        options.scope_ttl_ms = dp_rng_between(&rng, 1, 10) * MINUTE;
    const struct dp_targets *targets = &options.targets;
    struct twins twins;
    open_twins(&twins, &options, 11);
    twins.look_at_all = look_at_all;
    advance(&twins, traffic.begin_ms - MINUTE);
    uint32_t often = 1 + dp_rng_below(&rng, 30);
    for (size_t i = 0; i < traffic.count; i++) {
        const struct dp_parcel *parcel = &traffic.parcels[i];
        give(&twins, parcel->partition, &parcel->event);
        if (dp_rng_chance(&rng, 50))
            give_again(&twins, &traffic, i + 1);
        if (dp_rng_chance(&rng, 20))
            give_late(&twins, parcel, i);
        if (dp_rng_chance(&rng, 20))
            give_ahead(&twins, parcel, i);
        if (dp_rng_chance(&rng, 10)) {
            targets = targets == &options.targets ? &twins.other_targets : &options.targets;
            set_targets(&twins, targets);
        }
        if (dp_rng_chance(&rng, 10)) {
            uint32_t slot = dp_rng_below(&rng, DP_TRAFFIC_PARTITIONS);
            bool idle = dp_rng_chance(&rng, 500);
            dp_aggregator_set_idle(twins.one, slot, idle);
            dp_aggregator_set_idle(twins.life, slot, idle);
        }
        if (dp_rng_chance(&rng, 300))
            advance(&twins, time_of(&twins, parcel));
        seen.waited += dp_ahead_count(&twins.one->ahead);
        if (dp_rng_chance(&rng, 100))
            end_frame(&twins, dp_rng_chance(&rng, 200));
        if (dp_rng_chance(&rng, often)) {
            restart(&twins, targets);
            if (dp_rng_chance(&rng, 300))
                expect_same(&twins);
        }
    }
    advance(&twins, traffic.end_ms + MINUTE);
    expect_same(&twins);
    advance(&twins, traffic.end_ms + 10 * MINUTE);
    expect_same(&twins);
    close_twins(&twins);
    dp_traffic_deinit(&traffic);
}

static void a_restart_changes_nothing(void **state)
{
    (void)state;
    dp_for_seeds(8, live_and_die);
    print_message("restored %zu, dropped %zu, carried %zu, duplicates %zu, late %zu, waited %zu\n",
                  seen.restored, seen.dropped, seen.carried, seen.duplicates, seen.late,
                  seen.waited);
    assert_true(seen.restored && seen.dropped && seen.carried && seen.duplicates && seen.late &&
                seen.waited);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_restart_changes_nothing, dp_seed_before, dp_seed_after),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
