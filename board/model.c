#include "board/model.h"

#include <stdlib.h>
#include <xxhash.h>

#include "board/detail.h"
#include "board/json.h"
#include "common/log.h"
#include "common/memory.h"

static uint64_t hash_of(struct dp_str name)
{
    return XXH3_64bits(name.p, name.len);
}

void dp_model_init(struct dp_model *model)
{
    *model = (struct dp_model){0};
    model->all = dp_model_add(model, DP_STR("all"));
}

static void destroy(struct dp_board_scope *scope)
{
    for (size_t i = 0; i < DP_PARTS; i++)
        dp_text_deinit(&scope->parts[i]);
    dp_detail_destroy(scope->detail);
    free(scope->trend);
    free(scope->team);
    free(scope->team_before);
    free(scope->name);
    free(scope);
}

void dp_model_deinit(struct dp_model *model)
{
    for (size_t i = 0; i < model->count; i++)
        destroy(model->scopes[i]);
    free(model->scopes);
    free(model->changed);
    dp_index_deinit(&model->index);
    dp_text_deinit(&model->meta);
    dp_text_deinit(&model->alerts.json);
    dp_text_deinit(&model->alerts.active);
    dp_text_deinit(&model->alerts.ended);
}

struct dp_board_scope *dp_model_find(const struct dp_model *model, struct dp_str name)
{
    uint64_t hash = hash_of(name);
    for (void **slot = dp_index_first(&model->index, hash); slot;
         slot = dp_index_next(&model->index, hash, slot)) {
        struct dp_board_scope *scope = *slot;
        if (dp_str_equal(dp_str_from(scope->name), name))
            return scope;
    }
    return NULL;
}

/* Which kind a name is of, and the id in it; DP_SCOPE_KINDS: none. */
static enum dp_scope_kind parse(struct dp_str name, struct dp_str *id)
{
    const char *colon = name.len ? memchr(name.p, ':', name.len) : NULL;
    struct dp_str kind = {name.p, colon ? (size_t)(colon - name.p) : name.len};
    *id =
        (struct dp_str){name.p + kind.len + (colon != NULL), name.len - kind.len - (colon != NULL)};
    for (size_t i = 0; i < DP_SCOPE_KINDS; i++)
        if (dp_str_equal(kind, dp_str_from(dp_scope_kind_names[i])) &&
            (i == DP_SCOPE_ALL) == (id->len == 0) && memchr(name.p, '\0', name.len) == NULL)
            return (enum dp_scope_kind)i;
    return DP_SCOPE_KINDS;
}

struct dp_board_scope *dp_model_add(struct dp_model *model, struct dp_str name)
{
    struct dp_str id;
    enum dp_scope_kind kind = parse(name, &id);
    if (kind == DP_SCOPE_KINDS)
        return NULL;
    if (model->count == DP_MODEL_SCOPES_MAX) {
        if (model->left_out++ == 0)
            dp_log(DP_LOG_WARN, "more agents, teams and queues than the board shows", "most=%d",
                   DP_MODEL_SCOPES_MAX);
        return NULL;
    }
    struct dp_board_scope *scope = dp_xcalloc(1, sizeof *scope);
    scope->kind = kind;
    scope->name = dp_xmalloc(name.len + 1);
    memcpy(scope->name, name.p, name.len);
    scope->name[name.len] = '\0';
    scope->id = (struct dp_str){scope->name + (name.len - id.len), id.len};
    scope->latest = (struct dp_trend_point){0, DP_TREND_ABSENT, DP_TREND_ABSENT};
    model->scopes =
        dp_xgrow(model->scopes, model->count, &model->capacity, sizeof(struct dp_board_scope *));
    model->scopes[model->count++] = scope;
    dp_index_add(&model->index, hash_of(name), scope);
    dp_model_touch(model, scope);
    return scope;
}

void dp_model_set_part(struct dp_model *model, struct dp_board_scope *scope, enum dp_part part,
                       struct dp_text *json)
{
    if (dp_str_equal(dp_text_str(json), dp_text_str(&scope->parts[part]))) {
        dp_text_deinit(json);
        return;
    }
    dp_text_deinit(&scope->parts[part]);
    scope->parts[part] = *json;
    *json = (struct dp_text){0};
    dp_model_touch(model, scope);
}

