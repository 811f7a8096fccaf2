#include "sink/message.h"

#include <stdlib.h>
#include <string.h>

#include "common/memory.h"
#include "common/text.h"
#include "common/timestamp.h"

enum word {
    SEVERITY,
    VALUE,
    CONDITION,
    SINCE,
    ENDED,
    QUEUE,
    TEAM,
    LABELS,
    ALERT,
    BOARD,
    EXPLAIN,
    COLON,
    WORDS
};
static const char *const words[][WORDS] = {
    [DP_ENGLISH] = {"Severity", "Value", "Condition", "Since", "Ended", "Queue", "Team", "Labels",
                    "Alert", "Board", "Explain", ": "},
    [DP_CHINESE] = {"级别", "数值", "条件", "开始时间", "结束时间", "队列", "班组", "标签",
                    "告警编号", "看板", "明细", "："},
};
static const char *const kinds[][DP_NOTICE_KINDS] = {
    [DP_ENGLISH] = {"Firing", "Resolved", "Still firing", "Escalated"},
    [DP_CHINESE] = {"告警", "已恢复", "仍在告警", "已升级"},
};
static const char *const scopes[][DP_RULE_SCOPES] = {
    [DP_ENGLISH] = {"everybody", "agent", "team", "queue", "channel", "contact"},
    [DP_CHINESE] = {"全部", "坐席", "班组", "队列", "渠道", "会话"},
};
static const char *const channels[][DP_CHANNELS] = {
    [DP_ENGLISH] = {"", "voice", "chat", "email"},
    [DP_CHINESE] = {"", "语音", "在线聊天", "邮件"},
};

/* Parts ------------------------------------------------------------------------------------------
 */

static void add_time(struct dp_text *to, int64_t ms)
{
    char text[32];
    dp_timestamp_format(ms - ms % 1000, text);
    /* to the second: "2026-11-22T10:00:00.000Z" without its fraction */
    dp_text_add(to, (struct dp_str){text, strcspn(text, ".")});
    dp_text_put(to, "Z");
}

/* "queue billing", "everybody". */
static void add_subject(struct dp_text *to, enum dp_language language,
                        const struct dp_notice *notice)
{
    dp_text_put(to, scopes[language][notice->scope]);
    if (notice->scope == DP_RULE_CHANNEL) {
        dp_text_printf(to, " %s", channels[language][notice->channel]);
    } else if (notice->id.len) {
        dp_text_put(to, " ");
        dp_text_add(to, notice->id);
    }
}

/* An id as a shell takes it. */
static void add_quoted(struct dp_text *to, struct dp_str id)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "_-.@/+";
    bool quoted = false;
    for (size_t i = 0; i < id.len; i++)
        quoted |= !memchr(plain, id.p[i], sizeof plain - 1);
    if (!quoted) {
        dp_text_add(to, id);
        return;
    }
    dp_text_put(to, "'");
    for (size_t i = 0; i < id.len; i++)
        if (id.p[i] == '\'')
            dp_text_put(to, "'\\''");
        else
            dp_text_add(to, (struct dp_str){id.p + i, 1});
    dp_text_put(to, "'");
}

/* The command that shows what the first of the values is made of. False: there is none for gauges
 * and contacts. */
static bool add_explain(struct dp_text *to, const struct dp_notice *notice)
{
    struct dp_str figure = {notice->value, strcspn(notice->value, " ")};
    if (!notice->window[0] || !figure.len || notice->scope == DP_RULE_CONTACT)
        return false;
    dp_text_put(to, "deskpulse explain ");
    if (notice->scope == DP_RULE_ALL || notice->scope == DP_RULE_CHANNEL) {
        dp_text_put(to, "all");
    } else {
        dp_text_printf(to, "%s:", dp_rule_scope_names[notice->scope]);
        add_quoted(to, notice->id);
    }
    if (notice->channel)
        dp_text_printf(to, ":%s", dp_channel_names[notice->channel]);
    dp_text_printf(to, " %.*s %s", (int)figure.len, figure.p, notice->window);
    return true;
}

/* Lines ------------------------------------------------------------------------------------------
 */

/* Takes the text. */
static void add_line(struct dp_message *message, enum dp_message_form form, const char *label,
                     struct dp_text *text)
{
    message->lines =
        dp_xgrow(message->lines, message->count, &message->capacity, sizeof *message->lines);
    message->lines[message->count++] = (struct dp_message_line){form, label, text->p};
    *text = (struct dp_text){0};
}

static void add_text(struct dp_message *message, enum dp_message_form form, const char *label,
                     struct dp_str value)
{
    struct dp_text text = {0};
    if (!value.len)
        return;
    dp_text_add(&text, value);
    add_line(message, form, label, &text);
}

static void add_moment(struct dp_message *message, const char *label, int64_t ms)
{
    struct dp_text text = {0};
    add_time(&text, ms);
    add_line(message, DP_LINE_TEXT, label, &text);
}

