/* What a flush does in Redis, and what it does when Redis refuses. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "redis_server.h"
#include "sink_owner.h"

static struct dp_entry window(const char *agent, int64_t ttl_ms)
{
    return (struct dp_entry){.kind = DP_ENTRY_WINDOW,
                             .scope = DP_SCOPE_AGENT,
                             .id = dp_str_from(agent),
                             .label = "5m",
                             .ttl_ms = ttl_ms};
}

static struct dp_entry known(const char *agent)
{
    return (struct dp_entry){
        .kind = DP_ENTRY_KNOWN, .scope = DP_SCOPE_AGENT, .id = dp_str_from(agent)};
}

static void entries_become_keys(void **state)
{
    (void)state;
    struct dp_test_owner owner;
    dp_test_own_up(&owner, &dp_test_server);
    struct dp_entry entries[] = {
        known("a1"), known("a2"), window("a1", 360000), {.kind = DP_ENTRY_META}};
    dp_entry_add(&entries[2], "as_of_ms", DP_FIELD_INTEGER, 1763800000000);
    dp_entry_add(&entries[2], "service_level", DP_FIELD_MILLIONTHS, 800000);
    dp_entry_add_text(&entries[3], "windows", DP_STR("1m 5m"));
    dp_test_flush_list(&owner, entries, 4);
    assert_int_equal(owner.failed, 0);

    redisContext *context = dp_test_redis_connect(&dp_test_server);
    dp_test_assert_reply(context, "as_of_ms 1763800000000 service_level 0.800000", "HGETALL %s",
                         "dp:{agent:a1}:w:5m");
    dp_test_assert_reply(context, "windows 1m 5m", "HGETALL dp:meta");
    dp_test_assert_reply(context, "-1", "PTTL dp:meta");
    dp_test_assert_reply(context, "a1 a2", "SORT dp:agents ALPHA");
    dp_test_assert_reply(context, "3", "DBSIZE");
    redisReply *ttl = redisCommand(context, "PTTL %s", "dp:{agent:a1}:w:5m");
    assert_in_range((uint64_t)ttl->integer, 350000, 360000);
    freeReplyObject(ttl);

    entries[0].gone = entries[2].gone = true;
    dp_test_flush_list(&owner, entries, 4);
    dp_test_assert_reply(context, "a2", "SMEMBERS dp:agents");
    dp_test_assert_reply(context, "0", "EXISTS %s", "dp:{agent:a1}:w:5m");

    const struct dp_redis_sink_stats *stats = dp_redis_sink_stats(owner.sink);
    assert_int_equal(stats->flushes, 2);
    assert_int_equal(stats->keys, 8);
    assert_int_equal(stats->last_keys, 4);
    assert_int_equal(stats->failed + stats->errors, 0);
    assert_true(stats->bytes > 300);
    redisFree(context);
    dp_test_disown(&owner);
}

static struct dp_entry ranked(const char *member, int64_t score)
{
    return (struct dp_entry){.kind = DP_ENTRY_RANKED,
                             .scope = DP_SCOPE_TEAM,
                             .id = DP_STR("t"),
                             .set = "rank:2026",
                             .member = dp_str_from(member),
                             .score_unit = DP_FIELD_MILLIONTHS,
                             .score = score,
                             .gone = score < 0,
                             .ttl_ms = 360000};
}

static void members_of_sorted_sets_come_and_go(void **state)
{
    (void)state;
    struct dp_test_owner owner;
    dp_test_own_up(&owner, &dp_test_server);
    struct dp_entry entries[] = {ranked("a", 2500000), ranked("b", 1000000), ranked("c", 3000000)};
    dp_test_flush_list(&owner, entries, 3);
    redisContext *context = dp_test_redis_connect(&dp_test_server);
    dp_test_assert_reply(context, "b 1 a 2.5 c 3", "ZRANGE %s 0 -1 WITHSCORES",
                         "dp:{team:t}:rank:2026");
    redisReply *ttl = redisCommand(context, "PTTL %s", "dp:{team:t}:rank:2026");
    assert_in_range((uint64_t)ttl->integer, 350000, 360000);
    freeReplyObject(ttl);

    entries[0] = ranked("a", -1);
    dp_test_flush_list(&owner, entries, 1);
    dp_test_assert_reply(context, "b c", "ZRANGE %s 0 -1", "dp:{team:t}:rank:2026");
    struct dp_entry anew[] = {ranked(NULL, -1), ranked("d", 7000000)};
    dp_test_flush_list(&owner, anew, 2);
    dp_test_assert_reply(context, "d", "ZRANGE %s 0 -1", "dp:{team:t}:rank:2026");
    dp_test_flush_list(&owner, anew, 1);
    dp_test_assert_reply(context, "0", "DBSIZE");
    assert_int_equal(owner.failed, 0);
    redisFree(context);
    dp_test_disown(&owner);
}

static void a_hash_is_replaced_as_a_whole(void **state)
{
    (void)state;
    struct dp_test_owner owner;
    dp_test_own_up(&owner, &dp_test_server);
    struct dp_entry before = window("a1", 1000000), after = window("a1", 0);
    dp_entry_add(&before, "offered", DP_FIELD_INTEGER, 1);
    dp_entry_add(&before, "stale", DP_FIELD_INTEGER, 2);
    dp_entry_add(&after, "offered", DP_FIELD_INTEGER, 3);
    dp_test_flush_list(&owner, &before, 1);
    dp_test_flush_list(&owner, &after, 1);
    redisContext *context = dp_test_redis_connect(&dp_test_server);
    dp_test_assert_reply(context, "offered 3", "HGETALL %s", "dp:{agent:a1}:w:5m");
    dp_test_assert_reply(context, "-1", "PTTL %s", "dp:{agent:a1}:w:5m");
    redisFree(context);
    dp_test_disown(&owner);
}

static void any_bytes_may_be_in_an_id(void **state)
{
    (void)state;
    struct dp_test_owner owner;
    dp_test_own_up(&owner, &dp_test_server);
    struct dp_entry entry = known("a\r\n$1\r\n \"\xc3\xa9");
    dp_test_flush_list(&owner, &entry, 1);
    assert_int_equal(owner.failed, 0);
    redisContext *context = dp_test_redis_connect(&dp_test_server);
    dp_test_assert_reply(context, "a\r\n$1\r\n \"\xc3\xa9", "SMEMBERS dp:agents");
    redisFree(context);
    dp_test_disown(&owner);
}

static void one_message_names_the_changed_scopes(void **state)
{
    (void)state;
    struct dp_test_owner owner;
    dp_test_own_up(&owner, &dp_test_server);
    redisContext *listener = dp_test_redis_connect(&dp_test_server);
    freeReplyObject(redisCommand(listener, "SUBSCRIBE dp:updates"));

    struct dp_entry entries[] = {known("a1"),     window("a1", 0),        window("a1", 0),
                                 window("a2", 0), {.kind = DP_ENTRY_NOW}, {.kind = DP_ENTRY_META}};
    for (size_t i = 1; i < 6; i++)
        dp_entry_add(&entries[i], "v", DP_FIELD_INTEGER, 1);
    entries[2].channel = DP_CHANNEL_VOICE;
    entries[2].named = true;
    entries[3].gone = true;
    dp_test_flush_list(&owner, entries + 5, 1); /* no scope: no message */
    dp_test_flush_list(&owner, entries, 6);
    dp_test_flush_list(&owner, entries + 3, 1);

    static const char *const messages[] = {"agent:a1\nagent:a2\nall", "agent:a2"};
    for (size_t i = 0; i < 2; i++) {
        redisReply *reply = NULL;
        assert_int_equal(redisGetReply(listener, (void **)&reply), REDIS_OK);
        assert_string_equal(reply->element[2]->str, messages[i]);
        freeReplyObject(reply);
    }
    redisFree(listener);
    dp_test_disown(&owner);
}

