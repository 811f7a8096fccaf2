/* The figures of every window over made-up traffic, against a plain recount of the facts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "board.h"
#include "common/memory.h"
#include "notes.h"
#include "recount.h"
#include "seeds.h"
#include "traffic.h"

#define SECOND     INT64_C(1000)
#define MINUTE     INT64_C(60000)
#define EVENTS_MAX 256 /* of a contact */

struct ledger {
    struct dp_notes names;
    struct dp_fact_list facts;
    size_t *contacts;    /* of each fact */
    uint32_t *customers; /* of each fact */
};

static void note_contact(struct ledger *ledger, struct dp_event **events, uint32_t count,
                         size_t contact)
{
    struct dp_record records[EVENTS_MAX];
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
        made.fact.value =
            (2 * (int64_t)event->score * 100 * DP_SCORE_UNIT / (int64_t)event->scale + 1) / 2;
    if (event->type == DP_FEEDBACK_RATED && event->score * 5 >= event->scale * 4)
        made.fact.flags |= DP_FACT_SATISFIED;
    if (event->fatal)
        made.fact.flags |= DP_FACT_FATAL;
    ledger->customers[ledger->facts.count] = 0;
    dp_fact_list_emit(&ledger->facts, +1, &made);
}

static const struct dp_queue_targets *rules_of(const struct ledger *ledger, uint32_t queue,
                                               const struct dp_aggregator_options *options)
{
    for (size_t i = 0; queue && i < options->targets.queue_count; i++)
        if (strcmp(options->targets.queues[i].queue, ledger->names.names[queue]) == 0)
            return &options->targets.queues[i];
    return NULL;
}

/* When the contact of a fact was offered. */
static int64_t offered_ms(const struct ledger *ledger, size_t at)
{
    for (size_t i = 0; i < ledger->facts.count; i++)
        if (ledger->facts.items[i].fact.kind == DP_FACT_OFFERED &&
            ledger->contacts[i] == ledger->contacts[at])
            return ledger->facts.items[i].fact.time_ms;
    fail();
    return 0;
}

static void judge(struct ledger *ledger, size_t at, const struct dp_aggregator_options *options)
{
    struct dp_fact *fact = &ledger->facts.items[at].fact;
    const struct dp_queue_targets *own = rules_of(ledger, ledger->facts.items[at].queue, options);
    bool ends = fact->kind == DP_FACT_RESPONSE || fact->kind == DP_FACT_ABANDON;
    int64_t target = options->targets.target_ms[fact->channel], brief = options->short_abandon_ms;
    if (own && own->target_ms[fact->channel])
        target = own->target_ms[fact->channel];
    if (own && own->has_short_abandon)
        brief = own->short_abandon_ms;
    if (ends && fact->value <= target)
        fact->flags |= DP_FACT_IN_TARGET;
    if (fact->kind == DP_FACT_ABANDON && fact->value < brief)
        fact->flags |= DP_FACT_SHORT;
    if ((ends || fact->kind == DP_FACT_OFFERED) && own &&
        !dp_hours_open(&own->hours, offered_ms(ledger, at)))
        fact->flags |= DP_FACT_OUTSIDE;
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
        struct dp_event *events[EVENTS_MAX];
        uint32_t count = 0;
        snprintf(id, sizeof id, "c%u", contact);
        for (size_t i = 0; i < traffic->count; i++)
            if (dp_str_equal(traffic->parcels[i].event.interaction, dp_str_from(id)))
                events[count++] = &traffic->parcels[i].event;
        assert_true(count <= EVENTS_MAX);
        note_contact(ledger, events, count, contact);
    }
    for (size_t i = 0; i < traffic->count; i++)
        if (!dp_parcel_of_contact(&traffic->parcels[i]) &&
            traffic->parcels[i].event.type != DP_AGENT_STATE)
            note_opinion(ledger, &traffic->parcels[i].event);
    struct dp_aggregator_options options = dp_traffic_options(false);
    dp_recount_fcr(&ledger->facts, ledger->contacts, ledger->customers, options.fcr_window_ms);
    for (size_t i = 0; i < ledger->facts.count; i++)
        judge(ledger, i, &options);
}

/* Part of (from, to] that the agent spent in one of the states of the mask, millisecond by change.
 */
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

static enum dp_formula formula_of(const struct ledger *ledger, const struct dp_recount *of)
{
    struct dp_aggregator_options options = dp_traffic_options(false);
    const struct dp_queue_targets *own = rules_of(ledger, of->queue, &options);
    return own && own->has_formula ? own->formula : options.targets.formula;
}

/* Returns how many facts there are. */
static size_t recount(const struct ledger *ledger, const struct dp_traffic *traffic,
                      const struct dp_recount *of, struct dp_figures *figures)
{
    size_t facts = dp_recount(&ledger->facts, of, figures);
    if (of->agent && !of->channel) {
        struct dp_str agent = dp_str_from(ledger->names.names[of->agent]);
        unsigned worked = 1u << DP_STATE_BUSY | 1u << DP_STATE_WRAPUP;
        int64_t part = time_in(traffic, agent, worked, of->from_ms, of->to_ms);
        int64_t whole =
            time_in(traffic, agent, worked | 1u << DP_STATE_AVAILABLE, of->from_ms, of->to_ms);
        if (whole)
            dp_figures_set(figures, DP_FIGURE_OCCUPANCY,
                           (2 * part * 1000000 + whole) / (2 * whole));
        dp_recount_staffed(&ledger->facts, of, whole, figures);
    }
    dp_recount_service_level(&ledger->facts, of, formula_of(ledger, of), figures);
    return facts;
}

