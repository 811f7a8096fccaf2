/* What the flat reader reads by itself, and what it leaves. That it reads as the tree's reader
 * does: tests/fuzz/fuzz_flat_json.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "common/memory.h"
#include "ingest/flat_json.h"

enum { A, LONG, INNER };

static struct dp_directory names;
static uint8_t guesses[DP_JSON_GUESSES];
static struct dp_json_members found;

static int set_up(void **state)
{
    (void)state;
    dp_directory_add(&names, "a", A);
    dp_directory_add(&names, "a_name_of_more_than_16", LONG);
    dp_directory_add(&names, "inner", INNER);
    return 0;
}

/* The bytes, behind as many blanks as make them long enough, in memory that ends with them. `found`
 * has what the innermost object has. */
static bool reads_bytes(const char *text, size_t len)
{
    struct dp_flat_json json;
    struct dp_flat_object object = {.names = &names, .guesses = guesses, .members = &found};
    char *bytes = dp_xmalloc(DP_FLAT_JSON_MIN + len);
    int nested;
    memset(bytes, ' ', DP_FLAT_JSON_MIN);
    memcpy(bytes + DP_FLAT_JSON_MIN, text, len);
    found.found = 0;
    bool ok = dp_flat_json_begin(&json, (struct dp_str){bytes, DP_FLAT_JSON_MIN + len}) &&
              dp_flat_json_members(&json, &object, &nested) == DP_FLAT_DONE &&
              dp_flat_json_end(&json);
    free(bytes);
    return ok;
}

static bool reads(const char *text)
{
    return reads_bytes(text, strlen(text));
}

static void members_of_all_kinds(void **state)
{
    (void)state;
    for (int again = 0; again < 2; again++) { /* at first nothing is guessed */
        assert_true(reads("{\"a\":true,\"other\":\"x\",\"a_name_of_more_than_16\":-12.25}"));
        assert_int_equal(found.found, 1 << A | 1 << LONG);
        assert_int_equal(found.values[A].kind, DP_JSON_BOOLEAN);
        assert_true(found.values[A].truth);
        assert_true(found.values[LONG].number == -12.25);
    }
    assert_true(reads("{}"));
    assert_int_equal(found.found, 0);
    assert_true(reads(" { \"a\" : null } \r\n\t"));
    assert_int_equal(found.values[A].kind, DP_JSON_NULL);
    assert_true(reads("{\"a\":1,\"a\":false}"));
    assert_int_equal(found.values[A].kind, DP_JSON_BOOLEAN);
    assert_false(found.values[A].truth);
}

static void strings_of_every_length(void **state)
{
    (void)state;
    char text[128] = "{\"a\":\"";
    for (size_t len = 0; len < 64; len++) {
        strcpy(text + 6 + len, "\"}");
        assert_true(reads(text));
        assert_int_equal(found.values[A].kind, DP_JSON_STRING);
        assert_int_equal(found.values[A].text.len, len);
        text[6 + len] = (char)('0' + len % 10);
    }
    assert_true(reads("{\"a\":\"客户服务一部\"}"));
}

static void numbers_are_exact(void **state)
{
    (void)state;
    static const char *const plain[] = {
        "0", "7", "-0.5", "99.9", "123456789012345", "0.00000000000001", "1234567.12345678"};
    char text[64];
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++) {
        snprintf(text, sizeof text, "{\"a\":%s}", plain[i]);
        assert_true(reads(text));
        assert_true(found.values[A].number == strtod(plain[i], NULL));
    }
}

static void what_it_leaves(void **state)
{
    (void)state;
    static const char *const odd[] = {"",
                                      " ",
                                      "{",
                                      "}",
                                      "[]",
                                      "null",
                                      "{\"a\"}",
                                      "{\"a\":}",
                                      "{\"a\":1,}",
                                      "{,}",
                                      "{\"a\" 1}",
                                      "{\"a\":1}x",
                                      "{\"a\":1}{}",
                                      "{\"a\":1 \"b\":2}",
                                      "{\"a\":tru}",
                                      "{\"a\":nulL}",
                                      "{\"a\":\"\\u0041\"}",
                                      "{\"\\u0061\":1}",
                                      "{\"a\":\"\t\"}",
                                      "{\"a\":\"\xff\"}",
                                      "{\"a\":\"\xed\xa0\x80\"}",
                                      "{\"a\":01}",
                                      "{\"a\":-}",
                                      "{\"a\":1.}",
                                      "{\"a\":.5}",
                                      "{\"a\":1e3}",
                                      "{\"a\":1.5E3}",
                                      "{\"a\":1234567890123456}",
                                      "{\"a\":[1]}"};
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++)
        assert_false(reads(odd[i]));
    static const char whole[] = "{\"a\":\"text of some length\",\"other\":12,\"inner\":false}";
    for (size_t len = 0; len < sizeof whole - 1; len++)
        assert_false(reads_bytes(whole, len));
    assert_true(reads(whole));
}

static void inner_objects_are_the_callers(void **state)
{
    (void)state;
    static const char text[] = "{\"a\":1,\"inner\":{\"a\":2},\"a_name_of_more_than_16\":3}";
    struct dp_json_members inner = {0};
    struct dp_flat_json json;
    struct dp_flat_object object = {.names = &names, .guesses = guesses, .members = &found};
    struct dp_flat_object within = {.names = &names, .guesses = guesses, .members = &inner};
    int nested = -1, deeper;
    found.found = 0;
    assert_true(dp_flat_json_begin(&json, dp_str_from(text)));
    assert_int_equal(dp_flat_json_members(&json, &object, &nested), DP_FLAT_NESTED);
    assert_int_equal(nested, INNER);
    assert_int_equal(dp_flat_json_members(&json, &within, &deeper), DP_FLAT_DONE);
    assert_int_equal(dp_flat_json_members(&json, &object, &nested), DP_FLAT_DONE);
    assert_true(dp_flat_json_end(&json));
    assert_int_equal(found.found, 1 << A | 1 << LONG | 1 << INNER);
    assert_true(found.values[A].number == 1 && found.values[LONG].number == 3);
    assert_int_equal(found.values[INNER].kind, DP_JSON_OBJECT);
    assert_true(inner.found == 1 << A && inner.values[A].number == 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(members_of_all_kinds),
        cmocka_unit_test(strings_of_every_length),
        cmocka_unit_test(numbers_are_exact),
        cmocka_unit_test(what_it_leaves),
        cmocka_unit_test(inner_objects_are_the_callers),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
