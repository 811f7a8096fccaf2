/* Every rule of kpis.md, "Facts", by example: the events of a contact and the facts they make. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "notes.h"
#include "story.h"

#define RECORDS 64

struct example {
    const char *says;
    const char *events; /* in order of time; states set the team of an agent */
    const char *facts;
};

/* ---------------------------------------------------------------- offers and responses */

static const struct example responses[] = {
    {"an offer is one fact, with the offer's team", "0 offered voice q1 t1 x",
     "offered@0 t1 q1 voice"},
    {"without an offer: no response, no queue, no channel",
     "0 answered a1 t1; 9000 ended; 9000 wrapped a1", "handle@9000=9000/0/0 a1 t1"},
    {"voice: the first answer is the response", "0 offered voice q1; 7000 answered a1 t1",
     "offered@0 q1 voice; response@7000=7000 a1 t1 q1 voice"},
    {"at most one response a contact",
     "0 offered voice q1; 7000 answered a1; 8000 answered a2; 8500 answered a1",
     "offered@0 q1 voice; response@7000=7000 a1 q1 voice"},
    {"voice: messages are no response and no reply",
     "0 offered voice q1; 1000 message customer; 2000 message a1", "offered@0 q1 voice"},
    {"chat: the answer is no response, the agent's first message is",
     "0 offered chat q1; 3000 answered a1 t1; 8000 message a1; 9000 message a1",
     "offered@0 q1 chat; response@8000=8000 a1 t1 q1 chat"},
    {"e-mail likewise, also by an agent without a leg", "0 offered email q1; 8000 message a1",
     "offered@0 q1 email; response@8000=8000 a1 q1 email"},
    {"a bot does not respond", "0 offered chat q1; 1000 message bot; 8000 message a1",
     "offered@0 q1 chat; response@8000=8000 a1 q1 chat"},
    {"a second offer makes no fact and changes nothing",
     "0 offered voice q1 t1; 1000 offered chat q2 t2; 5000 answered a1",
     "offered@0 t1 q1 voice; response@5000=5000 a1 q1 voice"},
    {"an answer before the offer: clocks differ, the duration counts as 0",
     "0 answered a1; 4000 offered voice q1; 9000 ended",
     "offered@4000 q1 voice; response@0=0 a1 q1 voice skewed; handle@9000=9000/0/0 a1 q1 voice"},
    {"the same moment is 0 and no skew", "5000 offered voice q1; 5000 answered a1",
     "offered@5000 q1 voice; response@5000=0 a1 q1 voice"},
};

/* ---------------------------------------------------------------- replies */

static const struct example replies[] = {
    {"from the earliest customer message since the last agent message",
     "0 offered chat q1; 1000 message customer; 2000 message customer; 5000 message a1;"
     "6000 message a1; 7000 message customer; 9000 message a1",
     "offered@0 q1 chat; response@5000=5000 a1 q1 chat; reply@5000=4000 a1 q1 chat;"
     "reply@9000=2000 a1 q1 chat"},
    {"nothing unanswered, no reply", "0 offered chat q1; 5000 message a1; 6000 message a1",
     "offered@0 q1 chat; response@5000=5000 a1 q1 chat"},
    {"a bot neither answers nor asks",
     "0 offered chat q1; 1000 message customer; 2000 message bot; 5000 message a1;"
     "6000 message bot; 7000 message a1",
     "offered@0 q1 chat; response@5000=5000 a1 q1 chat; reply@5000=4000 a1 q1 chat"},
    {"any agent answers", "0 offered email q1; 1000 message customer; 5000 message a2 ",
     "offered@0 q1 email; response@5000=5000 a2 q1 email; reply@5000=4000 a2 q1 email"},
    {"customer messages before the offer count",
     "0 message customer; 1000 offered chat q1; 5000 message a1",
     "offered@1000 q1 chat; response@5000=4000 a1 q1 chat; reply@5000=5000 a1 q1 chat"},
    {"no offer, no channel, no reply", "0 message customer; 5000 message a1", ""},
    {"after the end too", "0 offered chat q1; 1000 ended; 2000 message customer; 5000 message a1",
     "offered@0 q1 chat; response@5000=5000 a1 q1 chat; reply@5000=3000 a1 q1 chat"},
};

