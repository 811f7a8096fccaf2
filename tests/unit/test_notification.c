#include "sink/notification.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "alarm.h"

#define LINE                                                                                       \
    "{\"key\":\"4be1c3d2a5f60718:firing\",\"state\":\"firing\",\"alert\":\"4be1c3d2a5f60718\","    \
    "\"rule\":\"billing service level\",\"severity\":\"page\",\"scope\":\"queue\","                \
    "\"id\":\"billing\",\"window\":\"15m\","                                                       \
    "\"value\":\"service_level 0.712000, responses 18\",\"when\":\"service_level < 0.80\","        \
    "\"since_ms\":1795341450000,\"fired_ms\":1795341510000,\"at_ms\":1795341600000,"               \
    "\"labels\":{\"site\":\"north\"},\"hook\":\"leads\",\"created_ms\":1795341600250}"

static void assert_line(const struct dp_notification *notification, const char *expected)
{
    size_t len;
    char *line = dp_notification_write(notification, &len);
    assert_string_equal(line, expected);
    assert_int_equal(len, strlen(expected));
    free(line);
}

static void a_line_says_all_there_is(void **state)
{
    (void)state;
    struct dp_notice notice = dp_test_alarm(DP_FIRING);
    struct dp_notification *made = dp_test_alarm_for_leads(&notice);
    assert_line(made, LINE);
    assert_string_equal(made->key, "4be1c3d2a5f60718:firing:leads");
    struct dp_notification *read = dp_notification_parse(DP_STR(LINE "\n"));
    assert_non_null(read);
    assert_line(read, LINE);
    assert_string_equal(read->key, made->key);
    assert_string_equal(read->hook, "leads");
    assert_null(read->through);
    assert_true(read->notice.tell);
    assert_int_equal(read->notice.at_ms, DP_TEST_ALARM_MS);
    dp_notification_destroy(read);
    dp_notification_destroy(made);
}

static void what_is_said_of_contacts_comes_back(void **state)
{
    (void)state;
    struct dp_notice notice = dp_test_alarm(DP_REPEATED);
    notice.scope = DP_RULE_CONTACT;
    notice.id = DP_STR("通话 \"7\"\\\n");
    notice.queue = DP_STR("billing");
    notice.team = DP_STR("t7");
    notice.channel = DP_CHANNEL_CHAT;
    notice.window[0] = '\0';
    notice.number = 2;
    struct dp_notification *made = dp_notification_create(&notice, NULL, NULL, 0, 1);
    size_t len;
    char *line = dp_notification_write(made, &len);
    assert_null(memchr(line, '\n', len));
    struct dp_notification *read = dp_notification_parse((struct dp_str){line, len});
    assert_non_null(read);
    assert_null(read->hook);
    assert_string_equal(read->key, "4be1c3d2a5f60718:repeated");
    assert_int_equal(read->notice.kind, DP_REPEATED);
    assert_int_equal(read->notice.scope, DP_RULE_CONTACT);
    assert_int_equal(read->notice.channel, DP_CHANNEL_CHAT);
    assert_int_equal(read->notice.number, 2);
    assert_true(dp_str_equal(read->notice.id, notice.id));
    assert_true(dp_str_equal(read->notice.queue, notice.queue));
    assert_true(dp_str_equal(read->notice.team, notice.team));
    assert_string_equal(read->notice.window, "");
    dp_notification_destroy(read);
    free(line);
    dp_notification_destroy(made);
}

static void a_redirected_one_says_instead_of_whom(void **state)
{
    (void)state;
    struct dp_notice notice = dp_test_alarm(DP_FIRING);
    struct dp_notification *made = dp_test_alarm_for_leads(&notice);
    struct dp_notification *other = dp_notification_redirect(made, "duty");
    dp_notification_destroy(made);
    assert_string_equal(other->hook, "duty");
    assert_string_equal(other->through, "leads");
    assert_string_equal(other->key, "4be1c3d2a5f60718:firing:duty");
    assert_int_equal(other->label_count, 1);
    assert_true(dp_str_equal(other->labels[0].value, DP_STR("north")));
    dp_notification_destroy(other);
}

/* The line with `what` in the place of `from`. */
static char *changed(const char *from, const char *what)
{
    const char *at = strstr(LINE, from);
    assert_non_null(at);
    char *line = calloc(1, sizeof LINE + strlen(what) + 1);
    assert_non_null(line);
    memcpy(line, LINE, (size_t)(at - LINE));
    strcat(strcat(line, what), at + strlen(from));
    return line;
}

static void other_lines_are_refused(void **state)
{
    (void)state;
    static const char *const changes[][2] = {
        {"{\"key\"", "[\"key\""},
        {"\"state\":\"firing\"", "\"state\":\"burning\""},
        {"\"scope\":\"queue\"", "\"scope\":\"line\""},
        {"\"key\":\"4be1c3d2a5f60718:firing\"", "\"key\":\"\""},
        {"\"key\":\"4be1c3d2a5f60718:firing\"",
         "\"key\":\"4be1c3d2a5f60718:firing4be1c3d2a5f60718:resolved\""},
        {"\"alert\":\"4be1c3d2a5f60718\"", "\"alert\":\"4be1c3d2a5f607180\""},
        {"\"alert\":\"4be1c3d2a5f60718\"", "\"alert\":\"4be1\\u0000\""},
        {"\"rule\":\"billing service level\"", "\"rule\":7"},
        {"\"window\":\"15m\"", "\"window\":\"0123456789012345678901234\""},
        {"\"since_ms\":1795341450000", "\"since_ms\":1.5"},
        {"\"since_ms\":1795341450000", "\"since_ms\":18446744073709551615"},
        {",\"created_ms\":1795341600250", ""},
        {"\"site\":\"north\"", "\"site\":1"},
        {"{\"site\":\"north\"}", "[\"site\"]"},
        {"\"site\":\"north\"",
         "\"a\":\"\",\"b\":\"\",\"c\":\"\",\"d\":\"\",\"e\":\"\",\"f\":\"\",\"g\":\"\",\"h\":\"\","
         "\"i\":\"\""},
        {"\"hook\":\"leads\"", "\"hook\":\"le\\u0000ads\""},
    };
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        char *line = changed(changes[i][0], changes[i][1]);
        if (dp_notification_parse(dp_str_from(line)))
            fail_msg("taken: %s", line);
        free(line);
    }
    assert_null(dp_notification_parse(DP_STR("")));
    assert_null(dp_notification_parse(DP_STR("null")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_says_all_there_is),
        cmocka_unit_test(what_is_said_of_contacts_comes_back),
        cmocka_unit_test(a_redirected_one_says_instead_of_whom),
        cmocka_unit_test(other_lines_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
