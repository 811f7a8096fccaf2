/* Alerts: watches what the aggregator hands out, and contacts, by rules (rule.h), and gives notices
 * (notice.h) of what begins and ends.
 *
 *   dp_alerts_begin -> dp_alerts_entry ... -> dp_alerts_evaluate, once a flush
 *   dp_alerts_contact, dp_alerts_contact_over, as events come
 *
 * For each rule and each subject that it matches - an agent, team, queue, channel, contact, or all
 * - there is an alert, which keeps the latest values of the rule's terms. It is inactive, pending
 * or firing (alert_life.h). Values are those that are published: what changes with the clock alone,
 * occupancy and the time in states of a period, is as old as its key.
 *
 * - There is no data where a value that decides is absent, or `min` is not reached: then on_no_data
 *   says. Of a contact an age that it is not in does not hold, and that is all.
 * - All, the channels, and agents, teams and queues that are matched by their very id have their
 *   alerts from the beginning; others from when they are heard of until they are forgotten, which
 *   ends them.
 * - A rule with match.channels is about the windows of the first of these channels; its gauges and
 *   periods are of all channels.
 * - Quiet hours and silences: the beginning is noted at once (tell = false), and told, under the
 *   same key, when they are over and the alert still fires and is not acknowledged. Repeats and the
 *   escalation wait likewise, and count from when the beginning was told. The end is told to those
 *   who were told of the beginning.
 * - A condition that has ended as of T does not begin to hold again before T moves on: no two
 *   alerts have the same id.
 *
 * What is saved is the life of each alert that is pending or fires, in the journal. Times in ms.
 * Thread: one. Out of memory ends the process. */
#ifndef DP_ALERTS_H
#define DP_ALERTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "aggregator/calendar.h"
#include "aggregator/entry.h"
#include "aggregator/journal.h"
#include "aggregator/notice.h"
#include "aggregator/rule.h"

/* Above so many alerts, active or not, no more are made: they are counted (dp_alerts_counts). */
#define DP_ALERTS_MAX 1000000

/* Bytes of the name of whoever acknowledges; what is longer is cut. */
#define DP_ALERT_WHO_MAX 128

struct dp_alerts;

/* `calendar`, of the periods, must outlive it. There are no rules yet. */
struct dp_alerts *dp_alerts_create(struct dp_calendar *calendar);
void dp_alerts_destroy(struct dp_alerts *alerts);

/* Takes rules in place of those before; copies them. An alert stays if there is a rule of its name
 * and scope that matches it; another one ends when it is next looked at. All entries and all
 * contacts have to be told anew; until the former have been, nothing is evaluated. */
void dp_alerts_set_rules(struct dp_alerts *alerts, const struct dp_rule *rules, size_t count);

/* Who is given the notices; NULL: nobody. Valid during the call. */
typedef void dp_notice_fn(void *ctx, const struct dp_notice *notice);
void dp_alerts_set_notices(struct dp_alerts *alerts, dp_notice_fn *give, void *ctx);

/* Where lives are noted; NULL: nowhere. The journal must outlive its use. */
void dp_alerts_set_journal(struct dp_alerts *alerts, struct dp_journal *journal);

/* What is not told of while T is before until_ms: alerts of which both the rule's name and the
 * subject match. Of all, the id to match is "". */
struct dp_alert_silence {
    struct dp_patterns rule, id;
    bool of_scope; /* of that scope alone */
    enum dp_rule_scope scope;
    int64_t until_ms;
};

/* Takes silences in place of those before; copies them. */
void dp_alerts_set_silences(struct dp_alerts *alerts, const struct dp_alert_silence *silences,
                            size_t count);

/* Somebody looks after the alert with that id: no repeats and no escalation any more. False: none
 * with that id fires. */
bool dp_alerts_acknowledge(struct dp_alerts *alerts, struct dp_str alert, struct dp_str who,
                           int64_t at_ms);

/* False: neither rules nor alerts, and nothing needs to be told. */
bool dp_alerts_watch(const struct dp_alerts *alerts);
bool dp_alerts_watch_contacts(const struct dp_alerts *alerts);

/* All entries are about to be told anew (dp_aggregator_mark_all, for whoever knows nothing yet):
 * nothing is evaluated before they have been. */
void dp_alerts_expect_all(struct dp_alerts *alerts);

/* A flush begins. */
void dp_alerts_begin(struct dp_alerts *alerts);

/* An entry as of `t_ms`; others than windows, periods, gauges and known ids say nothing. `team`: of
 * an agent the team it is ranked in; may be absent. */
void dp_alerts_entry(struct dp_alerts *alerts, const struct dp_entry *entry, struct dp_str team,
                     int64_t t_ms);

/* A contact after an event. */
struct dp_contact_now {
    struct dp_str id, queue; /* absent: none, of team too */
    struct dp_str team;      /* that the answer of the latest open leg names, else the offer */
    enum dp_channel channel;
    enum dp_priority priority;
    int64_t since_ms[DP_AGES]; /* INT64_MIN: it is not in that */
};
void dp_alerts_contact(struct dp_alerts *alerts, const struct dp_contact_now *contact);

/* A contact is forgotten. */
void dp_alerts_contact_over(struct dp_alerts *alerts, struct dp_str id);

/* The flush has told all: looks at what has changed or is due as of `t_ms`, once a flush.
 * `latest_ms`: of all event times; INT64_MIN: none yet. */
void dp_alerts_evaluate(struct dp_alerts *alerts, int64_t t_ms, int64_t latest_ms);

struct dp_alerts_counts {
    size_t pending, firing;
    size_t watched;   /* alerts in any state */
    uint64_t refused; /* not made, for want of room */
};
const struct dp_alerts_counts *dp_alerts_counts(const struct dp_alerts *alerts);

/* Notes anew the lives of all alerts that are pending or fire. */
void dp_alerts_carry(struct dp_alerts *alerts);

/* Takes what was noted. */
void dp_alerts_restore(struct dp_alerts *alerts, const struct dp_journal_alert *told);

#endif
