#include "board/server.h"

#include <microhttpd.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <unistd.h>
#include <xxhash.h>

#include "board/api.h"
#include "board/change.h"
#include "board/detail.h"
#include "board/limit.h"
#include "board/page.h"
#include "board/request.h"
#include "common/clock.h"
#include "common/log.h"
#include "common/memory.h"

#define API         "/api/v1/"
#define CONNECTIONS 1100 /* streams, and what is asked beside them */
#define MEMORY      (32 << 10)
#define IDLE_S      30
#define DETAIL_MS   3000 /* that details may take */

struct dp_server {
    struct dp_server_options options;
    struct MHD_Daemon *daemon;
    uv_poll_t poll;
    uv_timer_t timer;
    uv_prepare_t prepare;
    int closed;
    struct dp_limit limit;
    struct dp_request *waiting; /* for details */
};

/* On the loop -----------------------------------------------------------------------------------*/

/* Either only wakes the loop, which then comes by on_prepare. */
static void on_poll(uv_poll_t *poll, int status, int events)
{
    (void)poll;
    (void)status;
    (void)events;
}

static void on_timer(uv_timer_t *timer)
{
    (void)timer;
}

/* Before the loop waits again: the descriptor does not tell of connections that were resumed. */
static void on_prepare(uv_prepare_t *prepare)
{
    struct dp_server *server = prepare->data;
    MHD_UNSIGNED_LONG_LONG timeout;
    MHD_run(server->daemon);
    if (MHD_get_timeout(server->daemon, &timeout) == MHD_YES)
        uv_timer_start(&server->timer, on_timer, timeout, 0);
    else
        uv_timer_stop(&server->timer);
}

/* Who asks --------------------------------------------------------------------------------------*/

/* Of IPv6 the network alone: a single host has all of its addresses. */
static uint64_t address_of(struct dp_request *request)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(request->connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    const char *user = request->visitor.user;
    if (*user) /* behind a proxy all come from one address */
        return XXH3_64bits(user, strlen(user)) | 1;
    if (!info)
        return 1;
    if (info->client_addr->sa_family == AF_INET6) {
        const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)info->client_addr;
        return XXH3_64bits(&v6->sin6_addr, 8) | 1;
    }
    const struct sockaddr_in *v4 = (const struct sockaddr_in *)info->client_addr;
    return XXH3_64bits(&v4->sin_addr, sizeof v4->sin_addr) | 1;
}

/* Answers ---------------------------------------------------------------------------------------*/

static enum MHD_Result answer_page(struct dp_request *request, const struct dp_page *page)
{
    const char *known = dp_request_header(request, MHD_HTTP_HEADER_IF_NONE_MATCH);
    const char *codings = dp_request_header(request, MHD_HTTP_HEADER_ACCEPT_ENCODING);
    bool packed = codings && strstr(codings, "gzip"),
         same = known && strcmp(known, page->etag) == 0;
    const unsigned char *bytes = packed ? page->packed : page->plain;
    struct MHD_Response *response =
        MHD_create_response_from_buffer(same     ? 0
                                        : packed ? page->packed_size
                                                 : page->plain_size,
                                        (void *)(uintptr_t)bytes, MHD_RESPMEM_PERSISTENT);
    if (response) {
        MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, page->type);
        MHD_add_response_header(response, MHD_HTTP_HEADER_ETAG, page->etag);
        MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-cache");
        MHD_add_response_header(response, MHD_HTTP_HEADER_VARY, "Accept-Encoding");
        if (packed && !same)
            MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_ENCODING, "gzip");
    }
    return dp_request_respond(request, same ? MHD_HTTP_NOT_MODIFIED : MHD_HTTP_OK, response);
}

static enum MHD_Result answer_stream(struct dp_request *request)
{
    const char *view =
        MHD_lookup_connection_value(request->connection, MHD_GET_ARGUMENT_KIND, "view");
    bool full;
    struct MHD_Response *response =
        dp_streams_open(request->server->options.streams, request->connection,
                        dp_str_from(view ? view : ""), &full);
    if (!response)
        return full ? dp_request_refuse(request, MHD_HTTP_SERVICE_UNAVAILABLE,
                                        "as many look on as there can be")
                    : dp_request_refuse(request, MHD_HTTP_BAD_REQUEST,
                                        "view: wall, alerts, team:ID, agent:ID or queue:ID");
    MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, "text/event-stream");
    MHD_add_response_header(response, "X-Accel-Buffering", "no"); /* nginx is to pass it on */
    return dp_request_respond(request, MHD_HTTP_OK, response);
}

