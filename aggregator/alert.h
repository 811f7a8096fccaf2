/* What the parts of the alerts share; nobody else includes it.
 *
 *   alerts.c        rules, alerts by rule and subject, when they are looked at
 *   alert_rule.c    rules as they are kept, and whom they match
 *   alert_watch.c   whom entries and contacts concern; periods
 *   alert_values.c  the values of terms, and truth as of T
 *   alert_state.c   from truth to states and notices; timers
 *   alert_record.c  lives to the journal and back */
#ifndef DP_ALERT_H
#define DP_ALERT_H

#include "aggregator/alert_life.h"
#include "aggregator/alerts.h"
#include "common/heap.h"
#include "common/index.h"

#define DP_MILLION INT64_C(1000000)

/* A rule by name and scope. */
struct dp_alert_rule {
    struct dp_rule rule; /* its texts are owned */
    bool known;          /* it is in force; else only the name, or what it was before, is of use */
    uint64_t hash;
    unsigned sources;        /* bit n: some value is of that enum dp_term_source */
    enum dp_channel channel; /* whose windows; contact, channel: DP_CHANNEL_NONE */
    bool of_event_age;
    size_t alerts; /* there are so many of it */
};

/* What is known of one term, or of `min`. */
struct dp_alert_value {
    bool present;
    bool fraction;  /* shown with six decimals */
    int64_t number; /* millionths; of an age: since when, in ms */
    char *text;     /* owned; of a term with text */
};

struct dp_alert {
    struct dp_alert_rule *rule;
    struct dp_alert_value *values; /* owned; one a term, then that of `min`; NULL: rule not known */
    struct dp_alert *next_changed, **link_changed; /* NULL: not on the list */
    struct dp_heap_node timer;
    uint64_t hash;
    struct dp_alert_life life;
    char *who;          /* acknowledged it; owned; NULL: nobody, or nameless */
    char *queue, *team; /* owned; NULL: none known */
    enum dp_channel channel;
    bool pinned;    /* there whether it is heard of or not */
    bool heard;     /* of the subject, and the rule matches it */
    uint8_t id_len; /* 0: all */
    char id[];
};

/* Entries are awaited before anything is evaluated. */
enum dp_alerts_gate { DP_GATE_WAITS, DP_GATE_UNDER_WAY, DP_GATE_OPEN };

struct dp_alerts {
    struct dp_calendar *calendar;
    struct dp_alert_rule **rules; /* in no order */
    size_t rule_count, rule_capacity;
    size_t known_count, contact_count; /* of them in force; about contacts */
    struct dp_index index;
    struct dp_alert *changed, **changed_end; /* in the order in which they changed */
    struct dp_heap timers;
    struct dp_alert_silence *silences; /* their texts are owned */
    size_t silence_count;

    dp_notice_fn *give;
    void *give_ctx;
    struct dp_journal *journal;
    struct dp_alerts_counts counts;

    enum dp_alerts_gate gate;
    bool due; /* a flush is under way */
    int64_t t_ms, latest_ms;
    int64_t ended_ms; /* the latest T as of which an alert has ended */
    bool may_begin;   /* none has as of this T, before */
    unsigned period_kinds;
    struct dp_alerts_period {
        struct dp_span span;
        char label[DP_PERIOD_LABEL];
    } periods[DP_PERIOD_KINDS]; /* the current ones, of period_kinds */
};

static inline struct dp_str dp_alert_id(const struct dp_alert *alert)
{
    return (struct dp_str){alert->id_len ? alert->id : NULL, alert->id_len};
}

static inline size_t dp_alert_value_count(const struct dp_alert_rule *rule)
{
    return rule->rule.term_count + 1;
}

/* A copy of the text at *text in its place (NULL stays so), and a copy that is kept up to date:
 * absent is NULL. */
void dp_alert_copy_text(const char **text);
void dp_alert_keep_text(char **kept, struct dp_str text);
void dp_alert_copy_patterns(struct dp_patterns *patterns);
void dp_alert_free_patterns(struct dp_patterns *patterns);

