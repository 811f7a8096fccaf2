/* Repeat contacts: whether an outcome counts as first-contact resolution (kpis.md).
 *
 * An outcome with resolved = true does, unless the same customer offers another contact after it,
 * within fcr_window. That later offer takes the mark back at the outcome's own time; an offer that
 * is taken back itself gives it again. The mark is part of the outcome's fact, so a change of it is
 * the fact with the old mark taken back and the one with the new mark made. Thread: one. */
#ifndef DP_REPEAT_H
#define DP_REPEAT_H

#include <stdbool.h>
#include <stdint.h>

#include "aggregator/contact.h"
#include "common/index.h"

/* Who is asked and told about marks, so that they can be the same another time. */
struct dp_repeat_history {
    /* An outcome is marked for the first time, as `fcr` says: returns the mark to give it. */
    bool (*judged)(void *ctx, bool fcr);
    /* The mark of an outcome that stands is another now. */
    void (*changed)(void *ctx, const struct dp_contact *contact);
    void *ctx;
    bool knows; /* nothing is judged again: changes come by dp_repeat_mark */
};

struct dp_repeat {
    struct dp_contacts *contacts;
    struct dp_index customers;
    struct dp_customer *oldest, *newest; /* by when something last arrived */
    int64_t window_ms;                   /* fcr_window */
    int64_t forget_ms;                   /* traces before it are given back */
    struct dp_repeat_history history;    /* functions may be NULL */
};

/* `contacts` must outlive it. */
void dp_repeat_init(struct dp_repeat *repeat, struct dp_contacts *contacts, int64_t window_ms);
void dp_repeat_deinit(struct dp_repeat *repeat);

/* Begin to fetch the memory that a contact of that customer will need: the second some time after
 * the first, with the hash that it gave. */
uint64_t dp_repeat_prefetch(const struct dp_repeat *repeat, struct dp_str customer);
void dp_repeat_prefetch_customer(const struct dp_repeat *repeat, uint64_t hash);

/* Tells of a fact of a contact, or of another contact whose mark changes by it. */
typedef void dp_marked_fn(void *ctx, const struct dp_contact *contact, int sign,
                          const struct dp_made *made);

/* Takes an offered or outcome fact as the contact made it (sign +1) or took it back (-1): its
 * dossier is on the desk. An outcome is passed on through `tell` with its mark; so are outcomes of
 * other contacts whose mark changes. */
void dp_repeat_take(struct dp_repeat *repeat, struct dp_contact *contact, int sign,
                    const struct dp_made *made, dp_marked_fn *tell, void *ctx);

/* Takes an offered or outcome fact of a contact that is being restored: all marks are known, and an
 * outcome is passed on with the contact's. */
void dp_repeat_restore(struct dp_repeat *repeat, struct dp_contact *contact,
                       const struct dp_made *made, dp_marked_fn *tell, void *ctx);

/* Gives the outcome of a contact, if it has one, another mark. */
void dp_repeat_mark(struct dp_repeat *repeat, struct dp_contact *contact, bool fcr,
                    dp_marked_fn *tell, void *ctx);

/* Forgets what `contact`, whose dossier is on the desk, is remembered for; call before the contact
 * is freed. */
void dp_repeat_forget_contact(struct dp_repeat *repeat, struct dp_contact *contact);

/* No event before `before_ms` will come any more: gives back what only such events could concern.
 */
void dp_repeat_forget(struct dp_repeat *repeat, int64_t before_ms);

#endif
