/* The aggregator: events in, changed entries out. It knows neither Kafka nor Redis nor the clock.
 *
 *   admit (duplicate? late?) -> contacts -> facts -> windows of each scope -> entries
 *
 * T, the moment the figures are as of, is moved by dp_aggregator_advance. Where it follows the wall
 * clock an event ahead of T waits until T has reached it; where it follows the events it never has
 * to. Thread: one, and one of its own (`settles_aside`). Out of memory ends the process. */
#ifndef DP_AGGREGATOR_H
#define DP_AGGREGATOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "aggregator/alerts.h"
#include "aggregator/award.h"
#include "aggregator/calendar.h"
#include "aggregator/dedup.h"
#include "aggregator/entry.h"
#include "aggregator/hours.h"
#include "aggregator/ledger.h"
#include "aggregator/saved.h"
#include "aggregator/scorecard.h"
#include "aggregator/service_level.h"
#include "aggregator/windows.h"
#include "ingest/event.h"

/* What responses and abandons are measured by. Response-time targets, in milliseconds, are indexed
 * by channel; those of queues override the defaults where they are above 0. */
struct dp_queue_targets {
    const char *queue;
    int64_t target_ms[DP_CHANNELS];
    bool has_short_abandon, has_formula; /* of its own */
    int64_t short_abandon_ms;
    enum dp_formula formula;
    struct dp_hours hours; /* when it is served */
};
struct dp_targets {
    int64_t target_ms[DP_CHANNELS];
    const struct dp_queue_targets *queues;
    size_t queue_count;
    enum dp_formula formula; /* of the service level */
};

struct dp_aggregator_options {
    struct dp_window_plan windows;
    char window_labels[DP_WINDOWS_MAX][16]; /* as configured: "5m" */
    int64_t allowed_lateness_ms;
    int64_t dedup_horizon_ms; /* event time for which (source, id) pairs are remembered */
    int64_t short_abandon_ms;
    int64_t fcr_window_ms;
    int64_t contact_ttl_ms; /* a contact without events for so long (event time) is forgotten */
    int64_t scope_ttl_ms;   /* so is an agent, team or queue that holds no facts and no contacts */
    size_t max_contacts;    /* above this the longest-silent contact is forgotten early */
    size_t max_waiting;     /* events ahead of T held back; above this the earliest is applied */
    bool wall_clock;        /* T follows the clock, not the events */
    int64_t as_of_limit_ms; /* events after it, rounded down to a second, count but are not applied;
                             * INT64_MAX: none */
    struct dp_targets targets;
    unsigned period_kinds; /* bit n: there are periods of that enum dp_period_kind */
    const char *timezone;  /* of calendar periods: the name of a zone that the system knows */
    struct dp_scorecard scorecard; /* of agents in periods */
    const struct dp_award *awards; /* must outlive the aggregator */
    size_t award_count;
    const struct dp_rule *rules; /* of alerts; copied */
    size_t rule_count;
    uint32_t quality_per_day, quality_per_month; /* quality checks wanted of an agent; 0: none */
    int64_t period_keep_ms;     /* a period's key lives for so long after the period's end */
    int64_t period_interval_ms; /* of T: periods are handed out once in so long; 0: at once */
    bool settles_aside; /* facts go to windows and periods on a second thread when they come in
                         * numbers; figures are the same */
};

enum dp_verdict { DP_ACCEPTED, DP_DUPLICATE, DP_LATE };

struct dp_aggregator;

/* Copies what it needs of the options. */
struct dp_aggregator *dp_aggregator_create(const struct dp_aggregator_options *options);
void dp_aggregator_destroy(struct dp_aggregator *aggregator); /* accepts NULL */

/* Targets for facts made from now on; facts already made keep the verdict of their time. A formula
 * holds for all of them. */
void dp_aggregator_set_targets(struct dp_aggregator *aggregator, const struct dp_targets *targets);

/* Tells `tell` of every fact that is settled from now on (ledger.h); NULL: nobody. What is restored
 * was told when it came, and is not told again. */
void dp_aggregator_set_ledger(struct dp_aggregator *aggregator, dp_ledger_fn *tell, void *ctx);

