#include "aggregator/alerts.h"

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "aggregator/alert.h"
#include "common/memory.h"

struct dp_alerts *dp_alerts_create(struct dp_calendar *calendar)
{
    struct dp_alerts *alerts = dp_xcalloc(1, sizeof *alerts);
    alerts->calendar = calendar;
    alerts->changed_end = &alerts->changed;
    alerts->t_ms = alerts->latest_ms = alerts->ended_ms = INT64_MIN;
    return alerts;
}

static void free_silences(struct dp_alerts *alerts)
{
    for (size_t i = 0; i < alerts->silence_count; i++) {
        dp_alert_free_patterns(&alerts->silences[i].rule);
        dp_alert_free_patterns(&alerts->silences[i].id);
    }
    free(alerts->silences);
}

static void drop(struct dp_alerts *alerts, struct dp_alert *alert)
{
    dp_alerts_drop(alerts, alert);
}

void dp_alerts_destroy(struct dp_alerts *alerts)
{
    if (!alerts)
        return;
    dp_alerts_each(alerts, drop);
    for (size_t i = 0; i < alerts->rule_count; i++)
        dp_alert_rule_destroy(alerts->rules[i]);
    free(alerts->rules);
    free_silences(alerts);
    dp_index_deinit(&alerts->index);
    dp_heap_deinit(&alerts->timers);
    free(alerts);
}

void dp_alerts_set_notices(struct dp_alerts *alerts, dp_notice_fn *give, void *ctx)
{
    alerts->give = give;
    alerts->give_ctx = ctx;
}

void dp_alerts_set_journal(struct dp_alerts *alerts, struct dp_journal *journal)
{
    alerts->journal = journal;
}

const struct dp_alerts_counts *dp_alerts_counts(const struct dp_alerts *alerts)
{
    return &alerts->counts;
}

bool dp_alerts_watch(const struct dp_alerts *alerts)
{
    return alerts->known_count || alerts->counts.watched;
}

bool dp_alerts_watch_contacts(const struct dp_alerts *alerts)
{
    return alerts->contact_count;
}

/* ---------------------------------------------------------------- alerts by rule and subject */

uint64_t dp_alert_hash(struct dp_str id)
{
    return XXH3_64bits(id.p, id.len);
}

struct dp_alert *dp_alerts_find(const struct dp_alerts *alerts, const struct dp_alert_rule *rule,
                                struct dp_str id, uint64_t id_hash)
{
    uint64_t hash = id_hash ^ rule->hash;
    for (void **slot = dp_index_first(&alerts->index, hash); slot;
         slot = dp_index_next(&alerts->index, hash, slot)) {
        struct dp_alert *alert = *slot;
        if (alert->rule == rule && dp_str_equal(dp_alert_id(alert), id))
            return alert;
    }
    return NULL;
}

static struct dp_alert_value *values_of(const struct dp_alert_rule *rule)
{
    return rule->known ? dp_xcalloc(dp_alert_value_count(rule), sizeof(struct dp_alert_value))
                       : NULL;
}

static struct dp_alert *create(struct dp_alerts *alerts, struct dp_alert_rule *rule,
                               struct dp_str id, uint64_t id_hash)
{
    struct dp_alert *alert = dp_xcalloc(1, sizeof *alert + id.len);
    alert->rule = rule;
    alert->values = values_of(rule);
    alert->timer.at = DP_HEAP_OUT;
    alert->hash = id_hash ^ rule->hash;
    alert->life.since_ms = alert->life.fired_ms = alert->life.told_ms = INT64_MIN;
    alert->life.repeated_ms = alert->life.acknowledged_ms = INT64_MIN;
    alert->id_len = (uint8_t)id.len;
    if (id.len)
        memcpy(alert->id, id.p, id.len);
    dp_index_add(&alerts->index, alert->hash, alert);
    rule->alerts++;
    alerts->counts.watched++;
    return alert;
}

struct dp_alert *dp_alerts_get(struct dp_alerts *alerts, struct dp_alert_rule *rule,
                               struct dp_str id, uint64_t id_hash, bool must)
{
    struct dp_alert *alert = dp_alerts_find(alerts, rule, id, id_hash);
    if (alert)
        return alert;
    if (!must && alerts->counts.watched >= DP_ALERTS_MAX) {
        alerts->counts.refused++;
        return NULL;
    }
    alert = create(alerts, rule, id, id_hash);
    dp_alerts_touch(alerts, alert);
    return alert;
}

static void untouch(struct dp_alerts *alerts, struct dp_alert *alert)
{
    if (!alert->link_changed)
        return;
    *alert->link_changed = alert->next_changed;
    if (alert->next_changed)
        alert->next_changed->link_changed = alert->link_changed;
    else
        alerts->changed_end = alert->link_changed;
    alert->link_changed = NULL;
}

