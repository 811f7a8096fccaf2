#include "aggregator/explanation.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "aggregator/histogram.h"
#include "aggregator/private.h"
#include "common/memory.h"

#define MILLION INT64_C(1000000)

/* The table --------------------------------------------------------------------------------------
 */

/* What a fact adds. */
enum part { ONE, LESS_ONE, VALUE, TALK, HOLD, WRAP, TALK_AND_HOLD, MESSAGES };

/* X(name, kind, part, with, without, up_to): facts of a kind that have the flags `with` and none of
 * `without`, and a value of `up_to` at most (0: any); and what each adds. */
#define TERM_TABLE(X)                                                                              \
    X(OFFERS, OFFERED, ONE, 0, 0, 0)                                                               \
    X(OFFERS_IN_HOURS, OFFERED, ONE, 0, DP_FACT_OUTSIDE, 0)                                        \
    X(RESPONSES, RESPONSE, ONE, 0, 0, 0)                                                           \
    X(RESPONSES_IN_TARGET, RESPONSE, ONE, DP_FACT_IN_TARGET, 0, 0)                                 \
    X(RESPONSES_30S, RESPONSE, ONE, 0, 0, 30000)                                                   \
    X(RESPONSE_MS, RESPONSE, VALUE, 0, 0, 0)                                                       \
    X(ABANDONS, ABANDON, ONE, 0, 0, 0)                                                             \
    X(SHORT_ABANDONS, ABANDON, ONE, DP_FACT_SHORT, 0, 0)                                           \
    X(LONG_ABANDONS, ABANDON, ONE, 0, DP_FACT_SHORT, 0)                                            \
    X(LESS_SHORT_ABANDONS, ABANDON, LESS_ONE, DP_FACT_SHORT, 0, 0)                                 \
    X(EARLY_ABANDONS, ABANDON, ONE, DP_FACT_IN_TARGET, 0, 0)                                       \
    X(LATE_ABANDONS, ABANDON, ONE, 0, DP_FACT_IN_TARGET, 0)                                        \
    X(REPLIES, REPLY, ONE, 0, 0, 0)                                                                \
    X(REPLIES_3M, REPLY, ONE, 0, 0, 180000)                                                        \
    X(REPLY_MS, REPLY, VALUE, 0, 0, 0)                                                             \
    X(HANDLES, HANDLE, ONE, 0, 0, 0)                                                               \
    X(HANDLE_MS, HANDLE, VALUE, 0, 0, 0)                                                           \
    X(TALK_MS, HANDLE, TALK, 0, 0, 0)                                                              \
    X(TALK_AND_HOLD_MS, HANDLE, TALK_AND_HOLD, 0, 0, 0)                                            \
    X(HOLD_MS, HANDLE, HOLD, 0, 0, 0)                                                              \
    X(WRAP_MS, HANDLE, WRAP, 0, 0, 0)                                                              \
    X(TRANSFERS, TRANSFER, ONE, 0, 0, 0)                                                           \
    X(DECLINES, DECLINE, ONE, 0, 0, 0)                                                             \
    X(OUTCOMES, OUTCOME, ONE, 0, 0, 0)                                                             \
    X(RESOLVED, OUTCOME, ONE, DP_FACT_RESOLVED, 0, 0)                                              \
    X(TIMED, OUTCOME, ONE, DP_FACT_TIMED, 0, 0)                                                    \
    X(RESOLVED_24H, OUTCOME, ONE, DP_FACT_TIMED, 0, DP_DAY_MS)                                     \
    X(RESOLVE_MS, OUTCOME, VALUE, DP_FACT_TIMED, 0, 0)                                             \
    X(FIRST_CONTACT, OUTCOME, ONE, DP_FACT_FCR, 0, 0)                                              \
    X(REPEATED, OUTCOME, ONE, DP_FACT_RESOLVED, DP_FACT_FCR, 0)                                    \
    X(URGENT, OUTCOME, ONE, DP_FACT_URGENT, 0, 0)                                                  \
    X(URGENT_5M, OUTCOME, ONE, DP_FACT_URGENT | DP_FACT_TIMED, 0, 300000)                          \
    X(HIGH, OUTCOME, ONE, DP_FACT_HIGH, 0, 0)                                                      \
    X(HIGH_24H, OUTCOME, ONE, DP_FACT_HIGH | DP_FACT_TIMED, 0, DP_DAY_MS)                          \
    X(ASKED, CONVERSATION, ONE, DP_FACT_ASKED, 0, 0)                                               \
    X(REPLIED, CONVERSATION, ONE, DP_FACT_REPLIED, 0, 0)                                           \
    X(AGENT_MESSAGES, CONVERSATION, VALUE, 0, 0, 0)                                                \
    X(ALL_MESSAGES, CONVERSATION, MESSAGES, 0, 0, 0)                                               \
    X(RATINGS, RATING, ONE, 0, 0, 0)                                                               \
    X(SATISFIED, RATING, ONE, DP_FACT_SATISFIED, 0, 0)                                             \
    X(RATING_POINTS, RATING, VALUE, 0, 0, 0)                                                       \
    X(COMPLAINTS, COMPLAINT, ONE, 0, 0, 0)                                                         \
    X(CHECKS, QUALITY, ONE, 0, 0, 0)                                                               \
    X(FATALS, QUALITY, ONE, DP_FACT_FATAL, 0, 0)                                                   \
    X(CHECK_POINTS, QUALITY, VALUE, 0, 0, 0)                                                       \
    X(INTERNAL_SATISFACTIONS, MEASURED, ONE, DP_MEASURE_INTERNAL_SATISFACTION, ALL, 0)             \
    X(INTERNAL_SATISFACTION_POINTS, MEASURED, VALUE, DP_MEASURE_INTERNAL_SATISFACTION, ALL, 0)     \
    X(CROSS_TEAM_COMPLETIONS, MEASURED, ONE, DP_MEASURE_CROSS_TEAM_COMPLETION, ALL, 0)             \
    X(CROSS_TEAM_COMPLETION_POINTS, MEASURED, VALUE, DP_MEASURE_CROSS_TEAM_COMPLETION, ALL, 0)     \
    X(TRAINING_ATTENDANCES, MEASURED, ONE, DP_MEASURE_TRAINING_ATTENDANCE, ALL, 0)                 \
    X(TRAINING_ATTENDANCE_POINTS, MEASURED, VALUE, DP_MEASURE_TRAINING_ATTENDANCE, ALL, 0)         \
    X(KNOWLEDGES, MEASURED, ONE, DP_MEASURE_KNOWLEDGE, ALL, 0)                                     \
    X(KNOWLEDGE_POINTS, MEASURED, VALUE, DP_MEASURE_KNOWLEDGE, ALL, 0)

