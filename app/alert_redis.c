#include "app/alert_redis.h"

#include <stdio.h>

#include "app/redis_query.h"
#include "sink/compat.h"

#define KEY 512

static const char *const hash_names[] = {
    [DP_ALERTS_ACTIVE] = "active", [DP_ALERTS_ACKS] = "acks", [DP_ALERTS_SILENCES] = "silences"};

bool dp_alert_redis_open(struct dp_alert_redis *redis, const char *url, const char *prefix)
{
    redis->prefix = prefix;
    redis->query = dp_redis_query_open(url, redis->error, sizeof redis->error);
    return redis->query != NULL;
}

void dp_alert_redis_close(struct dp_alert_redis *redis)
{
    dp_redis_query_close(redis->query);
    redis->query = NULL;
}

/* Begins a command of that key and `count` arguments after it. */
static void begin(struct dp_resp *resp, const char *command, const char *prefix, const char *name,
                  size_t count)
{
    char key[KEY];
    int len = snprintf(key, sizeof key, "%s:alerts:%s", prefix, name);
    dp_resp_begin(resp, 2 + count);
    dp_resp_add(resp, dp_str_from(command));
    dp_resp_add(resp, (struct dp_str){key, (size_t)len});
}

/* Reading ---------------------------------------------------------------------------------------*/

struct reading {
    const struct dp_alert_redis *redis;
    enum dp_alert_hash hash;
    void (*field)(void *ctx, struct dp_str name, struct dp_str text);
    void *ctx;
};

static void ask_hash(void *ctx, size_t i, struct dp_resp *resp)
{
    const struct reading *reading = ctx;
    (void)i;
    begin(resp, "HGETALL", reading->redis->prefix, hash_names[reading->hash], 0);
}

static void take_hash(void *ctx, size_t i, const redisReply *reply)
{
    const struct reading *reading = ctx;
    (void)i;
    for (size_t n = 0; reply->type == REDIS_REPLY_ARRAY && n + 1 < reply->elements; n += 2) {
        const redisReply *name = reply->element[n], *text = reply->element[n + 1];
        if (name->str && text->str)
            reading->field(reading->ctx, (struct dp_str){name->str, name->len},
                           (struct dp_str){text->str, text->len});
    }
}

bool dp_alert_redis_read(struct dp_alert_redis *redis, enum dp_alert_hash hash,
                         void (*field)(void *ctx, struct dp_str name, struct dp_str text),
                         void *ctx)
{
    struct reading reading = {redis, hash, field, ctx};
    const struct dp_redis_questions questions = {
        .count = 1, .ask = ask_hash, .answer = take_hash, .ctx = &reading};
    return dp_redis_query_run(redis->query, &questions, redis->error, sizeof redis->error);
}

/* Changing --------------------------------------------------------------------------------------*/

struct changing {
    const struct dp_alert_redis *redis;
    const struct dp_alert_change *change;
    enum step { LOOK_AT_HASH, LOOK_AT_COUNT, MULTI, REMOVE, SET, COUNT_UP, EXEC } steps[EXEC + 1];
    size_t count;
};

static void ask_step(void *ctx, size_t i, struct dp_resp *resp)
{
    const struct changing *changing = ctx;
    const struct dp_alert_change *change = changing->change;
    const char *prefix = changing->redis->prefix, *hash = hash_names[change->hash];
    switch (changing->steps[i]) {
    case LOOK_AT_HASH:
        begin(resp, "HLEN", prefix, hash, 0);
        return;
    case LOOK_AT_COUNT:
        begin(resp, "GET", prefix, "asked", 0);
        return;
    case REMOVE:
        begin(resp, "HDEL", prefix, hash, change->removed_count);
        for (size_t n = 0; n < change->removed_count; n++)
            dp_resp_add(resp, change->removed[n]);
        return;
    case SET:
        begin(resp, "HSET", prefix, hash, 2 * change->set_count);
        for (size_t n = 0; n < change->set_count; n++) {
            dp_resp_add(resp, change->set[n]);
            dp_resp_add(resp, change->text);
        }
        return;
    case COUNT_UP:
        begin(resp, "INCR", prefix, "asked", 0);
        return;
    case MULTI:
    case EXEC:
        dp_resp_begin(resp, 1);
        dp_resp_add(resp, changing->steps[i] == MULTI ? DP_STR("MULTI") : DP_STR("EXEC"));
    }
}

static void take_nothing(void *ctx, size_t i, const redisReply *reply)
{
    (void)ctx;
    (void)i;
    (void)reply;
}

static bool run_steps(struct dp_alert_redis *redis, struct changing *changing)
{
    const struct dp_redis_questions questions = {
        .count = changing->count, .ask = ask_step, .answer = take_nothing, .ctx = changing};
    return dp_redis_query_run(redis->query, &questions, redis->error, sizeof redis->error);
}

bool dp_alert_redis_change(struct dp_alert_redis *redis, const struct dp_alert_change *change)
{
    /* A transaction of which a command meets a key of another kind does all the others. */
    struct changing look = {redis, change, {LOOK_AT_HASH, LOOK_AT_COUNT}, 2};
    struct changing changing = {.redis = redis, .change = change};
    changing.steps[changing.count++] = MULTI;
    if (change->removed_count)
        changing.steps[changing.count++] = REMOVE;
    if (change->set_count)
        changing.steps[changing.count++] = SET;
    changing.steps[changing.count++] = COUNT_UP;
    changing.steps[changing.count++] = EXEC;
    return run_steps(redis, &look) && run_steps(redis, &changing);
}
