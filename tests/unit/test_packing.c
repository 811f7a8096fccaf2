/* Any dossier comes out of its packed bytes as it was; and what the desk does with those of
 * contacts that rest. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "aggregator/contact.h"
#include "notes.h"
#include "seeds.h"
#include "story.h"

#define MINUTE INT64_C(60000)

/* ---------------------------------------------------------------- packed and unpacked */

static uint32_t number(struct dp_rng *rng)
{
    static const uint32_t below[] = {2, 200, 70000, UINT32_MAX - 1};
    return dp_rng_below(rng, below[dp_rng_below(rng, 4)]);
}

static struct dp_str text(struct dp_rng *rng, char *room, uint32_t most)
{
    uint32_t len = 1 + dp_rng_below(rng, dp_rng_chance(rng, 900) ? 12 : most);
    for (uint32_t i = 0; i < len; i++)
        room[i] = dp_rng_chance(rng, 950) ? 'x' : (char)dp_rng_below(rng, 256);
    return (struct dp_str){room, len};
}

static void add_any(struct dp_rng *rng, struct dp_dossier *dossier, unsigned at)
{
    static const int64_t spans[] = {1, 1000, 600 * MINUTE, INT64_C(4000000000000)};
    char source[256], id[256], customer[128];
    struct dp_record record = {
        .time_ms = dp_rng_between(rng, 0, spans[dp_rng_below(rng, 4)]),
        .agent = number(rng),
        .team = number(rng),
        .queue = number(rng),
        .made_team = dp_rng_chance(rng, 500) ? DP_TEAM_OPEN : number(rng),
        .type = (uint8_t)dp_rng_below(rng, DP_CONTACT_REOPENED + 1),
    };
    if (record.type == DP_CONTACT_OFFERED)
        record.what = dp_record_offer((enum dp_channel)dp_rng_below(rng, DP_CHANNELS),
                                      (enum dp_priority)dp_rng_below(rng, 4));
    else if (record.type == DP_CONTACT_MESSAGE)
        record.what = (uint8_t)dp_rng_below(rng, 3);
    else if (record.type == DP_CONTACT_RESOLVED)
        record.what = (uint8_t)dp_rng_below(rng, 2);
    if (record.type == DP_CONTACT_ANSWERED)
        record.end_team = dp_rng_chance(rng, 500) ? DP_TEAM_OPEN : number(rng);
    else if (record.type == DP_CONTACT_RESOLVED)
        record.made_for = number(rng);
    struct dp_str named = {0}, event_id = text(rng, id, 250);
    if (record.type == DP_CONTACT_OFFERED && dp_rng_chance(rng, 500))
        named = text(rng, customer, 127);
    event_id.len = event_id.len > 240 ? 240 : event_id.len; /* no two alike */
    event_id.len += (size_t)snprintf(id + event_id.len, 8, "%u", at);
    dp_dossier_restore(dossier, &record, text(rng, source, 255), event_id, named);
}

/* A team that was not looked up in time is nobody's. */
static void none(void *ctx, uint32_t agent, uint32_t *team)
{
    (void)ctx;
    (void)agent;
    *team = 0;
}

static void nothing(void *ctx, int sign, const struct dp_made *made)
{
    (void)ctx;
    (void)sign;
    (void)made;
}

