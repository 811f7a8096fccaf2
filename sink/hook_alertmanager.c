/* Prometheus Alertmanager, API v2. It knows an alert by its labels, which therefore are the same at
 * its begin and its end: what may change meanwhile, such as a contact's queue, is an annotation. */
#include <stdlib.h>
#include <string.h>

#include "common/timestamp.h"
#include "sink/hook_form.h"
#include "sink/message.h"

/* Without an end Alertmanager ends an alert by itself after some minutes, unless it is told again
 * and again. What is told here ends when it is told to, so its end is put far away. */
#define FAR_AWAY_MS (INT64_C(365) * 86400000)

/* An end that is ahead of Alertmanager's clock is no end to it, and the one far away stays: T is up
 * to a second ahead of the clock here, and that one's may be behind. */
#define BEHIND_MS 5000

static int64_t end_of(const struct dp_notice *notice)
{
    if (notice->kind != DP_RESOLVED)
        return notice->at_ms + FAR_AWAY_MS;
    int64_t end_ms = notice->at_ms - BEHIND_MS;
    return end_ms > notice->fired_ms ? end_ms : notice->fired_ms + 1;
}

static void add_text(yyjson_mut_doc *doc, yyjson_mut_val *object, const char *name,
                     struct dp_str text)
{
    if (text.len)
        yyjson_mut_obj_add_strncpy(doc, object, name, text.p, text.len);
}

static void add_time(yyjson_mut_doc *doc, yyjson_mut_val *object, const char *name, int64_t ms)
{
    char text[32];
    dp_timestamp_format(ms, text);
    yyjson_mut_obj_add_strcpy(doc, object, name, text);
}

/* A label's name as Prometheus allows it, [a-zA-Z_][a-zA-Z0-9_]*: others' bytes become "_". */
static void add_label(yyjson_mut_doc *doc, yyjson_mut_val *labels,
                      const struct dp_label_text *label)
{
    static const char first[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_";
    struct dp_text name = {0};
    for (size_t i = 0; i < label->name.len; i++) {
        char c = label->name.p[i];
        bool good = memchr(first, c, sizeof first - 1) || (i && c >= '0' && c <= '9');
        dp_text_add(&name, good ? (struct dp_str){&c, 1} : DP_STR("_"));
    }
    if (name.len && !yyjson_mut_obj_get(labels, name.p)) /* the rule's own come first */
        yyjson_mut_obj_add(labels, yyjson_mut_strncpy(doc, name.p, name.len),
                           yyjson_mut_strncpy(doc, label->value.p, label->value.len));
    dp_text_deinit(&name);
}

static void put_labels(yyjson_mut_doc *doc, yyjson_mut_val *labels,
                       const struct dp_notification *notification)
{
    const struct dp_notice *notice = &notification->notice;
    add_text(doc, labels, "alertname", notice->rule);
    add_text(doc, labels, "severity", notice->severity);
    add_text(doc, labels, "scope", dp_str_from(dp_rule_scope_names[notice->scope]));
    add_text(doc, labels, "id", notice->id);
    if (notice->scope == DP_RULE_CHANNEL)
        add_text(doc, labels, "channel", dp_str_from(dp_channel_names[notice->channel]));
    for (size_t i = 0; i < notification->label_count; i++)
        add_label(doc, labels, &notification->labels[i]);
}

static void put_annotations(yyjson_mut_doc *doc, yyjson_mut_val *annotations,
                            const struct dp_hook_order *order,
                            const struct dp_notification *notification)
{
    const struct dp_notice *notice = &notification->notice;
    struct dp_message message;
    dp_message_init(&message, order->hook->language, order->links, &notification, 1);
    add_text(doc, annotations, "summary", dp_str_from(message.title));
    dp_message_deinit(&message);
    add_text(doc, annotations, "alert", dp_str_from(notice->alert));
    add_text(doc, annotations, "value", dp_str_from(notice->value));
    add_text(doc, annotations, "when", notice->when);
    add_text(doc, annotations, "window", dp_str_from(notice->window));
    add_text(doc, annotations, "queue", notice->queue);
    add_text(doc, annotations, "team", notice->team);
    add_text(doc, annotations, "instead_of", dp_str_from(notification->through));
}

/* Of the notices of one alert the last says all. */
static bool is_superseded(const struct dp_hook_order *order, size_t which)
{
    for (size_t i = which + 1; i < order->count; i++)
        if (strcmp(order->notifications[i]->notice.alert,
                   order->notifications[which]->notice.alert) == 0)
            return true;
    return false;
}

void dp_hook_form_alertmanager(struct dp_hook_request *request, const struct dp_hook_order *order)
{
    yyjson_mut_doc *doc = yyjson_mut_doc_new(NULL);
    yyjson_mut_val *alerts = yyjson_mut_arr(doc);
    yyjson_mut_doc_set_root(doc, alerts);
    for (size_t i = 0; i < order->count; i++) {
        const struct dp_notification *notification = order->notifications[i];
        const struct dp_notice *notice = &notification->notice;
        if (is_superseded(order, i))
            continue;
        yyjson_mut_val *alert = yyjson_mut_arr_add_obj(doc, alerts);
        put_labels(doc, yyjson_mut_obj_add_obj(doc, alert, "labels"), notification);
        put_annotations(doc, yyjson_mut_obj_add_obj(doc, alert, "annotations"), order,
                        notification);
        add_time(doc, alert, "startsAt", notice->fired_ms);
        add_time(doc, alert, "endsAt", end_of(notice));
        add_text(doc, alert, "generatorURL", dp_str_from(order->links->board));
    }
    dp_hook_set_json(request, doc);

    struct dp_text url = {0};
    struct dp_str base = dp_str_from(order->hook->url);
    while (base.len && base.p[base.len - 1] == '/')
        base.len--;
    dp_text_add(&url, base);
    dp_text_put(&url, "/api/v2/alerts");
    request->url = url.p;
    request->taken = order->count;
}
