#include "app/report_reader.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/redis_query.h"
#include "common/memory.h"
#include "common/utf8.h"
#include "ingest/identifier.h"
#include "sink/compat.h"

#define LABELS_SHOWN 12

struct names {
    char **items;
    size_t count, capacity;
};

enum known { AGENTS, TEAMS, QUEUES, PERIODS, KNOWN };

/* A hash to be read, and whose it is: one of a list, or the focus. */
struct wanted {
    struct dp_report_scopes *list; /* NULL: the focus */
    enum dp_report_kind kind;
    const char *id, *label;
};

struct reader {
    const struct dp_report_request *request;
    struct dp_report *report;
    struct dp_redis_query *query;
    struct names known[KNOWN];
    struct wanted *wanted;
    size_t wanted_count, wanted_capacity;
    bool any; /* the period has a hash */
};

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool has(const struct names *names, const char *name)
{
    return names->count &&
           bsearch(&name, names->items, names->count, sizeof *names->items, by_text);
}

/* ---------------------------------------------------------------- sets */

static void ask_set(void *ctx, size_t i, struct dp_resp *resp)
{
    static const char *const sets[KNOWN] = {"agents", "teams", "queues", "periods"};
    struct reader *reader = ctx;
    char key[256];
    int len = snprintf(key, sizeof key, "%s:%s", reader->request->prefix, sets[i]);
    dp_resp_begin(resp, 2);
    dp_resp_add(resp, DP_STR("SMEMBERS"));
    dp_resp_add(resp, (struct dp_str){key, (size_t)len});
}

/* What this program would not have written is not ours: it is left out. */
static void take_set(void *ctx, size_t i, const redisReply *reply)
{
    struct reader *reader = ctx;
    struct names *names = &reader->known[i];
    struct dp_report_period period;
    if (reply->type != REDIS_REPLY_ARRAY)
        return;
    for (size_t n = 0; n < reply->elements; n++) {
        struct dp_str name = {reply->element[n]->str, reply->element[n]->len};
        if (!name.p || !dp_utf8_valid(name) || !dp_identifier_valid(name) ||
            (i == PERIODS && !dp_report_period_parse(name.p, &period)))
            continue;
        names->items = dp_xgrow(names->items, names->count, &names->capacity, sizeof *names->items);
        names->items[names->count++] = dp_xstrdup(name.p);
    }
    if (names->count)
        qsort(names->items, names->count, sizeof *names->items, by_text);
}

/* ---------------------------------------------------------------- hashes */

static void want(struct reader *reader, struct dp_report_scopes *list, enum dp_report_kind kind,
                 const char *id, const char *label)
{
    reader->wanted = dp_xgrow(reader->wanted, reader->wanted_count, &reader->wanted_capacity,
                              sizeof *reader->wanted);
    reader->wanted[reader->wanted_count++] = (struct wanted){list, kind, id, label};
}

static void want_all(struct reader *reader, struct dp_report_scopes *list, enum dp_report_kind kind,
                     const struct names *ids)
{
    for (size_t i = 0; i < ids->count; i++)
        want(reader, list, kind, ids->items[i], reader->report->label);
}

/* The days of the period that Redis has, of the focus. */
static void want_days(struct reader *reader)
{
    struct dp_report *report = reader->report;
    const struct names *labels = &reader->known[PERIODS];
    struct dp_report_period day;
    if (report->period.kind == DP_PERIOD_DAY || report->quality)
        return;
    for (size_t i = 0; i < labels->count; i++)
        if (dp_report_period_parse(labels->items[i], &day) && day.kind == DP_PERIOD_DAY &&
            day.first_day >= report->period.first_day &&
            day.first_day < report->period.first_day + report->period.days)
            want(reader, &report->days, reader->request->kind, reader->request->id,
                 labels->items[i]);
}

static void want_what_the_report_is_of(struct reader *reader)
{
    struct dp_report *report = reader->report;
    enum dp_report_kind kind = reader->request->kind;
    want(reader, NULL, kind, reader->request->id, report->label);
    if (kind == DP_REPORT_ALL)
        want_all(reader, &report->teams, DP_REPORT_TEAM, &reader->known[TEAMS]);
    if (kind == DP_REPORT_ALL && !report->quality)
        want_all(reader, &report->queues, DP_REPORT_QUEUE, &reader->known[QUEUES]);
    if (kind == DP_REPORT_ALL || kind == DP_REPORT_TEAM)
        want_all(reader, &report->agents, DP_REPORT_AGENT, &reader->known[AGENTS]);
    want_days(reader);
}

static void ask_hash(void *ctx, size_t i, struct dp_resp *resp)
{
    struct reader *reader = ctx;
    const struct wanted *wanted = &reader->wanted[i];
    bool all = wanted->kind == DP_REPORT_ALL;
    char key[512];
    int len = snprintf(key, sizeof key, "%s:{%s%s%s}:p:%s", reader->request->prefix,
                       dp_report_kind_names[wanted->kind], all ? "" : ":", all ? "" : wanted->id,
                       wanted->label);
    dp_resp_begin(resp, 2);
    dp_resp_add(resp, DP_STR("HGETALL"));
    dp_resp_add(resp, (struct dp_str){key, (size_t)len});
}