/* ---------------------------------------------------------------- abandons */

static const struct example abandons[] = {
    {"short below 5 s", "0 offered voice q1 t1; 4999 abandoned",
     "offered@0 t1 q1 voice; abandon@4999=4999 t1 q1 voice"},
    {"not short at 5 s", "0 offered voice q1; 5000 abandoned",
     "offered@0 q1 voice; abandon@5000=5000 q1 voice"},
    {"a second makes no fact", "0 offered voice q1; 6000 abandoned; 7000 abandoned",
     "offered@0 q1 voice; abandon@6000=6000 q1 voice"},
    {"none once a leg has started", "0 offered voice q1; 2000 answered a1; 6000 abandoned",
     "offered@0 q1 voice; response@2000=2000 a1 q1 voice"},
    {"an answer afterwards does not undo it",
     "0 offered voice q1; 6000 abandoned; 7000 answered a1",
     "offered@0 q1 voice; abandon@6000=6000 q1 voice; response@7000=7000 a1 q1 voice"},
    {"a decline is no leg", "0 offered voice q1; 1000 declined a1; 6000 abandoned",
     "offered@0 q1 voice; decline@1000 a1 q1 voice; abandon@6000=6000 q1 voice"},
    {"none without an offer", "6000 abandoned", ""},
    {"before the offer: 0, short, skewed", "0 abandoned; 3000 offered voice q1",
     "offered@3000 q1 voice; abandon@0=0 q1 voice skewed"},
    {"in the queue of the time, after a transfer of nobody's leg",
     "0 offered voice q1; 1000 transferred a1 q2; 9000 abandoned",
     "offered@0 q1 voice; transfer@1000 a1 q1 voice; abandon@9000=9000 q2 voice"},
};

/* ---------------------------------------------------------------- priorities */

static const struct example priorities[] = {
    {"an outcome has the priority of the offer that counts",
     "0 offered voice q1 - - urgent; 1000 offered voice q1 - - low; 5000 resolved yes",
     "offered@0 q1 voice; outcome@5000=5000 q1 voice resolved timed urgent"},
    {"high", "0 offered voice q1 - - high; 5000 resolved no",
     "offered@0 q1 voice; outcome@5000 q1 voice high"},
    {"normal and low are none", "0 offered voice q1 - - low; 5000 resolved no",
     "offered@0 q1 voice; outcome@5000 q1 voice"},
    {"also of an offer that comes after it", "0 resolved no; 5000 offered chat q1 - - urgent",
     "outcome@0 q1 chat urgent; offered@5000 q1 chat"},
    {"without an offer there is none", "0 resolved no", "outcome@0"},
};

/* ---------------------------------------------------------------- conversations */

static const struct example conversations[] = {
    {"agents' and customer's messages, at the end of a chat, to the agent of the last leg",
     "0 offered chat q1; 1000 message customer; 1500 message bot; 2000 answered a1 t1;"
     "3000 message a1; 4000 message customer; 4500 message customer; 9000 ended",
     "offered@0 q1 chat; response@3000=3000 a1 t1 q1 chat; reply@3000=2000 a1 t1 q1 chat;"
     "handle@9000=7000/0/0 a1 t1 q1 chat; conversation@9000=1:3 a1 t1 q1 chat asked replied"},
    {"no reply to what the customer wrote", "0 offered chat q1; 1000 message customer; 9000 ended",
     "offered@0 q1 chat; conversation@9000=0:1 q1 chat asked"},
    {"who writes before the customer does not reply",
     "0 offered chat q1; 1000 message a1; 2000 message customer; 9000 ended",
     "offered@0 q1 chat; response@1000=1000 a1 q1 chat; conversation@9000=1:1 q1 chat asked"},
    {"the customer need not have written", "0 offered chat q1; 1000 message a1; 9000 ended",
     "offered@0 q1 chat; response@1000=1000 a1 q1 chat; conversation@9000=1:0 q1 chat"},
    {"none without a message", "0 offered chat q1; 1000 message bot; 9000 ended",
     "offered@0 q1 chat"},
    {"none of e-mails", "0 offered email q1; 1000 message customer; 9000 ended",
     "offered@0 q1 email"},
    {"none before the end, nor without an offer", "0/c offered chat q1; 1000/c message customer",
     "offered@0 q1 chat"},
    {"once, at the first end that has messages before it",
     "0 offered chat q1; 1000 ended; 2000 message customer; 3000 ended; 4000 message customer;"
     "5000 ended",
     "offered@0 q1 chat; conversation@3000=0:1 q1 chat asked"},
    {"the last leg may have ended, the queue is that of the end",
     "0 offered chat q1; 1000 message customer; 2000 answered a1 t1; 3000 transferred a1 q2;"
     "4000 ended",
     "offered@0 q1 chat; transfer@3000 a1 t1 q1 chat; handle@3000=1000/0/0 a1 t1 q1 chat;"
     "conversation@4000=0:1 a1 t1 q2 chat asked"},
};

