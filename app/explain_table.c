/* An explanation for a terminal. */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "app/explain.h"
#include "app/report_text.h"
#include "common/memory.h"
#include "sink/format.h"

enum column { TIME, CONTACT, KIND, VALUE, AGENT, TEAM, QUEUE, CHANNEL, COUNTS, COLUMNS };
static const char *const titles[COLUMNS] = {"time", "contact", "kind",    "value", "agent",
                                            "team", "queue",   "channel", "counts"};

#define CELL 160

static void put(char cell[CELL], struct dp_str text)
{
    snprintf(cell, CELL, "%.*s", (int)text.len, text.len ? text.p : "");
}

/* Points as they are: up to nine digits. */
static void put_points(char cell[CELL], int64_t billionths)
{
    int len = snprintf(cell, CELL, "%" PRId64 ".%09" PRId64, billionths / DP_SCORE_UNIT,
                       billionths % DP_SCORE_UNIT);
    while (cell[len - 1] == '0')
        cell[--len] = '\0';
    if (cell[len - 1] == '.')
        cell[len - 1] = '\0';
}

static void put_value(char cell[CELL], const struct dp_fact *fact)
{
    bool none = fact->kind == DP_FACT_OFFERED || fact->kind == DP_FACT_TRANSFER ||
                fact->kind == DP_FACT_DECLINE || fact->kind == DP_FACT_COMPLAINT ||
                (fact->kind == DP_FACT_OUTCOME && !(fact->flags & DP_FACT_TIMED));
    if (none)
        *cell = '\0';
    else if (dp_ledger_is_score(fact->kind))
        put_points(cell, fact->value);
    else if (fact->kind == DP_FACT_HANDLE)
        snprintf(cell, CELL, "%" PRId64 " (talk %" PRId64 ", hold %" PRId64 ", wrap %" PRId64 ")",
                 fact->value, fact->value - fact->hold_ms - fact->wrap_ms, (int64_t)fact->hold_ms,
                 (int64_t)fact->wrap_ms);
    else
        snprintf(cell, CELL, "%" PRId64, fact->value);
}

static void put_kind(char cell[CELL], const struct dp_told *told)
{
    const struct dp_fact *fact = &told->fact;
    int len = snprintf(cell, CELL, "%s", dp_ledger_kind_names[fact->kind]);
    if (fact->kind == DP_FACT_MEASURED) {
        snprintf(cell, CELL, "%s", dp_measure_names[fact->flags]);
        return;
    }
    for (unsigned i = 0; i < DP_FACT_FLAGS; i++)
        if (fact->flags >> i & 1)
            len += snprintf(cell + len, CELL - (size_t)len, " %s", dp_fact_flag_names[i]);
}

static void put_row(const struct dp_explain *explain, const struct dp_told *told,
                    char row[COLUMNS][CELL])
{
    static const char *const roles[] = {"", "above", "below", "above and below"};
    bool quotient = dp_explained_shape(explain->request->which) == DP_SHAPE_QUOTIENT &&
                    dp_explained_unit(explain->request->which) == DP_UNIT_MILLIONTHS;
    dp_explain_time(told->fact.time_ms, row[TIME]);
    put(row[CONTACT], told->contact.len ? told->contact : told->event);
    put_kind(row[KIND], told);
    put_value(row[VALUE], &told->fact);
    put(row[AGENT], told->agent);
    put(row[TEAM], told->team);
    put(row[QUEUE], told->queue);
    put(row[CHANNEL], dp_str_from(dp_channel_names[told->fact.channel]));
    put(row[COUNTS],
        dp_str_from(
            quotient
                ? roles[dp_explained_role(explain->request->which, explain->formula, &told->fact)]
                : ""));
}

static void write_row(char row[COLUMNS][CELL], const size_t widths[COLUMNS], FILE *out)
{
    size_t last = COLUMNS;
    while (last > 0 && (!widths[last - 1] || !*row[last - 1]))
        last--;
    for (size_t i = 0; i < last; i++) {
        if (!widths[i])
            continue;
        size_t width = dp_report_width(row[i], strlen(row[i]));
        fprintf(out, "%s%*s", row[i], i + 1 < last ? (int)(widths[i] - width + 2) : 0, "");
    }
    fputc('\n', out);
}

