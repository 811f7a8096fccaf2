/* Keeps the board as Redis is, on a libuv loop: reads what the screen shows, and then, of that,
 * what dp:updates names; all of it again every 30 s, for a message may be lost.
 *
 * Two connections (a RESP2 connection that has subscribed can ask nothing): both are asked every
 * second, so that a loss is known within 4 s, and are made again by themselves. Some hundred
 * questions are under way at a time. Writes nothing. Thread: the loop's. */
#ifndef DP_TOP_READER_H
#define DP_TOP_READER_H

#include <uv.h>

#include "top/board.h"
#include "top/topic.h"

struct dp_top_reader;

/* Each may call dp_top_reader_look. */
struct dp_top_reader_events {
    /* The board has changed: a round of reading has ended, or the connection. */
    void (*changed)(void *ctx);

    /* The windows that there are have changed: another topic may be due. */
    void (*windows)(void *ctx);
};

/* Starts connecting. `prefix` and `board` live longer than the reader. Without `follow` it neither
 * subscribes nor reads anything twice. NULL: the URL is wrong, `error` says how. */
struct dp_top_reader *dp_top_reader_create(uv_loop_t *loop, const char *url, const char *prefix,
                                           bool follow, struct dp_top_board *board,
                                           const struct dp_top_reader_events *events, void *ctx,
                                           char *error, size_t error_size);

/* What is on the screen from here on; the board forgets what was. */
void dp_top_reader_look(struct dp_top_reader *reader, const struct dp_top_topic *topic);

/* Memory is given back in the loop's next turns. */
void dp_top_reader_close(struct dp_top_reader *reader);

#endif
