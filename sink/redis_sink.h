/* Writes changed entries to Redis: one flush after another, each hash replaced as a whole in one
 * atomic step (MULTI, DEL, HSET, PEXPIRE, EXEC), pipelined, and a message on PREFIX:updates at the
 * end of each.
 *
 * A flush takes entries only as fast as Redis answers, so what is under way stays bounded whatever
 * the number of entries. Thread: the loop's. The process must ignore SIGPIPE. */
#ifndef DP_REDIS_SINK_H
#define DP_REDIS_SINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "aggregator/entry.h"

/* Entries are taken while less than this is under way. */
#define DP_REDIS_SINK_REPLIES 2000
#define DP_REDIS_SINK_BYTES   ((size_t)1 << 20)

struct dp_redis_sink;

struct dp_redis_sink_options {
    const char *url;     /* redis_url.h */
    const char *prefix;  /* of all keys: "dp" */
    uint64_t timeout_ms; /* as in redis_link.h; 0: the default */
};

/* None is called once dp_redis_sink_close has been. Each may call any function of the sink. */
struct dp_redis_sink_events {
    /* Flushes can be started. At every time but the first the connection had been lost: the server
     * may be another one or have forgotten everything, so everything is to be written again. */
    void (*up)(void *ctx);

    /* No connection, or no longer; a flush under way has failed before (flushed). The sink goes on
     * trying. */
    void (*down)(void *ctx, const char *reason);

    /* The flush is over and every reply is in. Not `ok`: some of its entries were not written. */
    void (*flushed)(void *ctx, bool ok);
};

/* Monotonic, but for the last two. */
struct dp_redis_sink_stats {
    uint64_t flushes, failed;    /* `failed` are among `flushes` */
    uint64_t keys;               /* hashes and set members written or removed */
    uint64_t bytes;              /* of commands */
    uint64_t errors;             /* error replies */
    uint64_t last_keys, last_ms; /* the last flush, from start to last reply */
};

/* Starts connecting. NULL when the options are wrong: `error` says how. */
struct dp_redis_sink *dp_redis_sink_create(uv_loop_t *loop,
                                           const struct dp_redis_sink_options *options,
                                           const struct dp_redis_sink_events *events, void *ctx,
                                           char *error, size_t error_size);

/* Cuts the connection at once; a flush under way is dropped. The memory is given back in the loop's
 * next turn (see dp_redis_link_close). */
void dp_redis_sink_close(struct dp_redis_sink *sink);

/* Starts a flush of all that `next` gives; it is called now and then until it returns false. False:
 * not up, or a flush is under way. With nothing to write `flushed` is called before this returns.
 */
bool dp_redis_sink_flush(struct dp_redis_sink *sink, dp_entry_fn *next, void *next_ctx);

bool dp_redis_sink_is_up(const struct dp_redis_sink *sink);

const struct dp_redis_sink_stats *dp_redis_sink_stats(const struct dp_redis_sink *sink);

#endif
