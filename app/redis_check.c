#include "app/redis_check.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

#include "sink/compat.h"
#include "sink/redis_advice.h"
#include "sink/redis_link.h"
#include "sink/resp.h"

#define WAIT_MS 10000

/* Should the removal be refused, what was written goes by itself. */
#define LIFE_MS "60000"

#define WORDS_MAX 12 /* of a command, and the end */

/* Commands that belong together, and the first error among their replies. */
struct trial {
    const char *what;
    char error[512];
};

struct redis_check {
    struct dp_check_report *report;
    const char *prefix;
    uv_loop_t loop;
    uv_timer_t patience;
    struct dp_redis_link *link; /* NULL: closed */
    struct dp_resp resp;
    struct trial information, hash, set, message, state, alerts;
    bool has_alerts;
    char *server_info; /* INFO's reply, or NULL */
    bool said;         /* why it came to nothing */
};

static void close_all(struct redis_check *check)
{
    if (!check->link)
        return;
    dp_redis_link_close(check->link, NULL);
    check->link = NULL;
    uv_close((uv_handle_t *)&check->patience, NULL);
}

/* The end without answers to all. */
static void fail(struct redis_check *check, const char *reason)
{
    dp_check_report_add(check->report, DP_CHECK_FAIL, "Redis at %s: %s: %s",
                        dp_redis_link_server(check->link), reason, dp_redis_advice(reason));
    check->said = true;
    close_all(check);
}

/* Sends one command; the words end with NULL. Lost ones are told by the link's `down`. */
static void command(struct redis_check *check, struct trial *trial, ...)
{
    const char *words[WORDS_MAX];
    size_t count = 0;
    va_list args;
    va_start(args, trial);
    while ((words[count] = va_arg(args, const char *)))
        count++;
    va_end(args);
    dp_resp_begin(&check->resp, count);
    for (size_t i = 0; i < count; i++)
        dp_resp_add(&check->resp, dp_str_from(words[i]));
    dp_redis_link_send(check->link, check->resp.buf, check->resp.len, trial);
}

/* What a commit with notices does, in streams of Redis 6.2 and later, and what reads them back. */
static void ask_about_alerts(struct redis_check *check)
{
    struct trial *trial = &check->alerts;
    char stream[128], hash[128], outbox[128];
    snprintf(stream, sizeof stream, "%s:alerts:check:%ld", check->prefix, (long)getpid());
    snprintf(hash, sizeof hash, "%s:alerts:check:%ld:hash", check->prefix, (long)getpid());
    snprintf(outbox, sizeof outbox, "%s:state:check:%ld:outbox", check->prefix, (long)getpid());
    command(check, trial, "WATCH", stream, NULL);
    command(check, trial, "TYPE", stream, NULL);
    command(check, trial, "MULTI", NULL);
    command(check, trial, "XADD", stream, "MINID", "~", "0", "*", "v", "1", NULL);
    command(check, trial, "HSET", hash, "check", "1", NULL);
    command(check, trial, "HDEL", hash, "check", NULL);
    command(check, trial, "HSET", outbox, "check", "1", NULL);
    command(check, trial, "DEL", stream, NULL);
    command(check, trial, "DEL", outbox, NULL);
    command(check, trial, "EXEC", NULL);
    command(check, trial, "UNWATCH", NULL);
    command(check, trial, "HSCAN", outbox, "0", "COUNT", "1", NULL);
    command(check, trial, "HDEL", outbox, "check", NULL);
    command(check, trial, "HGETALL", hash, NULL);
    command(check, trial, "GET", hash, NULL);
}

static void on_up(void *ctx)
{
    struct redis_check *check = ctx;
    char hash[128], set[128], channel[128], bytes[128];
    snprintf(hash, sizeof hash, "%s:check:%ld", check->prefix, (long)getpid());
    snprintf(set, sizeof set, "%s:check:%ld:set", check->prefix, (long)getpid());
    snprintf(channel, sizeof channel, "%s:check", check->prefix);
    snprintf(bytes, sizeof bytes, "%s:state:check:%ld", check->prefix, (long)getpid());
    command(check, &check->information, "INFO", NULL);
    command(check, &check->hash, "MULTI", NULL);
    command(check, &check->hash, "DEL", hash, NULL);
    command(check, &check->hash, "HSET", hash, "v", "1", NULL);
    command(check, &check->hash, "PEXPIRE", hash, LIFE_MS, NULL);
    command(check, &check->hash, "EXEC", NULL);
    command(check, &check->hash, "DEL", hash, NULL);
    command(check, &check->set, "SADD", set, "check", NULL);
    command(check, &check->set, "SREM", set, "check", NULL);
    command(check, &check->set, "ZADD", set, "1", "check", NULL);
    command(check, &check->set, "ZREM", set, "check", NULL);
    command(check, &check->message, "PUBLISH", channel, "check", NULL);
    command(check, &check->state, "WATCH", bytes, NULL);
    command(check, &check->state, "GET", bytes, NULL);
    command(check, &check->state, "MULTI", NULL);
    command(check, &check->state, "SET", bytes, "x", "PX", LIFE_MS, NULL);
    command(check, &check->state, "SETRANGE", bytes, "1", "y", NULL);
    command(check, &check->state, "GETRANGE", bytes, "0", "1", NULL);
    command(check, &check->state, "HGETALL", hash, NULL);
    command(check, &check->state, "DEL", bytes, NULL);
    command(check, &check->state, "EXEC", NULL);
    command(check, &check->state, "UNWATCH", NULL);
    if (check->has_alerts)
        ask_about_alerts(check);
}

