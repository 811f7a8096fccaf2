#include "app/report_grids.h"

#include <stdlib.h>
#include <string.h>

#include "app/report_columns.h"
#include "app/report_text.h"
#include "common/memory.h"

static void finish(struct dp_grids *grids, struct dp_grid *grid)
{
    if (dp_grid_rows(grid) == 0) {
        dp_grid_deinit(grid);
        return;
    }
    grids->items = dp_xgrow(grids->items, grids->count, &grids->capacity, sizeof *grids->items);
    grids->items[grids->count++] = *grid;
}

static bool every(const struct dp_report_scope *scope)
{
    (void)scope;
    return true;
}

static bool is_below_quota(const struct dp_report_scope *agent)
{
    return dp_report_quota(NULL, agent).below > 0;
}

static bool has_fatals(const struct dp_report_scope *agent)
{
    return agent->values[DP_FIGURE_QUALITY_FATALS].number > 0;
}

static void add_scopes(struct dp_grids *grids, const struct dp_columns *table, const char *title,
                       const char *name, const struct dp_report_scopes *scopes, const int *columns,
                       bool (*chosen)(const struct dp_report_scope *))
{
    struct dp_grid grid;
    dp_grid_init(&grid, title);
    dp_columns_add(table, &grid, name, columns);
    for (size_t i = 0; i < scopes->count; i++)
        if (chosen(&scopes->items[i]))
            dp_columns_add_row(table, &grid, &scopes->items[i], columns);
    finish(grids, &grid);
}

/* ---------------------------------------------------------------- tables of one scope */

static void add_figure_columns(struct dp_grid *grid)
{
    grid->figures = true;
    dp_grid_add_column(grid, "figure", NULL, false);
    dp_grid_add_column(grid, "value", NULL, true);
    dp_grid_add_column(grid, "what it says", NULL, false);
}

static void add_group(struct dp_grids *grids, const struct dp_report *report, int group)
{
    struct dp_grid grid;
    bool agent = report->focus.kind == DP_REPORT_AGENT;
    dp_grid_init(&grid, dp_group_names[group]);
    add_figure_columns(&grid);
    for (int field = 0; field < DP_TEXT_FIELDS; field++) {
        const struct dp_figure_text *text = dp_figure_text(field);
        if ((int)text->group != group || text->unit == DP_TEXT_CLASSES ||
            !dp_report_shows(report, field) ||
            (!agent && (text->agents_only ||
                        (field >= DP_FIGURE_OCCUPANCY && field <= DP_FIGURE_CONCURRENCY))))
            continue;
        dp_grid_add(&grid, text->label, DP_MARK_NONE);
        dp_columns_add_field(&grid, &report->focus, field);
        dp_grid_add(&grid, text->definition, DP_MARK_NONE);
    }
    finish(grids, &grid);
}

static void add_quota(struct dp_grids *grids, const struct dp_report *report)
{
    struct dp_report_quota quota = dp_report_quota(report, &report->focus);
    struct dp_grid grid;
    dp_grid_init(&grid, "Quota");
    add_figure_columns(&grid);
    if (report->focus.kind != DP_REPORT_AGENT) {
        dp_grid_add(&grid, "agents with a quota", DP_MARK_NONE);
        dp_columns_add_count(&grid, quota.present, quota.agents, false);
        dp_grid_add(&grid, "Agents from whom quality checks are wanted in the period.",
                    DP_MARK_NONE);
        dp_grid_add(&grid, "agents below quota", DP_MARK_NONE);
        dp_columns_add_count(&grid, quota.present, quota.below, true);
        dp_grid_add(&grid, "Of these, with fewer checks than wanted.", DP_MARK_NONE);
    }
    dp_grid_add(&grid, "checks missing", DP_MARK_NONE);
    dp_columns_add_count(&grid, quota.present, quota.missing, true);
    dp_grid_add(&grid, DP_MISSING_DEFINITION, DP_MARK_NONE);
    finish(grids, &grid);
}

/* An agent's scorecard: each dimension, and the measures in it; then the dimensions that are
 * absent. */
