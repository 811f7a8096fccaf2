/* Facts and first-contact resolution of made-up contacts, told as they come and go, against facts
 * worked out anew. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "aggregator/repeat.h"
#include "notes.h"
#include "rest_all.h"
#include "seeds.h"
#include "traffic.h"

#define MINUTE     INT64_C(60000)
#define EVENTS_MAX 256 /* of a contact */

/* ---------------------------------------------------------------- facts */

/* The facts of a contact, folded once from scratch. */
static void fold_afresh(struct dp_notes *notes, struct dp_event *const *events, uint32_t count)
{
    struct dp_record records[EVENTS_MAX];
    struct dp_fold fold = {0};
    assert_true(count <= EVENTS_MAX);
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

static void any_contact(void)
{
    struct dp_traffic traffic;
    struct dp_notes told, fresh;
    struct dp_contacts contacts;
    struct dp_contact *known[64];
    struct dp_event *events[64][EVENTS_MAX];
    uint32_t counts[64] = {0}, contact_count = 0;
    dp_traffic_make(&traffic, dp_seed, 12, 2 * MINUTE);
    dp_traffic_shuffle(&traffic);
    dp_contacts_init(&contacts);
    dp_notes_init(&fresh);
    struct dp_notes notes[64];
    for (size_t i = 0; i < traffic.count; i++) {
        if (!dp_parcel_of_contact(&traffic.parcels[i]))
            continue;
        struct dp_event *event = &traffic.parcels[i].event;
        struct dp_contact *contact = dp_contacts_get(
            &contacts, event->interaction, dp_contact_hash(event->interaction), event->time_ms);
        uint32_t which = 0;
        while (which < contact_count && known[which] != contact)
            which++;
        if (which == contact_count) {
            known[contact_count++] = contact;
            dp_notes_init(&notes[which]);
        }
        struct dp_record record = dp_notes_record(&notes[which], event);
        if (i % 3 == 0)
            dp_rest_all(&contacts);
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
    dp_for_seeds(400, any_contact);
}

/* ---------------------------------------------------------------- repeat contacts */

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
        dp_repeat_take(&caller->repeat, caller->contact, sign, made, dp_notes_marked,
                       &caller->told);
}

/* The outcome of one contact against the offers of all others. */
static bool is_fcr(struct dp_contact *const *contacts, size_t count,
                   const struct dp_contact *contact)
{
    const struct dp_fold *fold = &contact->dossier->fold;
    const struct dp_fact *outcome = &fold->outcome.fact;
    if (!(outcome->flags & DP_FACT_RESOLVED))
        return false;
    for (size_t i = 0; i < count && fold->customer; i++) {
        const struct dp_fold *other = &contacts[i]->dossier->fold;
        if (other != fold && other->customer &&
            dp_str_equal(dp_dossier_customer(contacts[i]->dossier, other->customer),
                         dp_dossier_customer(contact->dossier, fold->customer)) &&
            other->offered_ms > outcome->time_ms &&
            other->offered_ms <= outcome->time_ms + FCR_WINDOW)
            return false;
    }
    return true;
}

static void any_callers(void)
{
    struct dp_rng rng = dp_seed_rng(7);
    struct caller caller = {0};
    struct dp_notes naive;
    struct dp_contact *contacts[CALLERS] = {NULL};
    dp_contacts_init(&caller.contacts);
    dp_repeat_init(&caller.repeat, &caller.contacts, FCR_WINDOW);
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
        caller.contact = contacts[which] = dp_contacts_get(
            &caller.contacts, event.interaction, dp_contact_hash(event.interaction), event.time_ms);
        if (dp_rng_chance(&rng, 300))
            dp_rest_all(&caller.contacts);
        dp_contact_add(&caller.contacts, caller.contact, &record, DP_STR("s"), dp_str_from(id),
                       event.customer, &rules);
        dp_notes_clear(&naive);
        struct dp_contact *known[CALLERS];
        size_t count = 0;
        for (size_t j = 0; j < CALLERS; j++)
            if (contacts[j]) {
                dp_contacts_open(&caller.contacts, contacts[j]);
                known[count++] = contacts[j];
            }
        for (size_t j = 0; j < count; j++) {
            const struct dp_fold *fold = &known[j]->dossier->fold;
            struct dp_made made = fold->outcome;
            if (!fold->has_outcome)
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
    dp_for_seeds(500, any_callers);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(facts_are_those_of_a_fresh_fold, dp_seed_before,
                                        dp_seed_after),
        cmocka_unit_test_setup_teardown(repeat_contacts_are_those_of_a_full_comparison,
                                        dp_seed_before, dp_seed_after),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