static void expect_same(const struct dp_dossier *a, const struct dp_dossier *b)
{
    assert_int_equal(a->record_count, b->record_count);
    assert_int_equal(a->abandoned_in, b->abandoned_in);
    assert_int_equal(a->abandoned_ms, b->abandoned_ms);
    for (uint32_t i = 0; i < a->record_count; i++) {
        struct dp_record one = a->records[i], other = b->records[i];
        assert_true(dp_str_equal(dp_dossier_source_of(a, &one), dp_dossier_source_of(b, &other)));
        assert_true(dp_str_equal(dp_dossier_event_id(a, &one), dp_dossier_event_id(b, &other)));
        if (one.type == DP_CONTACT_OFFERED) {
            assert_int_equal(!one.customer, !other.customer);
            if (one.customer)
                assert_true(dp_str_equal(dp_dossier_customer(a, one.customer),
                                         dp_dossier_customer(b, other.customer)));
            one.customer = other.customer = 0;
        }
        one.source_at = other.source_at = one.id_at = other.id_at = 0;
        assert_memory_equal(&one, &other, sizeof one);
    }
    assert_int_equal(a->fold.leg_count, b->fold.leg_count);
    for (uint32_t i = 0; i < a->fold.leg_count; i++)
        assert_memory_equal(&a->fold.legs[i], &b->fold.legs[i], sizeof *a->fold.legs);
    assert_int_equal(a->fold.open_legs, b->fold.open_legs);
    assert_int_equal(a->fold.offered, b->fold.offered);
    assert_int_equal(a->fold.waiting_ms, b->fold.waiting_ms);
    assert_int_equal(a->fold.has_outcome, b->fold.has_outcome);
    assert_memory_equal(&a->fold.outcome.fact, &b->fold.outcome.fact, sizeof a->fold.outcome.fact);
}

static void any_dossier(void)
{
    struct dp_rng rng = dp_seed_rng(1);
    struct dp_dossier dossier, again;
    struct dp_packing packing = {0};
    struct dp_fold_room room = {0};
    const struct dp_fold_rules rules = {.look_up_team = none, .emit = nothing};
    char id[128];
    struct dp_str contact = text(&rng, id, 127);
    dp_dossier_init(&dossier, contact);
    unsigned count = 1 + dp_rng_below(&rng, dp_rng_chance(&rng, 900) ? 12 : 200);
    for (unsigned i = 0; i < count; i++)
        add_any(&rng, &dossier, i);
    dp_dossier_tell(&dossier, &rules, &room);
    if (dp_rng_chance(&rng, 300)) {
        dossier.abandoned_in = 1 + number(&rng);
        dossier.abandoned_ms = dp_rng_between(&rng, -MINUTE, MINUTE);
    }
    int64_t near_ms = dp_rng_between(&rng, -MINUTE, MINUTE);
    dp_packing_pack(&packing, &dossier, (uint8_t)contact.len, near_ms);
    char *bytes = malloc(packing.len); /* not a byte more is read */
    assert_non_null(bytes);
    memcpy(bytes, packing.bytes, packing.len);
    assert_memory_equal(bytes, contact.p, contact.len);
    assert_int_equal(dp_packing_unpack(&again, bytes, (uint8_t)contact.len, near_ms), packing.len);
    free(bytes);
    expect_same(&dossier, &again);
    dp_dossier_deinit(&dossier);
    dp_dossier_deinit(&again);
    dp_packing_deinit(&packing);
    dp_fold_room_deinit(&room);
}

static void packed_and_unpacked(void **state)
{
    (void)state;
    dp_for_seeds(3000, any_dossier);
}

/* ---------------------------------------------------------------- the desk */

struct desk {
    struct dp_contacts contacts;
    struct dp_notes notes;
};

static struct dp_contact *tell(struct desk *desk, const char *events)
{
    struct dp_contact *contact = NULL;
    struct dp_story story = {.rest = events};
    for (struct dp_event event; dp_story_next(&story, &event);) {
        contact = dp_contacts_get(&desk->contacts, event.interaction,
                                  dp_contact_hash(event.interaction), event.time_ms);
        struct dp_record record = dp_notes_record(&desk->notes, &event);
        dp_contact_add(&desk->contacts, contact, &record, event.source, event.id, event.customer,
                       &desk->notes.rules);
    }
    return contact;
}

