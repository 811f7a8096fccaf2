/* What accrues to calendar periods beside facts: the time that agents spend in their states, once
 * no event can change it any more. */
#include "aggregator/private.h"

void dp_accrue_settled(struct dp_aggregator *agg, int64_t settled_ms)
{
    agg->period_rules.closed_ms = dp_back(settled_ms, agg->options.contact_ttl_ms);
}

/* Calls for each state but offline, and the part of [from, to) that it held: until the next one,
 * but for `most_ms` at most, for nobody says that an agent has gone for good. */
typedef void dp_stay_fn(void *ctx, enum dp_agent_state state, int64_t from_ms, int64_t to_ms);

static void each_stay(const struct dp_agent *agent, int64_t most_ms, int64_t from_ms, int64_t to_ms,
                      dp_stay_fn *stay, void *ctx)
{
    for (uint32_t i = 0; i < agent->count; i++) {
        const struct dp_state_change *change = &agent->changes[i];
        int64_t since = change->time_ms, until = since + most_ms < to_ms ? since + most_ms : to_ms;
        if (i + 1 < agent->count && change[1].time_ms < until)
            until = change[1].time_ms;
        if (since < from_ms)
            since = from_ms;
        if (since < until && change->state != DP_STATE_OFFLINE)
            stay(ctx, change->state, since, until);
    }
}

struct accruing {
    struct dp_aggregator *agg;
    struct dp_periods *periods;
    int sign;
};

static void accrue_stay(void *ctx, enum dp_agent_state state, int64_t from_ms, int64_t to_ms)
{
    struct accruing *accruing = ctx;
    dp_periods_add_state(accruing->periods, &accruing->agg->period_rules, accruing->sign, state,
                         from_ms, to_ms);
}

void dp_accrue_states(struct dp_aggregator *agg, struct dp_scope *scope, int64_t until_ms)
{
    if (!dp_agent_now(&scope->agent) || until_ms <= scope->accrued_ms)
        return;
    struct accruing accruing = {agg, &scope->periods, +1};
    dp_scope_await(agg, scope);
    each_stay(&scope->agent, agg->options.scope_ttl_ms, scope->accrued_ms, until_ms, accrue_stay,
              &accruing);
    scope->accrued_ms = until_ms;
}

void dp_accrue_again(struct dp_aggregator *agg, struct dp_scope *scope, int sign, int64_t from_ms)
{
    struct accruing accruing = {agg, &scope->periods, sign};
    dp_scope_await(agg, scope);
    each_stay(&scope->agent, agg->options.scope_ttl_ms, from_ms, scope->accrued_ms, accrue_stay,
              &accruing);
}

struct staying {
    const struct dp_span *span;
    int64_t *state_ms;
};

static void add_stay(void *ctx, enum dp_agent_state state, int64_t from_ms, int64_t to_ms)
{
    struct staying *staying = ctx;
    int64_t from = from_ms > staying->span->from_ms ? from_ms : staying->span->from_ms;
    int64_t to = to_ms < staying->span->to_ms ? to_ms : staying->span->to_ms;
    if (from < to)
        staying->state_ms[state] += to - from;
}

bool dp_accrue_any(const struct dp_aggregator *agg, const struct dp_scope *scope,
                   const struct dp_period *period)
{
    int64_t state_ms[DP_AGENT_STATES] = {0}, sum = 0;
    struct staying staying = {&period->span, state_ms};
    if (dp_periods_hold(&scope->periods, period))
        return true;
    each_stay(&scope->agent, agg->options.scope_ttl_ms, scope->accrued_ms, agg->t_ms, add_stay,
              &staying);
    for (size_t i = 0; i < DP_AGENT_STATES; i++)
        sum += state_ms[i];
    return sum > 0;
}

const struct dp_period_view *dp_accrue_view(struct dp_aggregator *agg, const struct dp_scope *scope,
                                            const struct dp_period *period)
{
    struct dp_period_view *view = &agg->period_rules.view;
    struct staying staying = {&period->span, view->agent.state_ms};
    dp_periods_view(&scope->periods, &agg->period_rules, period);
    each_stay(&scope->agent, agg->options.scope_ttl_ms, scope->accrued_ms, agg->t_ms, add_stay,
              &staying);
    return view;
}

static void touch_stay(void *ctx, enum dp_agent_state state, int64_t from_ms, int64_t to_ms)
{
    struct accruing *accruing = ctx;
    struct dp_period_rules *rules = &accruing->agg->period_rules;
    (void)state;
    for (int64_t at = from_ms; rules->kinds && at < to_ms;
         at = dp_calendar_span(&rules->calendar, DP_PERIOD_DAY, at).to_ms)
        dp_periods_touch(accruing->periods, rules, at);
}

void dp_accrue_open(struct dp_aggregator *agg, struct dp_scope *scope)
{
    struct accruing accruing = {agg, &scope->periods, +1};
    dp_scope_settle(agg, scope);
    dp_accrue_states(agg, scope, agg->settled_ms < agg->t_ms ? agg->settled_ms : agg->t_ms);
    each_stay(&scope->agent, agg->options.scope_ttl_ms, scope->accrued_ms, agg->t_ms, touch_stay,
              &accruing);
}

bool dp_accrue_runs(const struct dp_scope *scope)
{
    const struct dp_state_change *now = dp_agent_now(&scope->agent);
    return now && now->state != DP_STATE_OFFLINE;
}
