/* Only the owner of the state writes figures, and what they stand for stands beside them. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "redis_server.h"
#include "sink_owner.h"

/* What the figures stand for: the number of the entry that was given last. */
static struct dp_str shown(void *ctx)
{
    static char text[32];
    struct dp_test_owner *owner = ctx;
    if (owner->given > owner->made_count)
        return DP_STR("nothing");
    return (struct dp_str){text, (size_t)snprintf(text, sizeof text, "%zu", owner->given)};
}

static void fence(struct dp_test_owner *owner, const char *token)
{
    struct dp_redis_fence made = {.owner_key = "dp:state:owner",
                                  .token = token,
                                  .shown_key = "dp:state:shown",
                                  .shown = shown,
                                  .ctx = owner};
    dp_redis_sink_set_fence(owner->sink, &made);
}

static void own_with(struct dp_test_owner *owner, size_t count)
{
    dp_test_own_up(owner, &dp_test_server);
    owner->made_count = count;
    owner->made_fields = 10;
    owner->made_value = 1;
    fence(owner, "1:a");
}

static void the_owner_writes(void **state)
{
    (void)state;
    struct dp_test_owner owner;
    dp_test_command(&dp_test_server, "SET dp:state:owner 1:a");
    own_with(&owner, 801);
    dp_test_flush_list(&owner, NULL, 0);
    dp_test_flush_list(&owner, NULL, 0);
    assert_int_equal(owner.failed + owner.fenced, 0);
    redisContext *context = dp_test_redis_connect(&dp_test_server);
    dp_test_assert_reply(context, "803", "DBSIZE");
    dp_test_assert_reply(context, "801", "GET dp:state:shown"); /* with the last transaction */
    redisFree(context);
    dp_test_disown(&owner);
}

static void nobody_else_does(void **state)
{
    (void)state;
    struct dp_test_owner owner;
    dp_test_command(&dp_test_server, "SET dp:state:owner 2:b");
    own_with(&owner, 10);
    dp_test_flush_list(&owner, NULL, 0);
    assert_int_equal(owner.failed, 1);
    assert_int_equal(owner.fenced, 1);
    dp_test_command(&dp_test_server, "DEL dp:state:owner");
    dp_test_flush_list(&owner, NULL, 0);
    assert_int_equal(owner.fenced, 2);
    redisContext *context = dp_test_redis_connect(&dp_test_server);
    dp_test_assert_reply(context, "0", "DBSIZE");
    redisFree(context);
    fence(&owner, "3:c");
    dp_test_command(&dp_test_server, "SET dp:state:owner 3:c");
    dp_test_flush_list(&owner, NULL, 0);
    assert_int_equal(owner.failed, 2);
    dp_test_disown(&owner);
}

/* The new owner writes a key of its own at the moment it takes over; whatever the old one still
 * sends, it stays. */
static void who_is_replaced_in_a_flush_writes_no_more_of_it(void **state)
{
    (void)state;
    for (unsigned turn = 0; turn < 20; turn++) {
        struct dp_test_owner owner;
        dp_test_command(&dp_test_server, "FLUSHALL");
        dp_test_command(&dp_test_server, "SET dp:state:owner 1:a");
        own_with(&owner, 20000);
        dp_test_start_flush(&owner);
        dp_test_turn_for(&owner, turn);
        redisContext *context = dp_test_redis_connect(&dp_test_server);
        redisAppendCommand(context, "MULTI");
        redisAppendCommand(context, "SET dp:state:owner 2:b");
        redisAppendCommand(context, "DBSIZE");
        redisAppendCommand(context, "EXEC");
        long long size = -1;
        for (int i = 0; i < 4; i++) {
            redisReply *reply;
            assert_int_equal(redisGetReply(context, (void **)&reply), REDIS_OK);
            if (i == 3)
                size = reply->element[1]->integer;
            freeReplyObject(reply);
        }
        dp_test_wait_for(&owner, &owner.flushed, 1);
        char expected[24];
        snprintf(expected, sizeof expected, "%lld", size);
        dp_test_assert_reply(context, expected, "DBSIZE");
        assert_int_equal(owner.failed, 1);
        redisFree(context);
        dp_test_disown(&owner);
    }
}

/* What the owner knows from then on is nothing: that does not stand beside the figures that were
 * written, and their message still comes. */
static void who_drops_all_in_a_flush_leaves_what_the_figures_stand_for(void **state)
{
    (void)state;
    struct dp_test_owner owner;
    dp_test_command(&dp_test_server, "SET dp:state:owner 1:a");
    redisContext *context = dp_test_redis_connect(&dp_test_server);
    redisContext *listener = dp_test_redis_connect(&dp_test_server);
    freeReplyObject(redisCommand(listener, "SUBSCRIBE dp:updates"));
    own_with(&owner, 20000);
    dp_test_start_flush(&owner);
    while (!owner.given)
        uv_run(&owner.loop, UV_RUN_ONCE);
    owner.made_count = 0;
    dp_test_wait_for(&owner, &owner.flushed, 1);
    assert_int_equal(owner.failed, 0);
    assert_int_equal(owner.given, DP_REDIS_SINK_ENTRIES);
    dp_test_assert_reply(context, "1", "GET dp:state:shown");
    redisReply *reply = NULL;
    assert_int_equal(redisGetReply(listener, (void **)&reply), REDIS_OK);
    assert_memory_equal(reply->element[2]->str, "agent:agent-0\n", sizeof "agent:agent-0");
    freeReplyObject(reply);
    redisFree(listener);
    redisFree(context);
    dp_test_disown(&owner);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(the_owner_writes, dp_test_server_empty),
        cmocka_unit_test_setup(nobody_else_does, dp_test_server_empty),
        cmocka_unit_test_setup(who_is_replaced_in_a_flush_writes_no_more_of_it,
                               dp_test_server_empty),
        cmocka_unit_test_setup(who_drops_all_in_a_flush_leaves_what_the_figures_stand_for,
                               dp_test_server_empty),
    };
    return cmocka_run_group_tests(tests, dp_test_server_start, dp_test_server_stop);
}