void dp_alerts_drop(struct dp_alerts *alerts, struct dp_alert *alert)
{
    dp_alert_set_state(alerts, alert, DP_ALERT_INACTIVE);
    untouch(alerts, alert);
    dp_heap_remove(&alerts->timers, &alert->timer);
    dp_index_remove(&alerts->index, alert->hash, alert);
    alert->rule->alerts--;
    alerts->counts.watched--;
    dp_alert_free_values(alert);
    free(alert->who);
    free(alert->queue);
    free(alert->team);
    free(alert);
}

void dp_alerts_touch(struct dp_alerts *alerts, struct dp_alert *alert)
{
    if (alert->link_changed)
        return;
    alert->next_changed = NULL;
    alert->link_changed = alerts->changed_end;
    *alerts->changed_end = alert;
    alerts->changed_end = &alert->next_changed;
}

void dp_alerts_each(struct dp_alerts *alerts, dp_alert_visit_fn *visit)
{
    /* Dropping moves the slots: the alerts are collected first. */
    struct dp_alert **all = dp_xmalloc(alerts->index.count * sizeof(struct dp_alert *));
    size_t count = 0;
    for (size_t i = 0; i < alerts->index.capacity; i++)
        if (alerts->index.slots[i].item)
            all[count++] = alerts->index.slots[i].item;
    for (size_t i = 0; i < count; i++)
        visit(alerts, all[i]);
    free(all);
}

void dp_alert_set_state(struct dp_alerts *alerts, struct dp_alert *alert, enum dp_alert_state state)
{
    enum dp_alert_state before = alert->life.state;
    alerts->counts.pending += (size_t)(state == DP_ALERT_PENDING);
    alerts->counts.pending -= (size_t)(before == DP_ALERT_PENDING);
    alerts->counts.firing += (size_t)(state == DP_ALERT_FIRING);
    alerts->counts.firing -= (size_t)(before == DP_ALERT_FIRING);
    alert->life.state = state;
}

/* ---------------------------------------------------------------- rules */

struct dp_alert_rule *dp_alerts_rule(struct dp_alerts *alerts, struct dp_str name,
                                     enum dp_rule_scope scope)
{
    for (size_t i = 0; i < alerts->rule_count; i++)
        if (dp_alert_rule_is(alerts->rules[i], name, scope))
            return alerts->rules[i];
    alerts->rules = dp_xgrow(alerts->rules, alerts->rule_count, &alerts->rule_capacity,
                             sizeof(struct dp_alert_rule *));
    return alerts->rules[alerts->rule_count++] = dp_alert_rule_create(name, scope);
}

/* Those that are neither in force nor wanted for an alert that has still to end. */
static void forget_rules(struct dp_alerts *alerts)
{
    size_t kept = 0;
    for (size_t i = 0; i < alerts->rule_count; i++) {
        struct dp_alert_rule *rule = alerts->rules[i];
        if (rule->known || rule->alerts)
            alerts->rules[kept++] = rule;
        else
            dp_alert_rule_destroy(rule);
    }
    alerts->rule_count = kept;
}

static void begin_anew(struct dp_alerts *alerts, struct dp_alert *alert)
{
    (void)alerts;
    dp_alert_free_values(alert);
    alert->heard = alert->pinned = false;
}

static void give_values(struct dp_alerts *alerts, struct dp_alert *alert)
{
    alert->values = values_of(alert->rule);
    dp_alerts_touch(alerts, alert);
}

static void pin(struct dp_alerts *alerts, struct dp_alert_rule *rule, struct dp_str id)
{
    if (!dp_alert_rule_matches(rule, id, (struct dp_str){0}))
        return;
    struct dp_alert *alert = dp_alerts_get(alerts, rule, id, dp_alert_hash(id), true);
    alert->pinned = alert->heard = true;
    if (rule->rule.scope == DP_RULE_CHANNEL)
        for (int channel = DP_CHANNEL_NONE + 1; channel < DP_CHANNELS; channel++)
            if (dp_str_equal(id, dp_str_from(dp_channel_names[channel])))
                alert->channel = (enum dp_channel)channel;
}

static void pin_those_of(struct dp_alerts *alerts, struct dp_alert_rule *rule)
{
    const struct dp_rule_match *match = &rule->rule.match;
    switch (rule->rule.scope) {
    case DP_RULE_ALL:
        pin(alerts, rule, (struct dp_str){0});
        break;
    case DP_RULE_CHANNEL:
        for (int channel = DP_CHANNEL_NONE + 1; channel < DP_CHANNELS; channel++)
            if (!match->channels || match->channels >> channel & 1)
                pin(alerts, rule, dp_str_from(dp_channel_names[channel]));
        break;
    case DP_RULE_CONTACT:
        break;
    default:
        for (size_t i = 0; i < match->id.count; i++)
            if (!strpbrk(match->id.items[i], "*?"))
                pin(alerts, rule, dp_str_from(match->id.items[i]));
    }
}