static void on_down(void *ctx, const char *reason)
{
    fail(ctx, reason);
}

static void on_patience_end(uv_timer_t *timer)
{
    fail(timer->data, "no reply in time");
}

static void note_error(struct trial *trial, const redisReply *reply)
{
    /* EXEC only repeats that a command before it was refused. */
    if (reply->type == REDIS_REPLY_ERROR && !*trial->error)
        snprintf(trial->error, sizeof trial->error, "%s", reply->str);
}

static void on_reply(void *ctx, void *tag, const redisReply *reply)
{
    struct redis_check *check = ctx;
    struct trial *trial = tag;
    note_error(trial, reply);
    if (trial == &check->information && reply->type == REDIS_REPLY_STRING)
        check->server_info = strdup(reply->str);
    for (size_t i = 0; reply->type == REDIS_REPLY_ARRAY && i < reply->elements; i++)
        note_error(trial, reply->element[i]);
    if (dp_redis_link_outstanding(check->link) == 0)
        close_all(check);
}

/* The value of "name:value" in INFO's reply, in `text`, which it returns; "?" where it is not
 * there. */
static const char *server_info(const struct redis_check *check, const char *name, char text[64])
{
    size_t len = strlen(name);
    const char *line = check->server_info;
    for (; line; line = strchr(line, '\n')) {
        line += *line == '\n';
        if (strncmp(line, name, len) == 0 && line[len] == ':') {
            snprintf(text, 64, "%.*s", (int)strcspn(line + len + 1, "\r\n"), line + len + 1);
            return text;
        }
    }
    return strcpy(text, "?");
}

static void say_trial(struct redis_check *check, const struct trial *trial)
{
    if (*trial->error)
        dp_check_report_add(check->report, DP_CHECK_FAIL, "%s: %s: %s", trial->what, trial->error,
                            dp_redis_advice(trial->error));
    else
        dp_check_report_add(check->report, DP_CHECK_OK, "%s", trial->what);
}

/* Nearly all keys have a time to live, so every policy but noeviction may drop them before it is
 * over. */
static void say_eviction(struct redis_check *check)
{
    char policy[64], limit[64];
    server_info(check, "maxmemory", limit);
    server_info(check, "maxmemory_policy", policy);
    if (strcmp(limit, "0") == 0 || strcmp(policy, "noeviction") == 0 || strcmp(policy, "?") == 0)
        return;
    dp_check_report_add(
        check->report, DP_CHECK_WARN,
        "Redis may drop keys when it has used its %s bytes (maxmemory-policy %s): set "
        "maxmemory-policy noeviction, or give it memory enough",
        limit, policy);
}

static void say_all(struct redis_check *check, const char *server)
{
    char version[64];
    dp_check_report_add(check->report, DP_CHECK_OK, "Redis at %s answers, signed in, version %s",
                        server, server_info(check, "redis_version", version));
    say_trial(check, &check->hash);
    say_trial(check, &check->set);
    say_trial(check, &check->message);
    say_trial(check, &check->state);
    if (check->has_alerts)
        say_trial(check, &check->alerts);
    say_eviction(check);
}

static struct dp_redis_link *make_link(struct redis_check *check, const struct dp_config *config,
                                       char *error, size_t size)
{
    static const struct dp_redis_link_events events = {
        .up = on_up, .down = on_down, .reply = on_reply};
    struct dp_redis_link_options options = {.url = config->redis_url, .timeout_ms = WAIT_MS};
    return dp_redis_link_create(&check->loop, &options, &events, check, error, size);
}

bool dp_redis_check_url(const struct dp_config *config, char *error, size_t size)
{
    struct redis_check check = {0};
    uv_loop_init(&check.loop);
    struct dp_redis_link *link = make_link(&check, config, error, size);
    if (link)
        dp_redis_link_close(link, NULL);
    uv_run(&check.loop, UV_RUN_DEFAULT);
    uv_loop_close(&check.loop);
    return link != NULL;
}

void dp_redis_check(const struct dp_config *config, struct dp_check_report *report)
{
    struct redis_check check = {.report = report,
                                .prefix = config->redis_prefix,
                                .hash = {.what = "hashes can be replaced in one step"},
                                .set = {.what = "members of sets can be added and removed"},
                                .message = {.what = "messages can be published"},
                                .state = {.what = "the state can be saved and watched"},
                                .alerts = {.what = "alerts can be noted and told"},
                                .has_alerts = dp_config_has_alerts(config)};
    char error[512], server[320];
    uv_loop_init(&check.loop);
    check.link = make_link(&check, config, error, sizeof error);
    if (check.link) {
        snprintf(server, sizeof server, "%s", dp_redis_link_server(check.link));
        uv_timer_init(&check.loop, &check.patience);
        check.patience.data = &check;
        uv_timer_start(&check.patience, on_patience_end, 2 * WAIT_MS, 0);
        uv_run(&check.loop, UV_RUN_DEFAULT);
        if (!check.said)
            say_all(&check, server);
    } else {
        dp_check_report_add(report, DP_CHECK_FAIL, "%s", error);
    }
    uv_loop_close(&check.loop);
    dp_resp_deinit(&check.resp);
    free(check.server_info);
}
