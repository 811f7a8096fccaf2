/* Tells people: takes the notices of the aggregator's alerts, finds the hooks that their rules
 * name, and sees to it that each of those is told, once what they stand for is committed.
 *
 *   aggregator -> dp_notifier -> outbox.h, with a commit -> deliverer.h -> hooks
 *
 * What a process that is gone has left in the outbox is told by the next owner. The notifier also
 * reads who acknowledges and what is silenced (alert_ack.h, alert_silence.h), once a second if
 * something has changed. Without rules and hooks it asks Redis for nothing. Thread: the loop's. */
#ifndef DP_NOTIFIER_H
#define DP_NOTIFIER_H

#include <stdbool.h>
#include <stddef.h>
#include <uv.h>

#include "app/config.h"
#include "app/pipeline.h"
#include "sink/deliverer.h"
#include "sink/state_record.h"

struct dp_notifier;

/* Starts connecting. `config` and `pipeline` live as long, the former until another is given. NULL
 * when the options are wrong. */
struct dp_notifier *dp_notifier_create(uv_loop_t *loop, const struct dp_config *config,
                                       struct dp_pipeline *pipeline, char *error,
                                       size_t error_size);

/* At once; what is not told yet stays in the outbox. The memory is given back in the loop's next
 * turns. */
void dp_notifier_close(struct dp_notifier *notifier);

/* Other rules, hooks and routes from now on. */
void dp_notifier_set_config(struct dp_notifier *notifier, const struct dp_config *config);

/* This process owns the state, and tells people from now on; it does no longer. */
void dp_notifier_begin(struct dp_notifier *notifier);
void dp_notifier_end(struct dp_notifier *notifier);

/* Redis has just said that this process still owns the state. While that is long ago nobody is told
 * anything: another process may be doing so. */
void dp_notifier_confirm(struct dp_notifier *notifier);

/* Notices wait to be committed. */
bool dp_notifier_is_waiting(const struct dp_notifier *notifier);

/* What goes with the commit that is sealed now (outbox.h); and that it was made. */
const struct dp_state_also *dp_notifier_seal(struct dp_notifier *notifier);
void dp_notifier_committed(struct dp_notifier *notifier);

/* What became of notices, by hook, since dp_notifier_begin; nothing while this process tells
 * nobody.
 */
void dp_notifier_each_hook(const struct dp_notifier *notifier, dp_deliverer_stats_fn *tell,
                           void *ctx);

#endif
