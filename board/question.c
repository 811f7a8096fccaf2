#include "board/question.h"

#include <stdio.h>
#include <stdlib.h>

#include "board/json.h"
#include "sink/compat.h"

#define KEY 512

void dp_inquiry_date(struct dp_inquiry *inquiry, int64_t now_ms)
{
    struct dp_calendar *calendar = &inquiry->calendar;
    struct dp_span day = dp_calendar_span(calendar, DP_PERIOD_DAY, now_ms);
    struct dp_span month = dp_calendar_span(calendar, DP_PERIOD_MONTH, now_ms);
    dp_calendar_label(DP_PERIOD_DAY, day.from_ms, inquiry->day);
    dp_calendar_label(DP_PERIOD_MONTH, month.from_ms, inquiry->month);
    inquiry->label_count = dp_detail_labels(calendar, now_ms, inquiry->labels);
}

/* Writing ---------------------------------------------------------------------------------------*/

static void key_of(const struct dp_question *question, const struct dp_inquiry *inquiry,
                   char key[KEY])
{
    const char *prefix = inquiry->prefix;
    const char *name = question->scope ? question->scope->name : "";
    const char *window = question->scope && question->scope->kind == DP_SCOPE_AGENT
                             ? inquiry->agent_window
                             : inquiry->window;
    static const char *const sets[] = {"", "agents", "teams", "queues"};
    switch (question->kind) {
    case DP_ASK_META:
        snprintf(key, KEY, "%s:meta", prefix);
        break;
    case DP_ASK_ACTIVE:
        snprintf(key, KEY, "%s:alerts:active", prefix);
        break;
    case DP_ASK_ACKS:
        snprintf(key, KEY, "%s:alerts:acks", prefix);
        break;
    case DP_ASK_SILENCES:
        snprintf(key, KEY, "%s:alerts:silences", prefix);
        break;
    case DP_ASK_SET:
        snprintf(key, KEY, "%s:%s", prefix, sets[question->which]);
        break;
    case DP_ASK_PART:
        if (question->which == DP_PART_NOW)
            snprintf(key, KEY, "%s:{%s}:now", prefix, name);
        else if (question->which == DP_PART_WINDOW)
            snprintf(key, KEY, "%s:{%s}:w:%s", prefix, name, window);
        else
            snprintf(key, KEY, "%s:{%s}:p:%s", prefix, name,
                     question->which == DP_PART_DAY ? inquiry->day : inquiry->month);
        break;
    case DP_ASK_WINDOW:
        snprintf(key, KEY, "%s:{%s}:w:%s", prefix, name, inquiry->windows[question->which]);
        break;
    case DP_ASK_PERIOD:
        snprintf(key, KEY, "%s:{%s}:p:%s", prefix, name, inquiry->labels[question->which]);
        break;
    }
}

void dp_question_write(const struct dp_question *question, const struct dp_inquiry *inquiry,
                       struct dp_resp *resp)
{
    char key[KEY];
    const char *const *fields =
        question->kind == DP_ASK_PART
            ? dp_fields_of(question->scope->kind, (enum dp_part)question->which)
            : NULL;
    size_t count = 0;
    while (fields && fields[count])
        count++;
    key_of(question, inquiry, key);
    dp_resp_begin(resp, 2 + count);
    dp_resp_add(resp, fields                         ? DP_STR("HMGET")
                      : question->kind == DP_ASK_SET ? DP_STR("SMEMBERS")
                                                     : DP_STR("HGETALL"));
    dp_resp_add(resp, dp_str_from(key));
    for (size_t i = 0; i < count; i++)
        dp_resp_add(resp, dp_str_from(fields[i]));
}

/* Taking answers --------------------------------------------------------------------------------*/

struct dp_str dp_reply_text(const redisReply *reply)
{
    return reply->type == REDIS_REPLY_STRING || reply->type == REDIS_REPLY_STATUS
               ? (struct dp_str){reply->str, reply->len}
               : (struct dp_str){0};
}

static int64_t integer_of(struct dp_str text)
{
    char buf[32];
    size_t len = text.len < sizeof buf - 1 ? text.len : sizeof buf - 1;
    if (len)
        memcpy(buf, text.p, len);
    buf[len] = '\0';
    return strtoll(buf, NULL, 10);
}

/* What trends are made of; what is out of all bounds is as absent. */
static void note_field(struct dp_board_scope *scope, const char *name, struct dp_str value)
{
    char text[16];
    const char *counted = scope->kind == DP_SCOPE_AGENT ? "handles" : "waiting";
    if (strcmp(name, counted) == 0) {
        int64_t count = value.p ? integer_of(value) : -1;
        scope->latest.count = count >= 0 && count <= INT32_MAX ? (int32_t)count : DP_TREND_ABSENT;
    } else if (strcmp(name, "service_level") == 0) {
        snprintf(text, sizeof text, "%.*s", value.p ? (int)value.len : 0, value.p ? value.p : "");
        double level = value.p ? strtod(text, NULL) : -1;
        scope->latest.level =
            level >= 0 && level <= 1 ? (int32_t)(level * 10000 + 0.5) : DP_TREND_ABSENT;
    }
}

