#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/explain.h"
#include "app/redis_query.h"
#include "sink/compat.h"

enum { THE_KEY, THE_COMMIT, QUESTIONS };

struct asking {
    const struct dp_explain_request *request;
    const char *prefix;
    struct dp_published *published;
};

static void ask(void *ctx, size_t i, struct dp_resp *resp)
{
    struct asking *asking = ctx;
    char key[512];
    if (i == THE_KEY) {
        dp_explain_key(asking->request, asking->prefix, key, sizeof key);
        dp_resp_begin(resp, 4);
        dp_resp_add(resp, DP_STR("HMGET"));
        dp_resp_add(resp, dp_str_from(key));
        dp_resp_add(resp, DP_STR("as_of_ms"));
        dp_resp_add(resp, dp_str_from(dp_explained_name(asking->request->which)));
    } else {
        snprintf(key, sizeof key, "%s:state:commit", asking->prefix);
        dp_resp_begin(resp, 3);
        dp_resp_add(resp, DP_STR("HGET"));
        dp_resp_add(resp, dp_str_from(key));
        dp_resp_add(resp, DP_STR("number"));
    }
}

static const char *text_of(const redisReply *reply)
{
    return reply->type == REDIS_REPLY_STRING ? reply->str : NULL;
}

static void answer(void *ctx, size_t i, const redisReply *reply)
{
    struct dp_published *published = ((struct asking *)ctx)->published;
    if (i == THE_COMMIT) {
        const char *number = text_of(reply);
        if (number)
            published->committed = strtoull(number, NULL, 10);
        return;
    }
    if (reply->type != REDIS_REPLY_ARRAY || reply->elements != 2)
        return;
    const char *as_of = text_of(reply->element[0]), *text = text_of(reply->element[1]);
    published->there = as_of != NULL;
    published->as_of_ms = as_of ? strtoll(as_of, NULL, 10) : 0;
    published->has = text != NULL;
    snprintf(published->text, sizeof published->text, "%s", text ? text : "");
}

void dp_explain_ask(const struct dp_explain_request *request, const struct dp_config *config,
                    struct dp_published *published)
{
    struct asking asking = {request, config->redis_prefix, published};
    const struct dp_redis_questions questions = {
        .count = QUESTIONS, .ask = ask, .answer = answer, .ctx = &asking};
    *published = (struct dp_published){.committed = UINT64_MAX};
    struct dp_redis_query *query =
        dp_redis_query_open(config->redis_url, published->error, sizeof published->error);
    published->reached =
        query && dp_redis_query_run(query, &questions, published->error, sizeof published->error);
    dp_redis_query_close(query);
}
