#include "top/question.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/alert_text.h"
#include "common/utf8.h"
#include "sink/compat.h"

#define KEY     512
#define LAST_MS INT64_C(253402300799999) /* of the year 9999: calendars go no further */

static const struct dp_str nothing = {0};

/* Writing ---------------------------------------------------------------------------------------*/

static void begin(struct dp_resp *resp, const char *command, const char *key, size_t more)
{
    dp_resp_begin(resp, 2 + more);
    dp_resp_add(resp, dp_str_from(command));
    dp_resp_add(resp, dp_str_from(key));
}

/* The key of a scope's hash: "dp:{agent:a1}:now", "dp:{all}:voice:w:5m", "dp:{all}:p:2026-11". */
static void scope_key(const struct dp_top_inquiry *inquiry, const char *scope,
                      enum dp_top_from from, const char *label, char key[KEY])
{
    enum dp_channel channel =
        from == DP_TOP_FROM_WINDOW ? inquiry->topic->channel : DP_CHANNEL_NONE;
    snprintf(key, KEY, "%s:{%s}%s%s:%s%s", inquiry->prefix, scope, channel ? ":" : "",
             dp_channel_names[channel],
             from == DP_TOP_FROM_NOW      ? "now"
             : from == DP_TOP_FROM_WINDOW ? "w:"
                                          : "p:",
             from == DP_TOP_FROM_NOW ? "" : label);
}

static void write_row(const struct dp_top_question *question, const struct dp_top_inquiry *inquiry,
                      struct dp_resp *resp)
{
    const struct dp_top_columns *columns = dp_top_columns_of(inquiry->board->rows.kind);
    char scope[DP_TOP_SCOPE_SIZE], key[KEY];
    size_t count = 0;
    for (size_t i = 0; i < columns->count; i++)
        count += columns->items[i].from == question->from;
    snprintf(scope, sizeof scope, "%s:%s", dp_top_list_names[inquiry->board->rows.kind],
             question->row->id);
    scope_key(inquiry, scope, question->from,
              question->from == DP_TOP_FROM_PERIOD ? inquiry->board->month : inquiry->topic->window,
              key);
    begin(resp, "HMGET", key, count);
    for (size_t i = 0; i < columns->count; i++)
        if (columns->items[i].from == question->from)
            dp_resp_add(resp, dp_str_from(columns->items[i].field));
}

static void write_focus(const struct dp_top_question *question,
                        const struct dp_top_inquiry *inquiry, struct dp_resp *resp)
{
    const struct dp_top_board *board = inquiry->board;
    char scope[DP_TOP_SCOPE_SIZE], key[KEY];
    dp_top_topic_scope(inquiry->topic, scope);
    if (question->kind == DP_TOP_ASK_GAUGES)
        scope_key(inquiry, scope, DP_TOP_FROM_NOW, "", key);
    else if (question->kind == DP_TOP_ASK_WINDOW)
        scope_key(inquiry, scope, DP_TOP_FROM_WINDOW, board->windows[question->window], key);
    else
        scope_key(inquiry, scope, DP_TOP_FROM_PERIOD,
                  question->kind == DP_TOP_ASK_DAY ? board->day : board->month, key);
    begin(resp, "HGETALL", key, 0);
}

void dp_top_question_write(const struct dp_top_question *question,
                           const struct dp_top_inquiry *inquiry, struct dp_resp *resp)
{
    char key[KEY];
    switch (question->kind) {
    case DP_TOP_ASK_META:
        snprintf(key, sizeof key, "%s:meta", inquiry->prefix);
        begin(resp, "HMGET", key, 2);
        dp_resp_add(resp, DP_STR("updated_ms"));
        dp_resp_add(resp, DP_STR("windows"));
        break;
    case DP_TOP_ASK_QUEUES:
    case DP_TOP_ASK_TEAMS:
    case DP_TOP_ASK_AGENTS:
        snprintf(key, sizeof key, "%s:%ss", inquiry->prefix,
                 dp_top_list_names[question->kind - DP_TOP_ASK_QUEUES]);
        begin(resp, "SCARD", key, 0);
        break;
    case DP_TOP_ASK_ALERTS:
    case DP_TOP_ASK_ACTIVE:
        snprintf(key, sizeof key, "%s:alerts:active", inquiry->prefix);
        begin(resp, question->kind == DP_TOP_ASK_ALERTS ? "HLEN" : "HGETALL", key, 0);
        break;
    case DP_TOP_ASK_ACKS:
        snprintf(key, sizeof key, "%s:alerts:acks", inquiry->prefix);
        begin(resp, "HGETALL", key, 0);
        break;
    case DP_TOP_ASK_MEMBERS:
        snprintf(key, sizeof key, "%s:%ss", inquiry->prefix,
                 dp_top_list_names[inquiry->board->rows.kind]);
        begin(resp, "SMEMBERS", key, 0);
        break;
    case DP_TOP_ASK_ROW:
        write_row(question, inquiry, resp);
        break;
    case DP_TOP_ASK_GAUGES:
    case DP_TOP_ASK_WINDOW:
    case DP_TOP_ASK_DAY:
    case DP_TOP_ASK_MONTH:
        write_focus(question, inquiry, resp);
    }
}

