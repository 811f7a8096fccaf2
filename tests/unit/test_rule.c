#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "rules.h"
#include "seeds.h"

static enum dp_truth holds(enum dp_comparison comparison, int64_t limit, int64_t number)
{
    struct dp_rule_term term = {.comparison = comparison, .limit = limit};
    struct dp_term_value value = {.present = true, .number = number};
    return dp_rule_term_holds(&term, &value);
}

static void numbers_are_compared_in_millionths(void **state)
{
    (void)state;
    assert_int_equal(holds(DP_LT, 800000, 799999), DP_TRUE);
    assert_int_equal(holds(DP_LT, 800000, 800000), DP_FALSE);
    assert_int_equal(holds(DP_LE, 800000, 800000), DP_TRUE);
    assert_int_equal(holds(DP_LE, 800000, 800001), DP_FALSE);
    assert_int_equal(holds(DP_GT, 800000, 800001), DP_TRUE);
    assert_int_equal(holds(DP_GT, 800000, 800000), DP_FALSE);
    assert_int_equal(holds(DP_GE, 800000, 800000), DP_TRUE);
    assert_int_equal(holds(DP_GE, 800000, 799999), DP_FALSE);
    assert_int_equal(holds(DP_EQ, 800000, 800000), DP_TRUE);
    assert_int_equal(holds(DP_EQ, 800000, 800001), DP_FALSE);
    assert_int_equal(holds(DP_NE, 800000, 800001), DP_TRUE);
    assert_int_equal(holds(DP_NE, 800000, 800000), DP_FALSE);
}

static void texts_are_equal_or_not(void **state)
{
    (void)state;
    struct dp_rule_term term = {.comparison = DP_EQ, .text = "break"};
    struct dp_term_value value = {.present = true, .text = DP_STR("break")};
    assert_int_equal(dp_rule_term_holds(&term, &value), DP_TRUE);
    term.comparison = DP_NE;
    assert_int_equal(dp_rule_term_holds(&term, &value), DP_FALSE);
    value.text = DP_STR("breaks");
    assert_int_equal(dp_rule_term_holds(&term, &value), DP_TRUE);
    value.present = false;
    assert_int_equal(dp_rule_term_holds(&term, &value), DP_UNKNOWN);
}

static enum dp_truth join(uint8_t step, enum dp_truth a, enum dp_truth b)
{
    struct dp_rule rule = {.term_count = 2};
    struct dp_term_value values[2] = {{.present = a != DP_UNKNOWN, .number = a == DP_TRUE},
                                      {.present = b != DP_UNKNOWN, .number = b == DP_TRUE}};
    rule.terms[0] = rule.terms[1] = (struct dp_rule_term){.comparison = DP_EQ, .limit = 1};
    rule.when = (struct dp_rule_code){{0, 1, step}, 3};
    return dp_rule_evaluate(&rule, &rule.when, values);
}

static void what_is_absent_is_unknown_only_where_it_decides(void **state)
{
    (void)state;
    for (int a = DP_FALSE; a <= DP_TRUE; a++)
        for (int b = DP_FALSE; b <= DP_TRUE; b++) {
            int lesser = a < b ? a : b, greater = a < b ? b : a;
            assert_int_equal(join(DP_RULE_AND, (enum dp_truth)a, (enum dp_truth)b), lesser);
            assert_int_equal(join(DP_RULE_OR, (enum dp_truth)a, (enum dp_truth)b), greater);
        }
}

/* A condition of any shape is unknown where, and only where, the absent values decide: it differs
 * when all of them hold and when none does. */
static void any_condition(void)
{
    enum { TERMS = 6 };
    struct dp_rng rng = dp_seed_rng(1);
    struct dp_rule rule = {.term_count = TERMS};
    for (size_t i = 0; i < TERMS; i++)
        rule.terms[i] = (struct dp_rule_term){.comparison = DP_GE, .limit = 1};
    for (int tries = 0; tries < 500; tries++) {
        struct dp_rule_code code = {.count = 0};
        for (size_t depth = 0; code.count < 20 || depth > 1;) {
            bool joins = depth > 1 && (code.count >= 20 || dp_rng_chance(&rng, 500));
            uint8_t by = dp_rng_chance(&rng, 500) ? DP_RULE_AND : DP_RULE_OR;
            code.steps[code.count++] = joins ? by : (uint8_t)dp_rng_below(&rng, TERMS);
            depth += joins ? (size_t)-1 : 1;
            if (code.count == DP_RULE_CODE_MAX - 1)
                break;
        }
        struct dp_term_value values[TERMS], low[TERMS], high[TERMS];
        for (size_t i = 0; i < TERMS; i++) {
            values[i] = (struct dp_term_value){.present = dp_rng_chance(&rng, 600),
                                               .number = dp_rng_below(&rng, 2)};
            low[i] = high[i] = values[i];
            low[i].present = high[i].present = true;
            if (!values[i].present) {
                low[i].number = 0;
                high[i].number = 1;
            }
        }
        enum dp_truth least = dp_rule_evaluate(&rule, &code, low);
        enum dp_truth most = dp_rule_evaluate(&rule, &code, high);
        assert_int_equal(dp_rule_evaluate(&rule, &code, values),
                         least == most ? least : DP_UNKNOWN);
    }
}

static void conditions_of_any_shape(void **state)
{
    (void)state;
    dp_for_seeds(20, any_condition);
}

static bool fits(const char *pattern, const char *text)
{
    struct dp_patterns patterns = {{pattern}, 1};
    return dp_patterns_match(&patterns, dp_str_from(text));
}

static void patterns(void **state)
{
    (void)state;
    assert_true(fits("billing", "billing"));
    assert_false(fits("billing", "billin"));
    assert_false(fits("billing", "billings"));
    assert_true(fits("*", ""));
    assert_true(fits("*", "anything"));
    assert_false(fits("?", ""));
    assert_true(fits("b*g", "bg"));
    assert_true(fits("b*g", "billing"));
    assert_false(fits("b*g", "billings"));
    assert_true(fits("*ll*", "billing"));
    assert_true(fits("*a*a*b", "aaaaaaaaaaaaaaaab"));
    assert_false(fits("*a*a*b", "aaaaaaaaaaaaaaaac"));
    assert_true(fits("?illing", "billing"));
    /* A character is one, however many bytes it takes. */
    assert_true(fits("\xe5\xae\xa2?", "\xe5\xae\xa2\xe6\x9c\x8d"));
    assert_false(fits("?", "\xe5\xae\xa2\xe6\x9c\x8d"));
    assert_true(fits("??", "\xe5\xae\xa2\xe6\x9c\x8d"));
}

static void any_of_several_patterns_or_everything(void **state)
{
    (void)state;
    struct dp_patterns several = {{"billing", "sales-*"}, 2}, none = {.count = 0};
    assert_true(dp_patterns_match(&several, DP_STR("sales-eu")));
    assert_false(dp_patterns_match(&several, DP_STR("support")));
    assert_true(dp_patterns_match(&none, DP_STR("support")));
    assert_true(dp_patterns_match(&none, (struct dp_str){0}));
    assert_false(dp_patterns_match(&several, (struct dp_str){0}));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_compared_in_millionths),
        cmocka_unit_test(texts_are_equal_or_not),
        cmocka_unit_test(what_is_absent_is_unknown_only_where_it_decides),
        cmocka_unit_test_setup_teardown(conditions_of_any_shape, dp_seed_before, dp_seed_after),
        cmocka_unit_test(patterns),
        cmocka_unit_test(any_of_several_patterns_or_everything),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
