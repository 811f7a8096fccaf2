/* First-contact resolution: which outcomes are marked, and when a mark changes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "aggregator/repeat.h"
#include "notes.h"
#include "rest_all.h"
#include "story.h"

#define WINDOW 10000

struct desk {
    struct dp_contacts contacts;
    struct dp_repeat repeat;
    struct dp_notes notes; /* outcomes only */
    struct dp_contact *contact;
};

/* Offers and outcomes go to the memory of repeat contacts, outcomes come back with their mark. */
static void told(void *ctx, int sign, const struct dp_made *made)
{
    struct desk *desk = ctx;
    if (made->fact.kind == DP_FACT_OFFERED || made->fact.kind == DP_FACT_OUTCOME)
        dp_repeat_take(&desk->repeat, desk->contact, sign, made, dp_notes_marked, &desk->notes);
}

static void open_desk(struct desk *desk)
{
    *desk = (struct desk){0};
    dp_contacts_init(&desk->contacts);
    dp_repeat_init(&desk->repeat, &desk->contacts, WINDOW);
    dp_notes_init(&desk->notes);
}

static void close_desk(struct desk *desk)
{
    dp_repeat_deinit(&desk->repeat);
    dp_contacts_deinit(&desk->contacts);
    dp_notes_deinit(&desk->notes);
}

static void tell(struct desk *desk, const char *events)
{
    struct dp_story story = {.rest = events, .number = (unsigned)desk->notes.told * 100};
    for (struct dp_event event; dp_story_next(&story, &event);) {
        struct dp_record record = dp_notes_record(&desk->notes, &event);
        struct dp_fold_rules rules = desk->notes.rules;
        rules.emit = told;
        rules.emit_ctx = desk;
        desk->contact = dp_contacts_get(&desk->contacts, event.interaction,
                                        dp_contact_hash(event.interaction), event.time_ms);
        dp_rest_all(&desk->contacts);
        dp_contact_add(&desk->contacts, desk->contact, &record, event.source, event.id,
                       event.customer, &rules);
    }
}

struct example {
    const char *says, *events, *outcomes;
};

static const struct example examples[] = {
    {"nobody comes back", "0/c1 offered voice q - x; 1000/c1 resolved yes",
     "outcome@1000=1000 q voice resolved timed fcr"},
    {"not resolved is none", "0/c1 offered voice q - x; 1000/c1 resolved no",
     "outcome@1000 q voice"},
    {"without a customer it counts",
     "0/c1 offered voice q; 1000/c1 resolved yes; 2000/c2 offered voice q",
     "outcome@1000=1000 q voice resolved timed fcr"},
    {"without an offer too", "1000/c1 resolved yes; 2000/c2 offered voice q - x",
     "outcome@1000 resolved fcr"},
    {"the customer comes back",
     "0/c1 offered voice q - x; 1000/c1 resolved yes; 2000/c2 offered voice q - x",
     "outcome@1000=1000 q voice resolved timed"},
    {"another customer does not matter",
     "0/c1 offered voice q - x; 1000/c1 resolved yes; 2000/c2 offered voice q - xx",
     "outcome@1000=1000 q voice resolved timed fcr"},
    {"at the end of the window",
     "0/c1 offered voice q - x; 1000/c1 resolved yes;"
     "11000/c2 offered voice q - x",
     "outcome@1000=1000 q voice resolved timed"},
    {"beyond it", "0/c1 offered voice q - x; 1000/c1 resolved yes; 11001/c2 offered voice q - x",
     "outcome@1000=1000 q voice resolved timed fcr"},
    {"at the time of the outcome is not after it",
     "0/c1 offered voice q - x; 1000/c1 resolved yes; 1000/c2 offered voice q - x",
     "outcome@1000=1000 q voice resolved timed fcr"},
    {"before it neither",
     "0/c1 offered voice q - x; 500/c2 offered voice q - x; 1000/c1 resolved yes",
     "outcome@1000=1000 q voice resolved timed fcr"},
    {"whatever came first",
     "2000/c2 offered voice q - x; 0/c1 offered voice q - x;"
     "1000/c1 resolved yes",
     "outcome@1000=1000 q voice resolved timed"},
    {"its own offer does not count", "1000/c1 resolved yes; 2000/c1 offered voice q - x",
     "outcome@1000=0 q voice resolved timed fcr skewed"},
    {"its own offer does not hide another",
     "1000/c1 resolved yes; 2000/c1 offered voice q - x;"
     "3000/c2 offered voice q - x",
     "outcome@1000=0 q voice resolved timed skewed"},
    {"a second offer of a contact makes no fact",
     "0/c1 offered voice q - x; 1000/c1 resolved yes;"
     "0/c2 offered voice q; 2000/c2 offered voice q - x",
     "outcome@1000=1000 q voice resolved timed fcr"},
    {"an offer that moves out of the window gives the mark again",
     "2000/c1 offered voice q - x; 3000/c1 resolved yes; 5000/c2 offered voice q - x;"
     "1000/c2 offered voice q - x",
     "outcome@3000=1000 q voice resolved timed fcr"},
    {"an offer that turns out to be another customer's, too",
     "0/c1 offered voice q - x; 1000/c1 resolved yes; 5000/c2 offered voice q - x;"
     "4000/c2 offered voice q - z",
     "outcome@1000=1000 q voice resolved timed fcr"},
    {"one offer takes back several",
     "0/c1 offered voice q - x; 0/c2 offered voice q - x; 1000/c1 resolved yes;"
     "2000/c2 resolved yes; 3000/c3 offered voice q - x",
     "outcome@1000=1000 q voice resolved timed; outcome@2000=2000 q voice resolved timed"},
    {"a second one changes nothing more",
     "0/c1 offered voice q - x; 1000/c1 resolved yes; 3000/c3 offered voice q - x;"
     "2000/c4 offered voice q - x",
     "outcome@1000=1000 q voice resolved timed"},
    {"a chain: each comes back but the last",
     "0/c1 offered voice q - x; 1000/c1 resolved yes; 5000/c2 offered voice q - x;"
     "6000/c2 resolved yes; 16000/c3 offered voice q - x; 17000/c3 resolved yes",
     "outcome@1000=1000 q voice resolved timed; outcome@6000=1000 q voice resolved timed;"
     "outcome@17000=1000 q voice resolved timed fcr"},
    {"a reopened outcome is looked at no more",
     "0/c1 offered voice q - x; 1000/c1 resolved yes; 1500/c1 reopened;"
     "2000/c2 offered voice q - x",
     ""},
    {"a later outcome is judged by its own time",
     "0/c1 offered voice q - x; 1000/c1 resolved yes; 2000/c2 offered voice q - x;"
     "3000/c1 resolved yes",
     "outcome@3000=3000 q voice resolved timed fcr"},
};

