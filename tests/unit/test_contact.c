/* Events of a contact in any order of arrival: the facts are told as they come and go. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#include "aggregator/contact.h"
#include "common/memory.h"
#include "notes.h"
#include "rest_all.h"
#include "story.h"

struct desk {
    struct dp_contacts contacts;
    struct dp_notes notes;
};

static void open_desk(struct desk *desk)
{
    dp_contacts_init(&desk->contacts);
    dp_notes_init(&desk->notes);
}

static void close_desk(struct desk *desk)
{
    dp_contacts_deinit(&desk->contacts);
    dp_notes_deinit(&desk->notes);
}

static struct dp_contact *add(struct desk *desk, const struct dp_event *event)
{
    struct dp_contact *contact = dp_contacts_get(
        &desk->contacts, event->interaction, dp_contact_hash(event->interaction), event->time_ms);
    struct dp_record record = dp_notes_record(&desk->notes, event);
    dp_contact_add(&desk->contacts, contact, &record, event->source, event->id, event->customer,
                   &desk->notes.rules);
    return contact;
}

/* Adds the events in the order told; returns the contact of the last one. */
static struct dp_contact *tell(struct desk *desk, const char *events)
{
    struct dp_contact *contact = NULL;
    struct dp_story story = {.rest = events};
    for (struct dp_event event; dp_story_next(&story, &event);) {
        if (event.type == DP_AGENT_STATE) {
            uint32_t agent = dp_notes_number(&desk->notes, event.agent);
            desk->notes.teams[agent] = dp_notes_number(&desk->notes, event.team);
        } else {
            contact = add(desk, &event);
        }
    }
    return contact;
}

struct example {
    const char *says, *first, *facts, *then, *facts_then;
    size_t told; /* how many facts come and go by the last event */
};

static const struct example examples[] = {
    {"a wrap-up after the end", "0 answered a1; 5000 ended", "handle@5000=5000/0/0 a1",
     "8000 wrapped a1", "handle@8000=8000/0/3000 a1", 2},
    {"an end that comes late", "0 answered a1; 8000 wrapped a1", "handle@8000=8000/0/0 a1",
     "5000 ended", "handle@8000=8000/0/3000 a1", 2},
    {"an answer that comes late", "5000 ended; 8000 wrapped a1", "", "0 answered a1",
     "handle@8000=8000/0/3000 a1", 1},
    {"an offer that comes last", "3000 answered a1; 8000 transferred a1; 9000 resolved yes",
     "transfer@8000 a1; handle@8000=5000/0/0 a1; outcome@9000 a1 resolved", "0 offered voice q1 t1",
     "offered@0 t1 q1 voice; response@3000=3000 a1 q1 voice; transfer@8000 a1 q1 voice;"
     "handle@8000=5000/0/0 a1 q1 voice; outcome@9000=9000 a1 q1 voice resolved timed",
     8},
    {"an offer that comes last and is last", "0 answered a1", "", "3000 offered voice q1",
     "offered@3000 q1 voice; response@0=0 a1 q1 voice skewed", 2},
    {"an earlier offer replaces the one known", "5000 offered voice q2 t2; 8000 abandoned",
     "offered@5000 t2 q2 voice; abandon@8000=3000 t2 q2 voice", "1000 offered chat q1 t1",
     "offered@1000 t1 q1 chat; abandon@8000=7000 t1 q1 chat", 4},
    {"a later offer changes nothing", "0 offered voice q1; 9000 abandoned",
     "offered@0 q1 voice; abandon@9000=9000 q1 voice", "5000 offered voice q2",
     "offered@0 q1 voice; abandon@9000=9000 q1 voice", 0},
    {"an answer that comes late takes the abandon back", "0 offered voice q1; 9000 abandoned",
     "offered@0 q1 voice; abandon@9000=9000 q1 voice", "8000 answered a1",
     "offered@0 q1 voice; response@8000=8000 a1 q1 voice", 2},
    {"an earlier message is the response", "0 offered chat q1; 9000 message a1",
     "offered@0 q1 chat; response@9000=9000 a1 q1 chat", "4000 message a2",
     "offered@0 q1 chat; response@4000=4000 a2 q1 chat", 2},
    {"a question that comes late makes a reply",
     "0 offered chat q1; 4000 message a1; 9000 message a1",
     "offered@0 q1 chat; response@4000=4000 a1 q1 chat", "6000 message customer",
     "offered@0 q1 chat; response@4000=4000 a1 q1 chat; reply@9000=3000 a1 q1 chat", 1},
    {"a hold that comes late", "0 answered a1; 4000 retrieved a1; 9000 ended",
     "handle@9000=9000/0/0 a1", "1000 held a1", "handle@9000=9000/3000/0 a1", 2},
    {"an earlier outcome is not the latest", "9000 resolved yes a1", "outcome@9000 a1 resolved",
     "8000 resolved no a1", "outcome@9000 a1 resolved", 0},
    {"a reopening", "0 resolved yes a1", "outcome@0 a1 resolved", "1000 reopened", "", 1},
    {"a reopening before the outcome that comes late", "5000 resolved yes a1",
     "outcome@5000 a1 resolved", "4000 reopened", "outcome@5000 a1 resolved", 0},
    {"a leg that comes late gives the outcome its agent", "9000 resolved yes",
     "outcome@9000 resolved", "1000 answered a1 t1", "outcome@9000 a1 t1 resolved", 2},
    {"a transfer that comes late moves what follows to its queue",
     "0 offered voice q1; 5000 declined a1", "offered@0 q1 voice; decline@5000 a1 q1 voice",
     "3000 transferred a2 q2",
     "offered@0 q1 voice; transfer@3000 a2 q1 voice; decline@5000 a1 q2 voice", 3},
    {"ties go by id", "0#b answered a1; 1000 transferred a1",
     "transfer@1000 a1;"
     "handle@1000=1000/0/0 a1",
     "0#a transferred a1", "transfer@0 a1; transfer@1000 a1; handle@1000=1000/0/0 a1", 1},
    {"and the other way", "0#b answered a1; 1000 ended", "handle@1000=1000/0/0 a1",
     "0#c transferred a1", "transfer@0 a1; handle@0=0/0/0 a1", 3},
    {"a team looked up stays although the agent changes teams",
     "0 state a1 busy t8; 0 answered a1; 5000 ended; 6000 state a1 busy t9",
     "handle@5000=5000/0/0 a1 t8", "4000 held a1", "handle@5000=5000/1000/0 a1 t8", 2},
    {"a wrap-up looks up anew, and is taken back with its own team",
     "0 state a1 busy t8; 0 answered a1; 5000 ended; 0 state a1 busy t9; 6000 wrapped a1",
     "handle@6000=6000/0/1000 a1 t9", "7000 wrapped a1", "handle@7000=7000/0/2000 a1 t9", 2},
    {"a team named late", "0 state a1 busy t9; 5000 declined a1", "decline@5000 a1 t9",
     "1000 answered a1 t1", "decline@5000 a1 t1", 2},
    {"an outcome that becomes another agent's looks up that one's team",
     "0 state a1 busy t8; 0 state a2 busy t9; 0 answered a1; 9000 resolved no",
     "outcome@9000 a1 t8", "5000 answered a2", "outcome@9000 a2 t9", 2},
};

