/* One connection to Redis on a libuv loop, kept up for as long as it is open: it connects, signs
 * in, waits while the server loads its data, and connects again, ever more slowly, when the
 * connection is lost.
 *
 *   down -> connecting -> handshaking -> up -> (lost) -> down ...
 *
 * Every wait has a timeout. Failures are logged: the first of a row, then at most one in 30 s; so
 * is the connection made. Thread: the loop's. */
#ifndef DP_REDIS_LINK_H
#define DP_REDIS_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

struct redisReply;
struct dp_redis_link;

struct dp_redis_link_options {
    const char *url;     /* redis_url.h */
    uint64_t timeout_ms; /* for connecting, signing in, and the next reply; 0: 10 s */
    const char *purpose; /* for the log, a word that lives as long; NULL: "use" */
};

/* None is called once dp_redis_link_close has been. Each may call any function of the link. */
struct dp_redis_link_events {
    /* Commands can be sent. */
    void (*up)(void *ctx);

    /* An attempt to connect has failed or the connection is lost; `reason` is valid during the
     * call. Replies still outstanding will not come. The next attempt follows by itself. */
    void (*down)(void *ctx, const char *reason);

    /* The reply (valid during the call) to the command sent with `tag`; in the order of sending.
     * After SUBSCRIBE each message comes as one more reply to it; another SUBSCRIBE to the same
     * channel is answered again, which is how to find out whether the server is still there. The
     * reply to a PING among messages may have the tag of any: it is told by what it says. */
    void (*reply)(void *ctx, void *tag, const struct redisReply *reply);
};

/* Starts connecting; copies what it needs. NULL when the URL is wrong: `error` says how. */
struct dp_redis_link *dp_redis_link_create(uv_loop_t *loop,
                                           const struct dp_redis_link_options *options,
                                           const struct dp_redis_link_events *events, void *ctx,
                                           char *error, size_t error_size);

/* Cuts the connection at once: what was not answered is lost. The memory is given back in the
 * loop's next turn, and `closed` (may be NULL) is called then with the link's ctx. A look-up of the
 * host's name that is under way keeps the loop alive for as long as the resolver takes. */
void dp_redis_link_close(struct dp_redis_link *link, void (*closed)(void *ctx));

bool dp_redis_link_is_up(const struct dp_redis_link *link);

/* Queues one command in RESP; it is written with others in the loop's next turn. A byte that can be
 * read must follow it: hiredis looks at it. False: not up. */
bool dp_redis_link_send(struct dp_redis_link *link, const char *command, size_t len, void *tag);

/* While up: writes what is queued at once, as far as the socket takes it. Not to be called by an
 * event's callback. */
void dp_redis_link_write(struct dp_redis_link *link);

/* What is under way: commands without a reply, and bytes that the socket has not taken yet. */
size_t dp_redis_link_outstanding(const struct dp_redis_link *link);
size_t dp_redis_link_unsent(const struct dp_redis_link *link);

/* Cuts the connection for `reason` and connects again. */
void dp_redis_link_break(struct dp_redis_link *link, const char *reason);

/* The server as logs name it: "host:6379/0". */
const char *dp_redis_link_server(const struct dp_redis_link *link);

#endif