/* ---------------------------------------------------------------- legs, holds, wraps */

static const struct example handles[] = {
    {"an open leg is no handle fact yet", "0 answered a1; 5000 held a1; 6000 retrieved a1", ""},
    {"talk, hold and wrap",
     "0 answered a1; 2000 held a1; 3000 retrieved a1; 9000 ended; 13000 wrapped a1",
     "handle@13000=13000/1000/4000 a1"},
    {"several holds",
     "0 answered a1; 1000 held a1; 2000 retrieved a1; 3000 held a1;"
     "5500 retrieved a1; 9000 ended",
     "handle@9000=9000/3500/0 a1"},
    {"an open hold ends with the talk", "0 answered a1; 2000 held a1; 9000 ended; 9500 wrapped a1",
     "handle@9500=9500/7000/500 a1"},
    {"an open hold ends with the transfer", "0 answered a1; 2000 held a1; 9000 transferred a1",
     "transfer@9000 a1; handle@9000=9000/7000/0 a1"},
    {"an open hold ends with the wrap-up of an open leg",
     "0 answered a1; 2000 held a1; 9000 wrapped a1", "handle@9000=9000/7000/0 a1"},
    {"a second hold while on hold does not restart it",
     "0 answered a1; 2000 held a1; 4000 held a1; 5000 retrieved a1; 9000 ended",
     "handle@9000=9000/3000/0 a1"},
    {"retrieved without a hold is nothing", "0 answered a1; 5000 retrieved a1; 9000 ended",
     "handle@9000=9000/0/0 a1"},
    {"holds outside a leg are nothing",
     "0 held a1; 1000 answered a1; 3000 retrieved a1; 5000 ended; 6000 held a1;"
     "7000 retrieved a1; 8000 wrapped a1",
     "handle@8000=7000/0/3000 a1"},
    {"a hold is the agent's own",
     "0 answered a1; 0 answered a2; 1000 held a1; 2000 retrieved a2;"
     "3000 retrieved a1; 4000 ended",
     "handle@4000=4000/2000/0 a1; handle@4000=4000/0/0 a2"},
    {"wrapped without a leg is nothing", "0 offered voice q1; 1000 wrapped a1",
     "offered@0 q1 voice"},
    {"wrapped before the answer is nothing", "0 wrapped a1; 1000 answered a1; 5000 ended",
     "handle@5000=4000/0/0 a1"},
    {"a further wrap-up replaces the one before",
     "0 answered a1; 9000 ended; 10000 wrapped a1; 12000 wrapped a1",
     "handle@12000=12000/0/3000 a1"},
    {"a wrap-up of an open leg ends it there, with wrap 0; ended no longer concerns it",
     "0 answered a1; 5000 wrapped a1; 9000 ended", "handle@5000=5000/0/0 a1"},
    {"and a further one then is the wrap", "0 answered a1; 5000 wrapped a1; 7000 wrapped a1",
     "handle@7000=7000/0/2000 a1"},
    {"wrapped belongs to the agent's latest leg",
     "0 answered a1; 1000 transferred a1; 5000 answered a1; 6000 ended; 8000 wrapped a1",
     "transfer@1000 a1; handle@1000=1000/0/0 a1; handle@8000=3000/0/2000 a1"},
    {"to the open one, if that is the latest",
     "0 answered a1; 1000 transferred a1; 5000 answered a1; 8000 wrapped a1",
     "transfer@1000 a1; handle@1000=1000/0/0 a1; handle@8000=3000/0/0 a1"},
    {"ended ends every open leg", "0 answered a1; 1000 answered a2; 5000 ended; 6000 wrapped a2",
     "handle@5000=5000/0/0 a1; handle@6000=5000/0/1000 a2"},
    {"two open legs of one agent", "0 answered a1; 1000 answered a1; 5000 ended",
     "handle@5000=5000/0/0 a1; handle@5000=4000/0/0 a1"},
    {"a transfer ends both", "0 answered a1; 1000 answered a1; 5000 transferred a1; 9000 ended",
     "transfer@5000 a1; handle@5000=5000/0/0 a1; handle@5000=4000/0/0 a1"},
    {"an answer after the end is a leg like any other",
     "0 answered a1; 5000 ended; 6000 answered a1; 8000 ended",
     "handle@5000=5000/0/0 a1; handle@8000=2000/0/0 a1"},
    {"a second end concerns no leg that has ended", "0 answered a1; 5000 ended; 7000 ended",
     "handle@5000=5000/0/0 a1"},
    {"a leg of no time", "5000 answered a1; 5000 ended", "handle@5000=0/0/0 a1"},
};

