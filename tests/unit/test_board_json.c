/* Whatever Redis has comes out as JSON, numbers as numbers and names as names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>
#include <yyjson.h>

#include "board/json.h"

static void assert_field(const char *name, const char *value, const char *expected)
{
    struct dp_text json = {0};
    dp_text_put(&json, "{");
    dp_json_add_field(&json, dp_str_from(name), dp_str_from(value));
    assert_string_equal(json.p, expected);
    dp_text_deinit(&json);
}

static void test_fields(void **state)
{
    (void)state;
    assert_field("waiting", "12", "{\"waiting\":12");
    assert_field("service_level", "0.850000", "{\"service_level\":0.850000");
    assert_field("x", "-3.5", "{\"x\":-3.5");
    static const char *const texts[] = {"",
                                        "-",
                                        "1.",
                                        ".5",
                                        "01",
                                        "1e5",
                                        "+1",
                                        "1 ",
                                        "0x",
                                        "NaN",
                                        "null",
                                        "1-2",
                                        "9999999999999999999"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        char expected[64];
        snprintf(expected, sizeof expected, "{\"x\":\"%s\"", texts[i]);
        assert_field("x", texts[i], expected);
    }
    assert_field("team", "007", "{\"team\":\"007\"");
    assert_field("team", "7", "{\"team\":\"7\"");
    assert_field("state_reason", "12", "{\"state_reason\":\"12\"");
    assert_field("handle_counts", "1,2,3", "{\"handle_counts\":[1,2,3]");
    assert_field("handle_counts", "1,,3", "{\"handle_counts\":\"1,,3\"");
    assert_field("handle_counts", "", "{\"handle_counts\":\"\"");
}

static void test_strings(void **state)
{
    (void)state;
    assert_field("x", "a\"b\\c\nd\x7f", "{\"x\":\"a\\u0022b\\u005cc\\u000ad\\u007f\"");
    assert_field("x", "\xe5\xae\xa2", "{\"x\":\"\xe5\xae\xa2\"");
    assert_field("x",
                 "\xff"
                 "a\xe5\xae",
                 "{\"x\":\"\xef\xbf\xbd"
                 "a\xef\xbf\xbd\xef\xbf\xbd\"");
}

/* Any bytes at all make a document that can be read. */
static void test_any_bytes(void **state)
{
    (void)state;
    srand(1);
    for (int round = 0; round < 20000; round++) {
        struct dp_text json = {0};
        char name[12], value[24];
        for (size_t i = 0; i < sizeof name; i++)
            name[i] = (char)rand();
        for (size_t i = 0; i < sizeof value; i++)
            value[i] = rand() % 4 ? (char)rand() : "0123456789.,-"[rand() % 13];
        dp_text_put(&json, "{");
        dp_json_add_field(&json, (struct dp_str){name, (size_t)rand() % sizeof name},
                          (struct dp_str){value, (size_t)rand() % sizeof value});
        dp_text_put(&json, "}");
        yyjson_doc *doc = yyjson_read(json.p, json.len, 0);
        assert_non_null(doc);
        assert_int_equal(yyjson_obj_size(yyjson_doc_get_root(doc)), 1);
        assert_null(memchr(json.p, '\n', json.len)); /* which would end an event */
        yyjson_doc_free(doc);
        dp_text_deinit(&json);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_fields),
                                       cmocka_unit_test(test_strings),
                                       cmocka_unit_test(test_any_bytes)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
