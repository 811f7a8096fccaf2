/* What has changed in calendar periods, as entries for the sink: a scope's periods together. */
#include <stdio.h>
#include <string.h>

#include "aggregator/private.h"

/* The time in an agent's state goes on by itself: its periods are written again so often though
 * nothing arrives. */
#define DP_STATES_PERIOD_MS INT64_C(300000)

/* A key that is written late still lives for so long. */
#define DP_LEAST_TTL_MS INT64_C(60000)

/* Who lacks quality checks this month is of no interest after it. */
#define DP_DUE_TTL_MS (INT64_C(40) * DP_DAY_MS)

/* Some period has changed, or will have when the facts on their way are there. */
static bool changed(const struct dp_scope *scope)
{
    return scope->periods.changed || scope->states_changed || scope->bundle.to_periods;
}

/* Every 0 ms: with each change. */
static bool passed(const struct dp_aggregator *agg, const struct dp_scope *scope, int64_t every_ms)
{
    return !every_ms || dp_entries_passed(scope, every_ms, scope->periods_ms, agg->t_ms);
}

bool dp_period_entries_due(const struct dp_aggregator *agg, const struct dp_scope *scope)
{
    if (!agg->period_rules.kinds)
        return false;
    if (scope->periods_ms == INT64_MIN)
        return !dp_periods_empty(&scope->periods) || changed(scope) || dp_accrue_runs(scope) ||
               (scope->kind == DP_SCOPE_TEAM && scope->sets_unknown);
    if (agg->periods_held)
        return false;
    return (changed(scope) && passed(agg, scope, agg->options.period_interval_ms)) ||
           (dp_accrue_runs(scope) && passed(agg, scope, DP_STATES_PERIOD_MS));
}

int64_t dp_period_entries_next(const struct dp_aggregator *agg, const struct dp_scope *scope)
{
    int64_t at = INT64_MAX;
    if (!agg->period_rules.kinds)
        return at;
    if (changed(scope) && agg->options.period_interval_ms)
        at = dp_entries_next(scope, agg->options.period_interval_ms, agg->t_ms);
    if (dp_accrue_runs(scope)) {
        int64_t due = scope->periods_ms == INT64_MIN
                          ? agg->t_ms + DP_SECOND_MS
                          : dp_entries_next(scope, DP_STATES_PERIOD_MS, agg->t_ms);
        at = due < at ? due : at;
    }
    return at;
}

void dp_period_entries_open(struct dp_aggregator *agg, struct dp_scope *scope)
{
    struct dp_periods *periods = &scope->periods;
    dp_accrue_open(agg, scope);
    if (scope->periods_ms == INT64_MIN) {
        scope->told_due = 0;
        for (uint32_t i = 0; i < periods->count; i++) {
            periods->items[i].changed = true;
            periods->items[i].told = periods->items[i].named = false;
            periods->items[i].there = true; /* for all one knows */
            periods->items[i].told_score = DP_NO_SCORE;
        }
    }
    periods->changed = scope->states_changed = false;
    if (periods->count) /* a state that has only just begun is looked at again */
        scope->periods_ms = agg->t_ms;
}

static void add_states(const struct dp_period_agent *agent, struct dp_entry *entry)
{
    static const char *const names[DP_AGENT_STATES] = {
        [DP_STATE_AVAILABLE] = "available_ms", [DP_STATE_BUSY] = "busy_ms",
        [DP_STATE_WRAPUP] = "wrapup_ms",       [DP_STATE_BREAK] = "break_ms",
        [DP_STATE_TRAINING] = "training_ms",   [DP_STATE_MEETING] = "meeting_ms"};
    dp_entry_add(entry, "online_ms", DP_FIELD_INTEGER, dp_period_online_ms(agent));
    for (size_t i = 0; i < DP_AGENT_STATES; i++)
        if (names[i])
            dp_entry_add(entry, names[i], DP_FIELD_INTEGER, agent->state_ms[i]);
}

static void add_measured(const struct dp_period_agent *agent, struct dp_entry *entry)
{
    for (size_t i = 0; i < DP_MEASURES; i++)
        if (agent->measured[i]) {
            int64_t count = agent->measured[i] * (DP_SCORE_UNIT / 1000000);
            dp_entry_add(entry, dp_measure_names[i], DP_FIELD_MILLIONTHS,
                         ((int64_t)agent->measured_sums[i] + count / 2) / count);
        }
}

