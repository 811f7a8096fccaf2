/* Asks a Redis many things, one after the other, as a program does that is not on a loop: each call
 * returns when all answers are there or one of them will not come. Every wait is bounded.
 * Thread: one. */
#ifndef DP_REDIS_QUERY_H
#define DP_REDIS_QUERY_H

#include <stdbool.h>
#include <stddef.h>

#include "sink/resp.h"

struct redisReply;
struct dp_redis_query;

/* Connects and signs in. NULL: that failed, and `error` says why and what to do, in one line. */
struct dp_redis_query *dp_redis_query_open(const char *url, char *error, size_t error_size);
void dp_redis_query_close(struct dp_redis_query *query); /* accepts NULL */

struct dp_redis_questions {
    size_t count;

    /* Writes question `i` into `resp`. */
    void (*ask)(void *ctx, size_t i, struct dp_resp *resp);

    /* The answer to it, never an error nor a list with one; valid during the call. They come in the
     * order of asking. */
    void (*answer)(void *ctx, size_t i, const struct redisReply *reply);
    void *ctx;
};

/* Some hundred questions are under way at a time. False: not all were answered, `error` as above;
 * then the query is of no further use. */
bool dp_redis_query_run(struct dp_redis_query *query, const struct dp_redis_questions *questions,
                        char *error, size_t error_size);

#endif
