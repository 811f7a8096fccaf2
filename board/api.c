#include "board/api.h"

#include "app/figure_text.h"
#include "board/detail.h"
#include "board/json.h"
#include "common/clock.h"

static void begin(const struct dp_model *model, struct dp_text *json)
{
    dp_text_put(json, "{");
    dp_model_write_times(model, dp_wall_ms(), json);
}

void dp_api_write_meta(const struct dp_model *model, struct dp_str settings,
                       const struct dp_visitor *visitor, bool may_login, struct dp_text *json)
{
    begin(model, json);
    dp_json_add_integer(json, "v", 1);
    dp_text_put(json, ",");
    dp_text_add(json, settings);
    dp_json_add_text(json, "right",
                     visitor->right == DP_RIGHT_ACK ? DP_STR("ack") : DP_STR("read"));
    dp_json_add_raw(json, "may_login", may_login ? DP_STR("true") : DP_STR("false"));
    if (*visitor->user)
        dp_json_add_text(json, "user", dp_str_from(visitor->user));
    dp_json_add_integer(json, "left_out", (int64_t)model->left_out);
    dp_json_add_raw(json, "pipeline", dp_text_str(&model->meta));
    dp_text_put(json, "}");
}

static void add_scope(const struct dp_board_scope *scope, struct dp_text *json)
{
    if (json->p[json->len - 1] != '[')
        dp_text_put(json, ",");
    dp_model_write(scope, json);
}

void dp_api_write_list(const struct dp_model *model, enum dp_scope_kind kind, struct dp_text *json)
{
    static const char *const names[] = {"", "agents", "teams", "queues"};
    begin(model, json);
    dp_json_add_name(json, dp_str_from(names[kind]));
    dp_text_put(json, "[");
    for (size_t i = 0; i < model->count; i++)
        if (model->scopes[i]->kind == kind)
            add_scope(model->scopes[i], json);
    dp_text_put(json, "]");
    if (kind == DP_SCOPE_QUEUE) {
        dp_json_add_name(json, DP_STR("all"));
        dp_model_write(model->all, json);
    }
    dp_text_put(json, "}");
}

void dp_api_write_scope(const struct dp_model *model, const struct dp_board_scope *scope,
                        struct dp_text *json)
{
    begin(model, json);
    dp_json_add_name(json, dp_str_from(dp_scope_kind_names[scope->kind]));
    dp_model_write(scope, json);
    if (scope->detail) {
        dp_json_add_name(json, DP_STR("detail"));
        dp_detail_write(scope->detail, false, json);
    }
    if (scope->trend) {
        dp_json_add_name(json, DP_STR("trend"));
        dp_trend_write(scope->trend, 0, json);
    }
    if (scope->kind == DP_SCOPE_TEAM) {
        dp_json_add_name(json, DP_STR("agents"));
        dp_text_put(json, "[");
        for (size_t i = 0; i < model->count; i++)
            if (model->scopes[i]->kind == DP_SCOPE_AGENT &&
                dp_model_is_of_team(model->scopes[i], scope->id))
                add_scope(model->scopes[i], json);
        dp_text_put(json, "]");
    }
    dp_text_put(json, "}");
}

void dp_api_write_alerts(const struct dp_model *model, struct dp_text *json)
{
    begin(model, json);
    dp_json_add_raw(json, "alerts", dp_text_str(&model->alerts.json));
    dp_text_put(json, "}");
}

void dp_api_write_figures(struct dp_text *json)
{
    static const char *const units[] = {
        [DP_TEXT_COUNT] = "count", [DP_TEXT_MS] = "ms",          [DP_TEXT_SHARE] = "share",
        [DP_TEXT_SCORE] = "score", [DP_TEXT_RATIO] = "ratio",    [DP_TEXT_FLAG] = "flag",
        [DP_TEXT_WORDS] = "words", [DP_TEXT_CLASSES] = "classes"};
    dp_text_put(json, "{\"figures\":{");
    for (int field = 0; field < DP_TEXT_FIELDS; field++) {
        const struct dp_figure_text *text = dp_figure_text(field);
        dp_json_add_name(json, dp_str_from(text->name));
        dp_text_put(json, "{");
        dp_json_add_text(json, "unit", dp_str_from(units[text->unit]));
        dp_json_add_text(json, "group", dp_str_from(dp_group_names[text->group]));
        dp_json_add_text(json, "label", dp_str_from(text->label));
        dp_json_add_text(json, "definition", dp_str_from(text->definition));
        dp_text_put(json, "}");
    }
    dp_text_put(json, "}}");
}

void dp_api_write_error(const char *error, struct dp_text *json)
{
    dp_text_put(json, "{");
    dp_json_add_text(json, "error", dp_str_from(error));
    dp_text_put(json, "}");
}