static void nothing_to_write_is_a_flush(void **state)
{
    (void)state;
    struct dp_test_owner owner;
    dp_test_own_up(&owner, &dp_test_server);
    dp_test_start_flush(&owner);
    assert_int_equal(owner.flushed, 1);
    assert_int_equal(owner.failed, 0);
    dp_test_disown(&owner);
}

static void one_flush_at_a_time(void **state)
{
    (void)state;
    struct dp_test_owner owner;
    dp_test_own(&owner, 0, "redis://127.0.0.1:%d", dp_test_server.port);
    assert_false(dp_redis_sink_flush(owner.sink, dp_test_next_entry, &owner));
    dp_test_wait_for(&owner, &owner.ups, 1);
    owner.made_count = owner.made_fields = 1;
    dp_test_start_flush(&owner);
    assert_false(dp_redis_sink_flush(owner.sink, dp_test_next_entry, &owner));
    dp_test_wait_for(&owner, &owner.flushed, 1);
    dp_test_start_flush(&owner);
    dp_test_wait_for(&owner, &owner.flushed, 2);
    dp_test_disown(&owner);
}

/* Reads all hashes until told to stop. Every flush writes them with 1 to 10 fields of one value,
 * and as many as its last digit says. Many hashes, so that the server, which takes 16 KiB from a
 * connection at a time, turns to the reader in the midst of their commands. */
#define READ_HASHES 120

struct reader {
    atomic_bool stop;
    unsigned rounds, torn;
    int64_t last[READ_HASHES];
};

