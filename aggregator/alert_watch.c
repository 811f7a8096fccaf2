#include <string.h>

#include "aggregator/alert.h"

/* ---------------------------------------------------------------- entries */

/* Whether the entry is about values of the rule; `*source`: about which. */
static bool concerns(const struct dp_alerts *alerts, const struct dp_alert_rule *kept,
                     const struct dp_entry *entry, enum dp_channel channel,
                     enum dp_term_source *source)
{
    const struct dp_rule *rule = &kept->rule;
    switch (entry->kind) {
    case DP_ENTRY_WINDOW:
        *source = DP_TERM_WINDOW;
        return kept->sources >> DP_TERM_WINDOW & 1 && entry->channel == channel &&
               strcmp(entry->label, rule->window) == 0;
    case DP_ENTRY_PERIOD:
        *source = DP_TERM_PERIOD;
        return kept->sources >> DP_TERM_PERIOD & 1 && rule->has_period &&
               strcmp(entry->label, alerts->periods[rule->period].label) == 0;
    case DP_ENTRY_NOW:
        *source = DP_TERM_NOW;
        return kept->sources & (1u << DP_TERM_NOW | 1u << DP_TERM_AGE);
    default:
        return false;
    }
}

/* The subject is not there any more, or no longer the rule's. */
static void lose(struct dp_alerts *alerts, struct dp_alert *alert)
{
    dp_alert_unknow(alert);
    alert->heard = false;
    dp_alerts_touch(alerts, alert);
}

static void lose_known(struct dp_alerts *alerts, struct dp_alert *alert)
{
    lose(alerts, alert);
    alert->heard = alert->pinned;
}

/* Tells a rule. Windows and periods that are not its own say nothing, and cost little. */
static void tell(struct dp_alerts *alerts, struct dp_alert_rule *rule, const struct dp_entry *entry,
                 struct dp_str id, uint64_t id_hash, enum dp_channel channel, struct dp_str team)
{
    enum dp_term_source source;
    bool concerned = concerns(alerts, rule, entry, channel, &source);
    if (!concerned && entry->kind != DP_ENTRY_KNOWN && entry->kind != DP_ENTRY_NOW)
        return;
    struct dp_alert *alert = dp_alerts_find(alerts, rule, id, id_hash);
    bool alike = alert && alert->heard && dp_str_equal(dp_str_from(alert->team), team);
    if (!alike && !dp_alert_rule_matches(rule, id, team)) {
        if (alert && alert->heard)
            lose(alerts, alert);
        return;
    }
    if (entry->kind == DP_ENTRY_KNOWN && entry->gone) {
        if (alert)
            lose_known(alerts, alert);
        return;
    }
    if (!alert && entry->gone) /* what was gone for whoever wrote before */
        return;
    if (!alert && !(alert = dp_alerts_get(alerts, rule, id, id_hash, false)))
        return;
    if (!alert->heard)
        dp_alerts_touch(alerts, alert);
    alert->heard = true;
    dp_alert_set_place(alerts, alert, (struct dp_str){0}, team, alert->channel);
    if (concerned && dp_alert_take(alert, entry, source))
        dp_alerts_touch(alerts, alert);
}

static enum dp_rule_scope scope_of(enum dp_scope_kind kind)
{
    static const enum dp_rule_scope scopes[DP_SCOPE_KINDS] = {
        [DP_SCOPE_ALL] = DP_RULE_ALL,
        [DP_SCOPE_AGENT] = DP_RULE_AGENT,
        [DP_SCOPE_TEAM] = DP_RULE_TEAM,
        [DP_SCOPE_QUEUE] = DP_RULE_QUEUE,
    };
    return scopes[kind];
}

void dp_alerts_entry(struct dp_alerts *alerts, const struct dp_entry *entry, struct dp_str team,
                     int64_t t_ms)
{
    if (entry->kind > DP_ENTRY_KNOWN)
        return;
    if (entry->kind == DP_ENTRY_PERIOD)
        dp_alerts_move_periods(alerts, t_ms);
    enum dp_rule_scope scope = scope_of(entry->scope);
    uint64_t id_hash = dp_alert_hash(entry->id);
    bool of_channel = scope == DP_RULE_ALL && entry->kind == DP_ENTRY_WINDOW && entry->channel;
    for (size_t i = 0; i < alerts->rule_count; i++) {
        struct dp_alert_rule *rule = alerts->rules[i];
        if (!rule->known)
            continue;
        if (rule->rule.scope == scope) {
            tell(alerts, rule, entry, entry->id, id_hash, rule->channel, team);
        } else if (of_channel && rule->rule.scope == DP_RULE_CHANNEL) {
            struct dp_str id = dp_str_from(dp_channel_names[entry->channel]);
            struct dp_alert *alert = dp_alerts_find(alerts, rule, id, dp_alert_hash(id));
            if (alert) /* it is pinned, if the rule matches it */
                tell(alerts, rule, entry, id, dp_alert_hash(id), entry->channel, team);
        }
    }
}