/* In the place of `without`: the flags are a number, and `with` is all of it. */
#define ALL 0xffffu

struct term {
    enum dp_fact_kind kind;
    enum part part;
    unsigned with, without;
    int64_t up_to;
};

enum term_name {
    NO_TERM,
#define DP_X(name, kind, part, with, without, up_to) name,
    TERM_TABLE(DP_X)
#undef DP_X
};

static const struct term terms[] = {{0},
#define DP_X(name, kind, part, with, without, up_to) {DP_FACT_##kind, part, with, without, up_to},
                                    TERM_TABLE(DP_X)
#undef DP_X
};

/* What is above the line, and below it: facts, by enum term_name, and times in states, a bit each.
 */
#define TERMS 2
struct rule {
    enum dp_shape shape;
    uint8_t above[TERMS], below[TERMS];
    unsigned states_above, states_below;
    int64_t scale, unit; /* 0: 1 */
    unsigned percent;
};

#define SUM(top)                                                                                   \
    {                                                                                              \
        .shape = DP_SHAPE_SUM, .above = { top }                                                    \
    }
#define MEAN(top, bottom)                                                                          \
    {                                                                                              \
        .shape = DP_SHAPE_QUOTIENT, .above = {top}, .below = { bottom }                            \
    }
#define SHARE(top, ...)                                                                            \
    {                                                                                              \
        .shape = DP_SHAPE_QUOTIENT, .above = {top}, .below = {__VA_ARGS__}, .scale = MILLION       \
    }
