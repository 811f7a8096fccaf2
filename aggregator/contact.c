#include "aggregator/contact.h"

#include <stdlib.h>
#include <string.h>
#define XXH_INLINE_ALL /* keys are short: a call would cost more than the hash */
#include <xxhash.h>

#include "common/memory.h"

void dp_contacts_init(struct dp_contacts *contacts)
{
    *contacts = (struct dp_contacts){0};
    dp_silence_init(&contacts->silence);
}

static void destroy(struct dp_contact *contact)
{
    dp_fold_deinit(&contact->fold);
    if (contact->records != contact->first_records)
        free(contact->records);
    if (contact->bytes != contact->first_bytes)
        free(contact->bytes);
    free(contact);
}

void dp_contacts_deinit(struct dp_contacts *contacts)
{
    for (size_t i = 0; i < contacts->index.capacity; i++)
        if (contacts->index.slots[i].item)
            destroy(contacts->index.slots[i].item);
    dp_silence_deinit(&contacts->silence);
    dp_index_deinit(&contacts->index);
    free(contacts->before.items);
    free(contacts->after.items);
}

/* `used` bytes at `items`, moved to room for `size`; `first` is the contact's own room. */
static void *grow(void *items, const void *first, size_t used, size_t size)
{
    if (items != first)
        return dp_xrealloc(items, size);
    return memcpy(dp_xmalloc(size), first, used);
}

/* Appends to the contact's bytes and returns the place. */
static uint32_t keep(struct dp_contact *contact, const char *bytes, size_t len)
{
    uint32_t at = contact->byte_count;
    if (at + len > contact->byte_capacity) {
        contact->byte_capacity = (uint32_t)(at + len) + contact->byte_capacity / 2;
        contact->bytes = grow(contact->bytes, contact->first_bytes, at, contact->byte_capacity);
    }
    memcpy(contact->bytes + at, bytes, len);
    contact->byte_count += (uint32_t)len;
    return at;
}

static struct dp_contact *create(struct dp_contacts *contacts, struct dp_str id, uint64_t hash,
                                 int64_t time_ms)
{
    struct dp_contact *contact = dp_xmalloc(sizeof *contact);
    memset(contact, 0, offsetof(struct dp_contact, first_bytes));
    contact->hash = hash;
    contact->records = contact->first_records;
    contact->record_capacity = DP_CONTACT_RECORDS;
    contact->bytes = contact->first_bytes;
    contact->byte_capacity = DP_CONTACT_BYTES;
    keep(contact, id.p, id.len);
    contact->id_len = (uint8_t)id.len;
    contact->last_ms = time_ms;
    contact->waiting.at = DP_HEAP_OUT;
    dp_fold_rewind(&contact->fold, NULL, 0);
    dp_index_add(&contacts->index, hash, contact);
    dp_silence_add(&contacts->silence, contact);
    return contact;
}

uint64_t dp_contact_hash(struct dp_str id)
{
    return XXH3_64bits(id.p, id.len);
}

struct dp_contact *dp_contacts_find(const struct dp_contacts *contacts, struct dp_str id,
                                    uint64_t hash)
{
    for (void **slot = dp_index_first(&contacts->index, hash); slot;
         slot = dp_index_next(&contacts->index, hash, slot)) {
        struct dp_contact *contact = *slot;
        if (dp_str_equal(dp_contact_id(contact), id))
            return contact;
    }
    return NULL;
}

struct dp_contact *dp_contacts_get(struct dp_contacts *contacts, struct dp_str id, uint64_t hash,
                                   int64_t time_ms)
{
    struct dp_contact *contact = dp_contacts_find(contacts, id, hash);
    return contact ? contact : create(contacts, id, hash, time_ms);
}

struct dp_contact *dp_contacts_silent(struct dp_contacts *contacts, int64_t before_ms)
{
    return dp_silence_first(&contacts->silence, before_ms);
}

void dp_contacts_remove(struct dp_contacts *contacts, struct dp_contact *contact)
{
    dp_silence_remove(&contacts->silence, contact);
    dp_index_remove(&contacts->index, contact->hash, contact);
    destroy(contact);
}

/* A customer's id is kept behind its length. */
struct dp_str dp_contact_customer(const struct dp_contact *contact, uint32_t at)
{
    return (struct dp_str){contact->bytes + at + 1, (uint8_t)contact->bytes[at]};
}

/* Where a new event belongs among the records. */
static uint32_t place_of(const struct dp_contact *contact, int64_t time_ms, struct dp_str source,
                         struct dp_str id)
{
    uint32_t at = contact->record_count;
    while (at > 0) {
        const struct dp_record *before = &contact->records[at - 1];
        if (before->time_ms < time_ms)
            break;
        if (before->time_ms == time_ms) {
            int order = dp_str_compare(dp_contact_source_of(contact, before), source);
            if (order < 0 ||
                (order == 0 && dp_str_compare(dp_contact_event_id(contact, before), id) < 0))
                break;
        }
        at--;
    }
    return at;
}

