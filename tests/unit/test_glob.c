#include "common/glob.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void stars_and_question_marks_stand_for_text(void **state)
{
    (void)state;
    static const struct {
        const char *pattern, *text;
        bool matches;
    } cases[] = {
        {"", "", true},
        {"", "a", false},
        {"a", "", false},
        {"billing", "billing", true},
        {"billing", "Billing", false},
        {"billing", "billing2", false},
        {"*", "", true},
        {"*", "anything at all", true},
        {"**", "a", true},
        {"bill*", "billing", true},
        {"*ing", "billing", true},
        {"*ing", "billing2", false},
        {"b*l*g", "billing", true},
        {"b*l*x", "billing", false},
        {"*aab", "aaaaaaab", true},
        {"?", "", false},
        {"?", "ab", false},
        {"t?", "t7", true},
        {"?", "\u5317", true}, /* one character of three bytes */
        {"??", "\u5317", false},
        {"\u5317?", "\u5317\u4eac", true},
        {"*??x*", "\u5317x\u4eac", false},
        {"*\u4eac", "\u5317\u4eac", true},
        {"a?*", "a", false},
        {"[a]", "a", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (dp_glob_matches(dp_str_from(cases[i].pattern), dp_str_from(cases[i].text)) !=
            cases[i].matches)
            fail_msg("'%s' and '%s'", cases[i].pattern, cases[i].text);
}

static void many_stars_take_no_time(void **state)
{
    (void)state;
    char text[4096];
    memset(text, 'a', sizeof text);
    assert_false(dp_glob_matches(DP_STR("*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b"),
                                 (struct dp_str){text, sizeof text}));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stars_and_question_marks_stand_for_text),
        cmocka_unit_test(many_stars_take_no_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
