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
                                          .life = alert->life,
                                      });
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
}
