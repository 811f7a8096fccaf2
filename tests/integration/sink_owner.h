/* The owner of a Redis sink for tests: it counts what it is told, gives entries, and turns the
 * loop. */
#ifndef DP_TEST_SINK_OWNER_H
#define DP_TEST_SINK_OWNER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "redis_server.h"
#include "sink/redis_sink.h"

struct dp_test_owner {
    uv_loop_t loop;
    uv_timer_t tick; /* so that the loop turns while nothing comes */
    struct dp_redis_sink *sink;
    unsigned ups, downs, flushed, failed, fenced;
    bool close_when_told; /* closes the sink from within the next event */
    char reason[256];     /* of the last `down` */

    const struct dp_entry *list; /* given first, one by one */
    size_t list_count;
    size_t made_count,
        made_fields;    /* then so many hashes of up to 10 fields, agent-0 and on, made up */
    int64_t made_value; /* of all their fields */
    size_t given;
};

/* Opens a sink to the URL that `format` makes; timeout 0 is the default. */
void dp_test_own(struct dp_test_owner *owner, uint64_t timeout_ms, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Opens a sink to `server` and waits until it is up. */
void dp_test_own_up(struct dp_test_owner *owner, const struct dp_test_redis *server);

/* Closes the sink, and asserts that nothing is left on the loop. */
void dp_test_disown(struct dp_test_owner *owner);

/* Turns the loop until *counter is `count`; fails after 10 s. */
void dp_test_wait_for(struct dp_test_owner *owner, const unsigned *counter, unsigned count);

void dp_test_turn_for(struct dp_test_owner *owner, unsigned ms);

/* The owner's entries, a dp_entry_fn. */
bool dp_test_next_entry(void *owner, struct dp_entry *entry);

void dp_test_start_flush(struct dp_test_owner *owner);

/* Flushes `list`, then those made up, and waits for the end. */
void dp_test_flush_list(struct dp_test_owner *owner, const struct dp_entry *list, size_t count);

#endif
