/* The open periods of a scope as bytes, for the journal, and back. Varints of 7 bits a byte, as the
 * journal's; what is zero takes a byte. Part of the saved state: a change is a new version of it.
 * Thread: one. */
#ifndef DP_PERIOD_RECORD_H
#define DP_PERIOD_RECORD_H

#include "aggregator/periods.h"
#include "common/str.h"

/* Bytes that grow; owned. All zero: none. */
struct dp_period_bytes {
    char *bytes;
    size_t len, capacity;
};

void dp_period_bytes_deinit(struct dp_period_bytes *bytes);

/* Writes the items of `periods`, of which nothing is gathered any more, in place of what was there.
 */
void dp_period_record_write(struct dp_period_bytes *out, const struct dp_periods *periods);

/* Sets the items of `periods`, which has none, to what was written. False: it is no such record;
 * then there are none. */
bool dp_period_record_read(struct dp_str bytes, struct dp_periods *periods);

#endif