void dp_alerts_set_rules(struct dp_alerts *alerts, const struct dp_rule *rules, size_t count)
{
    dp_alerts_each(alerts, begin_anew);
    for (size_t i = 0; i < alerts->rule_count; i++)
        alerts->rules[i]->known = false;
    alerts->known_count = count;
    alerts->contact_count = 0;
    alerts->period_kinds = 0;
    for (size_t i = 0; i < count; i++) {
        dp_alert_rule_define(dp_alerts_rule(alerts, dp_str_from(rules[i].name), rules[i].scope),
                             &rules[i]);
        alerts->contact_count += rules[i].scope == DP_RULE_CONTACT;
        if (rules[i].has_period)
            alerts->period_kinds |= 1u << rules[i].period;
    }
    memset(alerts->periods, 0, sizeof alerts->periods);
    forget_rules(alerts);
    dp_alerts_each(alerts, give_values);
    for (size_t i = 0; i < alerts->rule_count; i++)
        if (alerts->rules[i]->known)
            pin_those_of(alerts, alerts->rules[i]);
    dp_alerts_expect_all(alerts);
}

/* ---------------------------------------------------------------- silences, acknowledgements */

static void touch(struct dp_alerts *alerts, struct dp_alert *alert)
{
    dp_alerts_touch(alerts, alert);
}

static void touch_firing(struct dp_alerts *alerts, struct dp_alert *alert)
{
    if (alert->life.state == DP_ALERT_FIRING)
        dp_alerts_touch(alerts, alert);
}

void dp_alerts_set_silences(struct dp_alerts *alerts, const struct dp_alert_silence *silences,
                            size_t count)
{
    free_silences(alerts);
    alerts->silences = count ? dp_xmalloc(count * sizeof *silences) : NULL;
    alerts->silence_count = count;
    for (size_t i = 0; i < count; i++) {
        alerts->silences[i] = silences[i];
        dp_alert_copy_patterns(&alerts->silences[i].rule);
        dp_alert_copy_patterns(&alerts->silences[i].id);
    }
    dp_alerts_each(alerts, touch_firing);
}

bool dp_alerts_acknowledge(struct dp_alerts *alerts, struct dp_str alert, struct dp_str who,
                           int64_t at_ms)
{
    bool found = false;
    char text[DP_ALERT_ID];
    if (who.len > DP_ALERT_WHO_MAX)
        who.len = DP_ALERT_WHO_MAX;
    for (size_t i = 0; i < alerts->index.capacity; i++) {
        struct dp_alert *firing = alerts->index.slots[i].item;
        if (!firing || firing->life.state != DP_ALERT_FIRING)
            continue;
        dp_alert_name_text(firing, text);
        if (!dp_str_equal(dp_str_from(text), alert))
            continue;
        firing->life.acknowledged_ms = at_ms;
        dp_alert_keep_text(&firing->who, who);
        dp_alert_note(alerts, firing);
        found = true;
    }
    return found;
}

/* ---------------------------------------------------------------- flushes */

void dp_alerts_expect_all(struct dp_alerts *alerts)
{
    alerts->gate = DP_GATE_WAITS;
}

void dp_alerts_begin(struct dp_alerts *alerts)
{
    alerts->due = true;
    if (alerts->gate == DP_GATE_WAITS)
        alerts->gate = DP_GATE_UNDER_WAY;
}

static void touch_due(struct dp_alerts *alerts)
{
    for (struct dp_heap_node *first;
         (first = dp_heap_first(&alerts->timers)) && first->key <= alerts->t_ms;) {
        dp_heap_remove(&alerts->timers, first);
        dp_alerts_touch(alerts, dp_owner_of(first, struct dp_alert, timer));
    }
}

static void touch_of_event_age(struct dp_alerts *alerts)
{
    for (size_t i = 0; i < alerts->rule_count; i++) {
        struct dp_alert_rule *rule = alerts->rules[i];
        if (!rule->known || !rule->of_event_age)
            continue;
        struct dp_alert *alert =
            dp_alerts_find(alerts, rule, (struct dp_str){0}, dp_alert_hash((struct dp_str){0}));
        if (alert)
            dp_alerts_touch(alerts, alert);
    }
}

void dp_alerts_evaluate(struct dp_alerts *alerts, int64_t t_ms, int64_t latest_ms)
{
    if (!alerts->due)
        return;
    alerts->due = false;
    if (alerts->gate == DP_GATE_UNDER_WAY) {
        alerts->gate = DP_GATE_OPEN;
        dp_alerts_each(alerts, touch);
    }
    if (alerts->gate != DP_GATE_OPEN)
        return;
    dp_alerts_move_periods(alerts, t_ms);
    alerts->t_ms = t_ms;
    alerts->may_begin = t_ms > alerts->ended_ms;
    if (latest_ms != alerts->latest_ms)
        touch_of_event_age(alerts);
    alerts->latest_ms = latest_ms;
    touch_due(alerts);
    while (alerts->changed) {
        struct dp_alert *alert = alerts->changed;
        untouch(alerts, alert);
        dp_alert_look(alerts, alert);
    }
    if (alerts->rule_count > alerts->known_count)
        forget_rules(alerts);
}
