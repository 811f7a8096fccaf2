/* How often rules fire: counts the notices of alerts, rule by rule. Times in ms. Thread: one. */
#ifndef DP_RULE_TALLY_H
#define DP_RULE_TALLY_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "aggregator/notice.h"
#include "common/index.h"

struct dp_rule_count {
    struct dp_str name;        /* the rule's */
    uint64_t firing, resolved; /* alerts that began; of them ended */
    int64_t longest_ms;        /* from its beginning to its end, or to where the tally ended */
    int64_t first_ms, last_ms; /* when an alert began; of no meaning while none has */
};

struct dp_rule_tally {
    struct dp_rule_count *counts; /* in the order of the rules */
    size_t count;
    struct dp_index open; /* alerts that fire, by the hash of their id */
};

/* Of rules that outlive the tally. */
void dp_rule_tally_init(struct dp_rule_tally *tally, const struct dp_rule *rules, size_t count);
void dp_rule_tally_deinit(struct dp_rule_tally *tally);

/* A dp_notice_fn (alerts.h); `ctx` is the tally. */
void dp_rule_tally_take(void *ctx, const struct dp_notice *notice);

/* There are no more notices: what still fires has lasted until `t_ms`. */
void dp_rule_tally_end(struct dp_rule_tally *tally, int64_t t_ms);

/* A table for a terminal, a line a rule; widths need LC_CTYPE (report_text.h). */
void dp_rule_tally_write(const struct dp_rule_tally *tally, FILE *out);

#endif
