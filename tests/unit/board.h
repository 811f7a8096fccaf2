/* What a sink would hold: the entries of an aggregator by key, as text. */
#ifndef DP_BOARD_H
#define DP_BOARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "aggregator/aggregator.h"

/* Keys: "all:w:5m", "agent:a1:voice:w:5m", "queue:q1:now", "team:t1:known". Texts: "v=1 offered=2
 * ...". A member of a sorted set: "queue:q1:ranked:abandoned:c1", "score=5000". */
struct dp_board {
    struct dp_board_row {
        char *key, *text;
    } * rows; /* by key */
    size_t count, capacity;
    size_t pulled; /* entries taken so far */
};

void dp_board_deinit(struct dp_board *board);

/* Takes one entry in. Fails the test for one that makes no sense: a negative count, a share above
 * 1, percentiles out of order. */
void dp_board_take(struct dp_board *board, const struct dp_entry *entry);

/* Takes all that the aggregator has to hand out. Returns how many entries that were. */
size_t dp_board_pull(struct dp_board *board, struct dp_aggregator *aggregator);

/* The text of a key, or NULL. */
const char *dp_board_text(const struct dp_board *board, const char *key);

/* The number in a field of a key: shares and means of scores in millionths. DP_BOARD_NONE: no such
 * key or field. */
#define DP_BOARD_NONE INT64_MIN
int64_t dp_board_number(const struct dp_board *board, const char *key, const char *field);

/* The first key in which two boards differ, or NULL. */
const char *dp_board_difference(const struct dp_board *a, const struct dp_board *b);

#endif
