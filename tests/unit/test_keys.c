#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "sink/keys.h"

static void assert_key(const char *expected, struct dp_entry entry)
{
    char key[128];
    size_t len = dp_key_format(key, sizeof key, "dp", &entry);
    assert_string_equal(key, expected);
    assert_int_equal(len, strlen(expected));
}

static void keys_of_windows(void **state)
{
    (void)state;
    assert_key("dp:{agent:a1}:w:5m", (struct dp_entry){.kind = DP_ENTRY_WINDOW,
                                                       .scope = DP_SCOPE_AGENT,
                                                       .id = DP_STR("a1"),
                                                       .label = "5m"});
    assert_key("dp:{agent:a1}:voice:w:24h", (struct dp_entry){.kind = DP_ENTRY_WINDOW,
                                                              .scope = DP_SCOPE_AGENT,
                                                              .channel = DP_CHANNEL_VOICE,
                                                              .id = DP_STR("a1"),
                                                              .label = "24h"});
    assert_key("dp:{all}:w:1m",
               (struct dp_entry){.kind = DP_ENTRY_WINDOW, .scope = DP_SCOPE_ALL, .label = "1m"});
    assert_key("dp:{all}:email:w:1m", (struct dp_entry){.kind = DP_ENTRY_WINDOW,
                                                        .scope = DP_SCOPE_ALL,
                                                        .channel = DP_CHANNEL_EMAIL,
                                                        .label = "1m"});
    assert_key("dp:{queue:billing}:chat:w:15m", (struct dp_entry){.kind = DP_ENTRY_WINDOW,
                                                                  .scope = DP_SCOPE_QUEUE,
                                                                  .channel = DP_CHANNEL_CHAT,
                                                                  .id = DP_STR("billing"),
                                                                  .label = "15m"});
}

static void keys_of_gauges_sets_and_meta(void **state)
{
    (void)state;
    assert_key(
        "dp:{team:t 1}:now",
        (struct dp_entry){.kind = DP_ENTRY_NOW, .scope = DP_SCOPE_TEAM, .id = DP_STR("t 1")});
    assert_key("dp:{all}:now", (struct dp_entry){.kind = DP_ENTRY_NOW, .scope = DP_SCOPE_ALL});
    assert_key(
        "dp:agents",
        (struct dp_entry){.kind = DP_ENTRY_KNOWN, .scope = DP_SCOPE_AGENT, .id = DP_STR("a1")});
    assert_key("dp:teams", (struct dp_entry){.kind = DP_ENTRY_KNOWN, .scope = DP_SCOPE_TEAM});
    assert_key("dp:queues", (struct dp_entry){.kind = DP_ENTRY_KNOWN, .scope = DP_SCOPE_QUEUE});
    assert_key("dp:meta", (struct dp_entry){.kind = DP_ENTRY_META});
}

static void keys_of_sorted_sets(void **state)
{
    (void)state;
    assert_key("dp:{queue:billing}:abandoned", (struct dp_entry){.kind = DP_ENTRY_RANKED,
                                                                 .scope = DP_SCOPE_QUEUE,
                                                                 .id = DP_STR("billing"),
                                                                 .set = "abandoned",
                                                                 .member = DP_STR("c1")});
    assert_key("dp:{team:north}:rank:2026-11", (struct dp_entry){.kind = DP_ENTRY_RANKED,
                                                                 .scope = DP_SCOPE_TEAM,
                                                                 .id = DP_STR("north"),
                                                                 .set = "rank:2026-11",
                                                                 .gone = true});
}

static void an_id_is_taken_by_its_length(void **state)
{
    (void)state;
    assert_key(
        "dp:{agent:\xc3\xa9}:now",
        (struct dp_entry){.kind = DP_ENTRY_NOW, .scope = DP_SCOPE_AGENT, .id = {"\xc3\xa9tc", 2}});
}

static void a_small_buffer_is_filled_and_the_length_told(void **state)
{
    (void)state;
    struct dp_entry entry = {.kind = DP_ENTRY_NOW, .scope = DP_SCOPE_AGENT, .id = DP_STR("a1")};
    size_t len = strlen("dp:{agent:a1}:now");
    char buf[32];
    for (size_t size = 0; size <= len + 1; size++) {
        memset(buf, '#', sizeof buf);
        assert_int_equal(dp_key_format(buf, size, "dp", &entry), len);
        if (size) {
            assert_int_equal(strlen(buf), size - 1);
            assert_memory_equal(buf, "dp:{agent:a1}:now", size - 1);
        }
        assert_int_equal(buf[size], '#');
    }
}

static void scopes_have_names(void **state)
{
    (void)state;
    char name[32];
    struct dp_entry agent = {.kind = DP_ENTRY_NOW, .scope = DP_SCOPE_AGENT, .id = DP_STR("a1")};
    struct dp_entry all = {.kind = DP_ENTRY_NOW, .scope = DP_SCOPE_ALL};
    assert_int_equal(dp_key_scope(name, sizeof name, &agent), 8);
    assert_string_equal(name, "agent:a1");
    assert_int_equal(dp_key_scope(name, sizeof name, &all), 3);
    assert_string_equal(name, "all");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_of_windows),
        cmocka_unit_test(keys_of_gauges_sets_and_meta),
        cmocka_unit_test(keys_of_sorted_sets),
        cmocka_unit_test(an_id_is_taken_by_its_length),
        cmocka_unit_test(a_small_buffer_is_filled_and_the_length_told),
        cmocka_unit_test(scopes_have_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
