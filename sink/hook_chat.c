/* Chats: Slack's incoming webhooks and the robots of DingTalk, WeCom and Feishu. Each takes texts
 * up to a length; notifications beyond it are left for the next message. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/memory.h"
#include "sink/hook_form.h"
#include "sink/hook_markup.h"

/* Bytes of text. Slack takes 3,000 characters in a section, WeCom 4,096 bytes, DingTalk and Feishu
 * 20 KB in all. */
#define SLACK_TEXT    2900
#define WECOM_TEXT    4000
#define DINGTALK_TEXT 15000
#define FEISHU_BODY   18000

static yyjson_mut_val *new_root(yyjson_mut_doc *doc)
{
    yyjson_mut_val *object = yyjson_mut_obj(doc);
    yyjson_mut_doc_set_root(doc, object);
    return object;
}

/* Slack, DingTalk, WeCom: one text in their markup. -------------------------------------------- */

/* The text of as many as fit, with their title; returns how many. */
static size_t mark_up(struct dp_text *text, char **title, const struct dp_hook_order *order,
                      enum dp_markup markup, size_t size)
{
    for (size_t count = order->count;; count = (count + 1) / 2) {
        struct dp_message message;
        dp_message_init(&message, order->hook->language, order->links, order->notifications, count);
        text->len = 0;
        dp_hook_markup(text, markup, &message);
        *title = dp_xstrdup(message.title);
        dp_message_deinit(&message);
        if (text->len <= size || count == 1) {
            text->len = dp_hook_fit(dp_text_str(text), size).len;
            return count;
        }
        free(*title);
    }
}

static void add_slack(yyjson_mut_doc *doc, const char *title, const struct dp_text *text)
{
    yyjson_mut_val *body = new_root(doc);
    yyjson_mut_obj_add_strcpy(doc, body, "text", title); /* where blocks are not shown */
    yyjson_mut_val *section =
        yyjson_mut_arr_add_obj(doc, yyjson_mut_obj_add_arr(doc, body, "blocks"));
    yyjson_mut_obj_add_str(doc, section, "type", "section");
    yyjson_mut_val *shown = yyjson_mut_obj_add_obj(doc, section, "text");
    yyjson_mut_obj_add_str(doc, shown, "type", "mrkdwn");
    yyjson_mut_obj_add_strncpy(doc, shown, "text", text->p, text->len);
}

static void add_markdown(yyjson_mut_doc *doc, const char *title, const struct dp_text *text)
{
    yyjson_mut_val *body = new_root(doc);
    yyjson_mut_obj_add_str(doc, body, "msgtype", "markdown");
    yyjson_mut_val *markdown = yyjson_mut_obj_add_obj(doc, body, "markdown");
    if (title)
        yyjson_mut_obj_add_strcpy(doc, markdown, "title", title);
    yyjson_mut_obj_add_strncpy(doc, markdown, title ? "text" : "content", text->p, text->len);
}

/* What DingTalk is signed with goes into the query: base64's "+", "/" and "=" encoded. */
static void sign_dingtalk(struct dp_hook_request *request, const struct dp_hook_order *order)
{
    struct dp_text message = {0}, signature = {0}, url = {0};
    const char *secret = order->hook->secret;
    dp_text_printf(&message, "%" PRId64 "\n%s", order->now_ms, secret);
    dp_hook_sign(&signature, dp_str_from(secret), dp_text_str(&message));
    dp_text_printf(&url, "%s%ctimestamp=%" PRId64 "&sign=", order->hook->url,
                   strchr(order->hook->url, '?') ? '&' : '?', order->now_ms);
    for (size_t i = 0; i < signature.len; i++)
        if (strchr("+/=", signature.p[i]))
            dp_text_printf(&url, "%%%02X", (unsigned)signature.p[i]);
        else
            dp_text_add(&url, (struct dp_str){signature.p + i, 1});
    request->url = url.p;
    dp_text_deinit(&message);
    dp_text_deinit(&signature);
}

static void form_markup(struct dp_hook_request *request, const struct dp_hook_order *order,
                        enum dp_markup markup, size_t size)
{
    struct dp_text text = {0};
    char *title;
    yyjson_mut_doc *doc = yyjson_mut_doc_new(NULL);
    request->taken = mark_up(&text, &title, order, markup, size);
    if (markup == DP_MARKUP_SLACK)
        add_slack(doc, title, &text);
    else
        add_markdown(doc, markup == DP_MARKUP_DINGTALK ? title : NULL, &text);
    dp_hook_set_json(request, doc);
    if (markup == DP_MARKUP_DINGTALK && order->hook->secret)
        sign_dingtalk(request, order);
    free(title);
    dp_text_deinit(&text);
}

