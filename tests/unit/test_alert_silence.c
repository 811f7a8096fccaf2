#include "app/alert_silence.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static void assert_comes_back(const struct dp_silence_entry *silence, const char *expected)
{
    struct dp_silence_entry back;
    char *text = dp_silence_entry_format(silence);
    assert_string_equal(text, expected);
    assert_true(dp_silence_entry_parse(&back, dp_str_from(text)));
    free(text);
    assert_string_equal(back.rule, silence->rule);
    assert_int_equal(back.has_scope, silence->has_scope);
    if (silence->has_scope)
        assert_int_equal(back.scope, silence->scope);
    assert_string_equal(back.match, silence->match);
    assert_int_equal(back.until_ms, silence->until_ms);
    assert_string_equal(back.by, silence->by);
    assert_int_equal(back.at_ms, silence->at_ms);
    assert_string_equal(back.note, silence->note);
}

static void comes_back_from_its_text(void **state)
{
    (void)state;
    const struct dp_silence_entry whole = {.rule = "billing*",
                                           .has_scope = true,
                                           .scope = DP_RULE_QUEUE,
                                           .match = "\u5317?",
                                           .until_ms = 1795435500000,
                                           .by = "wang",
                                           .at_ms = 1795428300000,
                                           .note = "maintenance"};
    assert_comes_back(&whole, "{\"rule\":\"billing*\",\"scope\":\"queue\",\"match\":\"\u5317?\","
                              "\"until_ms\":1795435500000,\"by\":\"wang\",\"at_ms\":1795428300000,"
                              "\"note\":\"maintenance\"}");
    const struct dp_silence_entry scope = {
        .has_scope = true, .scope = DP_RULE_ALL, .until_ms = 2, .by = "w", .at_ms = 1};
    assert_comes_back(&scope, "{\"scope\":\"all\",\"until_ms\":2,\"by\":\"w\",\"at_ms\":1}");
    const struct dp_silence_entry match = {.match = "*", .until_ms = 2, .by = "w", .at_ms = 1};
    assert_comes_back(&match, "{\"match\":\"*\",\"until_ms\":2,\"by\":\"w\",\"at_ms\":1}");
}

static void other_texts_are_none(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "",
        "{\"until_ms\":2,\"by\":\"w\",\"at_ms\":1}", /* about everything: by mistake, most likely */
        "{\"rule\":\"\",\"until_ms\":2,\"by\":\"w\",\"at_ms\":1}",
        "{\"scope\":\"quay\",\"until_ms\":2,\"by\":\"w\",\"at_ms\":1}",
        "{\"scope\":[1,2,3],\"until_ms\":2,\"by\":\"w\",\"at_ms\":1}",
        "{\"scope\":null,\"until_ms\":2,\"by\":\"w\",\"at_ms\":1}",
        "{\"rule\":\"a\",\"by\":\"w\",\"at_ms\":1}",
        "{\"rule\":\"a\",\"until_ms\":2.5,\"by\":\"w\",\"at_ms\":1}",
        "{\"rule\":\"a\",\"until_ms\":2,\"at_ms\":1}",
        "{\"rule\":\"a\",\"until_ms\":2,\"by\":\"w\"}",
        "{\"rule\":\"a\",\"until_ms\":2,\"by\":\"w\",\"at_ms\":1,\"note\":5}",
    };
    struct dp_silence_entry silence;
    char text[1024];
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_false(dp_silence_entry_parse(&silence, dp_str_from(wrong[i])));
    snprintf(text, sizeof text, "{\"rule\":\"%0*d\",\"until_ms\":2,\"by\":\"w\",\"at_ms\":1}",
             DP_ALERT_GLOB, 1);
    assert_false(dp_silence_entry_parse(&silence, dp_str_from(text)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(comes_back_from_its_text),
        cmocka_unit_test(other_texts_are_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
