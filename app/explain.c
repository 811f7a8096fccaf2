#include "app/explain.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/memory.h"
#include "common/decimal.h"

const char *const dp_explain_scope_names[] = {"all", "agent", "team", "queue"};

#define NOON_MS (DP_DAY_MS / 2)

/* When facts came that may be in what is published as of T, or not: so long before and after T; and
 * how many of them are looked at. */
#define EARLIER_MS  INT64_C(2000)
#define LATER_MS    INT64_C(15000)
#define LATER_FACTS 500

/* Scope and time ---------------------------------------------------------------------------------
 */

static bool needs_states(const struct dp_explain *explain)
{
    return dp_explained_by_states(explain->request->which) || dp_explain_is_score(explain);
}

static bool concerns(const struct dp_explain_request *request, const struct dp_told *told)
{
    struct dp_str id = dp_str_from(request->id);
    if (told->fact.kind == DP_LEDGER_STATE || told->fact.kind == DP_FACT_MEASURED)
        return request->scope == DP_EXPLAIN_AGENT && dp_str_equal(told->agent, id);
    if (request->channel != DP_CHANNEL_NONE && told->fact.channel != request->channel)
        return false;
    switch (request->scope) {
    case DP_EXPLAIN_AGENT:
        return dp_str_equal(told->agent, id);
    case DP_EXPLAIN_TEAM:
        return dp_str_equal(told->team, id);
    case DP_EXPLAIN_QUEUE: /* of contacts offered outside its hours it counts the offers alone */
        return dp_str_equal(told->queue, id) &&
               (!(told->fact.flags & DP_FACT_OUTSIDE) || told->fact.kind == DP_FACT_OFFERED);
    case DP_EXPLAIN_ALL:
        break;
    }
    return true;
}

static bool wants(void *ctx, const struct dp_told *told)
{
    const struct dp_explain *explain = ctx;
    bool state = told->fact.kind == DP_LEDGER_STATE;
    if (!concerns(explain->request, told) || told->fact.time_ms > explain->last_ms)
        return false;
    if (state)
        return needs_states(explain) && told->fact.time_ms >= dp_explain_earliest_ms(explain);
    return told->fact.time_ms >= explain->first_ms &&
           (dp_explain_is_score(explain) ||
            dp_explained_role(explain->request->which, explain->formula, &told->fact));
}

/* The local day, whatever the zone is. */
static struct dp_span day_span(struct dp_calendar *calendar, int64_t day)
{
    char wanted[DP_PERIOD_LABEL], label[DP_PERIOD_LABEL];
    struct dp_span span = {0};
    dp_report_day_label(day, wanted);
    for (int64_t shift = -1; shift <= 1; shift++) {
        span = dp_calendar_span(calendar, DP_PERIOD_DAY, (day + shift) * DP_DAY_MS + NOON_MS);
        dp_calendar_label(DP_PERIOD_DAY, span.from_ms, label);
        if (strcmp(label, wanted) == 0)
            break;
    }
    return span;
}

static enum dp_formula formula_of(const struct dp_explain_request *request,
                                  const struct dp_config *config)
{
    for (size_t i = 0; request->scope == DP_EXPLAIN_QUEUE && i < config->queue_count; i++)
        if (strcmp(config->queues[i].queue, request->id) == 0 && config->queues[i].has_formula)
            return config->queues[i].formula;
    return config->formula;
}

void dp_explain_open(struct dp_explain *explain, const struct dp_explain_request *request,
                     const struct dp_config *config, int64_t as_of_ms)
{
    *explain = (struct dp_explain){.request = request, .config = config, .as_of_ms = as_of_ms};
    explain->formula = formula_of(request, config);
    dp_calendar_init(&explain->calendar, config->timezone);
    dp_fact_book_init(&explain->book, wants, explain);
    if (request->window_ms) {
        explain->from_ms = as_of_ms - request->window_ms;
        explain->to_ms = explain->last_ms = as_of_ms;
        explain->first_ms = explain->from_ms + 1;
        return;
    }
    struct dp_span first = day_span(&explain->calendar, request->period.first_day);
    struct dp_span span = dp_calendar_span(&explain->calendar, request->period.kind, first.from_ms);
    explain->from_ms = explain->first_ms = span.from_ms;
    explain->to_ms = span.to_ms;
    explain->last_ms = as_of_ms < span.to_ms ? as_of_ms : span.to_ms - 1;
}

void dp_explain_close(struct dp_explain *explain)
{
    dp_fact_book_deinit(&explain->book);
    free(explain->stays);
}

int64_t dp_explain_earliest_ms(const struct dp_explain *explain)
{
    if (!needs_states(explain))
        return explain->first_ms;
    return explain->from_ms - explain->config->scope_ttl_ms;
}

/* The number -------------------------------------------------------------------------------------
 */

/* Takes the states out of the book, into stays. */
static void find_stays(struct dp_explain *explain)
{
    struct dp_fact_book *book = &explain->book;
    struct dp_fact *changes = dp_xcalloc(book->count + 1, sizeof *changes);
    size_t count = 0, kept = 0;
    for (size_t i = 0; i < book->count; i++) {
        if (book->entries[i].told.fact.kind == DP_LEDGER_STATE) {
            changes[count++] = book->entries[i].told.fact;
        } else {
            book->entries[kept++] = book->entries[i];
        }
    }
    book->count = kept;
    bool window = explain->request->window_ms;
    int64_t until_ms = explain->as_of_ms < explain->to_ms ? explain->as_of_ms : explain->to_ms;
    free(explain->stays);
    explain->stays = dp_xcalloc(count + 1, sizeof *explain->stays);
    explain->stay_count =
        dp_stays_of(changes, count, explain->from_ms, until_ms,
                    window ? INT64_MAX : explain->config->scope_ttl_ms, explain->stays);
    free(changes);
}

