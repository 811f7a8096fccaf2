/* A contact's dossier: its events, what they say of it (fold.h), and what the gauges have been
 * told. It is there while something happens to the contact; of one that rests the packed events are
 * kept (packing.h).
 *
 * Its events are kept sorted by (time, source, id). One that arrives in order is one step of the
 * fold; out of order all are folded anew, with and without it, and the difference is told. Thread:
 * one. Out of memory ends the process (dp_xmalloc). */
#ifndef DP_DOSSIER_H
#define DP_DOSSIER_H

#include <stddef.h>
#include <stdint.h>

#include "aggregator/fold.h"
#include "common/heap.h"
#include "common/str.h"

/* What a usual contact needs has its room in the dossier itself. */
#define DP_DOSSIER_RECORDS 8
#define DP_DOSSIER_BYTES   192

struct dp_dossier {
    struct dp_record *records; /* first_records until there are more */
    char *bytes; /* ids and sources, the contact's id first; first_bytes until there are more */
    uint32_t record_count, record_capacity;
    uint32_t byte_count, byte_capacity;

    /* What the gauges have been told: where it waits, where it is served. */
    uint32_t waiting_queue, service_queue;
    struct dp_heap_node waiting; /* in waiting_queue's heap, by since when */

    int64_t abandoned_ms;  /* of its abandon, if abandoned_in */
    uint32_t abandoned_in; /* the queue that is told of it, to call back; 0: none */

    struct dp_fold fold;
    char first_bytes[DP_DOSSIER_BYTES];
    struct dp_record first_records[DP_DOSSIER_RECORDS];
};

/* Room for folding again: one for all dossiers. All zero: empty. */
struct dp_fold_room {
    struct dp_made_list {
        struct dp_made *items;
        size_t count, capacity;
    } before, after;
};

void dp_fold_room_deinit(struct dp_fold_room *room);

/* Begins one without events, of the contact with that id. */
void dp_dossier_init(struct dp_dossier *dossier, struct dp_str id);
void dp_dossier_deinit(struct dp_dossier *dossier);

/* Adds one event: `record` with its strings still apart. `customer` is absent but for offers. Tells
 * the facts that come and go through `rules`, those that go first. */
void dp_dossier_add(struct dp_dossier *dossier, const struct dp_record *record,
                    struct dp_str source, struct dp_str id, struct dp_str customer,
                    const struct dp_fold_rules *rules, struct dp_fold_room *room);

/* Puts back an event; `record` is as it was, but for the places of its strings. Nothing is folded
 * or told. */
void dp_dossier_restore(struct dp_dossier *dossier, const struct dp_record *record,
                        struct dp_str source, struct dp_str id, struct dp_str customer);

/* All events are there again: folds them, and tells all facts. */
void dp_dossier_tell(struct dp_dossier *dossier, const struct dp_fold_rules *rules,
                     struct dp_fold_room *room);

/* The same for facts that were told: what was found out about them is in the records. */
void dp_dossier_fold(struct dp_dossier *dossier);

/* The id of a customer that an offer named; `at` as in the record. */
static inline struct dp_str dp_dossier_customer(const struct dp_dossier *dossier, uint32_t at)
{
    return (struct dp_str){dossier->bytes + at + 1, (uint8_t)dossier->bytes[at]};
}

/* Source and id of one of its events. */
static inline struct dp_str dp_dossier_source_of(const struct dp_dossier *dossier,
                                                 const struct dp_record *record)
{
    return (struct dp_str){dossier->bytes + record->source_at, record->source_len + 1u};
}

static inline struct dp_str dp_dossier_event_id(const struct dp_dossier *dossier,
                                                const struct dp_record *record)
{
    return (struct dp_str){dossier->bytes + record->id_at, record->id_len + 1u};
}

/* Begins to fetch what adding an event will write to. */
static inline void dp_dossier_prefetch_end(const struct dp_dossier *dossier)
{
    __builtin_prefetch(&dossier->records[dossier->record_count - 1]); /* there is one at least */
    __builtin_prefetch(&dossier->records[dossier->record_count], 1);
    __builtin_prefetch(dossier->bytes + dossier->byte_count, 1);
}

#endif
