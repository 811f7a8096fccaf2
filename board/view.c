#include "board/view.h"

#include <stdlib.h>

#include "board/detail.h"
#include "board/json.h"
#include "common/memory.h"

#define WALL_MS       INT64_C(3600000) /* of trends */
#define VIEW_NAME_MAX 256

static bool parse_view(struct dp_str name, enum dp_view_kind *kind, struct dp_str *id)
{
    static const struct {
        const char *prefix;
        enum dp_view_kind kind;
    } kinds[] = {{"team:", DP_VIEW_TEAM}, {"agent:", DP_VIEW_AGENT}, {"queue:", DP_VIEW_QUEUE}};
    *id = (struct dp_str){0};
    if (dp_str_equal(name, DP_STR("wall")) || dp_str_equal(name, DP_STR("alerts"))) {
        *kind = *name.p == 'w' ? DP_VIEW_WALL : DP_VIEW_ALERTS;
        return true;
    }
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        size_t len = strlen(kinds[i].prefix);
        if (name.len > len && name.len < VIEW_NAME_MAX &&
            memcmp(name.p, kinds[i].prefix, len) == 0) {
            *kind = kinds[i].kind;
            *id = (struct dp_str){name.p + len, name.len - len};
            return true;
        }
    }
    return false;
}

bool dp_view_init(struct dp_view *view, struct dp_str name)
{
    struct dp_str id;
    if (!parse_view(name, &view->kind, &id))
        return false;
    view->name = dp_xmalloc(name.len + 1);
    memcpy(view->name, name.p, name.len);
    view->name[name.len] = '\0';
    view->id = (struct dp_str){view->name + (name.len - id.len), id.len};
    return true;
}

void dp_view_deinit(struct dp_view *view)
{
    free(view->name);
}

struct dp_board_scope *dp_view_subject(const struct dp_view *view, const struct dp_model *model)
{
    return view->kind == DP_VIEW_AGENT || view->kind == DP_VIEW_QUEUE
               ? dp_model_find(model, dp_str_from(view->name))
               : NULL;
}

/* What is told ----------------------------------------------------------------------------------*/

static bool concerns(const struct dp_view *view, const struct dp_board_scope *scope)
{
    switch (view->kind) {
    case DP_VIEW_WALL:
        return scope->kind != DP_SCOPE_AGENT;
    case DP_VIEW_TEAM:
        return scope->kind == DP_SCOPE_AGENT
                   ? dp_model_is_of_team(scope, view->id)
                   : scope->kind == DP_SCOPE_TEAM && dp_str_equal(scope->id, view->id);
    case DP_VIEW_AGENT:
        return scope->kind == DP_SCOPE_AGENT && dp_str_equal(scope->id, view->id);
    case DP_VIEW_QUEUE:
        return scope->kind == DP_SCOPE_QUEUE && dp_str_equal(scope->id, view->id);
    case DP_VIEW_ALERTS:
        break;
    }
    return false;
}

static void begin(struct dp_text *text, const char *event, const struct dp_model *model,
                  int64_t now_ms)
{
    text->len = 0;
    dp_text_printf(text, "event: %s\ndata: {", event);
    dp_model_write_times(model, now_ms, text);
}

static void end(struct dp_text *text)
{
    dp_text_put(text, "}\n\n");
}

void dp_view_write_beat(const struct dp_model *model, int64_t now_ms, struct dp_text *event)
{
    begin(event, "beat", model, now_ms);
    end(event);
}

/* Members of an object by the scopes' names; those alone that have changed, if so wanted. */
static void write_scopes(struct dp_text *json, const struct dp_view *view,
                         struct dp_board_scope *const *scopes, size_t count)
{
    dp_json_add_name(json, DP_STR("scopes"));
    dp_text_put(json, "{");
    for (size_t i = 0; i < count; i++)
        if (!scopes[i]->gone && concerns(view, scopes[i])) {
            dp_json_add_name(json, dp_str_from(scopes[i]->name));
            dp_model_write(scopes[i], json);
        }
    dp_text_put(json, "}");
}

/* The points from then on, of those that have got one since. */
static void write_trends(struct dp_text *json, const struct dp_view *view,
                         const struct dp_model *model, int64_t since_ms)
{
    dp_json_add_name(json, DP_STR("trends"));
    dp_text_put(json, "{");
    for (size_t i = 0; i < model->count; i++) {
        const struct dp_board_scope *scope = model->scopes[i];
        if (!scope->trend || scope->latest.at_ms < since_ms || !concerns(view, scope))
            continue;
        dp_json_add_name(json, dp_str_from(scope->name));
        dp_trend_write(scope->trend, since_ms, json);
    }
    dp_text_put(json, "}");
}

void dp_view_write_snapshot(const struct dp_view *view, const struct dp_model *model,
                            int64_t now_ms, struct dp_text *event)
{
    const struct dp_board_scope *subject = dp_view_subject(view, model);
    begin(event, "snapshot", model, now_ms);
    dp_json_add_text(event, "view", dp_str_from(view->name));
    dp_json_add_raw(event, "pipeline", dp_text_str(&model->meta));
    write_scopes(event, view, model->scopes, model->count);
    write_trends(event, view, model, view->kind == DP_VIEW_WALL ? now_ms - WALL_MS : 0);
    dp_json_add_raw(event, "alerts", dp_text_str(&model->alerts.json));
    if (subject && subject->detail) {
        dp_json_add_name(event, DP_STR("detail"));
        dp_detail_write(subject->detail, false, event);
    }
    end(event);
}

bool dp_view_write_delta(const struct dp_view *view, const struct dp_model *model, int64_t now_ms,
                         struct dp_text *event)
{
    const struct dp_board_scope *subject = dp_view_subject(view, model);
    bool any = model->alerts_changed || model->trends_changed || model->link_changed;
    for (size_t i = 0; !any && i < model->changed_count; i++)
        any = concerns(view, model->changed[i]);
    if (!any)
        return false;
    begin(event, "delta", model, now_ms);
    write_scopes(event, view, model->changed, model->changed_count);
    dp_json_add_name(event, DP_STR("gone"));
    dp_text_put(event, "[");
    for (size_t i = 0; i < model->changed_count; i++)
        if (model->changed[i]->gone && concerns(view, model->changed[i])) {
            if (event->p[event->len - 1] != '[')
                dp_text_put(event, ",");
            dp_json_add_string(event, dp_str_from(model->changed[i]->name));
        }
    dp_text_put(event, "]");
    if (model->trends_changed)
        write_trends(event, view, model, model->noted_ms);
    if (model->alerts_changed)
        dp_json_add_raw(event, "alerts", dp_text_str(&model->alerts.json));
    if (subject && subject->detail &&
        (subject->detail->windows_changed || subject->detail->periods_changed)) {
        dp_json_add_name(event, DP_STR("detail"));
        dp_detail_write(subject->detail, true, event);
    }
    end(event);
    return true;
}
