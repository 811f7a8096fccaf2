#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "sink/redis_url.h"

static void assert_same(const char *expected, const char *actual)
{
    if (!expected || !actual)
        assert_ptr_equal(expected, actual);
    else
        assert_string_equal(expected, actual);
}

static void urls_are_taken_apart(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        struct dp_redis_url url;
    } cases[] = {
        {"redis://localhost", {.host = "localhost", .port = 6379}},
        {"redis://localhost/", {.host = "localhost", .port = 6379}},
        {"redis://localhost:6380/3", {.host = "localhost", .port = 6380, .db = 3}},
        {"rediss://r.example.com:6390", {.tls = true, .host = "r.example.com", .port = 6390}},
        {"redis://:secret@10.0.0.1", {.password = "secret", .host = "10.0.0.1", .port = 6379}},
        {"redis://u:p@h:1/0", {.user = "u", .password = "p", .host = "h", .port = 1}},
        {"redis://u%40x:p%3A%2f%25@h",
         {.user = "u@x", .password = "p:/%", .host = "h", .port = 6379}},
        {"redis://:p@q@h", {.password = "p@q", .host = "h", .port = 6379}},
        {"redis://:a:b@h", {.password = "a:b", .host = "h", .port = 6379}},
        {"redis://[::1]", {.host = "::1", .port = 6379}},
        {"redis://[fe80::1%25eth0]:7000/1", {.host = "fe80::1%eth0", .port = 7000, .db = 1}},
        {"unix:///run/redis.sock", {.path = "/run/redis.sock", .port = 6379}},
        {"unix:///run/my%20redis.sock?db=12",
         {.path = "/run/my redis.sock", .port = 6379, .db = 12}},
        {"unix://:p@/r.sock", {.password = "p", .path = "/r.sock", .port = 6379}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct dp_redis_url url;
        char error[256] = "";
        assert_true(dp_redis_url_parse(&url, cases[i].text, error, sizeof error));
        assert_int_equal(url.tls, cases[i].url.tls);
        assert_same(cases[i].url.host, url.host);
        assert_same(cases[i].url.path, url.path);
        assert_same(cases[i].url.user, url.user);
        assert_same(cases[i].url.password, url.password);
        assert_int_equal(url.port, cases[i].url.port);
        assert_int_equal(url.db, cases[i].url.db);
        dp_redis_url_deinit(&url);
        assert_null(url.password);
    }
}

static void wrong_urls_are_refused_without_repeating_them(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"", "does not start with"},
        {"localhost:6379", "does not start with"},
        {"http://localhost", "does not start with"},
        {"redis://", "no host"},
        {"redis:///0", "no host"},
        {"redis://:hunter2@", "no host"},
        {"redis://:hunter2@h:0", "port"},
        {"redis://:hunter2@h:65536", "port"},
        {"redis://:hunter2@h:6379x", "port"},
        {"redis://:hunter2@h:", "port"},
        {"redis://::1", "no host"},
        {"redis://fe80::1", "port"},
        {"redis://[::1", "']'"},
        {"redis://[::1]x", "port"},
        {"redis://:hunter2@h/x", "database"},
        {"redis://:hunter2@h/-1", "database"},
        {"redis://:hunter2@h/1/2", "database"},
        {"redis://:hunter2@h?db=1", "/DB"},
        {"redis://:hunter2%@h", "percent-encoding in the password"},
        {"redis://:hunter2%zz@h", "percent-encoding in the password"},
        {"redis://:hunter2%00@h", "percent-encoding in the password"},
        {"redis://u%f:hunter2@h", "percent-encoding in the user"},
        {"redis://%4:1", "percent-encoding in the host"},
        {"redis://hunter2@h", "no password"},
        {"redis://hunter2:@h", "no password"},
        {"unix://run/redis.sock", "names a host"},
        {"unix://", "no absolute path"},
        {"unix:///r.sock?x=1", "?db=N"},
        {"unix:///r.sock?db=", "database"},
        {"unix:///"
         "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
         "aaaaaaaaaaaaaaaaaaaaaaaaa",
         "too long"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct dp_redis_url url;
        char error[256] = "";
        if (dp_redis_url_parse(&url, cases[i][0], error, sizeof error))
            fail_msg("accepted: %s", cases[i][0]);
        if (!strstr(error, cases[i][1]))
            fail_msg("%s: %s", cases[i][0], error);
        assert_null(strstr(error, "hunter2"));
    }
}

static void descriptions_hold_no_password(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"redis://u:secret@h/2", "h:6379/2"},
        {"rediss://:secret@[::1]:7000", "[::1]:7000/0"},
        {"unix://u:secret@/r.sock?db=4", "/r.sock/4"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct dp_redis_url url;
        char text[64], error[64];
        assert_true(dp_redis_url_parse(&url, cases[i][0], error, sizeof error));
        dp_redis_url_describe(&url, text, sizeof text);
        assert_string_equal(text, cases[i][1]);
        dp_redis_url_deinit(&url);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(urls_are_taken_apart),
        cmocka_unit_test(wrong_urls_are_refused_without_repeating_them),
        cmocka_unit_test(descriptions_hold_no_password),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
