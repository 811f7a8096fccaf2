#include "app/alert_list.h"

#include <stdlib.h>
#include <yyjson.h>

#include "app/report_format.h"
#include "app/report_text.h"
#include "common/glob.h"
#include "common/memory.h"

void dp_alert_list_deinit(struct dp_alert_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        yyjson_doc_free(list->items[i].doc);
        free(list->items[i].id);
        free(list->items[i].ack);
    }
    free(list->items);
    *list = (struct dp_alert_list){0};
}

/* Making it -------------------------------------------------------------------------------------*/

static struct dp_str text_of(yyjson_val *object, const char *name)
{
    yyjson_val *value = yyjson_obj_get(object, name);
    return yyjson_is_str(value) ? (struct dp_str){yyjson_get_str(value), yyjson_get_len(value)}
                                : (struct dp_str){0};
}

static void read_alert(struct dp_active_alert *alert, struct dp_str text)
{
    alert->doc = yyjson_read(text.p, text.len, YYJSON_READ_NOFLAG);
    yyjson_val *root = yyjson_doc_get_root(alert->doc);
    alert->rule = text_of(root, "rule");
    alert->severity = text_of(root, "severity");
    alert->scope = text_of(root, "scope");
    alert->subject = text_of(root, "id");
    alert->queue = text_of(root, "queue");
    alert->team = text_of(root, "team");
    alert->value = text_of(root, "value");
    alert->fired_ms = INT64_MAX;
    dp_alert_get_integer(root, "fired_ms", &alert->fired_ms);
}

static bool is_wanted(const struct dp_active_alert *alert, const struct dp_alert_filter *filter)
{
    return (!filter->rule || dp_glob_matches(dp_str_from(filter->rule), alert->rule)) &&
           (!filter->severity || dp_str_equal(dp_str_from(filter->severity), alert->severity)) &&
           (!filter->has_scope ||
            dp_str_equal(dp_str_from(dp_rule_scope_names[filter->scope]), alert->scope));
}

void dp_alert_list_add(struct dp_alert_list *list, const struct dp_alert_filter *filter,
                       struct dp_str id, struct dp_str text)
{
    struct dp_active_alert alert = {0};
    read_alert(&alert, text);
    if (!is_wanted(&alert, filter)) {
        yyjson_doc_free(alert.doc);
        return;
    }
    alert.id = dp_alert_printable(id);
    list->items = dp_xgrow(list->items, list->count, &list->capacity, sizeof *list->items);
    list->items[list->count++] = alert;
}

void dp_alert_list_acknowledge(struct dp_alert_list *list, struct dp_str id, struct dp_str text)
{
    struct dp_active_alert *alert = list->items;
    size_t left = list->count;
    while (left > 0 && !dp_str_equal(dp_str_from(alert->id), id)) {
        alert++;
        left--;
    }
    if (left == 0 || alert->ack)
        return;
    struct dp_ack_entry *ack = dp_xmalloc(sizeof *ack);
    if (!dp_ack_entry_parse(ack, text)) {
        free(ack);
        return;
    }
    alert->ack = ack;
}

static int rank_of(struct dp_str severity)
{
    static const char *const names[] = {"page", "critical", "error", "warning", "info"};
    int rank = 0;
    while (rank < (int)(sizeof names / sizeof *names) &&
           !dp_str_equal(severity, dp_str_from(names[rank])))
        rank++;
    return rank;
}

static int by_weight(const void *left, const void *right)
{
    const struct dp_active_alert *a = left, *b = right;
    int order = rank_of(a->severity) - rank_of(b->severity);
    if (order == 0)
        order = dp_str_compare(a->severity, b->severity);
    if (order == 0)
        order = (a->fired_ms > b->fired_ms) - (a->fired_ms < b->fired_ms);
    return order ? order : strcmp(a->id, b->id);
}

void dp_alert_list_sort(struct dp_alert_list *list)
{
    if (list->count)
        qsort(list->items, list->count, sizeof *list->items, by_weight);
}

/* Showing it ------------------------------------------------------------------------------------*/

static void add_cell(struct dp_grid *grid, struct dp_str text, enum dp_grid_mark mark)
{
    char *shown = dp_alert_printable(text);
    dp_grid_add(grid, *shown ? shown : DP_REPORT_ABSENT, mark);
    free(shown);
}

static bool is(struct dp_str text, const char *name)
{
    return dp_str_equal(text, dp_str_from(name));
}

