/* A report as one JSON object. */
#include <stdlib.h>
#include <yyjson.h>

#include "app/report_format.h"
#include "app/report_text.h"

#define MILLION 1e6

struct json {
    yyjson_mut_doc *doc;
    const struct dp_report *report;
};

static yyjson_mut_val *number(struct json *json, const struct dp_report_value *value,
                              enum dp_text_unit unit)
{
    if (!value->text)
        return yyjson_mut_null(json->doc);
    switch (unit) {
    case DP_TEXT_SHARE:
    case DP_TEXT_SCORE:
    case DP_TEXT_RATIO:
        return yyjson_mut_real(json->doc, (double)value->number / MILLION);
    case DP_TEXT_FLAG:
        return yyjson_mut_bool(json->doc, value->number != 0);
    case DP_TEXT_WORDS:
        return yyjson_mut_str(json->doc, value->text);
    default:
        return yyjson_mut_sint(json->doc, value->number);
    }
}

static yyjson_mut_val *classes(struct json *json, const struct dp_report_scope *scope, int field)
{
    int64_t counts[DP_CLASSES];
    return dp_report_classes(scope, field, counts)
               ? yyjson_mut_arr_with_sint64(json->doc, counts, DP_CLASSES)
               : yyjson_mut_null(json->doc);
}

static void add_points(struct json *json, yyjson_mut_val *object,
                       const struct dp_report_scope *scope)
{
    yyjson_mut_val *dimensions = yyjson_mut_obj(json->doc);
    for (size_t i = 0; i < scope->points_count; i++) {
        const struct dp_report_points *points = &scope->points[i];
        yyjson_mut_val *dimension = yyjson_mut_obj_get(dimensions, points->dimension);
        int64_t weight = dp_report_weight(json->report, points->dimension);
        if (!dimension) {
            dimension = yyjson_mut_obj(json->doc);
            yyjson_mut_obj_add_val(json->doc, dimensions, points->dimension, dimension);
            yyjson_mut_obj_add_null(json->doc, dimension, "points");
            if (weight)
                yyjson_mut_obj_add_real(json->doc, dimension, "weight", (double)weight / MILLION);
            yyjson_mut_obj_add_val(json->doc, dimension, "measures", yyjson_mut_obj(json->doc));
        }
        yyjson_mut_val *value = number(json, &points->value, DP_TEXT_SCORE);
        if (points->measure)
            yyjson_mut_obj_add_val(json->doc, yyjson_mut_obj_get(dimension, "measures"),
                                   points->measure, value);
        else
            yyjson_mut_obj_put(dimension, yyjson_mut_str(json->doc, "points"), value);
    }
    yyjson_mut_obj_add_val(json->doc, object, "points", dimensions);
}

static void add_quota(struct json *json, yyjson_mut_val *object,
                      const struct dp_report_scope *scope)
{
    struct dp_report_quota quota = dp_report_quota(json->report, scope);
    if (quota.present)
        yyjson_mut_obj_add_int(json->doc, object, "quality_missing", quota.missing);
    else
        yyjson_mut_obj_add_null(json->doc, object, "quality_missing");
    if (scope->kind != DP_REPORT_AGENT) {
        yyjson_mut_obj_add_int(json->doc, object, "agents_with_quota", quota.agents);
        yyjson_mut_obj_add_int(json->doc, object, "agents_below_quota", quota.below);
    }
}

static yyjson_mut_val *scope_object(struct json *json, const struct dp_report_scope *scope,
                                    const char *name)
{
    yyjson_mut_val *object = yyjson_mut_obj(json->doc);
    bool agent = scope->kind == DP_REPORT_AGENT;
    if (name)
        yyjson_mut_obj_add_str(json->doc, object, name, scope->id);
    for (int field = 0; field < DP_TEXT_FIELDS; field++) {
        const struct dp_figure_text *text = dp_figure_text(field);
        if (!dp_report_shows(json->report, field) || (text->agents_only && !agent))
            continue;
        yyjson_mut_obj_add_val(json->doc, object, text->name,
                               text->unit == DP_TEXT_CLASSES
                                   ? classes(json, scope, field)
                                   : number(json, &scope->values[field], text->unit));
    }
    if (json->report->quality)
        add_quota(json, object, scope);
    else if (agent)
        add_points(json, object, scope);
    return object;
}

