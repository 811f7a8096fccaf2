/* Where agents stand: their scores in each open period, and their ranks in their teams. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aggregator/private.h"
#include "common/memory.h"

void dp_card_names_init(struct dp_card_names *names, const struct dp_scorecard *card)
{
    char text[160];
    *names = (struct dp_card_names){0};
    for (size_t i = 0; i < card->dimension_count; i++) {
        const struct dp_card_dimension *dimension = &card->dimensions[i];
        snprintf(text, sizeof text, "points:%s", dimension->name);
        names->dimensions[i] = dp_xstrdup(text);
        for (size_t n = dimension->first; n < dimension->first + dimension->count; n++) {
            snprintf(text, sizeof text, "points:%s:%s", dimension->name,
                     dp_quantity_name(card->measures[n].quantity));
            names->measures[n] = dp_xstrdup(text);
        }
    }
}

void dp_card_names_deinit(struct dp_card_names *names)
{
    for (size_t i = 0; i < DP_CARD_DIMENSIONS_MAX; i++)
        free(names->dimensions[i]);
    for (size_t i = 0; i < DP_CARD_MEASURES_MAX; i++)
        free(names->measures[i]);
}

/* ---------------------------------------------------------------- quantities */

static bool share(double *value, double numerator, double denominator)
{
    *value = denominator > 0 ? numerator / denominator : 0;
    return denominator > 0;
}

static bool tell_measured(const struct dp_known *known, enum dp_measure measure, double *value)
{
    return share(value, (double)known->view->agent.measured_sums[measure] / (double)DP_SCORE_UNIT,
                 known->view->agent.measured[measure]);
}

/* A mean time of which extreme values are not to decide. */
static bool tell_robust(const struct dp_known *known, enum dp_metric metric,
                        struct dp_robust robust, double *value)
{
    const struct dp_spread_sum *sum = &known->view->sums[metric];
    if (!sum->count)
        return false;
    if (robust.kind == DP_ROBUST_PERCENTILES) {
        *value = dp_spread_sum_winsorised(sum, robust.low, robust.high);
        return true;
    }
    const uint64_t rank = dp_spread_sum_rank(sum, 50);
    int64_t median;
    dp_spread_sum_select(sum, &rank, 1, &median);
    *value = (double)median;
    return true;
}

static bool tell_figure(const struct dp_known *known, enum dp_figure figure,
                        struct dp_robust robust, double *value)
{
    for (enum dp_metric metric = 0; robust.kind != DP_ROBUST_NONE && metric < DP_METRICS; metric++)
        if (dp_mean_figures[metric] == figure)
            return tell_robust(known, metric, robust, value);
    if (!dp_figures_has(known->figures, figure))
        return false;
    *value = (double)known->figures->value[figure];
    if (dp_figure_infos[figure].unit == DP_UNIT_MILLIONTHS)
        *value /= 1e6;
    return true;
}

bool dp_known_tell(void *ctx, enum dp_quantity quantity, struct dp_robust robust, double *value)
{
    const struct dp_known *known = ctx;
    const uint32_t *counts = known->view->totals.counts;
    switch ((int)quantity) {
    case DP_QUANTITY_VOLUME:
        return share(value, counts[DP_FACT_HANDLE], known->view->agent.days_worked);
    case DP_QUANTITY_INTERNAL_SATISFACTION:
        return tell_measured(known, DP_MEASURE_INTERNAL_SATISFACTION, value);
    case DP_QUANTITY_CROSS_TEAM_COMPLETION:
        return tell_measured(known, DP_MEASURE_CROSS_TEAM_COMPLETION, value);
    case DP_QUANTITY_TRAINING_ATTENDANCE:
        return tell_measured(known, DP_MEASURE_TRAINING_ATTENDANCE, value);
    case DP_QUANTITY_KNOWLEDGE:
        return tell_measured(known, DP_MEASURE_KNOWLEDGE, value);
    case DP_QUANTITY_FATAL_RATE:
        return share(value, counts[DP_COUNT_FATAL], counts[DP_FACT_QUALITY]);
    case DP_QUANTITY_DECLINES_PER_100:
        return share(value, 100.0 * counts[DP_FACT_DECLINE], counts[DP_FACT_HANDLE]);
    case DP_QUANTITY_ONLINE:
        *value = (double)dp_period_online_ms(&known->view->agent);
        return *value > 0;
    case DP_QUANTITY_SCORE:
        *value = (double)known->score / 1e6;
        return known->score != DP_NO_SCORE;
    default:
        return tell_figure(known, (enum dp_figure)quantity, robust, value);
    }
}

static void add_states(const struct dp_period_view *view, struct dp_figures *figures)
{
    const int64_t *state_ms = view->agent.state_ms;
    int64_t worked = state_ms[DP_STATE_BUSY] + state_ms[DP_STATE_WRAPUP];
    int64_t staffed = worked + state_ms[DP_STATE_AVAILABLE];
    dp_figures_set_share(figures, DP_FIGURE_OCCUPANCY, worked, staffed);
    dp_totals_staffed(&view->totals, staffed, figures);
}

const struct dp_period_view *dp_standing_figures(struct dp_aggregator *agg,
                                                 const struct dp_scope *scope,
                                                 const struct dp_period *period,
                                                 struct dp_figures *figures)
{
    const struct dp_period_view *view = dp_accrue_view(agg, scope, period);
    dp_period_view_figures(view, figures);
    dp_service_level_set(dp_scope_formula(agg, scope), &view->totals, figures);
    if (scope->kind == DP_SCOPE_AGENT)
        add_states(view, figures);
    return view;
}