static void add_profile(struct dp_grids *grids, const struct dp_columns *table)
{
    const struct dp_report_scope *agent = &table->report->focus;
    char buf[DP_REPORT_TEXT];
    struct dp_grid grid;
    dp_grid_init(&grid, "Points by dimension and measure");
    dp_grid_add_column(&grid, "dimension", NULL, false);
    dp_grid_add_column(&grid, "measure", NULL, false);
    dp_grid_add_column(&grid, "value", NULL, true);
    dp_grid_add_column(&grid, "points", DP_POINTS_DEFINITION, true);
    dp_grid_add_column(&grid, "weight", "The dimension's share of the score.", true);
    for (size_t i = 0; i < agent->points_count; i++) {
        const struct dp_report_points *points = &agent->points[i];
        int field = points->measure ? dp_figure_text_find(dp_str_from(points->measure)) : -1;
        int64_t weight = points->measure ? 0 : dp_report_weight(table->report, points->dimension);
        dp_grid_add(&grid, dp_report_name(points->dimension, buf), DP_MARK_NONE);
        dp_grid_add(&grid, points->measure ? dp_report_name(points->measure, buf) : "",
                    DP_MARK_NONE);
        dp_grid_add(&grid, field >= 0 ? dp_report_show(agent, field, buf) : "", DP_MARK_NONE);
        dp_report_number(DP_TEXT_SCORE, points->value.number, buf);
        dp_grid_add(&grid, buf, DP_MARK_NONE);
        dp_report_number(DP_TEXT_SHARE, weight, buf);
        dp_grid_add(&grid, weight ? buf : "", DP_MARK_NONE);
    }
    for (size_t i = 0; i < table->report->scorecard->dimension_count; i++) {
        const struct dp_card_dimension *dimension = &table->report->scorecard->dimensions[i];
        if (dp_report_points_find(agent, dimension->name, NULL))
            continue;
        dp_grid_add(&grid, dp_report_name(dimension->name, buf), DP_MARK_NONE);
        dp_grid_add(&grid, "", DP_MARK_NONE);
        dp_grid_add(&grid, "", DP_MARK_NONE);
        dp_grid_add(&grid, DP_REPORT_ABSENT, DP_MARK_NONE);
        dp_report_number(DP_TEXT_SHARE, dimension->weight, buf);
        dp_grid_add(&grid, buf, DP_MARK_NONE);
    }
    finish(grids, &grid);
}

static void add_distribution(struct dp_grids *grids, const struct dp_report_scope *scope)
{
    int64_t responses[DP_CLASSES], handles[DP_CLASSES];
    bool has_responses = dp_report_classes(scope, DP_TEXT_OF_RESPONSE_COUNTS, responses);
    bool has_handles = dp_report_classes(scope, DP_TEXT_OF_HANDLE_COUNTS, handles);
    struct dp_grid grid;
    char text[DP_REPORT_TEXT];
    dp_grid_init(&grid, "Response and handling times by size");
    dp_grid_add_column(&grid, "time", NULL, false);
    dp_grid_add_column(&grid, "responses", dp_figure_text(DP_FIGURE_RESPONSES)->definition, true);
    dp_grid_add_column(&grid, "handles", dp_figure_text(DP_FIGURE_HANDLES)->definition, true);
    for (int i = 0; (has_responses || has_handles) && i < DP_CLASSES; i++) {
        dp_report_class(i, text);
        dp_grid_add(&grid, text, DP_MARK_NONE);
        dp_columns_add_count(&grid, has_responses, responses[i], false);
        dp_columns_add_count(&grid, has_handles, handles[i], false);
    }
    finish(grids, &grid);
}

/* ---------------------------------------------------------------- reports */

