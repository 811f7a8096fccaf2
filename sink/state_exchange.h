/* The saved state's connection to Redis, on which one thing is done at a time, in attempts: some
 * commands, and what follows from their replies.
 *
 * An attempt in which the server refuses a command is over when all of its replies are in, and is
 * made again from the start 200 ms later, for as long as that takes: the log says so at once and
 * then at most every 30 s. A server that turns out to be a replica is left, and looked for again by
 * its name. Thread: the loop's. */
#ifndef DP_STATE_EXCHANGE_H
#define DP_STATE_EXCHANGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "sink/redis_link.h"
#include "sink/resp.h"

/* None is called once dp_state_exchange_close has been. */
struct dp_state_exchange_events {
    /* As in redis_link.h. An attempt under way is not made again by itself then. */
    void (*up)(void *ctx);
    void (*down)(void *ctx, const char *reason);
    /* Sends the attempt's first commands. */
    void (*attempt)(void *ctx);
    /* The reply to one of its commands, none before it being an error. */
    void (*reply)(void *ctx, void *tag, const struct redisReply *reply);
};

struct dp_state_exchange {
    struct dp_redis_link *link; /* NULL: closed */
    struct dp_resp resp;        /* the next command */
    /* Its own. */
    uv_loop_t *loop;
    struct dp_state_exchange_events events;
    void *ctx;
    uv_timer_t retry;
    int open; /* the link and the timer */
    void (*closed)(void *ctx);
    unsigned stale;  /* replies still to come of what is over */
    char error[256]; /* the first among the replies of this attempt */
    uint64_t logged_at_ms;
};

/* Starts connecting. False when the URL is wrong: `error` says how, and nothing is left behind. */
bool dp_state_exchange_init(struct dp_state_exchange *exchange, uv_loop_t *loop, const char *url,
                            const struct dp_state_exchange_events *events, void *ctx, char *error,
                            size_t error_size);

/* Cuts the connection at once; `closed` is called, with ctx, when the memory can be given back. */
void dp_state_exchange_close(struct dp_state_exchange *exchange, void (*closed)(void *ctx));

/* Makes an attempt, the first or another. The link must be up. */
void dp_state_exchange_attempt(struct dp_state_exchange *exchange);

/* Sends the command in `resp`. */
void dp_state_exchange_send(struct dp_state_exchange *exchange, void *tag);

/* A command and its arguments, of which the last may be NULL, or both: there are fewer. */
void dp_state_exchange_send_words(struct dp_state_exchange *exchange, void *tag,
                                  const char *command, const char *first, const char *second);

/* Sends a command in RESP; a byte that can be read follows it. */
void dp_state_exchange_send_command(struct dp_state_exchange *exchange, void *tag,
                                    struct dp_str command);

/* A reply says that the attempt cannot be gone on with: it counts as an error of the server's. */
void dp_state_exchange_refuse(struct dp_state_exchange *exchange, const char *why);

/* It is done with, or dropped: replies still to come are for nobody. */
void dp_state_exchange_end(struct dp_state_exchange *exchange);

#endif
