#include "sink/deliverer.h"

#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/log.h"
#include "common/memory.h"
#include "sink/courier.h"
#include "sink/hook_pace.h"
#include "sink/hook_queue.h"
#include "sink/hook_request.h"
#include "sink/hook_url.h"

#define TRANSFERS    64
#define REDIRECT_MS  120000   /* a dead hook's are told to its fallback after so long */
#define EXPIRE_MS    86400000 /* and given up after so long */
#define SWEEP_MS     10000    /* in such intervals it is looked for both */
#define HELD_MS      200      /* and whether anything may be sent, where it may not */
#define LOG_EVERY_MS 30000

/* A hook and what waits for it. */
struct post {
    struct dp_deliverer *deliverer;
    struct post *next;
    char *name;
    const struct dp_hook *hook; /* NULL: there is none of that name */
    struct dp_hook_queue queue;
    struct dp_hook_pace pace;
    bool under_way;
    enum dp_hook_type sent_to;       /* the type of what is under way, whatever the hook is now */
    uint64_t logged_at_ms;           /* the last failure; 0: none since it took something */
    struct dp_deliverer_stats stats; /* the counters */
};

struct dp_deliverer {
    uv_loop_t *loop;
    struct dp_courier *courier;
    uv_timer_t timer;
    struct post *posts;
    struct dp_links links;
    struct dp_deliverer_events events;
    void (*closed)(void *ctx);
    void *ctx;
    unsigned open; /* while it closes: the timer and the courier */
};

/* Logging ----------------------------------------------------------------------------------------
 */

static const char *host_of(const struct post *post, struct dp_hook_url *url)
{
    const char *error;
    return post->hook && dp_hook_url_parse(url, post->hook->url, &error) ? url->host : "none";
}

/* True: it is time to say something of the hook again. */
static bool is_to_be_logged(struct post *post)
{
    uint64_t now = uv_now(post->deliverer->loop);
    if (post->logged_at_ms && now - post->logged_at_ms < LOG_EVERY_MS)
        return false;
    post->logged_at_ms = now ? now : 1;
    return true;
}

static void log_failure(struct post *post, const char *reason, uint64_t retry_ms)
{
    char name[160], why[400];
    struct dp_hook_url url;
    if (!is_to_be_logged(post))
        return;
    dp_log(DP_LOG_WARN, "a hook does not take notices, trying again",
           "hook=%s host=%s reason=%s failures=%u waiting=%zu retry_ms=%llu",
           dp_log_quote(name, sizeof name, post->name), host_of(post, &url),
           dp_log_quote(why, sizeof why, reason), post->pace.failures, post->queue.count,
           (unsigned long long)retry_ms);
}

static void log_loss(struct post *post, const struct dp_notification *notification,
                     const char *reason)
{
    char name[160], key[256], why[400];
    struct dp_hook_url url;
    dp_log(DP_LOG_ERROR, "a notice cannot be told", "hook=%s host=%s key=%s reason=%s",
           dp_log_quote(name, sizeof name, post->name), host_of(post, &url),
           dp_log_quote(key, sizeof key, notification->key), dp_log_quote(why, sizeof why, reason));
}

static void log_success(struct post *post)
{
    char name[160];
    struct dp_hook_url url;
    if (!post->logged_at_ms)
        return;
    post->logged_at_ms = 0;
    dp_log(DP_LOG_INFO, "a hook takes notices again", "hook=%s host=%s waiting=%zu",
           dp_log_quote(name, sizeof name, post->name), host_of(post, &url), post->queue.count);
}

/* The end of notifications -----------------------------------------------------------------------
 */

static struct post *find_post(struct dp_deliverer *deliverer, const char *name)
{
    struct post *post = deliverer->posts;
    while (post && strcmp(post->name, name))
        post = post->next;
    return post;
}