static bool is_whole(struct reader *reader, size_t i, const redisReply *reply)
{
    int64_t value = reply->elements ? strtoll(reply->element[1]->str, NULL, 10) : -1;
    bool whole = value >= reader->last[i] && reply->elements == 2 * (size_t)(value % 10 + 1);
    for (size_t field = 3; field < reply->elements; field += 2)
        whole = whole && strcmp(reply->element[field]->str, reply->element[1]->str) == 0;
    reader->last[i] = value;
    return whole;
}

static void read_on(void *ctx)
{
    struct reader *reader = ctx;
    redisContext *context =
        redisConnectWithTimeout("127.0.0.1", dp_test_server.port, (struct timeval){.tv_sec = 10});
    while (!atomic_load(&reader->stop) && !context->err) {
        for (int i = 0; i < READ_HASHES; i++)
            redisAppendCommand(context, "HGETALL dp:{agent:agent-%d}:now", i);
        for (size_t i = 0; i < READ_HASHES; i++) {
            void *reply = NULL;
            if (redisGetReply(context, &reply) != REDIS_OK)
                break;
            reader->torn += !is_whole(reader, i, reply);
            freeReplyObject(reply);
        }
        reader->rounds++;
    }
    redisFree(context);
}

static void no_reader_sees_half_a_hash(void **state)
{
    (void)state;
    struct dp_test_owner owner;
    struct reader reader = {.torn = 0};
    uv_thread_t thread;
    dp_test_own_up(&owner, &dp_test_server);
    owner.made_count = READ_HASHES;
    for (unsigned i = 0; i < 1000; i++) {
        owner.made_value = i;
        owner.made_fields = i % 10 + 1;
        dp_test_start_flush(&owner);
        dp_test_wait_for(&owner, &owner.flushed, i + 1);
        if (i == 0)
            uv_thread_create(&thread, read_on, &reader);
    }
    atomic_store(&reader.stop, true);
    uv_thread_join(&thread);
    assert_int_equal(owner.failed, 0);
    assert_true(reader.rounds > 100);
    assert_int_equal(reader.torn, 0);
    dp_test_disown(&owner);
}

static void a_large_flush_is_taken_as_fast_as_it_is_answered(void **state)
{
    (void)state;
    struct dp_test_owner owner;
    dp_test_own_up(&owner, &dp_test_server);
    owner.made_count = 50000;
    owner.made_fields = 10;
    kill(dp_test_server.pid, SIGSTOP);
    dp_test_start_flush(&owner);
    dp_test_turn_for(&owner, 200);
    size_t taken = owner.given;
    kill(dp_test_server.pid, SIGCONT);
    dp_test_wait_for(&owner, &owner.flushed, 1);
    assert_int_equal(owner.failed, 0);
    assert_in_range(taken, 1, 2 * DP_REDIS_SINK_ENTRIES); /* under way, and made */
    redisContext *context = dp_test_redis_connect(&dp_test_server);
    dp_test_assert_reply(context, "50000", "DBSIZE");
    redisFree(context);
    dp_test_disown(&owner);
}

static void out_of_memory_fails_the_flush(void **state)
{
    (void)state;
    struct dp_test_owner owner;
    dp_test_own_up(&owner, &dp_test_server);
    owner.made_count = owner.made_fields = 10;
    dp_test_command(&dp_test_server, "CONFIG SET maxmemory 1");
    dp_test_start_flush(&owner);
    dp_test_wait_for(&owner, &owner.flushed, 1);
    assert_int_equal(owner.failed, 1);
    assert_true(dp_redis_sink_stats(owner.sink)->errors >= 10);
    dp_test_command(&dp_test_server, "CONFIG SET maxmemory 0");
    dp_test_start_flush(&owner);
    dp_test_wait_for(&owner, &owner.flushed, 2);
    assert_int_equal(owner.failed, 1);
    assert_int_equal(owner.downs, 0);
    dp_test_disown(&owner);
}

static void a_key_of_another_type_fails_the_flush_and_the_rest_is_written(void **state)
{
    (void)state;
    struct dp_test_owner owner;
    dp_test_own_up(&owner, &dp_test_server);
    dp_test_command(&dp_test_server, "SET dp:agents mine");
    dp_test_command(&dp_test_server, "SET %s mine", "dp:{agent:a1}:w:5m");
    struct dp_entry entries[] = {known("a1"), window("a1", 0)};
    dp_entry_add(&entries[1], "v", DP_FIELD_INTEGER, 1);
    dp_test_flush_list(&owner, entries, 2);
    assert_int_equal(owner.failed, 1);
    assert_int_equal(dp_redis_sink_stats(owner.sink)->errors, 1);
    redisContext *context = dp_test_redis_connect(&dp_test_server);
    dp_test_assert_reply(context, "v 1", "HGETALL %s", "dp:{agent:a1}:w:5m");
    redisFree(context);
    dp_test_disown(&owner);
}

