/* A report as RFC 4180: a line for whom it is about, then for each team, queue, agent and day. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "app/report_format.h"
#include "app/report_text.h"

void dp_report_write_cell(const char *text, bool guard, FILE *out)
{
    bool formula = guard && *text && strchr("=+-@\t\r", *text);
    if (!strpbrk(text, ",\"\r\n")) {
        fprintf(out, "%s%s", formula ? "'" : "", text);
        return;
    }
    fputs(formula ? "\"'" : "\"", out);
    for (; *text; text++) {
        if (*text == '"')
            fputc('"', out);
        fputc(*text, out);
    }
    fputc('"', out);
}

struct points_names {
    struct dp_report_points_name *items[2]; /* dimensions, measures */
    size_t counts[2];
};

static void write_header(const struct dp_report *report, const struct points_names *names,
                         FILE *out)
{
    fputs("scope,id,period,as_of_ms,from_ms,to_ms", out);
    for (int field = 0; field < DP_TEXT_FIELDS; field++)
        if (dp_report_shows(report, field))
            fprintf(out, ",%s", dp_figure_text(field)->name);
    if (report->quality)
        fputs(",quality_missing,agents_with_quota,agents_below_quota", out);
    for (int kind = 0; kind < 2 && !report->quality; kind++)
        for (size_t i = 0; i < names->counts[kind]; i++) {
            char text[512];
            const struct dp_report_points_name *name = &names->items[kind][i];
            snprintf(text, sizeof text, "points:%s%s%s", name->dimension, kind ? ":" : "",
                     kind ? name->measure : "");
            fputc(',', out);
            dp_report_write_cell(text, true, out);
        }
    fputs("\r\n", out);
}

static void write_moment(int64_t ms, FILE *out)
{
    fputc(',', out);
    if (ms)
        fprintf(out, "%" PRId64, ms);
}

static void write_count(bool present, int64_t count, FILE *out)
{
    fputc(',', out);
    if (present)
        fprintf(out, "%" PRId64, count);
}

static void write_quota(const struct dp_report *report, const struct dp_report_scope *scope,
                        FILE *out)
{
    struct dp_report_quota quota = dp_report_quota(report, scope);
    bool several = quota.present && scope->kind != DP_REPORT_AGENT;
    write_count(quota.present, quota.missing, out);
    write_count(several, quota.agents, out);
    write_count(several, quota.below, out);
}

static void write_scope(const struct dp_report *report, const struct points_names *names,
                        const struct dp_report_scope *scope, const char *id, const char *label,
                        FILE *out)
{
    fprintf(out, "%s,", dp_report_kind_names[scope->kind]);
    dp_report_write_cell(id, true, out);
    fprintf(out, ",%s", label);
    write_moment(scope->as_of_ms, out);
    write_moment(scope->from_ms, out);
    write_moment(scope->to_ms, out);
    for (int field = 0; field < DP_TEXT_FIELDS; field++) {
        const char *text = scope->values[field].text;
        if (!dp_report_shows(report, field))
            continue;
        fputc(',', out);
        dp_report_write_cell(text ? text : "", true, out);
    }
    if (report->quality)
        write_quota(report, scope, out);
    for (int kind = 0; kind < 2 && !report->quality; kind++)
        for (size_t i = 0; i < names->counts[kind]; i++) {
            const struct dp_report_points_name *name = &names->items[kind][i];
            const struct dp_report_points *points =
                dp_report_points_find(scope, name->dimension, name->measure);
            fprintf(out, ",%s", points ? points->value.text : "");
        }
    fputs("\r\n", out);
}

void dp_report_write_csv(const struct dp_report *report, FILE *out)
{
    const struct dp_report_scopes *const lists[] = {&report->teams, &report->queues,
                                                    &report->agents};
    struct points_names names;
    for (int kind = 0; kind < 2; kind++)
        names.items[kind] = dp_report_points_names(report, kind == 1, &names.counts[kind]);
    write_header(report, &names, out);
    if (report->focus.found)
        write_scope(report, &names, &report->focus, report->focus.id, report->label, out);
    for (size_t list = 0; list < sizeof lists / sizeof *lists; list++)
        for (size_t i = 0; i < lists[list]->count; i++)
            write_scope(report, &names, &lists[list]->items[i], lists[list]->items[i].id,
                        report->label, out);
    for (size_t i = 0; i < report->days.count; i++)
        write_scope(report, &names, &report->days.items[i], report->focus.id,
                    report->days.items[i].id, out);
    for (int kind = 0; kind < 2; kind++)
        free(names.items[kind]);
}
