#include "aggregator/rule.h"

#include "common/glob.h"

const char *const dp_rule_scope_names[DP_RULE_SCOPES] = {"all",   "agent",   "team",
                                                         "queue", "channel", "contact"};

const char *const dp_age_names[DP_AGES] = {"state_ms", "event_age_ms", "waiting", "unresolved",
                                           "handling", "silent",       "held"};

static bool compares(enum dp_comparison comparison, int64_t number, int64_t limit)
{
    switch (comparison) {
    case DP_LT:
        return number < limit;
    case DP_LE:
        return number <= limit;
    case DP_GT:
        return number > limit;
    case DP_GE:
        return number >= limit;
    case DP_EQ:
        return number == limit;
    case DP_NE:
        return number != limit;
    }
    return false;
}

enum dp_truth dp_rule_term_holds(const struct dp_rule_term *term, const struct dp_term_value *value)
{
    if (!value->present)
        return DP_UNKNOWN;
    bool holds = term->text ? dp_str_equal(value->text, dp_str_from(term->text)) ==
                                  (term->comparison == DP_EQ)
                            : compares(term->comparison, value->number, term->limit);
    return holds ? DP_TRUE : DP_FALSE;
}

enum dp_truth dp_rule_evaluate(const struct dp_rule *rule, const struct dp_rule_code *code,
                               const struct dp_term_value *values)
{
    enum dp_truth stack[DP_RULE_CODE_MAX];
    size_t depth = 0;
    for (size_t i = 0; i < code->count; i++) {
        uint8_t step = code->steps[i];
        if (step < DP_RULE_TERMS_MAX) {
            stack[depth++] = dp_rule_term_holds(&rule->terms[step], &values[step]);
            continue;
        }
        /* False, unknown, true are in this order: `and` is the lesser, `or` the greater. */
        enum dp_truth right = stack[--depth], left = stack[depth - 1];
        bool lesser = step == DP_RULE_AND;
        stack[depth - 1] = (left < right) == lesser ? left : right;
    }
    return depth ? stack[depth - 1] : DP_UNKNOWN;
}

bool dp_patterns_match(const struct dp_patterns *patterns, struct dp_str text)
{
    for (size_t i = 0; i < patterns->count; i++)
        if (dp_glob_matches(dp_str_from(patterns->items[i]), text))
            return true;
    return !patterns->count;
}
