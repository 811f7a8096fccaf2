/* What notices become in Redis. */
#include "app/outbox.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define DAY_MS INT64_C(86400000)
#define T_MS   INT64_C(1795341600000)

static struct dp_outbox outbox;

static struct dp_notice notice_of(enum dp_notice_kind kind)
{
    struct dp_notice notice = {.kind = kind,
                               .alert = "4be1c3d2a5f60718",
                               .tell = true,
                               .rule = DP_STR("late"),
                               .severity = DP_STR("page"),
                               .scope = DP_RULE_ALL,
                               .when = DP_STR("waiting > 5"),
                               .since_ms = T_MS - 1000,
                               .fired_ms = T_MS,
                               .at_ms = T_MS};
    snprintf(notice.key, sizeof notice.key, "%s:%s", notice.alert, dp_notice_kind_names[kind]);
    return notice;
}

static void note(enum dp_notice_kind kind)
{
    struct dp_notice notice = notice_of(kind);
    dp_outbox_note(&outbox, &notice, NULL, 0, T_MS);
}

static void add(enum dp_notice_kind kind, const char *hook)
{
    struct dp_notice notice = notice_of(kind);
    dp_outbox_add(&outbox, dp_notification_create(&notice, hook, NULL, 0, T_MS));
}

/* The words of a command, joined by blanks; to be freed with free(). */
static char *words_of(struct dp_str command)
{
    char *words = calloc(1, command.len + 1), *at = words;
    const char *next = memchr(command.p, '\n', command.len);
    for (long count = strtol(command.p + 1, NULL, 10); count > 0; count--) {
        char *bytes;
        size_t len = (size_t)strtol(next + 2, &bytes, 10); /* behind the $ */
        if (at > words)
            *at++ = ' ';
        memcpy(at, bytes + 2, len);
        at += len;
        next = bytes + 2 + len + 1;
    }
    return words;
}

static void assert_command(const struct dp_state_also *also, size_t at, const char *expected)
{
    char *words = words_of(dp_commands_at(also->commands, at));
    assert_string_equal(words, expected);
    free(words);
}

#define JSON(kind)                                                                                 \
    "{\"key\":\"4be1c3d2a5f60718:" kind "\",\"state\":\"" kind                                     \
    "\",\"alert\":\"4be1c3d2a5f60718\",\"rule\":\"late\",\"severity\":\"page\",\"scope\":\"all\"," \
    "\"when\":\"waiting > 5\",\"since_ms\":1795341599000,\"fired_ms\":1795341600000,"              \
    "\"at_ms\":1795341600000,"

static void put(void *ctx, struct dp_notification *notification)
{
    strcat(ctx, notification->key);
    strcat(ctx, " ");
    dp_notification_destroy(notification);
}

static void beginnings_and_ends_as_commands(void **state)
{
    (void)state;
    dp_outbox_init(&outbox, "dp", 30 * DAY_MS);
    assert_false(dp_outbox_is_waiting(&outbox));
    note(DP_FIRING);
    add(DP_FIRING, "leads");
    note(DP_RESOLVED);
    assert_true(dp_outbox_is_waiting(&outbox));
    const struct dp_state_also *also = dp_outbox_seal(&outbox);
    assert_int_equal(also->commands->count, 6);
    /* What is older than 30 days goes. */
    assert_command(also, 0,
                   "XADD dp:alerts MINID ~ 1792749600000 * v 1 alert 4be1c3d2a5f60718 state firing "
                   "rule late severity page scope all id  at_ms 1795341600000 json " JSON(
                       "firing") "\"created_ms\":1795341600000}");
    assert_command(
        also, 1,
        "HSET dp:alerts:active 4be1c3d2a5f60718 " JSON("firing") "\"created_ms\":1795341600000}");
    assert_command(also, 2,
                   "HSET dp:state:outbox 4be1c3d2a5f60718:firing:leads " JSON(
                       "firing") "\"hook\":\"leads\",\"created_ms\":1795341600000}");
    assert_command(also, 3,
                   "XADD dp:alerts MINID ~ 1792749600000 * v 1 alert 4be1c3d2a5f60718 state "
                   "resolved rule late severity page scope all id  at_ms 1795341600000 json " JSON(
                       "resolved") "\"created_ms\":1795341600000}");
    assert_command(also, 4, "HDEL dp:alerts:active 4be1c3d2a5f60718");
    assert_command(also, 5, "HDEL dp:alerts:acks 4be1c3d2a5f60718");
    assert_int_equal(also->key_count, 4);
    assert_string_equal(also->keys[0].key, "dp:alerts");
    assert_string_equal(also->keys[0].type, "stream");
    dp_outbox_deinit(&outbox);
}

/* What comes while a commit is under way waits for the next one. */
static void told_once_it_is_committed(void **state)
{
    (void)state;
    char told[512] = "";
    dp_outbox_init(&outbox, "dp", 30 * DAY_MS);
    add(DP_FIRING, "leads");
    add(DP_FIRING, "duty");
    const struct dp_state_also *also = dp_outbox_seal(&outbox);
    assert_int_equal(also->commands->count, 2);
    assert_false(dp_outbox_is_waiting(&outbox));
    add(DP_RESOLVED, "leads");
    assert_int_equal(also->commands->count, 2);
    dp_outbox_committed(&outbox, put, told);
    assert_string_equal(told, "4be1c3d2a5f60718:firing:leads 4be1c3d2a5f60718:firing:duty ");
    assert_true(dp_outbox_is_waiting(&outbox));

    *told = '\0';
    assert_int_equal(dp_outbox_seal(&outbox)->commands->count, 1);
    dp_outbox_committed(&outbox, put, told);
    assert_string_equal(told, "4be1c3d2a5f60718:resolved:leads ");
    assert_int_equal(dp_outbox_seal(&outbox)->commands->count, 0);
    dp_outbox_deinit(&outbox);
}

/* The state is another's: nobody is told, of what was sealed neither. */
static void dropped_with_the_state(void **state)
{
    (void)state;
    char told[512] = "";
    dp_outbox_init(&outbox, "dp", 30 * DAY_MS);
    add(DP_FIRING, "leads");
    dp_outbox_seal(&outbox);
    add(DP_RESOLVED, "leads");
    dp_outbox_clear(&outbox);
    assert_false(dp_outbox_is_waiting(&outbox));
    dp_outbox_committed(&outbox, put, told);
    assert_string_equal(told, "");
    dp_outbox_deinit(&outbox);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(beginnings_and_ends_as_commands),
        cmocka_unit_test(told_once_it_is_committed),
        cmocka_unit_test(dropped_with_the_state),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
