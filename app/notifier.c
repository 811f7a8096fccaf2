#include "app/notifier.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aggregator/alerts.h"
#include "app/alert_ack.h"
#include "app/alert_silence.h"
#include "app/outbox.h"
#include "app/outbox_reader.h"
#include "common/clock.h"
#include "common/log.h"
#include "common/memory.h"

#define TEAM_LEAD "team-lead"

/* Ownership that was confirmed so long ago is not taken for granted: less than a session lasts. */
#define CONFIRMED_MS 5000

struct dp_notifier {
    uv_loop_t *loop;
    const struct dp_config *config;
    struct dp_pipeline *pipeline;
    struct dp_outbox outbox;
    struct dp_outbox_reader *reader;
    struct dp_deliverer *deliverer; /* NULL: this process tells nobody */
    bool reading;                   /* what concerns alerts is read in Redis */
    bool loading;                   /* what was left in the outbox is not all here yet */
    bool full;                      /* some that are new stay in the outbox */
    uint64_t confirmed_at_ms;
};

/* Notices ----------------------------------------------------------------------------------------
 */

/* The hook of that name; that of the notice's team where the name says so; NULL: there is none. */
static const char *hook_of(const struct dp_config *config, const char *name,
                           const struct dp_notice *notice)
{
    struct dp_str team = notice->scope == DP_RULE_TEAM ? notice->id : notice->team;
    if (strcmp(name, TEAM_LEAD) != 0)
        return name;
    for (size_t i = 0; i < config->route_count; i++)
        if (dp_str_equal(dp_str_from(config->routes[i].team), team))
            return config->routes[i].hook;
    return NULL;
}

static void tell(struct dp_notifier *notifier, const struct dp_rule *rule, const char *name,
                 const struct dp_notice *notice, int64_t now_ms)
{
    const char *hook = hook_of(notifier->config, name, notice);
    if (hook)
        dp_outbox_add(&notifier->outbox, dp_notification_create(notice, hook, rule->labels,
                                                                rule->label_count, now_ms));
}

/* A dp_notice_fn. */
static void on_notice(void *ctx, const struct dp_notice *notice)
{
    struct dp_notifier *notifier = ctx;
    const struct dp_rule *rule = notice->definition;
    int64_t now_ms = dp_wall_ms();
    if (!notifier->deliverer)
        return;
    bool begins = notice->kind == DP_FIRING && notice->at_ms == notice->fired_ms;
    if (begins || notice->kind == DP_RESOLVED)
        dp_outbox_note(&notifier->outbox, notice, rule->labels, rule->label_count, now_ms);
    if (!notice->tell)
        return;
    for (size_t i = 0; i < rule->notify_count; i++)
        tell(notifier, rule, rule->notify[i], notice, now_ms);
    if (notice->escalated && rule->escalate &&
        (notice->kind == DP_ESCALATED || notice->kind == DP_RESOLVED))
        tell(notifier, rule, rule->escalate, notice, now_ms);
}

/* Telling ----------------------------------------------------------------------------------------
 */

/* Where one has no room, it and all that come after it stay in the outbox, so that none overtakes
 * another, until all that have found room are told. */
static void put(void *ctx, struct dp_notification *notification)
{
    struct dp_notifier *notifier = ctx;
    char quoted[160];
    if (!notifier->full && dp_deliverer_put(notifier->deliverer, notification))
        return;
    if (!notifier->full)
        dp_log(DP_LOG_ERROR, "too many notices wait for a hook: others wait in Redis", "hook=%s",
               dp_log_quote(quoted, sizeof quoted, notification->hook));
    notifier->full = true;
    dp_notification_destroy(notification);
}

static void read_outbox(struct dp_notifier *notifier)
{
    notifier->loading = true;
    notifier->full = false;
    dp_outbox_reader_begin(notifier->reader);
}

static void on_done(void *ctx, const char *key)
{
    struct dp_notifier *notifier = ctx;
    struct dp_deliverer_stats stats;
    dp_outbox_reader_remove(notifier->reader, key);
    if (!notifier->full)
        return;
    dp_deliverer_get_stats(notifier->deliverer, &stats);
    if (stats.waiting == 0)
        read_outbox(notifier);
}

static void on_failed(void *ctx, const char *key, const char *reason)
{
    (void)reason; /* the deliverer has logged it */
    on_done(ctx, key);
}

static bool may_send(void *ctx)
{
    const struct dp_notifier *notifier = ctx;
    return uv_hrtime() / 1000000 - notifier->confirmed_at_ms < CONFIRMED_MS;
}

/* Reading ----------------------------------------------------------------------------------------
 */

static void on_left(void *ctx, struct dp_notification *notification)
{
    put(ctx, notification);
}

static void on_loaded(void *ctx)
{
    ((struct dp_notifier *)ctx)->loading = false;
}

static void on_ack(void *ctx, struct dp_str alert, const struct dp_ack_entry *ack)
{
    struct dp_notifier *notifier = ctx;
    dp_alerts_acknowledge(dp_aggregator_alerts(notifier->pipeline->aggregator), alert,
                          dp_str_from(ack->by), ack->at_ms);
}

