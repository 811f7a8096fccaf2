/* Brings notifications to hooks, on a libuv loop: at least once, each hook's in their order, with
 * retries.
 *
 * Each hook has a queue and one request under way at the most, so what happens to one delays no
 * other, and the end of an alert never comes before its beginning. What waits at the head of a
 * queue and is of one rule goes into one message, up to the hook's `group`; a message that fails is
 * tried again as it was, after 1 s, 2 s ... 5 min at random (full jitter), or when the answer says
 * (Retry-After, up to 1 h), until it is
 *
 *   delivered    the hook has taken it;
 *   refused      the hook says that it never will (hook_request.h); of a message with several each
 * is tried alone before; or too old      it has waited for 24 h.
 *
 * After 5 failures in a row a hook is dead until it takes something: what waits for it longer than
 * 2 min is told to its fallback as well, which says so. What is refused or too old is told to the
 * fallback first, and counts as failed only when that is done. A fallback may have one of its own;
 * they do not lead in a circle.
 *
 * Logs name the hook and its host, never the rest of the URL; the first failure of a row, then at
 * most one in 30 s. Thread: the loop's. */
#ifndef DP_DELIVERER_H
#define DP_DELIVERER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "sink/hook.h"
#include "sink/notification.h"

#define DP_DELIVERER_WAITING 10000 /* notifications that wait for one hook, at most */

struct dp_deliverer;

/* With the notification's key (notification.h), valid during the call: nothing more will be done
 * about it. Each may call dp_deliverer_put, and no other function of the deliverer. */
struct dp_deliverer_events {
    void (*delivered)(void *ctx, const char *key);
    void (*failed)(void *ctx, const char *key, const char *reason);
    /* Asked before each request. False: not now, but perhaps soon. NULL: always. */
    bool (*may_send)(void *ctx);
};

struct dp_deliverer_stats {
    uint64_t delivered;  /* notifications, those told to a fallback among them */
    uint64_t retried;    /* requests that have failed and are tried again */
    uint64_t refused;    /* notifications */
    uint64_t expired;    /* notifications */
    uint64_t redirected; /* notifications told to a fallback too */
    size_t waiting;      /* notifications, as of now */
    size_t dead;         /* hooks, as of now */
};

/* The hooks, their texts and those of `links` (may be NULL) are there until the deliverer is closed
 * or dp_deliverer_set_hooks has given others. */
struct dp_deliverer *dp_deliverer_create(uv_loop_t *loop, const struct dp_hook *hooks, size_t count,
                                         const struct dp_links *links,
                                         const struct dp_deliverer_events *events, void *ctx);

/* Cuts off what is under way and drops what waits, without an event. The memory is given back in
 * the loop's next turns, and `closed` (may be NULL) is called then with the deliverer's ctx. */
void dp_deliverer_close(struct dp_deliverer *deliverer, void (*closed)(void *ctx));

/* Takes the notification, of the hook that it names, which is not waiting already, and sends it
 * from the loop's next turn on; one for a hook that there is not fails then. False: too many wait
 * for that hook, and the notification is still the caller's. */
bool dp_deliverer_put(struct dp_deliverer *deliverer, struct dp_notification *notification);

/* Other hooks and links from now on. What waits for a hook of the same name goes on waiting, and is
 * tried at once; what waits for one that is gone fails. */
void dp_deliverer_set_hooks(struct dp_deliverer *deliverer, const struct dp_hook *hooks,
                            size_t count, const struct dp_links *links);

/* Of all together; and of each hook that there is, by its name. */
void dp_deliverer_get_stats(const struct dp_deliverer *deliverer, struct dp_deliverer_stats *stats);
typedef void dp_deliverer_stats_fn(void *ctx, const char *hook,
                                   const struct dp_deliverer_stats *stats);
void dp_deliverer_each(const struct dp_deliverer *deliverer, dp_deliverer_stats_fn *tell,
                       void *ctx);

#endif
