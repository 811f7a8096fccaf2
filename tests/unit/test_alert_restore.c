/* A process that is killed at any moment and begins again at what it has saved last gives, with the
 * same inputs, the notices that one gives which was never killed: none twice, none not at all. And
 * which alerts fire in the end is the same in whatever order the events have come. */
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
#include "common/memory.h"
#include "rules.h"
#include "seeds.h"
#include "traffic.h"

#define SECOND  INT64_C(1000)
#define MINUTE  INT64_C(60000)
#define MILLION INT64_C(1000000)

/* ---------------------------------------------------------------- rules */

#define RULES 11

static void make_rules(struct dp_rule *rules)
{
    struct dp_rule *rule = rules;
    *rule = dp_test_rule("waiting", DP_RULE_QUEUE, NULL);
    dp_test_term(rule, DP_TERM_NOW, "waiting", DP_GT, MILLION);
    rule++->for_ms = 5 * SECOND;

    *rule = dp_test_rule("oldest", DP_RULE_ALL, NULL);
    dp_test_term(rule, DP_TERM_NOW, "oldest_waiting_ms", DP_GT, 20000 * MILLION);
    rule->repeat_ms = 30 * SECOND;
    rule++->escalate_ms = MINUTE;

    *rule = dp_test_rule("offers", DP_RULE_QUEUE, "1m");
    dp_test_term(rule, DP_TERM_WINDOW, "offered", DP_GE, 3 * MILLION);
    dp_test_clear(rule++, DP_TERM_WINDOW, "offered", DP_LE, MILLION);

    *rule = dp_test_rule("level", DP_RULE_TEAM, "5m");
    dp_test_term(rule, DP_TERM_WINDOW, "handle_mean_ms", DP_GT, 20000 * MILLION);
    rule->min_name = "handles";
    rule->min = 2;
    rule++->on_no_data = DP_NO_DATA_KEEP;

    *rule = dp_test_rule("quiet channel", DP_RULE_CHANNEL, "1m");
    dp_test_term(rule, DP_TERM_WINDOW, "offered", DP_LT, MILLION);
    rule++->on_no_data = DP_NO_DATA_ALERT;

    *rule = dp_test_rule("break", DP_RULE_AGENT, NULL);
    dp_test_term(rule, DP_TERM_NOW, "state", DP_EQ, 0)->text = "break";
    dp_test_age(rule, DP_AGE_STATE, DP_GT, 45 * SECOND);
    dp_test_match(&rule->match.team, "t*");
    rule->quiet = (struct dp_hours){1, {{0x7f, 485 * 60000, 490 * 60000}}};
    rule++->repeat_ms = 25 * SECOND;

    *rule = dp_test_rule("day", DP_RULE_AGENT, NULL);
    dp_test_term(rule, DP_TERM_PERIOD, "handles", DP_GE, 4 * MILLION);
    rule->period = DP_PERIOD_DAY;
    rule++->has_period = true;

    *rule = dp_test_rule("still", DP_RULE_ALL, NULL);
    dp_test_age(rule++, DP_AGE_EVENT, DP_GE, 20 * SECOND);

    *rule = dp_test_rule("contact waits", DP_RULE_CONTACT, NULL);
    dp_test_age(rule, DP_AGE_WAITING, DP_GT, 8 * SECOND);
    rule->match.priorities = 1u << DP_PRIORITY_URGENT | 1u << DP_PRIORITY_HIGH;
    rule++->repeat_ms = 10 * SECOND;

    *rule = dp_test_rule("contact unresolved", DP_RULE_CONTACT, NULL);
    dp_test_age(rule, DP_AGE_UNRESOLVED, DP_GT, 3 * MINUTE);
    rule++->escalate_ms = MINUTE;

    *rule = dp_test_rule("contact held or silent", DP_RULE_CONTACT, NULL);
    dp_test_age(rule, DP_AGE_HELD, DP_GT, 3 * SECOND);
    dp_test_add(rule, DP_TERM_AGE, dp_age_names[DP_AGE_SILENT], DP_GT, 6000 * MILLION)->age =
        DP_AGE_SILENT;
    dp_test_join(&rule->when, 1, DP_RULE_OR);
    rule++->for_ms = 2 * SECOND;
    assert_int_equal(rule - rules, RULES);
}

