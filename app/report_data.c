#include "app/report_data.h"

#include <stdlib.h>
#include <string.h>

#include "common/memory.h"
#include "common/utf8.h"

#define MILLION INT64_C(1000000)

const char *const dp_report_kind_names[DP_REPORT_KINDS] = {
    [DP_REPORT_ALL] = "all",
    [DP_REPORT_TEAM] = "team",
    [DP_REPORT_QUEUE] = "queue",
    [DP_REPORT_AGENT] = "agent",
};

void dp_report_scope_deinit(struct dp_report_scope *scope)
{
    for (int field = 0; field < DP_TEXT_FIELDS; field++)
        free(scope->values[field].text);
    for (size_t i = 0; i < scope->points_count; i++) {
        free(scope->points[i].dimension);
        free(scope->points[i].measure);
        free(scope->points[i].value.text);
    }
    free(scope->points);
    free(scope->id);
    *scope = (struct dp_report_scope){0};
}

static void scopes_deinit(struct dp_report_scopes *scopes)
{
    for (size_t i = 0; i < scopes->count; i++)
        dp_report_scope_deinit(&scopes->items[i]);
    free(scopes->items);
    *scopes = (struct dp_report_scopes){0};
}

void dp_report_deinit(struct dp_report *report)
{
    dp_report_scope_deinit(&report->focus);
    scopes_deinit(&report->teams);
    scopes_deinit(&report->queues);
    scopes_deinit(&report->agents);
    scopes_deinit(&report->days);
}

struct dp_report_scope *dp_report_scopes_add(struct dp_report_scopes *scopes,
                                             enum dp_report_kind kind, const char *id)
{
    scopes->items =
        dp_xgrow(scopes->items, scopes->count, &scopes->capacity, sizeof *scopes->items);
    struct dp_report_scope *scope = &scopes->items[scopes->count++];
    *scope = (struct dp_report_scope){.kind = kind, .id = dp_xstrdup(id)};
    return scope;
}

/* ---------------------------------------------------------------- values */

/* Digits and, for `decimals`, up to so many after a point; in units of the last of these. */
static bool parse_number(struct dp_str text, int decimals, int64_t *number)
{
    int64_t value = 0;
    int after = -1; /* digits after the point; -1: none yet */
    if (text.len == 0 || text.len > 18)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.p[i];
        if (c == '.' && after < 0 && decimals && i > 0 && i + 1 < text.len) {
            after = 0;
        } else if (c < '0' || c > '9' || after == decimals) {
            return false;
        } else {
            value = value * 10 + (c - '0');
            after += after >= 0;
        }
    }
    for (int i = after < 0 ? 0 : after; i < decimals; i++)
        if (__builtin_mul_overflow(value, 10, &value))
            return false;
    *number = value;
    return true;
}

static char *clean_copy(struct dp_str text)
{
    char *copy = dp_xmalloc(text.len + 1);
    bool valid = dp_utf8_valid(text);
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.p[i];
        /* U+0080 to 009F, C2 80 to C2 9F, are control characters too. */
        bool control = c < 0x20 || c == 0x7f ||
                       (c == 0xc2 && i + 1 < text.len && (unsigned char)text.p[i + 1] < 0xa0);
        if (control && c == 0xc2)
            copy[i++] = '?';
        copy[i] = control || (c >= 0x80 && !valid) ? '?' : (char)c;
    }
    copy[text.len] = '\0';
    return copy;
}

static bool parse_classes(const char *text, int64_t counts[DP_CLASSES])
{
    for (int i = 0; i < DP_CLASSES; i++) {
        const char *end = text + strcspn(text, ",");
        if (!parse_number((struct dp_str){text, (size_t)(end - text)}, 0, &counts[i]) ||
            *end != (i + 1 < DP_CLASSES ? ',' : '\0'))
            return false;
        text = end + 1;
    }
    return true;
}