static void take_part(const struct dp_question *question, struct dp_inquiry *inquiry,
                      const redisReply *reply)
{
    struct dp_board_scope *scope = question->scope;
    const char *const *fields = dp_fields_of(scope->kind, (enum dp_part)question->which);
    bool live = question->which == DP_PART_NOW || question->which == DP_PART_WINDOW;
    struct dp_text json = {0};
    for (size_t i = 0; fields[i] && i < reply->elements; i++) {
        struct dp_str value = dp_reply_text(reply->element[i]);
        if (live)
            note_field(scope, fields[i], value);
        if (!value.p)
            continue;
        if (!json.len)
            dp_text_put(&json, "{");
        dp_json_add_field(&json, dp_str_from(fields[i]), value);
        if (strcmp(fields[i], "team") == 0)
            dp_model_set_team(inquiry->model, scope, value);
    }
    if (json.len)
        dp_text_put(&json, "}");
    dp_model_set_part(inquiry->model, scope, (enum dp_part)question->which, &json);
}

static void write_hash(const redisReply *reply, struct dp_text *json)
{
    dp_text_put(json, "{");
    for (size_t i = 0; i + 1 < reply->elements; i += 2)
        dp_json_add_field(json, dp_reply_text(reply->element[i]),
                          dp_reply_text(reply->element[i + 1]));
    dp_text_put(json, "}");
}

static void take_meta(struct dp_inquiry *inquiry, const redisReply *reply)
{
    struct dp_model *model = inquiry->model;
    model->updated_ms = 0;
    for (size_t i = 0; i + 1 < reply->elements; i += 2)
        if (dp_str_equal(dp_reply_text(reply->element[i]), DP_STR("updated_ms")))
            model->updated_ms = integer_of(dp_reply_text(reply->element[i + 1]));
    model->meta.len = 0;
    write_hash(reply, &model->meta);
}

static void take_detail(const struct dp_question *question, struct dp_inquiry *inquiry,
                        const redisReply *reply)
{
    struct dp_detail *detail = question->scope->detail;
    const char *label = question->kind == DP_ASK_WINDOW ? inquiry->windows[question->which]
                                                        : inquiry->labels[question->which];
    if (question->which == 0) {
        detail->coming.len = 0;
        dp_text_put(&detail->coming, "{");
    }
    if (reply->elements) {
        dp_json_add_name(&detail->coming, dp_str_from(label));
        write_hash(reply, &detail->coming);
    }
    if (!question->last)
        return;
    struct dp_text *into = question->kind == DP_ASK_WINDOW ? &detail->windows : &detail->periods;
    dp_text_put(&detail->coming, "}");
    into->len = 0;
    dp_text_add(into, dp_text_str(&detail->coming));
    *(question->kind == DP_ASK_WINDOW ? &detail->windows_changed : &detail->periods_changed) = true;
    detail->complete = detail->windows.len && detail->periods.len;
    dp_model_touch(inquiry->model, question->scope);
}

static void take_set(const struct dp_question *question, struct dp_inquiry *inquiry,
                     const redisReply *reply)
{
    struct dp_model *model = inquiry->model;
    struct dp_text name = {0};
    for (size_t i = 0; i < model->count; i++)
        model->scopes[i]->found = model->scopes[i]->kind != (enum dp_scope_kind)question->which;
    for (size_t i = 0; i < reply->elements; i++) {
        name.len = 0;
        dp_text_printf(&name, "%s:", dp_scope_kind_names[question->which]);
        dp_text_add(&name, dp_reply_text(reply->element[i]));
        struct dp_board_scope *scope = dp_model_find(model, dp_text_str(&name));
        if (!scope)
            scope = dp_model_add(model, dp_text_str(&name));
        if (scope)
            scope->found = true;
    }
    for (size_t i = 0; i < model->count; i++)
        if (!model->scopes[i]->found && !model->scopes[i]->wanted)
            dp_model_remove(model, model->scopes[i]);
    dp_text_deinit(&name);
}

void dp_question_answer(const struct dp_question *question, struct dp_inquiry *inquiry,
                        const redisReply *reply, int64_t now_ms)
{
    switch (question->kind) {
    case DP_ASK_META:
        take_meta(inquiry, reply);
        break;
    case DP_ASK_ACTIVE:
    case DP_ASK_ACKS:
    case DP_ASK_SILENCES:
        for (size_t i = 0; i + 1 < reply->elements; i += 2) {
            struct dp_str id = dp_reply_text(reply->element[i]),
                          text = dp_reply_text(reply->element[i + 1]);
            if (question->kind == DP_ASK_ACTIVE)
                dp_alerts_draft_add(&inquiry->alerts, id, text);
            else if (question->kind == DP_ASK_ACKS)
                dp_alerts_draft_acknowledge(&inquiry->alerts, id, text);
            else
                dp_alerts_draft_silence(&inquiry->alerts, id, text, now_ms);
        }
        break;
    case DP_ASK_SET:
        take_set(question, inquiry, reply);
        break;
    case DP_ASK_PART:
        take_part(question, inquiry, reply);
        break;
    case DP_ASK_WINDOW:
    case DP_ASK_PERIOD:
        take_detail(question, inquiry, reply);
    }
}
