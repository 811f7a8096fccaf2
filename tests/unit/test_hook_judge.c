#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "sink/hook_request.h"

static void answers_mean_what_each_type_says(void **state)
{
    (void)state;
    static const struct {
        enum dp_hook_type type;
        const char *error;
        long status;
        const char *body;
        enum dp_hook_verdict verdict;
        const char *reason;
    } cases[] = {
        {DP_HOOK_WEBHOOK, NULL, 200, "", DP_HOOK_DONE, ""},
        {DP_HOOK_WEBHOOK, NULL, 204, "", DP_HOOK_DONE, ""},
        {DP_HOOK_PAGERDUTY, NULL, 202, "{}", DP_HOOK_DONE, ""},
        {DP_HOOK_WEBHOOK, NULL, 301, "", DP_HOOK_REFUSED,
         "HTTP 301, and redirects are not followed"},
        {DP_HOOK_WEBHOOK, NULL, 400, "", DP_HOOK_REFUSED, "HTTP 400"},
        {DP_HOOK_WEBHOOK, NULL, 404, "", DP_HOOK_REFUSED, "HTTP 404"},
        {DP_HOOK_WEBHOOK, NULL, 408, "", DP_HOOK_RETRY, "HTTP 408"},
        {DP_HOOK_SLACK, NULL, 429, "", DP_HOOK_RETRY, "HTTP 429"},
        {DP_HOOK_WEBHOOK, NULL, 500, "", DP_HOOK_RETRY, "HTTP 500"},
        {DP_HOOK_WEBHOOK, NULL, 503, "", DP_HOOK_RETRY, "HTTP 503"},
        {DP_HOOK_WEBHOOK, "no answer in time", 200, "", DP_HOOK_RETRY, "no answer in time"},
        {DP_HOOK_DINGTALK, NULL, 200, "{\"errcode\":0,\"errmsg\":\"ok\"}", DP_HOOK_DONE, ""},
        {DP_HOOK_DINGTALK, NULL, 200, "{\"errcode\":130101,\"errmsg\":\"send too fast\"}",
         DP_HOOK_RETRY, "errcode 130101: send too fast"},
        {DP_HOOK_DINGTALK, NULL, 200, "{\"errcode\":310000,\"errmsg\":\"sign not match\"}",
         DP_HOOK_REFUSED, "errcode 310000: sign not match"},
        {DP_HOOK_DINGTALK, NULL, 502, "{\"errcode\":0}", DP_HOOK_RETRY, "HTTP 502"},
        {DP_HOOK_WECOM, NULL, 200, "{\"errcode\":45009}", DP_HOOK_RETRY, "errcode 45009: "},
        {DP_HOOK_WECOM, NULL, 200, "{\"errcode\":93000,\"errmsg\":\"invalid webhook url\"}",
         DP_HOOK_REFUSED, "errcode 93000: invalid webhook url"},
        {DP_HOOK_FEISHU, NULL, 200, "{\"StatusCode\":0,\"code\":0}", DP_HOOK_DONE, ""},
        {DP_HOOK_FEISHU, NULL, 200, "{\"code\":11232,\"msg\":\"frequency limited\"}", DP_HOOK_RETRY,
         "code 11232: frequency limited"},
        {DP_HOOK_FEISHU, NULL, 200, "{\"code\":19021,\"msg\":\"sign match fail\"}", DP_HOOK_REFUSED,
         "code 19021: sign match fail"},
        {DP_HOOK_FEISHU, NULL, 200, "<html>", DP_HOOK_RETRY, "the answer is no JSON object"},
        {DP_HOOK_EMAIL, NULL, 250, "", DP_HOOK_DONE, ""},
        {DP_HOOK_EMAIL, "RCPT failed: 451", 451, "", DP_HOOK_RETRY, "RCPT failed: 451"},
        {DP_HOOK_EMAIL, "RCPT failed: 550", 550, "", DP_HOOK_REFUSED, "SMTP 550: RCPT failed: 550"},
        {DP_HOOK_EMAIL, "Connection refused", 0, "", DP_HOOK_RETRY, "Connection refused"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct dp_hook hook = {.type = cases[i].type};
        char reason[DP_HOOK_REASON];
        enum dp_hook_verdict verdict = dp_hook_judge(&hook, cases[i].error, cases[i].status,
                                                     dp_str_from(cases[i].body), reason);
        if (verdict != cases[i].verdict || strcmp(reason, cases[i].reason))
            fail_msg("case %zu: %d, %s", i, verdict, reason);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(answers_mean_what_each_type_says)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
