#include "aggregator/ahead.h"

#include <stdlib.h>
#include <string.h>

#include "common/memory.h"

/* One block: the event comes first, so that free(event) frees all; the strings' bytes come last. */
struct waiting {
    struct dp_event event;
    struct dp_heap_node node;
    char bytes[];
};

void dp_ahead_init(struct dp_ahead *ahead)
{
    *ahead = (struct dp_ahead){0};
}

void dp_ahead_deinit(struct dp_ahead *ahead)
{
    struct dp_event *event;
    while ((event = dp_ahead_take(ahead, INT64_MAX)))
        free(event);
    dp_heap_deinit(&ahead->heap);
}

void dp_ahead_put(struct dp_ahead *ahead, const struct dp_event *event)
{
    struct dp_event copy = *event;
    struct dp_str *strings[] = {&copy.source,   &copy.id,    &copy.interaction, &copy.agent,
                                &copy.team,     &copy.queue, &copy.customer,    &copy.to_agent,
                                &copy.to_queue, &copy.reason};
    size_t count = sizeof strings / sizeof *strings, len = 0;
    for (size_t i = 0; i < count; i++)
        len += strings[i]->len;

    struct waiting *waiting = dp_xmalloc(sizeof *waiting + len);
    char *place = waiting->bytes;
    for (size_t i = 0; i < count; i++) {
        if (!strings[i]->len)
            continue;
        memcpy(place, strings[i]->p, strings[i]->len);
        strings[i]->p = place;
        place += strings[i]->len;
    }
    waiting->event = copy;
    waiting->node.at = DP_HEAP_OUT;
    dp_heap_set(&ahead->heap, &waiting->node, event->time_ms);
}

struct dp_event *dp_ahead_take(struct dp_ahead *ahead, int64_t until_ms)
{
    struct dp_heap_node *first = dp_heap_first(&ahead->heap);
    if (!first || first->key > until_ms)
        return NULL;
    dp_heap_remove(&ahead->heap, first);
    return &dp_owner_of(first, struct waiting, node)->event;
}
