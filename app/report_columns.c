#include "app/report_columns.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/report_text.h"

static enum dp_grid_mark mark_of(const struct dp_report_scope *scope, int field)
{
    const struct dp_report_value *value = &scope->values[field];
    if (!value->text)
        return DP_MARK_NONE;
    switch (field) {
    case DP_TEXT_OF_BAND:
        return strcmp(value->text, "excellent") == 0 ? DP_MARK_GOOD : DP_MARK_BAD;
    case DP_TEXT_OF_AWARDS:
        return DP_MARK_GOOD;
    case DP_TEXT_OF_WARNINGS:
        return DP_MARK_BAD;
    case DP_TEXT_OF_QUALITY_QUOTA_MET:
        return value->number ? DP_MARK_NONE : DP_MARK_BAD;
    case DP_FIGURE_QUALITY_FATALS:
        return value->number ? DP_MARK_BAD : DP_MARK_NONE;
    default:
        return DP_MARK_NONE;
    }
}

void dp_columns_add_field(struct dp_grid *grid, const struct dp_report_scope *scope, int field)
{
    char buf[DP_REPORT_TEXT];
    dp_grid_add(grid, dp_report_show(scope, field, buf), mark_of(scope, field));
}

void dp_columns_add_count(struct dp_grid *grid, bool present, int64_t count, bool bad)
{
    char text[DP_REPORT_TEXT];
    snprintf(text, sizeof text, "%" PRId64, count);
    dp_grid_add(grid, present ? text : DP_REPORT_ABSENT,
                present && bad && count ? DP_MARK_BAD : DP_MARK_NONE);
}

static void add_rank(struct dp_grid *grid, const struct dp_report_scope *scope)
{
    char text[DP_REPORT_TEXT];
    const struct dp_report_value *rank = &scope->values[DP_TEXT_OF_RANK];
    const struct dp_report_value *ranked = &scope->values[DP_TEXT_OF_RANKED];
    snprintf(text, sizeof text, ranked->text ? "%" PRId64 " of %" PRId64 : "%" PRId64, rank->number,
             ranked->number);
    dp_grid_add(grid, rank->text ? text : DP_REPORT_ABSENT, DP_MARK_NONE);
}

static void add_points(struct dp_grid *grid, const struct dp_report_scope *scope,
                       const struct dp_report_points_name *name)
{
    char text[DP_REPORT_TEXT] = DP_REPORT_ABSENT;
    const struct dp_report_points *points =
        dp_report_points_find(scope, name->dimension, name->measure);
    if (points)
        dp_report_number(DP_TEXT_SCORE, points->value.number, text);
    dp_grid_add(grid, text, DP_MARK_NONE);
}

/* ---------------------------------------------------------------- tables of scopes */

static void add_points_columns(struct dp_grid *grid, const struct dp_report_points_name *names,
                               size_t count)
{
    char buf[DP_REPORT_TEXT];
    for (size_t i = 0; i < count; i++)
        dp_grid_add_column(
            grid, dp_report_name(names[i].measure ? names[i].measure : names[i].dimension, buf),
            DP_POINTS_DEFINITION, true);
}

void dp_columns_add(const struct dp_columns *columns, struct dp_grid *grid, const char *name,
                    const int *list)
{
    for (; *list != DP_COLUMN_END; list++) {
        switch (*list) {
        case DP_COLUMN_NAME:
            dp_grid_add_column(grid, name, NULL, false);
            break;
        case DP_COLUMN_RANK:
            dp_grid_add_column(grid, "rank", dp_figure_text(DP_TEXT_OF_RANK)->definition, true);
            break;
        case DP_COLUMN_DIMENSIONS:
            add_points_columns(grid, columns->dimensions, columns->dimension_count);
            break;
        case DP_COLUMN_MEASURES:
            add_points_columns(grid, columns->measures, columns->measure_count);
            break;
        case DP_COLUMN_MISSING:
            dp_grid_add_column(grid, "missing", DP_MISSING_DEFINITION, true);
            break;
        case DP_COLUMN_AGENTS:
            dp_grid_add_column(grid, "agents with a quota", NULL, true);
            break;
        case DP_COLUMN_BELOW:
            dp_grid_add_column(grid, "agents below quota", NULL, true);
            break;
        default:;
            const struct dp_figure_text *text = dp_figure_text(*list);
            dp_grid_add_column(grid, text->label,
                               *list == DP_TEXT_OF_TEAM ? NULL : text->definition,
                               text->unit != DP_TEXT_WORDS);
        }
    }
}

void dp_columns_add_row(const struct dp_columns *columns, struct dp_grid *grid,
                        const struct dp_report_scope *scope, const int *list)
{
    struct dp_report_quota quota = dp_report_quota(columns->report, scope);
    for (; *list != DP_COLUMN_END; list++) {
        switch (*list) {
        case DP_COLUMN_NAME:
            dp_grid_add(grid, scope->id, DP_MARK_NONE);
            break;
        case DP_COLUMN_RANK:
            add_rank(grid, scope);
            break;
        case DP_COLUMN_DIMENSIONS:
            for (size_t i = 0; i < columns->dimension_count; i++)
                add_points(grid, scope, &columns->dimensions[i]);
            break;
        case DP_COLUMN_MEASURES:
            for (size_t i = 0; i < columns->measure_count; i++)
                add_points(grid, scope, &columns->measures[i]);
            break;
        case DP_COLUMN_MISSING:
            dp_columns_add_count(grid, quota.present, quota.missing, true);
            break;
        case DP_COLUMN_AGENTS:
            dp_columns_add_count(grid, quota.present, quota.agents, false);
            break;
        case DP_COLUMN_BELOW:
            dp_columns_add_count(grid, quota.present, quota.below, true);
            break;
        default:
            dp_columns_add_field(grid, scope, *list);
        }
    }
}

void dp_columns_init(struct dp_columns *columns, const struct dp_report *report)
{
    columns->report = report;
    columns->dimensions = dp_report_points_names(report, false, &columns->dimension_count);
    columns->measures = dp_report_points_names(report, true, &columns->measure_count);
}

void dp_columns_deinit(struct dp_columns *columns)
{
    free(columns->dimensions);
    free(columns->measures);
}
