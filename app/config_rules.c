#include "app/config_rules.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "aggregator/phrase.h"
#include "aggregator/rule_match.h"
#include "aggregator/rule_parse.h"
#include "app/alert_draft.h"
#include "app/config_hooks.h"
#include "common/duration.h"
#include "common/memory.h"
#include "common/utf8.h"

#define DP_SECOND 1000
#define DP_MINUTE 60000
#define DP_MONTH  (31 * INT64_C(86400000))

#define SEVERITY_MAX 32
#define LABEL_MAX    128

enum {
    SCOPE,
    MATCH,
    WHEN,
    CLEAR,
    WINDOW,
    PERIOD,
    FOR,
    MIN,
    ON_NO_DATA,
    SEVERITY,
    LABELS,
    NOTIFY,
    REPEAT,
    QUIET_HOURS,
    ESCALATE_AFTER,
    ESCALATE_TO,
    KEYS
};
static const char *const keys[KEYS] = {
    [SCOPE] = "scope",
    [MATCH] = "match",
    [WHEN] = "when",
    [CLEAR] = "clear",
    [WINDOW] = "window",
    [PERIOD] = "period",
    [FOR] = "for",
    [MIN] = "min",
    [ON_NO_DATA] = "on_no_data",
    [SEVERITY] = "severity",
    [LABELS] = "labels",
    [NOTIFY] = "notify",
    [REPEAT] = "repeat",
    [QUIET_HOURS] = "quiet_hours",
    [ESCALATE_AFTER] = "escalate_after",
    [ESCALATE_TO] = "escalate_to",
};
static const struct dp_alert_kind rule_kind = {"rule", keys, KEYS};

#define KEY(key) (1u << (key))

/* Keys that do nothing in a scope. */
static const unsigned misfits[DP_RULE_SCOPES] = {
    [DP_RULE_ALL] = KEY(MATCH),
    [DP_RULE_CHANNEL] = KEY(PERIOD),
    [DP_RULE_CONTACT] = KEY(WINDOW) | KEY(PERIOD) | KEY(MIN) | KEY(ON_NO_DATA),
};

static bool has_team(enum dp_rule_scope scope)
{
    return scope == DP_RULE_AGENT || scope == DP_RULE_TEAM || scope == DP_RULE_CONTACT;
}

const char dp_config_rule_help[] =
    "scope\n    all, agent, team, queue, channel or contact\n"
    "match\n    names, patterns such as tech-*, or queue=NAME, priority=urgent ...\n"
    "when\n    QUANTITY OP VALUE, joined by and, or and parentheses\n"
    "clear\n    when it is over (default: when `when` does not hold)\n"
    "window, period\n    what its figures are of: one of the two\n"
    "for = 0s\n    it has to hold so long\n"
    "min\n    on at least so much: responses 5\n"
    "on_no_data = ok\n    without figures: ok, keep or alert\n"
    "severity = warning\n    a word such as page\n"
    "labels\n    name=value, ...\n"
    "notify\n    names of hooks, and team-lead, separated by commas\n"
    "repeat\n    told again in such intervals while it fires (default: once)\n"
    "quiet_hours\n    nobody is told then: 22:00-07:00, Sat-Sun 00:00-24:00\n"
    "escalate_after, escalate_to\n    who else is told when nobody has acknowledged it for so "
    "long\n";

bool dp_config_open_rule(struct dp_config_load *load, const char *name)
{
    size_t len = strlen(name);
    bool good = len >= 1 && len <= DP_RULE_NAME_MAX && dp_utf8_valid(dp_str_from(name));
    for (const char *c = name; *c; c++)
        good = good && !iscntrl((unsigned char)*c);
    if (!good)
        return dp_config_fail(load, load->section, NULL, "this is no name of a rule",
                              "1 to 64 bytes of UTF-8 without control characters");
    return dp_alert_open(load, &rule_kind, name);
}

bool dp_config_set_rule(struct dp_config_load *load, const char *name, const char *key,
                        const char *value)
{
    return dp_alert_set(load, &rule_kind, name, key, value);
}

static bool missing(struct dp_config_load *load, const struct dp_alert_section *section, int key,
                    const char *allowed)
{
    return dp_alert_fail(load, section, key, "this is missing", allowed);
}

