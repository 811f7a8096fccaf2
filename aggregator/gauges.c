#include "aggregator/gauge.h"
#include "aggregator/private.h"
#include "common/memory.h"

const char *const dp_gauge_names[DP_GAUGES] = {
    [DP_GAUGE_STATE] = "state",
    [DP_GAUGE_STATE_SINCE] = "state_since_ms",
    [DP_GAUGE_STATE_REASON] = "state_reason",
    [DP_GAUGE_ACTIVE_CONTACTS] = "active_contacts",
    [DP_GAUGE_WAITING] = "waiting",
    [DP_GAUGE_OLDEST_WAITING] = "oldest_waiting_ms",
    [DP_GAUGE_IN_SERVICE] = "in_service",
};

void dp_gauges_note(const struct dp_dossier *dossier, struct dp_agent_list *list)
{
    uint32_t open = dossier->fold.open_legs;
    if (open > list->capacity) {
        list->capacity = open * 2;
        list->items = dp_xrealloc(list->items, list->capacity * sizeof *list->items);
    }
    list->count = open ? dp_fold_active(&dossier->fold, list->items) : 0;
}

static void now_changed(struct dp_aggregator *agg, struct dp_scope *scope)
{
    scope->now_changed = true;
    dp_scope_touch(agg, scope);
}

static bool contains(const struct dp_agent_list *list, uint32_t agent)
{
    for (uint32_t i = 0; i < list->count; i++)
        if (list->items[i] == agent)
            return true;
    return false;
}

/* Agents in `list` that are not in `other` get `step` active contacts more. */
static void count_active(struct dp_aggregator *agg, const struct dp_agent_list *list,
                         const struct dp_agent_list *other, int step)
{
    for (uint32_t i = 0; i < list->count; i++) {
        if (contains(other, list->items[i]))
            continue;
        struct dp_scope *agent = dp_scope_at(agg, list->items[i]);
        agent->active_contacts += (uint32_t)step;
        now_changed(agg, agent);
    }
}

static void move_waiting(struct dp_aggregator *agg, struct dp_dossier *dossier, uint32_t queue,
                         int64_t since_ms)
{
    struct dp_scope *all = dp_scope_at(agg, DP_SCOPE_OF_ALL);
    if (dossier->waiting_queue) {
        struct dp_scope *left = dp_scope_at(agg, dossier->waiting_queue);
        dp_heap_remove(&left->waiting, &dossier->waiting);
        all->waiting_count--;
        now_changed(agg, left);
    }
    dossier->waiting_queue = queue;
    if (queue) {
        struct dp_scope *entered = dp_scope_at(agg, queue);
        dp_heap_set(&entered->waiting, &dossier->waiting, since_ms);
        all->waiting_count++;
        now_changed(agg, entered);
    }
    now_changed(agg, all);
}

static void move_service(struct dp_aggregator *agg, struct dp_dossier *dossier, uint32_t queue)
{
    struct dp_scope *all = dp_scope_at(agg, DP_SCOPE_OF_ALL);
    uint32_t moves[] = {dossier->service_queue, queue};
    for (int entered = 0; entered < 2; entered++) {
        if (!moves[entered])
            continue;
        struct dp_scope *scope = dp_scope_at(agg, moves[entered]);
        scope->in_service += entered ? 1u : -1u;
        all->in_service += entered ? 1u : -1u;
        now_changed(agg, scope);
    }
    dossier->service_queue = queue;
    now_changed(agg, all);
}

void dp_gauges_follow(struct dp_aggregator *agg, struct dp_dossier *dossier)
{
    const struct dp_fold *fold = &dossier->fold;
    dp_gauges_note(dossier, &agg->active_after);
    count_active(agg, &agg->active_before, &agg->active_after, -1);
    count_active(agg, &agg->active_after, &agg->active_before, +1);

    uint32_t waits_in = fold->waiting_ms != INT64_MIN ? fold->queue : DP_SCOPE_NONE;
    if (waits_in != dossier->waiting_queue ||
        (waits_in && dossier->waiting.key != fold->waiting_ms))
        move_waiting(agg, dossier, waits_in, fold->waiting_ms);

    uint32_t served_in = fold->open_legs ? fold->queue : DP_SCOPE_NONE;
    if (served_in != dossier->service_queue)
        move_service(agg, dossier, served_in);
}

