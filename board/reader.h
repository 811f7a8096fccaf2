/* Keeps a model as Redis is: reads all once, then what dp:updates names, and each second dp:meta
 * and the alerts. One reading is under way at a time, at least 100 ms after the one before began;
 * what is named meanwhile is read by the next. Whatever is lost is made good: after a new
 * connection all is read again, and each scope once in two minutes whether it was named or not.
 * Thread: the loop's.
 */
#ifndef DP_BOARD_READER_H
#define DP_BOARD_READER_H

#include <uv.h>

#include "board/model.h"

struct dp_reader;

struct dp_reader_options {
    const char *url, *prefix; /* live as long as the reader */
    const char *timezone;
    const char *window, *agent_window; /* what is read of all, "15m" */
    const char *const *windows;        /* of a detail; live as long, NULL-terminated */
};

/* The model has something to tell: called at the end of each reading, and when the connection comes
 * or goes. Then what has changed is settled. */
typedef void dp_reader_fn(void *ctx);

/* NULL: the URL is wrong, `error` says how. */
struct dp_reader *dp_reader_create(uv_loop_t *loop, const struct dp_reader_options *options,
                                   struct dp_model *model, dp_reader_fn *told, void *ctx,
                                   char *error, size_t error_size);

/* Gives back all in the loop's next turns. */
void dp_reader_close(struct dp_reader *reader);

/* All figures of a scope are wanted until 10 s from now. */
void dp_reader_want(struct dp_reader *reader, struct dp_board_scope *scope);

/* Reads as soon as it may: somebody has changed something. */
void dp_reader_hurry(struct dp_reader *reader);

#endif