static bool take_scope(struct dp_config_load *load, const struct dp_alert_section *section,
                       struct dp_rule *rule)
{
    char names[DP_CONFIG_TEXT], wrong[DP_CONFIG_TEXT];
    const char *fitting[DP_RULE_SCOPES];
    int scope = DP_RULE_ALL, count = 0;
    if (!section->values[SCOPE])
        return missing(load, section, SCOPE,
                       dp_phrase_list(dp_rule_scope_names, DP_RULE_SCOPES, names, sizeof names));
    if (!dp_alert_take_name(load, section, SCOPE, dp_rule_scope_names, DP_RULE_SCOPES,
                            "is no scope", &scope))
        return false;
    rule->scope = (enum dp_rule_scope)scope;
    for (int key = 0; key < KEYS; key++) {
        if (!section->values[key] || !(misfits[scope] & KEY(key)))
            continue;
        for (int other = 0; other < DP_RULE_SCOPES; other++)
            if (!(misfits[other] & KEY(key)))
                fitting[count++] = dp_rule_scope_names[other];
        snprintf(wrong, sizeof wrong, "scope %s has no such key", dp_rule_scope_names[scope]);
        char allowed[DP_CONFIG_TEXT + 16];
        snprintf(allowed, sizeof allowed, "with scope %s",
                 dp_phrase_list(fitting, count, names, sizeof names));
        return dp_alert_fail(load, section, key, wrong, allowed);
    }
    return true;
}

/* The window of that length, however it is written. */
static bool take_window(struct dp_config_load *load, const struct dp_alert_section *section,
                        struct dp_rule *rule)
{
    const struct dp_config *config = load->config;
    const char *labels[DP_WINDOWS_MAX];
    char names[DP_CONFIG_TEXT], allowed[DP_CONFIG_TEXT + 64];
    int64_t ms = 0;
    const char *value = section->values[WINDOW];
    if (!value)
        return true;
    bool good = dp_duration_parse(dp_str_from(value), &ms);
    for (size_t i = 0; i < config->windows.count; i++) {
        labels[i] = config->window_labels[i];
        if (!good || config->windows.length_ms[i] != ms)
            continue;
        rule->has_window = true;
        strcpy(rule->window, labels[i]);
        return true;
    }
    snprintf(allowed, sizeof allowed, "one of [window] lengths: %s",
             dp_phrase_list(labels, (int)config->windows.count, names, sizeof names));
    return dp_alert_fail_value(load, section, WINDOW, value, "is no window", allowed);
}

static bool take_period(struct dp_config_load *load, const struct dp_alert_section *section,
                        struct dp_rule *rule)
{
    const char *kept[DP_PERIOD_KINDS], *value = section->values[PERIOD];
    char names[DP_CONFIG_TEXT], allowed[DP_CONFIG_TEXT + 64];
    int count = 0;
    if (!value)
        return true;
    if (section->values[WINDOW])
        return dp_alert_fail(load, section, PERIOD, "there is a window too", "one of them");
    int period = dp_phrase_find(dp_period_kind_names, DP_PERIOD_KINDS, dp_str_from(value));
    if (period >= 0 && load->config->period_kinds >> period & 1) {
        rule->has_period = true;
        rule->period = (enum dp_period_kind)period;
        return true;
    }
    for (int kind = 0; kind < DP_PERIOD_KINDS; kind++)
        if (load->config->period_kinds >> kind & 1)
            kept[count++] = dp_period_kind_names[kind];
    snprintf(allowed, sizeof allowed, "one of [period] kinds: %s",
             count ? dp_phrase_list(kept, count, names, sizeof names) : "none");
    return dp_alert_fail_value(load, section, PERIOD, value, "is no period", allowed);
}

