/* A silence: for some time nobody is told of the alerts that it is about. People make them
 * (`deskpulse alert silence`); the running process reads them.
 *
 * In Redis: the hash PREFIX:alerts:silences has under the silence's id, 8 hexadecimal digits, one
 * line of JSON,
 *
 *   {"rule":"billing*","scope":"queue","match":"b*","until_ms":1795435500000,"by":"wang",
 *    "at_ms":1795428300000,"note":"maintenance"}
 *
 * `rule` is a pattern (common/glob.h) for the rule's name, `scope` a kind of dp_rule_scope_names,
 * `match` a pattern for the id of whom the alert is about. It is about the alerts that are as all
 * of these say; absent: any. One at least is there. `note` is absent where there is none; other
 * fields are ignored. It ends at `until_ms`, whether it is removed then or later.
 *
 * A plain value. Thread: any. */
#ifndef DP_ALERT_SILENCE_H
#define DP_ALERT_SILENCE_H

#include "aggregator/rule.h"
#include "app/alert_text.h"

#define DP_SILENCE_ID     9 /* with the end */
#define DP_SILENCES_MAX   1000
#define DP_SILENCE_MIN_MS INT64_C(60000)
#define DP_SILENCE_MAX_MS (30 * INT64_C(86400000))

struct dp_silence_entry {
    char rule[DP_ALERT_GLOB]; /* "": any */
    bool has_scope;           /* false: any */
    enum dp_rule_scope scope;
    char match[DP_ALERT_GLOB]; /* "": any */
    int64_t until_ms;          /* in force before that */
    char by[DP_ALERT_BY];      /* never empty */
    int64_t at_ms;             /* when it was made */
    char note[DP_ALERT_NOTE];  /* "": none */
};

/* False: the text is no such line; then *silence is not to be looked at. */
bool dp_silence_entry_parse(struct dp_silence_entry *silence, struct dp_str text);

/* The line, without its end. All texts are UTF-8. To be freed with free(). */
char *dp_silence_entry_format(const struct dp_silence_entry *silence);

/* Reads the name of a kind of scope. */
bool dp_alert_scope_parse(struct dp_str name, enum dp_rule_scope *scope);

#endif
