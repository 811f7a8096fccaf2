#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <cmocka.h>

#include "sink/format.h"
#include "sink/resp.h"

static void assert_text(const char *expected, struct dp_str text)
{
    char copy[256];
    snprintf(copy, sizeof copy, "%.*s", (int)text.len, text.p);
    assert_string_equal(copy, expected);
}

static void integers_match_printf(void **state)
{
    (void)state;
    const int64_t values[] = {0,   1,    -1,  9,     10,    -10,           99,        100,
                              101, 1234, 999, 12345, 10000, 1763800000000, INT64_MAX, INT64_MIN};
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        char buf[DP_DECIMAL_SIZE], expected[32];
        snprintf(expected, sizeof expected, "%" PRId64, values[i]);
        assert_text(expected, (struct dp_str){buf, dp_decimal_integer(buf, values[i])});
    }
}

static void millionths_have_six_decimals(void **state)
{
    (void)state;
    static const struct {
        int64_t value;
        const char *text;
    } cases[] = {{0, "0.000000"},
                 {1, "0.000001"},
                 {800000, "0.800000"},
                 {1000000, "1.000000"},
                 {46666667, "46.666667"},
                 {100000000, "100.000000"},
                 {-500000, "-0.500000"},
                 {-12000001, "-12.000001"},
                 {INT64_MAX, "9223372036854.775807"},
                 {INT64_MIN, "-9223372036854.775808"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char buf[DP_DECIMAL_SIZE];
        assert_text(cases[i].text, (struct dp_str){buf, dp_decimal_millionths(buf, cases[i].value)});
    }
}

static void a_field_is_formatted_by_its_unit(void **state)
{
    (void)state;
    char buf[DP_DECIMAL_SIZE];
    struct dp_entry entry = {.field_count = 0};
    dp_entry_add(&entry, "offered", DP_FIELD_INTEGER, 12);
    dp_entry_add(&entry, "service_level", DP_FIELD_MILLIONTHS, 833333);
    dp_entry_add_text(&entry, "state", DP_STR("busy"));
    assert_int_equal(entry.field_count, 3);
    assert_text("12", dp_format_field(buf, &entry.fields[0]));
    assert_text("0.833333", dp_format_field(buf, &entry.fields[1]));
    assert_text("busy", dp_format_field(buf, &entry.fields[2]));
}

static void json_strings_are_escaped(void **state)
{
    (void)state;
    char buf[DP_FORMAT_JSON_SIZE(16)];
    struct dp_str plain = DP_STR("a1 \xc3\xa9"), quotes = DP_STR("\"\\/"),
                  controls = {"\0\n\x1f\x7f", 4};
    assert_text("\"a1 \xc3\xa9\"", (struct dp_str){buf, dp_format_json(buf, plain)});
    assert_text("\"\\\"\\\\/\"", (struct dp_str){buf, dp_format_json(buf, quotes)});
    assert_text("\"\\u0000\\u000a\\u001f\x7f\"",
                (struct dp_str){buf, dp_format_json(buf, controls)});
    assert_text("\"\"", (struct dp_str){buf, dp_format_json(buf, (struct dp_str){NULL, 0})});
}

static void json_fits_its_room_at_worst(void **state)
{
    (void)state;
    char text[64] = {0}, buf[DP_FORMAT_JSON_SIZE(64)];
    assert_int_equal(dp_format_json(buf, (struct dp_str){text, sizeof text}), sizeof buf);
}

static void commands_are_written_in_resp(void **state)
{
    (void)state;
    struct dp_resp resp = {0};
    dp_resp_begin(&resp, 3);
    dp_resp_add(&resp, DP_STR("SADD"));
    dp_resp_add(&resp, (struct dp_str){NULL, 0});
    dp_resp_add(&resp, DP_STR("twelve bytes"));
    assert_text("*3\r\n$4\r\nSADD\r\n$0\r\n\r\n$12\r\ntwelve bytes\r\n",
                (struct dp_str){resp.buf, resp.len});
    dp_resp_begin(&resp, 117);
    assert_text("*117\r\n", (struct dp_str){resp.buf, resp.len});
    dp_resp_deinit(&resp);
}

static void a_long_command_makes_the_buffer_grow(void **state)
{
    (void)state;
    static char megabyte[1 << 20];
    struct dp_resp resp = {0};
    dp_resp_begin(&resp, 40);
    for (int i = 0; i < 40; i++)
        dp_resp_add(&resp, (struct dp_str){megabyte, sizeof megabyte / 40});
    assert_int_equal(resp.len, 5 + 40 * (sizeof megabyte / 40 + 10));
    dp_resp_deinit(&resp);
    assert_null(resp.buf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(integers_match_printf),
        cmocka_unit_test(millionths_have_six_decimals),
        cmocka_unit_test(a_field_is_formatted_by_its_unit),
        cmocka_unit_test(json_strings_are_escaped),
        cmocka_unit_test(json_fits_its_room_at_worst),
        cmocka_unit_test(commands_are_written_in_resp),
        cmocka_unit_test(a_long_command_makes_the_buffer_grow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
