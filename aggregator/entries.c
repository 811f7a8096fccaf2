/* What has changed, as entries for the sink: first what is urgent of each scope, then the rest,
 * scope by scope. */
#include "aggregator/private.h"

/* A window's key outlives its last fact by so much, should the pipeline stop (redis.md). */
#define DP_WINDOW_GRACE_MS INT64_C(60000)

/* Gauges have no facts that keep them alive: they are written again so often, and expire after
 * twice that and a little more. */
#define DP_NOW_PERIOD_MS INT64_C(120000)
#define DP_NOW_TTL_MS    INT64_C(300000)

/* The abandoned contacts of a queue stay while they are remembered, and expire a day after the last
 * of them came, unless that is put off: so often. */
#define DP_CALLBACKS_PERIOD_MS INT64_C(21600000)

/* Urgent is the shortest window, if a fact has come to it or gone from it. What only grows old can
 * wait: of that there is something at every second in every scope. */
#define URGENT_WINDOWS 1u
#define ALL_WINDOWS    UINT32_MAX

/* An agent's occupancy moves with the clock: a window is written again at least every so-many-th
 * part of its length. */
#define DP_OCCUPANCY_PARTS 20

bool dp_entries_passed(const struct dp_scope *scope, int64_t period_ms, int64_t from_ms,
                       int64_t to_ms)
{
    int64_t shift = (int64_t)scope->number * DP_SECOND_MS % period_ms;
    return (from_ms + shift) / period_ms != (to_ms + shift) / period_ms;
}

int64_t dp_entries_next(const struct dp_scope *scope, int64_t period_ms, int64_t ms)
{
    int64_t shift = (int64_t)scope->number * DP_SECOND_MS % period_ms;
    return ((ms + shift) / period_ms + 1) * period_ms - shift;
}

static int64_t occupancy_period(const struct dp_aggregator *agg, size_t window)
{
    int64_t period =
        agg->options.windows.length_ms[window] / DP_OCCUPANCY_PARTS / DP_SECOND_MS * DP_SECOND_MS;
    return period > DP_SECOND_MS ? period : DP_SECOND_MS;
}

static bool has_occupancy(const struct dp_scope *scope)
{
    return scope->kind == DP_SCOPE_AGENT && dp_agent_now(&scope->agent);
}

static uint32_t occupancy_due(const struct dp_aggregator *agg, const struct dp_scope *scope)
{
    uint32_t due = 0;
    if (!has_occupancy(scope) || scope->entries_ms == INT64_MIN)
        return 0;
    if (scope->past_changed)
        return scope->published[DP_CHANNEL_NONE];
    for (size_t w = 0; w < agg->options.windows.count; w++)
        if (scope->published[DP_CHANNEL_NONE] >> w & 1 &&
            dp_entries_passed(scope, occupancy_period(agg, w), scope->entries_ms, agg->t_ms))
            due |= 1u << w;
    return due;
}

/* Sets when the scope has to be looked at again though nothing arrives. */
static void set_alarm(struct dp_aggregator *agg, struct dp_scope *scope)
{
    dp_scope_settle(agg, scope);
    int64_t at = dp_windows_next_change(scope->windows);
    int64_t now_at = dp_gauges_tick(scope) ? agg->t_ms + DP_SECOND_MS
                                           : dp_entries_next(scope, DP_NOW_PERIOD_MS, agg->t_ms);
    if (now_at < at)
        at = now_at;
    if (has_occupancy(scope))
        for (size_t w = 0; w < agg->options.windows.count; w++) {
            int64_t due = dp_entries_next(scope, occupancy_period(agg, w), agg->t_ms);
            if (scope->published[DP_CHANNEL_NONE] >> w & 1 && due < at)
                at = due;
        }
    int64_t periods_at = dp_period_entries_next(agg, scope);
    if (periods_at < at)
        at = periods_at;
    if (scope->left)
        at = periods_at;
    dp_heap_set(&agg->alarms, &scope->alarm, at);
}

/* True when nothing is known of the scope that anybody could still ask for. */
static bool is_silent(const struct dp_aggregator *agg, const struct dp_scope *scope)
{
    return scope->kind != DP_SCOPE_ALL && !scope->references && dp_bundle_empty(&scope->bundle) &&
           dp_windows_empty(scope->windows) &&
           scope->last_event_ms < dp_back(agg->t_ms, agg->options.scope_ttl_ms);
}

static bool gauges_grow(const struct dp_aggregator *agg, const struct dp_scope *scope)
{
    return dp_gauges_tick(scope) && scope->entries_ms != agg->t_ms;
}

