/* What Redis has of alerts, as people look at it and change it: the hashes PREFIX:alerts:active
 * (alert_list.h), PREFIX:alerts:acks (alert_ack.h) and PREFIX:alerts:silences (alert_silence.h).
 *
 * Each change is one transaction that also counts up PREFIX:alerts:asked, by which the running
 * process notices that there is something to read. Every wait is bounded. Thread: one. */
#ifndef DP_ALERT_REDIS_H
#define DP_ALERT_REDIS_H

#include <stdbool.h>
#include <stddef.h>

#include "common/str.h"

enum dp_alert_hash { DP_ALERTS_ACTIVE, DP_ALERTS_ACKS, DP_ALERTS_SILENCES };

struct dp_alert_redis {
    struct dp_redis_query *query;
    const char *prefix; /* the caller's */
    char error[1024];   /* after a call that came to false: why and what to do, in one line */
};

/* False: Redis does not answer or refuses. To be closed in either case; after a failure of any call
 * nothing else than that is allowed. */
bool dp_alert_redis_open(struct dp_alert_redis *redis, const char *url, const char *prefix);
void dp_alert_redis_close(struct dp_alert_redis *redis);

/* Calls `field` for each field of a hash; its texts are valid during the call. */
bool dp_alert_redis_read(struct dp_alert_redis *redis, enum dp_alert_hash hash,
                         void (*field)(void *ctx, struct dp_str name, struct dp_str text),
                         void *ctx);

/* Takes fields out of a hash, then sets others; nothing where a key is of another kind. */
struct dp_alert_change {
    enum dp_alert_hash hash;
    const struct dp_str *removed;
    size_t removed_count;
    const struct dp_str *set;
    size_t set_count;
    struct dp_str text; /* what each of these is set to */
};
bool dp_alert_redis_change(struct dp_alert_redis *redis, const struct dp_alert_change *change);

#endif