static uint32_t quota_of(const struct dp_aggregator *agg, const struct dp_period *period,
                         const struct dp_period_view *view)
{
    if (!view->agent.days_worked)
        return 0;
    return period->kind == DP_PERIOD_DAY     ? agg->options.quality_per_day
           : period->kind == DP_PERIOD_MONTH ? agg->options.quality_per_month
                                             : 0;
}

static void add_quality(const struct dp_aggregator *agg, const struct dp_period *period,
                        const struct dp_period_view *view, struct dp_entry *entry)
{
    uint32_t quota = quota_of(agg, period, view);
    if (!quota)
        return;
    dp_entry_add(entry, "quality_quota", DP_FIELD_INTEGER, quota);
    dp_entry_add(entry, "quality_quota_met", DP_FIELD_INTEGER,
                 view->totals.counts[DP_FACT_QUALITY] >= quota);
}

static void add_score(const struct dp_aggregator *agg, const struct dp_score *score,
                      struct dp_entry *entry)
{
    const struct dp_scorecard *card = &agg->options.scorecard;
    if (!score->present)
        return;
    dp_entry_add(entry, "score", DP_FIELD_MILLIONTHS, score->score);
    dp_entry_add(entry, "coverage", DP_FIELD_MILLIONTHS, score->coverage);
    for (size_t i = 0; i < card->dimension_count; i++)
        if (score->dimensions_present >> i & 1)
            dp_entry_add(entry, agg->card_names.dimensions[i], DP_FIELD_MILLIONTHS,
                         score->dimension_points[i]);
    for (size_t i = 0; i < card->measure_count; i++)
        if (score->measures_present >> i & 1)
            dp_entry_add(entry, agg->card_names.measures[i], DP_FIELD_MILLIONTHS,
                         score->measure_points[i]);
}

static void add_standing(const struct dp_standing *standing, struct dp_entry *entry)
{
    const char *band = dp_band_name(dp_band_of(standing));
    if (!standing->ranked)
        return;
    dp_entry_add(entry, "rank", DP_FIELD_INTEGER, standing->rank);
    dp_entry_add(entry, "ranked", DP_FIELD_INTEGER, standing->ranked);
    if (band)
        dp_entry_add_text(entry, "band", dp_str_from(band));
}

/* The names of what has been earned, separated by ", ". */
static void add_awards(struct dp_aggregator *agg, const struct dp_period *period,
                       struct dp_known *known, struct dp_entry *entry)
{
    static const char *const names[] = {[DP_AWARD] = "awards", [DP_AWARD_WARNING] = "warnings"};
    struct dp_cursor *cursor = &agg->cursor;
    char *ends[2] = {cursor->awards[0], cursor->awards[1]};
    for (size_t i = 0; i < agg->options.award_count; i++) {
        const struct dp_award *award = &agg->options.awards[i];
        char **end = &ends[award->kind], *begin = cursor->awards[award->kind];
        size_t room = DP_AWARDS_TEXT - (size_t)(*end - begin);
        if (award->period != period->kind || strlen(award->name) + 3 > room ||
            !dp_award_earned(award, dp_known_tell, known, &period->standing))
            continue;
        *end += sprintf(*end, "%s%s", *end == begin ? "" : ", ", award->name);
    }
    for (size_t kind = 0; kind < 2; kind++)
        if (ends[kind] != cursor->awards[kind])
            dp_entry_add_text(entry, names[kind], dp_str_from(cursor->awards[kind]));
}

static void add_agent(struct dp_aggregator *agg, const struct dp_scope *scope,
                      const struct dp_period *period, const struct dp_figures *figures,
                      const struct dp_score *score, struct dp_entry *entry)
{
    const struct dp_period_view *view = &agg->period_rules.view;
    struct dp_known known = {view, figures, score->present ? score->score : DP_NO_SCORE};
    dp_entry_add(entry, "volume", DP_FIELD_INTEGER, view->totals.counts[DP_FACT_HANDLE]);
    dp_entry_add(entry, "days_worked", DP_FIELD_INTEGER, view->agent.days_worked);
    add_states(&view->agent, entry);
    if (scope->rank_team)
        dp_entry_add_text(entry, "team", dp_scope_at(agg, scope->rank_team)->id);
    add_measured(&view->agent, entry);
    add_quality(agg, period, view, entry);
    add_score(agg, score, entry);
    add_standing(&period->standing, entry);
    add_awards(agg, period, &known, entry);
}

