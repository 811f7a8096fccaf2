/* The board's HTTP server: libmicrohttpd, without a thread of its own, on a libuv loop. It answers
 * from the model alone and so at once; only details that nobody has looked at, and changes, wait
 * for Redis. Thread: the loop's. */
#ifndef DP_BOARD_SERVER_H
#define DP_BOARD_SERVER_H

#include <uv.h>

#include "board/access.h"
#include "board/action.h"
#include "board/model.h"
#include "board/reader.h"
#include "board/stream.h"

struct dp_server;

/* All of it lives as long as the server. */
struct dp_server_options {
    int socket; /* that listens; the server's from here on */
    struct dp_access access;
    const struct dp_model *model;
    struct dp_reader *reader;
    struct dp_streams *streams;
    struct dp_actions *actions; /* NULL: nothing can be changed */
    const char *settings;       /* members of an object in JSON, for /api/v1/meta */
};

/* NULL: it does not start. */
struct dp_server *dp_server_create(uv_loop_t *loop, const struct dp_server_options *options);

/* The model has changed: who waits for it is answered. */
void dp_server_look(struct dp_server *server);

/* Cuts all connections; the streams are to be stopped before. */
void dp_server_close(struct dp_server *server);

#endif