/* Of a team's report, the agents of that team. */
static bool is_of_the_report(const struct reader *reader, const struct wanted *wanted,
                             const struct dp_report_scope *scope)
{
    if (wanted->list != &reader->report->agents || reader->request->kind != DP_REPORT_TEAM)
        return true;
    const char *team = scope->values[DP_TEXT_OF_TEAM].text;
    return team && strcmp(team, reader->request->id) == 0;
}

static void take_hash(void *ctx, size_t i, const redisReply *reply)
{
    struct reader *reader = ctx;
    const struct wanted *wanted = &reader->wanted[i];
    if (reply->type != REDIS_REPLY_ARRAY || reply->elements == 0)
        return;
    struct dp_report_scope *scope = &reader->report->focus;
    if (wanted->list)
        scope = dp_report_scopes_add(wanted->list, wanted->kind,
                                     wanted->list == &reader->report->days ? wanted->label
                                                                           : wanted->id);
    scope->found = true;
    for (size_t n = 0; n + 1 < reply->elements; n += 2) {
        const redisReply *name = reply->element[n], *text = reply->element[n + 1];
        if (name->str && text->str)
            dp_report_scope_set(scope, (struct dp_str){name->str, name->len},
                                (struct dp_str){text->str, text->len});
    }
    reader->any |= wanted->list != &reader->report->days;
    if (!is_of_the_report(reader, wanted, scope)) {
        dp_report_scope_deinit(scope);
        wanted->list->count--;
    }
}

/* ---------------------------------------------------------------- errors */

/* The labels there are: the latest of the same kind, or of all kinds where there are none. */
static void say_labels(const struct reader *reader, char *text, size_t size)
{
    const struct names *labels = &reader->known[PERIODS];
    struct dp_report_period period;
    for (int pass = 0; pass < 2; pass++) {
        size_t used = 0, shown = 0, more = 0;
        for (size_t i = labels->count; i-- > 0;) {
            dp_report_period_parse(labels->items[i], &period);
            if (pass == 0 && period.kind != reader->report->period.kind)
                continue;
            if (shown == LABELS_SHOWN) {
                more++;
                continue;
            }
            used += (size_t)snprintf(text + used, size - used, "%s%s", shown++ ? ", " : "",
                                     labels->items[i]);
        }
        if (more)
            snprintf(text + used, size - used, " and %zu more", more);
        if (shown)
            return;
    }
    snprintf(text, size, "none yet (does `deskpulse run` write to this Redis, with this prefix?)");
}

static bool judge(const struct reader *reader, char *error, size_t size)
{
    const struct dp_report_request *request = reader->request;
    char labels[320];
    if (!reader->any && !has(&reader->known[PERIODS], request->label)) {
        say_labels(reader, labels, sizeof labels);
        snprintf(error, size, "no period %s in Redis; periods there are: %s", request->label,
                 labels);
        return false;
    }
    if (request->kind != DP_REPORT_ALL && !reader->report->focus.found) {
        snprintf(error, size,
                 "%s '%s' has no figures in %s; `redis-cli SMEMBERS %s:%ss` shows which ones are "
                 "known",
                 dp_report_kind_names[request->kind], request->id, request->label, request->prefix,
                 dp_report_kind_names[request->kind]);
        return false;
    }
    return true;
}

static bool read_all(struct reader *reader, char *error, size_t size)
{
    struct dp_redis_questions sets = {
        .count = KNOWN, .ask = ask_set, .answer = take_set, .ctx = reader};
    reader->query = dp_redis_query_open(reader->request->url, error, size);
    if (!reader->query || !dp_redis_query_run(reader->query, &sets, error, size))
        return false;
    want_what_the_report_is_of(reader);
    struct dp_redis_questions hashes = {
        .count = reader->wanted_count, .ask = ask_hash, .answer = take_hash, .ctx = reader};
    return dp_redis_query_run(reader->query, &hashes, error, size) && judge(reader, error, size);
}

bool dp_report_read(const struct dp_report_request *request, struct dp_report *report, char *error,
                    size_t error_size)
{
    struct reader reader = {.request = request, .report = report};
    snprintf(report->label, sizeof report->label, "%s", request->label);
    dp_report_period_parse(request->label, &report->period);
    report->quality = request->quality;
    report->focus.kind = request->kind;
    report->focus.id = dp_xstrdup(request->id ? request->id : "");
    bool ok = read_all(&reader, error, error_size);
    dp_report_sort_agents(&report->agents);
    dp_report_sort_by_id(&report->teams);
    dp_report_sort_by_id(&report->queues);
    dp_report_sort_by_id(&report->days);
    dp_redis_query_close(reader.query);
    for (int set = 0; set < KNOWN; set++) {
        for (size_t i = 0; i < reader.known[set].count; i++)
            free(reader.known[set].items[i]);
        free(reader.known[set].items);
    }
    free(reader.wanted);
    return ok;
}