static bool take_conditions(struct dp_config_load *load, const struct dp_alert_section *section,
                            struct dp_rule *rule)
{
    char error[DP_RULE_ERROR];
    const char *const *values = (const char *const *)section->values;
    if (!values[WHEN])
        return missing(load, section, WHEN, "QUANTITY OP VALUE, joined by and, or and parentheses");
    rule->when_text = dp_alert_keep(load, values[WHEN]);
    if (values[MATCH] &&
        !dp_rule_match_parse(&rule->match, rule->scope, values[MATCH],
                             dp_alert_keep(load, values[MATCH]), error, sizeof error))
        return dp_alert_fail_text(load, section, MATCH, error);
    if (!dp_rule_parse_when(rule, values[WHEN], dp_alert_keep(load, values[WHEN]), error,
                            sizeof error))
        return dp_alert_fail_text(load, section, WHEN, error);
    if (values[CLEAR] &&
        !dp_rule_parse_clear(rule, values[CLEAR], dp_alert_keep(load, values[CLEAR]), error,
                             sizeof error))
        return dp_alert_fail_text(load, section, CLEAR, error);
    if (values[MIN] && !dp_rule_parse_min(rule, values[MIN], error, sizeof error))
        return dp_alert_fail_text(load, section, MIN, error);
    return true;
}

/* A window or a period that no figure is of would do nothing. */
static bool check_span(struct dp_config_load *load, const struct dp_alert_section *section,
                       const struct dp_rule *rule)
{
    bool figures = rule->min_name || !(rule->has_window || rule->has_period);
    for (size_t i = 0; i < rule->term_count; i++)
        figures = figures || rule->terms[i].source == DP_TERM_WINDOW ||
                  rule->terms[i].source == DP_TERM_PERIOD;
    return figures ||
           dp_alert_fail(load, section, rule->has_window ? WINDOW : PERIOD, "no figure is of it",
                         "with a figure such as service_level in when");
}

static bool label_name_valid(const char *name)
{
    bool good = isalpha((unsigned char)*name) || *name == '_';
    for (const char *c = name; *c; c++)
        good = good && (isalnum((unsigned char)*c) || *c == '_');
    return good;
}

static bool put_label(struct dp_config_load *load, const struct dp_alert_section *section,
                      struct dp_rule *rule, char *item)
{
    static const char allowed[] = "up to 8 of name=value, separated by commas, each name once "
                                  "(letters, digits, _) and values "
                                  "of 1 to 128 bytes";
    char *value = strchr(item, '=');
    if (!value)
        return dp_alert_fail_value(load, section, LABELS, item, "is no label", allowed);
    char *name = item, *end = value;
    while (end > name && (end[-1] == ' ' || end[-1] == '\t'))
        end--;
    value += 1 + strspn(value + 1, " \t");
    *end = '\0';
    if (!label_name_valid(name))
        return dp_alert_fail_value(load, section, LABELS, name, "is no name of a label", allowed);
    if (!*value || strlen(value) > LABEL_MAX)
        return dp_alert_fail_value(load, section, LABELS, value, "is no value of a label", allowed);
    for (size_t i = 0; i < rule->label_count; i++)
        if (strcmp(rule->labels[i].name, name) == 0)
            return dp_alert_fail_value(load, section, LABELS, name, "is there twice", allowed);
    if (rule->label_count == DP_RULE_LABELS_MAX)
        return dp_alert_fail_value(load, section, LABELS, name, "is one label too many", allowed);
    rule->labels[rule->label_count++] = (struct dp_rule_label){name, value};
    return true;
}

static bool take_texts(struct dp_config_load *load, const struct dp_alert_section *section,
                       struct dp_rule *rule)
{
    const char *severity = section->values[SEVERITY];
    char *rest = dp_alert_keep(load, section->values[LABELS]), *item;
    if (severity && strlen(severity) > SEVERITY_MAX)
        return dp_alert_fail_value(load, section, SEVERITY, severity, "is too long",
                                   "1 to 32 bytes such as page");
    rule->severity = severity ? dp_alert_keep(load, severity) : "warning";
    while ((item = dp_alert_item(&rest)))
        if (!put_label(load, section, rule, item))
            return false;
    return true;
}