#define POINTS(top, bottom)                                                                        \
    {                                                                                              \
        .shape = DP_SHAPE_QUOTIENT, .above = {top}, .below = {bottom},                             \
        .unit = DP_SCORE_UNIT / MILLION                                                            \
    }
#define MAX(top)                                                                                   \
    {                                                                                              \
        .shape = DP_SHAPE_MAX, .above = { top }                                                    \
    }
#define RANKED(top, which)                                                                         \
    {                                                                                              \
        .shape = DP_SHAPE_PERCENTILE, .above = {top}, .percent = which                             \
    }
#define DURATIONS(symbol, values, number)                                                          \
    [DP_FIGURE_##symbol##_MEAN] = MEAN(values, number), [DP_FIGURE_##symbol##_MAX] = MAX(values),  \
    [DP_FIGURE_##symbol##_P50] = RANKED(values, 50),                                               \
    [DP_FIGURE_##symbol##_P90] = RANKED(values, 90),                                               \
    [DP_FIGURE_##symbol##_P95] = RANKED(values, 95),                                               \
    [DP_FIGURE_##symbol##_P99] = RANKED(values, 99)
#define STATE(name) (1u << DP_STATE_##name)
#define STAFFED     (STATE(AVAILABLE) | STATE(BUSY) | STATE(WRAPUP))
#define IN_STATES(states)                                                                          \
    {                                                                                              \
        .shape = DP_SHAPE_SUM, .states_above = (states)                                            \
    }

/* clang-format off */
static const struct rule rules[DP_EXPLAINED] = {
    [DP_FIGURE_OFFERED] = SUM(OFFERS),
    [DP_FIGURE_RESPONSES] = SUM(RESPONSES),
    [DP_FIGURE_ABANDONS] = SUM(ABANDONS),
    [DP_FIGURE_SHORT_ABANDONS] = SUM(SHORT_ABANDONS),
    [DP_FIGURE_HANDLES] = SUM(HANDLES),
    [DP_FIGURE_TRANSFERS] = SUM(TRANSFERS),
    [DP_FIGURE_DECLINES] = SUM(DECLINES),
    [DP_FIGURE_REPLIES] = SUM(REPLIES),
    [DP_FIGURE_OUTCOMES] = SUM(OUTCOMES),
    [DP_FIGURE_RESOLVED] = SUM(RESOLVED),
    [DP_FIGURE_RATINGS] = SUM(RATINGS),
    [DP_FIGURE_COMPLAINTS] = SUM(COMPLAINTS),
    [DP_FIGURE_QUALITY_CHECKS] = SUM(CHECKS),
    [DP_FIGURE_QUALITY_FATALS] = SUM(FATALS),
    DURATIONS(RESPONSE, RESPONSE_MS, RESPONSES),
    DURATIONS(REPLY, REPLY_MS, REPLIES),
    DURATIONS(HANDLE, HANDLE_MS, HANDLES),
    DURATIONS(RESOLVE, RESOLVE_MS, TIMED),
    [DP_FIGURE_TALK_MEAN] = MEAN(TALK_MS, HANDLES),
    [DP_FIGURE_HOLD_MEAN] = MEAN(HOLD_MS, HANDLES),
    [DP_FIGURE_HOLD_MAX] = MAX(HOLD_MS),
    [DP_FIGURE_WRAP_MEAN] = MEAN(WRAP_MS, HANDLES),
    [DP_FIGURE_ANSWERED_30S_RATE] = SHARE(RESPONSES_30S, RESPONSES),
    [DP_FIGURE_REPEAT_CONTACT_RATE] = SHARE(REPEATED, RESOLVED),
    [DP_FIGURE_URGENT_5M_RATE] = SHARE(URGENT_5M, URGENT),
    [DP_FIGURE_HIGH_24H_RATE] = SHARE(HIGH_24H, HIGH),
    [DP_FIGURE_MESSAGE_REPLY_RATE] = SHARE(REPLIED, ASKED),
    [DP_FIGURE_AGENT_TALK_SHARE] = SHARE(AGENT_MESSAGES, ALL_MESSAGES),
    [DP_FIGURE_CONTACTS_PER_HOUR] = {
        .shape = DP_SHAPE_QUOTIENT,
        .above = {HANDLES},
        .states_below = STAFFED,
        .scale = MILLION * 3600000},
    [DP_FIGURE_CONCURRENCY] = {
        .shape = DP_SHAPE_QUOTIENT,
        .above = {TALK_AND_HOLD_MS},
        .states_below = STAFFED,
        .scale = MILLION},
    [DP_FIGURE_ANSWER_RATE] = SHARE(RESPONSES, RESPONSES, LONG_ABANDONS),
    [DP_FIGURE_ABANDON_RATE] = SHARE(LONG_ABANDONS, RESPONSES, LONG_ABANDONS),
    [DP_FIGURE_RESOLUTION_RATE] = SHARE(RESOLVED, OUTCOMES),
    [DP_FIGURE_RESOLVED_24H_RATE] = SHARE(RESOLVED_24H, OUTCOMES),
    [DP_FIGURE_FCR_RATE] = SHARE(FIRST_CONTACT, OUTCOMES),
    [DP_FIGURE_TRANSFER_RATE] = SHARE(TRANSFERS, HANDLES),
    [DP_FIGURE_REPLY_3M_RATE] = SHARE(REPLIES_3M, REPLIES),
    [DP_FIGURE_SATISFACTION_MEAN] = POINTS(RATING_POINTS, RATINGS),
    [DP_FIGURE_SATISFIED_RATE] = SHARE(SATISFIED, RATINGS),
    [DP_FIGURE_COMPLAINT_RATE] = SHARE(COMPLAINTS, HANDLES),
    [DP_FIGURE_QUALITY_MEAN] = POINTS(CHECK_POINTS, CHECKS),
    [DP_FIGURE_OCCUPANCY] = {
        .shape = DP_SHAPE_QUOTIENT,
        .states_above = STATE(BUSY) | STATE(WRAPUP),
        .states_below = STAFFED,
        .scale = MILLION},
    [DP_EXPLAINED_VOLUME] = SUM(HANDLES),
    [DP_EXPLAINED_DAYS_WORKED] = {.shape = DP_SHAPE_DAYS, .above = {HANDLES}},
    [DP_EXPLAINED_ONLINE] = IN_STATES(((1u << DP_AGENT_STATES) - 1) & ~STATE(OFFLINE)),
    [DP_EXPLAINED_AVAILABLE] = IN_STATES(STATE(AVAILABLE)),
    [DP_EXPLAINED_BUSY] = IN_STATES(STATE(BUSY)),
    [DP_EXPLAINED_WRAPUP] = IN_STATES(STATE(WRAPUP)),
    [DP_EXPLAINED_BREAK] = IN_STATES(STATE(BREAK)),
    [DP_EXPLAINED_TRAINING] = IN_STATES(STATE(TRAINING)),
    [DP_EXPLAINED_MEETING] = IN_STATES(STATE(MEETING)),
    [DP_EXPLAINED_INTERNAL_SATISFACTION] =
        POINTS(INTERNAL_SATISFACTION_POINTS, INTERNAL_SATISFACTIONS),
    [DP_EXPLAINED_CROSS_TEAM_COMPLETION] =
        POINTS(CROSS_TEAM_COMPLETION_POINTS, CROSS_TEAM_COMPLETIONS),
    [DP_EXPLAINED_TRAINING_ATTENDANCE] =
        POINTS(TRAINING_ATTENDANCE_POINTS, TRAINING_ATTENDANCES),
    [DP_EXPLAINED_KNOWLEDGE] = POINTS(KNOWLEDGE_POINTS, KNOWLEDGES),
};

/* The service level, by the formula of the scope. */
static const struct rule service_levels[DP_FORMULAS] = {
    [DP_ANSWERED_AND_ABANDONED] = SHARE(RESPONSES_IN_TARGET, RESPONSES, LONG_ABANDONS),
    [DP_ANSWERED] = SHARE(RESPONSES_IN_TARGET, RESPONSES),
    [DP_OFFERED] = SHARE(RESPONSES_IN_TARGET, RESPONSES, ABANDONS),
    [DP_OFFERED_LESS_SHORT] = SHARE(RESPONSES_IN_TARGET, OFFERS_IN_HOURS, LESS_SHORT_ABANDONS),
    [DP_TARGET_ABANDONS] = SHARE(RESPONSES_IN_TARGET, RESPONSES, LATE_ABANDONS),
    [DP_CREDIT_ABANDONS] = {
        .shape = DP_SHAPE_QUOTIENT,
        .above = {RESPONSES_IN_TARGET, EARLY_ABANDONS},
        .below = {RESPONSES, ABANDONS},
        .scale = MILLION},
};
/* clang-format on */

static bool is_service_level(enum dp_explained which)
{
    return which == (enum dp_explained)DP_FIGURE_SERVICE_LEVEL;
}

static const struct rule *rule_of(enum dp_explained which, enum dp_formula formula)
{
    return is_service_level(which) ? &service_levels[formula] : &rules[which];
}

static const struct dp_figure_info more[] = {
#define DP_X(symbol, name, unit) {name, DP_UNIT_##unit},
    DP_EXPLAINED_TABLE(DP_X)
#undef DP_X
};

const char *dp_explained_name(enum dp_explained which)
{
    return which <= DP_EXPLAINED_LAST_FIGURE ? dp_figure_infos[which].name
                                             : more[which - DP_EXPLAINED_FIGURES].name;
}

enum dp_figure_unit dp_explained_unit(enum dp_explained which)
{
    return which <= DP_EXPLAINED_LAST_FIGURE ? dp_figure_infos[which].unit
                                             : more[which - DP_EXPLAINED_FIGURES].unit;
}

enum dp_explained dp_explained_find(struct dp_str name)
{
    enum dp_explained which = 0;
    while (which < DP_EXPLAINED && !dp_str_equal(name, dp_str_from(dp_explained_name(which))))
        which++;
    return which;
}

bool dp_explained_by_states(enum dp_explained which)
{
    return rules[which].states_above || rules[which].states_below;
}

bool dp_explained_of_agent(enum dp_explained which)
{
    return which > DP_EXPLAINED_LAST_FIGURE || dp_explained_by_states(which);
}

/* Windows leave out the greatest hold: they keep no maximum of it. */
bool dp_explained_of_period(enum dp_explained which)
{
    return which > DP_EXPLAINED_LAST_FIGURE || which == (enum dp_explained)DP_FIGURE_HOLD_MAX;
}

enum dp_shape dp_explained_shape(enum dp_explained which)
{
    return rule_of(which, DP_ANSWERED_AND_ABANDONED)->shape;
}

/* Facts ------------------------------------------------------------------------------------------
 */

static bool is_of(const struct term *term, const struct dp_fact *fact)
{
    if (term->kind != fact->kind)
        return false;
    if (term->without == ALL)
        return fact->flags == term->with;
    return (fact->flags & term->with) == term->with && !(fact->flags & term->without) &&
           (!term->up_to || fact->value <= term->up_to);
}

static const struct term *term_of(const uint8_t names[TERMS], const struct dp_fact *fact)
{
    for (size_t i = 0; i < TERMS; i++)
        if (names[i] != NO_TERM && is_of(&terms[names[i]], fact))
            return &terms[names[i]];
    return NULL;
}

unsigned dp_explained_role(enum dp_explained which, enum dp_formula formula,
                           const struct dp_fact *fact)
{
    const struct rule *rule = rule_of(which, formula);
    return (term_of(rule->above, fact) ? DP_COUNTS_ABOVE : 0) |
           (term_of(rule->below, fact) ? DP_COUNTS_BELOW : 0);
}

static int64_t part_of(const struct dp_fact *fact, enum part part)
{
    switch (part) {
    case VALUE:
        return fact->value;
    case TALK:
        return fact->value - fact->hold_ms - fact->wrap_ms;
    case HOLD:
        return fact->hold_ms;
    case WRAP:
        return fact->wrap_ms;
    case TALK_AND_HOLD:
        return fact->value - fact->wrap_ms;
    case MESSAGES:
        return fact->value + fact->hold_ms;
    case LESS_ONE:
        return -1;
    case ONE:
        break;
    }
    return 1;
}

static int64_t sum_of(const struct dp_evidence *evidence, const uint8_t names[TERMS],
                      unsigned states)
{
    int64_t sum = 0;
    for (size_t i = 0; i < evidence->count; i++) {
        const struct term *term = term_of(names, &evidence->facts[i]);
        sum += term ? part_of(&evidence->facts[i], term->part) : 0;
    }
    for (size_t i = 0; states && i < evidence->stay_count; i++) {
        const struct dp_stay *stay = &evidence->stays[i];
        sum += states >> stay->state & 1 ? stay->to_ms - stay->from_ms : 0;
    }
    return sum;
}

size_t dp_stays_of(const struct dp_fact *changes, size_t count, int64_t from_ms, int64_t to_ms,
                   int64_t most_ms, struct dp_stay *stays)
{
    size_t used = 0;
    for (size_t i = 0; i < count; i++) {
        int64_t since = changes[i].time_ms;
        int64_t until = to_ms - since > most_ms ? since + most_ms : to_ms;
        if (i + 1 < count && changes[i + 1].time_ms < until)
            until = changes[i + 1].time_ms;
        if (since < from_ms)
            since = from_ms;
        if (since < until)
            stays[used++] = (struct dp_stay){(enum dp_agent_state)changes[i].flags, since, until};
    }
    return used;
}

/* Numbers ----------------------------------------------------------------------------------------
 */

static int by_value(const void *a, const void *b)
{
    int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;
    return (left > right) - (left < right);
}

/* The values asked for, ascending; to be freed. A hold of no time is none. */
static int64_t *values_of(const struct rule *rule, const struct dp_evidence *evidence,
                          size_t *count)
{
    int64_t *values = dp_xcalloc(evidence->count + 1, sizeof *values);
    *count = 0;
    for (size_t i = 0; i < evidence->count; i++) {
        const struct term *term = term_of(rule->above, &evidence->facts[i]);
        int64_t value = term ? part_of(&evidence->facts[i], term->part) : 0;
        if (term && (value || term->part == VALUE))
            values[(*count)++] = value;
    }
    qsort(values, *count, sizeof *values, by_value);
    return values;
}

static void find_bucket(struct dp_explanation *explanation)
{
    unsigned bucket = dp_histogram_bucket(explanation->at_rank);
    int64_t middle = dp_histogram_middle(bucket);
    int64_t width = bucket ? middle - dp_histogram_middle(bucket - 1) : 1;
    explanation->bucketed = true;
    explanation->bucket_from = explanation->bucket_to = middle;
    while (width > 1 && dp_histogram_bucket(explanation->bucket_from - 1) == bucket)
        explanation->bucket_from--;
    while (width > 1 && dp_histogram_bucket(explanation->bucket_to + 1) == bucket)
        explanation->bucket_to++;
    explanation->value = middle < explanation->max ? middle : explanation->max;
}

static void explain_values(const struct rule *rule, const struct dp_evidence *evidence,
                           struct dp_explanation *explanation)
{
    int64_t *values = values_of(rule, evidence, &explanation->count);
    explanation->present = explanation->count > 0;
    if (explanation->present) {
        explanation->value = explanation->max = values[explanation->count - 1];
        if (rule->shape == DP_SHAPE_PERCENTILE) {
            explanation->rank = (explanation->count * rule->percent + 99) / 100;
            explanation->value = explanation->at_rank = values[explanation->rank - 1];
            if (evidence->period || explanation->count > DP_WINDOWS_EXACT)
                find_bucket(explanation);
        }
    }
    free(values);
}

static void explain_quotient(const struct rule *rule, const struct dp_evidence *evidence,
                             struct dp_explanation *explanation)
{
    explanation->top = sum_of(evidence, rule->above, rule->states_above);
    explanation->bottom = sum_of(evidence, rule->below, rule->states_below);
    explanation->scale = rule->scale ? rule->scale : 1;
    explanation->unit = rule->unit ? rule->unit : 1;
    explanation->present = explanation->bottom > 0;
    if (!explanation->present)
        return;
    __int128 top = (__int128)explanation->top * explanation->scale;
    __int128 bottom = (__int128)explanation->bottom * explanation->unit;
    explanation->value = (int64_t)((2 * top + bottom) / (2 * bottom));
}

static int64_t days_of(const struct rule *rule, const struct dp_evidence *evidence)
{
    int64_t *days = dp_xcalloc(evidence->count + 1, sizeof *days), different = 0;
    size_t count = 0;
    for (size_t i = 0; i < evidence->count; i++)
        if (term_of(rule->above, &evidence->facts[i]))
            days[count++] =
                dp_calendar_span(evidence->calendar, DP_PERIOD_DAY, evidence->facts[i].time_ms)
                    .from_ms;
    qsort(days, count, sizeof *days, by_value);
    for (size_t i = 0; i < count; i++)
        different += i == 0 || days[i] != days[i - 1];
    free(days);
    return different;
}

void dp_explain(enum dp_explained which, const struct dp_evidence *evidence,
                struct dp_explanation *explanation)
{
    const struct rule *rule = rule_of(which, evidence->formula);
    *explanation = (struct dp_explanation){.present = true};
    switch (rule->shape) {
    case DP_SHAPE_SUM:
        explanation->value = explanation->top = sum_of(evidence, rule->above, rule->states_above);
        break;
    case DP_SHAPE_QUOTIENT:
        explain_quotient(rule, evidence, explanation);
        /* An offer may be older than the window that holds its answer. */
        if (is_service_level(which) && explanation->value > MILLION)
            explanation->value = MILLION;
        break;
    case DP_SHAPE_MAX:
    case DP_SHAPE_PERCENTILE:
        explain_values(rule, evidence, explanation);
        break;
    case DP_SHAPE_DAYS:
        explanation->value = explanation->top = days_of(rule, evidence);
        break;
    }
}

/* The score --------------------------------------------------------------------------------------
 */

/* What standing.c knows of a period, made of the evidence. */
static struct dp_period_view *view_of(const struct dp_evidence *evidence)
{
    struct dp_period_view *view = dp_xcalloc(1, sizeof *view);
    struct dp_period period;
    struct dp_totals totals = {0};
    struct dp_explanation days;
    dp_period_init(&period, DP_PERIOD_MONTH, (struct dp_span){0});
    for (size_t i = 0; i < evidence->count; i++) {
        dp_period_value(&period, +1, &evidence->facts[i]);
        if (evidence->facts[i].kind != DP_FACT_MEASURED)
            dp_totals_put(&totals, &evidence->facts[i]);
    }
    dp_period_merge(&period, &totals);
    dp_period_view_add(view, &period);
    dp_period_deinit(&period);
    for (size_t i = 0; i < evidence->stay_count; i++)
        view->agent.state_ms[evidence->stays[i].state] +=
            evidence->stays[i].to_ms - evidence->stays[i].from_ms;
    dp_explain(DP_EXPLAINED_DAYS_WORKED, evidence, &days);
    view->agent.days_worked = (uint32_t)days.value;
    return view;
}

static void figures_of(const struct dp_evidence *evidence, struct dp_figures *figures)
{
    struct dp_explanation explanation;
    figures->present = 0;
    for (enum dp_figure which = 0; which < DP_FIGURES; which++) {
        dp_explain((enum dp_explained)which, evidence, &explanation);
        if (explanation.present)
            dp_figures_set(figures, which, explanation.value);
    }
}

struct telling {
    struct dp_known known;
    double *values;
    size_t asked;
};

/* Keeps what it tells. */
static bool tell(void *ctx, enum dp_quantity quantity, struct dp_robust robust, double *value)
{
    struct telling *telling = ctx;
    bool there = dp_known_tell(&telling->known, quantity, robust, value);
    telling->values[telling->asked++] = there ? *value : (double)NAN;
    return there;
}

void dp_explain_score(const struct dp_scorecard *card, const struct dp_evidence *evidence,
                      double values[DP_CARD_MEASURES_MAX], struct dp_score *score)
{
    struct dp_figures figures;
    struct dp_period_view *view = view_of(evidence);
    struct telling telling = {{view, &figures, DP_NO_SCORE}, values, 0};
    figures_of(evidence, &figures);
    dp_scorecard_evaluate(card, tell, &telling, score);
    free(view);
}
