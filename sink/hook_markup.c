#include "sink/hook_markup.h"

#include <ctype.h>
#include <string.h>

/* Slack has three characters to escape, and takes what is between others for marked up only at the
 * edges of words. */
static void add_slack(struct dp_text *to, struct dp_str text)
{
    for (size_t i = 0; i < text.len; i++)
        switch (text.p[i]) {
        case '&':
            dp_text_put(to, "&amp;");
            break;
        case '<':
            dp_text_put(to, "&lt;");
            break;
        case '>':
            dp_text_put(to, "&gt;");
            break;
        default:
            dp_text_add(to, (struct dp_str){text.p + i, 1});
        }
}

static bool is_word(struct dp_str text, size_t at)
{
    return at < text.len && (isalnum((unsigned char)text.p[at]) || text.p[at] & 0x80);
}

/* With a backslash where Markdown would see something; not within words, "handle_mean_ms", nor
 * before a blank, "< 0.80", so that what the chats' own dialects show is as plain as can be. */
static void add_markdown(struct dp_text *to, struct dp_str text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.p[i];
        bool inside = c == '_' && i > 0 && is_word(text, i - 1) && is_word(text, i + 1);
        bool apart = (c == '<' || c == '>') && i > 0 && i + 1 < text.len && text.p[i + 1] == ' ';
        if (c && strchr("\\`*_[]()<>#|~!", c) && !inside && !apart)
            dp_text_put(to, "\\");
        dp_text_add(to, (struct dp_str){&c, 1});
    }
}

/* Nothing can be escaped within code: a backtick would end it. */
static void add_code(struct dp_text *to, enum dp_markup markup, struct dp_str text)
{
    struct dp_text plain = {0};
    dp_text_add(&plain, text);
    for (size_t i = 0; i < plain.len; i++)
        if (plain.p[i] == '`')
            plain.p[i] = '\'';
    dp_text_put(to, "`");
    if (markup == DP_MARKUP_SLACK)
        add_slack(to, dp_text_str(&plain));
    else
        dp_text_add(to, dp_text_str(&plain));
    dp_text_put(to, "`");
    dp_text_deinit(&plain);
}

static void add_plain(struct dp_text *to, enum dp_markup markup, struct dp_str text)
{
    if (markup == DP_MARKUP_SLACK)
        add_slack(to, text);
    else
        add_markdown(to, text);
}

static void add_line(struct dp_text *to, enum dp_markup markup, const char *colon,
                     const struct dp_message_line *line)
{
    struct dp_str text = dp_str_from(line->text);
    if (line->label && line->form != DP_LINE_LINK)
        dp_text_printf(to, "%s%s", line->label, colon);
    switch (line->form) {
    case DP_LINE_CODE:
        add_code(to, markup, text);
        break;
    case DP_LINE_LINK:
        dp_text_printf(to, markup == DP_MARKUP_SLACK ? "<%2$s|%1$s>" : "[%1$s](%2$s)", line->label,
                       line->text);
        break;
    case DP_LINE_ITEM:
        dp_text_put(to, markup == DP_MARKUP_SLACK ? "• " : "- ");
        add_plain(to, markup, text);
        break;
    case DP_LINE_TEXT:
        add_plain(to, markup, text);
        break;
    }
}

void dp_hook_markup(struct dp_text *to, enum dp_markup markup, const struct dp_message *message)
{
    const char *bold = markup == DP_MARKUP_SLACK ? "*" : "**";
    dp_text_put(to, bold);
    add_plain(to, markup, dp_str_from(message->title));
    dp_text_put(to, bold);
    for (size_t i = 0; i < message->count; i++) {
        dp_text_put(to, markup == DP_MARKUP_DINGTALK ? "\n\n" : "\n");
        add_line(to, markup, message->colon, &message->lines[i]);
    }
}