static void stop_waiting(struct dp_request *request)
{
    if (!request->link)
        return;
    *request->link = request->next;
    if (request->next)
        request->next->link = request->link;
    request->link = NULL;
}

static bool is_answerable(const struct dp_request *request, const struct dp_board_scope *scope)
{
    return !scope || scope->kind == DP_SCOPE_TEAM || (scope->detail && scope->detail->complete) ||
           !request->server->options.model->connected || dp_wall_ms() >= request->deadline_ms;
}

static struct dp_board_scope *scope_of(const struct dp_request *request)
{
    static const char *const names[] = {"", "agents/", "teams/", "queues/"};
    const char *path = request->path + strlen(API);
    struct dp_board_scope *scope = NULL;
    for (int kind = DP_SCOPE_AGENT; kind < DP_SCOPE_KINDS; kind++) {
        size_t len = strlen(names[kind]);
        if (strncmp(path, names[kind], len) != 0)
            continue;
        struct dp_text name = {0};
        dp_text_printf(&name, "%s:%s", dp_scope_kind_names[kind], path + len);
        scope = dp_model_find(request->server->options.model, dp_text_str(&name));
        dp_text_deinit(&name);
    }
    return scope;
}

static enum MHD_Result answer_scope(struct dp_request *request)
{
    struct dp_server *server = request->server;
    struct dp_board_scope *scope = scope_of(request);
    struct dp_text json = {0};
    if (!request->deadline_ms)
        request->deadline_ms = dp_wall_ms() + DETAIL_MS;
    if (scope && scope->kind != DP_SCOPE_TEAM)
        dp_reader_want(server->options.reader, scope);
    if (!is_answerable(request, scope)) {
        request->next = server->waiting;
        request->link = &server->waiting;
        if (request->next)
            request->next->link = &request->next;
        server->waiting = request;
        dp_request_suspend(request);
        return MHD_YES;
    }
    if (!scope)
        return dp_request_refuse(request, MHD_HTTP_NOT_FOUND, "there is nothing of that name");
    dp_api_write_scope(server->options.model, scope, &json);
    return dp_request_answer(request, MHD_HTTP_OK, &json);
}

static enum MHD_Result answer_api(struct dp_request *request)
{
    static const char *const lists[] = {"", "agents", "teams", "queues"};
    const struct dp_server_options *options = &request->server->options;
    const char *name = request->path + strlen(API);
    struct dp_text json = {0};
    if (strcmp(name, "stream") == 0)
        return answer_stream(request);
    if (strcmp(name, "meta") == 0)
        dp_api_write_meta(options->model, dp_str_from(options->settings), &request->visitor,
                          options->access.read.there || options->access.ack.there, &json);
    if (strcmp(name, "figures") == 0)
        dp_api_write_figures(&json);
    if (strcmp(name, "alerts") == 0)
        dp_api_write_alerts(options->model, &json);
    for (int kind = DP_SCOPE_AGENT; kind < DP_SCOPE_KINDS; kind++)
        if (strcmp(name, lists[kind]) == 0)
            dp_api_write_list(options->model, (enum dp_scope_kind)kind, &json);
    return json.len ? dp_request_answer(request, MHD_HTTP_OK, &json) : answer_scope(request);
}

static enum MHD_Result answer_get(struct dp_request *request)
{
    const struct dp_page *page = dp_page_find(dp_str_from(request->path));
    if (page)
        return answer_page(request, page); /* has no figures: anybody may have it */
    if (strncmp(request->path, API, strlen(API)) != 0)
        return dp_request_refuse(request, MHD_HTTP_NOT_FOUND, "there is no such page");
    if (request->visitor.right == DP_RIGHT_NONE)
        return dp_request_refuse(request, MHD_HTTP_UNAUTHORIZED, "sign in first");
    return answer_api(request);
}

static enum MHD_Result answer(struct dp_request *request)
{
    struct dp_server *server = request->server;
    const struct dp_change_options change = {&server->options.access, server->options.model,
                                             server->options.actions};
    bool get = strcmp(request->method, MHD_HTTP_METHOD_GET) == 0 ||
               strcmp(request->method, MHD_HTTP_METHOD_HEAD) == 0;
    bool known = get || strcmp(request->method, MHD_HTTP_METHOD_POST) == 0 ||
                 strcmp(request->method, MHD_HTTP_METHOD_DELETE) == 0;
    bool again = request->acted || request->deadline_ms;
    if (!known)
        return dp_request_refuse(request, MHD_HTTP_METHOD_NOT_ALLOWED, "GET, POST or DELETE");
    if (!dp_access_is_host(&server->options.access, request->connection))
        return dp_request_refuse(request, MHD_HTTP_FORBIDDEN,
                                 "by that name the board is reached only with a token");
    dp_access_find(&server->options.access, request->connection, dp_wall_ms(), &request->visitor);
    if (!again && !dp_limit_take(&server->limit, address_of(request),
                                 get ? DP_LIMIT_REQUEST : DP_LIMIT_ATTEMPT, dp_wall_ms()))
        return dp_request_refuse(request, MHD_HTTP_TOO_MANY_REQUESTS, "too often: wait a little");
    if (request->acted)
        dp_reader_hurry(server->options.reader);
    return get ? answer_get(request) : dp_change_handle(&change, request);
}

