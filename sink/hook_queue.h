/* What waits for one hook, in its order. Thread: one. */
#ifndef DP_HOOK_QUEUE_H
#define DP_HOOK_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sink/notification.h"

/* A notification on its way. One that a fallback is told as well has a copy in the fallback's
 * queue; each knows the other for as long as both are there. */
struct dp_hook_item {
    struct dp_notification *notification;
    struct dp_hook_item *next;
    int64_t since_ms; /* it waits since then, by the wall clock */
    bool redirected;  /* a copy was made */
    struct dp_hook_item *copy, *original;
    char *reason; /* it has failed for this, and waits, in no queue, for its copy's end; or NULL */
};

/* Zero-initialised: empty. */
struct dp_hook_queue {
    struct dp_hook_item *first, *last;
    size_t count;
    size_t group;  /* the first so many were tried as one message, and will be again; 0: none */
    size_t singly; /* the first so many go one by one: together they were refused */
};

/* Takes the notification. */
struct dp_hook_item *dp_hook_queue_add(struct dp_hook_queue *queue,
                                       struct dp_notification *notification, int64_t since_ms);

/* Takes the first out, which is there; dp_hook_item_destroy it. */
struct dp_hook_item *dp_hook_queue_take(struct dp_hook_queue *queue);

/* How many of the first may go into one message: the group that was tried, or those that are of one
 * rule, up to `limit` (0 is 1). 0: the queue is empty. */
size_t dp_hook_queue_next(const struct dp_hook_queue *queue, size_t limit);

/* Parts it from its copy or original. */
void dp_hook_item_destroy(struct dp_hook_item *item);

#endif
