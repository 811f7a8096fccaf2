#include "aggregator/ahead.h"

#include <stdlib.h>
#include <string.h>

#include "common/memory.h"

void dp_ahead_init(struct dp_ahead *ahead)
{
    *ahead = (struct dp_ahead){0};
}

void dp_ahead_deinit(struct dp_ahead *ahead)
{
    for (size_t i = ahead->first; i < ahead->end; i++)
        free(ahead->items[i]);
    free(ahead->items);
}

static int compare(const struct dp_event *a, const struct dp_event *b)
{
    if (a->time_ms != b->time_ms)
        return a->time_ms < b->time_ms ? -1 : 1;
    int order = dp_str_compare(a->source, b->source);
    return order ? order : dp_str_compare(a->id, b->id);
}

/* The place of the first that does not come before `event`. */
static size_t place_of(const struct dp_ahead *ahead, const struct dp_event *event)
{
    size_t low = ahead->first, high = ahead->end;
    if (high > low && compare(&ahead->items[high - 1]->event, event) < 0)
        return high;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (compare(&ahead->items[middle]->event, event) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static struct dp_waiting *copy(const struct dp_event *event)
{
    struct dp_event copied = *event;
    struct dp_str *strings[] = {
        &copied.source, &copied.id,       &copied.interaction, &copied.agent,    &copied.team,
        &copied.queue,  &copied.customer, &copied.to_agent,    &copied.to_queue, &copied.reason};
    size_t count = sizeof strings / sizeof *strings, len = 0;
    for (size_t i = 0; i < count; i++)
        len += strings[i]->len;

    struct dp_waiting *waiting = dp_xmalloc(sizeof *waiting + len);
    char *place = waiting->bytes;
    for (size_t i = 0; i < count; i++) {
        if (!strings[i]->len)
            continue;
        memcpy(place, strings[i]->p, strings[i]->len);
        strings[i]->p = place;
        place += strings[i]->len;
    }
    waiting->event = copied;
    waiting->frame = 0;
    return waiting;
}

struct dp_waiting *dp_ahead_put(struct dp_ahead *ahead, const struct dp_event *event)
{
    if (ahead->first > ahead->end / 2) { /* as many are gone as there are: use their room */
        ahead->end -= ahead->first;
        memmove(ahead->items, ahead->items + ahead->first, ahead->end * sizeof *ahead->items);
        ahead->first = 0;
    }
    size_t at = place_of(ahead, event);
    ahead->items = dp_xgrow(ahead->items, ahead->end, &ahead->capacity, sizeof *ahead->items);
    memmove(&ahead->items[at + 1], &ahead->items[at], (ahead->end - at) * sizeof *ahead->items);
    ahead->end++;
    return ahead->items[at] = copy(event);
}

struct dp_event *dp_ahead_take(struct dp_ahead *ahead, int64_t until_ms)
{
    if (!dp_ahead_count(ahead) || ahead->items[ahead->first]->event.time_ms > until_ms)
        return NULL;
    return &ahead->items[ahead->first++]->event;
}

struct dp_waiting *dp_ahead_find(const struct dp_ahead *ahead, const struct dp_event *event)
{
    size_t at = place_of(ahead, event);
    bool found = at < ahead->end && compare(&ahead->items[at]->event, event) == 0;
    return found ? ahead->items[at] : NULL;
}

void dp_ahead_remove(struct dp_ahead *ahead, struct dp_waiting *waiting)
{
    size_t at = place_of(ahead, &waiting->event);
    ahead->end--;
    memmove(&ahead->items[at], &ahead->items[at + 1], (ahead->end - at) * sizeof *ahead->items);
    free(waiting);
}
