/* Contacts, all that are remembered: what each has is in its dossier (dossier.h). Most of them
 * rest, nothing having happened to them for minutes, and are a fifth of that then (packing.h). A
 * pointer to a contact stays good until it is removed. Times in ms. Thread: one. */
#ifndef DP_CONTACT_H
#define DP_CONTACT_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "aggregator/desk.h"
#include "aggregator/dossier.h"
#include "aggregator/packing.h"
#include "aggregator/silence.h"
#include "common/index.h"
#include "common/str.h"

struct dp_contact {
    union {
        struct dp_dossier *dossier; /* on the desk */
        char *packed;               /* of one that rests; owned */
    };
    int64_t last_ms;                               /* the latest of its events */
    struct dp_contact *next_silent, **link_silent; /* silence.c: its list */
    int64_t filed;                                 /* the second that it is filed under */
    uint32_t place;                                /* of its dossier: desk.c; its lowest bits */
    uint32_t frame;             /* of the journal: where its first event is; its lowest bits */
    uint16_t judged[DP_JUDGED]; /* the flags of its facts that were found out when they were made */
    uint8_t id_len;
    bool fcr : 1; /* its outcome counts as first-contact resolution */
    bool rests : 1;
};

struct dp_contacts {
    struct dp_index index;
    struct dp_silence silence;
    struct dp_desk desk;
    int64_t now_ms;               /* as dp_contacts_tidy was told last */
    size_t packed_bytes;          /* of all that rest */
    struct dp_dossier *looked_at; /* of one that rests; NULL: none */
    struct dp_fold_room room;
    struct dp_packing packing;
};

void dp_contacts_init(struct dp_contacts *contacts);
void dp_contacts_deinit(struct dp_contacts *contacts);

static inline size_t dp_contacts_count(const struct dp_contacts *contacts)
{
    return contacts->index.count;
}

uint64_t dp_contact_hash(struct dp_str id);

/* The contact of that id and its hash, or NULL. */
struct dp_contact *dp_contacts_find(const struct dp_contacts *contacts, struct dp_str id,
                                    uint64_t hash);

/* The same, made when it is not there, for an event of `time_ms`. */
struct dp_contact *dp_contacts_get(struct dp_contacts *contacts, struct dp_str id, uint64_t hash,
                                   int64_t time_ms);

/* The contact's dossier, on the desk from now on. */
struct dp_dossier *dp_contacts_open(struct dp_contacts *contacts, struct dp_contact *contact);

/* The same, just to look at: of one that rests until the next is looked at. */
const struct dp_dossier *dp_contacts_look(struct dp_contacts *contacts,
                                          const struct dp_contact *contact);

/* The dossier of one that is known to be on the desk. */
static inline struct dp_dossier *dp_contact_dossier(const struct dp_contact *contact)
{
    assert(!contact->rests);
    return contact->dossier;
}

/* Events have come up to about `now_ms`: packs the dossiers of some contacts that rest. To be
 * called every few hundred events; no pointer to a dossier stays good. */
void dp_contacts_tidy(struct dp_contacts *contacts, int64_t now_ms);

/* Packs this one's, if it rests. */
void dp_contacts_put_away(struct dp_contacts *contacts, struct dp_contact *contact);

/* Adds one event, as dp_dossier_add. */
void dp_contact_add(struct dp_contacts *contacts, struct dp_contact *contact,
                    const struct dp_record *record, struct dp_str source, struct dp_str id,
                    struct dp_str customer, const struct dp_fold_rules *rules);

/* The contact that has been silent longest, to the second. NULL when there is none, or none that
 * was last heard of in a second before that of `before_ms`. */
struct dp_contact *dp_contacts_silent(struct dp_contacts *contacts, int64_t before_ms);

/* Frees a contact whose dossier is on the desk, once it is in no heap any more; its facts stay. */
void dp_contacts_remove(struct dp_contacts *contacts, struct dp_contact *contact);

static inline struct dp_str dp_contact_id(const struct dp_contact *contact)
{
    const char *id = contact->rests ? contact->packed : contact->dossier->bytes;
    return (struct dp_str){id, contact->id_len};
}

#endif
