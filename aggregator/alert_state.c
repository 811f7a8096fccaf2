#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <xxhash.h>

#include "aggregator/alert.h"

/* Quiet hours begin and end with a minute: so often it is looked whether they are over. */
#define QUIET_STEP_MS INT64_C(60000)

/* ---------------------------------------------------------------- names */

static char *put(char *at, const char *bytes, size_t len)
{
    memcpy(at, bytes, len);
    at[len] = '\0';
    return at + len + 1;
}

/* Rule, scope, id and begin, each closed by a 0 byte. */
static uint64_t name_of(const struct dp_alert *alert)
{
    char bytes[DP_RULE_NAME_MAX + DP_JOURNAL_IDENTIFIER_MAX + 64], begin[24];
    const struct dp_rule *rule = &alert->rule->rule;
    const char *scope = dp_rule_scope_names[rule->scope];
    char *at = put(bytes, rule->name, strlen(rule->name));
    at = put(at, scope, strlen(scope));
    at = put(at, alert->id, alert->id_len);
    int len = snprintf(begin, sizeof begin, "%" PRId64, alert->life.since_ms);
    at = put(at, begin, (size_t)len);
    return XXH3_64bits(bytes, (size_t)(at - bytes));
}

void dp_alert_name_text(const struct dp_alert *alert, char text[DP_ALERT_ID])
{
    snprintf(text, DP_ALERT_ID, "%016" PRIx64, name_of(alert));
}

/* ---------------------------------------------------------------- notices */

static void set_key(struct dp_notice *notice)
{
    const char *kind = dp_notice_kind_names[notice->kind];
    if (notice->kind == DP_REPEATED)
        snprintf(notice->key, sizeof notice->key, "%s:repeat-%" PRIu32, notice->alert,
                 notice->number);
    else
        snprintf(notice->key, sizeof notice->key, "%s:%s", notice->alert, kind);
}

static void set_window(const struct dp_alerts *alerts, const struct dp_rule *rule,
                       struct dp_notice *notice)
{
    if (rule->has_window)
        snprintf(notice->window, sizeof notice->window, "%s", rule->window);
    else if (rule->has_period)
        snprintf(notice->window, sizeof notice->window, "%s", alerts->periods[rule->period].label);
}

static void give(const struct dp_alerts *alerts, const struct dp_alert *alert,
                 enum dp_notice_kind kind, bool tell)
{
    const struct dp_rule *rule = &alert->rule->rule;
    if (!alerts->give)
        return;
    struct dp_notice notice = {
        .kind = kind,
        .tell = tell,
        .escalated = alert->life.escalated,
        .definition = rule,
        .rule = dp_str_from(rule->name),
        .severity = dp_str_from(rule->severity ? rule->severity : "warning"),
        .scope = rule->scope,
        .id = dp_alert_id(alert),
        .queue = dp_str_from(alert->queue),
        .team = dp_str_from(alert->team),
        .channel = alert->channel,
        .when = dp_str_from(rule->when_text),
        .since_ms = alert->life.since_ms,
        .fired_ms = alert->life.fired_ms,
        .at_ms = alerts->t_ms,
        .number = kind == DP_REPEATED ? alert->life.repeats : 0,
    };
    dp_alert_name_text(alert, notice.alert);
    set_key(&notice);
    set_window(alerts, rule, &notice);
    dp_alert_value_text(alerts, alert, notice.value);
    alerts->give(alerts->give_ctx, &notice);
}

/* ---------------------------------------------------------------- quiet hours and silences */

/* Until when nobody is told of the alert, at the least; INT64_MIN: somebody may be told now. */
static int64_t hushed_until(const struct dp_alerts *alerts, const struct dp_alert *alert)
{
    const struct dp_rule *rule = &alert->rule->rule;
    int64_t until_ms = INT64_MIN;
    for (size_t i = 0; i < alerts->silence_count; i++) {
        const struct dp_alert_silence *silence = &alerts->silences[i];
        if (silence->until_ms > alerts->t_ms && silence->until_ms > until_ms &&
            (!silence->of_scope || silence->scope == rule->scope) &&
            dp_patterns_match(&silence->rule, dp_str_from(rule->name)) &&
            dp_patterns_match(&silence->id, dp_alert_id(alert)))
            until_ms = silence->until_ms;
    }
    if (until_ms == INT64_MIN && rule->quiet.count && dp_hours_open(&rule->quiet, alerts->t_ms))
        until_ms = (alerts->t_ms / QUIET_STEP_MS + 1) * QUIET_STEP_MS;
    return until_ms;
}

/* ---------------------------------------------------------------- states */

static void end(struct dp_alerts *alerts, struct dp_alert *alert)
{
    if (alert->life.state == DP_ALERT_INACTIVE)
        return;
    if (alert->life.state == DP_ALERT_FIRING)
        give(alerts, alert, DP_RESOLVED, alert->life.told_ms != INT64_MIN);
    dp_alert_set_state(alerts, alert, DP_ALERT_INACTIVE);
    alert->life = (struct dp_alert_life){.since_ms = alerts->t_ms,
                                         .fired_ms = INT64_MIN,
                                         .told_ms = INT64_MIN,
                                         .repeated_ms = INT64_MIN,
                                         .acknowledged_ms = INT64_MIN};
    dp_alert_keep_text(&alert->who, (struct dp_str){0});
    alerts->ended_ms = alerts->t_ms;
    dp_alert_note(alerts, alert);
}