/* Taking answers --------------------------------------------------------------------------------*/

/* The text of a list's element; absent where there is none. */
static struct dp_str text_at(const redisReply *reply, size_t i)
{
    if (reply->type != REDIS_REPLY_ARRAY || i >= reply->elements || !reply->element[i]->str ||
        reply->element[i]->type != REDIS_REPLY_STRING)
        return nothing;
    return (struct dp_str){reply->element[i]->str, reply->element[i]->len};
}

static bool take_meta(struct dp_top_board *board, const redisReply *reply)
{
    struct dp_calendar *calendar = &board->calendar;
    int64_t updated_ms;
    board->meta_known = true;
    board->has_figures =
        dp_report_parse(DP_TEXT_COUNT, text_at(reply, 0), &updated_ms) && updated_ms <= LAST_MS;
    if (!board->has_figures)
        return false;
    board->updated_ms = updated_ms;
    dp_calendar_label(DP_PERIOD_DAY, dp_calendar_span(calendar, DP_PERIOD_DAY, updated_ms).from_ms,
                      board->day);
    dp_calendar_label(DP_PERIOD_MONTH,
                      dp_calendar_span(calendar, DP_PERIOD_MONTH, updated_ms).from_ms,
                      board->month);
    return dp_top_board_set_windows(board, text_at(reply, 1));
}

/* What this program would not have written is not ours: it is left out. */
static void take_members(struct dp_top_rows *rows, const redisReply *reply)
{
    bool added;
    dp_top_rows_begin(rows);
    for (size_t i = 0; reply->type == REDIS_REPLY_ARRAY && i < reply->elements; i++) {
        struct dp_str id = text_at(reply, i);
        if (!id.p || !dp_utf8_valid(id) || !dp_identifier_valid(id))
            continue;
        struct dp_top_row *row = dp_top_rows_see(rows, id, &added);
        if (row && added)
            row->due =
                rows->kind == DP_TOP_AGENTS ? DP_TOP_ROW_DUE : DP_TOP_ROW_DUE & ~DP_TOP_DUE(PERIOD);
    }
    dp_top_rows_end(rows);
}

static void take_row(const struct dp_top_question *question, enum dp_top_list_kind kind,
                     const redisReply *reply)
{
    const struct dp_top_columns *columns = dp_top_columns_of(kind);
    size_t at = 0;
    for (size_t i = 0; i < columns->count; i++) {
        if (columns->items[i].from != question->from)
            continue;
        struct dp_str text = text_at(reply, at++);
        /* In a month in which nothing happened yet the agent's team is that of before. */
        if (text.p || question->from != DP_TOP_FROM_PERIOD)
            dp_top_row_set(question->row, kind, i, text);
    }
}

static void take_scope(struct dp_report_scope *scope, const redisReply *reply)
{
    dp_report_scope_deinit(scope);
    for (size_t i = 0; reply->type == REDIS_REPLY_ARRAY && i + 1 < reply->elements; i += 2) {
        struct dp_str name = text_at(reply, i), text = text_at(reply, i + 1);
        if (name.p && text.p)
            dp_report_scope_set(scope, name, text);
        scope->found = true;
    }
}

static void take_gauges(struct dp_top_focus *focus, const redisReply *reply)
{
    for (int gauge = 0; gauge < DP_TOP_GAUGES; gauge++) {
        struct dp_str text = nothing;
        for (size_t i = 0; reply->type == REDIS_REPLY_ARRAY && i + 1 < reply->elements; i += 2)
            if (dp_str_equal(text_at(reply, i), dp_str_from(dp_top_gauge_name(gauge))))
                text = text_at(reply, i + 1);
        dp_top_focus_set_gauge(focus, gauge, text);
    }
}