/* alert_rule.c */
struct dp_alert_rule *dp_alert_rule_create(struct dp_str name, enum dp_rule_scope scope);
void dp_alert_rule_define(struct dp_alert_rule *kept, const struct dp_rule *rule);
void dp_alert_rule_destroy(struct dp_alert_rule *kept);
bool dp_alert_rule_is(const struct dp_alert_rule *kept, struct dp_str name,
                      enum dp_rule_scope scope);
bool dp_alert_rule_matches(const struct dp_alert_rule *kept, struct dp_str id, struct dp_str team);
bool dp_alert_rule_matches_contact(const struct dp_alert_rule *kept,
                                   const struct dp_contact_now *contact);

/* alerts.c: the alert of a rule about the subject with that id, whose hash is `id_hash`; made if
 * there is room, which there always is with `must`. It is on the list of changed ones then. */
uint64_t dp_alert_hash(struct dp_str id);
struct dp_alert *dp_alerts_find(const struct dp_alerts *alerts, const struct dp_alert_rule *rule,
                                struct dp_str id, uint64_t id_hash);
struct dp_alert *dp_alerts_get(struct dp_alerts *alerts, struct dp_alert_rule *rule,
                               struct dp_str id, uint64_t id_hash, bool must);
void dp_alerts_drop(struct dp_alerts *alerts, struct dp_alert *alert);
struct dp_alert_rule *dp_alerts_rule(struct dp_alerts *alerts, struct dp_str name,
                                     enum dp_rule_scope scope);

/* alerts.c: it is looked at when the flush ends. */
void dp_alerts_touch(struct dp_alerts *alerts, struct dp_alert *alert);

/* alerts.c: calls for each alert; `visit` may drop the one it is called with. */
typedef void dp_alert_visit_fn(struct dp_alerts *alerts, struct dp_alert *alert);
void dp_alerts_each(struct dp_alerts *alerts, dp_alert_visit_fn *visit);

/* alert_values.c: forgets what is known; values of that source alone, or all (dp_alert_unknow). */
void dp_alert_forget(struct dp_alert *alert, enum dp_term_source source);
void dp_alert_unknow(struct dp_alert *alert);
void dp_alert_free_values(struct dp_alert *alert);

/* alert_values.c: takes the entry's values of that source, gauges with the ages in them. True: some
 * are others now. */
bool dp_alert_take(struct dp_alert *alert, const struct dp_entry *entry,
                   enum dp_term_source source);

/* alert_watch.c: brings the current periods up to T; what was known of others is forgotten. */
void dp_alerts_move_periods(struct dp_alerts *alerts, int64_t t_ms);

/* alert_values.c: `code` as of T. */
enum dp_truth dp_alert_truth(const struct dp_alerts *alerts, const struct dp_alert *alert,
                             const struct dp_rule_code *code);

/* alert_values.c: when some age next passes its limit; INT64_MAX: never by itself. */
int64_t dp_alert_next_passing(const struct dp_alerts *alerts, const struct dp_alert *alert);

/* alert_values.c: the terms as they are. */
void dp_alert_value_text(const struct dp_alerts *alerts, const struct dp_alert *alert,
                         char text[DP_NOTICE_TEXT]);

/* alert_state.c: looks at the alert as of T; it may be gone then. */
void dp_alert_look(struct dp_alerts *alerts, struct dp_alert *alert);

/* alert_state.c: its id. */
void dp_alert_name_text(const struct dp_alert *alert, char text[DP_ALERT_ID]);

/* alert_record.c: notes its life. */
void dp_alert_note(struct dp_alerts *alerts, const struct dp_alert *alert);

/* alert_record.c: whom it concerns besides its subject; noted while it fires. */
void dp_alert_set_place(struct dp_alerts *alerts, struct dp_alert *alert, struct dp_str queue,
                        struct dp_str team, enum dp_channel channel);

/* alerts.c: sets the state, and counts. */
void dp_alert_set_state(struct dp_alerts *alerts, struct dp_alert *alert,
                        enum dp_alert_state state);

#endif
