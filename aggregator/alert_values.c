#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aggregator/alert.h"
#include "common/memory.h"

/* A number beyond these, in natural units, is as good as these: its millionths fit into 64 bits. */
#define NUMBER_MAX INT64_C(9000000000000)

static int64_t millionths(int64_t number)
{
    if (number > NUMBER_MAX || number < -NUMBER_MAX)
        number = number < 0 ? -NUMBER_MAX : NUMBER_MAX;
    return number * DP_MILLION;
}

/* The last of the values is that of `min`. */
static enum dp_term_source source_of(const struct dp_rule *rule, size_t at)
{
    if (at < rule->term_count)
        return rule->terms[at].source;
    return rule->has_window ? DP_TERM_WINDOW : DP_TERM_PERIOD;
}

static void clear(struct dp_alert_value *value)
{
    free(value->text);
    *value = (struct dp_alert_value){0};
}

void dp_alert_forget(struct dp_alert *alert, enum dp_term_source source)
{
    const struct dp_rule *rule = &alert->rule->rule;
    for (size_t i = 0; i <= rule->term_count; i++)
        if (source_of(rule, i) == source)
            clear(&alert->values[i]);
}

void dp_alert_unknow(struct dp_alert *alert)
{
    for (size_t i = 0; alert->values && i < dp_alert_value_count(alert->rule); i++)
        clear(&alert->values[i]);
}

void dp_alert_free_values(struct dp_alert *alert)
{
    dp_alert_unknow(alert);
    free(alert->values);
    alert->values = NULL;
}

/* ---------------------------------------------------------------- entries */

static const struct dp_field *field_named(const struct dp_entry *entry, const char *name)
{
    for (size_t i = 0; i < entry->field_count; i++)
        if (strcmp(entry->fields[i].name, name) == 0)
            return &entry->fields[i];
    return NULL;
}

/* True: it is another now. */
static bool set_value(struct dp_alert_value *value, const struct dp_field *field, bool is_text,
                      bool is_since)
{
    struct dp_alert_value before = *value;
    if (!field || (field->unit == DP_FIELD_TEXT) != is_text) {
        clear(value);
        return before.present;
    }
    value->present = true;
    if (is_text) {
        bool same = before.present && dp_str_equal(dp_str_from(value->text), field->text);
        dp_alert_keep_text(&value->text, field->text);
        return !same;
    }
    value->fraction = field->unit == DP_FIELD_MILLIONTHS;
    value->number = value->fraction || is_since ? field->value : millionths(field->value);
    return !before.present || before.number != value->number;
}

static bool set_term(const struct dp_rule *rule, size_t at, struct dp_alert_value *value,
                     const struct dp_entry *entry)
{
    if (at == rule->term_count)
        return rule->min_name && set_value(value, field_named(entry, rule->min_name), false, false);
    const struct dp_rule_term *term = &rule->terms[at];
    if (term->source == DP_TERM_AGE)
        return term->age == DP_AGE_STATE &&
               set_value(value, field_named(entry, "state_since_ms"), false, true);
    return set_value(value, field_named(entry, term->name), term->text != NULL, false);
}

static bool take_values(struct dp_alert *alert, const struct dp_entry *entry,
                        enum dp_term_source source)
{
    const struct dp_rule *rule = &alert->rule->rule;
    bool changed = false;
    for (size_t i = 0; i <= rule->term_count; i++) {
        enum dp_term_source own = source_of(rule, i);
        if (own == source || (own == DP_TERM_AGE && source == DP_TERM_NOW))
            changed |= set_term(rule, i, &alert->values[i], entry);
    }
    return changed;
}

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
    dp_alert_keep_text(&alert->team, team);
    if (concerned && take_values(alert, entry, source))
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
    alert->channel = contact->channel;
    dp_alert_keep_text(&alert->queue, contact->queue);
    dp_alert_keep_text(&alert->team, contact->team);
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

/* ---------------------------------------------------------------- as of T */

/* Since when what a term of an age asks for has lasted; false: it does not. */
static bool since_of(const struct dp_alerts *alerts, const struct dp_rule_term *term,
                     const struct dp_alert_value *value, int64_t *since_ms)
{
    *since_ms = term->age == DP_AGE_EVENT ? alerts->latest_ms : value->number;
    return term->age == DP_AGE_EVENT ? alerts->latest_ms != INT64_MIN : value->present;
}