static void insert(struct dp_contact *contact, uint32_t at, const struct dp_record *record,
                   struct dp_str source, struct dp_str id, struct dp_str customer)
{
    if (contact->record_count == contact->record_capacity) {
        contact->record_capacity += contact->record_capacity / 2;
        contact->records =
            grow(contact->records, contact->first_records, sizeof contact->first_records,
                 contact->record_capacity * sizeof *contact->records);
    }
    /* The events of a contact mostly come from one source: keep its name once. */
    const struct dp_record *last =
        contact->record_count ? &contact->records[contact->record_count - 1] : NULL;
    uint32_t source_at = last && dp_str_equal(dp_contact_source_of(contact, last), source)
                             ? last->source_at
                             : keep(contact, source.p, source.len);
    struct dp_record *place = &contact->records[at];
    if (at < contact->record_count)
        memmove(place + 1, place, (contact->record_count - at) * sizeof *place);
    *place = *record;
    place->source_at = source_at;
    place->source_len = (uint8_t)(source.len - 1);
    place->id_at = keep(contact, id.p, id.len);
    place->id_len = (uint8_t)(id.len - 1);
    if (customer.len) {
        char len = (char)customer.len;
        place->customer = keep(contact, &len, 1);
        keep(contact, customer.p, customer.len);
    }
    contact->record_count++;
}

/* Facts made less facts taken back. */
static void collect(void *ctx, int sign, const struct dp_made *made)
{
    struct dp_made_list *list = ctx;
    if (sign > 0) {
        list->items = dp_xgrow(list->items, list->count, &list->capacity, sizeof *list->items);
        list->items[list->count++] = *made;
        return;
    }
    size_t at = list->count - 1; /* what is taken back was made before */
    while (memcmp(&list->items[at], made, sizeof *made) != 0)
        at--;
    list->items[at] = list->items[--list->count];
}

/* Some order in which equal facts are neighbours. */
static int compare_made(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(struct dp_made));
}

static void fold_again(struct dp_contact *contact, struct dp_made_list *list,
                       const struct dp_fold_rules *rules)
{
    list->count = 0;
    struct dp_fold_rules collecting = *rules;
    collecting.emit = collect;
    collecting.emit_ctx = list;
    dp_fold_rewind(&contact->fold, contact->records, contact->record_count);
    for (uint32_t i = 0; i < contact->record_count; i++)
        dp_fold_step(&contact->fold, contact->records, i, &collecting);
    if (list->count)
        qsort(list->items, list->count, sizeof *list->items, compare_made);
}

/* Tells what is in `list` but not in `other`, both sorted. */
static void tell_difference(const struct dp_made_list *list, const struct dp_made_list *other,
                            int sign, const struct dp_fold_rules *rules)
{
    size_t j = 0;
    for (size_t i = 0; i < list->count; i++) {
        int order = -1;
        while (j < other->count && (order = compare_made(&other->items[j], &list->items[i])) < 0)
            j++;
        if (j < other->count && order == 0)
            j++;
        else
            rules->emit(rules->emit_ctx, sign, &list->items[i]);
    }
}

void dp_contact_add(struct dp_contacts *contacts, struct dp_contact *contact,
                    const struct dp_record *record, struct dp_str source, struct dp_str id,
                    struct dp_str customer, const struct dp_fold_rules *rules)
{
    uint32_t at = place_of(contact, record->time_ms, source, id);
    if (record->time_ms > contact->last_ms)
        contact->last_ms = record->time_ms;

    /* An offer decides about the facts of all events, so only a first event may be one in order. */
    bool decides = record->type == DP_CONTACT_OFFERED && contact->fold.offered == DP_NOT_OFFERED;
    if (at == contact->record_count && (!decides || at == 0)) {
        insert(contact, at, record, source, id, customer);
        if (decides)
            dp_fold_rewind(&contact->fold, contact->records, contact->record_count);
        dp_fold_step(&contact->fold, contact->records, at, rules);
        return;
    }
    fold_again(contact, &contacts->before, rules);
    insert(contact, at, record, source, id, customer);
    fold_again(contact, &contacts->after, rules);
    tell_difference(&contacts->before, &contacts->after, -1, rules);
    tell_difference(&contacts->after, &contacts->before, +1, rules);
}

void dp_contact_restore(struct dp_contact *contact, const struct dp_record *record,
                        struct dp_str source, struct dp_str id, struct dp_str customer)
{
    insert(contact, place_of(contact, record->time_ms, source, id), record, source, id, customer);
}

void dp_contact_tell(struct dp_contacts *contacts, struct dp_contact *contact,
                     const struct dp_fold_rules *rules)
{
    fold_again(contact, &contacts->after, rules);
    for (size_t i = 0; i < contacts->after.count; i++)
        rules->emit(rules->emit_ctx, +1, &contacts->after.items[i]);
}
