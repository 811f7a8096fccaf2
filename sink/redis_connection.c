#include "sink/redis_connection.h"

#include <stdio.h>
#include <stdlib.h>

#include "common/memory.h"
#include "sink/compat.h"
#include "sink/redis_tls.h"
#include "sink/usual_replies.h"

struct dp_redis_connection {
    redisAsyncContext *context; /* NULL once hiredis has freed it */
    uv_poll_t poll;
    int watched;    /* UV_READABLE, UV_WRITABLE */
    bool connected; /* to be told */
    struct dp_redis_tls *tls;
    const struct dp_redis_connection_events *events; /* NULL: closed or lost, nobody is told */
    void *ctx;
};

/* Tells the owner, once. */
static void lose(struct dp_redis_connection *connection, const char *reason)
{
    const struct dp_redis_connection_events *events = connection->events;
    const char *tls_reason = connection->tls ? dp_redis_tls_reason(connection->tls) : NULL;
    connection->events = NULL;
    if (events)
        events->lost(connection->ctx, tls_reason ? tls_reason : reason);
}

static void on_poll(uv_poll_t *poll, int status, int events)
{
    struct dp_redis_connection *connection = poll->data;
    if (status < 0) {
        /* An error on the socket; libuv has stopped polling. hiredis finds out which error when it
         * reads or writes, and frees the context; if it finds none there is still nothing to go on
         * with. */
        connection->watched = 0;
        redisAsyncHandleWrite(connection->context);
        if (connection->context)
            redisAsyncHandleRead(connection->context);
        if (connection->context) {
            redisAsyncContext *context = connection->context;
            lose(connection, uv_strerror(status));
            redisAsyncFree(context);
        }
        return;
    }
    if (events & UV_READABLE)
        redisAsyncHandleRead(connection->context);
    if (connection->context && events & UV_WRITABLE)
        redisAsyncHandleWrite(connection->context);
    if (connection->context && connection->connected) {
        connection->connected = false;
        connection->events->connected(connection->ctx);
    }
}

static void watch(struct dp_redis_connection *connection, int events)
{
    if (events == connection->watched)
        return;
    connection->watched = events;
    if (events)
        uv_poll_start(&connection->poll, events, on_poll);
    else
        uv_poll_stop(&connection->poll);
}

/* The hooks by which hiredis asks for events. */
static void add_read(void *connection)
{
    watch(connection, ((struct dp_redis_connection *)connection)->watched | UV_READABLE);
}

static void delete_read(void *connection)
{
    watch(connection, ((struct dp_redis_connection *)connection)->watched & ~UV_READABLE);
}

static void add_write(void *connection)
{
    watch(connection, ((struct dp_redis_connection *)connection)->watched | UV_WRITABLE);
}

static void delete_write(void *connection)
{
    watch(connection, ((struct dp_redis_connection *)connection)->watched & ~UV_WRITABLE);
}

static void on_poll_closed(uv_handle_t *poll)
{
    free(poll->data);
}

/* hiredis is about to close the socket and to free the context, whatever the cause. */
static void clean_up(void *data)
{
    struct dp_redis_connection *connection = data;
    redisAsyncContext *context = connection->context;
    connection->context = NULL;
    uv_close((uv_handle_t *)&connection->poll, on_poll_closed);
    lose(connection, context->c.errstr);
}

static void on_connect(const redisAsyncContext *context, int status)
{
    struct dp_redis_connection *connection = context->data;
    /* The owner is told after this call: it may close the connection, and hiredis 0.14 does not
     * bear to be freed from here. After a failure hiredis cleans up by itself. */
    connection->connected = status == REDIS_OK;
}

static void on_reply(redisAsyncContext *context, void *reply, void *tag)
{
    struct dp_redis_connection *connection = context->data;
    if (!reply)
        lose(connection, context->c.errstr);
    else if (connection->events)
        connection->events->reply(connection->ctx, tag, reply);
}

struct dp_redis_connection *
dp_redis_connection_open(uv_loop_t *loop, const char *address, int port, struct dp_redis_tls *tls,
                         const struct dp_redis_connection_events *events, void *ctx, char *error,
                         size_t error_size)
{
    redisAsyncContext *context =
        port ? redisAsyncConnect(address, port) : redisAsyncConnectUnix(address);
    if (!context || context->c.err || (tls && !dp_redis_tls_start(tls, context))) {
        const char *tls_reason = context && tls ? dp_redis_tls_reason(tls) : NULL;
        snprintf(error, error_size, "%s",
                 tls_reason ? tls_reason
                 : context  ? context->c.errstr
                            : "out of memory");
        if (context)
            redisAsyncFree(context);
        return NULL;
    }
    struct dp_redis_connection *connection = dp_xcalloc(1, sizeof *connection);
    int status = uv_poll_init(loop, &connection->poll, context->c.fd);
    if (status < 0) {
        snprintf(error, error_size, "%s", uv_strerror(status));
        redisAsyncFree(context);
        free(connection);
        return NULL;
    }
    connection->poll.data = connection;
    connection->context = context;
    connection->tls = tls;
    connection->events = events;
    connection->ctx = ctx;
    context->c.reader->fn = dp_usual_replies();
    context->data = connection;
    context->ev.data = connection;
    context->ev.addRead = add_read;
    context->ev.delRead = delete_read;
    context->ev.addWrite = add_write;
    context->ev.delWrite = delete_write;
    context->ev.cleanup = clean_up;
    redisAsyncSetConnectCallback(context, on_connect);
    return connection;
}

void dp_redis_connection_close(struct dp_redis_connection *connection)
{
    connection->events = NULL;
    if (connection->context)
        redisAsyncFree(connection->context);
}

bool dp_redis_connection_send(struct dp_redis_connection *connection, const char *command,
                              size_t len, void *tag)
{
    return connection->context &&
           redisAsyncFormattedCommand(connection->context, on_reply, tag, command, len) == REDIS_OK;
}

void dp_redis_connection_write(struct dp_redis_connection *connection)
{
    if (connection->context)
        redisAsyncHandleWrite(connection->context);
}

size_t dp_redis_connection_unsent(const struct dp_redis_connection *connection)
{
    return connection->context ? dp_hiredis_unsent(connection->context) : 0;
}