bool dp_report_parse(enum dp_text_unit unit, struct dp_str text, int64_t *number)
{
    bool millionths = unit == DP_TEXT_SHARE || unit == DP_TEXT_SCORE || unit == DP_TEXT_RATIO;
    return parse_number(text, millionths ? 6 : 0, number);
}

static void set_value(struct dp_report_value *value, enum dp_text_unit unit, struct dp_str text)
{
    int64_t number = 0, counts[DP_CLASSES];
    char *copy = clean_copy(text);
    bool good = unit == DP_TEXT_WORDS     ? *copy != '\0'
                : unit == DP_TEXT_CLASSES ? parse_classes(copy, counts)
                                          : dp_report_parse(unit, text, &number);
    free(value->text);
    *value = (struct dp_report_value){0};
    if (good)
        *value = (struct dp_report_value){.text = copy, .number = number};
    else
        free(copy);
}

static void add_points(struct dp_report_scope *scope, struct dp_str name, struct dp_str text)
{
    struct dp_report_value value = {0};
    const char *colon = memchr(name.p, ':', name.len);
    struct dp_str dimension = {name.p, colon ? (size_t)(colon - name.p) : name.len};
    set_value(&value, DP_TEXT_SCORE, text);
    if (!value.text || dimension.len == 0) {
        free(value.text);
        return;
    }
    scope->points = dp_xgrow(scope->points, scope->points_count, &scope->points_capacity,
                             sizeof *scope->points);
    struct dp_report_points *points = &scope->points[scope->points_count++];
    *points = (struct dp_report_points){.dimension = clean_copy(dimension), .value = value};
    if (colon)
        points->measure = clean_copy((struct dp_str){colon + 1, name.len - dimension.len - 1});
}

void dp_report_scope_set(struct dp_report_scope *scope, struct dp_str name, struct dp_str text)
{
    static const struct dp_str points = {"points:", 7};
    static const struct dp_str moments[] = {{"as_of_ms", 8}, {"from_ms", 7}, {"to_ms", 5}};
    int64_t *const places[] = {&scope->as_of_ms, &scope->from_ms, &scope->to_ms};
    for (size_t i = 0; i < sizeof moments / sizeof *moments; i++)
        if (dp_str_equal(name, moments[i])) {
            parse_number(text, 0, places[i]);
            return;
        }
    int field = dp_figure_text_find(name);
    if (field >= 0)
        set_value(&scope->values[field], dp_figure_text(field)->unit, text);
    else if (name.len > points.len && memcmp(name.p, points.p, points.len) == 0)
        add_points(scope, (struct dp_str){name.p + points.len, name.len - points.len}, text);
}

const struct dp_report_points *dp_report_points_find(const struct dp_report_scope *scope,
                                                     const char *dimension, const char *measure)
{
    for (size_t i = 0; i < scope->points_count; i++) {
        const struct dp_report_points *points = &scope->points[i];
        bool same =
            measure ? points->measure && strcmp(points->measure, measure) == 0 : !points->measure;
        if (same && strcmp(points->dimension, dimension) == 0)
            return points;
    }
    return NULL;
}

struct dp_report_points_name *dp_report_points_names(const struct dp_report *report, bool measures,
                                                     size_t *count)
{
    struct dp_report_points_name *names = NULL;
    size_t capacity = 0;
    *count = 0;
    for (size_t agent = 0; agent <= report->agents.count; agent++) {
        const struct dp_report_scope *scope =
            agent ? &report->agents.items[agent - 1] : &report->focus;
        for (size_t i = 0; i < scope->points_count; i++) {
            const struct dp_report_points *points = &scope->points[i];
            size_t at = 0;
            if (!points->measure == measures)
                continue;
            while (at < *count && (strcmp(names[at].dimension, points->dimension) != 0 ||
                                   (measures && strcmp(names[at].measure, points->measure) != 0)))
                at++;
            if (at < *count)
                continue;
            names = dp_xgrow(names, *count, &capacity, sizeof *names);
            names[(*count)++] = (struct dp_report_points_name){points->dimension, points->measure};
        }
    }
    return names;
}

