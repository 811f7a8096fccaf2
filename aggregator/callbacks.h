/* The contacts that were abandoned in a queue, for calling back: the last 100 of those that are
 * remembered, as members of a sorted set by the time of the abandon. All that are remembered are
 * kept, so that an older one comes in when a newer one is taken back. Thread: one. */
#ifndef DP_CALLBACKS_H
#define DP_CALLBACKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "aggregator/contact.h"
#include "aggregator/entry.h"

#define DP_CALLBACKS_SHOWN 100

struct dp_callbacks;

struct dp_callbacks *dp_callbacks_create(void);
void dp_callbacks_destroy(struct dp_callbacks *callbacks); /* accepts NULL */

/* The contact's abandon comes, or goes. The contact must stay until then. */
void dp_callbacks_put(struct dp_callbacks *callbacks, const struct dp_contact *contact,
                      int64_t time_ms);
void dp_callbacks_take(struct dp_callbacks *callbacks, const struct dp_contact *contact,
                       int64_t time_ms);

/* It is not known what the sink has: all of it is told again. */
void dp_callbacks_mark_unknown(struct dp_callbacks *callbacks);

/* The set's time to live is to be renewed. */
void dp_callbacks_renew(struct dp_callbacks *callbacks);

/* Sets member, score and whether it is gone in an entry of the queue; false: no more has changed.
 */
bool dp_callbacks_next(struct dp_callbacks *callbacks, struct dp_entry *entry);

#endif