/* ---------------------------------------------------------------- notices */

struct notice {
    char text[512], alert[DP_ALERT_ID];
};

struct notices {
    struct notice *items;
    size_t count, capacity;
};

static void note(void *ctx, const struct dp_notice *notice)
{
    struct notices *notices = ctx;
    notices->items =
        dp_xgrow(notices->items, notices->count, &notices->capacity, sizeof *notices->items);
    struct notice *item = &notices->items[notices->count++];
    strcpy(item->alert, notice->alert);
    snprintf(item->text, sizeof item->text, "%lld %s %d %.*s %.*s: %s (%.*s %.*s)",
             (long long)notice->at_ms, notice->key, notice->tell, (int)notice->rule.len,
             notice->rule.p, (int)notice->id.len, notice->id.len ? notice->id.p : "", notice->value,
             (int)notice->queue.len, notice->queue.len ? notice->queue.p : "",
             (int)notice->team.len, notice->team.len ? notice->team.p : "");
}

static int by_text(const void *a, const void *b)
{
    return strcmp(((const struct notice *)a)->text, ((const struct notice *)b)->text);
}

static void sort(struct notices *notices)
{
    if (notices->count)
        qsort(notices->items, notices->count, sizeof *notices->items, by_text);
}

/* ---------------------------------------------------------------- one life and another */

/* What an aggregator is given; kept, to be given again to one that goes back. */
struct input {
    enum { GIVE, IDLE, MOVE, PULL, SILENCE, ACKNOWLEDGE } what;
    const struct dp_parcel *parcel;
    uint32_t slot;
    bool idle;
    int64_t ms;
    char alert[DP_ALERT_ID];
};

struct frame {
    char *bytes;
    size_t len;
    int64_t t_ms;
};

struct life {
    struct dp_aggregator *agg;
    struct notices notices;
    int64_t silent_until_ms;
};

struct twins {
    struct dp_rng rng;
    struct dp_aggregator_options options;
    struct life one, other; /* the other is killed now and then */
    struct dp_journal journal;
    struct frame *frames;
    size_t frame_count, frame_capacity, first_frame;
    char *saved;
    size_t saved_notices; /* as many were given when it was saved */
    int64_t saved_silent_ms;
    struct input *inputs; /* since then */
    size_t input_count, input_capacity;
};

static struct {
    size_t killed, carried, given, firing, acknowledged, again;
} seen;

static void silence(struct life *life, int64_t until_ms)
{
    struct dp_alert_silence silence = {.until_ms = until_ms};
    dp_test_match(&silence.rule, "contact*");
    life->silent_until_ms = until_ms;
    dp_alerts_set_silences(dp_aggregator_alerts(life->agg), &silence, 1);
}

static void pull(struct dp_aggregator *agg)
{
    struct dp_entry entry;
    dp_aggregator_begin_entries(agg);
    while (dp_aggregator_next_entry(agg, &entry))
        continue;
}

static void take(struct life *life, const struct input *input)
{
    switch (input->what) {
    case GIVE:
        dp_apply_one(life->agg, input->slot, &input->parcel->event);
        break;
    case IDLE:
        dp_aggregator_set_idle(life->agg, input->slot, input->idle);
        break;
    case MOVE:
        dp_aggregator_advance(life->agg, input->ms);
        break;
    case PULL:
        pull(life->agg);
        break;
    case SILENCE:
        silence(life, input->ms);
        break;
    case ACKNOWLEDGE:
        seen.acknowledged += dp_alerts_acknowledge(
            dp_aggregator_alerts(life->agg), dp_str_from(input->alert), DP_STR("li"), input->ms);
        break;
    }
}

static void keep_input(struct twins *twins, const struct input *input)
{
    twins->inputs =
        dp_xgrow(twins->inputs, twins->input_count, &twins->input_capacity, sizeof *twins->inputs);
    twins->inputs[twins->input_count++] = *input;
}

static void give_both(struct twins *twins, const struct input *input)
{
    keep_input(twins, input);
    take(&twins->one, input);
    take(&twins->other, input);
}

