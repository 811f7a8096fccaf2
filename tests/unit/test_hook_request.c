/* What each type of hook is sent. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "alarm.h"
#include "hook_cases.h"
#include "sink/hook_form.h"

/* An agent whose id has all that markup may stumble over. */
static struct dp_notice of_an_agent(void)
{
    struct dp_notice notice = dp_test_alarm(DP_FIRING);
    notice.scope = DP_RULE_AGENT;
    notice.id = DP_STR("o'hara*<b>&[x](y)");
    notice.team = DP_STR("t7");
    strcpy(notice.alert, "00000000000000cc");
    strcpy(notice.key, "00000000000000cc:firing");
    return notice;
}

static struct dp_hook hook_of(enum dp_hook_type type, enum dp_language language)
{
    struct dp_hook hook = {.name = "leads",
                           .type = type,
                           .url = "https://hooks.example.com/x?token=t",
                           .secret = "SECxyz",
                           .from = "Deskpulse <desk@example.com>",
                           .to = "a@example.com, b@example.com",
                           .language = language};
    if (type == DP_HOOK_ALERTMANAGER)
        hook.url = "http://alerts.example.com:9093/";
    if (type == DP_HOOK_EMAIL)
        hook.url = "smtp://mail.example.com";
    return hook;
}

static void assert_case(size_t i, const struct dp_hook_request *request, const char *url)
{
    size_t count = 0;
    while (count < DP_HOOK_HEADERS_MAX && cases[i].headers[count])
        count++;
    assert_string_equal(request->url, cases[i].url ? cases[i].url : url);
    assert_int_equal(request->header_count, count);
    for (size_t j = 0; j < count; j++)
        assert_string_equal(request->headers[j], cases[i].headers[j]);
    assert_string_equal(request->body, cases[i].body);
    assert_int_equal(request->body_len, strlen(cases[i].body));
    assert_int_equal(request->taken, cases[i].taken);
}

static void each_type_has_its_form(void **state)
{
    (void)state;
    static const struct dp_links links = {"https://board.example.com/"};
    const struct dp_notice begun = dp_test_alarm(DP_FIRING), ended = dp_test_alarm(DP_RESOLVED);
    const struct dp_notice agent = of_an_agent();
    struct dp_notification *all[] = {dp_test_alarm_for_leads(&begun),
                                     dp_test_alarm_for_leads(&agent),
                                     dp_test_alarm_for_leads(&ended), NULL};
    all[REDIRECTED] = dp_notification_redirect(all[1], "duty");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct dp_hook hook = hook_of(cases[i].type, cases[i].language);
        struct dp_hook_request request;
        const struct dp_notification *const *first = (const struct dp_notification *const *)all +
                                                     (cases[i].which == ALL ? 0 : cases[i].which);
        dp_hook_request_init(&request, &hook, cases[i].board ? &links : NULL, first,
                             cases[i].which == ALL ? 3 : 1, DP_TEST_ALARM_MS + 500);
        assert_case(i, &request, hook.url);
        dp_hook_request_deinit(&request);
    }
    for (size_t i = 0; i < 4; i++)
        dp_notification_destroy(all[i]);
}

/* The example of standardwebhooks.com's own libraries. */
static void the_published_signature_comes_out(void **state)
{
    (void)state;
    static const char key[] = "\x31\xf2\x90\xf6\xbf\x06\x29\x8a\xab\x4f\x08\xd4\x3c\x3f\x08\x2c"
                              "\xf6\x48\xa3\x62\xda\x2d\xa4\xb0";
    struct dp_text signature = {0};
    dp_hook_sign(&signature, DP_STR(key),
                 DP_STR("msg_p5jXN8AQM9LWM0D4loKWxJek.1614265330.{\"test\": 2432232314}"));
    assert_string_equal(signature.p, "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    dp_text_deinit(&signature);
}

static void assert_signature(const char *secret, const char *expected)
{
    const struct dp_notice begun = dp_test_alarm(DP_FIRING);
    struct dp_notification *notification = dp_test_alarm_for_leads(&begun);
    struct dp_hook hook = hook_of(DP_HOOK_WEBHOOK, DP_ENGLISH);
    struct dp_hook_request request;
    hook.secret = secret;
    dp_hook_request_init(&request, &hook, NULL,
                         (const struct dp_notification *const *)&notification, 1, DP_TEST_ALARM_MS);
    assert_int_equal(request.header_count, expected ? 4 : 3);
    if (expected)
        assert_string_equal(request.headers[3], expected);
    dp_hook_request_deinit(&request);
    dp_notification_destroy(notification);
}

/* A secret is what whsec_ precedes, in base64, or the bytes as they are. */
static void secrets_have_two_forms(void **state)
{
    (void)state;
    assert_signature("whsec_U0VDeHl6",
                     "webhook-signature: v1,97k7rXQRsZX+KVGScxujlsSdzABsQOr39fPpeSULzAc=");
    assert_signature("SECxyz",
                     "webhook-signature: v1,97k7rXQRsZX+KVGScxujlsSdzABsQOr39fPpeSULzAc=");
    assert_signature("whsec_*",
                     "webhook-signature: v1,qChuWiuk1uO3AHtwRr7H7ZhLD5FxlGTVr6u9mGaK4Og=");
    assert_signature(NULL, NULL);
}

static void what_does_not_fit_is_left_for_the_next(void **state)
{
    (void)state;
    enum { MANY = 400 };
    static const enum dp_hook_type types[] = {DP_HOOK_SLACK, DP_HOOK_DINGTALK, DP_HOOK_WECOM,
                                              DP_HOOK_FEISHU};
    const struct dp_notice agent = of_an_agent();
    struct dp_notification *notification = dp_test_alarm_for_leads(&agent);
    const struct dp_notification *many[MANY];
    for (size_t i = 0; i < MANY; i++)
        many[i] = notification;
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        const struct dp_hook hook = hook_of(types[i], DP_CHINESE);
        struct dp_hook_request request;
        dp_hook_request_init(&request, &hook, NULL, many, MANY, DP_TEST_ALARM_MS);
        assert_in_range(request.taken, 5, MANY / 2);
        assert_in_range(request.body_len, 1000, 20000);
        dp_hook_request_deinit(&request);
    }
    dp_notification_destroy(notification);
}

/* A header in which somebody could end the line would let them add others. */
static void an_email_has_its_headers_alone(void **state)
{
    (void)state;
    struct dp_notice notice = dp_test_alarm(DP_FIRING);
    notice.rule = DP_STR("a\r\nBcc: all@example.com\r\n\r\nb");
    struct dp_notification *notification = dp_test_alarm_for_leads(&notice);
    const struct dp_hook hook = hook_of(DP_HOOK_EMAIL, DP_ENGLISH);
    struct dp_hook_request request;
    dp_hook_request_init(&request, &hook, NULL,
                         (const struct dp_notification *const *)&notification, 1, DP_TEST_ALARM_MS);
    assert_non_null(strstr(request.body,
                           "Subject: Firing: aBcc: all@example.comb, queue billing\r\nMessage-ID"));
    dp_hook_request_deinit(&request);
    dp_notification_destroy(notification);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_type_has_its_form),
        cmocka_unit_test(the_published_signature_comes_out),
        cmocka_unit_test(secrets_have_two_forms),
        cmocka_unit_test(what_does_not_fit_is_left_for_the_next),
        cmocka_unit_test(an_email_has_its_headers_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
