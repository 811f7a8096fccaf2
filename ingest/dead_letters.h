/* Where messages go that cannot be used: unchanged, with their origin and the reason.
 * One interface, two outputs: a Kafka topic (run) and an NDJSON file (replay). Thread: the loop's.
 */
#ifndef DP_DEAD_LETTERS_H
#define DP_DEAD_LETTERS_H

#include <stdbool.h>
#include <stdint.h>

#include "ingest/message.h"
#include "ingest/reject.h"

struct dp_dead_letters {
    uint64_t count; /* messages put so far; read only */
    /* Takes a copy of the message. False: no room now; try the same message again later. */
    bool (*put)(struct dp_dead_letters *self, const struct dp_message *message,
                enum dp_reject reason);
    /* True when the first `count` messages put are safely written. Never waits. */
    bool (*settled)(struct dp_dead_letters *self, uint64_t count);
    /* Writes out what is left, waiting up to timeout_ms; false: something was not written (said in
     * the log). */
    bool (*close)(struct dp_dead_letters *self, int64_t timeout_ms);
};

#endif