static int64_t later(int64_t ms, int64_t span_ms)
{
    return ms > INT64_MAX - span_ms ? INT64_MAX : ms + span_ms;
}

/* Tells whoever is to be told now. Returns when to look again. */
static int64_t tell(struct dp_alerts *alerts, struct dp_alert *alert, bool begins)
{
    const struct dp_rule *rule = &alert->rule->rule;
    struct dp_alert_life *life = &alert->life;
    int64_t t_ms = alerts->t_ms;
    bool heeded = life->acknowledged_ms != INT64_MIN, told = life->told_ms != INT64_MIN;
    int64_t repeat_ms =
        told && rule->repeat_ms ? later(life->repeated_ms, rule->repeat_ms) : INT64_MAX;
    int64_t escalate_ms = told && rule->escalate_ms && !life->escalated
                              ? later(life->told_ms, rule->escalate_ms)
                              : INT64_MAX;
    if (heeded)
        return INT64_MAX;
    int64_t due_ms = repeat_ms < escalate_ms ? repeat_ms : escalate_ms;
    if (told && t_ms < due_ms)
        return due_ms;

    int64_t until_ms = hushed_until(alerts, alert);
    if (until_ms != INT64_MIN) {
        if (begins)
            give(alerts, alert, DP_FIRING, false);
        return until_ms;
    }
    if (!told) {
        life->told_ms = life->repeated_ms = t_ms;
        give(alerts, alert, DP_FIRING, true);
    }
    if (t_ms >= repeat_ms) {
        life->repeated_ms = t_ms;
        life->repeats++;
        give(alerts, alert, DP_REPEATED, true);
    }
    if (t_ms >= escalate_ms) {
        life->escalated = true;
        give(alerts, alert, DP_ESCALATED, true);
    }
    dp_alert_note(alerts, alert);
    return tell(alerts, alert, false);
}

/* Whether the alert holds; DP_UNKNOWN: all stays as it is. */
static enum dp_truth judged(const struct dp_rule *rule, enum dp_truth truth)
{
    if (truth != DP_UNKNOWN)
        return truth;
    /* Of a contact what it is not in is known not to hold. */
    if (rule->scope == DP_RULE_CONTACT)
        return DP_FALSE;
    return rule->on_no_data == DP_NO_DATA_OK     ? DP_FALSE
           : rule->on_no_data == DP_NO_DATA_KEEP ? DP_UNKNOWN
                                                 : DP_TRUE;
}

/* Whether one that fires goes on. */
static enum dp_truth goes_on(const struct dp_alerts *alerts, const struct dp_alert *alert)
{
    const struct dp_rule *rule = &alert->rule->rule;
    if (!rule->clear.count)
        return judged(rule, dp_alert_truth(alerts, alert, &rule->when));
    enum dp_truth clear = dp_alert_truth(alerts, alert, &rule->clear);
    return clear == DP_UNKNOWN ? judged(rule, clear) : clear == DP_TRUE ? DP_FALSE : DP_TRUE;
}

static void fire(struct dp_alerts *alerts, struct dp_alert *alert)
{
    dp_alert_set_state(alerts, alert, DP_ALERT_FIRING);
    alert->life.fired_ms = alerts->t_ms;
    dp_alert_note(alerts, alert);
}

/* One that does not fire yet. Returns when to look again; `*begins`: it fires now. */
static int64_t wait(struct dp_alerts *alerts, struct dp_alert *alert, bool *begins)
{
    const struct dp_rule *rule = &alert->rule->rule;
    struct dp_alert_life *life = &alert->life;
    enum dp_truth holds = judged(rule, dp_alert_truth(alerts, alert, &rule->when));
    if (holds == DP_FALSE)
        end(alerts, alert);
    if (holds != DP_TRUE)
        return INT64_MAX;
    if (life->state == DP_ALERT_INACTIVE) {
        if (!alerts->may_begin)
            return alerts->t_ms + 1;
        life->since_ms = alerts->t_ms;
        dp_alert_set_state(alerts, alert, DP_ALERT_PENDING);
        if (rule->for_ms)
            dp_alert_note(alerts, alert);
    }
    int64_t due_ms = later(life->since_ms, rule->for_ms);
    if (due_ms > alerts->t_ms)
        return due_ms;
    fire(alerts, alert);
    *begins = true;
    return INT64_MAX;
}

static int64_t move(struct dp_alerts *alerts, struct dp_alert *alert)
{
    bool begins = false;
    if (alert->life.state == DP_ALERT_FIRING && goes_on(alerts, alert) == DP_FALSE) {
        end(alerts, alert);
        return INT64_MAX;
    }
    int64_t next = INT64_MAX;
    if (alert->life.state != DP_ALERT_FIRING)
        next = wait(alerts, alert, &begins);
    if (alert->life.state == DP_ALERT_FIRING)
        next = tell(alerts, alert, begins);
    return next;
}

void dp_alert_look(struct dp_alerts *alerts, struct dp_alert *alert)
{
    if (!alert->heard || !alert->rule->known) {
        end(alerts, alert);
        dp_alerts_drop(alerts, alert);
        return;
    }
    int64_t next = move(alerts, alert), passing = dp_alert_next_passing(alerts, alert);
    next = passing < next ? passing : next;
    if (next == INT64_MAX)
        dp_heap_remove(&alerts->timers, &alert->timer);
    else
        dp_heap_set(&alerts->timers, &alert->timer, next);
}