/* Copies an item to the hook's fallback, once. */
static void redirect(struct post *post, struct dp_hook_item *item)
{
    const char *name = post->hook ? post->hook->fallback : NULL;
    struct post *fallback = name ? find_post(post->deliverer, name) : NULL;
    if (item->redirected || !fallback || !fallback->hook || fallback == post)
        return;
    item->redirected = true;
    item->copy = dp_hook_queue_add(
        &fallback->queue, dp_notification_redirect(item->notification, name), dp_wall_ms());
    item->copy->original = item;
    post->stats.redirected++;
}

/* The end of an item that has failed, and of those before it, of which it is the copy, that have
 * waited for this alone. Of copies nobody else knows. */
static void end_failed(struct dp_deliverer *deliverer, struct dp_hook_item *item)
{
    while (item && item->reason) {
        struct dp_hook_item *original = item->original;
        if (!item->notification->through)
            deliverer->events.failed(deliverer->ctx, item->notification->key, item->reason);
        dp_hook_item_destroy(item);
        item = original;
    }
}

static void deliver_first(struct post *post)
{
    struct dp_deliverer *deliverer = post->deliverer;
    struct dp_hook_item *item = dp_hook_queue_take(&post->queue);
    struct dp_hook_item *original = item->original;
    post->stats.delivered++;
    if (!item->notification->through)
        deliverer->events.delivered(deliverer->ctx, item->notification->key);
    dp_hook_item_destroy(item);
    end_failed(deliverer, original);
}

static void fail_first(struct post *post, const char *reason)
{
    struct dp_hook_item *item = dp_hook_queue_take(&post->queue);
    log_loss(post, item->notification, reason);
    item->reason = dp_xstrdup(reason);
    redirect(post, item);
    if (!item->copy)
        end_failed(post->deliverer, item);
}

/* Sending ----------------------------------------------------------------------------------------
 */

static void pump_all(struct dp_deliverer *deliverer);

static void on_retry(struct post *post, const char *reason, int64_t retry_after_ms)
{
    uint32_t random = 0;
    uv_random(NULL, NULL, &random, sizeof random, 0, NULL);
    post->stats.retried++;
    uint64_t retry_ms =
        dp_hook_pace_failed(&post->pace, uv_now(post->deliverer->loop), retry_after_ms, random);
    log_failure(post, reason, retry_ms);
}

static void on_refused(struct post *post, const char *reason)
{
    dp_hook_pace_succeeded(&post->pace); /* it is there, and answers */
    if (post->queue.group > 1) {
        post->queue.singly = post->queue.group;
        post->queue.group = 0;
        post->stats.retried++;
        return;
    }
    post->stats.refused++;
    fail_first(post, reason);
}

static void on_answer(void *ctx, const struct dp_courier_answer *answer)
{
    struct post *post = ctx;
    const struct dp_hook as_sent = {.type = post->sent_to};
    char reason[DP_HOOK_REASON];
    post->under_way = false;
    switch (dp_hook_judge(&as_sent, answer->error, answer->status, answer->body, reason)) {
    case DP_HOOK_DONE:
        dp_hook_pace_succeeded(&post->pace);
        for (size_t count = post->queue.group; count > 0; count--)
            deliver_first(post);
        log_success(post);
        break;
    case DP_HOOK_RETRY:
        on_retry(post, reason, answer->retry_after_ms);
        break;
    case DP_HOOK_REFUSED:
        on_refused(post, reason);
        break;
    }
    pump_all(post->deliverer);
}

static bool hand_over(struct post *post, const struct dp_hook_request *request)
{
    const struct dp_hook *hook = post->hook;
    bool email = hook->type == DP_HOOK_EMAIL;
    const struct dp_courier_request carried = {
        .url = request->url,
        .headers = (const char *const *)request->headers,
        .header_count = request->header_count,
        .body = {request->body, request->body_len},
        .from = email ? hook->from : NULL,
        .to = email ? hook->to : NULL,
        .user = email ? hook->user : NULL,
        .password = email ? hook->secret : NULL,
        .ca_file = hook->ca_file,
        .allow_private = hook->allow_private,
        .timeout_ms = (uint64_t)hook->timeout_ms,
    };
    return dp_courier_send(post->deliverer->courier, &carried, on_answer, post);
}

