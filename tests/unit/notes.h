/* Facts as lines of text, so that a test can say which it expects and read what it got:
 *
 *   "offered@0 q1 voice; response@5000=5000 a1 t1 q1 voice; handle@9000=4000/1000/0 a1 t1 q1 voice"
 *
 * KIND@TIME[=VALUE[/HOLD/WRAP]], then agent, team, queue, channel and flags as far as there are
 * any. Names stand in for the numbers of scopes. */
#ifndef DP_NOTES_H
#define DP_NOTES_H

#include <stddef.h>

#include "aggregator/repeat.h"

#define DP_NOTES_NAMES 64

struct dp_notes {
    char names[DP_NOTES_NAMES][32]; /* by number; 0 is nobody */
    uint32_t name_count;
    uint32_t teams[DP_NOTES_NAMES]; /* by agent: the team of its states */
    char (*facts)[128];             /* made and not taken back */
    size_t fact_count, fact_capacity;
    size_t told; /* how many facts were made or taken back */
    unsigned look_ups;
    struct dp_fold_rules rules; /* emit and look_up_team of these notes; 5 s short_abandon */
};

void dp_notes_init(struct dp_notes *notes);
void dp_notes_deinit(struct dp_notes *notes);
void dp_notes_clear(struct dp_notes *notes); /* of facts */

/* The number that stands for a name; 0 for an absent one. */
uint32_t dp_notes_number(struct dp_notes *notes, struct dp_str name);

/* The event of a contact as a record, but for the place of its strings. */
struct dp_record dp_notes_record(struct dp_notes *notes, const struct dp_event *event);

/* An emit of a fold (`ctx` is the notes). Fails the test for a fact taken back that was not made.
 */
void dp_notes_emit(void *ctx, int sign, const struct dp_made *made);

/* The same of facts with marks (dp_marked_fn). */
void dp_notes_marked(void *ctx, const struct dp_contact *contact, int sign,
                     const struct dp_made *made);

/* True when the facts are those of `expected`, separated by ";", in any order; else both are
 * printed. */
bool dp_notes_are(struct dp_notes *notes, const char *expected);
bool dp_notes_same(struct dp_notes *notes, struct dp_notes *others);

#endif
