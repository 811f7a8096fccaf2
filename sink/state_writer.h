/* Writes the next frame into the saved state's log, piece by piece, and keeps the record that is to
 * make it count. Thread: the loop's. */
#ifndef DP_STATE_WRITER_H
#define DP_STATE_WRITER_H

#include <stdbool.h>
#include <stddef.h>

#include "sink/state_blocks.h"
#include "sink/state_log.h"
#include "sink/state_record.h"

/* What one transaction writes of a frame at most: a server takes some 0.5 ms for it. */
#define DP_STATE_PIECE_BYTES ((size_t)1 << 20)

/* All zero: it writes nothing. */
struct dp_state_writer {
    struct dp_state_frame frame; /* its contents are the owner's */
    char frame_head[DP_STATE_FRAME_HEAD];
    struct dp_state_commit record; /* owns its texts */
    size_t written;                /* bytes of the frame, head included, that are in Redis */
    size_t writing;                /* and those of the piece under way */
};

void dp_state_writer_deinit(struct dp_state_writer *writer);

/* The frame with these contents, at `place`, and its record: `commit` with the frame's end as the
 * tail. Copies the texts; keeps `bytes` until the frame is written. */
void dp_state_writer_begin(struct dp_state_writer *writer, const struct dp_state_place *place,
                           const struct dp_state_commit *commit, const char *bytes, size_t len);

/* The server may have lost what was written: from the frame's first byte again. */
void dp_state_writer_anew(struct dp_state_writer *writer);

/* Sends the next piece; again the same one, until it was taken. */
void dp_state_writer_send(struct dp_state_writer *writer, struct dp_state_blocks *blocks,
                          void *tag);

/* The server has the piece that was sent. */
void dp_state_writer_taken(struct dp_state_writer *writer);

/* And all of them: there is no next piece. */
bool dp_state_writer_done(const struct dp_state_writer *writer);

#endif
