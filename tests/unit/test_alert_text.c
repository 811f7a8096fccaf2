#include "app/alert_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>
#include <yyjson.h>

static void what_moves_a_cursor_is_shown_escaped(void **state)
{
    (void)state;
    static const struct {
        struct dp_str text;
        const char *shown;
    } texts[] = {
        {DP_STR(""), ""},
        {DP_STR("plain, \u5ba2\u670d \U0001f600 ~"), "plain, \u5ba2\u670d \U0001f600 ~"},
        {DP_STR("two\nlines\tand\r"), "two\\nlines\\tand\\x0d"},
        {DP_STR("\033[2Jgone\x7f"), "\\x1b[2Jgone\\x7f"},
        {DP_STR("\xc2\x9b"
                "2J"),
         "\\xc2\\x9b2J"}, /* CSI of one character */
        {DP_STR("\u00a9"), "\u00a9"},
        {DP_STR("a\0b"), "a\\x00b"},
        {DP_STR("\xff\xe5\xae"), "\\xff\\xe5\\xae"}, /* no UTF-8; cut off */
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        char *shown = dp_alert_printable(texts[i].text);
        assert_string_equal(shown, texts[i].shown);
        free(shown);
    }
}

static void values_of_another_kind_are_refused(void **state)
{
    (void)state;
    static const char json[] =
        "{\"text\":\"abc\",\"number\":-5,\"zero\":\"a\\u0000b\",\"null\":null,"
        "\"real\":1.5,\"huge\":18446744073709551615}";
    yyjson_doc *doc = yyjson_read(json, sizeof json - 1, 0);
    yyjson_val *root = yyjson_doc_get_root(doc);
    char buf[4];
    int64_t number = 7;
    assert_true(dp_alert_get_text(root, "text", buf, sizeof buf));
    assert_string_equal(buf, "abc");
    assert_false(dp_alert_get_text(root, "text", buf, 3));
    assert_true(dp_alert_get_text(root, "absent", buf, sizeof buf));
    assert_string_equal(buf, "");
    assert_false(dp_alert_get_text(root, "number", buf, sizeof buf));
    assert_false(dp_alert_get_text(root, "zero", buf, sizeof buf));
    assert_false(dp_alert_get_text(root, "null", buf, sizeof buf));
    static const char *const none[] = {"text", "null", "real", "huge", "absent"};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        assert_false(dp_alert_get_integer(root, none[i], &number));
    assert_int_equal(number, 7);
    assert_true(dp_alert_get_integer(root, "number", &number));
    assert_int_equal(number, -5);
    yyjson_doc_free(doc);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_moves_a_cursor_is_shown_escaped),
        cmocka_unit_test(values_of_another_kind_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
