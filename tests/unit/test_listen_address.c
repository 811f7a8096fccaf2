#include "app/listen_address.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static void test_parse(void **state)
{
    static const char *const good[][2] = {
        {"127.0.0.1:9464", "127.0.0.1:9464"}, {"0.0.0.0:0", "0.0.0.0:0"},
        {"localhost:80", "127.0.0.1:80"},     {"[::1]:9464", "[::1]:9464"},
        {"[::]:65535", "[::]:65535"},
    };
    struct dp_listen_address address;
    char text[DP_LISTEN_ADDRESS_TEXT];
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        assert_true(dp_listen_address_parse(&address, good[i][0]));
        assert_string_equal(dp_listen_address_format(&address, text), good[i][1]);
    }
}

static void test_refuse(void **state)
{
    static const char *const bad[] = {
        "",
        "9464",
        ":9464",
        "127.0.0.1",
        "127.0.0.1:",
        "127.0.0.1:65536",
        "127.0.0.1:-1",
        "127.0.0.1:+1",
        "127.0.0.1: 1",
        "127.0.0.1:1x",
        "127.0.0.1:000001",
        "127.0.0:1",
        "example.com:80",
        "::1:80",
        "[::1]80",
        "[]:80",
        "[127.0.0.1]:80",
        "[::1:80",
        "1111111111111111111111111111111111111111111111111111111111111111111111111111:1",
    };
    struct dp_listen_address address;
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(dp_listen_address_parse(&address, bad[i]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parse),
        cmocka_unit_test(test_refuse),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
