/* A report as one HTML page: figures at a glance, charts, then the tables. It holds no script and
 * asks nobody for anything. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/report_chart.h"
#include "app/report_format.h"
#include "app/report_grids.h"
#include "app/report_style.h"
#include "app/report_text.h"
#include "common/memory.h"

#define BARS_MAX 30 /* teams in a chart; a table has them all */

struct page {
    const struct dp_report *report;
    FILE *out;
    int charts; /* so far: they need ids of their own */
};

static void write_head(const struct page *page, const char *title, const char *span)
{
    fprintf(page->out,
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
            "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
            "style-src 'sha256-%s'; base-uri 'none'; form-action 'none'\">\n"
            "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
            "<meta name=\"referrer\" content=\"no-referrer\">\n<title>",
            dp_report_style_hash);
    dp_html_text(title, page->out);
    fprintf(page->out, "</title>\n<style>%s</style>\n</head>\n<body>\n<main>\n<header>\n<h1>",
            dp_report_style);
    dp_html_text(title, page->out);
    fputs("</h1>\n<p class=\"span\">", page->out);
    dp_html_text(span, page->out);
    fputs("</p>\n</header>\n", page->out);
}

/* ---------------------------------------------------------------- at a glance */

static void write_tile(const struct page *page, const char *label, const char *value,
                       const char *says)
{
    fputs("<div class=\"tile\"><dt>", page->out);
    dp_html_text(label, page->out);
    fputs("</dt><dd class=\"number\">", page->out);
    dp_html_text(value, page->out);
    fputs("</dd><dd class=\"says\">", page->out);
    dp_html_text(says, page->out);
    fputs("</dd></div>\n", page->out);
}

static void write_tiles(const struct page *page)
{
    static const int period[] = {DP_FIGURE_OFFERED,       DP_FIGURE_SERVICE_LEVEL,
                                 DP_FIGURE_RESPONSE_MEAN, DP_FIGURE_HANDLES,
                                 DP_FIGURE_HANDLE_MEAN,   DP_FIGURE_RESOLUTION_RATE,
                                 DP_FIGURE_FCR_RATE,      DP_FIGURE_SATISFACTION_MEAN,
                                 DP_FIGURE_QUALITY_MEAN,  DP_FIGURE_COMPLAINT_RATE};
    static const int quality[] = {DP_FIGURE_QUALITY_CHECKS, DP_FIGURE_QUALITY_MEAN,
                                  DP_FIGURE_QUALITY_FATALS};
    static const int agent[] = {DP_TEXT_OF_SCORE,          DP_TEXT_OF_RANK,
                                DP_TEXT_OF_BAND,           DP_TEXT_OF_COVERAGE,
                                DP_FIGURE_SERVICE_LEVEL,   DP_FIGURE_RESPONSE_MEAN,
                                DP_FIGURE_HANDLES,         DP_FIGURE_HANDLE_MEAN,
                                DP_FIGURE_RESOLUTION_RATE, DP_FIGURE_SATISFACTION_MEAN,
                                DP_FIGURE_QUALITY_MEAN,    DP_FIGURE_OCCUPANCY};
    const struct dp_report_scope *focus = &page->report->focus;
    bool is_agent = focus->kind == DP_REPORT_AGENT;
    const int *fields = page->report->quality ? quality : is_agent ? agent : period;
    size_t count = page->report->quality ? sizeof quality / sizeof *quality
                   : is_agent            ? sizeof agent / sizeof *agent
                                         : sizeof period / sizeof *period;
    char buf[DP_REPORT_TEXT], ranked[2 * DP_REPORT_TEXT];
    fputs("<dl class=\"tiles\">\n", page->out);
    for (size_t i = 0; i < count; i++) {
        const char *value = dp_report_show(focus, fields[i], buf);
        if (fields[i] == DP_TEXT_OF_RANK && dp_report_has(focus, DP_TEXT_OF_RANK) &&
            dp_report_has(focus, DP_TEXT_OF_RANKED)) {
            snprintf(ranked, sizeof ranked, "%s of %s", value,
                     focus->values[DP_TEXT_OF_RANKED].text);
            value = ranked;
        }
        write_tile(page, dp_figure_text(fields[i])->label, value,
                   dp_figure_text(fields[i])->definition);
    }
    fputs("</dl>\n", page->out);
}

