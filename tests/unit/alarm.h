/* Notifications for tests: an alert of the rule "billing service level" for the queue "billing".
 * Thread: one. */
#ifndef DP_TEST_ALARM_H
#define DP_TEST_ALARM_H

#include "sink/notification.h"

/* 2026-11-22T10:00:00Z and its notice; begun 90 s, held since 150 s before. */
#define DP_TEST_ALARM_MS INT64_C(1795341600000)
struct dp_notice dp_test_alarm(enum dp_notice_kind kind);

/* One for the hook "leads", with the label site=north; destroy it. */
struct dp_notification *dp_test_alarm_for_leads(const struct dp_notice *notice);

#endif
