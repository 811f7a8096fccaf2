#include "simulate/agenda.h"

#include <stdlib.h>

#include "common/memory.h"

void dp_agenda_init(struct dp_agenda *agenda, size_t capacity)
{
    agenda->count = 0;
    agenda->capacity = capacity;
    agenda->items = dp_xmalloc(capacity * sizeof(agenda->items[0]));
}

void dp_agenda_deinit(struct dp_agenda *agenda)
{
    free(agenda->items);
}

void dp_agenda_push(struct dp_agenda *agenda, struct dp_agenda_item item)
{
    size_t i = agenda->count;
    agenda->items = dp_xgrow(agenda->items, i, &agenda->capacity, sizeof(agenda->items[0]));
    agenda->count++;
    while (i > 0) {
        size_t parent = (i - 1) / 4;
        if (agenda->items[parent].at_ms <= item.at_ms)
            break;
        agenda->items[i] = agenda->items[parent];
        i = parent;
    }
    agenda->items[i] = item;
}

const struct dp_agenda_item *dp_agenda_peek(const struct dp_agenda *agenda)
{
    return agenda->count ? &agenda->items[0] : NULL;
}

struct dp_agenda_item dp_agenda_pop(struct dp_agenda *agenda)
{
    struct dp_agenda_item *items = agenda->items;
    struct dp_agenda_item top = items[0];
    size_t end = --agenda->count;
    struct dp_agenda_item last = items[end];
    size_t i = 0;
    for (size_t child = 1; child < end; child = 4 * i + 1) {
        size_t stop = child + 4 < end ? child + 4 : end;
        size_t best = child;
        for (size_t c = child + 1; c < stop; c++)
            best = items[c].at_ms < items[best].at_ms ? c : best;
        if (last.at_ms <= items[best].at_ms)
            break;
        items[i] = items[best];
        i = best;
    }
    items[i] = last;
    return top;
}
