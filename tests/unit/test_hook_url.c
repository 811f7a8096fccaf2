#include "sink/hook_url.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static void urls_lead_somewhere(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        struct dp_hook_url url;
    } good[] = {
        {"https://hooks.example.com/services/secret?token=x", {"https", "hooks.example.com", 443}},
        {"http://user:password@Example.com:8080", {"http", "Example.com", 8080}},
        {"http://[fe80::1]:81/", {"http", "fe80::1", 81}},
        {"smtp://mail.example.com", {"smtp", "mail.example.com", 25}},
        {"smtps://mail.example.com:2465", {"smtps", "mail.example.com", 2465}},
    };
    static const char *const bad[] = {
        "",
        "example.com/hook",
        "file:///etc/passwd",
        "ftp://example.com",
        "gopher://example.com",
        "http://",
        "https://例子.com/",
        "http://exa mple.com/",
        "http://example.com:99999/",
    };
    const char *error;
    struct dp_hook_url url;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        if (!dp_hook_url_parse(&url, good[i].text, &error))
            fail_msg("%s: %s", good[i].text, error);
        assert_string_equal(url.scheme, good[i].url.scheme);
        assert_string_equal(url.host, good[i].url.host);
        assert_int_equal(url.port, good[i].url.port);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        if (dp_hook_url_parse(&url, bad[i], &error))
            fail_msg("%s is taken", bad[i]);
        assert_non_null(error);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(urls_lead_somewhere)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
