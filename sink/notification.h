/* What one hook is to be told: a notice, whom it goes to, the rule's labels, and when it was made.
 * It is kept in the outbox as one line of JSON (docs/alerts.md):
 *
 *   {"key":"4be1c3d2a5f60718:firing","state":"firing","alert":"4be1c3d2a5f60718",
 *    "rule":"billing service level","severity":"page","scope":"queue","id":"billing",
 *    "window":"15m","value":"service_level 0.712000, responses 18","when":"service_level < 0.80",
 *    "since_ms":...,"fired_ms":...,"at_ms":...,"labels":{"site":"north"},"hook":"leads",
 *    "created_ms":...}
 *
 * What is absent is left out; unknown names are passed over when a line is read. Times in ms.
 * Texts are UTF-8. Owned; immutable once made. Thread: one at a time. */
#ifndef DP_NOTIFICATION_H
#define DP_NOTIFICATION_H

#include <stddef.h>
#include <stdint.h>

#include "aggregator/notice.h"

struct dp_notification {
    struct dp_notice notice; /* its texts are the notification's; `tell` is true */
    struct dp_label_text {
        struct dp_str name, value;
    } labels[DP_RULE_LABELS_MAX];
    size_t label_count;
    const char *hook;    /* the name of the hook it goes to; NULL: to nobody, a transition alone */
    const char *through; /* the hook that is dead, and instead of which this one is told; or NULL */
    int64_t created_ms;  /* by the wall clock */

    /* What tells it from all others, the same after a restart: the notice's key and the hook,
     * "4be1c3d2a5f60718:firing:leads". */
    const char *key;

    void *doc, *owned_key; /* what the texts above point into */
};

/* Makes one of a notice; copies what it needs. `hook` may be NULL. */
struct dp_notification *dp_notification_create(const struct dp_notice *notice, const char *hook,
                                               const struct dp_rule_label *labels,
                                               size_t label_count, int64_t created_ms);

/* The same for another hook, `fallback`, in the place of its own. */
struct dp_notification *dp_notification_redirect(const struct dp_notification *notification,
                                                 const char *fallback);

/* Reads a line, with or without its newline. NULL: it is none. */
struct dp_notification *dp_notification_parse(struct dp_str line);

/* The line, without a newline, ended by a zero byte; free(3) it. */
char *dp_notification_write(const struct dp_notification *notification, size_t *len);

void dp_notification_destroy(struct dp_notification *notification); /* accepts NULL */

#endif