void dp_model_set_team(struct dp_model *model, struct dp_board_scope *scope, struct dp_str team)
{
    if (scope->team && dp_str_equal(dp_str_from(scope->team), team))
        return;
    free(scope->team_before);
    scope->team_before = scope->team;
    scope->team = dp_xmalloc(team.len + 1);
    memcpy(scope->team, team.p, team.len);
    scope->team[team.len] = '\0';
    dp_model_touch(model, scope);
}

bool dp_model_is_of_team(const struct dp_board_scope *scope, struct dp_str team)
{
    return (scope->team && dp_str_equal(dp_str_from(scope->team), team)) ||
           (scope->team_before && dp_str_equal(dp_str_from(scope->team_before), team));
}

void dp_model_touch(struct dp_model *model, struct dp_board_scope *scope)
{
    if (scope->changed)
        return;
    scope->changed = true;
    model->changed = dp_xgrow(model->changed, model->changed_count, &model->changed_capacity,
                              sizeof(struct dp_board_scope *));
    model->changed[model->changed_count++] = scope;
}

void dp_model_remove(struct dp_model *model, struct dp_board_scope *scope)
{
    scope->gone = true;
    dp_model_touch(model, scope);
}

void dp_model_note_trends(struct dp_model *model, int64_t now_ms)
{
    int64_t step = model->steps < DP_TREND_EARLY_STEPS ? DP_TREND_EARLY_STEP_MS : DP_TREND_STEP_MS;
    if (now_ms - model->noted_ms < step || model->updated_ms == model->noted_updated_ms)
        return;
    bool agents = model->steps++ % DP_TREND_AGENT_STEPS == 0;
    for (size_t i = 0; i < model->count; i++) {
        struct dp_board_scope *scope = model->scopes[i];
        bool agent = scope->kind == DP_SCOPE_AGENT;
        if (scope->gone || scope->kind == DP_SCOPE_TEAM || (agent && !agents))
            continue;
        if (!scope->trend)
            scope->trend = dp_trend_create(DP_TREND_POINTS / (agent ? DP_TREND_AGENT_STEPS : 1));
        scope->latest.at_ms = now_ms;
        dp_trend_add(scope->trend, scope->latest);
    }
    model->noted_ms = now_ms;
    model->noted_updated_ms = model->updated_ms;
    model->trends_changed = true;
}

static void forget_gone(struct dp_model *model)
{
    size_t kept = 0;
    for (size_t i = 0; i < model->count; i++) {
        struct dp_board_scope *scope = model->scopes[i];
        if (!scope->gone) {
            model->scopes[kept++] = scope;
            continue;
        }
        dp_index_remove(&model->index, hash_of(dp_str_from(scope->name)), scope);
        destroy(scope);
    }
    model->count = kept;
}

void dp_model_settle(struct dp_model *model)
{
    bool any_gone = false;
    for (size_t i = 0; i < model->changed_count; i++) {
        free(model->changed[i]->team_before);
        model->changed[i]->team_before = NULL;
        model->changed[i]->changed = false;
        any_gone |= model->changed[i]->gone;
    }
    model->changed_count = 0;
    model->alerts_changed = model->trends_changed = model->link_changed = false;
    if (any_gone)
        forget_gone(model);
}

void dp_model_write_times(const struct dp_model *model, int64_t now_ms, struct dp_text *json)
{
    dp_json_add_integer(json, "now_ms", now_ms);
    dp_json_add_raw(json, "connected", model->connected ? DP_STR("true") : DP_STR("false"));
    dp_json_add_raw(json, "complete", model->complete ? DP_STR("true") : DP_STR("false"));
    dp_json_add_integer(json, "updated_ms", model->updated_ms);
}

void dp_model_write(const struct dp_board_scope *scope, struct dp_text *json)
{
    dp_text_put(json, "{");
    dp_json_add_text(json, "kind", dp_str_from(dp_scope_kind_names[scope->kind]));
    if (scope->id.len)
        dp_json_add_text(json, "id", scope->id);
    if (scope->team)
        dp_json_add_text(json, "team", dp_str_from(scope->team));
    for (size_t i = 0; i < DP_PARTS; i++)
        if (dp_fields_of(scope->kind, (enum dp_part)i))
            dp_json_add_raw(json, dp_part_names[i], dp_text_str(&scope->parts[i]));
    dp_text_put(json, "}");
}
