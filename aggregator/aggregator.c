#include "aggregator/aggregator.h"

#include <stdlib.h>

#include "aggregator/private.h"
#include "common/memory.h"

/* What is old is looked for once in so many events. */
#define DP_FORGET_EVERY 256

static int64_t floor_second(int64_t ms)
{
    int64_t rest = ms % DP_SECOND_MS;
    return ms - (rest < 0 ? rest + DP_SECOND_MS : rest);
}

static void give_targets(struct dp_aggregator *agg, struct dp_scope *queue)
{
    const struct dp_targets *targets = &agg->options.targets;
    queue->own = NULL;
    for (size_t i = 0; i < targets->queue_count; i++)
        if (dp_str_equal(dp_str_from(targets->queues[i].queue), queue->id))
            queue->own = &targets->queues[i];
}

static void free_targets(struct dp_targets *targets)
{
    for (size_t i = 0; i < targets->queue_count; i++)
        free((char *)targets->queues[i].queue);
    free((void *)targets->queues);
}

static void copy_targets(struct dp_targets *copy, const struct dp_targets *targets)
{
    struct dp_queue_targets *queues = NULL;
    if (targets->queue_count)
        queues = dp_xcalloc(targets->queue_count, sizeof *queues);
    for (size_t i = 0; i < targets->queue_count; i++) {
        queues[i] = targets->queues[i];
        queues[i].queue = dp_xstrdup(targets->queues[i].queue);
    }
    *copy = *targets;
    copy->queues = queues;
}

struct dp_aggregator *dp_aggregator_create(const struct dp_aggregator_options *options)
{
    struct dp_aggregator *agg = dp_xcalloc(1, sizeof *agg);
    agg->options = *options;
    agg->options.as_of_limit_ms = floor_second(options->as_of_limit_ms); /* as T is */
    /* A duplicate that is not yet late must be known. */
    if (options->dedup_horizon_ms < options->allowed_lateness_ms)
        agg->options.dedup_horizon_ms = options->allowed_lateness_ms;
    copy_targets(&agg->options.targets, &options->targets);
    agg->t_ms = agg->horizon_ms = agg->settled_ms = INT64_MIN;
    dp_partitions_init(&agg->partitions);
    dp_dedup_init(&agg->dedup);
    dp_ahead_init(&agg->ahead);
    dp_scopes_init(&agg->scopes, &agg->options.windows);
    dp_contacts_init(&agg->contacts);
    dp_repeat_init(&agg->repeat, &agg->contacts, options->fcr_window_ms);
    dp_calendar_init(&agg->period_rules.calendar, options->timezone);
    agg->period_rules.kinds = options->period_kinds;
    agg->period_rules.closed_ms = INT64_MIN;
    if (options->settles_aside)
        agg->settler = dp_settler_create(&agg->period_rules);
    dp_card_names_init(&agg->card_names, &options->scorecard);
    dp_history_init(agg);
    agg->alerts = dp_alerts_create(&agg->period_rules.calendar);
    if (options->rule_count)
        dp_alerts_set_rules(agg->alerts, options->rules, options->rule_count);
    dp_watch_update(agg);
    dp_scope_touch(agg, dp_scope_at(agg, DP_SCOPE_OF_ALL));
    agg->marked_all = true; /* nothing has been handed out so far */
    return agg;
}

void dp_aggregator_destroy(struct dp_aggregator *agg)
{
    if (!agg)
        return;
    dp_settler_destroy(agg->settler);
    dp_alerts_destroy(agg->alerts);
    dp_repeat_deinit(&agg->repeat);
    dp_contacts_deinit(&agg->contacts);
    dp_scopes_deinit(&agg->scopes);
    dp_ahead_deinit(&agg->ahead);
    dp_dedup_deinit(&agg->dedup);
    dp_partitions_deinit(&agg->partitions);
    dp_heap_deinit(&agg->alarms);
    dp_card_names_deinit(&agg->card_names);
    free(agg->ranking.items);
    free_targets(&agg->options.targets);
    free(agg->active_before.items);
    free(agg->active_after.items);
    free(agg);
}

