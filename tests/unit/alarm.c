#include "alarm.h"

#include <stdio.h>
#include <string.h>

struct dp_notice dp_test_alarm(enum dp_notice_kind kind)
{
    struct dp_notice notice = {
        .kind = kind,
        .alert = "4be1c3d2a5f60718",
        .tell = true,
        .rule = DP_STR("billing service level"),
        .severity = DP_STR("page"),
        .scope = DP_RULE_QUEUE,
        .id = DP_STR("billing"),
        .window = "15m",
        .value = "service_level 0.712000, responses 18",
        .when = DP_STR("service_level < 0.80"),
        .since_ms = DP_TEST_ALARM_MS - 150000,
        .fired_ms = DP_TEST_ALARM_MS - 90000,
        .at_ms = DP_TEST_ALARM_MS,
    };
    snprintf(notice.key, sizeof notice.key, "%s:%s", notice.alert, dp_notice_kind_names[kind]);
    return notice;
}

struct dp_notification *dp_test_alarm_for_leads(const struct dp_notice *notice)
{
    static const struct dp_rule_label site = {"site", "north"};
    return dp_notification_create(notice, "leads", &site, 1, DP_TEST_ALARM_MS + 250);
}