/* Columns that say nothing, and the scope's own, are left out. */
static void write_facts(const struct dp_explain *explain, FILE *out)
{
    const struct dp_fact_book *book = &explain->book;
    static const enum column own[] = {COLUMNS, AGENT, TEAM, QUEUE};
    size_t widths[COLUMNS] = {0};
    char(*rows)[COLUMNS][CELL] = dp_xcalloc(book->count + 1, sizeof *rows);
    for (size_t n = 0; n < book->count; n++) {
        put_row(explain, &book->entries[n].told, rows[n]);
        for (size_t i = 0; i < COLUMNS; i++) {
            size_t width = dp_report_width(rows[n][i], strlen(rows[n][i]));
            widths[i] = width > widths[i] ? width : widths[i];
        }
    }
    if (own[explain->request->scope] < COLUMNS)
        widths[own[explain->request->scope]] = 0;
    char head[COLUMNS][CELL];
    for (size_t i = 0; i < COLUMNS; i++) {
        strcpy(head[i], titles[i]);
        if (widths[i] && widths[i] < strlen(titles[i]))
            widths[i] = strlen(titles[i]);
    }
    if (book->count)
        write_row(head, widths, out);
    for (size_t n = 0; n < book->count; n++)
        write_row(rows[n], widths, out);
    free(rows);
}

static void write_stays(const struct dp_explain *explain, FILE *out)
{
    char from[40], to[40];
    if (explain->stay_count)
        fprintf(out, "%-25s%-25s%-12s%s\n", "from", "to", "state", "ms");
    for (size_t i = 0; i < explain->stay_count; i++) {
        const struct dp_stay *stay = &explain->stays[i];
        dp_explain_time(stay->from_ms, from);
        dp_explain_time(stay->to_ms, to);
        fprintf(out, "%-25s%-25s%-12s%" PRId64 "\n", from, to, dp_agent_state_names[stay->state],
                stay->to_ms - stay->from_ms);
    }
}

static void write_score(const struct dp_explain *explain, FILE *out)
{
    const struct dp_scorecard *card = &explain->config->scorecard;
    const struct dp_score *score = &explain->score;
    fprintf(out, "%-34s%14s%14s%14s%10s%10s\n", "dimension and measure", "value", "floor", "target",
            "weight", "points");
    for (size_t i = 0; i < card->dimension_count; i++) {
        const struct dp_card_dimension *dimension = &card->dimensions[i];
        bool present = score->dimensions_present >> i & 1;
        fprintf(out, "%-34s%14s%14s%14s%10g", dimension->name, "", "", "",
                (double)dimension->weight / (double)DP_WEIGHT_UNIT);
        if (present)
            fprintf(out, "%10.4f\n", (double)score->dimension_points[i] / 1e6);
        else
            fprintf(out, "%10s\n", DP_REPORT_ABSENT);
        for (size_t n = dimension->first; n < dimension->first + dimension->count; n++) {
            const struct dp_card_measure *measure = &card->measures[n];
            fprintf(out, "  %-32s", dp_quantity_name(measure->quantity));
            if (isnan(explain->values[n]))
                fprintf(out, "%14s", DP_REPORT_ABSENT);
            else
                fprintf(out, "%14.6g", explain->values[n]);
            fprintf(out, "%14g%14g%10g", measure->floor, measure->target,
                    (double)measure->weight / (double)DP_WEIGHT_UNIT);
            if (score->measures_present >> n & 1)
                fprintf(out, "%10.4f\n", (double)score->measure_points[n] / 1e6);
            else
                fprintf(out, "%10s\n", DP_REPORT_ABSENT);
        }
    }
    if (score->present)
        fprintf(out, "\nthe weighted mean of the dimensions that are present = %s\n",
                explain->text);
    else
        fputs("\nno measure is present: there is no score\n", out);
}