/* Asked before T has moved its windows on. */
static bool is_urgent(const struct dp_aggregator *agg, const struct dp_scope *scope)
{
    return scope->now_changed || scope->entries_ms == INT64_MIN || gauges_grow(agg, scope) ||
           scope->bundle.to_windows ||
           dp_windows_changed(scope->windows, DP_CHANNEL_NONE) & URGENT_WINDOWS;
}

/* Begins with a scope, or with what is left of it once more when T has moved on meanwhile. */
static void open_scope(struct dp_aggregator *agg, struct dp_scope *scope)
{
    struct dp_cursor *cursor = &agg->cursor;
    uint32_t windows = cursor->urgent ? URGENT_WINDOWS : ALL_WINDOWS;
    dp_windows_advance(scope->windows, agg->t_ms);
    dp_scope_settle(agg, scope); /* now: what has come goes at once to where it is as of T */
    for (int channel = 0; channel < DP_CHANNELS; channel++)
        cursor->changed[channel] |=
            dp_windows_changed(scope->windows, (enum dp_channel)channel) & windows;
    dp_windows_clear_changed(scope->windows, windows);
    scope->occupancy_changed |= occupancy_due(agg, scope);
    cursor->changed[DP_CHANNEL_NONE] |= scope->occupancy_changed & windows;
    scope->occupancy_changed &= ~windows;
    cursor->now |= scope->now_changed || gauges_grow(agg, scope) ||
                   scope->entries_ms == INT64_MIN ||
                   dp_entries_passed(scope, DP_NOW_PERIOD_MS, scope->entries_ms, agg->t_ms);
    if (scope->callbacks && scope->entries_ms != INT64_MIN &&
        dp_entries_passed(scope, DP_CALLBACKS_PERIOD_MS, scope->entries_ms, agg->t_ms))
        dp_callbacks_renew(scope->callbacks);
    scope->now_changed = scope->past_changed = false;
    scope->entries_ms = agg->t_ms;
    cursor->channel = DP_CHANNEL_NONE;
    cursor->stage = DP_STAGE_KNOWN;
    if (cursor->urgent)
        return;
    if (scope->left)
        cursor->stage = DP_STAGE_PERIODS;
    else if (is_silent(agg, scope))
        cursor->stage = DP_STAGE_LEAVING;
    cursor->period = 0;
    cursor->periods |= dp_period_entries_due(agg, scope);
    if (cursor->periods)
        dp_period_entries_open(agg, scope);
    dp_heap_remove(&agg->alarms, &scope->alarm);
}

/* The next scope of which something is urgent: first of queues, teams and all, which are few and
 * looked at by many, then of agents. It stays on the list for the rest. */
static struct dp_scope *find_urgent(struct dp_aggregator *agg)
{
    while (agg->urgent_next) {
        struct dp_scope *scope = agg->urgent_next;
        bool wanted = (scope->kind == DP_SCOPE_AGENT) == agg->urgent_agents;
        agg->urgent_next = scope->next_changed;
        if (scope == agg->changed_until) {
            agg->urgent_next = agg->urgent_agents ? NULL : agg->changed_first;
            agg->urgent_agents = true;
        }
        if (wanted && !scope->left && !is_silent(agg, scope) && is_urgent(agg, scope))
            return scope;
    }
    return NULL;
}

static struct dp_scope *take_changed(struct dp_aggregator *agg)
{
    struct dp_scope *scope = agg->changed_first;
    if (!agg->changed_until || (agg->curtailed && !agg->whole))
        return NULL;
    if (scope == agg->changed_until)
        agg->changed_until = NULL;
    if (scope == agg->round_until)
        agg->round_until = NULL;
    agg->changed_first = scope->next_changed;
    if (!agg->changed_first)
        agg->changed_last = NULL;
    scope->next_changed = NULL;
    scope->listed = false;
    return scope;
}

static bool take_scope(struct dp_aggregator *agg)
{
    struct dp_cursor *cursor = &agg->cursor;
    cursor->scope = find_urgent(agg);
    cursor->urgent = cursor->scope;
    if (!cursor->scope)
        cursor->scope = take_changed(agg);
    if (cursor->scope)
        open_scope(agg, cursor->scope);
    return cursor->scope;
}

void dp_entry_begin(const struct dp_scope *scope, enum dp_entry_kind kind, struct dp_entry *entry)
{
    entry->kind = kind;
    entry->scope = scope->kind;
    entry->id = scope->id;
    entry->channel = DP_CHANNEL_NONE;
    entry->label = entry->set = NULL;
    entry->member = (struct dp_str){0};
    entry->named = entry->gone = false;
    entry->ttl_ms = 0;
    entry->field_count = 0;
}

