#include "aggregator/explanation.h"

#include <math.h>
#include <stdlib.h>

#include "aggregator/histogram.h"
#include "aggregator/percentile.h"
#include "aggregator/private.h"
#include "common/memory.h"

/* Evidence ---------------------------------------------------------------------------------------
 */

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

static int64_t sum_of(const struct dp_evidence *evidence, const uint8_t terms[DP_TERMS],
                      unsigned states)
{
    int64_t sum = 0;
    for (size_t i = 0; i < evidence->count; i++) {
        const struct dp_term *term = dp_term_of(terms, &evidence->facts[i]);
        sum += term ? dp_term_adds(term, &evidence->facts[i]) : 0;
    }
    for (size_t i = 0; states && i < evidence->stay_count; i++) {
        const struct dp_stay *stay = &evidence->stays[i];
        sum += states >> stay->state & 1 ? stay->to_ms - stay->from_ms : 0;
    }
    return sum;
}

/* Numbers ----------------------------------------------------------------------------------------
 */

static int by_value(const void *a, const void *b)
{
    int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;
    return (left > right) - (left < right);
}

/* The values asked for, ascending; to be freed. A hold of no time is none. */
static int64_t *values_of(const struct dp_recipe *recipe, const struct dp_evidence *evidence,
                          size_t *count)
{
    int64_t *values = dp_xcalloc(evidence->count + 1, sizeof *values);
    *count = 0;
    for (size_t i = 0; i < evidence->count; i++) {
        const struct dp_term *term = dp_term_of(recipe->above, &evidence->facts[i]);
        int64_t value = term ? dp_term_adds(term, &evidence->facts[i]) : 0;
        if (term && (value || term->part == DP_PART_VALUE))
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

static void explain_values(const struct dp_recipe *recipe, const struct dp_evidence *evidence,
                           struct dp_explanation *explanation)
{
    int64_t *values = values_of(recipe, evidence, &explanation->count);
    explanation->present = explanation->count > 0;
    if (explanation->present) {
        explanation->value = explanation->max = values[explanation->count - 1];
        if (recipe->shape == DP_SHAPE_PERCENTILE) {
            explanation->rank = dp_percentile_rank(recipe->percent, explanation->count);
            explanation->value = explanation->at_rank = values[explanation->rank - 1];
            if (evidence->period || explanation->count > DP_WINDOWS_EXACT)
                find_bucket(explanation);
        }
    }
    free(values);
}

static void explain_quotient(const struct dp_recipe *recipe, const struct dp_evidence *evidence,
                             struct dp_explanation *explanation)
{
    explanation->top = sum_of(evidence, recipe->above, recipe->states_above);
    explanation->bottom = sum_of(evidence, recipe->below, recipe->states_below);
    explanation->scale = recipe->scale ? recipe->scale : 1;
    explanation->unit = recipe->unit ? recipe->unit : 1;
    explanation->present = explanation->bottom > 0;
    if (!explanation->present)
        return;
    __int128 top = (__int128)explanation->top * explanation->scale;
    __int128 bottom = (__int128)explanation->bottom * explanation->unit;
    explanation->value = (int64_t)((2 * top + bottom) / (2 * bottom));
}

static int64_t days_of(const struct dp_recipe *recipe, const struct dp_evidence *evidence)
{
    int64_t *days = dp_xcalloc(evidence->count + 1, sizeof *days), different = 0;
    size_t count = 0;
    for (size_t i = 0; i < evidence->count; i++)
        if (dp_term_of(recipe->above, &evidence->facts[i]))
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
    const struct dp_recipe *recipe = dp_explained_recipe(which, evidence->formula);
    *explanation = (struct dp_explanation){.present = true};
    switch (recipe->shape) {
    case DP_SHAPE_SUM:
        explanation->value = explanation->top =
            sum_of(evidence, recipe->above, recipe->states_above);
        break;
    case DP_SHAPE_QUOTIENT:
        explain_quotient(recipe, evidence, explanation);
        /* An offer may be older than the window that holds its answer. */
        if (which == (enum dp_explained)DP_FIGURE_SERVICE_LEVEL &&
            explanation->value > explanation->scale)
            explanation->value = explanation->scale;
        break;
    case DP_SHAPE_MAX:
    case DP_SHAPE_PERCENTILE:
        explain_values(recipe, evidence, explanation);
        break;
    case DP_SHAPE_DAYS:
        explanation->value = explanation->top = days_of(recipe, evidence);
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