static void send_first(struct post *post)
{
    struct dp_hook_request request;
    const struct dp_hook *hook = post->hook;
    size_t count = dp_hook_queue_next(&post->queue, hook->group);
    const struct dp_notification **group = dp_xcalloc(count, sizeof *group);
    struct dp_hook_item *item = post->queue.first;
    for (size_t i = 0; i < count; i++, item = item->next)
        group[i] = item->notification;
    dp_hook_request_init(&request, hook, &post->deliverer->links, group, count, dp_wall_ms());
    if (hand_over(post, &request)) {
        post->under_way = true;
        post->sent_to = hook->type;
        post->queue.group = request.taken;
        dp_hook_pace_sent(&post->pace, hook->per_minute, uv_now(post->deliverer->loop));
    }
    dp_hook_request_deinit(&request);
    free(group);
}

/* What has waited too long: for this hook alone, or at all. */
static void sweep(struct post *post)
{
    int64_t now = dp_wall_ms();
    if (dp_hook_pace_is_dead(&post->pace))
        for (struct dp_hook_item *item = post->queue.first; item; item = item->next)
            if (now - item->since_ms >= REDIRECT_MS)
                redirect(post, item);
    while (!post->under_way && post->queue.first &&
           now - post->queue.first->since_ms >= EXPIRE_MS) {
        post->stats.expired++;
        fail_first(post, "it was not taken within 24 h");
    }
}

static void pump(struct post *post)
{
    if (post->under_way)
        return;
    while (!post->hook && post->queue.first)
        fail_first(post, "there is no hook of that name");
    sweep(post);
    if (post->queue.first &&
        dp_hook_pace_due(&post->pace, post->hook->per_minute) <= uv_now(post->deliverer->loop))
        send_first(post);
}

/* Time -------------------------------------------------------------------------------------------
 */

static void on_timer(uv_timer_t *timer)
{
    pump_all(timer->data);
}

/* What is told to a fallback meanwhile may be for one that was pumped before: the timer then comes
 * at once. */
static void pump_all(struct dp_deliverer *deliverer)
{
    uint64_t now = uv_now(deliverer->loop), next = UINT64_MAX;
    if (deliverer->events.may_send && !deliverer->events.may_send(deliverer->ctx)) {
        uv_timer_start(&deliverer->timer, on_timer, HELD_MS, 0);
        return;
    }
    for (struct post *post = deliverer->posts; post; post = post->next)
        pump(post);
    bool has_room = dp_courier_has_room(deliverer->courier); /* if not, an answer will come */
    for (struct post *post = deliverer->posts; post; post = post->next) {
        if (!post->queue.first)
            continue;
        uint64_t due = now + SWEEP_MS;
        if (has_room && !post->under_way && post->hook) {
            uint64_t sent = dp_hook_pace_due(&post->pace, post->hook->per_minute);
            due = sent < due ? sent : due;
        }
        next = due < next ? due : next;
    }
    if (next == UINT64_MAX)
        uv_timer_stop(&deliverer->timer);
    else
        uv_timer_start(&deliverer->timer, on_timer, next > now ? next - now : 0, 0);
}

/* Hooks ------------------------------------------------------------------------------------------
 */

static struct post *get_post(struct dp_deliverer *deliverer, const char *name)
{
    struct post *post = find_post(deliverer, name);
    if (post)
        return post;
    post = dp_xcalloc(1, sizeof *post);
    post->deliverer = deliverer;
    post->name = dp_xstrdup(name);
    post->next = deliverer->posts;
    deliverer->posts = post;
    return post;
}

