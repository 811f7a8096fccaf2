#include "aggregator/dossier.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "common/memory.h"

void dp_fold_room_deinit(struct dp_fold_room *room)
{
    free(room->before.items);
    free(room->after.items);
}

/* `used` bytes at `items`, moved to room for `size`; `first` is the dossier's own room. */
static void *grow(void *items, const void *first, size_t used, size_t size)
{
    if (items != first)
        return dp_xrealloc(items, size);
    return memcpy(dp_xmalloc(size), first, used);
}

/* Appends to the dossier's bytes and returns the place. */
static uint32_t keep(struct dp_dossier *dossier, const char *bytes, size_t len)
{
    uint32_t at = dossier->byte_count;
    if (at + len > dossier->byte_capacity) {
        dossier->byte_capacity = (uint32_t)(at + len) + dossier->byte_capacity / 2;
        dossier->bytes = grow(dossier->bytes, dossier->first_bytes, at, dossier->byte_capacity);
    }
    memcpy(dossier->bytes + at, bytes, len);
    dossier->byte_count += (uint32_t)len;
    return at;
}

void dp_dossier_init(struct dp_dossier *dossier, struct dp_str id)
{
    memset(dossier, 0, offsetof(struct dp_dossier, first_bytes));
    dossier->records = dossier->first_records;
    dossier->record_capacity = DP_DOSSIER_RECORDS;
    dossier->bytes = dossier->first_bytes;
    dossier->byte_capacity = DP_DOSSIER_BYTES;
    dossier->waiting.at = DP_HEAP_OUT;
    keep(dossier, id.p, id.len);
    dp_fold_rewind(&dossier->fold, NULL, 0);
}

void dp_dossier_deinit(struct dp_dossier *dossier)
{
    dp_fold_deinit(&dossier->fold);
    if (dossier->records != dossier->first_records)
        free(dossier->records);
    if (dossier->bytes != dossier->first_bytes)
        free(dossier->bytes);
}

/* Where a new event belongs among the records. */
static uint32_t place_of(const struct dp_dossier *dossier, int64_t time_ms, struct dp_str source,
                         struct dp_str id)
{
    uint32_t at = dossier->record_count;
    while (at > 0) {
        const struct dp_record *before = &dossier->records[at - 1];
        if (before->time_ms < time_ms)
            break;
        if (before->time_ms == time_ms) {
            int order = dp_str_compare(dp_dossier_source_of(dossier, before), source);
            if (order < 0 ||
                (order == 0 && dp_str_compare(dp_dossier_event_id(dossier, before), id) < 0))
                break;
        }
        at--;
    }
    return at;
}

static void insert(struct dp_dossier *dossier, uint32_t at, const struct dp_record *record,
                   struct dp_str source, struct dp_str id, struct dp_str customer)
{
    if (dossier->record_count == dossier->record_capacity) {
        dossier->record_capacity += dossier->record_capacity / 2;
        dossier->records =
            grow(dossier->records, dossier->first_records, sizeof dossier->first_records,
                 dossier->record_capacity * sizeof *dossier->records);
    }
    /* The events of a contact mostly come from one source: keep its name once. */
    const struct dp_record *last =
        dossier->record_count ? &dossier->records[dossier->record_count - 1] : NULL;
    uint32_t source_at = last && dp_str_equal(dp_dossier_source_of(dossier, last), source)
                             ? last->source_at
                             : keep(dossier, source.p, source.len);
    struct dp_record *place = &dossier->records[at];
    if (at < dossier->record_count)
        memmove(place + 1, place, (dossier->record_count - at) * sizeof *place);
    *place = *record;
    place->source_at = source_at;
    place->source_len = (uint8_t)(source.len - 1);
    place->id_at = keep(dossier, id.p, id.len);
    place->id_len = (uint8_t)(id.len - 1);
    if (customer.len) {
        char len = (char)customer.len;
        place->customer = keep(dossier, &len, 1);
        keep(dossier, customer.p, customer.len);
    }
    dossier->record_count++;
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

static void fold_all(struct dp_dossier *dossier, const struct dp_fold_rules *rules)
{
    dp_fold_rewind(&dossier->fold, dossier->records, dossier->record_count);
    for (uint32_t i = 0; i < dossier->record_count; i++)
        dp_fold_step(&dossier->fold, dossier->records, i, rules);
}

static void fold_again(struct dp_dossier *dossier, struct dp_made_list *list,
                       const struct dp_fold_rules *rules)
{
    list->count = 0;
    struct dp_fold_rules collecting = *rules;
    collecting.emit = collect;
    collecting.emit_ctx = list;
    fold_all(dossier, &collecting);
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

void dp_dossier_add(struct dp_dossier *dossier, const struct dp_record *record,
                    struct dp_str source, struct dp_str id, struct dp_str customer,
                    const struct dp_fold_rules *rules, struct dp_fold_room *room)
{
    uint32_t at = place_of(dossier, record->time_ms, source, id);

    /* An offer decides about the facts of all events, so only a first event may be one in order. */
    bool decides = record->type == DP_CONTACT_OFFERED && dossier->fold.offered == DP_NOT_OFFERED;
    if (at == dossier->record_count && (!decides || at == 0)) {
        insert(dossier, at, record, source, id, customer);
        if (decides)
            dp_fold_rewind(&dossier->fold, dossier->records, dossier->record_count);
        dp_fold_step(&dossier->fold, dossier->records, at, rules);
        return;
    }
    fold_again(dossier, &room->before, rules);
    insert(dossier, at, record, source, id, customer);
    fold_again(dossier, &room->after, rules);
    tell_difference(&room->before, &room->after, -1, rules);
    tell_difference(&room->after, &room->before, +1, rules);
}

void dp_dossier_restore(struct dp_dossier *dossier, const struct dp_record *record,
                        struct dp_str source, struct dp_str id, struct dp_str customer)
{
    insert(dossier, place_of(dossier, record->time_ms, source, id), record, source, id, customer);
}

void dp_dossier_tell(struct dp_dossier *dossier, const struct dp_fold_rules *rules,
                     struct dp_fold_room *room)
{
    fold_again(dossier, &room->after, rules);
    for (size_t i = 0; i < room->after.count; i++)
        rules->emit(rules->emit_ctx, +1, &room->after.items[i]);
}

static void told_already(void *ctx, int sign, const struct dp_made *made)
{
    (void)ctx;
    (void)sign;
    (void)made;
}

static void looked_up_already(void *ctx, uint32_t agent, uint32_t *team)
{
    (void)ctx;
    (void)agent;
    assert(!"the facts have been told, so all their teams are known");
    *team = 0;
}

void dp_dossier_fold(struct dp_dossier *dossier)
{
    const struct dp_fold_rules rules = {.look_up_team = looked_up_already, .emit = told_already};
    fold_all(dossier, &rules);
}