/* ---------------------------------------------------------------- charts */

typedef void chart_fn(const struct dp_chart *chart, FILE *out);

/* The scale ends at `full`, or at the largest of the points where that is larger. */
static void write_chart(struct page *page, chart_fn *draw, const char *title, const char *says,
                        const struct dp_chart_point *points, size_t count, int64_t full,
                        enum dp_text_unit unit)
{
    char id[16], half_text[DP_REPORT_TEXT], full_text[DP_REPORT_TEXT];
    for (size_t i = 0; i < count; i++)
        if (!points[i].absent && points[i].value > (double)full)
            full = (int64_t)points[i].value;
    snprintf(id, sizeof id, "chart%d", ++page->charts);
    dp_report_number(unit, full / 2, half_text);
    dp_report_number(unit, full, full_text);
    struct dp_chart chart = {.id = id,
                             .title = title,
                             .description = says,
                             .points = points,
                             .count = count,
                             .full = (double)full,
                             .half_text = half_text,
                             .full_text = full_text};
    fputs("<figure><figcaption>", page->out);
    dp_html_text(title, page->out);
    fputs("<small>", page->out);
    dp_html_text(says, page->out);
    fputs("</small></figcaption>\n", page->out);
    draw(&chart, page->out);
    fputs("</figure>\n", page->out);
}

/* A chart of one field over scopes, each with its id or, of days, the end of it as its label. */
static void write_field(struct page *page, chart_fn *draw, const char *title, int field,
                        const struct dp_report_scope *const *scopes, size_t count, bool days)
{
    const struct dp_figure_text *text = dp_figure_text(field);
    struct dp_chart_point *points = dp_xcalloc(count, sizeof *points);
    char(*texts)[DP_REPORT_TEXT] = dp_xcalloc(count, sizeof *texts);
    size_t present = 0;
    for (size_t i = 0; i < count; i++) {
        points[i] = (struct dp_chart_point){.label = scopes[i]->id + (days ? strlen("2026-") : 0),
                                            .text = dp_report_show(scopes[i], field, texts[i]),
                                            .value = (double)scopes[i]->values[field].number,
                                            .absent = !dp_report_has(scopes[i], field)};
        present += !points[i].absent;
    }
    int64_t full = text->unit == DP_TEXT_SHARE   ? 1000000
                   : text->unit == DP_TEXT_SCORE ? 100000000
                                                 : 1;
    char heading[128];
    snprintf(heading, sizeof heading, "%s: %s", title, text->label);
    if (present)
        write_chart(page, draw, heading, text->definition, points, count, full, text->unit);
    free(points);
    free(texts);
}

static void write_distribution(struct page *page, int field, const char *title, const char *says)
{
    int64_t counts[DP_CLASSES];
    struct dp_chart_point points[DP_CLASSES];
    char labels[DP_CLASSES][DP_REPORT_TEXT], texts[DP_CLASSES][DP_REPORT_TEXT];
    if (!dp_report_classes(&page->report->focus, field, counts))
        return;
    for (int i = 0; i < DP_CLASSES; i++) {
        char class[DP_REPORT_TEXT];
        dp_report_class(i, class);
        bool over = strncmp(class, "over ", 5) == 0;
        snprintf(labels[i], DP_REPORT_TEXT, "%s%.20s", over ? ">" : "≤",
                 class + (over ? strlen("over ") : strlen("up to ")));
        dp_report_number(DP_TEXT_COUNT, counts[i], texts[i]);
        points[i] = (struct dp_chart_point){
            .label = labels[i], .text = texts[i], .value = (double)counts[i]};
    }
    write_chart(page, dp_chart_columns, title, says, points, DP_CLASSES, 1, DP_TEXT_COUNT);
}