static void take_active(struct dp_alert_list *alerts, const redisReply *reply)
{
    static const struct dp_alert_filter any = {0};
    dp_alert_list_deinit(alerts);
    for (size_t i = 0; reply->type == REDIS_REPLY_ARRAY && i + 1 < reply->elements; i += 2) {
        struct dp_str id = text_at(reply, i), text = text_at(reply, i + 1);
        if (id.len && text.p)
            dp_alert_list_add(alerts, &any, id, text);
    }
}

static void set_alert(struct dp_top_row *row, const struct dp_active_alert *alert)
{
    char firing[32];
    char *about = dp_alert_subject(alert);
    snprintf(firing, sizeof firing, "%lld", (long long)alert->fired_ms);
    const struct dp_str texts[] = {
        [DP_TOP_SEVERITY] = alert->severity,
        [DP_TOP_RULE] = alert->rule,
        [DP_TOP_ABOUT] = dp_str_from(about),
        [DP_TOP_FIRING] = alert->fired_ms == INT64_MAX ? nothing : dp_str_from(firing),
        [DP_TOP_ACKED] = alert->ack ? dp_str_from(alert->ack->by) : nothing,
        [DP_TOP_VALUE] = alert->value,
        [DP_TOP_SCOPE] = alert->scope,
        [DP_TOP_SUBJECT] = alert->subject,
    };
    for (size_t column = 0; column < sizeof texts / sizeof *texts; column++)
        dp_top_row_set(row, DP_TOP_ALERTS, column, texts[column]);
    free(about);
}

static void take_acks(struct dp_top_rows *rows, struct dp_alert_list *alerts,
                      const redisReply *reply)
{
    bool added;
    for (size_t i = 0; reply->type == REDIS_REPLY_ARRAY && i + 1 < reply->elements; i += 2)
        dp_alert_list_acknowledge(alerts, text_at(reply, i), text_at(reply, i + 1));
    dp_alert_list_sort(alerts);
    dp_top_rows_begin(rows);
    for (size_t i = 0; i < alerts->count; i++) {
        struct dp_top_row *row = dp_top_rows_see(rows, dp_str_from(alerts->items[i].id), &added);
        if (!row)
            continue;
        row->place = i;
        set_alert(row, &alerts->items[i]);
    }
    dp_top_rows_end(rows);
    dp_alert_list_deinit(alerts);
}

bool dp_top_question_answer(const struct dp_top_question *question, struct dp_top_inquiry *inquiry,
                            const redisReply *reply)
{
    struct dp_top_board *board = inquiry->board;
    if (reply->type == REDIS_REPLY_ERROR) {
        char *text = dp_alert_printable((struct dp_str){reply->str, reply->len});
        snprintf(board->refused, sizeof board->refused, "%s", text);
        free(text);
    }
    switch (question->kind) {
    case DP_TOP_ASK_META:
        return take_meta(board, reply);
    case DP_TOP_ASK_QUEUES:
    case DP_TOP_ASK_TEAMS:
    case DP_TOP_ASK_AGENTS:
    case DP_TOP_ASK_ALERTS:
        board->counts[question->kind - DP_TOP_ASK_QUEUES] =
            (struct dp_top_count){reply->type == REDIS_REPLY_INTEGER, reply->integer};
        break;
    case DP_TOP_ASK_MEMBERS:
        take_members(&board->rows, reply);
        break;
    case DP_TOP_ASK_ACTIVE:
        take_active(&inquiry->alerts, reply);
        break;
    case DP_TOP_ASK_ACKS:
        take_acks(&board->rows, &inquiry->alerts, reply);
        break;
    case DP_TOP_ASK_GAUGES:
        take_gauges(&board->focus, reply);
        break;
    case DP_TOP_ASK_WINDOW:
        take_scope(&board->focus.windows[question->window], reply);
        break;
    case DP_TOP_ASK_DAY:
        take_scope(&board->focus.day, reply);
        break;
    case DP_TOP_ASK_MONTH:
        take_scope(&board->focus.month, reply);
        break;
    case DP_TOP_ASK_ROW:
        take_row(question, board->rows.kind, reply);
    }
    return false;
}
