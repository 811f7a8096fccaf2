/* Contacts: the sorted events of each, and the facts that they make.
 *
 * An event that arrives in order is one step of the fold; one that arrives out of order is put in
 * its place, the contact is folded again, and the difference between the facts before and after is
 * told. Order: by time, then source, then id, bytewise. Thread: one. */
#ifndef DP_CONTACT_H
#define DP_CONTACT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "aggregator/fold.h"
#include "aggregator/silence.h"
#include "common/heap.h"
#include "common/index.h"
#include "common/str.h"

/* What a usual contact needs has its room in the contact itself: one piece of memory, not four. */
#define DP_CONTACT_RECORDS 5
#define DP_CONTACT_BYTES   112

struct dp_contact {
    uint64_t hash;
    struct dp_record *records; /* first_records until there are more */
    char *bytes; /* ids and sources, its own id first; first_bytes until there are more */
    uint32_t record_count, record_capacity;
    uint32_t byte_count, byte_capacity;
    int64_t last_ms; /* the latest of its events */
    uint8_t id_len;
    bool fcr;                   /* its outcome counts as first-contact resolution */
    uint16_t judged[DP_JUDGED]; /* the flags of its facts that were found out when they were made */
    uint32_t frame;             /* of the journal: where its first event is; its lowest bits */

    /* What the gauges have been told: where it waits, where it is served. */
    uint32_t waiting_queue, service_queue;
    struct dp_heap_node waiting; /* in waiting_queue's heap, by since when */

    int64_t abandoned_ms;  /* of its abandon, if abandoned_in */
    uint32_t abandoned_in; /* the queue that is told of it, to call back; 0: none */

    struct dp_contact *next_silent, **link_silent; /* silence.c: its list */
    int64_t filed;                                 /* the second that it is filed under */

    struct dp_fold fold;
    char first_bytes[DP_CONTACT_BYTES];
    struct dp_record first_records[DP_CONTACT_RECORDS];
};

struct dp_contacts {
    struct dp_index index;
    struct dp_silence silence;
    struct dp_made_list {
        struct dp_made *items;
        size_t count, capacity;
    } before, after; /* room for folding again */
};

void dp_contacts_init(struct dp_contacts *contacts);
void dp_contacts_deinit(struct dp_contacts *contacts);

static inline size_t dp_contacts_count(const struct dp_contacts *contacts)
{
    return contacts->index.count;
}

uint64_t dp_contact_hash(struct dp_str id);

/* Begins to fetch what adding an event will write to. */
static inline void dp_contact_prefetch_end(const struct dp_contact *contact)
{
    __builtin_prefetch(&contact->records[contact->record_count - 1]); /* there is one at least */
    __builtin_prefetch(&contact->records[contact->record_count], 1);
    __builtin_prefetch(contact->bytes + contact->byte_count, 1);
}

/* The contact of that id and its hash, or NULL. */
struct dp_contact *dp_contacts_find(const struct dp_contacts *contacts, struct dp_str id,
                                    uint64_t hash);

/* The same, made when it is not there, for an event of `time_ms`. */
struct dp_contact *dp_contacts_get(struct dp_contacts *contacts, struct dp_str id, uint64_t hash,
                                   int64_t time_ms);

/* Adds one event: `record` with its strings still apart. `customer` is absent but for offers. Tells
 * the facts that come and go through `rules`, those that go first. */
void dp_contact_add(struct dp_contacts *contacts, struct dp_contact *contact,
                    const struct dp_record *record, struct dp_str source, struct dp_str id,
                    struct dp_str customer, const struct dp_fold_rules *rules);

/* Puts back an event of a contact that is being restored; `record` is as it was, but for the places
 * of its strings. No fact is told. */
void dp_contact_restore(struct dp_contact *contact, const struct dp_record *record,
                        struct dp_str source, struct dp_str id, struct dp_str customer);

/* Tells all facts of a contact that is complete again. */
void dp_contact_tell(struct dp_contacts *contacts, struct dp_contact *contact,
                     const struct dp_fold_rules *rules);

/* The contact that has been silent longest, to the second. NULL when there is none, or none that
 * was last heard of in a second before that of `before_ms`. */
struct dp_contact *dp_contacts_silent(struct dp_contacts *contacts, int64_t before_ms);

/* Frees a contact, once it is in no heap any more; its facts stay. */
void dp_contacts_remove(struct dp_contacts *contacts, struct dp_contact *contact);

/* The id of a customer that an offer of the contact named; `at` as in the record. */
struct dp_str dp_contact_customer(const struct dp_contact *contact, uint32_t at);

/* Source and id of one of its events. */
static inline struct dp_str dp_contact_source_of(const struct dp_contact *contact,
                                                 const struct dp_record *record)
{
    return (struct dp_str){contact->bytes + record->source_at, record->source_len + 1u};
}

static inline struct dp_str dp_contact_event_id(const struct dp_contact *contact,
                                                const struct dp_record *record)
{
    return (struct dp_str){contact->bytes + record->id_at, record->id_len + 1u};
}

static inline struct dp_str dp_contact_id(const struct dp_contact *contact)
{
    return (struct dp_str){contact->bytes, contact->id_len};
}

#endif
