#include "aggregator/contact.h"

#include <stdlib.h>
#include <string.h>
#define XXH_INLINE_ALL /* keys are short: a call would cost more than the hash */
#include <xxhash.h>

#include "common/memory.h"

/* A contact rests when nothing has happened to it for so long. */
#define REST_MS INT64_C(300000)

/* So many dossiers are looked at in one go: far more than are laid down in between. */
#define TIDY_MAX 1024

void dp_contacts_init(struct dp_contacts *contacts)
{
    *contacts = (struct dp_contacts){.now_ms = INT64_MIN};
    dp_silence_init(&contacts->silence);
}

static void discard(struct dp_contacts *contacts, struct dp_dossier *dossier)
{
    dp_dossier_deinit(dossier);
    dp_desk_put(&contacts->desk, dossier);
}

static void destroy(struct dp_contacts *contacts, struct dp_contact *contact)
{
    if (contact->rests) {
        free(contact->packed);
    } else {
        dp_desk_take(&contacts->desk, contact);
        discard(contacts, contact->dossier);
    }
    free(contact);
}

void dp_contacts_deinit(struct dp_contacts *contacts)
{
    for (size_t i = 0; i < contacts->index.capacity; i++)
        if (contacts->index.slots[i].item)
            destroy(contacts, contacts->index.slots[i].item);
    if (contacts->looked_at)
        discard(contacts, contacts->looked_at);
    dp_desk_deinit(&contacts->desk);
    dp_silence_deinit(&contacts->silence);
    dp_index_deinit(&contacts->index);
    dp_fold_room_deinit(&contacts->room);
    dp_packing_deinit(&contacts->packing);
}

static struct dp_contact *create(struct dp_contacts *contacts, struct dp_str id, uint64_t hash,
                                 int64_t time_ms)
{
    struct dp_contact *contact = dp_xmalloc(sizeof *contact);
    *contact = (struct dp_contact){
        .dossier = dp_desk_get(&contacts->desk),
        .last_ms = time_ms,
        .id_len = (uint8_t)id.len,
    };
    dp_dossier_init(contact->dossier, id);
    dp_desk_lay(&contacts->desk, contact, contacts->now_ms);
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
    dp_index_remove(&contacts->index, dp_contact_hash(dp_contact_id(contact)), contact);
    destroy(contacts, contact);
}

struct dp_dossier *dp_contacts_open(struct dp_contacts *contacts, struct dp_contact *contact)
{
    if (!contact->rests)
        return contact->dossier;
    struct dp_dossier *dossier = dp_desk_get(&contacts->desk);
    contacts->packed_bytes -=
        dp_packing_unpack(dossier, contact->packed, contact->id_len, contact->last_ms);
    free(contact->packed);
    contact->dossier = dossier;
    contact->rests = false;
    dp_desk_lay(&contacts->desk, contact, contacts->now_ms);
    return dossier;
}

const struct dp_dossier *dp_contacts_look(struct dp_contacts *contacts,
                                          const struct dp_contact *contact)
{
    if (!contact->rests)
        return contact->dossier;
    if (contacts->looked_at)
        dp_dossier_deinit(contacts->looked_at);
    else
        contacts->looked_at = dp_desk_get(&contacts->desk);
    dp_packing_unpack(contacts->looked_at, contact->packed, contact->id_len, contact->last_ms);
    return contacts->looked_at;
}

static bool rests(const struct dp_contacts *contacts, const struct dp_contact *contact)
{
    const struct dp_dossier *dossier = dp_contact_dossier(contact);
    return contact->last_ms <= contacts->now_ms - REST_MS && !dossier->waiting_queue &&
           !dossier->fold.open_legs && dossier->fold.waiting_ms == INT64_MIN;
}

void dp_contacts_put_away(struct dp_contacts *contacts, struct dp_contact *contact)
{
    if (contacts->now_ms == INT64_MIN || !rests(contacts, contact))
        return;
    struct dp_dossier *dossier = contact->dossier;
    struct dp_packing *packing = &contacts->packing;
    dp_packing_pack(packing, dossier, contact->id_len, contact->last_ms);
    dp_desk_take(&contacts->desk, contact);
    discard(contacts, dossier);
    contact->packed = memcpy(dp_xmalloc(packing->len), packing->bytes, packing->len);
    contact->rests = true;
    contacts->packed_bytes += packing->len;
}

void dp_contacts_tidy(struct dp_contacts *contacts, int64_t now_ms)
{
    contacts->now_ms = now_ms;
    if (now_ms == INT64_MIN)
        return;
    for (int left = TIDY_MAX; left > 0; left--) {
        struct dp_contact *contact = dp_desk_first(&contacts->desk, now_ms - REST_MS);
        if (!contact)
            break;
        dp_contacts_put_away(contacts, contact);
        if (contact->rests)
            continue;
        dp_desk_take(&contacts->desk, contact);
        dp_desk_lay(&contacts->desk, contact, now_ms);
    }
}

void dp_contact_add(struct dp_contacts *contacts, struct dp_contact *contact,
                    const struct dp_record *record, struct dp_str source, struct dp_str id,
                    struct dp_str customer, const struct dp_fold_rules *rules)
{
    struct dp_dossier *dossier = dp_contacts_open(contacts, contact);
    if (record->time_ms > contact->last_ms)
        contact->last_ms = record->time_ms;
    dp_dossier_add(dossier, record, source, id, customer, rules, &contacts->room);
}
