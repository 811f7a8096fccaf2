/* Writes changed entries to Redis: one flush after another, in transactions (MULTI ... EXEC) of
 * many entries, each hash replaced as a whole, and a message on PREFIX:updates at the end of each
 * flush.
 *
 * With a fence each transaction is written only as long as this process is the owner of the state:
 * the owner's key is watched, read and compared before, so that a process that was replaced
 * meanwhile, however long it slept, writes nothing. Each also notes what the figures in it stand
 * for.
 *
 * A flush takes entries only as fast as Redis answers: one transaction is under way, and the next
 * one made meanwhile. So what is held stays bounded whatever the number of entries, and no other
 * client of the server waits long.
 * Thread: the loop's. The process must ignore SIGPIPE. */
#ifndef DP_REDIS_SINK_H
#define DP_REDIS_SINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "aggregator/entry.h"

/* A transaction holds so much at most, which takes a server some 3 ms. */
#define DP_REDIS_SINK_ENTRIES 400
#define DP_REDIS_SINK_BYTES   ((size_t)512 << 10)

struct dp_redis_sink;

struct dp_redis_sink_options {
    const char *url;     /* redis_url.h */
    const char *prefix;  /* of all keys: "dp" */
    uint64_t timeout_ms; /* as in redis_link.h; 0: the default */
};

/* Who may write, and what is noted with what is written. */
struct dp_redis_fence {
    const char *owner_key, *token; /* the key's value while this process is the owner */
    const char *shown_key;         /* is set to what `shown` gives, valid until its next call */
    struct dp_str (*shown)(void *ctx);
    void *ctx;
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

    /* Another process is the owner; the flush has failed before (flushed). May be NULL for a sink
     * without a fence. */
    void (*fenced)(void *ctx);
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

/* From the next flush on, transactions are for the owner alone (copies the texts); NULL: for
 * everybody. Not during a flush. */
void dp_redis_sink_set_fence(struct dp_redis_sink *sink, const struct dp_redis_fence *fence);

bool dp_redis_sink_is_up(const struct dp_redis_sink *sink);

const struct dp_redis_sink_stats *dp_redis_sink_stats(const struct dp_redis_sink *sink);

#endif