/* ---------------------------------------------------------------- transfers and queues */

static const struct example transfers[] = {
    {"a transfer ends the leg of its agent only",
     "0 answered a1; 0 answered a2; 5000 transferred a1; 9000 ended",
     "transfer@5000 a1; handle@5000=5000/0/0 a1; handle@9000=9000/0/0 a2"},
    {"a transfer without a leg is a transfer all the same", "5000 transferred a1",
     "transfer@5000 a1"},
    {"to_queue sets the queue for facts after it",
     "0 offered voice q1; 1000 answered a1; 5000 transferred a1 q2; 7000 answered a2; 9000 ended;"
     "9500 resolved yes",
     "offered@0 q1 voice; response@1000=1000 a1 q1 voice; transfer@5000 a1 q1 voice;"
     "handle@5000=4000/0/0 a1 q1 voice; handle@9000=2000/0/0 a2 q2 voice;"
     "outcome@9500=9500 a2 q2 voice resolved timed"},
    {"a wrap-up after the transfer stays with the queue of the end of talk",
     "0 offered voice q1; 1000 answered a1; 5000 transferred a1 q2; 8000 wrapped a1",
     "offered@0 q1 voice; response@1000=1000 a1 q1 voice; transfer@5000 a1 q1 voice;"
     "handle@8000=7000/0/3000 a1 q1 voice"},
    {"a leg is handled for the queue where its talk ends",
     "0 offered voice q1; 1000 answered a1; 1000 answered a2; 5000 transferred a2 q2; 9000 ended",
     "offered@0 q1 voice; response@1000=1000 a1 q1 voice; transfer@5000 a2 q1 voice;"
     "handle@5000=4000/0/0 a2 q1 voice; handle@9000=8000/0/0 a1 q2 voice"},
    {"a transfer without to_queue keeps the queue",
     "0 offered chat q1; 1000 transferred a1; 2000 message a2",
     "offered@0 q1 chat; transfer@1000 a1 q1 chat; response@2000=2000 a2 q1 chat"},
    {"a transfer before the offer sets the queue of what follows, not of the offer",
     "0 transferred a1 q2; 1000 offered chat q1; 3000 message a1",
     "transfer@0 a1 q1 chat; offered@1000 q1 chat; response@3000=2000 a1 q2 chat"},
    {"no offer, no queue, whatever to_queue says", "0 transferred a1 q2; 1000 declined a1",
     "transfer@0 a1; decline@1000 a1"},
    {"every decline counts",
     "0 offered voice q1; 1000 declined a1; 2000 declined a1;"
     "3000 declined a2",
     "offered@0 q1 voice; decline@1000 a1 q1 voice; decline@2000 a1 q1 voice;"
     "decline@3000 a2 q1 voice"},
};

/* ---------------------------------------------------------------- outcomes */