/* libmicrohttpd's calls: once with the headers, then with parts of the body, then without one; and
 * once more after a wait. */
static enum MHD_Result on_request(void *cls, struct MHD_Connection *connection, const char *url,
                                  const char *method, const char *version, const char *upload,
                                  size_t *upload_size, void **kept)
{
    struct dp_request *request = *kept;
    (void)version;
    if (!request) {
        request = dp_xcalloc(1, sizeof *request);
        request->server = cls;
        request->connection = connection;
        request->method = method;
        request->path = dp_xstrdup(url);
        *kept = request;
        return MHD_YES;
    }
    if (*upload_size) {
        request->too_large |= request->body.len + *upload_size > DP_REQUEST_BODY;
        if (!request->too_large)
            dp_text_add(&request->body, (struct dp_str){upload, *upload_size});
        *upload_size = 0;
        return MHD_YES;
    }
    return answer(request);
}

static void on_completed(void *cls, struct MHD_Connection *connection, void **kept,
                         enum MHD_RequestTerminationCode code)
{
    struct dp_server *server = cls;
    struct dp_request *request = *kept;
    (void)connection;
    (void)code;
    if (!request)
        return;
    stop_waiting(request);
    if (server->options.actions)
        dp_action_forget(server->options.actions, request);
    dp_text_deinit(&request->body);
    free(request->path);
    free(request);
    *kept = NULL;
}

static void on_log(void *cls, const char *format, va_list args)
{
    char text[512], quoted[600];
    (void)cls;
    vsnprintf(text, sizeof text, format, args);
    text[strcspn(text, "\n")] = '\0';
    dp_log(DP_LOG_DEBUG, "http", "text=%s", dp_log_quote(quoted, sizeof quoted, text));
}

void dp_server_look(struct dp_server *server)
{
    for (struct dp_request *request = server->waiting, *next; request; request = next) {
        next = request->next;
        if (is_answerable(request, scope_of(request))) {
            stop_waiting(request);
            dp_request_resume(request);
        }
    }
}

struct dp_server *dp_server_create(uv_loop_t *loop, const struct dp_server_options *options)
{
    struct dp_server *server = dp_xcalloc(1, sizeof *server);
    server->options = *options;
    server->daemon = MHD_start_daemon(
        MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG, 0, NULL, NULL, on_request,
        server, MHD_OPTION_EXTERNAL_LOGGER, on_log, NULL, MHD_OPTION_LISTEN_SOCKET, options->socket,
        MHD_OPTION_NOTIFY_COMPLETED, on_completed, server, MHD_OPTION_CONNECTION_LIMIT,
        (unsigned)CONNECTIONS, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)MEMORY,
        MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_S, MHD_OPTION_END);
    if (!server->daemon) {
        close(options->socket);
        free(server);
        return NULL;
    }
    const union MHD_DaemonInfo *info =
        MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_EPOLL_FD);
    uv_poll_init(loop, &server->poll, info->epoll_fd);
    uv_timer_init(loop, &server->timer);
    uv_prepare_init(loop, &server->prepare);
    server->poll.data = server->timer.data = server->prepare.data = server;
    uv_poll_start(&server->poll, UV_READABLE, on_poll);
    uv_prepare_start(&server->prepare, on_prepare);
    return server;
}

static void on_closed(uv_handle_t *handle)
{
    struct dp_server *server = handle->data;
    if (++server->closed == 3)
        free(server);
}

void dp_server_close(struct dp_server *server)
{
    while (server->waiting) {
        struct dp_request *request = server->waiting;
        stop_waiting(request);
        dp_request_resume(request);
    }
    uv_poll_stop(&server->poll);
    uv_prepare_stop(&server->prepare);
    MHD_stop_daemon(server->daemon);
    uv_close((uv_handle_t *)&server->poll, on_closed);
    uv_close((uv_handle_t *)&server->timer, on_closed);
    uv_close((uv_handle_t *)&server->prepare, on_closed);
}