void dp_entry_figures(const struct dp_aggregator *agg, const struct dp_scope *scope,
                      const struct dp_figures *figures, struct dp_entry *entry)
{
    enum dp_formula formula = dp_scope_formula(agg, scope);
    for (enum dp_figure which = 0; which < DP_FIGURES; which++)
        if (dp_figures_has(figures, which))
            dp_entry_add(entry, dp_figure_infos[which].name,
                         dp_figure_infos[which].unit == DP_UNIT_MILLIONTHS ? DP_FIELD_MILLIONTHS
                                                                           : DP_FIELD_INTEGER,
                         figures->value[which]);
    if (formula != DP_ANSWERED_AND_ABANDONED)
        dp_entry_add_text(entry, "service_level_formula", dp_str_from(dp_formula_names[formula]));
}

static void window_entry(struct dp_aggregator *agg, struct dp_scope *scope, size_t window,
                         struct dp_entry *entry)
{
    enum dp_channel channel = agg->cursor.channel;
    int64_t length = agg->options.windows.length_ms[window];
    dp_entry_begin(scope, DP_ENTRY_WINDOW, entry);
    entry->channel = channel;
    entry->label = agg->options.window_labels[window];
    scope->published[channel] |= 1u << window;
    scope->removed[channel] &= ~(1u << window);

    struct dp_figures figures;
    struct dp_totals totals;
    dp_windows_figures(scope->windows, channel, window, &totals, &figures);
    dp_service_level_set(dp_scope_formula(agg, scope), &totals, &figures);
    if (channel == DP_CHANNEL_NONE && has_occupancy(scope)) {
        int64_t worked, staffed;
        dp_agent_occupancy(&scope->agent, agg->t_ms - length, agg->t_ms, &worked, &staffed);
        dp_figures_set_share(&figures, DP_FIGURE_OCCUPANCY, worked, staffed);
        dp_totals_staffed(&totals, staffed, &figures);
    }
    entry->ttl_ms = length + DP_WINDOW_GRACE_MS;
    dp_entry_add(entry, "v", DP_FIELD_INTEGER, DP_FORMAT_VERSION);
    dp_entry_add(entry, "as_of_ms", DP_FIELD_INTEGER, agg->t_ms);
    dp_entry_add(entry, "from_ms", DP_FIELD_INTEGER, agg->t_ms - length);
    dp_entry_figures(agg, scope, &figures, entry);
}

/* The next changed window of the open scope. */
static bool next_window(struct dp_aggregator *agg, struct dp_scope *scope, struct dp_entry *entry)
{
    struct dp_cursor *cursor = &agg->cursor;
    for (; cursor->channel < DP_CHANNELS; cursor->channel++) {
        while (cursor->changed[cursor->channel]) {
            size_t window = (size_t)__builtin_ctz(cursor->changed[cursor->channel]);
            cursor->changed[cursor->channel] &= cursor->changed[cursor->channel] - 1;
            if (dp_windows_count(scope->windows, cursor->channel, window)) {
                window_entry(agg, scope, window, entry);
                return true;
            }
            if (scope->published[cursor->channel] >> window & 1) {
                dp_entry_begin(scope, DP_ENTRY_WINDOW, entry);
                entry->channel = cursor->channel;
                entry->label = agg->options.window_labels[window];
                entry->gone = true;
                scope->published[cursor->channel] &= ~(1u << window);
                scope->removed[cursor->channel] |= 1u << window;
                return true;
            }
        }
    }
    return false;
}

/* The next change of the abandoned contacts of the open scope. */
static bool next_callback(const struct dp_aggregator *agg, struct dp_scope *scope,
                          struct dp_entry *entry)
{
    dp_entry_begin(scope, DP_ENTRY_RANKED, entry);
    entry->ttl_ms = agg->options.contact_ttl_ms + DP_DAY_MS;
    return scope->callbacks && dp_callbacks_next(scope->callbacks, entry);
}

