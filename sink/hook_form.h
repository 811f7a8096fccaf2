/* The forms of the types of hooks, and what they share; for hook_*.c alone. Each fills a request
 * that is empty, and says in `taken` how many notifications are in it. Thread: any. */
#ifndef DP_HOOK_FORM_H
#define DP_HOOK_FORM_H

#include <yyjson.h>

#include "common/text.h"
#include "sink/hook_request.h"

/* What is to be sent, to whom, when. */
struct dp_hook_order {
    const struct dp_hook *hook;
    const struct dp_links *links; /* never NULL */
    const struct dp_notification *const *notifications;
    size_t count;
    int64_t now_ms;
};

void dp_hook_form_webhook(struct dp_hook_request *request, const struct dp_hook_order *order);
void dp_hook_form_alertmanager(struct dp_hook_request *request, const struct dp_hook_order *order);
void dp_hook_form_chat(struct dp_hook_request *request, const struct dp_hook_order *order);
void dp_hook_form_pagerduty(struct dp_hook_request *request, const struct dp_hook_order *order);
void dp_hook_form_email(struct dp_hook_request *request, const struct dp_hook_order *order);

/* Takes the text. */
void dp_hook_add_header(struct dp_hook_request *request, struct dp_text *header);

/* Makes `doc` the body, with its content type; frees it. */
void dp_hook_set_json(struct dp_hook_request *request, yyjson_mut_doc *doc);

/* `text` cut to `size` bytes at most, at the end of a character. */
struct dp_str dp_hook_fit(struct dp_str text, size_t size);

/* Signing ----------------------------------------------------------------------------------------
 */

/* Adds base64 of HMAC-SHA256 of `message` under `key`. */
void dp_hook_sign(struct dp_text *to, struct dp_str key, struct dp_str message);
void dp_hook_base64(struct dp_text *to, struct dp_str bytes);

/* 128 bits of SHA-256 of the keys of all notifications, in hexadecimal: what names a message. */
#define DP_HOOK_MESSAGE_ID 33
void dp_hook_message_id(char id[DP_HOOK_MESSAGE_ID],
                        const struct dp_notification *const *notifications, size_t count);

#endif
