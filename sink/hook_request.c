#include "sink/hook_request.h"

#include <stdlib.h>

#include "common/memory.h"
#include "sink/hook_form.h"

void dp_hook_add_header(struct dp_hook_request *request, struct dp_text *header)
{
    request->headers[request->header_count++] = header->p;
    *header = (struct dp_text){0};
}

void dp_hook_set_json(struct dp_hook_request *request, yyjson_mut_doc *doc)
{
    struct dp_text header = {0};
    dp_text_put(&header, "Content-Type: application/json");
    dp_hook_add_header(request, &header);
    request->body = yyjson_mut_write(doc, YYJSON_WRITE_ALLOW_INVALID_UNICODE, &request->body_len);
    yyjson_mut_doc_free(doc);
}

struct dp_str dp_hook_fit(struct dp_str text, size_t size)
{
    if (text.len <= size)
        return text;
    while (size > 0 && ((unsigned char)text.p[size] & 0xc0) == 0x80)
        size--;
    return (struct dp_str){text.p, size};
}

void dp_hook_request_init(struct dp_hook_request *request, const struct dp_hook *hook,
                          const struct dp_links *links,
                          const struct dp_notification *const *notifications, size_t count,
                          int64_t now_ms)
{
    static const struct dp_links no_links;
    const struct dp_hook_order order = {hook, links ? links : &no_links, notifications, count,
                                        now_ms};
    *request = (struct dp_hook_request){0};
    switch (hook->type) {
    case DP_HOOK_WEBHOOK:
        dp_hook_form_webhook(request, &order);
        break;
    case DP_HOOK_ALERTMANAGER:
        dp_hook_form_alertmanager(request, &order);
        break;
    case DP_HOOK_PAGERDUTY:
        dp_hook_form_pagerduty(request, &order);
        break;
    case DP_HOOK_EMAIL:
        dp_hook_form_email(request, &order);
        break;
    default:
        dp_hook_form_chat(request, &order);
    }
    if (!request->url)
        request->url = dp_xstrdup(hook->url);
}

void dp_hook_request_deinit(struct dp_hook_request *request)
{
    for (size_t i = 0; i < request->header_count; i++)
        free(request->headers[i]);
    free(request->url);
    free(request->body);
}