void dp_aggregator_set_targets(struct dp_aggregator *agg, const struct dp_targets *targets)
{
    struct dp_targets before = agg->options.targets;
    dp_await_all(agg);
    copy_targets(&agg->options.targets, targets);
    for (uint32_t i = DP_SCOPE_OF_ALL; i < agg->scopes.count; i++) {
        struct dp_scope *scope = agg->scopes.items[i];
        if (!scope)
            continue;
        enum dp_formula formula =
            scope->own && scope->own->has_formula ? scope->own->formula : before.formula;
        if (scope->kind == DP_SCOPE_QUEUE)
            give_targets(agg, scope);
        if (formula == dp_scope_formula(agg, scope))
            continue;
        dp_windows_mark_changed(scope->windows);
        dp_periods_mark_changed(&scope->periods, INT64_MIN);
        dp_scope_touch(agg, scope);
    }
    free_targets(&before);
}

void dp_scope_touch(struct dp_aggregator *agg, struct dp_scope *scope)
{
    if (scope->listed || agg->restoring)
        return;
    scope->listed = true;
    scope->next_changed = NULL;
    *(agg->changed_last ? &agg->changed_last->next_changed : &agg->changed_first) = scope;
    agg->changed_last = scope;
}

uint32_t dp_scope_named(struct dp_aggregator *agg, enum dp_scope_kind kind, struct dp_str id,
                        uint64_t hash, int64_t time_ms)
{
    if (!id.len)
        return DP_SCOPE_NONE;
    bool made;
    struct dp_scope *scope = dp_scopes_get(&agg->scopes, kind, id, hash, &made);
    if (made) {
        if (kind == DP_SCOPE_QUEUE)
            give_targets(agg, scope);
        dp_scope_touch(agg, scope);
    }
    if (time_ms > scope->last_event_ms)
        scope->last_event_ms = time_ms;
    if (scope->left) { /* it is heard of again */
        scope->left = false;
        scope->known_changed = scope->now_changed = true;
        dp_scope_await(agg, scope);
        if (agg->watched) /* the alerts know nothing of it any more */
            dp_periods_mark_changed(&scope->periods, INT64_MIN);
        dp_scope_touch(agg, scope);
    }
    return scope->number;
}

void dp_scope_hold(struct dp_aggregator *agg, uint32_t number)
{
    if (number)
        dp_scope_at(agg, number)->references++;
}

void dp_scope_release(struct dp_aggregator *agg, uint32_t number)
{
    if (number)
        dp_scope_at(agg, number)->references--;
}

/* Where T is known only at the end, nothing else gives back what is too old. */
static int64_t trim_ms(const struct dp_aggregator *agg)
{
    return agg->options.wall_clock ? INT64_MIN : dp_earliest_t(agg);
}

void dp_scope_settle(struct dp_aggregator *agg, struct dp_scope *scope)
{
    dp_scope_await(agg, scope);
    if (!dp_bundle_empty(&scope->bundle)) {
        dp_bundle_settle(&scope->bundle, scope->windows, &scope->periods, &agg->period_rules,
                         trim_ms(agg));
        dp_bundle_clear(&scope->bundle);
    }
    if (scope->stale_from_ms != INT64_MAX)
        dp_periods_mark_changed(&scope->periods, scope->stale_from_ms);
    scope->stale_from_ms = INT64_MAX;
}

void dp_scope_settle_full(struct dp_aggregator *agg, struct dp_scope *scope)
{
    if (agg->settler)
        dp_settler_hand_over(agg->settler, scope, trim_ms(agg), agg->period_rules.closed_ms);
    else
        dp_scope_settle(agg, scope);
}

void dp_agent_clear(struct dp_aggregator *agg, struct dp_scope *scope)
{
    dp_gauges_leave(agg, scope);
    dp_scope_release(agg, scope->agent.team);
    dp_agent_deinit(&scope->agent);
    scope->agent = (struct dp_agent){0};
}

void dp_agent_leave(struct dp_aggregator *agg, struct dp_scope *scope)
{
    dp_accrue_states(agg, scope, INT64_MAX); /* it is silent for longer than any state counts */
    scope->accrued_ms = INT64_MIN;
    dp_agent_clear(agg, scope);
}