/* ---------------------------------------------------------------- periods */

static void leave_period(struct dp_alerts *alerts, struct dp_alert *alert)
{
    const struct dp_alert_rule *kept = alert->rule;
    if (!kept->known || !kept->rule.has_period)
        return;
    const struct dp_span *span = &alerts->periods[kept->rule.period].span;
    if (span->from_ms < span->to_ms)
        return;
    dp_alert_forget(alert, DP_TERM_PERIOD);
    dp_alerts_touch(alerts, alert);
}

void dp_alerts_move_periods(struct dp_alerts *alerts, int64_t t_ms)
{
    unsigned over = 0;
    for (unsigned kind = 0; kind < DP_PERIOD_KINDS; kind++) {
        struct dp_span *span = &alerts->periods[kind].span;
        if (!(alerts->period_kinds >> kind & 1) || (t_ms >= span->from_ms && t_ms < span->to_ms))
            continue;
        over |= 1u << kind;
        *span = (struct dp_span){0, 0};
    }
    if (!over)
        return;
    dp_alerts_each(alerts, leave_period);
    for (unsigned kind = 0; kind < DP_PERIOD_KINDS; kind++)
        if (over >> kind & 1) {
            struct dp_alerts_period *period = &alerts->periods[kind];
            period->span = dp_calendar_span(alerts->calendar, (enum dp_period_kind)kind, t_ms);
            dp_calendar_label((enum dp_period_kind)kind, period->span.from_ms, period->label);
        }
}

/* ---------------------------------------------------------------- contacts */

/* Whether it is in anything that the rule is about. */
static bool is_in(const struct dp_rule *rule, const struct dp_contact_now *contact)
{
    for (size_t i = 0; i < rule->term_count; i++)
        if (contact->since_ms[rule->terms[i].age] != INT64_MIN)
            return true;
    return false;
}

static void leave_contact(struct dp_alerts *alerts, struct dp_alert *alert)
{
    if (alert->life.state == DP_ALERT_INACTIVE)
        dp_alerts_drop(alerts, alert);
    else
        lose(alerts, alert);
}

static void take_contact(struct dp_alert *alert, const struct dp_contact_now *contact)
{
    const struct dp_rule *rule = &alert->rule->rule;
    for (size_t i = 0; i < rule->term_count; i++) {
        int64_t since_ms = contact->since_ms[rule->terms[i].age];
        alert->values[i].present = since_ms != INT64_MIN;
        alert->values[i].number = since_ms;
    }
}

void dp_alerts_contact(struct dp_alerts *alerts, const struct dp_contact_now *contact)
{
    uint64_t id_hash = dp_alert_hash(contact->id);
    for (size_t i = 0; i < alerts->rule_count; i++) {
        struct dp_alert_rule *rule = alerts->rules[i];
        if (!rule->known || rule->rule.scope != DP_RULE_CONTACT)
            continue;
        bool wanted = is_in(&rule->rule, contact) && dp_alert_rule_matches_contact(rule, contact);
        struct dp_alert *alert = wanted ? dp_alerts_get(alerts, rule, contact->id, id_hash, false)
                                        : dp_alerts_find(alerts, rule, contact->id, id_hash);
        if (!alert)
            continue;
        if (!wanted) {
            leave_contact(alerts, alert);
            continue;
        }
        alert->heard = true;
        take_contact(alert, contact);
        dp_alert_set_place(alerts, alert, contact->queue, contact->team, contact->channel);
        dp_alerts_touch(alerts, alert);
    }
}

void dp_alerts_contact_over(struct dp_alerts *alerts, struct dp_str id)
{
    uint64_t id_hash = dp_alert_hash(id);
    for (size_t i = 0; i < alerts->rule_count; i++) {
        struct dp_alert_rule *rule = alerts->rules[i];
        if (rule->rule.scope != DP_RULE_CONTACT)
            continue;
        struct dp_alert *alert = dp_alerts_find(alerts, rule, id, id_hash);
        if (alert)
            leave_contact(alerts, alert);
    }
}