static struct dp_term_value value_of(const struct dp_alerts *alerts, const struct dp_alert *alert,
                                     size_t at)
{
    const struct dp_rule_term *term = &alert->rule->rule.terms[at];
    const struct dp_alert_value *value = &alert->values[at];
    int64_t since_ms;
    if (term->source != DP_TERM_AGE)
        return (struct dp_term_value){value->present, value->number, dp_str_from(value->text)};
    if (!since_of(alerts, term, value, &since_ms))
        return (struct dp_term_value){0};
    int64_t age_ms = alerts->t_ms > since_ms ? alerts->t_ms - since_ms : 0;
    return (struct dp_term_value){.present = true, .number = millionths(age_ms)};
}

enum dp_truth dp_alert_truth(const struct dp_alerts *alerts, const struct dp_alert *alert,
                             const struct dp_rule_code *code)
{
    const struct dp_rule *rule = &alert->rule->rule;
    struct dp_term_value values[DP_RULE_TERMS_MAX];
    if (rule->min_name) {
        const struct dp_alert_value *least = &alert->values[rule->term_count];
        if (!least->present || least->number < millionths(rule->min))
            return DP_UNKNOWN;
    }
    for (size_t i = 0; i < rule->term_count; i++)
        values[i] = value_of(alerts, alert, i);
    return dp_rule_evaluate(rule, code, values);
}

int64_t dp_alert_next_passing(const struct dp_alerts *alerts, const struct dp_alert *alert)
{
    const struct dp_rule *rule = &alert->rule->rule;
    int64_t next = INT64_MAX, since_ms;
    for (size_t i = 0; i < rule->term_count; i++) {
        const struct dp_rule_term *term = &rule->terms[i];
        if (term->source != DP_TERM_AGE || !since_of(alerts, term, &alert->values[i], &since_ms))
            continue;
        /* At the limit, and just behind it: one of them changes what the term says. */
        int64_t at = since_ms + term->limit / DP_MILLION;
        at += at <= alerts->t_ms;
        if (at > alerts->t_ms && at < next)
            next = at;
    }
    return next;
}

/* ---------------------------------------------------------------- as text */

static size_t put_number(char *text, size_t size, int64_t number, bool fraction)
{
    if (!fraction)
        return (size_t)snprintf(text, size, "%" PRId64, number / DP_MILLION);
    int64_t rest = number % DP_MILLION;
    return (size_t)snprintf(text, size, "%s%" PRId64 ".%06" PRId64, number < 0 ? "-" : "",
                            number < 0 ? -(number / DP_MILLION) : number / DP_MILLION,
                            rest < 0 ? -rest : rest);
}

/* Said before, by another term or by `min`. */
static bool is_said(const struct dp_rule *rule, size_t at, const char *name)
{
    for (size_t i = 0; i < at; i++)
        if (strcmp(rule->terms[i].name, name) == 0)
            return true;
    return false;
}

/* A text that was cut does not end in the middle of a character. */
static void end_at_character(char *text)
{
    size_t len = strlen(text);
    while (len && ((unsigned char)text[len - 1] & 0xc0) == 0x80)
        len--;
    if (len && (unsigned char)text[len - 1] >= 0xc0)
        len--;
    text[len] = '\0';
}

void dp_alert_value_text(const struct dp_alerts *alerts, const struct dp_alert *alert,
                         char text[DP_NOTICE_TEXT])
{
    const struct dp_rule *rule = &alert->rule->rule;
    size_t used = 0, room = DP_NOTICE_TEXT;
    text[0] = '\0';
    for (size_t i = 0; alert->values && i <= rule->term_count && used + 1 < room; i++) {
        bool of_min = i == rule->term_count;
        const char *name = of_min ? rule->min_name : rule->terms[i].name;
        if (!name || is_said(rule, i, name))
            continue;
        struct dp_term_value value =
            of_min ? (struct dp_term_value){.present = alert->values[i].present,
                                            .number = alert->values[i].number}
                   : value_of(alerts, alert, i);
        bool is_age = !of_min && rule->terms[i].source == DP_TERM_AGE;
        used += (size_t)snprintf(text + used, room - used, "%s%s ", used ? ", " : "", name);
        if (used >= room)
            break;
        if (!value.present)
            used += (size_t)snprintf(text + used, room - used, "-");
        else if (value.text.p)
            used += (size_t)snprintf(text + used, room - used, "%.*s", (int)value.text.len,
                                     value.text.p);
        else
            used += put_number(text + used, room - used, value.number,
                               !is_age && alert->values[i].fraction);
        if (is_age && rule->terms[i].age >= DP_AGE_WAITING && value.present && used < room)
            used += (size_t)snprintf(text + used, room - used, " ms");
    }
    if (used >= room)
        end_at_character(text);
}
