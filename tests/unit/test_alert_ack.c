#include "app/alert_ack.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static void comes_back_from_its_text(void **state)
{
    (void)state;
    struct dp_ack_entry ack = {"\u738b", 1795428300000, "on it:\n\"soon\""}, back;
    char *text = dp_ack_entry_format(&ack);
    assert_string_equal(text, "{\"by\":\"\u738b\",\"at_ms\":1795428300000,"
                              "\"note\":\"on it:\\n\\\"soon\\\"\"}");
    assert_true(dp_ack_entry_parse(&back, dp_str_from(text)));
    free(text);
    assert_string_equal(back.by, ack.by);
    assert_int_equal(back.at_ms, ack.at_ms);
    assert_string_equal(back.note, ack.note);
    *ack.note = '\0';
    text = dp_ack_entry_format(&ack);
    assert_string_equal(text, "{\"by\":\"\u738b\",\"at_ms\":1795428300000}");
    assert_true(dp_ack_entry_parse(&back, dp_str_from(text)));
    assert_string_equal(back.note, "");
    free(text);
}

static void other_texts_are_none(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "",
        "wang",
        "[]",
        "{}",
        "{\"by\":\"\",\"at_ms\":1}",
        "{\"by\":1,\"at_ms\":1}",
        "{\"by\":\"wang\"}",
        "{\"by\":\"wang\",\"at_ms\":\"1\"}",
        "{\"by\":\"wang\",\"at_ms\":1,\"note\":{}}",
        "{\"by\":\"wang\",\"at_ms\":1",
        "{\"by\":\"wang\\u0000\",\"at_ms\":1}",
    };
    struct dp_ack_entry ack;
    char text[1024];
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_false(dp_ack_entry_parse(&ack, dp_str_from(wrong[i])));
    assert_false(dp_ack_entry_parse(&ack, (struct dp_str){0}));
    snprintf(text, sizeof text, "{\"by\":\"%0*d\",\"at_ms\":1}", DP_ALERT_BY, 1); /* too long */
    assert_false(dp_ack_entry_parse(&ack, dp_str_from(text)));
    snprintf(text, sizeof text, "{\"by\":\"%0*d\",\"at_ms\":1,\"new\":[]}", DP_ALERT_BY - 1, 1);
    assert_true(dp_ack_entry_parse(&ack, dp_str_from(text)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(comes_back_from_its_text),
        cmocka_unit_test(other_texts_are_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
