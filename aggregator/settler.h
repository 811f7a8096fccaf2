/* The second thread of an aggregator. While a backlog or a saved state is read, the bundles of busy
 * scopes fill one after another; full ones go to windows and periods here, while the first thread
 * goes on with the next events. What comes out is the same as without it: each scope's bundles are
 * settled one after another, in their order, by the rules of the moment they were handed over.
 *
 * A scope's windows and periods belong to this thread from dp_settler_hand_over until
 * dp_settler_await has returned, everything else of it to the first. Functions are for the first
 * thread alone. */
#ifndef DP_SETTLER_H
#define DP_SETTLER_H

#include <stdint.h>

#include "aggregator/bundle.h"
#include "aggregator/periods.h"
#include "aggregator/scope.h"

/* What is in the bundle goes to the scope's windows and periods. Facts that no window as of
 * `earliest_ms` can hold are given back (dp_windows_trim); INT64_MIN: none are. Any thread. */
void dp_bundle_settle(const struct dp_bundle *bundle, struct dp_windows *windows,
                      struct dp_periods *periods, struct dp_period_rules *rules,
                      int64_t earliest_ms);

struct dp_settler;

/* NULL: the system has no thread to give. Copies the rules; `closed_ms` comes with each bundle. */
struct dp_settler *dp_settler_create(const struct dp_period_rules *rules);

/* Settles what was handed over, and ends the thread. Accepts NULL. */
void dp_settler_destroy(struct dp_settler *settler);

/* The scope's bundle is to be settled; it is empty then. Waits while too many are waiting. */
void dp_settler_hand_over(struct dp_settler *settler, struct dp_scope *scope, int64_t earliest_ms,
                          int64_t closed_ms);

/* What was handed over of the scope, or of all, is in its windows and periods. */
void dp_settler_await(struct dp_settler *settler, const struct dp_scope *scope);
void dp_settler_await_all(struct dp_settler *settler);

#endif
