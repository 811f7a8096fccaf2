/* PagerDuty, Events API v2: an event a request. */
#include "common/timestamp.h"
#include "sink/hook_form.h"
#include "sink/message.h"
#include "sink/notification_json.h"

#define SUMMARY_MAX 1024 /* characters; bytes here, which are not fewer */

/* PagerDuty knows four severities. */
static const char *severity_of(struct dp_str severity)
{
    static const char *const known[] = {"critical", "error", "warning", "info"};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (dp_str_equal(severity, dp_str_from(known[i])))
            return known[i];
    return dp_str_equal(severity, DP_STR("page")) ? "critical" : "warning";
}

static void put_payload(yyjson_mut_doc *doc, yyjson_mut_val *event,
                        const struct dp_hook_order *order)
{
    const struct dp_notice *notice = &order->notifications[0]->notice;
    char timestamp[32];
    struct dp_message message;
    yyjson_mut_val *payload = yyjson_mut_obj_add_obj(doc, event, "payload");
    dp_message_init(&message, order->hook->language, order->links, order->notifications, 1);
    struct dp_str summary = dp_hook_fit(dp_str_from(message.title), SUMMARY_MAX);
    yyjson_mut_obj_add_strncpy(doc, payload, "summary", summary.p, summary.len);
    dp_message_deinit(&message);
    yyjson_mut_obj_add_str(doc, payload, "source", "deskpulse");
    yyjson_mut_obj_add_str(doc, payload, "severity", severity_of(notice->severity));
    dp_timestamp_format(notice->fired_ms, timestamp);
    yyjson_mut_obj_add_strcpy(doc, payload, "timestamp", timestamp);
    yyjson_mut_obj_add_str(doc, payload, "class", dp_rule_scope_names[notice->scope]);
    dp_notification_put(doc, yyjson_mut_obj_add_obj(doc, payload, "custom_details"),
                        order->notifications[0]);
}

void dp_hook_form_pagerduty(struct dp_hook_request *request, const struct dp_hook_order *order)
{
    const struct dp_notice *notice = &order->notifications[0]->notice;
    bool ended = notice->kind == DP_RESOLVED;
    yyjson_mut_doc *doc = yyjson_mut_doc_new(NULL);
    yyjson_mut_val *event = yyjson_mut_obj(doc);
    yyjson_mut_doc_set_root(doc, event);
    yyjson_mut_obj_add_str(doc, event, "routing_key", order->hook->secret);
    yyjson_mut_obj_add_str(doc, event, "event_action", ended ? "resolve" : "trigger");
    yyjson_mut_obj_add_str(doc, event, "dedup_key", notice->alert);
    if (!ended) {
        yyjson_mut_obj_add_str(doc, event, "client", "deskpulse");
        if (order->links->board)
            yyjson_mut_obj_add_str(doc, event, "client_url", order->links->board);
        put_payload(doc, event, order);
    }
    dp_hook_set_json(request, doc);
    request->taken = 1;
}