static void add_classes(struct dp_cursor *cursor, const struct dp_period_view *view,
                        struct dp_entry *entry)
{
    static const struct {
        enum dp_metric metric;
        const char *name;
    } shown[DP_CURSOR_CLASSES] = {{DP_METRIC_RESPONSE, "response_counts"},
                                  {DP_METRIC_HANDLE, "handle_counts"}};
    for (size_t i = 0; i < DP_CURSOR_CLASSES; i++) {
        if (!view->sums[shown[i].metric].count)
            continue;
        dp_period_view_classes(view, shown[i].metric, cursor->classes[i]);
        dp_entry_add_text(entry, shown[i].name, dp_str_from(cursor->classes[i]));
    }
}

static int64_t ttl_of(const struct dp_aggregator *agg, const struct dp_period *period)
{
    int64_t ttl_ms = period->span.to_ms + agg->options.period_keep_ms - agg->t_ms;
    return ttl_ms < DP_LEAST_TTL_MS ? DP_LEAST_TTL_MS : ttl_ms;
}

static const char *label_of(struct dp_cursor *cursor, const struct dp_period *period)
{
    char *text = cursor->labels[period->kind].text;
    int64_t *from_ms = &cursor->labels[period->kind].from_ms;
    if (!*text || *from_ms != period->span.from_ms)
        dp_calendar_label(period->kind, period->span.from_ms, text);
    *from_ms = period->span.from_ms;
    return text;
}

static void name_rank(struct dp_cursor *cursor, const struct dp_period *period)
{
    snprintf(cursor->set, sizeof cursor->set, "rank:%s", label_of(cursor, period));
}

static void begin_period(struct dp_aggregator *agg, const struct dp_scope *scope,
                         const struct dp_period *period, enum dp_entry_kind kind,
                         struct dp_entry *entry)
{
    dp_entry_begin(scope, kind, entry);
    entry->label = label_of(&agg->cursor, period);
}

static void period_entry(struct dp_aggregator *agg, struct dp_scope *scope,
                         const struct dp_period *period, struct dp_entry *entry)
{
    struct dp_figures figures;
    struct dp_score score;
    const struct dp_period_view *view = &agg->period_rules.view;
    bool agent = scope->kind == DP_SCOPE_AGENT;
    begin_period(agg, scope, period, DP_ENTRY_PERIOD, entry);
    entry->ttl_ms = ttl_of(agg, period);
    if (agent)
        dp_standing_score(agg, scope, period, &figures, &score);
    else
        dp_standing_figures(agg, scope, period, &figures);
    dp_entry_add(entry, "v", DP_FIELD_INTEGER, DP_FORMAT_VERSION);
    dp_entry_add(entry, "as_of_ms", DP_FIELD_INTEGER, agg->t_ms);
    dp_entry_add(entry, "from_ms", DP_FIELD_INTEGER, period->span.from_ms);
    dp_entry_add(entry, "to_ms", DP_FIELD_INTEGER, period->span.to_ms);
    dp_entry_figures(agg, scope, &figures, entry);
    add_classes(&agg->cursor, view, entry);
    if (agent)
        add_agent(agg, scope, period, &figures, &score, entry);
}

/* A member of one of the team's sorted sets; the score is to be set, or `gone`. */
static void member_entry(struct dp_aggregator *agg, const struct dp_scope *agent, uint32_t team,
                         struct dp_entry *entry)
{
    dp_entry_begin(dp_scope_at(agg, team), DP_ENTRY_RANKED, entry);
    entry->set = agg->cursor.set;
    entry->member = agent->id;
}

static void rank_entry(struct dp_aggregator *agg, const struct dp_scope *agent,
                       struct dp_period *period, int64_t score, struct dp_entry *entry)
{
    struct dp_cursor *cursor = &agg->cursor;
    member_entry(agg, agent, agent->told_team, entry);
    name_rank(cursor, period);
    entry->score_unit = DP_FIELD_MILLIONTHS;
    entry->score = score;
    entry->gone = score == DP_NO_SCORE;
    entry->ttl_ms = ttl_of(agg, period);
    period->told_score = score;
}

static void due_entry(struct dp_aggregator *agg, struct dp_scope *agent, uint32_t due,
                      struct dp_entry *entry)
{
    member_entry(agg, agent, agent->told_team, entry);
    strcpy(agg->cursor.set, "quality:due");
    entry->score_unit = DP_FIELD_INTEGER;
    entry->score = due;
    entry->gone = !due;
    entry->ttl_ms = DP_DUE_TTL_MS;
    agent->told_due = due;
}

