/* Webhooks as standardwebhooks.com has them: three headers, of which one signs all the rest. */
#include <inttypes.h>
#include <nettle/base64.h>
#include <stdlib.h>
#include <string.h>

#include "common/memory.h"
#include "common/timestamp.h"
#include "sink/hook_form.h"
#include "sink/notification_json.h"

#define SECRET_PREFIX "whsec_"

/* Behind the prefix the key is in base64; without it, or if it is none, the bytes are the key. */
static struct dp_str key_of(const char *secret, uint8_t **decoded)
{
    struct base64_decode_ctx base64;
    struct dp_str encoded = dp_str_from(secret);
    *decoded = NULL;
    if (strncmp(secret, SECRET_PREFIX, strlen(SECRET_PREFIX)))
        return encoded;
    encoded.p += strlen(SECRET_PREFIX);
    encoded.len -= strlen(SECRET_PREFIX);
    *decoded = dp_xmalloc(BASE64_DECODE_LENGTH(encoded.len));
    size_t len = BASE64_DECODE_LENGTH(encoded.len);
    base64_decode_init(&base64);
    if (!base64_decode_update(&base64, &len, *decoded, encoded.len, encoded.p) ||
        !base64_decode_final(&base64))
        return dp_str_from(secret);
    return (struct dp_str){(const char *)*decoded, len};
}

static void sign(struct dp_hook_request *request, const struct dp_hook *hook, const char *id,
                 int64_t now_s)
{
    struct dp_text message = {0}, header = {0};
    uint8_t *decoded;
    struct dp_str key = key_of(hook->secret, &decoded);
    dp_text_printf(&message, "msg_%s.%" PRId64 ".", id, now_s);
    dp_text_add(&message, (struct dp_str){request->body, request->body_len});
    dp_text_put(&header, "webhook-signature: v1,");
    dp_hook_sign(&header, key, dp_text_str(&message));
    dp_hook_add_header(request, &header);
    dp_text_deinit(&message);
    if (decoded)
        explicit_bzero(decoded, strlen(hook->secret) - strlen(SECRET_PREFIX));
    free(decoded);
}

/* {"type":"alerts","timestamp":"...","notices":[{...}]}: what is the same each time it is sent, so
 * that a receiver that has seen the id has seen the bytes. */
static void make_body(struct dp_hook_request *request, const struct dp_hook_order *order)
{
    char timestamp[32];
    yyjson_mut_doc *doc = yyjson_mut_doc_new(NULL);
    yyjson_mut_val *object = yyjson_mut_obj(doc);
    yyjson_mut_doc_set_root(doc, object);
    yyjson_mut_obj_add_str(doc, object, "type", "alerts");
    dp_timestamp_format(order->notifications[0]->created_ms, timestamp);
    yyjson_mut_obj_add_strcpy(doc, object, "timestamp", timestamp);
    if (order->links->board)
        yyjson_mut_obj_add_str(doc, object, "board", order->links->board);
    if (order->notifications[0]->through)
        yyjson_mut_obj_add_str(doc, object, "instead_of", order->notifications[0]->through);
    yyjson_mut_val *notices = yyjson_mut_obj_add_arr(doc, object, "notices");
    for (size_t i = 0; i < order->count; i++) {
        yyjson_mut_val *notice = yyjson_mut_arr_add_obj(doc, notices);
        dp_notification_put(doc, notice, order->notifications[i]);
    }
    dp_hook_set_json(request, doc);
}

void dp_hook_form_webhook(struct dp_hook_request *request, const struct dp_hook_order *order)
{
    char id[DP_HOOK_MESSAGE_ID];
    struct dp_text header = {0};
    int64_t now_s = order->now_ms / 1000;
    make_body(request, order);
    dp_hook_message_id(id, order->notifications, order->count);
    dp_text_printf(&header, "webhook-id: msg_%s", id);
    dp_hook_add_header(request, &header);
    dp_text_printf(&header, "webhook-timestamp: %" PRId64, now_s);
    dp_hook_add_header(request, &header);
    if (order->hook->secret)
        sign(request, order->hook, id, now_s);
    request->taken = order->count;
}
