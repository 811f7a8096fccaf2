#include "aggregator/desk.h"

#include <stdlib.h>

#include "aggregator/contact.h"
#include "common/memory.h"

#define FIRST_CAPACITY 64

/* So many free dossiers are kept at most: all are of one size, and small pieces of memory would
 * soon lie in between. */
#define SPARE_MAX 4096

void dp_desk_deinit(struct dp_desk *desk)
{
    while (desk->spare_count)
        free(desk->spare[--desk->spare_count]);
    free(desk->spare);
    free(desk->items);
}

struct dp_dossier *dp_desk_get(struct dp_desk *desk)
{
    if (desk->spare_count)
        return desk->spare[--desk->spare_count];
    return dp_xmalloc(sizeof(struct dp_dossier));
}

void dp_desk_put(struct dp_desk *desk, struct dp_dossier *dossier)
{
    if (!desk->spare)
        desk->spare = dp_xmalloc(SPARE_MAX * sizeof(struct dp_dossier *));
    if (desk->spare_count < SPARE_MAX)
        desk->spare[desk->spare_count++] = dossier;
    else
        free(dossier);
}

static struct dp_contact **place_of(const struct dp_desk *desk, size_t at)
{
    return &desk->items[at & (desk->capacity - 1)];
}

/* A ring of another size, without what was taken away. */
static void resize(struct dp_desk *desk)
{
    struct dp_desk old = *desk;
    desk->capacity = FIRST_CAPACITY;
    while (desk->capacity / 2 < desk->count)
        desk->capacity *= 2;
    desk->items = dp_xmalloc(desk->capacity * sizeof(struct dp_contact *));
    desk->first = desk->end = 0;
    for (size_t at = old.first; at < old.end; at++) {
        struct dp_contact *contact = *place_of(&old, at);
        if (!contact)
            continue;
        dp_contact_dossier(contact)->place = desk->end;
        *place_of(desk, desk->end++) = contact;
    }
    free(old.items);
}

void dp_desk_lay(struct dp_desk *desk, struct dp_contact *contact, int64_t now_ms)
{
    struct dp_dossier *dossier = dp_contact_dossier(contact);
    if (desk->end - desk->first == desk->capacity)
        resize(desk);
    dossier->place = desk->end;
    dossier->laid_ms = now_ms;
    *place_of(desk, desk->end++) = contact;
    desk->count++;
}

void dp_desk_take(struct dp_desk *desk, struct dp_dossier *dossier)
{
    *place_of(desk, dossier->place) = NULL;
    desk->count--;
}

/* Begins to fetch what is soon to be looked at. */
static void prefetch(const struct dp_desk *desk)
{
    enum { SOON = 3, LATER = 6 };
    if (desk->end - desk->first <= LATER)
        return;
    struct dp_contact *later = *place_of(desk, desk->first + LATER);
    struct dp_contact *soon = *place_of(desk, desk->first + SOON);
    if (later)
        __builtin_prefetch(later);
    if (soon)
        dp_prefetch(dp_contact_dossier(soon), sizeof(struct dp_dossier));
}

struct dp_contact *dp_desk_first(struct dp_desk *desk, int64_t until_ms)
{
    while (desk->first < desk->end && !*place_of(desk, desk->first))
        desk->first++;
    if (desk->first == desk->end)
        return NULL;
    struct dp_contact *contact = *place_of(desk, desk->first);
    if (dp_contact_dossier(contact)->laid_ms > until_ms)
        return NULL;
    prefetch(desk);
    return contact;
}