static void marks(void **state)
{
    (void)state;
    int wrong = 0;
    for (size_t i = 0; i < sizeof examples / sizeof *examples; i++) {
        struct desk desk;
        open_desk(&desk);
        tell(&desk, examples[i].events);
        if (!dp_notes_are(&desk.notes, examples[i].outcomes)) {
            print_error("wrong: %s\n", examples[i].says);
            wrong++;
        }
        close_desk(&desk);
    }
    assert_int_equal(wrong, 0);
}

static void forget_silent(struct desk *desk)
{
    struct dp_contact *silent = dp_contacts_silent(&desk->contacts, INT64_MAX);
    dp_contacts_open(&desk->contacts, silent);
    dp_repeat_forget_contact(&desk->repeat, silent);
    dp_contacts_remove(&desk->contacts, silent);
}

/* A contact that is given back leaves no trace, and what it told stays as it was. */
static void forgotten_contact(void **state)
{
    (void)state;
    struct desk desk;
    open_desk(&desk);
    tell(&desk, "0/c1 offered voice q - x; 1000/c1 resolved yes; 2000/c2 offered voice q - x;"
                "3000/c2 resolved yes");
    forget_silent(&desk);
    tell(&desk, "500/c3 offered voice q - x"); /* would concern the outcome of c1 */
    forget_silent(&desk);
    forget_silent(&desk);
    tell(&desk, "4000/c4 offered voice q - x"); /* and this the one of c2 */
    assert_int_equal(dp_contacts_count(&desk.contacts), 1);
    assert_true(dp_notes_are(&desk.notes, "outcome@1000=1000 q voice resolved timed;"
                                          "outcome@3000=1000 q voice resolved timed fcr"));
    close_desk(&desk);
}

/* Before any time is known nothing is forgotten. */
static void forgets_nothing_too_early(void **state)
{
    (void)state;
    struct desk desk;
    open_desk(&desk);
    tell(&desk, "0/c1 offered voice q - x; 1000/c1 resolved yes");
    dp_repeat_forget(&desk.repeat, INT64_MIN);
    assert_int_equal(desk.repeat.customers.count, 1);
    dp_repeat_forget(&desk.repeat, 1000 + WINDOW); /* an offer at that time is in the window */
    tell(&desk, "11000/c2 offered voice q - x");
    assert_true(dp_notes_are(&desk.notes, "outcome@1000=1000 q voice resolved timed"));
    close_desk(&desk);
}

/* A customer all of whose contacts are given back is so too, in the window or not. */
static void forgets_whom_nothing_is_known_of(void **state)
{
    (void)state;
    struct desk desk;
    open_desk(&desk);
    tell(&desk, "0/c1 offered voice q - x; 1000/c1 resolved yes; 2500/c2 offered voice q - z");
    forget_silent(&desk);
    dp_repeat_forget(&desk.repeat, 3000);
    assert_int_equal(desk.repeat.customers.count, 1);
    tell(&desk, "3000/c3 offered voice q - x");
    assert_int_equal(desk.repeat.customers.count, 2);
    close_desk(&desk);
}

/* Customers that have not been heard of are given back; so are the traces of one that comes every
 * day. */
static void memory_is_bounded(void **state)
{
    (void)state;
    struct desk desk;
    open_desk(&desk);
    for (int i = 0; i < 3000; i++) {
        char text[160];
        snprintf(text, sizeof text,
                 "%d/c%d#a%d offered voice q - x%d; %d/d%d#b%d offered voice q - daily;"
                 "%d/d%d#c%d resolved yes",
                 i * 100, i, i, i, i * 100, i, i, i * 100 + 50, i, i);
        tell(&desk, text);
        dp_repeat_forget(&desk.repeat, i * 100);
        assert_true(desk.repeat.customers.count <= WINDOW / 100 + 3);
        while (dp_contacts_count(&desk.contacts) > 500)
            forget_silent(&desk);
    }
    dp_repeat_forget(&desk.repeat, 3000 * 100 + 2 * WINDOW);
    assert_int_equal(desk.repeat.customers.count, 0);
    close_desk(&desk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(marks),
        cmocka_unit_test(forgotten_contact),
        cmocka_unit_test(forgets_nothing_too_early),
        cmocka_unit_test(forgets_whom_nothing_is_known_of),
        cmocka_unit_test(memory_is_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
