/* A rule: which figures, gauges or contacts are watched, for what, and who is told ([rule "NAME"],
 * docs/alerts.md). A plain value made by rule_parse.h or the configuration; its texts are the
 * configuration's. Times in ms, limits in millionths of the quantity's natural unit (quantity.h).
 * Thread: any. */
#ifndef DP_RULE_H
#define DP_RULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "aggregator/award.h"
#include "aggregator/entry.h"
#include "aggregator/hours.h"
#include "aggregator/period_kind.h"
#include "ingest/event.h"

#define DP_RULE_NAME_MAX     64 /* bytes of UTF-8 */
#define DP_RULE_TERMS_MAX    16 /* of `when` and `clear` together */
#define DP_RULE_CODE_MAX     32
#define DP_RULE_PATTERNS_MAX 8 /* of one kind of match */
#define DP_RULE_HOOKS_MAX    8
#define DP_RULE_LABELS_MAX   8

enum dp_rule_scope {
    DP_RULE_ALL,
    DP_RULE_AGENT,
    DP_RULE_TEAM,
    DP_RULE_QUEUE,
    DP_RULE_CHANNEL, /* one channel over everybody: the windows dp:{all}:CHANNEL:w:... */
    DP_RULE_CONTACT,
    DP_RULE_SCOPES
};
extern const char *const dp_rule_scope_names[DP_RULE_SCOPES];

/* Where a term's value comes from. */
enum dp_term_source {
    DP_TERM_WINDOW, /* a figure of the rule's window */
    DP_TERM_PERIOD, /* a quantity of the rule's current period */
    DP_TERM_NOW,    /* a gauge */
    DP_TERM_AGE,    /* time since something, which grows by itself (enum dp_age) */
};

/* What has lasted until T. */
enum dp_age {
    DP_AGE_STATE,      /* state_ms: agent, in its present state */
    DP_AGE_EVENT,      /* event_age_ms: all, since the latest event of all */
    DP_AGE_WAITING,    /* waiting: contact, since it was offered, until an agent answers */
    DP_AGE_UNRESOLVED, /* unresolved: contact, since it was offered, until it is resolved */
    DP_AGE_HANDLING,   /* handling: contact, since its first open leg was answered */
    DP_AGE_SILENT,     /* silent: contact, since the first customer's message without an answer */
    DP_AGE_HELD,       /* held: contact, since it was put on hold */
    DP_AGES
};
extern const char *const dp_age_names[DP_AGES];

/* QUANTITY OP VALUE. */
struct dp_rule_term {
    enum dp_term_source source;
    enum dp_age age;  /* AGE */
    const char *name; /* of the field in an entry: one of a static table, else; text to show */
    enum dp_comparison comparison;
    enum dp_quantity_form form;
    int64_t limit;    /* where it is a number */
    const char *text; /* DP_EQ, DP_NE: compared as text instead (state = break); NULL: a number */
};

/* Terms joined by `and` and `or`, in postfix order: numbers of terms below DP_RULE_TERMS_MAX, or
 * one of these. */
enum { DP_RULE_AND = 0xfe, DP_RULE_OR = 0xff };
struct dp_rule_code {
    uint8_t steps[DP_RULE_CODE_MAX];
    uint8_t count; /* 0: there is none */
};

enum dp_on_no_data {
    DP_NO_DATA_OK,   /* counts as: does not hold */
    DP_NO_DATA_KEEP, /* all stays as it is */
    DP_NO_DATA_ALERT /* counts as: holds */
};

/* A glob pattern: * any bytes, ? one character; or a name as it is. Several: any of them. */
struct dp_patterns {
    const char *items[DP_RULE_PATTERNS_MAX];
    size_t count; /* 0: everything */
};
struct dp_rule_match {
    struct dp_patterns id, queue, team; /* of contacts: queue and team as now */
    unsigned channels;                  /* bit n: enum dp_channel n; 0: any */
    unsigned priorities;                /* contact: bit n: enum dp_priority n; 0: any */
};

struct dp_rule_label {
    const char *name, *value;
};

struct dp_rule {
    const char *name; /* 1 to DP_RULE_NAME_MAX bytes of UTF-8 */
    enum dp_rule_scope scope;
    struct dp_rule_match match;

    struct dp_rule_term terms[DP_RULE_TERMS_MAX];
    size_t term_count;
    struct dp_rule_code when, clear; /* clear: count 0: the opposite of `when` */
    const char *when_text;           /* as written, to show */

    bool has_window, has_period;
    char window[16];            /* its label, "15m" */
    enum dp_period_kind period; /* the current one of that kind */
    const char *min_name; /* a count of the window or period there has to be ...; NULL: none */
    int64_t min;          /* ... so much of (not in millionths), else there is no data */
    enum dp_on_no_data on_no_data;

    int64_t for_ms;        /* it has to hold so long before it fires; 0: at once */
    int64_t repeat_ms;     /* told again in such intervals while it fires; 0: once */
    int64_t escalate_ms;   /* told to `escalate` when it has fired so long and nobody has
                            * acknowledged it; 0: never */
    struct dp_hours quiet; /* nobody is told then, but afterwards if it still fires */

    const char *severity; /* "page", "warning" ...: 1 to 32 bytes; "warning" if not said */
    const char *notify[DP_RULE_HOOKS_MAX]; /* names of hooks; "team-lead": the hook of the team */
    size_t notify_count;
    const char *escalate; /* a name of that kind; NULL: none */
    struct dp_rule_label labels[DP_RULE_LABELS_MAX];
    size_t label_count;

    int line; /* where the configuration file begins with it; 0: elsewhere */
};

/* False, unknown, true. */
enum dp_truth { DP_FALSE, DP_UNKNOWN, DP_TRUE };

/* One term's value as of now. */
struct dp_term_value {
    bool present;
    int64_t number;     /* millionths */
    struct dp_str text; /* of a term with text */
};

/* Evaluates `code` over the values of the rule's terms: `and`, `or` and absent values after Kleene:
 * unknown only where the absent one decides. */
enum dp_truth dp_rule_evaluate(const struct dp_rule *rule, const struct dp_rule_code *code,
                               const struct dp_term_value *values);

/* A term by itself. */
enum dp_truth dp_rule_term_holds(const struct dp_rule_term *term,
                                 const struct dp_term_value *value);

bool dp_patterns_match(const struct dp_patterns *patterns, struct dp_str text);

#endif