bool dp_report_shows(const struct dp_report *report, int field)
{
    return !report->quality || field == DP_TEXT_OF_TEAM || field == DP_FIGURE_QUALITY_CHECKS ||
           field == DP_FIGURE_QUALITY_FATALS || field == DP_FIGURE_QUALITY_MEAN ||
           field == DP_TEXT_OF_QUALITY_QUOTA || field == DP_TEXT_OF_QUALITY_QUOTA_MET;
}

int64_t dp_report_weight(const struct dp_report *report, const char *dimension)
{
    for (size_t i = 0; i < report->scorecard->dimension_count; i++)
        if (strcmp(report->scorecard->dimensions[i].name, dimension) == 0)
            return report->scorecard->dimensions[i].weight;
    return 0;
}

bool dp_report_classes(const struct dp_report_scope *scope, int field, int64_t counts[DP_CLASSES])
{
    return dp_report_has(scope, field) && parse_classes(scope->values[field].text, counts);
}

/* ---------------------------------------------------------------- quality */

static void add_quota(struct dp_report_quota *quota, const struct dp_report_scope *agent)
{
    if (!dp_report_has(agent, DP_TEXT_OF_QUALITY_QUOTA))
        return;
    int64_t wanted = agent->values[DP_TEXT_OF_QUALITY_QUOTA].number;
    int64_t done = agent->values[DP_FIGURE_QUALITY_CHECKS].number;
    quota->present = true;
    quota->missing += wanted > done ? wanted - done : 0;
    quota->agents++;
    quota->below += wanted > done;
}

struct dp_report_quota dp_report_quota(const struct dp_report *report,
                                       const struct dp_report_scope *scope)
{
    struct dp_report_quota quota = {0};
    if (scope->kind == DP_REPORT_AGENT) {
        add_quota(&quota, scope);
        return quota;
    }
    for (size_t i = 0; i < report->agents.count; i++) {
        const struct dp_report_scope *agent = &report->agents.items[i];
        const char *team = agent->values[DP_TEXT_OF_TEAM].text;
        if (scope->kind == DP_REPORT_ALL || (team && strcmp(team, scope->id) == 0))
            add_quota(&quota, agent);
    }
    return quota;
}

/* ---------------------------------------------------------------- order */

static int by_id(const void *a, const void *b)
{
    return strcmp(((const struct dp_report_scope *)a)->id, ((const struct dp_report_scope *)b)->id);
}

static int by_team_and_rank(const void *first, const void *second)
{
    const struct dp_report_scope *a = first, *b = second;
    const char *team_a = a->values[DP_TEXT_OF_TEAM].text;
    const char *team_b = b->values[DP_TEXT_OF_TEAM].text;
    int order = !team_a - !team_b;
    if (!order && team_a)
        order = strcmp(team_a, team_b);
    if (order)
        return order;
    const struct dp_report_value *rank_a = &a->values[DP_TEXT_OF_RANK];
    const struct dp_report_value *rank_b = &b->values[DP_TEXT_OF_RANK];
    order = !rank_a->text - !rank_b->text;
    if (!order)
        order = (rank_a->number > rank_b->number) - (rank_a->number < rank_b->number);
    return order ? order : by_id(a, b);
}

static void sort(struct dp_report_scopes *scopes, int (*order)(const void *, const void *))
{
    if (scopes->count)
        qsort(scopes->items, scopes->count, sizeof *scopes->items, order);
}

void dp_report_sort_agents(struct dp_report_scopes *agents)
{
    sort(agents, by_team_and_rank);
}

void dp_report_sort_by_id(struct dp_report_scopes *scopes)
{
    sort(scopes, by_id);
}