void dp_standing_score(struct dp_aggregator *agg, const struct dp_scope *scope,
                       const struct dp_period *period, struct dp_figures *figures,
                       struct dp_score *score)
{
    const struct dp_period_view *view = dp_standing_figures(agg, scope, period, figures);
    struct dp_known known = {view, figures, DP_NO_SCORE};
    dp_scorecard_evaluate(&agg->options.scorecard, dp_known_tell, &known, score);
}

/* ---------------------------------------------------------------- ranks */

static void find_scores(struct dp_aggregator *agg, struct dp_scope *agent)
{
    struct dp_figures figures;
    struct dp_score score;
    for (uint32_t i = 0; i < agent->periods.count; i++) {
        struct dp_period *period = &agent->periods.items[i];
        if (period->scored || !(agg->period_rules.kinds >> period->kind & 1))
            continue;
        dp_standing_score(agg, agent, period, &figures, &score);
        int64_t now = score.present ? score.score : DP_NO_SCORE;
        if (now != period->score) {
            agg->ranks_changed = agent->periods.changed = period->changed = true;
            dp_scope_touch(agg, agent);
        }
        period->score = now;
        period->scored = true;
    }
}

static void set_standing(struct dp_aggregator *agg, struct dp_scope *agent,
                         struct dp_period *period, const struct dp_standing *standing)
{
    if (memcmp(&period->standing, standing, sizeof *standing) == 0)
        return;
    period->standing = *standing;
    period->changed = agent->periods.changed = true;
    dp_scope_touch(agg, agent);
}

static void collect(struct dp_aggregator *agg, struct dp_scope *agent)
{
    static const struct dp_standing none;
    struct dp_ranking *ranking = &agg->ranking;
    for (uint32_t i = 0; i < agent->periods.count; i++) {
        struct dp_period *period = &agent->periods.items[i];
        if (period->score == DP_NO_SCORE || !agent->rank_team) {
            set_standing(agg, agent, period, &none);
            continue;
        }
        ranking->items =
            dp_xgrow(ranking->items, ranking->count, &ranking->capacity, sizeof *ranking->items);
        ranking->items[ranking->count++] =
            (struct dp_ranked){agent->rank_team, period->kind, period->span.from_ms, agent, period};
    }
}

static int by_group(const struct dp_ranked *a, const struct dp_ranked *b)
{
    if (a->team != b->team)
        return a->team < b->team ? -1 : 1;
    if (a->kind != b->kind)
        return a->kind < b->kind ? -1 : 1;
    return (a->from_ms > b->from_ms) - (a->from_ms < b->from_ms);
}

static int by_score(const void *left, const void *right)
{
    const struct dp_ranked *a = left, *b = right;
    int order = by_group(a, b);
    return order ? order
                 : (a->period->score < b->period->score) - (a->period->score > b->period->score);
}

/* The best first; who has the same score has the same rank. */
static void rank_group(struct dp_aggregator *agg, struct dp_ranked *group, uint32_t count)
{
    for (uint32_t first = 0, next; first < count; first = next) {
        next = first + 1;
        while (next < count && group[next].period->score == group[first].period->score)
            next++;
        struct dp_standing standing = {first + 1, count - next + 1, count};
        for (uint32_t i = first; i < next; i++)
            set_standing(agg, group[i].agent, group[i].period, &standing);
    }
}

static void rank_all(struct dp_aggregator *agg)
{
    struct dp_ranking *ranking = &agg->ranking;
    ranking->count = 0;
    for (uint32_t i = DP_SCOPE_OF_ALL + 1; i < agg->scopes.count; i++)
        if (agg->scopes.items[i] && agg->scopes.items[i]->kind == DP_SCOPE_AGENT)
            collect(agg, agg->scopes.items[i]);
    if (ranking->count)
        qsort(ranking->items, ranking->count, sizeof *ranking->items, by_score);
    for (size_t first = 0, next; first < ranking->count; first = next) {
        next = first + 1;
        while (next < ranking->count &&
               by_group(&ranking->items[first], &ranking->items[next]) == 0)
            next++;
        rank_group(agg, ranking->items + first, (uint32_t)(next - first));
    }
}

/* Closes what no correction can reach any more. Those that are ranked together go together, or who
 * is left would be ranked anew: so nothing goes before all that ended with it, or earlier, has been
 * handed out. */
static void close_periods(struct dp_aggregator *agg)
{
    int64_t closed_ms = agg->period_rules.closed_ms, untold_ms = INT64_MAX;
    for (uint32_t i = DP_SCOPE_OF_ALL; i < agg->scopes.count; i++)
        if (agg->scopes.items[i]) {
            int64_t ms = dp_periods_untold_ms(&agg->scopes.items[i]->periods, closed_ms);
            untold_ms = ms < untold_ms ? ms : untold_ms;
        }
    closed_ms = untold_ms <= closed_ms ? untold_ms - 1 : closed_ms;
    for (uint32_t i = DP_SCOPE_OF_ALL; i < agg->scopes.count; i++)
        if (agg->scopes.items[i]) {
            dp_periods_close(&agg->scopes.items[i]->periods, closed_ms);
            dp_scope_give_back(agg, agg->scopes.items[i]);
        }
}

void dp_standings_update(struct dp_aggregator *agg)
{
    agg->standings_due = agg->cursor.scope != NULL;
    for (uint32_t i = DP_SCOPE_OF_ALL; i < agg->scopes.count; i++) {
        struct dp_scope *scope = agg->scopes.items[i];
        if (!scope || scope == agg->cursor.scope) /* that one is being handed out: next time */
            continue;
        dp_scope_settle(agg, scope);
        if (scope->kind == DP_SCOPE_AGENT && agg->options.scorecard.dimension_count)
            find_scores(agg, scope);
    }
    if (agg->ranks_changed)
        rank_all(agg);
    agg->ranks_changed = false;
    if (!agg->cursor.scope)
        close_periods(agg);
}
