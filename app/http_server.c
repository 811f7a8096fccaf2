#include "app/http_server.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <microhttpd.h>

#include "common/memory.h"

#define CONNECTION_BYTES ((size_t)16 << 10)
#define TEXT             "text/plain; charset=utf-8"

struct dp_http_server {
    struct MHD_Daemon *daemon;
    uv_poll_t poll;
    uv_timer_t timer; /* connections that are to end, or are not done yet */
    struct dp_listen_address address;
    struct dp_http_options options;
    void *ctx;
    int open_handles;
};

const char *dp_http_header(const struct dp_http_request *request, const char *name)
{
    return MHD_lookup_connection_value(request->connection, MHD_HEADER_KIND, name);
}

const char *dp_http_query(const struct dp_http_request *request, const char *name)
{
    return MHD_lookup_connection_value(request->connection, MHD_GET_ARGUMENT_KIND, name);
}

/* Answering --------------------------------------------------------------------------------------
 */

static enum MHD_Result send_response(struct MHD_Connection *connection,
                                     struct dp_http_response *answer)
{
    /* Takes the body, which malloc has made. */
    struct MHD_Response *response =
        MHD_create_response_from_buffer(answer->body.len, answer->body.p, MHD_RESPMEM_MUST_FREE);
    if (!response) {
        dp_text_deinit(&answer->body);
        return MHD_NO;
    }
    MHD_add_response_header(response, "Content-Type", answer->content_type);
    MHD_add_response_header(response, "Cache-Control", "no-store");
    MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
    if (answer->status == MHD_HTTP_METHOD_NOT_ALLOWED)
        MHD_add_response_header(response, "Allow", "GET, HEAD");
    enum MHD_Result queued = MHD_queue_response(connection, answer->status, response);
    MHD_destroy_response(response);
    return queued;
}

static enum MHD_Result refuse(struct MHD_Connection *connection, unsigned status, const char *text)
{
    struct dp_http_response answer = {.status = status, .content_type = TEXT};
    dp_text_put(&answer.body, text);
    return send_response(connection, &answer);
}

static enum MHD_Result on_request(void *ctx, struct MHD_Connection *connection, const char *path,
                                  const char *method, const char *version, const char *upload,
                                  size_t *upload_len, void **seen)
{
    struct dp_http_server *server = ctx;
    (void)version;
    (void)upload;
    if (strcmp(method, MHD_HTTP_METHOD_GET) != 0 && strcmp(method, MHD_HTTP_METHOD_HEAD) != 0)
        return refuse(connection, MHD_HTTP_METHOD_NOT_ALLOWED, "only GET and HEAD\n");
    /* First come the headers alone; then a body, which nobody wants; then the end of it. */
    if (!*seen || *upload_len) {
        *seen = server;
        *upload_len = 0;
        return MHD_YES;
    }
    for (size_t i = 0; i < server->options.route_count; i++) {
        const struct dp_http_route *route = &server->options.routes[i];
        if (strcmp(route->path, path) != 0)
            continue;
        struct dp_http_request request = {method, path, connection};
        struct dp_http_response answer = {.status = MHD_HTTP_OK, .content_type = TEXT};
        route->handle(server->ctx, &request, &answer);
        return send_response(connection, &answer);
    }
    return refuse(connection, MHD_HTTP_NOT_FOUND, "there is nothing here\n");
}

/* Loop -------------------------------------------------------------------------------------------
 */

static void on_timer(uv_timer_t *timer);

static unsigned connections(const struct dp_http_server *server)
{
    return MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_CURRENT_CONNECTIONS)
        ->num_connections;
}

static void run(struct dp_http_server *server)
{
    MHD_UNSIGNED_LONG_LONG timeout_ms;
    unsigned before = connections(server);
    MHD_run(server->daemon);
    /* Whoever has as many connections as it may does not listen, and takes that up again when a run
     * begins. Where this one has ended the last of them, nothing else would bring about another. */
    if (connections(server) < before)
        MHD_run(server->daemon);
    if (MHD_get_timeout(server->daemon, &timeout_ms) == MHD_YES)
        uv_timer_start(&server->timer, on_timer, timeout_ms, 0);
    else
        uv_timer_stop(&server->timer);
}

static void on_timer(uv_timer_t *timer)
{
    run(timer->data);
}

static void on_readable(uv_poll_t *poll, int status, int events)
{
    (void)status;
    (void)events;
    run(poll->data);
}

/* Beginning and end ------------------------------------------------------------------------------
 */

/* Our own socket, because libmicrohttpd would not say why it has none. -1: errno says why. */
static int open_socket(struct dp_listen_address *address)
{
    static const int on = 1;
    int family = address->socket.ss_family;
    int fd = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(fd, (const struct sockaddr *)&address->socket, address->len) == 0 &&
        listen(fd, SOMAXCONN) == 0 &&
        getsockname(fd, (struct sockaddr *)&address->socket, &address->len) == 0)
        return fd;
    int reason = errno;
    close(fd);
    errno = reason;
    return -1;
}

static bool start(struct dp_http_server *server, int fd)
{
    server->daemon = MHD_start_daemon(
        MHD_USE_EPOLL, 0, NULL, NULL, on_request, server, MHD_OPTION_LISTEN_SOCKET, fd,
        MHD_OPTION_CONNECTION_LIMIT, server->options.connections, MHD_OPTION_CONNECTION_TIMEOUT,
        server->options.timeout_s, MHD_OPTION_CONNECTION_MEMORY_LIMIT, CONNECTION_BYTES,
        MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_END);
    return server->daemon != NULL;
}

struct dp_http_server *dp_http_server_create(uv_loop_t *loop, const struct dp_http_options *options,
                                             void *ctx, char *error, size_t size)
{
    struct dp_http_server *server = dp_xcalloc(1, sizeof *server);
    server->options = *options;
    server->ctx = ctx;
    if (!dp_listen_address_parse(&server->address, options->listen)) {
        snprintf(error, size, "\"%s\" is no address to listen on", options->listen);
        free(server);
        return NULL;
    }
    int fd = open_socket(&server->address);
    if (fd < 0 || !start(server, fd)) {
        snprintf(error, size, "cannot listen on %s: %s", options->listen,
                 fd < 0 ? strerror(errno) : "libmicrohttpd did not start");
        if (fd >= 0)
            close(fd);
        free(server);
        return NULL;
    }
    uv_poll_init(loop, &server->poll,
                 MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd);
    uv_timer_init(loop, &server->timer);
    server->poll.data = server->timer.data = server;
    server->open_handles = 2;
    uv_poll_start(&server->poll, UV_READABLE, on_readable);
    return server;
}

const struct dp_listen_address *dp_http_server_address(const struct dp_http_server *server)
{
    return &server->address;
}

static void on_closed(uv_handle_t *handle)
{
    struct dp_http_server *server = handle->data;
    if (--server->open_handles == 0)
        free(server);
}

void dp_http_server_close(struct dp_http_server *server)
{
    uv_close((uv_handle_t *)&server->poll, on_closed);
    uv_close((uv_handle_t *)&server->timer, on_closed);
    MHD_stop_daemon(server->daemon);
}
