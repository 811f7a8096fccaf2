/* The abandoned contacts of a queue, as a sink would hold them, against a plain list. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "aggregator/callbacks.h"
#include "seeds.h"
#include "simulate/rng.h"

enum { CONTACTS = 160 };

struct shown {
    int64_t times[CONTACTS]; /* by contact; -1: not shown */
    size_t told;
};

static struct dp_contact contacts[CONTACTS];
static char ids[CONTACTS][16];

static void name_contacts(void)
{
    for (int i = 0; i < CONTACTS; i++) {
        snprintf(ids[i], sizeof ids[i], "c%03d", i);
        contacts[i].packed = ids[i];
        contacts[i].rests = true;
        contacts[i].id_len = 4;
    }
}

static void forget_shown(struct shown *shown)
{
    for (int i = 0; i < CONTACTS; i++)
        shown->times[i] = -1;
}

static int number_of(struct dp_str member)
{
    char text[8] = "";
    assert_int_equal(member.len, 4);
    memcpy(text, member.p + 1, 3);
    return atoi(text);
}

static void pull(struct dp_callbacks *callbacks, struct shown *shown)
{
    struct dp_entry entry = {0};
    while (dp_callbacks_next(callbacks, &entry)) {
        assert_string_equal(entry.set, "abandoned");
        shown->told++;
        if (entry.gone && !entry.member.len)
            forget_shown(shown);
        else
            shown->times[number_of(entry.member)] = entry.gone ? -1 : entry.score;
        entry = (struct dp_entry){0};
    }
}

/* A contact is shown if fewer than 100 come after it. */
static void expect(const struct shown *shown, const int64_t times[CONTACTS])
{
    for (int i = 0; i < CONTACTS; i++) {
        int after = 0;
        for (int j = 0; j < CONTACTS; j++)
            after += times[j] > times[i] || (times[j] == times[i] && j > i);
        assert_int_equal(shown->times[i], after < DP_CALLBACKS_SHOWN ? times[i] : -1);
    }
}

static void any_changes(void)
{
    struct dp_rng rng = dp_seed_rng(21);
    struct dp_callbacks *callbacks = dp_callbacks_create();
    struct shown shown = {0};
    int64_t times[CONTACTS];
    forget_shown(&shown);
    for (int i = 0; i < CONTACTS; i++)
        times[i] = -1;
    name_contacts();
    for (int i = 0; i < 600; i++) {
        uint32_t which = dp_rng_below(&rng, CONTACTS);
        if (times[which] >= 0)
            dp_callbacks_take(callbacks, &contacts[which], times[which]);
        bool comes = times[which] < 0 || dp_rng_chance(&rng, 300);
        times[which] = comes ? dp_rng_between(&rng, 0, 200) : -1;
        if (comes)
            dp_callbacks_put(callbacks, &contacts[which], times[which]);
        if (dp_rng_chance(&rng, 20))
            dp_callbacks_mark_unknown(callbacks);
        if (!dp_rng_chance(&rng, 200))
            continue;
        pull(callbacks, &shown);
        expect(&shown, times);
    }
    dp_callbacks_destroy(callbacks);
}

static void those_shown_are_the_latest(void **state)
{
    (void)state;
    dp_for_seeds(50, any_changes);
}

static void only_what_changed_is_told(void **state)
{
    (void)state;
    struct dp_callbacks *callbacks = dp_callbacks_create();
    struct shown shown = {0};
    name_contacts();
    for (int i = 0; i < 120; i++)
        dp_callbacks_put(callbacks, &contacts[i], i);
    pull(callbacks, &shown);
    assert_int_equal(shown.told, 100);
    dp_callbacks_put(callbacks, &contacts[130], 130); /* the oldest goes */
    pull(callbacks, &shown);
    assert_int_equal(shown.told, 102);
    dp_callbacks_take(callbacks, &contacts[119], 119); /* it comes again */
    pull(callbacks, &shown);
    assert_int_equal(shown.told, 104);
    pull(callbacks, &shown);
    assert_int_equal(shown.told, 104);
    dp_callbacks_renew(callbacks);
    pull(callbacks, &shown);
    assert_int_equal(shown.told, 105);
    assert_int_equal(shown.times[130], 130);
    dp_callbacks_destroy(callbacks);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(those_shown_are_the_latest, dp_seed_before, dp_seed_after),
        cmocka_unit_test(only_what_changed_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