static void set_text(struct dp_explain *explain, bool present, int64_t value)
{
    char text[DP_DECIMAL_SIZE];
    size_t len = 0;
    if (present)
        len = dp_explained_unit(explain->request->which) == DP_UNIT_MILLIONTHS
                  ? dp_decimal_millionths(text, value)
                  : dp_decimal_integer(text, value);
    memcpy(explain->text, text, len);
    explain->text[len] = '\0';
}

/* To all but queues hours are nothing. */
static struct dp_fact fact_of(const struct dp_explain *explain, const struct dp_told *told)
{
    struct dp_fact fact = told->fact;
    if (explain->request->scope != DP_EXPLAIN_QUEUE && fact.kind != DP_FACT_MEASURED)
        fact.flags &= ~(unsigned)DP_FACT_OUTSIDE & 0xffff;
    return fact;
}

static void find_number(struct dp_explain *explain)
{
    struct dp_fact_book *book = &explain->book;
    struct dp_fact *facts = dp_xcalloc(book->count + 1, sizeof *facts);
    for (size_t i = 0; i < book->count; i++)
        facts[i] = fact_of(explain, &book->entries[i].told);
    const struct dp_evidence evidence = {
        .facts = facts,
        .count = book->count,
        .stays = explain->stays,
        .stay_count = explain->stay_count,
        .formula = explain->formula,
        .period = !explain->request->window_ms,
        .calendar = &explain->calendar,
    };
    if (dp_explain_is_score(explain)) {
        dp_explain_score(&explain->config->scorecard, &evidence, explain->values, &explain->score);
        set_text(explain, explain->score.present, explain->score.score);
    } else {
        dp_explain(explain->request->which, &evidence, &explain->explanation);
        set_text(explain, explain->explanation.present, explain->explanation.value);
    }
    free(facts);
}

static void come_to_number(struct dp_explain *explain, size_t told)
{
    dp_fact_book_net(&explain->book, told);
    find_stays(explain);
    find_number(explain);
}

/* A key that is not there has nothing to count: no number, or 0. */
static bool is_other(const struct dp_explain *explain)
{
    const struct dp_published *published = &explain->published;
    bool nothing = !*explain->text || strcmp(explain->text, "0") == 0;
    if (published->has)
        return strcmp(published->text, explain->text) != 0;
    return published->there ? *explain->text != '\0' : !nothing;
}

/* What is published as of T was found out in the second before T, and handed out some time after
 * that: facts that came meanwhile may be in it or not, the later ones rather not. */
static bool may_be_later(const struct dp_explain *explain, const struct dp_fact_book_entry *entry)
{
    return explain->published.there && entry->written_ms > explain->as_of_ms - EARLIER_MS &&
           entry->written_ms < explain->as_of_ms + LATER_MS;
}

static void compare(struct dp_explain *explain)
{
    const struct dp_fact_book *book = &explain->book;
    const struct dp_published *published = &explain->published;
    size_t told = book->told_count;
    if (!published->reached)
        return;
    if (published->there && published->as_of_ms != explain->as_of_ms) {
        dp_explain_note(explain, "what is published is as of another moment: not compared");
        return;
    }
    explain->compared = true;
    explain->differs = is_other(explain);
    if (!explain->differs)
        return;
    while (told > 0 && book->told_count - told < LATER_FACTS &&
           may_be_later(explain, &book->told[told - 1])) {
        come_to_number(explain, --told);
        if (is_other(explain))
            continue;
        explain->differs = false;
        explain->left_out = book->told_count - told;
        dp_explain_note(explain, "facts that came while this was being published are left out");
        return;
    }
    come_to_number(explain, book->told_count);
}

void dp_explain_finish(struct dp_explain *explain, const struct dp_published *published)
{
    const struct dp_fact_book *book = &explain->book;
    explain->published = *published;
    dp_fact_book_close(&explain->book, published->committed);
    come_to_number(explain, book->told_count);
    compare(explain);
    if (book->bad)
        dp_explain_note(explain, "some lines are no facts: left out");
    if (book->unknown)
        dp_explain_note(explain, "some facts are of kinds that this version does not know");
    if (book->orphaned)
        dp_explain_note(explain, "facts were taken back whose making is not there any more");
}

void dp_explain_note(struct dp_explain *explain, const char *text)
{
    if (explain->note_count < DP_EXPLAIN_NOTES)
        explain->notes[explain->note_count++] = text;
}

/* Texts ------------------------------------------------------------------------------------------
 */

void dp_explain_time(int64_t ms, char text[40])
{
    int64_t rest = ms % 1000;
    time_t second = (time_t)(ms / 1000 - (rest < 0));
    struct tm tm;
    localtime_r(&second, &tm);
    size_t len = strftime(text, 40, "%Y-%m-%d %H:%M:%S", &tm);
    snprintf(text + len, 40 - len, ".%03d", (int)(rest < 0 ? rest + 1000 : rest));
}

void dp_explain_scope_text(const struct dp_explain_request *request, char text[160])
{
    snprintf(text, 160, "%s%s%s%s%s", dp_explain_scope_names[request->scope],
             *request->id ? ":" : "", request->id, request->channel ? ":" : "",
             dp_channel_names[request->channel]);
}

void dp_explain_key(const struct dp_explain_request *request, const char *prefix, char *key,
                    size_t size)
{
    snprintf(key, size, "%s:{%s%s%s}%s%s:%s:%s", prefix, dp_explain_scope_names[request->scope],
             *request->id ? ":" : "", request->id, request->channel ? ":" : "",
             dp_channel_names[request->channel], request->window_ms ? "w" : "p", request->label);
}
