#include "common/duration.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static void test_parse(void **state)
{
    static const struct {
        const char *text;
        int64_t ms;
    } good[] = {
        {"1ms", 1},
        {"500ms", 500},
        {"20s", 20000},
        {"5m", 300000},
        {"24h", 86400000},
        {"7d", 604800000},
        {"9223372036854775807ms", INT64_MAX},
        {"106751991167d", 106751991167 * 86400000},
    };
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        int64_t ms = 0;
        if (!dp_duration_parse(dp_str_from(good[i].text), &ms))
            fail_msg("%s is refused", good[i].text);
        assert_int_equal(ms, good[i].ms);
    }
}

static void test_refuse(void **state)
{
    static const char *const bad[] = {
        "",
        "5",
        "m",
        "00s",
        "05m",
        "-5m",
        "+5m",
        "5 m",
        " 5m",
        "5m ",
        "5M",
        "5min",
        "5w",
        "1h30m",
        "1.5h",
        "5m\n",
        "0x5s",
        "5mms",
        "5msx",
        "9223372036854775808ms",
        "106751991168d",
        "99999999999999999999s",
    };
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        int64_t ms = 42;
        if (dp_duration_parse(dp_str_from(bad[i]), &ms))
            fail_msg("%s is taken", bad[i]);
        assert_int_equal(ms, 42);
    }
    int64_t ms;
    assert_false(dp_duration_parse((struct dp_str){NULL, 0}, &ms));
    assert_false(dp_duration_parse((struct dp_str){"5m\0", 3}, &ms));
}

static void test_format(void **state)
{
    static const struct {
        int64_t ms;
        const char *text;
    } cases[] = {
        {0, "0s"},
        {1, "1ms"},
        {1500, "1500ms"},
        {1000, "1s"},
        {90000, "90s"},
        {300000, "5m"},
        {3600000, "1h"},
        {86400000, "1d"},
        {604800000, "7d"},
        {90000000, "25h"},
        {INT64_MAX, "9223372036854775807ms"},
    };
    char buf[32];
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        dp_duration_format(cases[i].ms, buf);
        assert_string_equal(buf, cases[i].text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parse),
        cmocka_unit_test(test_refuse),
        cmocka_unit_test(test_format),
    };
    return cmocka_run_group_tests_name("duration", tests, NULL, NULL);
}