static void add_scopes(struct json *json, yyjson_mut_val *root, const char *list, const char *name,
                       const struct dp_report_scopes *scopes)
{
    yyjson_mut_val *array = yyjson_mut_arr(json->doc);
    for (size_t i = 0; i < scopes->count; i++)
        yyjson_mut_arr_append(array, scope_object(json, &scopes->items[i], name));
    yyjson_mut_obj_add_val(json->doc, root, list, array);
}

static void add_period(struct json *json, yyjson_mut_val *root)
{
    const struct dp_report *report = json->report;
    char first[DP_PERIOD_LABEL], last[DP_PERIOD_LABEL];
    dp_report_day_label(report->period.first_day, first);
    dp_report_day_label(report->period.first_day + report->period.days - 1, last);
    yyjson_mut_val *period = yyjson_mut_obj(json->doc);
    yyjson_mut_obj_add_str(json->doc, period, "label", report->label);
    yyjson_mut_obj_add_str(json->doc, period, "kind", dp_period_kind_names[report->period.kind]);
    yyjson_mut_obj_add_strcpy(json->doc, period, "first_day", first);
    yyjson_mut_obj_add_strcpy(json->doc, period, "last_day", last);
    yyjson_mut_obj_add_str(json->doc, period, "timezone", report->timezone);
    if (report->focus.found) {
        yyjson_mut_obj_add_int(json->doc, period, "from_ms", report->focus.from_ms);
        yyjson_mut_obj_add_int(json->doc, period, "to_ms", report->focus.to_ms);
        yyjson_mut_obj_add_int(json->doc, period, "as_of_ms", report->focus.as_of_ms);
    }
    yyjson_mut_obj_add_val(json->doc, root, "period", period);
}

static void add_definitions(struct json *json, yyjson_mut_val *root)
{
    yyjson_mut_val *definitions = yyjson_mut_obj(json->doc);
    for (int field = 0; field < DP_TEXT_FIELDS; field++)
        if (dp_report_shows(json->report, field))
            yyjson_mut_obj_add_str(json->doc, definitions, dp_figure_text(field)->name,
                                   dp_figure_text(field)->definition);
    if (!json->report->quality)
        yyjson_mut_obj_add_str(json->doc, definitions, "points", DP_POINTS_DEFINITION);
    yyjson_mut_obj_add_val(json->doc, root, "definitions", definitions);
}

void dp_report_write_json(const struct dp_report *report, FILE *out)
{
    struct json json = {.doc = yyjson_mut_doc_new(NULL), .report = report};
    yyjson_mut_val *root = yyjson_mut_obj(json.doc);
    size_t len = 0;
    yyjson_mut_doc_set_root(json.doc, root);
    yyjson_mut_obj_add_int(json.doc, root, "v", 1);
    yyjson_mut_obj_add_str(json.doc, root, "report", report->quality ? "quality" : "period");
    add_period(&json, root);
    yyjson_mut_obj_add_str(json.doc, root, "scope", dp_report_kind_names[report->focus.kind]);
    yyjson_mut_obj_add_str(json.doc, root, "id", report->focus.id);
    yyjson_mut_obj_add_val(json.doc, root, "figures", scope_object(&json, &report->focus, NULL));
    add_scopes(&json, root, "teams", "team", &report->teams);
    add_scopes(&json, root, "queues", "queue", &report->queues);
    add_scopes(&json, root, "agents", "agent", &report->agents);
    add_scopes(&json, root, "days", "day", &report->days);
    add_definitions(&json, root);
    char *text = yyjson_mut_write(json.doc, YYJSON_WRITE_PRETTY, &len);
    if (!text) { /* all text is UTF-8 and all numbers are finite */
        fputs("deskpulse report: out of memory\n", stderr);
        exit(1);
    }
    fwrite(text, 1, len, out);
    fputc('\n', out);
    free(text);
    yyjson_mut_doc_free(json.doc);
}
