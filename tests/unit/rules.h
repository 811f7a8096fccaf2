/* Rules made by hand: terms one after the other, joined by `and`. The texts must outlive the rule.
 *
 *   struct dp_rule rule = dp_test_rule("low", DP_RULE_QUEUE, "1m");
 *   dp_test_term(&rule, DP_TERM_WINDOW, "service_level", DP_LT, 800000);
 */
#ifndef DP_RULES_H
#define DP_RULES_H

#include <stdio.h>
#include <string.h>

#include "aggregator/rule.h"

#define DP_TEST_MILLION INT64_C(1000000)

static inline void dp_test_join(struct dp_rule_code *code, size_t term, uint8_t by)
{
    code->steps[code->count++] = (uint8_t)term;
    if (code->count > 1)
        code->steps[code->count++] = by;
}

/* NULL: no window. */
static inline struct dp_rule dp_test_rule(const char *name, enum dp_rule_scope scope,
                                          const char *window)
{
    struct dp_rule rule = {.name = name,
                           .scope = scope,
                           .when_text = "as written",
                           .severity = "page",
                           .has_window = window != NULL};
    snprintf(rule.window, sizeof rule.window, "%s", window ? window : "");
    return rule;
}

static inline struct dp_rule_term *dp_test_add(struct dp_rule *rule, enum dp_term_source source,
                                               const char *name, enum dp_comparison comparison,
                                               int64_t limit)
{
    struct dp_rule_term *term = &rule->terms[rule->term_count++];
    *term = (struct dp_rule_term){
        .source = source, .name = name, .comparison = comparison, .limit = limit};
    return term;
}

static inline struct dp_rule_term *dp_test_term(struct dp_rule *rule, enum dp_term_source source,
                                                const char *name, enum dp_comparison comparison,
                                                int64_t limit)
{
    dp_test_join(&rule->when, rule->term_count, DP_RULE_AND);
    return dp_test_add(rule, source, name, comparison, limit);
}

static inline void dp_test_clear(struct dp_rule *rule, enum dp_term_source source, const char *name,
                                 enum dp_comparison comparison, int64_t limit)
{
    dp_test_join(&rule->clear, rule->term_count, DP_RULE_AND);
    dp_test_add(rule, source, name, comparison, limit);
}

static inline void dp_test_age(struct dp_rule *rule, enum dp_age age, enum dp_comparison comparison,
                               int64_t limit_ms)
{
    dp_test_term(rule, DP_TERM_AGE, dp_age_names[age], comparison, limit_ms * DP_TEST_MILLION)
        ->age = age;
}

static inline void dp_test_match(struct dp_patterns *patterns, const char *pattern)
{
    patterns->items[patterns->count++] = pattern;
}

#endif
