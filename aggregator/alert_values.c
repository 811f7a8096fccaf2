#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aggregator/alert.h"

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

bool dp_alert_take(struct dp_alert *alert, const struct dp_entry *entry, enum dp_term_source source)
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