static void add_condition(struct dp_message *message, const char *const *word,
                          const struct dp_notice *notice)
{
    struct dp_text text = {0};
    dp_text_add(&text, notice->when);
    if (notice->window[0])
        dp_text_printf(&text, " (%s)", notice->window);
    add_line(message, DP_LINE_CODE, word[CONDITION], &text);
}

static void add_labels(struct dp_message *message, const char *const *word,
                       const struct dp_notification *notification)
{
    struct dp_text text = {0};
    for (size_t i = 0; i < notification->label_count; i++) {
        const struct dp_label_text *label = &notification->labels[i];
        dp_text_printf(&text, "%s%.*s=%.*s", i ? ", " : "", (int)label->name.len, label->name.p,
                       (int)label->value.len, label->value.p);
    }
    if (text.len)
        add_line(message, DP_LINE_TEXT, word[LABELS], &text);
}

static void write_one(struct dp_message *message, enum dp_language language,
                      const struct dp_notification *notification)
{
    const struct dp_notice *notice = &notification->notice;
    const char *const *word = words[language];
    struct dp_text text = {0};
    add_text(message, DP_LINE_TEXT, word[SEVERITY], notice->severity);
    add_text(message, DP_LINE_TEXT, word[VALUE], dp_str_from(notice->value));
    add_condition(message, word, notice);
    add_moment(message, word[SINCE], notice->since_ms);
    if (notice->kind == DP_RESOLVED)
        add_moment(message, word[ENDED], notice->at_ms);
    add_text(message, DP_LINE_TEXT, word[QUEUE], notice->queue);
    add_text(message, DP_LINE_TEXT, word[TEAM], notice->team);
    add_labels(message, word, notification);
    add_text(message, DP_LINE_CODE, word[ALERT], dp_str_from(notice->alert));
    if (add_explain(&text, notice))
        add_line(message, DP_LINE_CODE, word[EXPLAIN], &text);
}

/* "Firing: queue billing, service_level 0.712000, 2026-11-22T10:00:00Z" */
static void write_list(struct dp_message *message, enum dp_language language,
                       const struct dp_notification *const *notifications, size_t count)
{
    const struct dp_notice *first = &notifications[0]->notice;
    const char *const *word = words[language];
    for (size_t i = 0; i < count; i++) {
        const struct dp_notice *notice = &notifications[i]->notice;
        struct dp_text text = {0};
        dp_text_printf(&text, "%s%s", kinds[language][notice->kind], word[COLON]);
        add_subject(&text, language, notice);
        dp_text_printf(&text, "%s%s, ", notice->value[0] ? ", " : "", notice->value);
        add_time(&text, notice->kind == DP_RESOLVED ? notice->at_ms : notice->since_ms);
        add_line(message, DP_LINE_ITEM, NULL, &text);
    }
    add_text(message, DP_LINE_TEXT, word[SEVERITY], first->severity);
    add_condition(message, word, first);
    add_labels(message, word, notifications[0]);
}

/* "Firing: billing service level, queue billing"; of several "billing service level: 3 notices". */
static char *title_of(enum dp_language language, const struct dp_notification *const *notifications,
                      size_t count)
{
    const struct dp_notice *first = &notifications[0]->notice;
    const char *colon = words[language][COLON];
    struct dp_text text = {0};
    if (count == 1) {
        dp_text_printf(&text, "%s%s", kinds[language][first->kind], colon);
        dp_text_add(&text, first->rule);
        dp_text_put(&text, ", ");
        add_subject(&text, language, first);
        return text.p;
    }
    dp_text_add(&text, first->rule);
    dp_text_printf(&text, language == DP_CHINESE ? "%s%zu 条通知" : "%s%zu notices", colon, count);
    return text.p;
}

void dp_message_init(struct dp_message *message, enum dp_language language,
                     const struct dp_links *links,
                     const struct dp_notification *const *notifications, size_t count)
{
    const char *through = notifications[0]->through;
    struct dp_text text = {0};
    *message = (struct dp_message){.title = title_of(language, notifications, count),
                                   .colon = words[language][COLON]};
    if (count == 1)
        write_one(message, language, notifications[0]);
    else
        write_list(message, language, notifications, count);
    if (links && links->board)
        add_text(message, DP_LINE_LINK, words[language][BOARD], dp_str_from(links->board));
    if (through) {
        dp_text_printf(&text,
                       language == DP_CHINESE ? "通知渠道 %s 无法送达，改由本渠道通知"
                                              : "Told here because hook %s does not take it",
                       through);
        add_line(message, DP_LINE_TEXT, NULL, &text);
    }
}

void dp_message_deinit(struct dp_message *message)
{
    for (size_t i = 0; i < message->count; i++)
        free(message->lines[i].text);
    free(message->lines);
    free(message->title);
}
