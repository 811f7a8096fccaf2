#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "ingest/position.h"

static void comes_back_from_its_text(void **state)
{
    (void)state;
    struct dp_positions positions = {0}, again = {0};
    dp_positions_add(&positions, "cc.calls", 0, 12, 99);
    dp_positions_add(&positions, "cc.calls", 1, DP_POSITION_UNKNOWN, 0);
    dp_positions_add(&positions, "cc.chats", 2147483647, INT64_MAX, UINT64_MAX);
    char *text = dp_positions_format(&positions);
    assert_string_equal(text, "cc.calls/0=12:99 cc.calls/1=-:0 cc.chats/2147483647="
                              "9223372036854775807:18446744073709551615");
    assert_true(dp_positions_parse(&again, dp_str_from(text)));
    assert_int_equal(again.count, 3);
    assert_int_equal(dp_positions_find(&again, "cc.calls", 0)->next, 12);
    assert_int_equal(dp_positions_find(&again, "cc.calls", 1)->next, DP_POSITION_UNKNOWN);
    assert_true(dp_positions_find(&again, "cc.chats", 2147483647)->mark == UINT64_MAX);
    assert_null(dp_positions_find(&again, "cc.chats", 1));
    free(text);
    dp_positions_copy(&positions, &again);
    assert_int_equal(positions.count, 3);
    dp_positions_deinit(&positions);
    dp_positions_deinit(&again);
}

static void an_empty_list_is_an_empty_text(void **state)
{
    (void)state;
    struct dp_positions positions = {0};
    char *text = dp_positions_format(&positions);
    assert_string_equal(text, "");
    assert_true(dp_positions_parse(&positions, dp_str_from(text)));
    assert_int_equal(positions.count, 0);
    free(text);
}

static void refuses_what_is_no_list(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "cc.calls",
        "/0=1:2",
        "a/0=1",
        "a/0=1:",
        "a/0=1:2 ",
        "a/-1=1:2",
        "a/0=-1:2",
        "a/0=+1:2",
        "a/0=1:2x",
        "a/2147483648=1:2",
        "a/0=1:2  b/0=1:2",
        "a/0= 1:2",
        "a/0=--:0",
        "a/0=9223372036854775808:0",
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct dp_positions positions = {0};
        assert_false(dp_positions_parse(&positions, dp_str_from(wrong[i])));
        assert_int_equal(positions.count, 0);
    }
    struct dp_positions positions = {0};
    assert_false(dp_positions_parse(&positions, DP_STR("a/0=1:2\0b")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(comes_back_from_its_text),
        cmocka_unit_test(an_empty_list_is_an_empty_text),
        cmocka_unit_test(refuses_what_is_no_list),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
