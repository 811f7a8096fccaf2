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

static struct dp_laid *place_of(const struct dp_desk *desk, size_t at)
{
    return &desk->items[at & (desk->capacity - 1)];
}

/* Where there is room. */
static void lay(struct dp_desk *desk, struct dp_contact *contact, int64_t laid_ms)
{
    contact->place = (uint32_t)desk->end;
    *place_of(desk, desk->end++) = (struct dp_laid){contact, laid_ms};
}

/* A ring of another size, without what was taken away. */
static void resize(struct dp_desk *desk)
{
    struct dp_desk old = *desk;
    desk->capacity = FIRST_CAPACITY;
    while (desk->capacity / 2 < desk->count)
        desk->capacity *= 2;
    desk->items = dp_xmalloc(desk->capacity * sizeof *desk->items);
    desk->first = desk->end = 0;
    for (size_t at = old.first; at < old.end; at++) {
        const struct dp_laid *laid = place_of(&old, at);
        if (laid->contact)
            lay(desk, laid->contact, laid->laid_ms);
    }
    free(old.items);
}

void dp_desk_lay(struct dp_desk *desk, struct dp_contact *contact, int64_t now_ms)
{
    if (desk->end - desk->first == desk->capacity)
        resize(desk);
    lay(desk, contact, now_ms);
    desk->count++;
}

void dp_desk_take(struct dp_desk *desk, const struct dp_contact *contact)
{
    place_of(desk, contact->place)->contact = NULL;
    desk->count--;
}

/* Begins to fetch what is soon to be looked at: first the contact, and of one that is likely to be
 * packed then the dossier. */
static void prefetch(const struct dp_desk *desk, int64_t until_ms)
{
    enum { SOON = 4, LATER = 8 };
    if (desk->end - desk->first <= LATER)
        return;
    const struct dp_contact *later = place_of(desk, desk->first + LATER)->contact;
    const struct dp_contact *soon = place_of(desk, desk->first + SOON)->contact;
    if (later)
        __builtin_prefetch(later);
    if (soon && soon->last_ms <= until_ms)
        dp_prefetch(soon->dossier, sizeof *soon->dossier);
}

struct dp_contact *dp_desk_first(struct dp_desk *desk, int64_t until_ms)
{
    while (desk->first < desk->end && !place_of(desk, desk->first)->contact)
        desk->first++;
    if (desk->first == desk->end || place_of(desk, desk->first)->laid_ms > until_ms)
        return NULL;
    prefetch(desk, until_ms);
    return place_of(desk, desk->first)->contact;
}