static const struct example outcomes[] = {
    {"its own agent", "0 offered voice q1; 1000 answered a1; 2000 ended; 3000 resolved yes a2",
     "offered@0 q1 voice; response@1000=1000 a1 q1 voice; handle@2000=1000/0/0 a1 q1 voice;"
     "outcome@3000=3000 a2 q1 voice resolved timed"},
    {"else the agent of the last leg",
     "0 answered a1; 1000 transferred a1; 2000 answered a2; 3000 ended; 4000 resolved yes",
     "transfer@1000 a1; handle@1000=1000/0/0 a1; handle@3000=1000/0/0 a2;"
     "outcome@4000 a2 resolved"},
    {"a leg that starts later does not count", "1000 resolved yes; 2000 answered a1",
     "outcome@1000 resolved"},
    {"nobody's, when there is no leg", "0 offered email q1; 4000 resolved yes",
     "offered@0 q1 email; outcome@4000=4000 q1 email resolved timed"},
    {"not resolved: no time to resolve", "0 offered voice q1; 4000 resolved no",
     "offered@0 q1 voice; outcome@4000 q1 voice"},
    {"no offer, no time to resolve", "4000 resolved yes", "outcome@4000 resolved"},
    {"the latest counts", "0 offered voice q1; 4000 resolved no; 5000 resolved yes",
     "offered@0 q1 voice; outcome@5000=5000 q1 voice resolved timed"},
    {"reopened: none", "0 offered voice q1; 4000 resolved yes; 5000 reopened",
     "offered@0 q1 voice"},
    {"reopened and resolved again",
     "0 offered voice q1; 4000 resolved yes; 5000 reopened; 8000 resolved no",
     "offered@0 q1 voice; outcome@8000 q1 voice"},
    {"reopened before: as if never", "0 reopened; 1000 reopened; 4000 resolved yes; ",
     "outcome@4000 resolved"},
    {"resolved before the offer: 0 and skewed", "0 resolved yes; 4000 offered voice q1",
     "offered@4000 q1 voice; outcome@0=0 q1 voice resolved timed skewed"},
};

/* ---------------------------------------------------------------- teams */

static const struct example teams[] = {
    {"of the agent's latest answer in the contact",
     "0 offered voice q1 t0; 1000 answered a1 t1; 2000 transferred a1; 3000 answered a1 t2;"
     "4000 ended; 5000 resolved yes",
     "offered@0 t0 q1 voice; response@1000=1000 a1 t1 q1 voice; transfer@2000 a1 t1 q1 voice;"
     "handle@2000=1000/0/0 a1 t1 q1 voice; handle@4000=1000/0/0 a1 t2 q1 voice;"
     "outcome@5000=5000 a1 t2 q1 voice resolved timed"},
    {"at or before the fact", "0 state a1 available t9; 1000 declined a1; 2000 answered a1 t1",
     "decline@1000 a1 t9"},
    {"not of another agent's answer", "0 answered a1 t1; 1000 declined a2; 2000 message a2",
     "decline@1000 a2"},
    {"an answer that names none: the team of the agent's states",
     "0 state a1 available t9; 0 offered voice q1 t0; 1000 answered a1; 2000 ended",
     "offered@0 t0 q1 voice; response@1000=1000 a1 t9 q1 voice;"
     "handle@2000=1000/0/0 a1 t9 q1 voice"},
    {"a later answer that names none hides the team of an earlier one",
     "0 state a1 available t9; 0 answered a1 t1; 1000 transferred a1; 2000 answered a1; 3000 ended",
     "transfer@1000 a1 t1; handle@1000=1000/0/0 a1 t1; handle@3000=1000/0/0 a1 t9"},
    {"the states of another agent do not matter",
     "0 state a2 available t9; 0 answered a1; 1000 ended", "handle@1000=1000/0/0 a1"},
    {"as known when the fact is made",
     "0 answered a1; 0 answered a2; 500 state a1 available t8; 1000 transferred a1;"
     "1500 state a1 available t9; 2000 ended; 3000 resolved yes a1",
     "transfer@1000 a1 t8; handle@1000=1000/0/0 a1 t8; handle@2000=2000/0/0 a2;"
     "outcome@3000 a1 t9 resolved"},
    {"a reply's and a response's team",
     "0 state a1 busy t9; 0 offered chat q1; 500 message customer;"
     "1000 message a1; 1500 answered a1 t1;"
     "2000 message customer; 3000 message a1",
     "offered@0 q1 chat; response@1000=1000 a1 t9 q1 chat; reply@1000=500 a1 t9 q1 chat;"
     "reply@3000=1000 a1 t1 q1 chat"},
    {"an outcome of nobody has no team", "0 offered voice q1 t1; 1000 resolved yes",
     "offered@0 t1 q1 voice; outcome@1000=1000 q1 voice resolved timed"},
};