void dp_deliverer_set_hooks(struct dp_deliverer *deliverer, const struct dp_hook *hooks,
                            size_t count, const struct dp_links *links)
{
    deliverer->links = links ? *links : (struct dp_links){0};
    for (struct post *post = deliverer->posts; post; post = post->next) {
        post->hook = NULL;
        dp_hook_pace_succeeded(&post->pace);
    }
    for (size_t i = 0; i < count; i++)
        get_post(deliverer, hooks[i].name)->hook = &hooks[i];
    uv_timer_start(&deliverer->timer, on_timer, 0, 0);
}

bool dp_deliverer_put(struct dp_deliverer *deliverer, struct dp_notification *notification)
{
    struct post *post = get_post(deliverer, notification->hook);
    if (post->queue.count >= DP_DELIVERER_WAITING)
        return false;
    dp_hook_queue_add(&post->queue, notification, notification->created_ms);
    if (!post->under_way)
        uv_timer_start(&deliverer->timer, on_timer, 0, 0);
    return true;
}

static struct dp_deliverer_stats stats_of(const struct post *post)
{
    struct dp_deliverer_stats stats = post->stats;
    stats.waiting = post->queue.count;
    stats.dead = dp_hook_pace_is_dead(&post->pace);
    return stats;
}

void dp_deliverer_each(const struct dp_deliverer *deliverer, dp_deliverer_stats_fn *tell, void *ctx)
{
    for (const struct post *post = deliverer->posts; post; post = post->next) {
        struct dp_deliverer_stats stats = stats_of(post);
        if (post->hook)
            tell(ctx, post->name, &stats);
    }
}

void dp_deliverer_get_stats(const struct dp_deliverer *deliverer, struct dp_deliverer_stats *stats)
{
    *stats = (struct dp_deliverer_stats){0};
    for (const struct post *post = deliverer->posts; post; post = post->next) {
        const struct dp_deliverer_stats of = stats_of(post);
        stats->delivered += of.delivered;
        stats->retried += of.retried;
        stats->refused += of.refused;
        stats->expired += of.expired;
        stats->redirected += of.redirected;
        stats->waiting += of.waiting;
        stats->dead += of.dead;
    }
}

/* Beginning and end ------------------------------------------------------------------------------
 */

struct dp_deliverer *dp_deliverer_create(uv_loop_t *loop, const struct dp_hook *hooks, size_t count,
                                         const struct dp_links *links,
                                         const struct dp_deliverer_events *events, void *ctx)
{
    struct dp_deliverer *deliverer = dp_xcalloc(1, sizeof *deliverer);
    deliverer->loop = loop;
    deliverer->courier = dp_courier_create(loop, TRANSFERS);
    deliverer->events = *events;
    deliverer->ctx = ctx;
    uv_timer_init(loop, &deliverer->timer);
    deliverer->timer.data = deliverer;
    dp_deliverer_set_hooks(deliverer, hooks, count, links);
    return deliverer;
}

static void on_part_closed(void *ctx)
{
    struct dp_deliverer *deliverer = ctx;
    if (--deliverer->open)
        return;
    if (deliverer->closed)
        deliverer->closed(deliverer->ctx);
    free(deliverer);
}

static void on_timer_closed(uv_handle_t *timer)
{
    on_part_closed(timer->data);
}

static void drop_post(struct post *post)
{
    while (post->queue.first) {
        struct dp_hook_item *item = dp_hook_queue_take(&post->queue);
        do {
            struct dp_hook_item *original = item->original;
            dp_hook_item_destroy(item);
            item = original;
        } while (item && item->reason); /* then it is in no queue */
    }
    free(post->name);
    free(post);
}

void dp_deliverer_close(struct dp_deliverer *deliverer, void (*closed)(void *ctx))
{
    deliverer->closed = closed;
    deliverer->open = 2;
    dp_courier_close(deliverer->courier, on_part_closed, deliverer);
    uv_close((uv_handle_t *)&deliverer->timer, on_timer_closed);
    while (deliverer->posts) {
        struct post *post = deliverer->posts;
        deliverer->posts = post->next;
        drop_post(post);
    }
}