static void add_period(struct dp_grids *grids, const struct dp_columns *table)
{
    static const int teams[] = {DP_COLUMN_NAME,
                                DP_FIGURE_OFFERED,
                                DP_FIGURE_RESPONSES,
                                DP_FIGURE_SERVICE_LEVEL,
                                DP_FIGURE_RESPONSE_MEAN,
                                DP_FIGURE_HANDLES,
                                DP_FIGURE_HANDLE_MEAN,
                                DP_FIGURE_RESOLUTION_RATE,
                                DP_FIGURE_FCR_RATE,
                                DP_FIGURE_SATISFACTION_MEAN,
                                DP_FIGURE_COMPLAINTS,
                                DP_FIGURE_QUALITY_MEAN,
                                DP_COLUMN_END};
    static const int queues[] = {DP_COLUMN_NAME,          DP_FIGURE_OFFERED,
                                 DP_FIGURE_RESPONSES,     DP_FIGURE_ABANDONS,
                                 DP_FIGURE_SERVICE_LEVEL, DP_FIGURE_ANSWER_RATE,
                                 DP_FIGURE_RESPONSE_MEAN, DP_FIGURE_RESPONSE_P90,
                                 DP_FIGURE_HANDLE_MEAN,   DP_FIGURE_RESOLUTION_RATE,
                                 DP_FIGURE_FCR_RATE,      DP_COLUMN_END};
    static const int agents[] = {DP_TEXT_OF_TEAM,      DP_COLUMN_RANK,      DP_COLUMN_NAME,
                                 DP_TEXT_OF_SCORE,     DP_TEXT_OF_COVERAGE, DP_TEXT_OF_BAND,
                                 DP_COLUMN_DIMENSIONS, DP_TEXT_OF_VOLUME,   DP_TEXT_OF_AWARDS,
                                 DP_TEXT_OF_WARNINGS,  DP_COLUMN_END};
    static const int measures[] = {DP_TEXT_OF_TEAM, DP_COLUMN_RANK, DP_COLUMN_NAME,
                                   DP_COLUMN_MEASURES, DP_COLUMN_END};
    static const int days[] = {DP_COLUMN_NAME,
                               DP_FIGURE_RESPONSES,
                               DP_FIGURE_SERVICE_LEVEL,
                               DP_FIGURE_RESPONSE_MEAN,
                               DP_FIGURE_HANDLES,
                               DP_FIGURE_HANDLE_MEAN,
                               DP_FIGURE_RESOLUTION_RATE,
                               DP_FIGURE_SATISFACTION_MEAN,
                               DP_COLUMN_END};
    const struct dp_report *report = table->report;
    if (report->focus.kind == DP_REPORT_AGENT) {
        add_group(grids, report, DP_GROUP_SCORECARD);
        add_profile(grids, table);
    }
    for (int group = 0; group < DP_GROUP_SCORECARD; group++)
        add_group(grids, report, group);
    add_distribution(grids, &report->focus);
    add_scopes(grids, table, "Teams", "team", &report->teams, teams, every);
    add_scopes(grids, table, "Queues", "queue", &report->queues, queues, every);
    add_scopes(grids, table, "Agents by score", "agent", &report->agents, agents, every);
    if (table->measure_count)
        add_scopes(grids, table, "Points by measure", "agent", &report->agents, measures, every);
    add_scopes(grids, table, "Day by day", "day", &report->days, days, every);
}

static void add_quality(struct dp_grids *grids, const struct dp_columns *table)
{
    static const int teams[] = {DP_COLUMN_NAME,         DP_FIGURE_QUALITY_CHECKS,
                                DP_FIGURE_QUALITY_MEAN, DP_FIGURE_QUALITY_FATALS,
                                DP_COLUMN_AGENTS,       DP_COLUMN_BELOW,
                                DP_COLUMN_MISSING,      DP_COLUMN_END};
    static const int agents[] = {DP_TEXT_OF_TEAM,
                                 DP_COLUMN_NAME,
                                 DP_FIGURE_QUALITY_CHECKS,
                                 DP_TEXT_OF_QUALITY_QUOTA,
                                 DP_TEXT_OF_QUALITY_QUOTA_MET,
                                 DP_COLUMN_MISSING,
                                 DP_FIGURE_QUALITY_MEAN,
                                 DP_FIGURE_QUALITY_FATALS,
                                 DP_COLUMN_END};
    const struct dp_report *report = table->report;
    add_group(grids, report, DP_GROUP_QUALITY);
    add_quota(grids, report);
    add_scopes(grids, table, "Below quota", "agent", &report->agents, agents, is_below_quota);
    add_scopes(grids, table, "Fatal findings", "agent", &report->agents, agents, has_fatals);
    add_scopes(grids, table, "Teams", "team", &report->teams, teams, every);
    add_scopes(grids, table, "Agents", "agent", &report->agents, agents, every);
}

void dp_report_grids_init(struct dp_grids *grids, const struct dp_report *report)
{
    struct dp_columns table;
    *grids = (struct dp_grids){0};
    dp_columns_init(&table, report);
    if (report->quality)
        add_quality(grids, &table);
    else
        add_period(grids, &table);
    dp_columns_deinit(&table);
}

void dp_report_grids_deinit(struct dp_grids *grids)
{
    for (size_t i = 0; i < grids->count; i++)
        dp_grid_deinit(&grids->items[i]);
    free(grids->items);
    *grids = (struct dp_grids){0};
}