static void facts_come_and_go(void **state)
{
    (void)state;
    int wrong = 0;
    for (size_t i = 0; i < sizeof examples / sizeof *examples; i++) {
        struct desk desk;
        open_desk(&desk);
        tell(&desk, examples[i].first);
        bool right = dp_notes_are(&desk.notes, examples[i].facts);
        desk.notes.told = 0;
        struct dp_event event;
        dp_story_next(&(struct dp_story){.rest = examples[i].then, .number = 500}, &event);
        add(&desk, &event);
        right &= dp_notes_are(&desk.notes, examples[i].facts_then);
        if (desk.notes.told != examples[i].told) {
            print_error("%zu facts came and went\n", desk.notes.told);
            right = false;
        }
        if (!right) {
            print_error("wrong: %s\n", examples[i].says);
            wrong++;
        }
        close_desk(&desk);
    }
    assert_int_equal(wrong, 0);
}

/* (time, source, id), bytewise: a prefix first, bytes above 127 last. */
static void order_of_events(void **state)
{
    (void)state;
    struct desk desk;
    open_desk(&desk);
    static const char *const ids[] = {"b", "a", "ab", "\xc3\xa4", "B", "a\x7f"};
    static const char *const sorted[] = {"B", "a", "ab", "a\x7f", "b", "\xc3\xa4"};
    struct dp_event event;
    dp_story_next(&(struct dp_story){.rest = "0 reopened"}, &event);
    struct dp_contact *contact = NULL;
    for (size_t i = 0; i < 6; i++) {
        event.id = dp_str_from(ids[i]);
        contact = add(&desk, &event);
    }
    event.source = DP_STR("r"); /* before "s" */
    event.id = DP_STR("z");
    add(&desk, &event);
    dp_rest_all(&desk.contacts);
    const struct dp_dossier *dossier = dp_contacts_look(&desk.contacts, contact);
    assert_int_equal(dossier->record_count, 7);
    for (size_t i = 0; i < 7; i++) {
        struct dp_str id = dp_dossier_event_id(dossier, &dossier->records[i]);
        assert_true(dp_str_equal(id, i ? dp_str_from(sorted[i - 1]) : DP_STR("z")));
    }
    close_desk(&desk);
}