/* ---------------------------------------------------------------- the walk */

struct walk {
    struct dp_notes notes;
    struct dp_record records[RECORDS];
    struct dp_fold fold;
    uint32_t count;
};

static void step_all(struct walk *walk)
{
    dp_fold_rewind(&walk->fold, walk->records, walk->count);
    for (uint32_t i = 0; i < walk->count; i++)
        dp_fold_step(&walk->fold, walk->records, i, &walk->notes.rules);
}

/* Walks over the events; states take effect where they stand. */
static void tell(struct walk *walk, const char *events)
{
    *walk = (struct walk){0};
    dp_notes_init(&walk->notes);
    struct dp_record states[RECORDS] = {{0}};
    uint32_t before[RECORDS], state_count = 0;
    struct dp_story story = {.rest = events};
    for (struct dp_event event; dp_story_next(&story, &event);) {
        assert_true(walk->count < RECORDS && state_count < RECORDS);
        struct dp_record record = dp_notes_record(&walk->notes, &event);
        if (event.type == DP_AGENT_STATE) {
            before[state_count] = walk->count;
            states[state_count++] = record;
        } else {
            walk->records[walk->count++] = record;
        }
    }
    dp_fold_rewind(&walk->fold, walk->records, walk->count);
    uint32_t state = 0;
    for (uint32_t i = 0; i < walk->count; i++) {
        for (; state < state_count && before[state] <= i; state++)
            walk->notes.teams[states[state].agent] = states[state].team;
        dp_fold_step(&walk->fold, walk->records, i, &walk->notes.rules);
    }
}

static void end(struct walk *walk)
{
    dp_fold_deinit(&walk->fold);
    dp_notes_deinit(&walk->notes);
}

static void check_all(const struct example *examples, size_t count)
{
    int wrong = 0;
    for (size_t i = 0; i < count; i++) {
        struct walk walk;
        tell(&walk, examples[i].events);
        bool right = dp_notes_are(&walk.notes, examples[i].facts);

        /* Walked again, with all teams forgotten by their agents, the same facts come out. */
        memset(walk.notes.teams, 0, sizeof walk.notes.teams);
        dp_notes_clear(&walk.notes);
        step_all(&walk);
        bool again = dp_notes_are(&walk.notes, examples[i].facts);
        end(&walk);
        if (!right || !again) {
            print_error("%s: %s\n", right ? "walked again" : "wrong", examples[i].says);
            wrong++;
        }
    }
    assert_int_equal(wrong, 0);
}

#define CHECK_ALL(examples) check_all(examples, sizeof(examples) / sizeof *(examples))

static void offers_and_responses(void **state)
{
    (void)state;
    CHECK_ALL(responses);
}

static void replies_to_messages(void **state)
{
    (void)state;
    CHECK_ALL(replies);
}

static void abandoned_contacts(void **state)
{
    (void)state;
    CHECK_ALL(abandons);
    CHECK_ALL(priorities);
    CHECK_ALL(conversations);
}

static void legs_holds_and_wraps(void **state)
{
    (void)state;
    CHECK_ALL(handles);
}

static void transfers_and_queues(void **state)
{
    (void)state;
    CHECK_ALL(transfers);
}

static void outcomes_and_reopenings(void **state)
{
    (void)state;
    CHECK_ALL(outcomes);
}

static void teams_of_facts(void **state)
{
    (void)state;
    CHECK_ALL(teams);
}

