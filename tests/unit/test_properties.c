/* What the product promises, over made-up traffic: order of arrival, live and replay, corrections and
 * forgetting change nothing. DP_TEST_SEED=N runs that seed alone. */
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
#include "notes.h"
#include "recount.h"
#include "traffic.h"

#define SECOND INT64_C(1000)
#define MINUTE INT64_C(60000)
#define HOUR   INT64_C(3600000)

/* ---------------------------------------------------------------- seeds */

static uint64_t seed;
static bool done;

/* Runs a property for seeds 1 to `count`, or for the one that the environment names. */
static void for_seeds(uint64_t count, void (*property)(void))
{
    const char *only = getenv("DP_TEST_SEED");
    seed = only ? strtoull(only, NULL, 10) : 1;
    for (uint64_t last = only ? seed : count; seed <= last; seed++)
        property();
    done = true;
}

static int before(void **state)
{
    (void)state;
    done = false;
    return 0;
}

static int after(void **state)
{
    (void)state;
    if (!done)
        print_error("this was DP_TEST_SEED=%llu\n", (unsigned long long)seed);
    return 0;
}

static struct dp_rng own_rng(uint64_t stream)
{
    struct dp_rng rng;
    dp_rng_init(&rng, seed, stream);
    return rng;
}

/* ---------------------------------------------------------------- aggregators */

static struct dp_aggregator_options plain_options(bool wall_clock)
{
    return (struct dp_aggregator_options){
        .windows = {4, {30 * SECOND, MINUTE, 5 * MINUTE, HOUR}},
        .window_labels = {"30s", "1m", "5m", "1h"},
        .allowed_lateness_ms = DP_TRAFFIC_LATENESS,
        .dedup_horizon_ms = HOUR,
        .short_abandon_ms = 5 * SECOND,
        .fcr_window_ms = 10 * MINUTE,
        .contact_ttl_ms = 24 * HOUR,
        .scope_ttl_ms = 24 * HOUR,
        .max_contacts = 100000,
        .max_waiting = 100000,
        .wall_clock = wall_clock,
        .as_of_limit_ms = INT64_MAX,
        .targets = {.target_ms = {0, 10 * SECOND, 15 * SECOND, 20 * SECOND}},
    };
}

static struct dp_aggregator *make_aggregator(bool wall_clock, int partitions)
{
    struct dp_aggregator_options options = plain_options(wall_clock);
    struct dp_aggregator *agg = dp_aggregator_create(&options);
    for (int i = 0; i < partitions; i++)
        dp_aggregator_add_partition(agg);
    return agg;
}

static void give(struct dp_aggregator *agg, const struct dp_parcel *parcel)
{
    assert_int_equal(dp_aggregator_apply(agg, parcel->partition, &parcel->event), DP_ACCEPTED);
}