/* All days of the period up to the last one there is: days without figures are gaps. */
static void write_trends(struct page *page)
{
    const struct dp_report_scopes *days = &page->report->days;
    struct dp_report_period last;
    if (days->count < 2)
        return;
    dp_report_period_parse(days->items[days->count - 1].id, &last);
    int64_t first = page->report->period.first_day;
    size_t count = (size_t)(last.first_day - first + 1);
    struct dp_report_scopes all = {0};
    const struct dp_report_scope **scopes = dp_xcalloc(count, sizeof *scopes);
    for (size_t i = 0; i < count; i++) {
        char label[DP_PERIOD_LABEL];
        dp_report_day_label(first + (int32_t)i, label);
        dp_report_scopes_add(&all, page->report->focus.kind, label);
    }
    for (size_t i = 0, next = 0; i < count; i++) {
        bool there = strcmp(all.items[i].id, days->items[next].id) == 0;
        scopes[i] = there ? &days->items[next++] : &all.items[i];
    }
    write_field(page, dp_chart_line, "By day", DP_FIGURE_SERVICE_LEVEL, scopes, count, true);
    write_field(page, dp_chart_line, "By day", DP_FIGURE_RESPONSE_MEAN, scopes, count, true);
    write_field(page, dp_chart_columns, "By day", DP_FIGURE_HANDLES, scopes, count, true);
    for (size_t i = 0; i < count; i++)
        dp_report_scope_deinit(&all.items[i]);
    free(all.items);
    free(scopes);
}

static void write_teams(struct page *page)
{
    static const int period[] = {DP_FIGURE_SERVICE_LEVEL, DP_FIGURE_HANDLES,
                                 DP_FIGURE_SATISFACTION_MEAN, DP_FIGURE_QUALITY_MEAN};
    static const int quality[] = {DP_FIGURE_QUALITY_MEAN, DP_FIGURE_QUALITY_CHECKS};
    const struct dp_report_scopes *teams = &page->report->teams;
    const int *fields = page->report->quality ? quality : period;
    size_t count =
        page->report->quality ? sizeof quality / sizeof *quality : sizeof period / sizeof *period;
    size_t shown = teams->count < BARS_MAX ? teams->count : BARS_MAX;
    const struct dp_report_scope *scopes[BARS_MAX];
    char title[64] = "Teams";
    if (shown < teams->count)
        snprintf(title, sizeof title, "The first %zu of %zu teams", shown, teams->count);
    for (size_t i = 0; i < shown; i++)
        scopes[i] = &teams->items[i];
    for (size_t i = 0; i < count && shown; i++)
        write_field(page, dp_chart_bars, title, fields[i], scopes, shown, false);
}

/* The texts of a dimension's bar. */
struct profile_bar {
    char label[2 * DP_REPORT_TEXT], text[DP_REPORT_TEXT];
};

static void set_bar(const struct dp_report *report, const char *dimension, struct profile_bar *bar,
                    struct dp_chart_point *point)
{
    const struct dp_report_points *points = dp_report_points_find(&report->focus, dimension, NULL);
    int64_t number = points ? points->value.number : 0;
    int64_t weight = dp_report_weight(report, dimension);
    char name[DP_REPORT_TEXT], share[DP_REPORT_TEXT];
    dp_report_number(DP_TEXT_SCORE, number, bar->text);
    dp_report_number(DP_TEXT_COUNT, (weight + 5000) / 10000, share);
    snprintf(bar->label, sizeof bar->label, weight ? "%s (%s %%)" : "%s",
             dp_report_name(dimension, name), share);
    *point = (struct dp_chart_point){
        .label = bar->label, .text = bar->text, .value = (double)number, .absent = !points};
}

static void write_profile(struct page *page)
{
    const struct dp_report *report = page->report;
    size_t present, count;
    struct dp_report_points_name *names = dp_report_points_names(report, false, &present);
    size_t most = present + report->scorecard->dimension_count;
    struct profile_bar *bars = dp_xcalloc(most + 1, sizeof *bars);
    struct dp_chart_point *points = dp_xcalloc(most + 1, sizeof *points);
    for (size_t i = 0; i < present; i++)
        set_bar(report, names[i].dimension, &bars[i], &points[i]);
    count = present;
    for (size_t i = 0; present && i < report->scorecard->dimension_count; i++)
        if (!dp_report_points_find(&report->focus, report->scorecard->dimensions[i].name, NULL)) {
            set_bar(report, report->scorecard->dimensions[i].name, &bars[count], &points[count]);
            count++;
        }
    if (count)
        write_chart(page, dp_chart_bars, "Profile: points by dimension",
                    "0 to 100 points in each dimension; in brackets its weight in the score.",
                    points, count, 100000000, DP_TEXT_SCORE);
    free(names);
    free(bars);
    free(points);
}

