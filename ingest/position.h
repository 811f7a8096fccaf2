/* How far the partitions of a source have been read, at one moment.
 *
 * A list is in the order of slots: the partition with slot n is item n. As text, for people and for
 * the saved state, in one line: "TOPIC/PARTITION=NEXT:MARK ...", NEXT "-" where nothing is known
 * yet. */
#ifndef DP_POSITION_H
#define DP_POSITION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/str.h"

#define DP_POSITION_UNKNOWN (-1) /* nothing has been read, nor is it known where to begin */

struct dp_position {
    char *topic;
    int32_t partition;
    int64_t next;  /* the offset of the first message that was not handed over */
    uint64_t mark; /* tells the message before it from others; 0: not known */
};

/* Zero it before its first use. */
struct dp_positions {
    struct dp_position *items; /* owned, topics too */
    size_t count, capacity;
};

void dp_positions_deinit(struct dp_positions *positions);

/* Adds one at the end; copies the topic. */
void dp_positions_add(struct dp_positions *positions, const char *topic, int32_t partition,
                      int64_t next, uint64_t mark);

void dp_positions_copy(struct dp_positions *into, const struct dp_positions *from);

/* The position of that partition, or NULL. */
struct dp_position *dp_positions_find(const struct dp_positions *positions, const char *topic,
                                      int32_t partition);

/* The text, NUL-terminated; to be freed with free(). */
char *dp_positions_format(const struct dp_positions *positions);

/* Reads such a text. False: it is none, and `positions` is empty. */
bool dp_positions_parse(struct dp_positions *positions, struct dp_str text);

#endif