/* The next entry of the open scope; false when it has no more. */
static bool next_of_scope(struct dp_aggregator *agg, struct dp_entry *entry)
{
    struct dp_cursor *cursor = &agg->cursor;
    struct dp_scope *scope = cursor->scope;
    if (cursor->stage == DP_STAGE_KNOWN) {
        cursor->stage = DP_STAGE_WINDOWS;
        if (scope->known_changed && scope->kind != DP_SCOPE_ALL) {
            scope->known_changed = false;
            dp_entry_begin(scope, DP_ENTRY_KNOWN, entry);
            return true;
        }
    }
    if (cursor->stage == DP_STAGE_WINDOWS) {
        if (next_window(agg, scope, entry))
            return true;
        cursor->stage = DP_STAGE_NOW;
        if (cursor->now) {
            cursor->now = false;
            dp_entry_begin(scope, DP_ENTRY_NOW, entry);
            entry->ttl_ms = DP_NOW_TTL_MS;
            dp_entry_add(entry, "v", DP_FIELD_INTEGER, DP_FORMAT_VERSION);
            dp_entry_add(entry, "as_of_ms", DP_FIELD_INTEGER, agg->t_ms);
            dp_gauges_fields(agg, scope, entry);
            return true;
        }
        cursor->stage = DP_STAGE_PERIODS;
    }
    if (next_callback(agg, scope, entry))
        return true;
    if (cursor->periods) {
        if (dp_period_entries_take(agg, scope, entry))
            return true;
        cursor->periods = false;
    }
    return false;
}

/* A silent scope leaves: its windows and gauges go, then its place among the known ids, then
 * itself. */
static bool next_of_leaving(struct dp_aggregator *agg, struct dp_entry *entry)
{
    struct dp_cursor *cursor = &agg->cursor;
    struct dp_scope *scope = cursor->scope;
    if (cursor->stage == DP_STAGE_LEFT) {
        if (is_silent(agg, scope) && !scope->listed) {
            dp_scope_retire(agg, scope);
        } else { /* something was heard of it meanwhile */
            scope->known_changed = scope->now_changed = true;
            if (agg->watched)
                dp_periods_mark_changed(&scope->periods, INT64_MIN);
            dp_scope_touch(agg, scope);
        }
        return false;
    }
    bool gauges = cursor->stage == DP_STAGE_LEAVING;
    if (gauges && (next_window(agg, scope, entry) || next_callback(agg, scope, entry)))
        return true;
    cursor->now = cursor->periods = false;
    dp_entry_begin(scope, gauges ? DP_ENTRY_NOW : DP_ENTRY_KNOWN, entry);
    entry->gone = true;
    cursor->stage = gauges ? DP_STAGE_UNKNOWN : DP_STAGE_LEFT;
    return true;
}

bool dp_aggregator_begin_entries(struct dp_aggregator *agg)
{
    bool round = agg->marked_all || !agg->round_until;
    dp_await_all(agg);
    if (agg->t_ms == INT64_MIN) /* nothing is handed out */
        return true;
    if (agg->standings_due && (agg->marked_all || !agg->periods_held))
        dp_standings_update(agg);
    agg->changed_until = agg->changed_last;
    if (round)
        agg->round_until = agg->changed_last;
    agg->flushes++;
    agg->whole = agg->marked_all;
    agg->marked_all = agg->curtailed = false;
    agg->urgent_next = agg->whole || !agg->changed_until ? NULL : agg->changed_first;
    agg->urgent_agents = false;
    dp_watch_update(agg);
    dp_alerts_begin(agg->alerts);
    return round;
}

void dp_aggregator_hold_periods(struct dp_aggregator *agg, bool hold)
{
    agg->periods_held = hold;
}

void dp_aggregator_curtail(struct dp_aggregator *agg)
{
    agg->curtailed = true;
}

bool dp_aggregator_round_over(const struct dp_aggregator *agg)
{
    return !agg->round_until;
}

static bool next_entry(struct dp_aggregator *agg, struct dp_entry *entry)
{
    struct dp_cursor *cursor = &agg->cursor;
    for (;;) {
        if (!cursor->scope) {
            if (!take_scope(agg))
                return false;
        } else if (cursor->scope->entries_ms != agg->t_ms && cursor->stage < DP_STAGE_LEAVING) {
            open_scope(agg, cursor->scope);
        }
        if (cursor->stage >= DP_STAGE_LEAVING) {
            if (next_of_leaving(agg, entry))
                return true;
        } else {
            if (next_of_scope(agg, entry))
                return true;
            if (!cursor->urgent)
                set_alarm(agg, cursor->scope);
        }
        cursor->scope = NULL;
    }
}

bool dp_aggregator_next_entry(void *aggregator, struct dp_entry *entry)
{
    struct dp_aggregator *agg = aggregator;
    dp_await_all(agg);
    if (agg->t_ms == INT64_MIN)
        return false;
    bool more = next_entry(agg, entry);
    if (more && entry->kind != DP_ENTRY_KNOWN && entry->kind != DP_ENTRY_LABEL) {
        entry->named = agg->cursor.scope->named_in == agg->flushes;
        agg->cursor.scope->named_in = agg->flushes;
    }
    if (agg->watched && more)
        dp_watch_entry(agg, entry);
    else if (agg->watched)
        dp_watch_end(agg);
    return more;
}