/* Who waits or is served does not rest, nor does a contact that was heard of a short while ago. */
static void who_rests(void **state)
{
    (void)state;
    struct desk desk;
    dp_contacts_init(&desk.contacts);
    dp_notes_init(&desk.notes);
    struct dp_contact *over = tell(&desk, "0/c1 offered voice q1; 10/c1 answered a1; 20/c1 ended");
    struct dp_contact *waits = tell(&desk, "0/c2 offered voice q1");
    struct dp_contact *served = tell(&desk, "0/c3 offered voice q1; 10/c3 answered a1");
    struct dp_contact *late = tell(&desk, "0/c4 reopened; 600000/c4#x reopened");
    dp_contacts_tidy(&desk.contacts, INT64_MIN); /* it is not known yet what time it is */
    dp_contacts_tidy(&desk.contacts, 5 * MINUTE);
    assert_false(over->rests); /* 20 ms are missing */
    dp_contacts_tidy(&desk.contacts, 10 * MINUTE);
    assert_true(over->rests);
    assert_false(waits->rests || served->rests || late->rests);
    assert_int_equal(desk.contacts.desk.count, 3);
    dp_contacts_tidy(&desk.contacts, 15 * MINUTE);
    assert_true(late->rests);

    /* They come back for an event, and rest again. */
    assert_ptr_equal(tell(&desk, "30/c1#y wrapped a1; 900000/c2#y abandoned"), waits);
    assert_false(over->rests);
    assert_true(dp_notes_are(&desk.notes,
                             "offered@0 q1 voice; offered@0 q1 voice; offered@0 q1 voice;"
                             "response@10=10 a1 q1 voice;"
                             "response@10=10 a1 q1 voice; handle@30=20/0/10 a1 q1 voice;"
                             "abandon@900000=900000 q1 voice"));
    dp_contacts_tidy(&desk.contacts, 60 * MINUTE);
    assert_true(over->rests && waits->rests && late->rests);
    assert_false(served->rests);

    /* To look at one changes nothing. */
    const struct dp_dossier *dossier = dp_contacts_look(&desk.contacts, over);
    assert_int_equal(dossier->record_count, 4);
    assert_true(over->rests);
    assert_int_equal(dp_contacts_look(&desk.contacts, served)->record_count, 2);
    dp_contacts_open(&desk.contacts, waits);
    dp_contacts_remove(&desk.contacts, waits);
    assert_int_equal(desk.contacts.desk.count, 1);
    dp_contacts_deinit(&desk.contacts);
    dp_notes_deinit(&desk.notes);
}

/* Thousands come and go; those that rest take a fraction. */
static void small_ones(void **state)
{
    (void)state;
    enum { CONTACTS = 20000 };
    struct desk desk;
    dp_contacts_init(&desk.contacts);
    dp_notes_init(&desk.notes);
    for (int i = 0; i < CONTACTS; i++) {
        char events[200];
        int64_t ms = i * INT64_C(1000);
        snprintf(events, sizeof events,
                 "%lld/c%d offered voice q1 t1 customer; %lld/c%d answered a1 t1; %lld/c%d ended",
                 (long long)ms, i, (long long)ms + 10, i, (long long)ms + 50, i);
        tell(&desk, events);
        dp_notes_clear(&desk.notes);
        if (i % 100 == 0)
            dp_contacts_tidy(&desk.contacts, ms);
    }
    /* Of the last five minutes, and those laid down again or between two looks. */
    assert_in_range(desk.contacts.desk.count, 300, 1000);
    size_t rest = CONTACTS - desk.contacts.desk.count;
    assert_in_range(desk.contacts.packed_bytes, rest * 40, rest * 80);
    for (size_t i = 0; i < desk.contacts.index.capacity; i++) {
        struct dp_contact *contact = desk.contacts.index.slots[i].item;
        if (contact)
            assert_int_equal(dp_contacts_open(&desk.contacts, contact)->record_count, 3);
    }
    assert_int_equal(desk.contacts.packed_bytes, 0);
    assert_int_equal(desk.contacts.desk.count, CONTACTS);
    dp_contacts_deinit(&desk.contacts);
    dp_notes_deinit(&desk.notes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(packed_and_unpacked, dp_seed_before, dp_seed_after),
        cmocka_unit_test(who_rests),
        cmocka_unit_test(small_ones),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