/* What the key of a window should hold; empty when there is none. */
static void print_window(const struct ledger *ledger, const struct dp_traffic *traffic,
                         const struct dp_recount *of, char *text, size_t room)
{
    struct dp_figures figures = {0};
    enum dp_formula formula = formula_of(ledger, of);
    *text = '\0';
    if (!recount(ledger, traffic, of, &figures))
        return;
    int at = snprintf(text, room, "v=1 as_of_ms=%lld from_ms=%lld", (long long)of->to_ms,
                      (long long)of->from_ms);
    for (enum dp_figure which = 0; which < DP_FIGURES; which++)
        if (dp_figures_has(&figures, which))
            at += snprintf(text + at, room - (size_t)at, " %s=%lld", dp_figure_infos[which].name,
                           (long long)figures.value[which]);
    if (formula)
        snprintf(text + at, room - (size_t)at, " service_level_formula=%s",
                 dp_formula_names[formula]);
}

/* The traffic is all of one day, so of the year. Percentiles are near: test_spread.c. */
static void check_period(const struct ledger *ledger, const struct dp_traffic *traffic,
                         const struct dp_board *board, const char *scope, struct dp_recount of)
{
    struct dp_figures figures = {0};
    char key[64];
    of.from_ms = INT64_MIN;
    snprintf(key, sizeof key, "%s:p:2027", scope);
    recount(ledger, traffic, &of, &figures);
    assert_non_null(dp_board_text(board, key));
    for (enum dp_figure which = 0; which < DP_FIGURES; which++) {
        const char *name = dp_figure_infos[which].name;
        if (strstr(name, "_p50_") || strstr(name, "_p9") || which == DP_FIGURE_HOLD_MAX)
            continue;
        int64_t is = dp_board_number(board, key, name);
        int64_t wanted = dp_figures_has(&figures, which) ? figures.value[which] : DP_BOARD_NONE;
        if (is != wanted)
            fail_msg("%s %s is %lld, not %lld", key, name, (long long)is, (long long)wanted);
    }
}

static void check_scope(const struct ledger *ledger, const struct dp_traffic *traffic,
                        const struct dp_board *board, const char *scope, struct dp_recount of)
{
    struct dp_aggregator_options options = dp_traffic_options(false);
    check_period(ledger, traffic, board, scope, of);
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

/* All abandons of a day are fewer than what is shown of a queue. */
static void check_abandoned(const struct ledger *ledger, const struct dp_board *board)
{
    size_t abandons = 0, shown = 0;
    for (size_t i = 0; i < ledger->facts.count; i++) {
        const struct dp_made *made = &ledger->facts.items[i];
        char key[64];
        if (made->fact.kind != DP_FACT_ABANDON)
            continue;
        snprintf(key, sizeof key, "queue:%s:ranked:abandoned:c%zu",
                 ledger->names.names[made->queue], ledger->contacts[i]);
        assert_int_equal(dp_board_number(board, key, "score"), made->fact.time_ms);
        abandons++;
    }
    for (size_t i = 0; i < board->count; i++)
        shown += strstr(board->rows[i].key, ":ranked:abandoned:") != NULL;
    assert_int_equal(shown, abandons);
}

static void recounted_day(void)
{
    struct dp_rng rng = dp_seed_rng(5);
    struct dp_traffic traffic;
    struct ledger ledger;
    uint32_t contacts = 20 + dp_rng_below(&rng, 40);
    dp_traffic_make(&traffic, dp_seed, contacts, dp_rng_between(&rng, 1, 20) * MINUTE);
    int64_t t_ms = traffic.end_ms + dp_rng_between(&rng, 1, 600) * SECOND;
    note_day(&ledger, &traffic, contacts);

    struct dp_aggregator *agg =
        dp_traffic_aggregator(dp_rng_chance(&rng, 500), DP_TRAFFIC_PARTITIONS);
    struct dp_board board = {0};
    dp_traffic_shuffle(&traffic);
    for (size_t i = 0; i < traffic.count; i++)
        dp_traffic_give(agg, &traffic.parcels[i]);
    dp_aggregator_advance(agg, t_ms);
    dp_board_pull(&board, agg);

    dp_traffic_sort(&traffic);
    check_abandoned(&ledger, &board);
    check_scope(&ledger, &traffic, &board, "all", (struct dp_recount){.to_ms = t_ms});
    for (uint32_t i = 1; i < ledger.names.name_count; i++) {
        const char *name = ledger.names.names[i];
        char scope[48];
        struct dp_recount of = {.to_ms = t_ms};
        snprintf(scope, sizeof scope, "%s:%s",
                 *name == 'a'   ? "agent"
                 : *name == 't' ? "team"
                                : "queue",
                 name);
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
    dp_for_seeds(80, recounted_day);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(figures_are_those_of_a_recount, dp_seed_before,
                                        dp_seed_after),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