void dp_scope_retire(struct dp_aggregator *agg, struct dp_scope *scope)
{
    dp_scope_settle(agg, scope);
    if (agg->journal)
        dp_journal_retired(agg->journal, scope->kind, scope->id);
    if (scope->kind == DP_SCOPE_AGENT)
        dp_agent_leave(agg, scope);
    dp_heap_remove(&agg->alarms, &scope->alarm);
    scope->left = true;
    dp_scope_give_back(agg, scope);
}

void dp_scope_give_back(struct dp_aggregator *agg, struct dp_scope *scope)
{
    if (!scope->left || scope->references || scope->listed || !dp_bundle_empty(&scope->bundle) ||
        !dp_periods_empty(&scope->periods))
        return;
    dp_scope_release(agg, scope->rank_team);
    dp_scope_release(agg, scope->told_team);
    dp_scopes_remove(&agg->scopes, scope);
}

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static void find_horizon(struct dp_aggregator *agg)
{
    const struct dp_aggregator_options *options = &agg->options;
    int64_t horizon_before = agg->horizon_ms, settled_before = agg->settled_ms;
    agg->horizon_ms = dp_partitions_horizon(&agg->partitions);
    /* As of the limit nothing may be missing, however much comes after it. */
    int64_t reached = earlier(agg->horizon_ms, options->as_of_limit_ms);
    if (options->wall_clock) /* later ones may be waiting */
        reached = earlier(reached, agg->t_ms);
    agg->settled_ms = dp_back(reached, options->allowed_lateness_ms);
    dp_accrue_settled(agg, agg->settled_ms);
    if (agg->journal && (agg->horizon_ms != horizon_before || agg->settled_ms != settled_before))
        dp_journal_settled(agg->journal, agg->horizon_ms, agg->settled_ms);
}

/* Gives back what no event can concern any more. */
static void forget(struct dp_aggregator *agg)
{
    const struct dp_aggregator_options *options = &agg->options;
    agg->since_forget = 0;
    find_horizon(agg);
    dp_contacts_tidy(&agg->contacts, agg->horizon_ms);
    dp_repeat_forget(&agg->repeat, agg->settled_ms);

    int64_t before = dp_back(agg->settled_ms, options->contact_ttl_ms);
    for (;;) {
        bool room = dp_contacts_count(&agg->contacts) <= options->max_contacts;
        struct dp_contact *silent = dp_contacts_silent(&agg->contacts, room ? before : INT64_MAX);
        if (!silent)
            break;
        const struct dp_dossier *dossier = dp_contacts_open(&agg->contacts, silent);
        if (!room || dossier->fold.open_legs || dossier->waiting_queue)
            agg->counters.contacts_forgotten++;
        if (agg->journal)
            dp_history_forgotten(agg, silent);
        dp_forget_contact(agg, silent);
    }
}

uint32_t dp_aggregator_add_partition(struct dp_aggregator *agg)
{
    uint32_t slot = dp_partitions_add(&agg->partitions);
    find_horizon(agg);
    return slot;
}

size_t dp_aggregator_partition_count(const struct dp_aggregator *agg)
{
    return agg->partitions.count;
}

void dp_aggregator_set_idle(struct dp_aggregator *agg, uint32_t slot, bool idle)
{
    agg->partitions.items[slot].idle = idle;
}

/* An event that had to wait for T. */
static void apply_waiting(struct dp_aggregator *agg, struct dp_event *event)
{
    struct dp_outlook outlook;
    if (agg->journal)
        dp_history_taken(agg, event);
    dp_aggregator_look(agg, event, 1, &outlook);
    dp_apply_event(agg, event, &outlook);
    free(event);
}

