/* What a journal does not say about an aggregator: the counters, how far time and the partitions
 * have come. A plain value with a text form of one line, to be kept beside the journal. Times in
 * ms; INT64_MIN, in text "-": not known yet. Thread: any. */
#ifndef DP_SAVED_H
#define DP_SAVED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "aggregator/partitions.h"
#include "common/str.h"

/* What happened, for logs and dp:meta. All but clock_skew only grow. */
struct dp_aggregator_counters {
    uint64_t accepted, duplicate, late;
    uint64_t clock_skew; /* facts made and not taken back with a negative duration counted as 0 */
    uint64_t ahead;      /* events applied before their time because too many were waiting */
    uint64_t contacts_forgotten; /* given back before they were over, or for want of room */
};

struct dp_aggregator_saved {
    int64_t t_ms;       /* T */
    int64_t highest_ms; /* of all event times */
    int64_t horizon_ms, settled_ms;
    uint32_t since_forget; /* accepted events since the old was last looked for */
    uint64_t
        carried; /* the frame that tells of all periods; what earlier ones say of them is done */
    struct dp_aggregator_counters counters;
    struct dp_partition *partitions; /* owned; by slot */
    size_t partition_count;
};

void dp_aggregator_saved_deinit(struct dp_aggregator_saved *saved);

/* "v=2 t=1800000000000 ... watermarks=1799999999000,-,1799999998000i", "i" behind those that are
 * idle. Returns a string that is to be freed with free(). */
char *dp_aggregator_saved_format(const struct dp_aggregator_saved *saved);

/* Reads that text; false, and *saved all zero, if it is another. */
bool dp_aggregator_saved_parse(struct dp_aggregator_saved *saved, struct dp_str text);

#endif
