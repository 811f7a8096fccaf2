/* A small HTTP server on a libuv loop, for what is asked for now and then: handlers by path, GET
 * and HEAD alone, whole answers.
 *
 * libmicrohttpd reads and writes, without a thread of its own: its epoll descriptor is one of the
 * loop's. Bounded: so many connections at once, 16 KiB for each, which end when nothing moves on
 * them for the given time. Answers are not to be cached, and a browser is to take them for what
 * they say they are. Thread: the loop's, handlers too, so these must not wait for anything. */
#ifndef DP_HTTP_SERVER_H
#define DP_HTTP_SERVER_H

#include <stddef.h>
#include <uv.h>

#include "app/listen_address.h"
#include "common/text.h"

/* Texts are valid during the call. */
struct dp_http_request {
    const char *method; /* "GET" or "HEAD" */
    const char *path;   /* decoded, without the query */
    void *connection;   /* for the two functions below */
};

/* The header's value, or the decoded value of a name in the query; NULL: there is none. */
const char *dp_http_header(const struct dp_http_request *request, const char *name);
const char *dp_http_query(const struct dp_http_request *request, const char *name);

struct dp_http_response {
    unsigned status;          /* 200 unless set */
    const char *content_type; /* plain text unless set; not copied */
    struct dp_text body;      /* with HEAD only its length goes out */
};

typedef void dp_http_handler_fn(void *ctx, const struct dp_http_request *request,
                                struct dp_http_response *response);

struct dp_http_route {
    const char *path; /* the whole of it */
    dp_http_handler_fn *handle;
};

struct dp_http_options {
    const char *listen;                 /* listen_address.h */
    const struct dp_http_route *routes; /* live as long as the server */
    size_t route_count;
    unsigned connections; /* at once; more wait in the kernel */
    unsigned timeout_s;   /* of one on which nothing moves */
};

struct dp_http_server;

/* Listens from now on. NULL with one line in `error` when it cannot. */
struct dp_http_server *dp_http_server_create(uv_loop_t *loop, const struct dp_http_options *options,
                                             void *ctx, char *error, size_t size);

/* Where it listens, with the port that it has got. */
const struct dp_listen_address *dp_http_server_address(const struct dp_http_server *server);

/* Cuts all connections at once. The memory is given back in the loop's next turn. */
void dp_http_server_close(struct dp_http_server *server);

#endif