enum dp_verdict dp_aggregator_apply(struct dp_aggregator *agg, uint32_t slot,
                                    const struct dp_event *event, const struct dp_outlook *outlook)
{
    const struct dp_aggregator_options *options = &agg->options;
    if (dp_dedup_has(&agg->dedup, outlook->key)) {
        agg->counters.duplicate++;
        return DP_DUPLICATE;
    }
    if (dp_partitions_late(&agg->partitions, slot, event->time_ms, options->allowed_lateness_ms)) {
        agg->counters.late++;
        return DP_LATE;
    }
    dp_dedup_add(&agg->dedup, outlook->key, event->time_ms,
                 dp_back(agg->horizon_ms, options->dedup_horizon_ms));
    dp_partitions_see(&agg->partitions, slot, event->time_ms);
    agg->counters.accepted++;
    if (++agg->since_forget >= DP_FORGET_EVERY)
        forget(agg);

    bool waits = options->wall_clock && event->time_ms > agg->t_ms;
    if (agg->journal)
        dp_journal_event(agg->journal, event, waits);
    if (event->time_ms > options->as_of_limit_ms)
        return DP_ACCEPTED;
    if (!waits) {
        dp_apply_event(agg, event, outlook);
        return DP_ACCEPTED;
    }
    dp_ahead_put(&agg->ahead, event)->frame = dp_history_frame(agg);
    if (dp_ahead_count(&agg->ahead) > options->max_waiting) {
        struct dp_event *earliest = dp_ahead_take(&agg->ahead, INT64_MAX);
        agg->counters.ahead++;
        apply_waiting(agg, earliest);
    }
    return DP_ACCEPTED;
}

void dp_aggregator_advance(struct dp_aggregator *agg, int64_t t_ms)
{
    t_ms = floor_second(t_ms);
    if (t_ms <= agg->t_ms)
        return;
    int64_t every_ms = agg->options.period_interval_ms;
    if (agg->t_ms == INT64_MIN || !every_ms || t_ms / every_ms != agg->t_ms / every_ms)
        agg->standings_due = true;
    agg->t_ms = t_ms;
    if (agg->journal)
        dp_journal_time(agg->journal, t_ms);
    struct dp_event *event;
    while ((event = dp_ahead_take(&agg->ahead, t_ms)))
        apply_waiting(agg, event);
    forget(agg);
    struct dp_heap_node *due;
    while ((due = dp_heap_first(&agg->alarms)) && due->key <= t_ms) {
        dp_heap_remove(&agg->alarms, due);
        dp_scope_touch(agg, dp_owner_of(due, struct dp_scope, alarm));
    }
}

int64_t dp_aggregator_t(const struct dp_aggregator *agg)
{
    return agg->t_ms;
}

int64_t dp_aggregator_watermark(const struct dp_aggregator *agg)
{
    return agg->partitions.highest_ms;
}

int64_t dp_aggregator_complete_ms(const struct dp_aggregator *agg)
{
    return dp_back(dp_partitions_horizon(&agg->partitions), agg->options.allowed_lateness_ms);
}

int64_t dp_aggregator_waiting_ms(const struct dp_aggregator *agg)
{
    return dp_ahead_count(&agg->ahead) ? agg->ahead.items[agg->ahead.first]->event.time_ms
                                       : INT64_MAX;
}

void dp_aggregator_mark_all(struct dp_aggregator *agg)
{
    dp_await_all(agg);
    agg->standings_due = agg->marked_all = true;
    for (uint32_t i = DP_SCOPE_OF_ALL; i < agg->scopes.count; i++) {
        struct dp_scope *scope = agg->scopes.items[i];
        if (!scope)
            continue;
        dp_windows_mark_changed(scope->windows);
        for (int channel = 0; channel < DP_CHANNELS; channel++)
            scope->published[channel] |= scope->removed[channel];
        scope->known_changed = scope->now_changed = !scope->left;
        scope->periods_ms = INT64_MIN;
        if (scope->callbacks)
            dp_callbacks_mark_unknown(scope->callbacks);
        dp_periods_mark_changed(&scope->periods, INT64_MIN);
        scope->sets_unknown = true;
        scope->sets_gone = 0;
        dp_scope_touch(agg, scope);
    }
}

const struct dp_aggregator_counters *dp_aggregator_counters(const struct dp_aggregator *agg)
{
    return &agg->counters;
}