/* Saves; what rests on old frames is carried over now and then, and these are dropped. */
static void save(struct twins *twins)
{
    size_t first_kept = twins->first_frame;
    int64_t retention_ms = dp_aggregator_retention_ms(twins->other.agg);
    while (first_kept < twins->frame_count && twins->frames[first_kept].t_ms < retention_ms)
        first_kept++;
    if (first_kept > twins->first_frame && dp_rng_chance(&twins->rng, 500)) {
        dp_aggregator_carry(twins->other.agg, first_kept);
        twins->first_frame = first_kept;
        seen.carried++;
    }
    twins->frames =
        dp_xgrow(twins->frames, twins->frame_count, &twins->frame_capacity, sizeof *twins->frames);
    struct frame *frame = &twins->frames[twins->frame_count++];
    *frame = (struct frame){dp_xmalloc(twins->journal.len + 1), twins->journal.len,
                            dp_aggregator_frame_ms(twins->other.agg)};
    if (frame->len)
        memcpy(frame->bytes, twins->journal.bytes, frame->len);
    dp_journal_clear(&twins->journal);
    twins->journal.frame = twins->frame_count;
    struct dp_aggregator_saved saved;
    dp_aggregator_save(twins->other.agg, &saved);
    free(twins->saved);
    twins->saved = dp_aggregator_saved_format(&saved);
    dp_aggregator_saved_deinit(&saved);
    twins->saved_notices = twins->other.notices.count;
    twins->saved_silent_ms = twins->other.silent_until_ms;
    twins->input_count = 0;
}

/* It is saved while the entries are handed out. */
static void save_between_entries(struct twins *twins)
{
    const struct input input = {.what = PULL};
    struct dp_entry entry;
    take(&twins->one, &input);
    dp_aggregator_begin_entries(twins->other.agg);
    for (uint32_t left = dp_rng_below(&twins->rng, 40); left > 0; left--)
        if (!dp_aggregator_next_entry(twins->other.agg, &entry))
            break;
    save(twins);
    while (dp_aggregator_next_entry(twins->other.agg, &entry))
        continue;
    keep_input(twins, &input);
}

/* What was not saved is lost, notices too, and its inputs are given again. */
static void kill_other(struct twins *twins)
{
    struct life *life = &twins->other;
    struct dp_aggregator_saved saved;
    char error[128];
    dp_aggregator_destroy(life->agg);
    life->agg = dp_aggregator_create(&twins->options);
    assert_true(dp_aggregator_saved_parse(&saved, dp_str_from(twins->saved)));
    for (size_t i = 0; i < saved.partition_count; i++)
        dp_aggregator_add_partition(life->agg);
    dp_aggregator_restore_begin(life->agg, &saved);
    for (size_t i = twins->first_frame; i < twins->frame_count; i++)
        if (!dp_aggregator_restore(life->agg, i, twins->frames[i].bytes, twins->frames[i].len,
                                   error, sizeof error))
            fail_msg("%s", error);
    dp_aggregator_restored(life->agg, &saved);
    dp_aggregator_saved_deinit(&saved);
    dp_aggregator_assume_written(life->agg, false);
    dp_journal_clear(&twins->journal);
    dp_aggregator_set_journal(life->agg, &twins->journal);
    dp_aggregator_set_notices(life->agg, note, &life->notices);
    seen.again += life->notices.count - twins->saved_notices;
    life->notices.count = twins->saved_notices;
    silence(life, twins->saved_silent_ms);
    for (size_t i = 0; i < twins->input_count; i++)
        take(life, &twins->inputs[i]);
    seen.killed++;
}

static void open_life(struct life *life, const struct dp_aggregator_options *options)
{
    *life = (struct life){.agg = dp_aggregator_create(options), .silent_until_ms = INT64_MIN};
    for (uint32_t i = 0; i < DP_TRAFFIC_PARTITIONS; i++)
        dp_aggregator_add_partition(life->agg);
    dp_aggregator_set_notices(life->agg, note, &life->notices);
}

static void close_life(struct life *life)
{
    dp_aggregator_destroy(life->agg);
    free(life->notices.items);
}