static void an_error_inside_exec_fails_the_flush(void **state)
{
    (void)state;
    struct dp_test_owner owner;
    dp_test_own_up(&owner, &dp_test_server);
    struct dp_entry entry = ranked("a", 1);
    entry.ttl_ms = INT64_MAX; /* PEXPIRE refuses it when it is carried out */
    dp_test_flush_list(&owner, &entry, 1);
    assert_int_equal(owner.failed, 1);
    assert_int_equal(dp_redis_sink_stats(owner.sink)->errors, 1);
    dp_test_disown(&owner);
}

static void who_may_not_restore_writes_field_by_field(void **state)
{
    (void)state;
    struct dp_test_owner owner;
    dp_test_command(&dp_test_server, "ACL SETUSER poor on >pw ~* &* +@all -restore");
    dp_test_own(&owner, 0, "redis://poor:pw@127.0.0.1:%d", dp_test_server.port);
    dp_test_wait_for(&owner, &owner.ups, 1);
    struct dp_entry entry = window("a1", 360000);
    dp_entry_add(&entry, "offered", DP_FIELD_INTEGER, 3);
    dp_entry_add(&entry, "service_level", DP_FIELD_MILLIONTHS, 800000);
    redisContext *context = dp_test_redis_connect(&dp_test_server);
    dp_test_flush_list(&owner, &entry, 1);
    assert_int_equal(owner.failed, 1);
    dp_test_assert_reply(context, "0", "DBSIZE");
    dp_test_flush_list(&owner, &entry, 1);
    assert_int_equal(owner.failed, 1);
    dp_test_assert_reply(context, "offered 3 service_level 0.800000", "HGETALL %s",
                         "dp:{agent:a1}:w:5m");
    redisReply *ttl = redisCommand(context, "PTTL %s", "dp:{agent:a1}:w:5m");
    assert_in_range((uint64_t)ttl->integer, 350000, 360000);
    freeReplyObject(ttl);
    redisFree(context);
    dp_test_command(&dp_test_server, "ACL DELUSER poor");
    dp_test_disown(&owner);
}

static void a_replica_is_left_for_the_server_that_the_name_stands_for_now(void **state)
{
    (void)state;
    struct dp_test_owner owner;
    dp_test_own_up(&owner, &dp_test_server);
    owner.made_count = owner.made_fields = 1;
    dp_test_command(&dp_test_server, "REPLICAOF 127.0.0.1 1");
    dp_test_start_flush(&owner);
    dp_test_wait_for(&owner, &owner.downs, 1);
    assert_int_equal(owner.failed, 1);
    assert_non_null(strstr(owner.reason, "READONLY"));
    dp_test_command(&dp_test_server, "REPLICAOF NO ONE");
    dp_test_wait_for(&owner, &owner.ups, 2);
    dp_test_start_flush(&owner);
    dp_test_wait_for(&owner, &owner.flushed, 2);
    assert_int_equal(owner.failed, 1);
    dp_test_disown(&owner);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(entries_become_keys, dp_test_server_empty),
        cmocka_unit_test_setup(members_of_sorted_sets_come_and_go, dp_test_server_empty),
        cmocka_unit_test_setup(a_hash_is_replaced_as_a_whole, dp_test_server_empty),
        cmocka_unit_test_setup(any_bytes_may_be_in_an_id, dp_test_server_empty),
        cmocka_unit_test_setup(one_message_names_the_changed_scopes, dp_test_server_empty),
        cmocka_unit_test_setup(nothing_to_write_is_a_flush, dp_test_server_empty),
        cmocka_unit_test_setup(one_flush_at_a_time, dp_test_server_empty),
        cmocka_unit_test_setup(no_reader_sees_half_a_hash, dp_test_server_empty),
        cmocka_unit_test_setup(a_large_flush_is_taken_as_fast_as_it_is_answered,
                               dp_test_server_empty),
        cmocka_unit_test_setup(out_of_memory_fails_the_flush, dp_test_server_empty),
        cmocka_unit_test_setup(a_key_of_another_type_fails_the_flush_and_the_rest_is_written,
                               dp_test_server_empty),
        cmocka_unit_test_setup(an_error_inside_exec_fails_the_flush, dp_test_server_empty),
        cmocka_unit_test_setup(who_may_not_restore_writes_field_by_field, dp_test_server_empty),
        cmocka_unit_test_setup(a_replica_is_left_for_the_server_that_the_name_stands_for_now,
                               dp_test_server_empty),
    };
    return cmocka_run_group_tests(tests, dp_test_server_start, dp_test_server_stop);
}
