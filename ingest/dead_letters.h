/* Where messages go that cannot be used: unchanged, with their origin and the reason.
 * One interface, two outputs: a Kafka topic (run) and an NDJSON file (replay). Thread: the loop's. */
#ifndef DP_DEAD_LETTERS_H
#define DP_DEAD_LETTERS_H

#include <stdbool.h>
#include <stdint.h>

#include "ingest/message.h"
#include "ingest/reject.h"

struct dp_dead_letters {
    /* Takes a copy of the message. False: no room now; try the same message again later. */
    bool (*put)(struct dp_dead_letters *self, const struct dp_message *message,
                enum dp_reject reason);
    /* True when every message put so far is safely written. Never blocks. */
    bool (*settled)(struct dp_dead_letters *self);
    /* Writes out what is left, waiting up to timeout_ms; false: something was not written (said in the log). */
    bool (*close)(struct dp_dead_letters *self, int64_t timeout_ms);
};

#endif
