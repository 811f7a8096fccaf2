#include "aggregator/callbacks.h"

#include <stdlib.h>
#include <string.h>

#include "common/memory.h"

struct abandon {
    int64_t time_ms;
    const struct dp_contact *contact; /* NULL: `id` names it */
    struct dp_str id;
};

/* By time, then id. */
struct list {
    struct abandon *items;
    size_t first, end, capacity; /* items[first, end) */
};

struct dp_callbacks {
    struct list known;
    struct list told; /* the sink has; ids are owned */
    char *gone;       /* the id handed out last, of one that has left `told` */
    bool changed, unknown, renew;
};

struct dp_callbacks *dp_callbacks_create(void)
{
    return dp_xcalloc(1, sizeof(struct dp_callbacks));
}

static void forget_told(struct dp_callbacks *callbacks)
{
    for (size_t i = callbacks->told.first; i < callbacks->told.end; i++)
        free((char *)callbacks->told.items[i].id.p);
    callbacks->told.first = callbacks->told.end = 0;
}

void dp_callbacks_destroy(struct dp_callbacks *callbacks)
{
    if (!callbacks)
        return;
    forget_told(callbacks);
    free(callbacks->told.items);
    free(callbacks->known.items);
    free(callbacks->gone);
    free(callbacks);
}

/* A contact's own id may move. */
static struct dp_str id_of(const struct abandon *abandon)
{
    return abandon->contact ? dp_contact_id(abandon->contact) : abandon->id;
}

static int compare(const struct abandon *a, const struct abandon *b)
{
    if (a->time_ms != b->time_ms)
        return a->time_ms < b->time_ms ? -1 : 1;
    return dp_str_compare(id_of(a), id_of(b));
}

/* The first that does not come before `abandon`. */
static size_t place_of(const struct list *list, const struct abandon *abandon)
{
    size_t low = list->first, high = list->end;
    if (high > low && compare(&list->items[high - 1], abandon) < 0)
        return high;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (compare(&list->items[middle], abandon) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* New ones mostly come last, old ones leave in front. */
static void insert(struct list *list, size_t at, const struct abandon *abandon)
{
    list->items = dp_xgrow(list->items, list->end, &list->capacity, sizeof *list->items);
    memmove(&list->items[at + 1], &list->items[at], (list->end - at) * sizeof *list->items);
    list->items[at] = *abandon;
    list->end++;
}

static void erase(struct list *list, size_t at)
{
    if (at == list->first) {
        list->first++;
    } else {
        list->end--;
        memmove(&list->items[at], &list->items[at + 1], (list->end - at) * sizeof *list->items);
    }
    if (list->first > list->end / 2) { /* as many are gone as there are: use their room */
        list->end -= list->first;
        memmove(list->items, list->items + list->first, list->end * sizeof *list->items);
        list->first = 0;
    }
}

void dp_callbacks_put(struct dp_callbacks *callbacks, const struct dp_contact *contact,
                      int64_t time_ms)
{
    struct abandon abandon = {.time_ms = time_ms, .contact = contact};
    insert(&callbacks->known, place_of(&callbacks->known, &abandon), &abandon);
    callbacks->changed = true;
}

void dp_callbacks_take(struct dp_callbacks *callbacks, const struct dp_contact *contact,
                       int64_t time_ms)
{
    struct abandon abandon = {.time_ms = time_ms, .contact = contact};
    erase(&callbacks->known, place_of(&callbacks->known, &abandon));
    callbacks->changed = true;
}

void dp_callbacks_mark_unknown(struct dp_callbacks *callbacks)
{
    callbacks->unknown = callbacks->changed = true;
}

void dp_callbacks_renew(struct dp_callbacks *callbacks)
{
    callbacks->renew = callbacks->changed = true;
}

static void add_to(const struct abandon *abandon, struct dp_entry *entry)
{
    entry->member = abandon->id;
    entry->score = abandon->time_ms;
}

static void tell_new(struct dp_callbacks *callbacks, size_t at, const struct abandon *abandon,
                     struct dp_entry *entry)
{
    struct dp_str id = id_of(abandon);
    struct abandon copy = {.time_ms = abandon->time_ms, .id.len = id.len};
    copy.id.p = memcpy(dp_xmalloc(id.len), id.p, id.len);
    insert(&callbacks->told, at, &copy);
    add_to(&copy, entry);
}

static void tell_gone(struct dp_callbacks *callbacks, size_t at, struct dp_entry *entry)
{
    free(callbacks->gone);
    callbacks->gone = (char *)callbacks->told.items[at].id.p;
    add_to(&callbacks->told.items[at], entry);
    entry->gone = true;
    erase(&callbacks->told, at);
}

/* A difference between what is to be shown and what has been told: who goes comes first, for a
 * contact may come again with another time. */
static bool tell_difference(struct dp_callbacks *callbacks, struct dp_entry *entry)
{
    const struct list *known = &callbacks->known, *told = &callbacks->told;
    size_t count = known->end - known->first;
    size_t i = known->end - (count < DP_CALLBACKS_SHOWN ? count : DP_CALLBACKS_SHOWN);
    size_t j = told->first, new_at = 0;
    const struct abandon *new = NULL;
    while (i < known->end || j < told->end) {
        int order = i == known->end  ? 1
                    : j == told->end ? -1
                                     : compare(&known->items[i], &told->items[j]);
        if (order > 0) {
            tell_gone(callbacks, j, entry);
            return true;
        }
        if (order < 0 && !new) {
            new = &known->items[i];
            new_at = j;
        }
        i++;
        j += order == 0;
    }
    if (new)
        tell_new(callbacks, new_at, new, entry);
    return new;
}

bool dp_callbacks_next(struct dp_callbacks *callbacks, struct dp_entry *entry)
{
    if (!callbacks->changed)
        return false;
    entry->set = "abandoned";
    entry->score_unit = DP_FIELD_INTEGER;
    if (callbacks->unknown) {
        callbacks->unknown = false;
        forget_told(callbacks);
        entry->gone = true;
        return true;
    }
    if (tell_difference(callbacks, entry))
        return true;
    callbacks->changed = false;
    bool renew = callbacks->renew && callbacks->told.end > callbacks->told.first;
    callbacks->renew = false;
    if (renew)
        add_to(&callbacks->told.items[callbacks->told.end - 1], entry);
    return renew;
}