/* The quality checks that the agent lacks this month. */
static uint32_t due_now(struct dp_aggregator *agg, const struct dp_scope *agent)
{
    for (uint32_t i = 0; i < agent->periods.count; i++) {
        const struct dp_period *period = &agent->periods.items[i];
        if (period->kind != DP_PERIOD_MONTH || agg->t_ms < period->span.from_ms ||
            agg->t_ms >= period->span.to_ms)
            continue;
        const struct dp_period_view *view = dp_accrue_view(agg, agent, period);
        uint32_t quota = quota_of(agg, period, view);
        uint32_t checks = view->totals.counts[DP_FACT_QUALITY];
        return checks < quota ? quota - checks : 0;
    }
    return 0;
}

/* Sorted sets of a team that may hold what nobody knows of go as a whole, before their members are
 * told: those of the periods that are open to all. */
static bool clear_sets(struct dp_aggregator *agg, struct dp_scope *team, struct dp_entry *entry)
{
    const struct dp_periods *open = &dp_scope_at(agg, DP_SCOPE_OF_ALL)->periods;
    struct dp_cursor *cursor = &agg->cursor;
    if (!team->sets_unknown)
        return false;
    uint32_t at = team->sets_gone++;
    if (at < open->count) {
        name_rank(cursor, &open->items[at]);
    } else {
        strcpy(cursor->set, "quality:due");
        team->sets_unknown = false;
    }
    dp_entry_begin(team, DP_ENTRY_RANKED, entry);
    entry->set = cursor->set;
    entry->gone = true;
    return true;
}

/* An agent that is in another team now leaves the sorted sets of the team before. */
static bool leave_team(struct dp_aggregator *agg, struct dp_scope *agent, struct dp_entry *entry)
{
    if (agent->told_team == agent->rank_team)
        return false;
    for (uint32_t i = 0; agent->told_team && i < agent->periods.count; i++)
        if (agent->periods.items[i].told_score != DP_NO_SCORE) {
            rank_entry(agg, agent, &agent->periods.items[i], DP_NO_SCORE, entry);
            return true;
        }
    if (agent->told_team && agent->told_due) {
        due_entry(agg, agent, 0, entry);
        return true;
    }
    dp_scope_release(agg, agent->told_team);
    dp_scope_hold(agg, agent->rank_team);
    agent->told_team = agent->rank_team;
    return false;
}

/* The next entry about one period; false when there is no more. */
static bool take_of_period(struct dp_aggregator *agg, struct dp_scope *scope,
                           struct dp_period *period, struct dp_entry *entry)
{
    if (!(agg->period_rules.kinds >> period->kind & 1)) { /* a day that others are made of */
        period->changed = false;
        period->told = true;
        return false;
    }
    if (period->changed && !dp_accrue_any(agg, scope, period)) { /* all was taken back */
        bool there = period->there;
        period->changed = period->there = false;
        period->told = true;
        if (there) {
            begin_period(agg, scope, period, DP_ENTRY_PERIOD, entry);
            entry->gone = true;
            return true;
        }
    }
    if (period->changed && scope->kind == DP_SCOPE_ALL && !period->named) {
        period->named = true;
        begin_period(agg, scope, period, DP_ENTRY_LABEL, entry);
        return true;
    }
    if (period->changed) {
        period->changed = false;
        period->told = period->there = true;
        period_entry(agg, scope, period, entry);
        return true;
    }
    if (scope->told_team && period->told_score != period->score) {
        rank_entry(agg, scope, period, period->score, entry);
        return true;
    }
    return false;
}

bool dp_period_entries_take(struct dp_aggregator *agg, struct dp_scope *scope,
                            struct dp_entry *entry)
{
    struct dp_cursor *cursor = &agg->cursor;
    if (scope->kind == DP_SCOPE_TEAM && clear_sets(agg, scope, entry))
        return true;
    if (scope->told_team && clear_sets(agg, dp_scope_at(agg, scope->told_team), entry))
        return true;
    if (leave_team(agg, scope, entry))
        return true;
    if (scope->told_team && clear_sets(agg, dp_scope_at(agg, scope->told_team), entry))
        return true;
    for (; cursor->period < scope->periods.count; cursor->period++)
        if (take_of_period(agg, scope, &scope->periods.items[cursor->period], entry))
            return true;
    if (cursor->period == scope->periods.count && scope->told_team) {
        cursor->period++; /* once */
        uint32_t due = due_now(agg, scope);
        if (due != scope->told_due) {
            due_entry(agg, scope, due, entry);
            return true;
        }
    }
    return false;
}
