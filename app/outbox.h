/* What notices become in Redis, as commands that are carried out with the commit of the state that
 * they come from (saver.h): so none is lost by a crash, and none is there twice.
 *
 *   PREFIX:alerts         a stream: an entry for each alert that begins or ends
 *   PREFIX:alerts:active  a hash: the alerts that fire, by id, each as a line of JSON
 *   PREFIX:state:outbox   a hash: what hooks are still to be told, by key (sink/notification.h)
 *
 * A batch is what one commit carries: the one at hand is added to while the one sealed before it is
 * under way. Thread: the loop's. */
#ifndef DP_OUTBOX_H
#define DP_OUTBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "aggregator/notice.h"
#include "sink/commands.h"
#include "sink/notification.h"
#include "sink/state_record.h"

struct dp_outbox_batch {
    struct dp_commands commands;
    struct dp_notification **items; /* owned; to be told once they are in Redis */
    size_t count, capacity;
};

struct dp_outbox {
    struct dp_outbox_batch at_hand, sealed;
    struct dp_state_key keys[4];
    char *stream, *active, *outbox, *acks; /* keys */
    struct dp_state_also also;             /* of `sealed` */
    struct dp_resp resp;
    int64_t keep_ms;
};

/* Entries of the stream are kept for `keep_ms`. */
void dp_outbox_init(struct dp_outbox *outbox, const char *prefix, int64_t keep_ms);
void dp_outbox_deinit(struct dp_outbox *outbox);

/* What is at hand and sealed is dropped: the state it belongs to is another's. */
void dp_outbox_clear(struct dp_outbox *outbox);

/* An alert begins or ends, with the labels of its rule. */
void dp_outbox_note(struct dp_outbox *outbox, const struct dp_notice *notice,
                    const struct dp_rule_label *labels, size_t label_count, int64_t now_ms);

/* A hook is to be told. */
void dp_outbox_add(struct dp_outbox *outbox, struct dp_notification *notification);

/* True: a commit has something to carry. */
bool dp_outbox_is_waiting(const struct dp_outbox *outbox);

/* The batch at hand goes with the commit that is made now; nothing may be sealed. Valid until it is
 * committed. */
const struct dp_state_also *dp_outbox_seal(struct dp_outbox *outbox);

/* It is committed: gives each of its notifications to `put`, whose they are then. */
void dp_outbox_committed(struct dp_outbox *outbox,
                         void (*put)(void *ctx, struct dp_notification *notification), void *ctx);

#endif
