/* An aggregator's state outlives it as its journal and a line of text (saved.h), both taken at one
 * moment. A new one with the same options is brought there:
 *
 *   saved = dp_aggregator_saved_parse(...)
 *   dp_aggregator_add_partition, for each slot in order
 *   dp_aggregator_restore_begin(agg, saved)
 *   dp_aggregator_restore(agg, frame, bytes, len, ...), for each frame in order
 *   dp_aggregator_restored(agg, saved)
 *   dp_aggregator_set_journal(agg, journal), for the frames to come
 *
 * With other options it comes to what the journal says about them: longer windows hold what it
 * reaches back to. Times in ms. Thread: one. */
#ifndef DP_RESTORE_H
#define DP_RESTORE_H

#include "aggregator/aggregator.h"
#include "aggregator/journal.h"
#include "aggregator/saved.h"

/* From now on what the aggregator takes in goes to the journal too; NULL: no more. To be set before
 * the first event, and after restoring. The journal must outlive its use. */
void dp_aggregator_set_journal(struct dp_aggregator *aggregator, struct dp_journal *journal);

/* Sets *saved as of now; to be given back with dp_aggregator_saved_deinit. */
void dp_aggregator_save(const struct dp_aggregator *aggregator, struct dp_aggregator_saved *saved);

/* The aggregator is as it was created but for its partitions. Called again, it goes on to what has
 * been saved since: whoever follows a journal for long gives back on the way what grows too old. */
void dp_aggregator_restore_begin(struct dp_aggregator *aggregator,
                                 const struct dp_aggregator_saved *saved);

/* Applies a frame. False: the bytes are no frame of a journal; `error` says why, and the aggregator
 * is good for nothing but to be destroyed. */
bool dp_aggregator_restore(struct dp_aggregator *aggregator, uint64_t frame, const char *bytes,
                           size_t len, char *error, size_t error_size);

/* Ends it. */
void dp_aggregator_restored(struct dp_aggregator *aggregator,
                            const struct dp_aggregator_saved *saved);

/* A former process may have written any window of any channel, of the scopes that are known and,
 * until called with false, of those that become known: the first entries remove what is not there
 * any more. Everything counts as changed. */
void dp_aggregator_assume_written(struct dp_aggregator *aggregator, bool written);

/* The time to stamp a frame with that ends now; INT64_MIN: none is known yet. */
int64_t dp_aggregator_frame_ms(const struct dp_aggregator *aggregator);

/* A frame can be dropped once its stamp is before this and what still rests on it has been
 * carried over; INT64_MIN: none can. Frames are dropped from the oldest on. */
int64_t dp_aggregator_retention_ms(const struct dp_aggregator *aggregator);

/* Tells in the journal's frame at hand of all contacts, agents, scopes and waiting events that rest
 * on frames before `first_kept`. Those may be dropped when, and only when, this frame is safe.
 * Takes time with all of them. */
void dp_aggregator_carry(struct dp_aggregator *aggregator, uint64_t first_kept);

#endif