/* A team is looked up once for an event, unless the event turns out to be another agent's. */
static void looks_up_once(void **state)
{
    (void)state;
    struct walk walk;
    tell(&walk, "0 answered a1; 1000 declined a2; 5000 ended; 6000 resolved yes");
    unsigned first = walk.notes.look_ups;
    dp_notes_clear(&walk.notes);
    step_all(&walk);
    assert_int_equal(walk.notes.look_ups, first);
    end(&walk);
}

struct gauge {
    const char *events;
    int64_t waiting_ms; /* -1: does not wait */
    const char *active;
};

/* Who waits since when, and who serves. */
static void waiting_and_active(void **state)
{
    (void)state;
    static const struct gauge gauges[] = {
        {"0 message customer", -1, ""},
        {"1000 offered voice q1", 1000, ""},
        {"1000 offered voice q1; 2000 offered voice q2; 3000 declined a1", 1000, ""},
        {"1000 offered voice q1; 2000 answered a1", -1, "a1"},
        {"1000 offered voice q1; 2000 abandoned", -1, ""},
        {"1000 offered voice q1; 2000 ended", -1, ""},
        {"0 answered a1; 1000 offered voice q1", -1, "a1"},
        {"0 abandoned; 1000 offered voice q1", -1, ""},
        {"0 offered voice q1; 1000 answered a1; 3000 transferred a1 q2", 3000, ""},
        {"0 offered voice q1; 1000 transferred a1 q2", 0, ""},
        {"0 offered voice q1; 1000 answered a1; 2000 answered a2; 3000 transferred a1", -1, "a2"},
        {"0 offered voice q1; 1000 answered a1; 3000 transferred a1; 4000 answered a2", -1, "a2"},
        {"0 offered voice q1; 1000 answered a1; 3000 transferred a1; 4000 ended", -1, ""},
        {"0 answered a1; 0 answered a2; 0 answered a1", -1, "a1 a2"},
        {"0 answered a1; 1000 wrapped a1", -1, ""},
        {"0 answered a1; 1000 ended; 2000 answered a3", -1, "a3"},
    };
    for (size_t i = 0; i < sizeof gauges / sizeof *gauges; i++) {
        struct walk walk;
        tell(&walk, gauges[i].events);
        int64_t waiting = walk.fold.waiting_ms == INT64_MIN ? -1 : walk.fold.waiting_ms;
        uint32_t agents[RECORDS];
        uint32_t count = dp_fold_active(&walk.fold, agents);
        struct dp_story names = {.rest = gauges[i].active};
        uint32_t expected = 0;
        for (size_t len; (len = strcspn(names.rest, " ")); names.rest += len) {
            uint32_t agent = dp_notes_number(&walk.notes, (struct dp_str){names.rest, len});
            bool found = false;
            for (uint32_t j = 0; j < count; j++)
                found |= agents[j] == agent;
            if (!found)
                fail_msg("%.*s is not active: %s", (int)len, names.rest, gauges[i].events);
            expected++;
            len += names.rest[len] == ' ';
        }
        if (waiting != gauges[i].waiting_ms || count != expected)
            fail_msg("waits since %lld, %u are active: %s", (long long)waiting, count,
                     gauges[i].events);
        end(&walk);
    }
}

/* From year 0 to year 9999 no sum runs over. */
static void extreme_times(void **state)
{
    (void)state;
    struct walk walk;
    tell(&walk, "-62167219200000 offered voice q1; -62167219200000 answered a1;"
                "-62167219200000 held a1; 253402300799999 ended; 253402300799999 resolved yes");
    struct dp_leg *leg = &walk.fold.legs[0];
    assert_true(leg->hold_ms == leg->end_ms - leg->start_ms);
    assert_true(walk.fold.outcome.fact.value == INT64_C(315569519999999));
    end(&walk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(offers_and_responses), cmocka_unit_test(replies_to_messages),
        cmocka_unit_test(abandoned_contacts),   cmocka_unit_test(legs_holds_and_wraps),
        cmocka_unit_test(transfers_and_queues), cmocka_unit_test(outcomes_and_reopenings),
        cmocka_unit_test(teams_of_facts),       cmocka_unit_test(looks_up_once),
        cmocka_unit_test(waiting_and_active),   cmocka_unit_test(extreme_times),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