/* What the traffic comes to when its events arrive one partition, sorted, all at once. */
static struct dp_board settle_sorted(struct dp_traffic *traffic, int64_t t_ms)
{
    struct dp_aggregator *agg = make_aggregator(false, 1);
    struct dp_board board = {0};
    dp_traffic_sort(traffic);
    for (size_t i = 0; i < traffic->count; i++)
        assert_int_equal(dp_aggregator_apply(agg, 0, &traffic->parcels[i].event), DP_ACCEPTED);
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

/* ---------------------------------------------------------------- 1. order of arrival */

static void take_all(struct dp_traffic *traffic, const struct dp_board *expected, int64_t t_ms,
                     const char *what)
{
    struct dp_rng rng = own_rng(2);
    struct dp_aggregator *agg = make_aggregator(false, DP_TRAFFIC_PARTITIONS);
    struct dp_board board = {0};
    uint64_t again = 0;
    for (size_t i = 0; i < traffic->count; i++) {
        give(agg, &traffic->parcels[i]);
        const struct dp_parcel *twice = &traffic->parcels[dp_rng_below(&rng, (uint32_t)i + 1)];
        if (dp_rng_chance(&rng, 100)) {
            again++;
            assert_int_equal(dp_aggregator_apply(agg, dp_rng_below(&rng, DP_TRAFFIC_PARTITIONS),
                                                 &twice->event),
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
    struct dp_rng rng = own_rng(3);
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
    struct dp_rng rng = own_rng(1);
    struct dp_traffic traffic;
    dp_traffic_make(&traffic, seed, 30 + dp_rng_below(&rng, 40),
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
    for_seeds(120, any_arrival);
}

/* ---------------------------------------------------------------- 2. facts */

/* The facts of a contact, folded once from scratch. */
static void fold_afresh(struct dp_notes *notes, struct dp_event *const *events, uint32_t count)
{
    struct dp_record records[64];
    struct dp_fold fold = {0};
    assert_true(count <= 64);
    for (uint32_t i = 0; i < count; i++)
        records[i] = dp_notes_record(notes, events[i]);
    dp_notes_clear(notes);
    dp_fold_rewind(&fold, records, count);
    for (uint32_t i = 0; i < count; i++)
        dp_fold_step(&fold, records, i, &notes->rules);
    dp_fold_deinit(&fold);
}

/* Puts an event in its place among `count` others. */
static void insert(struct dp_event **events, uint32_t count, struct dp_event *event)
{
    uint32_t at = count;
    for (; at > 0 && dp_event_compare(events[at - 1], event) > 0; at--)
        events[at] = events[at - 1];
    events[at] = event;
}

static bool of_contact(const struct dp_parcel *parcel)
{
    return parcel->event.type <= DP_CONTACT_REOPENED;
}

static void any_contact(void)
{
    struct dp_traffic traffic;
    struct dp_notes told, fresh;
    struct dp_contacts contacts;
    struct dp_contact *known[64];
    struct dp_event *events[64][64];
    uint32_t counts[64] = {0}, contact_count = 0;
    dp_traffic_make(&traffic, seed, 12, 2 * MINUTE);
    dp_traffic_shuffle(&traffic);
    dp_contacts_init(&contacts);
    dp_notes_init(&fresh);
    struct dp_notes notes[64];
    for (size_t i = 0; i < traffic.count; i++) {
        if (!of_contact(&traffic.parcels[i]))
            continue;
        struct dp_event *event = &traffic.parcels[i].event;
        struct dp_contact *contact =
            dp_contacts_get(&contacts, event->interaction, event->time_ms);
        uint32_t which = 0;
        while (which < contact_count && known[which] != contact)
            which++;
        if (which == contact_count) {
            known[contact_count++] = contact;
            dp_notes_init(&notes[which]);
        }
        struct dp_record record = dp_notes_record(&notes[which], event);
        dp_contact_add(&contacts, contact, &record, event->source, event->id, event->customer,
                       &notes[which].rules);
        insert(events[which], counts[which]++, event);
        fold_afresh(&fresh, events[which], counts[which]);
        told = notes[which];
        assert_true(dp_notes_same(&told, &fresh));
    }
    for (uint32_t i = 0; i < contact_count; i++)
        dp_notes_deinit(&notes[i]);
    dp_notes_deinit(&fresh);
    dp_contacts_deinit(&contacts);
    dp_traffic_deinit(&traffic);
}

static void facts_are_those_of_a_fresh_fold(void **state)
{
    (void)state;
    for_seeds(400, any_contact);
}

/* ---------------------------------------------------------------- 3. live and replay */

/* Fields that follow the clock, not the facts: a live board may be behind with them. */
static bool follows_clock(const char *field)
{
    return strncmp(field, "as_of_ms=", 9) == 0 || strncmp(field, "from_ms=", 8) == 0 ||
           strncmp(field, "occupancy=", 10) == 0;
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
    for (uint32_t left = dp_rng_below(rng, 40); left > 0; left--) {
        if (!dp_aggregator_next_entry(agg, &entry))
            return;
        dp_board_take(board, &entry);
    }
}

static void live_day(void)
{
    struct dp_rng rng = own_rng(4);
    struct dp_traffic traffic;
    dp_traffic_make(&traffic, seed, 20 + dp_rng_below(&rng, 20),
                    dp_rng_between(&rng, 1, 10) * MINUTE);
    int64_t t_end = some_t(&traffic, &rng);
    struct dp_board expected = settle_sorted(&traffic, t_end), board = {0};

    dp_traffic_shuffle(&traffic);
    struct dp_aggregator *live = make_aggregator(true, DP_TRAFFIC_PARTITIONS);
    bool by_second = dp_rng_chance(&rng, 500), in_parts = dp_rng_chance(&rng, 500);
    size_t next = 0;
    for (int64_t t = traffic.begin_ms; t < t_end;) {
        t += (by_second ? 1 : dp_rng_between(&rng, 1, 50)) * SECOND;
        t = t < t_end ? t : t_end;
        while (next < traffic.count && traffic.parcels[next].arrival_ms <= t) {
            give(live, &traffic.parcels[next++]);
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
        give(live, &traffic.parcels[next]);
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
    for_seeds(40, live_day);
}

/* ---------------------------------------------------------------- 4. figures */

struct ledger {
    struct dp_notes names;
    struct dp_fact_list facts;
    size_t *contacts;     /* of each fact */
    uint32_t *customers;  /* of each fact */
};

static void note_contact(struct ledger *ledger, struct dp_event **events, uint32_t count,
                         size_t contact)
{
    struct dp_record records[64];
    struct dp_fold fold = {0};
    struct dp_fold_rules rules = ledger->names.rules;
    struct dp_fact_list made = {0};
    rules.emit = dp_fact_list_emit;
    rules.emit_ctx = &made;
    for (uint32_t i = 0; i < count; i++) {
        records[i] = dp_notes_record(&ledger->names, events[i]);
        if (events[i]->type == DP_CONTACT_OFFERED)
            records[i].customer = dp_notes_number(&ledger->names, events[i]->customer);
    }
    dp_fold_rewind(&fold, records, count);
    for (uint32_t i = 0; i < count; i++)
        dp_fold_step(&fold, records, i, &rules);
    for (size_t i = 0; i < made.count; i++) {
        ledger->contacts[ledger->facts.count] = contact;
        ledger->customers[ledger->facts.count] = made.items[i].customer;
        dp_fact_list_emit(&ledger->facts, +1, &made.items[i]);
    }
    dp_fold_deinit(&fold);
    free(made.items);
}

static void note_opinion(struct ledger *ledger, const struct dp_event *event)
{
    struct dp_made made = {.agent = dp_notes_number(&ledger->names, event->agent),
                           .team = dp_notes_number(&ledger->names, event->team),
                           .queue = dp_notes_number(&ledger->names, event->queue)};
    if (!made.team)
        made.team = ledger->names.teams[made.agent];
    made.fact.time_ms = event->time_ms;
    made.fact.channel = event->channel & 0xff;
    made.fact.kind = (event->type == DP_FEEDBACK_RATED        ? DP_FACT_RATING
                      : event->type == DP_FEEDBACK_COMPLAINED ? DP_FACT_COMPLAINT
                                                              : DP_FACT_QUALITY) &
                     0xff;
    if (event->type != DP_FEEDBACK_COMPLAINED) /* whole scores: half a billionth is rounded up */
        made.fact.value = (2 * (int64_t)event->score * 100 * DP_SCORE_UNIT / (int64_t)event->scale +
                           1) / 2;
    if (event->type == DP_FEEDBACK_RATED && event->score * 5 >= event->scale * 4)
        made.fact.flags |= DP_FACT_SATISFIED;
    if (event->fatal)
        made.fact.flags |= DP_FACT_FATAL;
    ledger->customers[ledger->facts.count] = 0;
    dp_fact_list_emit(&ledger->facts, +1, &made);
}

/* All facts of a day, from its sorted events. */
static void note_day(struct ledger *ledger, struct dp_traffic *traffic, uint32_t contacts)
{
    *ledger = (struct ledger){0};
    dp_notes_init(&ledger->names);
    ledger->contacts = dp_xcalloc(traffic->count * 4, sizeof *ledger->contacts);
    ledger->customers = dp_xcalloc(traffic->count * 4, sizeof *ledger->customers);
    dp_traffic_sort(traffic);
    for (size_t i = 0; i < DP_TRAFFIC_AGENTS; i++) {
        const struct dp_event *event = &traffic->parcels[i].event;
        ledger->names.teams[dp_notes_number(&ledger->names, event->agent)] =
            dp_notes_number(&ledger->names, event->team);
    }
    for (uint32_t contact = 0; contact < contacts; contact++) {
        char id[16];
        struct dp_event *events[64];
        uint32_t count = 0;
        snprintf(id, sizeof id, "c%u", contact);
        for (size_t i = 0; i < traffic->count; i++)
            if (dp_str_equal(traffic->parcels[i].event.interaction, dp_str_from(id)))
                events[count++] = &traffic->parcels[i].event;
        assert_true(count <= 64);
        note_contact(ledger, events, count, contact);
    }
    for (size_t i = 0; i < traffic->count; i++)
        if (!of_contact(&traffic->parcels[i]) && traffic->parcels[i].event.type != DP_AGENT_STATE)
            note_opinion(ledger, &traffic->parcels[i].event);
    struct dp_aggregator_options options = plain_options(false);
    dp_recount_fcr(&ledger->facts, ledger->contacts, ledger->customers, options.fcr_window_ms);
    for (size_t i = 0; i < ledger->facts.count; i++) {
        struct dp_fact *fact = &ledger->facts.items[i].fact;
        if (fact->kind == DP_FACT_RESPONSE &&
            fact->value <= options.targets.target_ms[fact->channel])
            fact->flags |= DP_FACT_IN_TARGET;
    }
}

/* Part of (from, to] that the agent spent in one of the states of the mask, millisecond by change. */
static int64_t time_in(const struct dp_traffic *traffic, struct dp_str agent, unsigned states,
                       int64_t from_ms, int64_t to_ms)
{
    int64_t total = 0, since = 0;
    int now = -1;
    for (size_t i = 0; i <= traffic->count; i++) {
        const struct dp_event *event = i < traffic->count ? &traffic->parcels[i].event : NULL;
        if (event && (event->type != DP_AGENT_STATE || !dp_str_equal(event->agent, agent)))
            continue;
        int64_t until = event && event->time_ms < to_ms ? event->time_ms : to_ms;
        int64_t begin = since > from_ms ? since : from_ms;
        if (now >= 0 && states >> now & 1 && until > begin)
            total += until - begin;
        if (event) {
            since = event->time_ms;
            now = (int)event->state;
        }
    }
    return total;
}

/* What the key of a window should hold; empty when there is none. */
static void print_window(const struct ledger *ledger, const struct dp_traffic *traffic,
                         const struct dp_recount *of, char *text, size_t room)
{
    struct dp_figures figures = {0};
    *text = '\0';
    if (!dp_recount(&ledger->facts, of, &figures))
        return;
    if (of->agent && !of->channel) {
        struct dp_str agent = dp_str_from(ledger->names.names[of->agent]);
        unsigned worked = 1u << DP_STATE_BUSY | 1u << DP_STATE_WRAPUP;
        int64_t part = time_in(traffic, agent, worked, of->from_ms, of->to_ms);
        int64_t whole = time_in(traffic, agent, worked | 1u << DP_STATE_AVAILABLE, of->from_ms,
                                of->to_ms);
        if (whole)
            dp_figures_set(&figures, DP_FIGURE_OCCUPANCY,
                           (2 * part * 1000000 + whole) / (2 * whole));
    }
    int at = snprintf(text, room, "v=1 as_of_ms=%lld from_ms=%lld", (long long)of->to_ms,
                      (long long)of->from_ms);
    for (enum dp_figure which = 0; which < DP_FIGURES; which++)
        if (dp_figures_has(&figures, which))
            at += snprintf(text + at, room - (size_t)at, " %s=%lld", dp_figure_infos[which].name,
                           (long long)figures.value[which]);
}

static void check_scope(const struct ledger *ledger, const struct dp_traffic *traffic,
                        const struct dp_board *board, const char *scope, struct dp_recount of)
{
    struct dp_aggregator_options options = plain_options(false);
    for (of.channel = DP_CHANNEL_NONE; of.channel < DP_CHANNELS; of.channel++)
        for (size_t w = 0; w < options.windows.count; w++) {
            char key[64], text[4096];
            snprintf(key, sizeof key, "%s%s%s:w:%s", scope, of.channel ? ":" : "",
                     dp_channel_names[of.channel], options.window_labels[w]);
            of.from_ms = of.to_ms - options.windows.length_ms[w];
            print_window(ledger, traffic, &of, text, sizeof text);
            const char *is = dp_board_text(board, key);
            if (strcmp(is ? is : "", text) != 0) {
                fprintf(stderr, "%s is\n%s\nnot\n%s\n", key, is ? is : "(absent)", text);
                fail();
            }
        }
}

static void recounted_day(void)
{
    struct dp_rng rng = own_rng(5);
    struct dp_traffic traffic;
    struct ledger ledger;
    uint32_t contacts = 20 + dp_rng_below(&rng, 40);
    dp_traffic_make(&traffic, seed, contacts, dp_rng_between(&rng, 1, 20) * MINUTE);
    int64_t t_ms = traffic.begin_ms + dp_rng_between(&rng, 1, 1500) * SECOND;
    t_ms = t_ms > traffic.end_ms ? t_ms : some_t(&traffic, &rng);
    note_day(&ledger, &traffic, contacts);

    struct dp_aggregator *agg = make_aggregator(dp_rng_chance(&rng, 500), DP_TRAFFIC_PARTITIONS);
    struct dp_board board = {0};
    dp_traffic_shuffle(&traffic);
    for (size_t i = 0; i < traffic.count; i++)
        give(agg, &traffic.parcels[i]);
    dp_aggregator_advance(agg, t_ms);
    dp_board_pull(&board, agg);

    dp_traffic_sort(&traffic);
    check_scope(&ledger, &traffic, &board, "all", (struct dp_recount){.to_ms = t_ms});
    for (uint32_t i = 1; i < ledger.names.name_count; i++) {
        const char *name = ledger.names.names[i];
        char scope[48];
        struct dp_recount of = {.to_ms = t_ms};
        snprintf(scope, sizeof scope, "%s:%s",
                 *name == 'a' ? "agent" : *name == 't' ? "team" : "queue", name);
        *(*name == 'a' ? &of.agent : *name == 't' ? &of.team : &of.queue) = i;
        if (*name != 'x')
            check_scope(&ledger, &traffic, &board, scope, of);
    }
    dp_aggregator_destroy(agg);
    dp_board_deinit(&board);
    dp_traffic_deinit(&traffic);
    dp_notes_deinit(&ledger.names);
    free(ledger.facts.items);
    free(ledger.contacts);
    free(ledger.customers);
}

static void figures_are_those_of_a_recount(void **state)
{
    (void)state;
    for_seeds(80, recounted_day);
}

/* ---------------------------------------------------------------- 5. memory */

static size_t live_scopes(const struct dp_aggregator *agg)
{
    return agg->scopes.index.count;
}

/* A long stream of ever new names: what is kept follows the limits, not the stream. */
static void long_stream(void)
{
    struct dp_rng rng = own_rng(6);
    struct dp_aggregator_options options = plain_options(dp_rng_chance(&rng, 500));
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
        dp_aggregator_apply(agg, slot, &event);
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
    dp_aggregator_apply(agg, slot, &last);
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
    for_seeds(2, long_stream);
}

/* ---------------------------------------------------------------- 6. repeat contacts */

enum { CALLERS = 14, FCR_WINDOW = 20 };

struct caller {
    struct dp_contacts contacts;
    struct dp_repeat repeat;
    struct dp_contact *contact;
    struct dp_notes told; /* outcomes with their marks */
};

static void told_of(void *ctx, int sign, const struct dp_made *made)
{
    struct caller *caller = ctx;
    if (made->fact.kind == DP_FACT_OFFERED || made->fact.kind == DP_FACT_OUTCOME)
        dp_repeat_take(&caller->repeat, caller->contact, sign, made, dp_notes_emit, &caller->told);
}

/* The outcome of one contact against the offers of all others. */
static bool is_fcr(struct dp_contact *const *contacts, size_t count,
                   const struct dp_contact *contact)
{
    const struct dp_fact *outcome = &contact->fold.outcome.fact;
    if (!(outcome->flags & DP_FACT_RESOLVED))
        return false;
    for (size_t i = 0; i < count && contact->fold.customer; i++) {
        const struct dp_contact *other = contacts[i];
        if (other != contact && other->fold.customer &&
            dp_str_equal(dp_contact_customer(other, other->fold.customer),
                         dp_contact_customer(contact, contact->fold.customer)) &&
            other->fold.offered_ms > outcome->time_ms &&
            other->fold.offered_ms <= outcome->time_ms + FCR_WINDOW)
            return false;
    }
    return true;
}

static void any_callers(void)
{
    struct dp_rng rng = own_rng(7);
    struct caller caller = {0};
    struct dp_notes naive;
    struct dp_contact *contacts[CALLERS] = {NULL};
    dp_contacts_init(&caller.contacts);
    dp_repeat_init(&caller.repeat, FCR_WINDOW);
    dp_notes_init(&caller.told);
    dp_notes_init(&naive);
    struct dp_fold_rules rules = caller.told.rules;
    rules.emit = told_of;
    rules.emit_ctx = &caller;
    for (int i = 0; i < 80; i++) {
        static const char *const customers[] = {"x", "y", "xx"};
        char id[16], name[16];
        uint32_t which = dp_rng_below(&rng, CALLERS);
        snprintf(id, sizeof id, "%d", i);
        snprintf(name, sizeof name, "c%u", which);
        struct dp_event event = {.time_ms = dp_rng_between(&rng, 0, 60),
                                 .interaction = dp_str_from(name),
                                 .channel = DP_CHANNEL_VOICE};
        uint32_t luck = dp_rng_below(&rng, 10);
        event.type = luck < 5   ? DP_CONTACT_OFFERED
                     : luck < 9 ? DP_CONTACT_RESOLVED
                                : DP_CONTACT_REOPENED;
        event.resolved = dp_rng_chance(&rng, 850);
        if (event.type == DP_CONTACT_OFFERED && dp_rng_chance(&rng, 850))
            event.customer = dp_str_from(customers[dp_rng_below(&rng, 3)]);
        struct dp_record record = dp_notes_record(&caller.told, &event);
        caller.contact = contacts[which] =
            dp_contacts_get(&caller.contacts, event.interaction, event.time_ms);
        dp_contact_add(&caller.contacts, caller.contact, &record, DP_STR("s"), dp_str_from(id),
                       event.customer, &rules);
        dp_notes_clear(&naive);
        struct dp_contact *known[CALLERS];
        size_t count = 0;
        for (size_t j = 0; j < CALLERS; j++)
            if (contacts[j])
                known[count++] = contacts[j];
        for (size_t j = 0; j < count; j++) {
            struct dp_made made = known[j]->fold.outcome;
            if (!known[j]->fold.has_outcome)
                continue;
            if (is_fcr(known, count, known[j]))
                made.fact.flags |= DP_FACT_FCR;
            dp_notes_emit(&naive, +1, &made);
        }
        assert_true(dp_notes_same(&caller.told, &naive));
    }
    dp_repeat_deinit(&caller.repeat);
    dp_contacts_deinit(&caller.contacts);
    dp_notes_deinit(&caller.told);
    dp_notes_deinit(&naive);
}

static void repeat_contacts_are_those_of_a_full_comparison(void **state)
{
    (void)state;
    for_seeds(500, any_callers);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(order_of_arrival_changes_nothing, before, after),
        cmocka_unit_test_setup_teardown(facts_are_those_of_a_fresh_fold, before, after),
        cmocka_unit_test_setup_teardown(live_is_replay, before, after),
        cmocka_unit_test_setup_teardown(figures_are_those_of_a_recount, before, after),
        cmocka_unit_test_setup_teardown(memory_is_bounded, before, after),
        cmocka_unit_test_setup_teardown(repeat_contacts_are_those_of_a_full_comparison, before,
                                        after),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