static void on_silences(void *ctx, const struct dp_silence_entry *entries, size_t count)
{
    struct dp_notifier *notifier = ctx;
    struct dp_alert_silence *silences = dp_xcalloc(count + 1, sizeof *silences);
    for (size_t i = 0; i < count; i++) {
        silences[i] = (struct dp_alert_silence){.of_scope = entries[i].has_scope,
                                                .scope = entries[i].scope,
                                                .until_ms = entries[i].until_ms};
        if (*entries[i].rule)
            silences[i].rule = (struct dp_patterns){{entries[i].rule}, 1};
        if (*entries[i].match)
            silences[i].id = (struct dp_patterns){{entries[i].match}, 1};
    }
    dp_alerts_set_silences(dp_aggregator_alerts(notifier->pipeline->aggregator), silences, count);
    free(silences);
}

/* Life -------------------------------------------------------------------------------------------
 */

struct dp_notifier *dp_notifier_create(uv_loop_t *loop, const struct dp_config *config,
                                       struct dp_pipeline *pipeline, char *error, size_t error_size)
{
    static const struct dp_outbox_reader_events events = {
        .left = on_left, .loaded = on_loaded, .ack = on_ack, .silences = on_silences};
    struct dp_notifier *notifier = dp_xcalloc(1, sizeof *notifier);
    notifier->reader = dp_outbox_reader_create(loop, config->redis_url, config->redis_prefix,
                                               &events, notifier, error, error_size);
    if (!notifier->reader) {
        free(notifier);
        return NULL;
    }
    notifier->loop = loop;
    notifier->config = config;
    notifier->pipeline = pipeline;
    dp_outbox_init(&notifier->outbox, config->redis_prefix, config->alert_keep_ms);
    dp_pipeline_set_notices(pipeline, on_notice, notifier);
    return notifier;
}

static void on_closed(void *ctx)
{
    struct dp_notifier *notifier = ctx;
    dp_outbox_deinit(&notifier->outbox);
    free(notifier);
}

void dp_notifier_close(struct dp_notifier *notifier)
{
    dp_notifier_end(notifier);
    dp_pipeline_set_notices(notifier->pipeline, NULL, NULL);
    dp_outbox_reader_close(notifier->reader, on_closed);
}

static struct dp_links links_of(const struct dp_config *config)
{
    return (struct dp_links){*config->board_url ? config->board_url : NULL};
}

static void read_if_wanted(struct dp_notifier *notifier)
{
    if (notifier->reading || !dp_config_has_alerts(notifier->config))
        return;
    notifier->reading = true;
    read_outbox(notifier);
}

void dp_notifier_set_config(struct dp_notifier *notifier, const struct dp_config *config)
{
    struct dp_links links = links_of(config);
    notifier->config = config;
    if (!notifier->deliverer)
        return;
    dp_deliverer_set_hooks(notifier->deliverer, config->hooks, config->hook_count, &links);
    read_if_wanted(notifier);
}

void dp_notifier_begin(struct dp_notifier *notifier)
{
    static const struct dp_deliverer_events events = {
        .delivered = on_done, .failed = on_failed, .may_send = may_send};
    const struct dp_config *config = notifier->config;
    struct dp_links links = links_of(config);
    dp_notifier_end(notifier);
    notifier->deliverer = dp_deliverer_create(notifier->loop, config->hooks, config->hook_count,
                                              &links, &events, notifier);
    dp_notifier_confirm(notifier);
    read_if_wanted(notifier);
}

void dp_notifier_end(struct dp_notifier *notifier)
{
    if (!notifier->deliverer)
        return;
    dp_outbox_reader_end(notifier->reader);
    notifier->reading = notifier->loading = notifier->full = false;
    dp_deliverer_close(notifier->deliverer, NULL);
    notifier->deliverer = NULL;
    dp_outbox_clear(&notifier->outbox);
}

void dp_notifier_confirm(struct dp_notifier *notifier)
{
    notifier->confirmed_at_ms = uv_hrtime() / 1000000;
}

bool dp_notifier_is_waiting(const struct dp_notifier *notifier)
{
    return dp_outbox_is_waiting(&notifier->outbox);
}

const struct dp_state_also *dp_notifier_seal(struct dp_notifier *notifier)
{
    return dp_outbox_seal(&notifier->outbox);
}

/* While what was left before is still being read, this is read with it: so the order stays. */
static void leave_to_reader(void *ctx, struct dp_notification *notification)
{
    struct dp_notifier *notifier = ctx;
    dp_outbox_reader_again(notifier->reader);
    dp_notification_destroy(notification);
}

void dp_notifier_committed(struct dp_notifier *notifier)
{
    dp_notifier_confirm(notifier);
    dp_outbox_committed(&notifier->outbox, notifier->loading ? leave_to_reader : put, notifier);
}

void dp_notifier_each_hook(const struct dp_notifier *notifier, dp_deliverer_stats_fn *tell,
                           void *ctx)
{
    if (notifier->deliverer)
        dp_deliverer_each(notifier->deliverer, tell, ctx);
}