static void write_quotient(const struct dp_explain *explain, FILE *out)
{
    const struct dp_explanation *explanation = &explain->explanation;
    char top[CELL];
    snprintf(top, sizeof top, "%" PRId64, explanation->top);
    if (explanation->unit > 1)
        put_points(top, explanation->top);
    if (!explanation->present)
        fprintf(out, "%s / 0: absent\n", top);
    else
        fprintf(out, "%s / %" PRId64 " = %s (rounded half up)\n", top, explanation->bottom,
                explain->text);
}

static void write_arithmetic(const struct dp_explain *explain, FILE *out)
{
    const struct dp_explanation *explanation = &explain->explanation;
    switch (dp_explained_shape(explain->request->which)) {
    case DP_SHAPE_SUM:
        fprintf(out, "%s: %s\n",
                dp_explained_by_states(explain->request->which) ? "ms in these states together"
                                                                : "facts",
                explain->text);
        return;
    case DP_SHAPE_DAYS:
        fprintf(out, "local days with one of these facts: %s\n", explain->text);
        return;
    case DP_SHAPE_QUOTIENT:
        write_quotient(explain, out);
        return;
    case DP_SHAPE_MAX:
    case DP_SHAPE_PERCENTILE:
        break;
    }
    if (!explanation->present)
        fputs("no value: absent\n", out);
    else if (dp_explained_shape(explain->request->which) == DP_SHAPE_MAX)
        fprintf(out, "the greatest of %zu values = %s\n", explanation->count, explain->text);
    else if (!explanation->bucketed)
        fprintf(out, "the value at rank %zu of %zu = %s\n", explanation->rank, explanation->count,
                explain->text);
    else
        fprintf(out,
                "the value at rank %zu of %zu is %" PRId64 ", in the bucket from %" PRId64
                " to %" PRId64 ", whose middle%s is %s\n",
                explanation->rank, explanation->count, explanation->at_rank,
                explanation->bucket_from, explanation->bucket_to,
                explanation->value == explanation->max ? ", or the greatest value of all," : "",
                explain->text);
}

static void write_published(const struct dp_explain *explain, FILE *out)
{
    const struct dp_published *published = &explain->published;
    char as_of[40];
    if (!published->reached) {
        if (*published->error)
            fprintf(out, "published: not known (%s)\n", published->error);
        return;
    }
    if (!published->there) {
        fprintf(out, "published: nothing%s\n", explain->differs ? "; it differs" : "");
        return;
    }
    dp_explain_time(published->as_of_ms, as_of);
    fprintf(out, "published: %s as of %s%s\n", published->has ? published->text : "absent", as_of,
            !explain->compared ? ""
            : explain->differs ? "; it differs"
                               : ": the same");
}

void dp_explain_write_table(const struct dp_explain *explain, FILE *out)
{
    const struct dp_explain_request *request = explain->request;
    char scope[160], from[40], to[40], as_of[40];
    dp_explain_scope_text(request, scope);
    dp_explain_time(explain->from_ms, from);
    dp_explain_time(explain->to_ms, to);
    dp_explain_time(explain->as_of_ms, as_of);
    fprintf(out, "%s of %s, %s\n%s %s %s %s %s, as of %s\n\n", dp_explained_name(request->which),
            scope, request->label, request->window_ms ? "after" : "from", from,
            request->window_ms ? "up to and including" : "to before", to, explain->config->timezone,
            as_of);
    if (dp_explain_is_score(explain)) {
        write_score(explain, out);
    } else {
        if (dp_explained_by_states(request->which)) {
            fputs("Made of the times between the agent's changes of state (agent.state), of no "
                  "contacts:\n\n",
                  out);
            write_stays(explain, out);
        }
        write_facts(explain, out);
        if (explain->book.count || explain->stay_count)
            fputc('\n', out);
        write_arithmetic(explain, out);
    }
    write_published(explain, out);
    for (size_t i = 0; i < explain->note_count; i++)
        fprintf(out, "note: %s\n", explain->notes[i]);
}
