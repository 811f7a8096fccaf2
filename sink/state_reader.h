/* Reads frames out of the saved state's log, some blocks ahead. Thread: the loop's. */
#ifndef DP_STATE_READER_H
#define DP_STATE_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sink/state_blocks.h"
#include "sink/state_log.h"

/* All zero: it reads nothing. */
struct dp_state_reader {
    struct dp_state_place at; /* of the next frame */
    uint64_t end;             /* of what is to be read */
    uint64_t asked;           /* the log up to there has been asked for */
    unsigned under_way;       /* answers still to come */
    char *bytes;
    size_t first, len, capacity; /* of the bytes, where those from `at` on begin, and how many */
};

void dp_state_reader_deinit(struct dp_state_reader *reader);

void dp_state_reader_begin(struct dp_state_reader *reader, const struct dp_state_place *from,
                           const struct dp_state_place *to);

/* Asks for what comes next; `anew` after answers were lost. */
void dp_state_reader_ask(struct dp_state_reader *reader, struct dp_state_blocks *blocks, void *tag,
                         bool anew);

/* Adds an answer. */
void dp_state_reader_add(struct dp_state_reader *reader, const char *bytes, size_t len);

/* The next frame that is there as a whole, valid until more is added. DP_STATE_PART: none yet. */
enum dp_state_found dp_state_reader_next(struct dp_state_reader *reader,
                                         struct dp_state_frame *frame);

/* All that was asked for has been answered. */
bool dp_state_reader_answered(const struct dp_state_reader *reader);

/* And all of it were whole frames. */
bool dp_state_reader_done(const struct dp_state_reader *reader);

#endif