/* A hook that there is, or the hooks of teams, where the scope has teams and they have hooks. */
static bool check_hook(struct dp_config_load *load, const struct dp_alert_section *section, int key,
                       const struct dp_rule *rule, const char *name)
{
    char names[DP_CONFIG_TEXT];
    if (strcmp(name, DP_TEAM_LEAD) != 0)
        return dp_config_hook_find(load->config, name) ||
               dp_alert_fail_value(load, section, key, name, "is no hook",
                                   dp_config_hook_names(load->config, names));
    if (!has_team(rule->scope))
        return dp_alert_fail_value(load, section, key, name, "is nobody in this scope",
                                   "with scope agent, team or contact");
    return load->config->route_count ||
           dp_alert_fail_value(load, section, key, name, "is nobody without teams",
                               "with sections [team \"NAME\"] and lead = HOOK");
}

static bool take_notify(struct dp_config_load *load, const struct dp_alert_section *section,
                        struct dp_rule *rule)
{
    char *rest = dp_alert_keep(load, section->values[NOTIFY]), *name;
    while ((name = dp_alert_item(&rest))) {
        if (!check_hook(load, section, NOTIFY, rule, name))
            return false;
        for (size_t i = 0; i < rule->notify_count; i++)
            if (strcmp(rule->notify[i], name) == 0)
                return dp_alert_fail_value(load, section, NOTIFY, name, "is there twice",
                                           "each hook once");
        if (rule->notify_count == DP_RULE_HOOKS_MAX)
            return dp_alert_fail_value(load, section, NOTIFY, name, "is one hook too many",
                                       "up to 8");
        rule->notify[rule->notify_count++] = name;
    }
    return true;
}

static bool take_escalation(struct dp_config_load *load, const struct dp_alert_section *section,
                            struct dp_rule *rule)
{
    const char *after = section->values[ESCALATE_AFTER], *to = section->values[ESCALATE_TO];
    if (!after && !to)
        return true;
    if (!after)
        return missing(load, section, ESCALATE_AFTER, "a duration such as 5m, with escalate_to");
    if (!to)
        return missing(load, section, ESCALATE_TO, "the name of a hook, with escalate_after");
    rule->escalate = dp_alert_keep(load, to);
    return dp_alert_take_duration(load, section, ESCALATE_AFTER, DP_SECOND, DP_MONTH,
                                  &rule->escalate_ms) &&
           check_hook(load, section, ESCALATE_TO, rule, to);
}

static bool build_rule(struct dp_config_load *load, const struct dp_alert_section *section,
                       struct dp_rule *rule)
{
    static const char *const choices[] = {
        [DP_NO_DATA_OK] = "ok", [DP_NO_DATA_KEEP] = "keep", [DP_NO_DATA_ALERT] = "alert"};
    const char *quiet = section->values[QUIET_HOURS];
    int on_no_data = DP_NO_DATA_OK;
    rule->name = dp_alert_keep(load, section->name);
    rule->line = section->line;
    if (!take_scope(load, section, rule) || !take_window(load, section, rule) ||
        !take_period(load, section, rule) || !take_conditions(load, section, rule) ||
        !check_span(load, section, rule) ||
        !dp_alert_take_duration(load, section, FOR, 0, DP_MONTH, &rule->for_ms) ||
        !dp_alert_take_name(load, section, ON_NO_DATA, choices, 3, "is no choice", &on_no_data) ||
        !take_texts(load, section, rule) || !take_notify(load, section, rule) ||
        !dp_alert_take_duration(load, section, REPEAT, 10 * DP_SECOND, DP_MONTH,
                                &rule->repeat_ms) ||
        !take_escalation(load, section, rule))
        return false;
    rule->on_no_data = (enum dp_on_no_data)on_no_data;
    return !quiet || dp_hours_parse_overnight(dp_str_from(quiet), &rule->quiet) ||
           dp_alert_fail_value(load, section, QUIET_HOURS, quiet, "is no quiet hours",
                               DP_HOURS_OVERNIGHT_ALLOWED);
}

bool dp_rules_build(struct dp_config_load *load)
{
    struct dp_config *config = load->config;
    const struct dp_alert_section *section = NULL;
    config->rules = dp_xcalloc(dp_alert_count(load, &rule_kind) + 1, sizeof *config->rules);
    while ((section = dp_alert_next(load, &rule_kind, section)))
        if (!build_rule(load, section, &config->rules[config->rule_count++]))
            return false;
    return true;
}
