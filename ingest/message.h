/* What a source delivers: the bytes of one message and where they came from.
 * All pointers belong to the source and are valid until the source's callback returns. */
#ifndef DP_MESSAGE_H
#define DP_MESSAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/str.h"

/* A message over this size is dead-lettered as too_large without being looked at. */
#define DP_MESSAGE_MAX (1024u * 1024u)

/* The CloudEvents attributes of Kafka's binary mode, as the headers gave them. */
struct dp_ce_headers {
    struct dp_str specversion, id, source, type, time;
};

struct dp_message {
    struct dp_str value;
    struct dp_str key;
    struct dp_str topic; /* for files: the path, "-" for standard input */
    int32_t partition;   /* for files: 0 */
    int64_t offset;      /* for files: the line's number, from 1 */
    uint32_t slot;       /* the aggregator's number of this partition */
    bool binary;         /* ce holds the attributes, value is the data */
    struct dp_ce_headers ce;
    const void *origin; /* the Kafka message itself, for its headers; NULL for files */
};

#endif