/* Feishu: paragraphs of elements, which nothing is marked up in. --------------------------------
 */

/* Signed is no message at all, under a key made of the time and the secret. */
static void sign_feishu(yyjson_mut_doc *doc, yyjson_mut_val *body,
                        const struct dp_hook_order *order)
{
    struct dp_text key = {0}, signature = {0};
    dp_text_printf(&key, "%" PRId64, order->now_ms / 1000);
    yyjson_mut_obj_add_strcpy(doc, body, "timestamp", key.p);
    dp_text_printf(&key, "\n%s", order->hook->secret);
    dp_hook_sign(&signature, dp_text_str(&key), DP_STR(""));
    yyjson_mut_obj_add_strcpy(doc, body, "sign", signature.p);
    dp_text_deinit(&key);
    dp_text_deinit(&signature);
}

static void add_paragraph(yyjson_mut_doc *doc, yyjson_mut_val *paragraphs, const char *colon,
                          const struct dp_message_line *line)
{
    bool link = line->form == DP_LINE_LINK;
    struct dp_text text = {0};
    yyjson_mut_val *element = yyjson_mut_arr_add_obj(doc, yyjson_mut_arr_add_arr(doc, paragraphs));
    if (line->form == DP_LINE_ITEM)
        dp_text_put(&text, "• ");
    else if (line->label)
        dp_text_printf(&text, "%s%s", line->label, link ? "" : colon);
    if (!link)
        dp_text_put(&text, line->text);
    yyjson_mut_obj_add_str(doc, element, "tag", link ? "a" : "text");
    yyjson_mut_obj_add_strcpy(doc, element, "text", text.p);
    if (link)
        yyjson_mut_obj_add_strcpy(doc, element, "href", line->text);
    dp_text_deinit(&text);
}

static yyjson_mut_doc *feishu_of(const struct dp_hook_order *order, size_t count)
{
    enum dp_language language = order->hook->language;
    struct dp_message message;
    yyjson_mut_doc *doc = yyjson_mut_doc_new(NULL);
    yyjson_mut_val *body = new_root(doc);
    dp_message_init(&message, language, order->links, order->notifications, count);
    if (order->hook->secret)
        sign_feishu(doc, body, order);
    yyjson_mut_obj_add_str(doc, body, "msg_type", "post");
    yyjson_mut_val *content = yyjson_mut_obj_add_obj(doc, body, "content");
    yyjson_mut_val *post = yyjson_mut_obj_add_obj(doc, yyjson_mut_obj_add_obj(doc, content, "post"),
                                                  language == DP_CHINESE ? "zh_cn" : "en_us");
    yyjson_mut_obj_add_strcpy(doc, post, "title", message.title);
    yyjson_mut_val *paragraphs = yyjson_mut_obj_add_arr(doc, post, "content");
    for (size_t i = 0; i < message.count; i++)
        add_paragraph(doc, paragraphs, message.colon, &message.lines[i]);
    dp_message_deinit(&message);
    return doc;
}

static void form_feishu(struct dp_hook_request *request, const struct dp_hook_order *order)
{
    request->taken = order->count;
    for (;;) {
        dp_hook_set_json(request, feishu_of(order, request->taken));
        if (request->body_len <= FEISHU_BODY || request->taken == 1)
            return;
        free(request->body);
        free(request->headers[--request->header_count]);
        request->taken = (request->taken + 1) / 2;
    }
}

void dp_hook_form_chat(struct dp_hook_request *request, const struct dp_hook_order *order)
{
    switch ((unsigned)order->hook->type) {
    case DP_HOOK_SLACK:
        form_markup(request, order, DP_MARKUP_SLACK, SLACK_TEXT);
        break;
    case DP_HOOK_DINGTALK:
        form_markup(request, order, DP_MARKUP_DINGTALK, DINGTALK_TEXT);
        break;
    case DP_HOOK_WECOM:
        form_markup(request, order, DP_MARKUP_WECOM, WECOM_TEXT);
        break;
    default:
        form_feishu(request, order);
    }
}