static void expect_same(struct twins *twins)
{
    sort(&twins->one.notices);
    sort(&twins->other.notices);
    size_t fewer = twins->one.notices.count < twins->other.notices.count
                       ? twins->one.notices.count
                       : twins->other.notices.count;
    for (size_t i = 0; i < fewer; i++)
        assert_string_equal(twins->other.notices.items[i].text, twins->one.notices.items[i].text);
    assert_int_equal(twins->other.notices.count, twins->one.notices.count);
    const struct dp_alerts_counts *one = dp_alerts_counts(dp_aggregator_alerts(twins->one.agg));
    const struct dp_alerts_counts *other = dp_alerts_counts(dp_aggregator_alerts(twins->other.agg));
    assert_int_equal(one->firing, other->firing);
    assert_int_equal(one->pending, other->pending);
    assert_int_equal(one->watched, other->watched);
    seen.given += twins->one.notices.count;
    seen.firing += one->firing;
}

/* ---------------------------------------------------------------- properties */

/* Everything that may happen between two events. */
static void go_on(struct twins *twins, int64_t t_ms)
{
    struct dp_rng *rng = &twins->rng;
    if (dp_rng_chance(rng, 400))
        give_both(twins, &(struct input){.what = MOVE, .ms = t_ms});
    if (dp_rng_chance(rng, 60))
        save(twins);
    if (dp_rng_chance(rng, 400))
        give_both(twins, &(struct input){.what = PULL});
    if (dp_rng_chance(rng, 40))
        save_between_entries(twins);
    if (dp_rng_chance(rng, 10))
        give_both(twins, &(struct input){.what = IDLE,
                                         .slot = dp_rng_below(rng, DP_TRAFFIC_PARTITIONS),
                                         .idle = dp_rng_chance(rng, 500)});
    if (dp_rng_chance(rng, 5))
        give_both(twins, &(struct input){.what = SILENCE,
                                         .ms = t_ms + dp_rng_between(rng, -10, 60) * SECOND});
    if (dp_rng_chance(rng, 20) && twins->one.notices.count) {
        struct input input = {.what = ACKNOWLEDGE, .ms = t_ms};
        size_t latest = twins->one.notices.count - 1;
        strcpy(input.alert, twins->one.notices.items[latest].alert);
        give_both(twins, &input);
    }
    if (dp_rng_chance(rng, 20))
        kill_other(twins);
}

static void killed_and_not(void)
{
    struct dp_rule rules[RULES];
    struct dp_traffic traffic;
    struct twins twins = {.rng = dp_seed_rng(20), .options = dp_traffic_options(true)};
    struct dp_rng *rng = &twins.rng;
    make_rules(rules);
    dp_traffic_make(&traffic, dp_seed, 80 + dp_rng_below(rng, 80),
                    dp_rng_between(rng, 15, 60) * MINUTE);
    dp_traffic_shuffle(&traffic);
    twins.options.rules = rules;
    twins.options.rule_count = RULES;
    twins.options.dedup_horizon_ms = MINUTE;
    twins.options.fcr_window_ms = MINUTE;
    twins.options.contact_ttl_ms = dp_rng_between(rng, 4, 20) * MINUTE;
    twins.options.scope_ttl_ms = dp_rng_between(rng, 5, 20) * MINUTE;
    twins.options.windows = (struct dp_window_plan){3, {30 * SECOND, MINUTE, 5 * MINUTE}};
    open_life(&twins.one, &twins.options);
    open_life(&twins.other, &twins.options);
    silence(&twins.one, INT64_MIN);
    silence(&twins.other, INT64_MIN);
    dp_journal_init(&twins.journal);
    dp_aggregator_set_journal(twins.other.agg, &twins.journal);
    save(&twins);
    for (size_t i = 0; i < traffic.count; i++) {
        const struct dp_parcel *parcel = &traffic.parcels[i];
        give_both(&twins,
                  &(struct input){.what = GIVE, .parcel = parcel, .slot = parcel->partition});
        go_on(&twins, parcel->arrival_ms);
    }
    for (int64_t t = traffic.end_ms; t < traffic.end_ms + 30 * MINUTE; t += 7 * SECOND) {
        go_on(&twins, t);
        give_both(&twins, &(struct input){.what = MOVE, .ms = t});
        give_both(&twins, &(struct input){.what = PULL});
    }
    expect_same(&twins);
    close_life(&twins.one);
    close_life(&twins.other);
    dp_journal_deinit(&twins.journal);
    for (size_t i = 0; i < twins.frame_count; i++)
        free(twins.frames[i].bytes);
    free(twins.frames);
    free(twins.saved);
    free(twins.inputs);
    dp_traffic_deinit(&traffic);
}