static void write_charts(struct page *page)
{
    fputs("<div class=\"charts\">\n", page->out);
    if (page->report->focus.kind == DP_REPORT_AGENT && !page->report->quality)
        write_profile(page);
    if (!page->report->quality) {
        write_distribution(page, DP_TEXT_OF_RESPONSE_COUNTS, "Response times",
                           "How many responses took how long.");
        write_distribution(page, DP_TEXT_OF_HANDLE_COUNTS, "Handling times",
                           "How many handles took how long, wrap-up included.");
        write_trends(page);
    }
    write_teams(page);
    fputs("</div>\n", page->out);
}

/* ---------------------------------------------------------------- tables */

static void write_legend(const struct page *page, const struct dp_grid *grid)
{
    const char *said = NULL; /* columns of points stand side by side and say the same */
    bool any = false;
    for (size_t column = 0; column < grid->column_count; column++) {
        const struct dp_grid_column *is = &grid->columns[column];
        if (!is->definition || is->definition == said)
            continue;
        said = is->definition;
        fputs(any ? "" : "<dl class=\"legend\">\n", page->out);
        any = true;
        fputs("<div><dt>", page->out);
        dp_html_text(strcmp(said, DP_POINTS_DEFINITION) == 0 ? "points" : is->heading, page->out);
        fputs("</dt><dd>", page->out);
        dp_html_text(said, page->out);
        fputs("</dd></div>\n", page->out);
    }
    fputs(any ? "</dl>\n" : "", page->out);
}

static void write_cell(const struct page *page, const struct dp_grid *grid, size_t row,
                       size_t column)
{
    static const char *const marks[] = {
        [DP_MARK_NONE] = "", [DP_MARK_GOOD] = " good", [DP_MARK_BAD] = " bad"};
    const struct dp_grid_cell *cell = dp_grid_at(grid, row, column);
    const char *element = column == 0 ? "th" : "td";
    fprintf(page->out, "<%s%s class=\"%s%s\">", element, column == 0 ? " scope=\"row\"" : "",
            grid->columns[column].number ? "n" : "id", marks[cell->mark]);
    dp_html_text(cell->text, page->out);
    fprintf(page->out, "</%s>", element);
}

static void write_grid(const struct page *page, const struct dp_grid *grid)
{
    fprintf(page->out,
            "<section>\n<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"%s\">\n"
            "<table%s>\n<caption>%s</caption>\n<thead><tr>",
            grid->title, grid->figures ? " class=\"figures\"" : "", grid->title);
    for (size_t column = 0; column < grid->column_count; column++) {
        fprintf(page->out, "<th scope=\"col\" class=\"%s\">",
                grid->columns[column].number ? "n" : "id");
        dp_html_text(grid->columns[column].heading, page->out);
        fputs("</th>", page->out);
    }
    fputs("</tr></thead>\n<tbody>\n", page->out);
    for (size_t row = 0; row < dp_grid_rows(grid); row++) {
        fputs("<tr>", page->out);
        for (size_t column = 0; column < grid->column_count; column++)
            write_cell(page, grid, row, column);
        fputs("</tr>\n", page->out);
    }
    fputs("</tbody>\n</table>\n</div>\n", page->out);
    write_legend(page, grid);
    fputs("</section>\n", page->out);
}

void dp_report_write_html(const struct dp_report *report, FILE *out)
{
    struct page page = {.report = report, .out = out};
    struct dp_grids grids;
    char title[512], span[512];
    dp_report_title(report, title, sizeof title);
    dp_report_span(report, span, sizeof span);
    write_head(&page, title, span);
    if (!report->focus.found)
        fputs("<p>Nothing happened in this period.</p>\n", out);
    write_tiles(&page);
    write_charts(&page);
    dp_report_grids_init(&grids, report);
    for (size_t i = 0; i < grids.count; i++)
        write_grid(&page, &grids.items[i]);
    dp_report_grids_deinit(&grids);
    fputs("<footer>Deskpulse. A figure with nothing to divide by is absent and shown "
          "as " DP_REPORT_ABSENT ".</footer>\n</main>\n</body>\n</html>\n",
          out);
}
