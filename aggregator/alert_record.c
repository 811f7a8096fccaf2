#include "aggregator/alert.h"

void dp_alert_note(struct dp_alerts *alerts, const struct dp_alert *alert)
{
    if (!alerts->journal)
        return;
    const struct dp_rule *rule = &alert->rule->rule;
    dp_journal_alert(alerts->journal, &(struct dp_journal_alert){
                                          .rule = dp_str_from(rule->name),
                                          .scope = rule->scope,
                                          .id = dp_alert_id(alert),
                                          .who = dp_str_from(alert->who),
                                          .queue = dp_str_from(alert->queue),
                                          .team = dp_str_from(alert->team),
                                          .channel = alert->channel,
                                          .life = alert->life,
                                      });
}

void dp_alert_set_place(struct dp_alerts *alerts, struct dp_alert *alert, struct dp_str queue,
                        struct dp_str team, enum dp_channel channel)
{
    if (alert->channel == channel && dp_str_equal(dp_str_from(alert->queue), queue) &&
        dp_str_equal(dp_str_from(alert->team), team))
        return;
    alert->channel = channel;
    dp_alert_keep_text(&alert->queue, queue);
    dp_alert_keep_text(&alert->team, team);
    if (alert->life.state == DP_ALERT_FIRING)
        dp_alert_note(alerts, alert);
}

static void carry(struct dp_alerts *alerts, struct dp_alert *alert)
{
    if (alert->life.state != DP_ALERT_INACTIVE)
        dp_alert_note(alerts, alert);
}

void dp_alerts_carry(struct dp_alerts *alerts)
{
    dp_alerts_each(alerts, carry);
}

void dp_alerts_restore(struct dp_alerts *alerts, const struct dp_journal_alert *told)
{
    struct dp_alert_rule *rule = dp_alerts_rule(alerts, told->rule, told->scope);
    uint64_t id_hash = dp_alert_hash(told->id);
    if (told->life.state == DP_ALERT_INACTIVE && told->life.since_ms > alerts->ended_ms)
        alerts->ended_ms = told->life.since_ms;
    struct dp_alert *alert = told->life.state == DP_ALERT_INACTIVE
                                 ? dp_alerts_find(alerts, rule, told->id, id_hash)
                                 : dp_alerts_get(alerts, rule, told->id, id_hash, true);
    if (!alert)
        return;
    dp_alert_set_state(alerts, alert, told->life.state);
    alert->life = told->life;
    dp_alert_keep_text(&alert->who, told->who);
    dp_alert_keep_text(&alert->queue, told->queue);
    dp_alert_keep_text(&alert->team, told->team);
    if (told->life.state == DP_ALERT_FIRING)
        alert->channel = told->channel;
}