/* One agent more (`step` 1) or less (-1) in that state, in its team and in all. */
static void count_state(struct dp_aggregator *agg, uint32_t team, enum dp_agent_state state,
                        int step)
{
    uint32_t counted_in[] = {team, DP_SCOPE_OF_ALL};
    for (int i = 0; i < 2; i++) {
        if (!counted_in[i])
            continue;
        struct dp_scope *scope = dp_scope_at(agg, counted_in[i]);
        scope->states[state] += (uint32_t)step;
        now_changed(agg, scope);
    }
}

void dp_gauges_state(struct dp_aggregator *agg, struct dp_scope *agent,
                     const enum dp_agent_state *state_before, uint32_t team_before)
{
    if (state_before)
        count_state(agg, team_before, *state_before, -1);
    count_state(agg, agent->agent.team, dp_agent_now(&agent->agent)->state, +1);
    now_changed(agg, agent);
}

void dp_gauges_leave(struct dp_aggregator *agg, struct dp_scope *agent)
{
    const struct dp_state_change *now = dp_agent_now(&agent->agent);
    if (now)
        count_state(agg, agent->agent.team, now->state, -1);
}

void dp_gauges_enter(struct dp_aggregator *agg, struct dp_scope *agent)
{
    const struct dp_state_change *now = dp_agent_now(&agent->agent);
    if (now)
        count_state(agg, agent->agent.team, now->state, +1);
}

/* How long the longest-waiting contact has waited, over one queue or over all; -1: none waits. */
static int64_t oldest_waiting(const struct dp_aggregator *agg, const struct dp_scope *scope)
{
    int64_t since = INT64_MAX;
    if (scope->kind == DP_SCOPE_QUEUE) {
        if (dp_heap_first(&scope->waiting))
            since = dp_heap_first(&scope->waiting)->key;
    } else if (scope->waiting_count) {
        for (uint32_t i = DP_SCOPE_OF_ALL; i < agg->scopes.count; i++) {
            const struct dp_scope *queue = agg->scopes.items[i];
            if (queue && dp_heap_first(&queue->waiting) &&
                dp_heap_first(&queue->waiting)->key < since)
                since = dp_heap_first(&queue->waiting)->key;
        }
    }
    return since == INT64_MAX ? -1 : agg->t_ms > since ? agg->t_ms - since : 0;
}

void dp_gauges_fields(const struct dp_aggregator *agg, const struct dp_scope *scope,
                      struct dp_entry *entry)
{
    bool is_all = scope->kind == DP_SCOPE_ALL;
    if (scope->kind == DP_SCOPE_AGENT) {
        const struct dp_state_change *now = dp_agent_now(&scope->agent);
        if (now) {
            dp_entry_add_text(entry, dp_gauge_names[DP_GAUGE_STATE],
                              dp_str_from(dp_agent_state_names[now->state]));
            dp_entry_add(entry, dp_gauge_names[DP_GAUGE_STATE_SINCE], DP_FIELD_INTEGER,
                         now->time_ms);
            if (scope->agent.reason.len)
                dp_entry_add_text(entry, dp_gauge_names[DP_GAUGE_STATE_REASON],
                                  scope->agent.reason);
        }
        dp_entry_add(entry, dp_gauge_names[DP_GAUGE_ACTIVE_CONTACTS], DP_FIELD_INTEGER,
                     scope->active_contacts);
    }
    if (scope->kind == DP_SCOPE_QUEUE || is_all) {
        size_t waiting = is_all ? scope->waiting_count : scope->waiting.count;
        dp_entry_add(entry, dp_gauge_names[DP_GAUGE_WAITING], DP_FIELD_INTEGER, (int64_t)waiting);
        int64_t oldest = oldest_waiting(agg, scope);
        if (oldest >= 0)
            dp_entry_add(entry, dp_gauge_names[DP_GAUGE_OLDEST_WAITING], DP_FIELD_INTEGER, oldest);
        dp_entry_add(entry, dp_gauge_names[DP_GAUGE_IN_SERVICE], DP_FIELD_INTEGER,
                     scope->in_service);
    }
    if (scope->kind == DP_SCOPE_TEAM || is_all)
        for (int state = 0; state < DP_AGENT_STATES; state++)
            dp_entry_add(entry, dp_agent_state_names[state], DP_FIELD_INTEGER,
                         scope->states[state]);
}

bool dp_gauges_tick(const struct dp_scope *scope)
{
    return scope->waiting.count || scope->waiting_count;
}
