/* One socket to Redis: hiredis' asynchronous context on a libuv loop. It is opened once and closed
 * once; redis_link.h makes a lasting connection of many such.
 *
 * hiredis' own adapter for libuv (0.14) loses connect failures, hence this one. Thread: the loop's.
 */
#ifndef DP_REDIS_CONNECTION_H
#define DP_REDIS_CONNECTION_H

#include <stdbool.h>
#include <stddef.h>
#include <uv.h>

struct redisReply;
struct dp_redis_tls;
struct dp_redis_connection;

/* Any of them may close the connection. */
struct dp_redis_connection_events {
    void (*connected)(void *ctx);
    void (*reply)(void *ctx, void *tag, const struct redisReply *reply);

    /* Could not connect, or the connection is broken: replies outstanding will not come, and the
     * connection frees itself. Not called after dp_redis_connection_close. */
    void (*lost)(void *ctx, const char *reason);
};

/* Starts connecting to `address`: a numeric one for TCP, the path of a Unix socket when `port` is
 * 0. `tls` may be NULL. NULL when it fails at once: `error` says why. */
struct dp_redis_connection *
dp_redis_connection_open(uv_loop_t *loop, const char *address, int port, struct dp_redis_tls *tls,
                         const struct dp_redis_connection_events *events, void *ctx, char *error,
                         size_t error_size);

/* Cuts it at once; the memory is given back in the loop's next turn. */
void dp_redis_connection_close(struct dp_redis_connection *connection);

/* Queues one command; false: the connection is breaking. A byte that can be read must follow it:
 * hiredis looks at it. */
bool dp_redis_connection_send(struct dp_redis_connection *connection, const char *command,
                              size_t len, void *tag);

/* Writes what is queued, as far as the socket takes it, without waiting for the loop's next turn.
 * Not to be called by an event's callback. */
void dp_redis_connection_write(struct dp_redis_connection *connection);

/* Bytes that the socket has not taken yet. */
size_t dp_redis_connection_unsent(const struct dp_redis_connection *connection);

#endif