char *dp_alert_subject(const struct dp_active_alert *alert)
{
    const struct dp_str parts[] = {
        alert->scope,
        alert->subject.len ? DP_STR(" ") : DP_STR(""),
        alert->subject,
        alert->queue.len && !is(alert->scope, "queue") ? DP_STR(", queue ") : DP_STR(""),
        is(alert->scope, "queue") ? DP_STR("") : alert->queue,
        alert->team.len && !is(alert->scope, "team") ? DP_STR(", team ") : DP_STR(""),
        is(alert->scope, "team") ? DP_STR("") : alert->team,
    };
    size_t len = 0;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        len += parts[i].len;
    char *text = dp_xmalloc(len);
    len = 0;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        if (parts[i].len)
            memcpy(text + len, parts[i].p, parts[i].len);
        len += parts[i].len;
    }
    char *shown = dp_alert_printable((struct dp_str){text, len});
    free(text);
    return shown;
}

static void add_subject(struct dp_grid *grid, const struct dp_active_alert *alert)
{
    char *text = dp_alert_subject(alert);
    dp_grid_add(grid, *text ? text : DP_REPORT_ABSENT, DP_MARK_NONE);
    free(text);
}

static void add_age(struct dp_grid *grid, int64_t fired_ms, int64_t now_ms)
{
    char text[DP_REPORT_TEXT] = DP_REPORT_ABSENT;
    if (fired_ms >= 0 && fired_ms != INT64_MAX)
        dp_report_number(DP_TEXT_MS, now_ms > fired_ms ? now_ms - fired_ms : 0, text);
    dp_grid_add(grid, text, DP_MARK_NONE);
}

void dp_alert_list_write_table(const struct dp_alert_list *list, int64_t now_ms, FILE *out)
{
    static const char *const headings[] = {"alert",  "severity",     "rule", "about",
                                           "firing", "acknowledged", "value"};
    struct dp_report_terminal terminal = dp_report_terminal_of(out);
    struct dp_grid grid;
    if (list->count == 0) {
        fputs("no alert is firing\n", out);
        return;
    }
    dp_grid_init(&grid, "");
    for (size_t i = 0; i < sizeof headings / sizeof *headings; i++)
        dp_grid_add_column(&grid, headings[i], NULL, strcmp(headings[i], "firing") == 0);
    for (size_t i = 0; i < list->count; i++) {
        const struct dp_active_alert *alert = &list->items[i];
        bool urgent = is(alert->severity, "page") || is(alert->severity, "critical");
        dp_grid_add(&grid, alert->id, DP_MARK_NONE);
        add_cell(&grid, alert->severity, urgent ? DP_MARK_BAD : DP_MARK_NONE);
        add_cell(&grid, alert->rule, DP_MARK_NONE);
        add_subject(&grid, alert);
        add_age(&grid, alert->fired_ms, now_ms);
        add_cell(&grid, dp_str_from(alert->ack ? alert->ack->by : NULL),
                 alert->ack ? DP_MARK_GOOD : DP_MARK_NONE);
        add_cell(&grid, alert->value, DP_MARK_NONE);
    }
    dp_report_write_grid(&grid, &terminal, out);
    dp_grid_deinit(&grid);
}

static yyjson_mut_val *json_of(yyjson_mut_doc *doc, const struct dp_active_alert *alert)
{
    yyjson_val *root = yyjson_doc_get_root(alert->doc);
    yyjson_mut_val *object =
        yyjson_is_obj(root) ? yyjson_val_mut_copy(doc, root) : yyjson_mut_obj(doc);
    if (!yyjson_mut_obj_get(object, "alert"))
        yyjson_mut_obj_add_str(doc, object, "alert", alert->id);
    if (alert->ack) {
        yyjson_mut_obj_put(object, yyjson_mut_str(doc, "acked_by"),
                           yyjson_mut_str(doc, alert->ack->by));
        yyjson_mut_obj_put(object, yyjson_mut_str(doc, "acked_ms"),
                           yyjson_mut_sint(doc, alert->ack->at_ms));
    }
    return object;
}

void dp_alert_list_write_json(const struct dp_alert_list *list, FILE *out)
{
    yyjson_mut_doc *doc = yyjson_mut_doc_new(NULL);
    yyjson_mut_val *root = yyjson_mut_arr(doc);
    yyjson_mut_doc_set_root(doc, root);
    for (size_t i = 0; i < list->count; i++)
        yyjson_mut_arr_append(root, json_of(doc, &list->items[i]));
    char *text = dp_alert_write_json(doc, true);
    fprintf(out, "%s\n", text);
    free(text);
    yyjson_mut_doc_free(doc);
}