static void being_killed_changes_no_notice(void **state)
{
    (void)state;
    dp_for_seeds(6, killed_and_not);
    print_message("killed %zu, carried %zu, notices %zu, given again %zu, acknowledged %zu, firing "
                  "in the end %zu\n",
                  seen.killed, seen.carried, seen.given, seen.again, seen.acknowledged,
                  seen.firing);
    assert_true(seen.killed && seen.carried && seen.given && seen.again && seen.acknowledged &&
                seen.firing);
}

/* What fires in the end when all has come in that order: the subjects, by their rules. */
static void follow(struct dp_traffic *traffic, const struct dp_aggregator_options *options,
                   void order(struct dp_traffic *), struct dp_rng *rng, struct notices *firing)
{
    struct life life;
    order(traffic);
    open_life(&life, options);
    for (size_t i = 0; i < traffic->count; i++) {
        dp_traffic_give(life.agg, &traffic->parcels[i]);
        if (!dp_rng_chance(rng, 100))
            continue;
        dp_aggregator_advance(life.agg, dp_aggregator_watermark(life.agg));
        pull(life.agg);
    }
    for (int64_t t = traffic->end_ms; t <= traffic->end_ms + MINUTE; t += SECOND) {
        dp_aggregator_advance(life.agg, t);
        pull(life.agg);
    }
    /* Without rules all of them end, and are told. */
    life.notices.count = 0;
    dp_aggregator_set_rules(life.agg, NULL, 0);
    dp_aggregator_advance(life.agg, traffic->end_ms + MINUTE + SECOND);
    pull(life.agg);
    for (size_t i = 0; i < life.notices.count; i++) {
        char *text = life.notices.items[i].text;
        memmove(text, strstr(text, "resolved"), strlen(strstr(text, "resolved")) + 1);
        strchr(text, ':')[0] = '\0';
    }
    sort(&life.notices);
    *firing = life.notices;
    dp_aggregator_destroy(life.agg);
}

static void any_order(void)
{
    struct dp_rng rng = dp_seed_rng(21);
    struct dp_rule rules[RULES];
    struct dp_traffic traffic;
    struct dp_aggregator_options options = dp_traffic_options(false);
    struct notices firing[2];
    make_rules(rules);
    for (size_t i = 0; i < RULES; i++) { /* what hangs on the way, not on the place */
        rules[i].clear.count = 0;
        rules[i].on_no_data = DP_NO_DATA_OK;
    }
    options.rules = rules;
    options.rule_count = RULES;
    options.allowed_lateness_ms = 10 * 60 * MINUTE;
    dp_traffic_make(&traffic, dp_seed, 80, 20 * MINUTE);
    follow(&traffic, &options, dp_traffic_sort, &rng, &firing[0]);
    follow(&traffic, &options,
           dp_rng_chance(&rng, 500) ? dp_traffic_shuffle : dp_traffic_by_partition, &rng,
           &firing[1]);
    assert_int_equal(firing[0].count, firing[1].count);
    for (size_t i = 0; i < firing[0].count; i++)
        assert_string_equal(firing[0].items[i].text, firing[1].items[i].text);
    seen.firing += firing[0].count;
    free(firing[0].items);
    free(firing[1].items);
    dp_traffic_deinit(&traffic);
}

static void any_order_gives_the_same_alerts(void **state)
{
    (void)state;
    seen.firing = 0;
    dp_for_seeds(10, any_order);
    print_message("firing in the end %zu\n", seen.firing);
    assert_true(seen.firing);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(being_killed_changes_no_notice, dp_seed_before,
                                        dp_seed_after),
        cmocka_unit_test_setup_teardown(any_order_gives_the_same_alerts, dp_seed_before,
                                        dp_seed_after),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