/* Names of every length that the contract allows are kept whole. */
static void longest_names(void **state)
{
    (void)state;
    struct desk desk;
    open_desk(&desk);
    char long_name[256], customer[128];
    memset(long_name, 'n', sizeof long_name);
    memset(customer, 'k', sizeof customer);
    struct dp_event event;
    dp_story_next(&(struct dp_story){.rest = "0 offered voice q1"}, &event);
    event.interaction = event.customer = (struct dp_str){customer, sizeof customer};
    event.source = event.id = (struct dp_str){long_name, sizeof long_name};
    struct dp_contact *contact = add(&desk, &event);
    event.id.len--;
    event.time_ms = 1;
    add(&desk, &event);
    event.type = DP_CONTACT_ABANDONED; /* a customer who waits does not rest */
    event.time_ms = 2;
    event.id.len--;
    add(&desk, &event);
    event.id.len++;
    for (int rested = 0; rested < 2; rested++) {
        assert_int_equal(contact->rests, rested);
        assert_true(dp_str_equal(dp_contact_id(contact), event.interaction));
        const struct dp_dossier *dossier = dp_contacts_look(&desk.contacts, contact);
        assert_true(
            dp_str_equal(dp_dossier_customer(dossier, dossier->fold.customer), event.customer));
        assert_true(
            dp_str_equal(dp_dossier_source_of(dossier, &dossier->records[0]), event.source));
        assert_int_equal(dossier->records[0].source_at, dossier->records[1].source_at);
        assert_int_equal(dossier->records[0].id_len + 1, 256);
        assert_true(dp_str_equal(dp_dossier_event_id(dossier, &dossier->records[1]), event.id));
        assert_int_equal(contact->last_ms, 2);
        dp_rest_all(&desk.contacts);
    }
    close_desk(&desk);
}

static void expect_silent(struct desk *desk, int64_t before_ms, const char *id)
{
    struct dp_contact *contact = dp_contacts_silent(&desk->contacts, before_ms);
    if (!id) {
        assert_null(contact);
        return;
    }
    assert_non_null(contact);
    assert_true(dp_str_equal(dp_contact_id(contact), dp_str_from(id)));
}

static void forget(struct desk *desk)
{
    struct dp_contact *silent = dp_contacts_silent(&desk->contacts, INT64_MAX);
    dp_contacts_open(&desk->contacts, silent);
    dp_contacts_remove(&desk->contacts, silent);
}

/* Contacts leave when nothing has been heard of them since they were last looked at. */
static void silent_ones(void **state)
{
    (void)state;
    struct desk desk;
    open_desk(&desk);
    expect_silent(&desk, INT64_MAX, NULL);
    tell(&desk, "1000/c1 reopened; 2000/c2 reopened; 3000/c3 reopened");
    assert_int_equal(dp_contacts_count(&desk.contacts), 3);
    expect_silent(&desk, 1000, NULL);
    expect_silent(&desk, 1999, NULL); /* a second counts as a whole */
    expect_silent(&desk, 2000, "c1");
    tell(&desk, "9000/c1#x reopened");
    expect_silent(&desk, 2000, NULL); /* its turn comes again */
    expect_silent(&desk, 9000, "c2");
    forget(&desk);
    expect_silent(&desk, 9000, "c3");
    forget(&desk);
    expect_silent(&desk, 9000, NULL);
    tell(&desk, "500/c1#y reopened"); /* out of order: it was heard of at 9000 all the same */
    expect_silent(&desk, 10000, "c1");
    forget(&desk);
    assert_int_equal(dp_contacts_count(&desk.contacts), 0);
    expect_silent(&desk, INT64_MAX, NULL);
    struct dp_contact *anew = tell(&desk, "0/c1#z reopened");
    assert_int_equal(dp_contact_dossier(anew)->record_count,
                     1); /* nothing is left of the first c1 */
    close_desk(&desk);
}

/* All were heard of again and again: the first in the row is given back, and the search ends. */
static void none_is_silent(void **state)
{
    (void)state;
    struct desk desk;
    open_desk(&desk);
    tell(&desk, "1/c1 reopened; 2/c2 reopened; 3/c3 reopened; 4/c1#x reopened; 5/c2#x reopened;"
                "6/c3#x reopened");
    for (size_t left = 3; left > 0; left--) {
        assert_int_equal(dp_contacts_count(&desk.contacts), left);
        forget(&desk);
    }
    close_desk(&desk);
}

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* A chat of thousands of messages in order costs a step each, not a fold each. */
static void long_contact(void **state)
{
    (void)state;
    enum { MESSAGES = 50000 };
    struct desk desk;
    open_desk(&desk);
    struct dp_contact *contact = tell(&desk, "0 offered chat q1; 0 answered a1 t1");
    double start = seconds();
    for (int i = 0; i < MESSAGES; i++) {
        char text[64];
        snprintf(text, sizeof text, "%d message %s", i, i % 2 ? "a1" : "bot");
        struct dp_event event;
        dp_story_next(&(struct dp_story){.rest = text, .number = (unsigned)i}, &event);
        add(&desk, &event);
    }
    assert_true(seconds() - start < 5);
    assert_int_equal(dp_contact_dossier(contact)->record_count, MESSAGES + 2);
    assert_int_equal(desk.notes.fact_count, 2);
    close_desk(&desk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(facts_come_and_go), cmocka_unit_test(order_of_events),
        cmocka_unit_test(longest_names),     cmocka_unit_test(silent_ones),
        cmocka_unit_test(none_is_silent),    cmocka_unit_test(long_contact),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
