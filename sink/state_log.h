/* Frames of the saved state's log: how they are written and recognised. Pure; any thread.
 *
 * A frame is a head of 40 bytes and its contents. All numbers are little-endian: "DPJ1", the format
 * (4 bytes), the length of the contents, the number of the commit, T, and a checksum (8 bytes each)
 * over the head before it, the contents, and the checksum of the frame before. */
#ifndef DP_STATE_LOG_H
#define DP_STATE_LOG_H

#include <stddef.h>
#include <stdint.h>

#define DP_STATE_FORMAT     4
#define DP_STATE_FRAME_HEAD 40
#define DP_STATE_FRAME_MAX  ((uint64_t)1 << 30)

/* A place in the log, and the checksum of all before it. */
struct dp_state_place {
    uint64_t at; /* bytes since the log's first */
    uint64_t sum;
    uint64_t number; /* of the frame that ends there */
};

struct dp_state_frame {
    struct dp_state_place begin, end;
    int64_t t_ms;
    const char *bytes; /* its contents */
    size_t len;
};

/* Writes the head of the frame with those contents at `begin`, and sets `end`. */
void dp_state_frame_write(char head[DP_STATE_FRAME_HEAD], struct dp_state_frame *frame);

enum dp_state_found {
    DP_STATE_FRAME,   /* one whole frame */
    DP_STATE_PART,    /* its end is not there yet */
    DP_STATE_DAMAGED, /* no frame, or not the one that follows `begin` */
    DP_STATE_FOREIGN, /* of another format */
};

/* Looks for the frame that follows frame->begin at the start of the bytes. */
enum dp_state_found dp_state_frame_find(const char *bytes, size_t len,
                                        struct dp_state_frame *frame);

#endif