/* Takes rules of alerts in place of those before; copies them. Everything counts as changed. */
void dp_aggregator_set_rules(struct dp_aggregator *aggregator, const struct dp_rule *rules,
                             size_t count);

/* Gives `give` every notice from now on, while the last entry of a flush is asked for; NULL:
 * nobody. */
void dp_aggregator_set_notices(struct dp_aggregator *aggregator, dp_notice_fn *give, void *ctx);

/* The alerts: to acknowledge, to silence, to count. */
struct dp_alerts *dp_aggregator_alerts(struct dp_aggregator *aggregator);

/* Makes a partition known and returns its slot: 0, 1, 2 ... Memory of duplicates, contacts and
 * repeat callers is kept until every partition has moved past it; an idle one (read to its end)
 * holds nothing back. */
uint32_t dp_aggregator_add_partition(struct dp_aggregator *aggregator);
size_t dp_aggregator_partition_count(const struct dp_aggregator *aggregator);
void dp_aggregator_set_idle(struct dp_aggregator *aggregator, uint32_t slot, bool idle);

/* What is found out about an event before it is applied: the hashes of its names. */
struct dp_outlook {
    struct dp_event_key key;
    uint64_t interaction, agent, team, queue; /* 0 where there is none */
};

/* Looks at events that are to be applied soon: fills in one outlook for each, and begins to fetch
 * the memory that applying them will need, for all of them at once. Changes nothing. */
void dp_aggregator_look(const struct dp_aggregator *aggregator, const struct dp_event *events,
                        size_t count, struct dp_outlook *outlooks);

/* Takes one valid event from partition `slot`. The event's strings are copied where they must be.
 * `outlook` is what dp_aggregator_look has filled in for it. */
enum dp_verdict dp_aggregator_apply(struct dp_aggregator *aggregator, uint32_t slot,
                                    const struct dp_event *event, const struct dp_outlook *outlook);

/* Moves T to `t_ms`, rounded down to a whole second; never back. */
void dp_aggregator_advance(struct dp_aggregator *aggregator, int64_t t_ms);

/* T; INT64_MIN before the first advance. */
int64_t dp_aggregator_t(const struct dp_aggregator *aggregator);

/* The highest event time accepted; INT64_MIN before the first event. */
int64_t dp_aggregator_watermark(const struct dp_aggregator *aggregator);

/* No partition that is not idle brings events of before this time any more: they would be late.
 * INT64_MIN: nothing is known of one of them yet. */
int64_t dp_aggregator_complete_ms(const struct dp_aggregator *aggregator);

/* The time of the earliest event that waits for T; INT64_MAX: none does. */
int64_t dp_aggregator_waiting_ms(const struct dp_aggregator *aggregator);

/* A flush begins: what has changed until now is what dp_aggregator_next_entry hands out from here
 * on, first what is urgent: gauges, and of each scope with new facts the shortest window. Scopes
 * that change meanwhile wait for the next call, so that the entries come to an end however many
 * events come in between. True: so does a round, which is over when all that has changed until now
 * is handed out; unless flushes are curtailed each is one. */
bool dp_aggregator_begin_entries(struct dp_aggregator *aggregator);

/* Until it is called again: true, changes of periods wait, but those of a scope that has handed out
 * none yet, and what dp_aggregator_mark_all asks for. Where T is far ahead of the clock each flush
 * would bring all of them. */
void dp_aggregator_hold_periods(struct dp_aggregator *aggregator, bool hold);

/* The flush is to end: of what is not urgent the rest waits for the next one, the longest waiting
 * first. One that has to hand out everything (dp_aggregator_mark_all) does so all the same. */
void dp_aggregator_curtail(struct dp_aggregator *aggregator);

/* The round that began last is over. */
bool dp_aggregator_round_over(const struct dp_aggregator *aggregator);

/* Windows, periods, gauges and known ids that changed between when they were last handed out and
 * dp_aggregator_begin_entries, as they are now (a dp_entry_fn; `ctx` is the aggregator). */
bool dp_aggregator_next_entry(void *aggregator, struct dp_entry *entry);

/* Everything counts as changed: after a sink has lost what it was given. */
void dp_aggregator_mark_all(struct dp_aggregator *aggregator);

const struct dp_aggregator_counters *dp_aggregator_counters(const struct dp_aggregator *aggregator);

#endif
