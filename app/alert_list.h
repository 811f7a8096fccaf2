/* The alerts that fire, for people to look at.
 *
 * In Redis: the hash PREFIX:alerts:active has under the alert's id, 16 hexadecimal digits, one line
 * of JSON: an object with `alert`, `rule`, `state`, `severity`, `scope`, `id`, `queue`, `team`,
 * `channel`, `window`, `value`, `when` (texts), `since_ms`, `fired_ms`, `at_ms`, `labels`. Any may
 * be absent, and others be there. The running process writes it; who has acknowledged an alert is
 * in PREFIX:alerts:acks (alert_ack.h). Times in ms. Thread: one. */
#ifndef DP_ALERT_LIST_H
#define DP_ALERT_LIST_H

#include <stdio.h>

#include "aggregator/rule.h"
#include "app/alert_ack.h"

struct yyjson_doc;

/* One alert; texts that are absent have no bytes. A text that is no JSON object has nothing but the
 * id: it is shown, for it is there. */
struct dp_active_alert {
    char *id; /* as the hash has it, for a terminal */
    struct yyjson_doc *doc;
    struct dp_str rule, severity, scope, subject, queue, team, value;
    struct dp_ack_entry *ack; /* NULL: nobody sees to it */
    int64_t fired_ms;         /* INT64_MAX: absent */
};

/* All zero: none. */
struct dp_alert_list {
    struct dp_active_alert *items;
    size_t count, capacity;
};

/* Which alerts are wanted. */
struct dp_alert_filter {
    const char *rule;     /* a pattern (common/glob.h); NULL: any */
    const char *severity; /* NULL: any */
    bool has_scope;       /* false: any */
    enum dp_rule_scope scope;
};

void dp_alert_list_deinit(struct dp_alert_list *list);

/* Adds an alert as the hash has it, if it is wanted. */
void dp_alert_list_add(struct dp_alert_list *list, const struct dp_alert_filter *filter,
                       struct dp_str id, struct dp_str text);

/* Notes an acknowledgement as the hash of those has it, unless the alert says already who. */
void dp_alert_list_acknowledge(struct dp_alert_list *list, struct dp_str id, struct dp_str text);

/* By severity: page, critical, error, warning, info, then others by name; in each the one that has
 * fired longest comes first. */
void dp_alert_list_sort(struct dp_alert_list *list);

/* Whom it is about, for a terminal: "queue billing"; "contact c1, queue billing, team north". To be
 * freed with free(). */
char *dp_alert_subject(const struct dp_active_alert *alert);

/* A table for a terminal; widths need LC_CTYPE (report_text.h). */
void dp_alert_list_write_table(const struct dp_alert_list *list, int64_t now_ms, FILE *out);

/* One array of the objects as Redis has them. */
void dp_alert_list_write_json(const struct dp_alert_list *list, FILE *out);

#endif
