/* An email: RFC 5322, plain text in UTF-8. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "sink/hook_form.h"
#include "sink/message.h"

#define ENCODED_WORD 45 /* bytes: 60 of base64, and with what is around it 72, of 75 allowed */
#define BASE64_LINE  57 /* bytes: 76 of base64 */

/* A header's value, UTF-8 in encoded words (RFC 2047) of whole characters. Whatever would end the
 * line is left out. */
static void add_header(struct dp_text *to, const char *name, struct dp_str value)
{
    struct dp_text clean = {0};
    bool ascii = true;
    for (size_t i = 0; i < value.len; i++) {
        unsigned char c = (unsigned char)value.p[i];
        ascii &= c < 0x80;
        if (c >= ' ' && c != 0x7f)
            dp_text_add(&clean, (struct dp_str){value.p + i, 1});
    }
    dp_text_printf(to, "%s: ", name);
    struct dp_str rest = dp_text_str(&clean);
    if (ascii && rest.len < 900) { /* a line may have 998 */
        dp_text_add(to, rest);
        rest.len = 0;
    }
    for (const char *before = ""; rest.len; before = "\r\n ") {
        struct dp_str word = dp_hook_fit(rest, ENCODED_WORD);
        dp_text_printf(to, "%s=?UTF-8?B?", before);
        dp_hook_base64(to, word);
        dp_text_put(to, "?=");
        rest.p += word.len;
        rest.len -= word.len;
    }
    dp_text_put(to, "\r\n");
    dp_text_deinit(&clean);
}

/* "Mon, 02 Jan 2026 15:04:05 +0000", whatever the locale. */
static void add_date(struct dp_text *to, int64_t now_ms)
{
    static const char *const days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    time_t seconds = now_ms / 1000;
    struct tm utc;
    gmtime_r(&seconds, &utc);
    dp_text_printf(to, "Date: %s, %02d %s %d %02d:%02d:%02d +0000\r\n", days[utc.tm_wday],
                   utc.tm_mday, months[utc.tm_mon], utc.tm_year + 1900, utc.tm_hour, utc.tm_min,
                   utc.tm_sec);
}

/* The same for the same notifications, so that a message that comes twice can be told. */
static void add_message_id(struct dp_text *to, const struct dp_hook_order *order)
{
    char id[DP_HOOK_MESSAGE_ID];
    const char *at = strrchr(order->hook->from, '@');
    struct dp_str domain = at ? dp_str_from(at + 1) : DP_STR("localhost");
    domain.len = strcspn(domain.p, "> \t\r\n");
    dp_hook_message_id(id, order->notifications, order->count);
    dp_text_printf(to, "Message-ID: <%s@%.*s>\r\n", id, (int)domain.len, domain.p);
}

static void add_body(struct dp_text *to, const struct dp_message *message)
{
    struct dp_text text = {0};
    dp_text_printf(&text, "%s\r\n\r\n", message->title);
    for (size_t i = 0; i < message->count; i++) {
        const struct dp_message_line *line = &message->lines[i];
        if (line->label)
            dp_text_printf(&text, "%s%s", line->label, message->colon);
        dp_text_printf(&text, "%s%s\r\n", line->form == DP_LINE_ITEM ? "- " : "", line->text);
    }
    for (size_t at = 0; at < text.len; at += BASE64_LINE) {
        size_t rest = text.len - at;
        dp_hook_base64(to, (struct dp_str){text.p + at, rest < BASE64_LINE ? rest : BASE64_LINE});
        dp_text_put(to, "\r\n");
    }
    dp_text_deinit(&text);
}

void dp_hook_form_email(struct dp_hook_request *request, const struct dp_hook_order *order)
{
    struct dp_message message;
    struct dp_text mail = {0};
    dp_message_init(&message, order->hook->language, order->links, order->notifications,
                    order->count);
    add_date(&mail, order->now_ms);
    add_header(&mail, "From", dp_str_from(order->hook->from));
    add_header(&mail, "To", dp_str_from(order->hook->to));
    add_header(&mail, "Subject", dp_str_from(message.title));
    add_message_id(&mail, order);
    dp_text_put(&mail, "Auto-Submitted: auto-generated\r\n"
                       "MIME-Version: 1.0\r\n"
                       "Content-Type: text/plain; charset=UTF-8\r\n"
                       "Content-Transfer-Encoding: base64\r\n\r\n");
    add_body(&mail, &message);
    dp_message_deinit(&message);
    request->body = mail.p;
    request->body_len = mail.len;
    request->taken = order->count;
}
