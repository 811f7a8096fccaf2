#include "sink/hook_queue.h"

#include <stdlib.h>
#include <string.h>

#include "common/memory.h"

struct dp_hook_item *dp_hook_queue_add(struct dp_hook_queue *queue,
                                       struct dp_notification *notification, int64_t since_ms)
{
    struct dp_hook_item *item = dp_xcalloc(1, sizeof *item);
    item->notification = notification;
    item->since_ms = since_ms;
    if (queue->last)
        queue->last->next = item;
    else
        queue->first = item;
    queue->last = item;
    queue->count++;
    return item;
}

struct dp_hook_item *dp_hook_queue_take(struct dp_hook_queue *queue)
{
    struct dp_hook_item *item = queue->first;
    queue->first = item->next;
    if (!queue->first)
        queue->last = NULL;
    item->next = NULL;
    queue->count--;
    if (queue->group)
        queue->group--;
    if (queue->singly)
        queue->singly--;
    return item;
}

static bool same(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

size_t dp_hook_queue_next(const struct dp_hook_queue *queue, size_t limit)
{
    if (queue->group)
        return queue->group;
    if (queue->singly)
        return 1;
    size_t count = 0;
    const struct dp_hook_item *first = queue->first;
    for (const struct dp_hook_item *item = first; item; item = item->next, count++)
        if (count > 0 &&
            (count >= limit ||
             !dp_str_equal(item->notification->notice.rule, first->notification->notice.rule) ||
             !same(item->notification->through, first->notification->through)))
            break;
    return count;
}

void dp_hook_item_destroy(struct dp_hook_item *item)
{
    if (item->copy)
        item->copy->original = NULL;
    if (item->original)
        item->original->copy = NULL;
    dp_notification_destroy(item->notification);
    free(item->reason);
    free(item);
}
