/* The saved state on a real Redis: what was committed is what is read, and nobody but the owner
 * commits, whatever becomes of the server meanwhile. */
#include "sink/redis_state.h"

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

#define WAIT_MS 10000

struct owner {
    uv_loop_t loop;
    uv_timer_t tick;
    struct dp_redis_state *state;
    unsigned ups, claimed, found, read, committed, refused, unreadable;
    enum dp_state_refusal refusal;
    struct dp_state_commit commit; /* the last that was seen, without its texts */
    char positions[64], shown[64], why[512];
    char *bytes; /* of all frames read, and how many they were */
    size_t len;
    unsigned frames;
    const struct dp_state_also *also; /* of the next commits */
};

static void on_up(void *ctx)
{
    ((struct owner *)ctx)->ups++;
}

static void on_down(void *ctx, const char *reason)
{
    (void)ctx;
    (void)reason;
}

static void keep(struct owner *owner, const struct dp_state_commit *commit)
{
    owner->commit = *commit;
    snprintf(owner->positions, sizeof owner->positions, "%s", commit->positions);
}

static void on_claimed(void *ctx, const struct dp_state_commit *commit, struct dp_str shown)
{
    struct owner *owner = ctx;
    keep(owner, commit);
    snprintf(owner->shown, sizeof owner->shown, "%.*s", (int)shown.len, shown.len ? shown.p : "");
    owner->claimed++;
}

static void on_found(void *ctx, const struct dp_state_commit *commit)
{
    struct owner *owner = ctx;
    keep(owner, commit);
    owner->found++;
}

static bool on_frame(void *ctx, const struct dp_state_frame *frame)
{
    struct owner *owner = ctx;
    owner->bytes = realloc(owner->bytes, owner->len + frame->len + 1);
    memcpy(owner->bytes + owner->len, frame->bytes, frame->len);
    owner->len += frame->len;
    owner->frames++;
    return true;
}

static void on_read(void *ctx)
{
    ((struct owner *)ctx)->read++;
}

static void on_committed(void *ctx)
{
    ((struct owner *)ctx)->committed++;
}

static void on_refused(void *ctx, enum dp_state_refusal refusal)
{
    struct owner *owner = ctx;
    owner->refusal = refusal;
    owner->refused++;
}

static void on_unreadable(void *ctx, const char *text)
{
    struct owner *owner = ctx;
    snprintf(owner->why, sizeof owner->why, "%s", text);
    owner->unreadable++;
}

static void on_tick(uv_timer_t *tick)
{
    (void)tick;
}

static void wait_for(struct owner *owner, const unsigned *counter, unsigned count)
{
    uint64_t end = uv_hrtime() + WAIT_MS * UINT64_C(1000000);
    while (*counter < count && uv_hrtime() < end)
        uv_run(&owner->loop, UV_RUN_ONCE);
    assert_int_equal(*counter, count);
}

static void turn_for(struct owner *owner, unsigned ms)
{
    uint64_t end = uv_hrtime() + ms * UINT64_C(1000000);
    while (uv_hrtime() < end)
        uv_run(&owner->loop, UV_RUN_ONCE);
}

static void open_state(struct owner *owner)
{
    static const struct dp_redis_state_events events = {.up = on_up,
                                                        .down = on_down,
                                                        .claimed = on_claimed,
                                                        .found = on_found,
                                                        .frame = on_frame,
                                                        .read = on_read,
                                                        .committed = on_committed,
                                                        .refused = on_refused,
                                                        .unreadable = on_unreadable};
    char url[64], error[256] = "";
    snprintf(url, sizeof url, "redis://127.0.0.1:%d", dp_test_server.port);
    memset(owner, 0, sizeof *owner);
    uv_loop_init(&owner->loop);
    uv_timer_init(&owner->loop, &owner->tick);
    uv_timer_start(&owner->tick, on_tick, 2, 2);
    struct dp_redis_state_options options = {url, "dp"};
    owner->state =
        dp_redis_state_create(&owner->loop, &options, &events, owner, error, sizeof error);
    assert_non_null(owner->state);
    wait_for(owner, &owner->ups, 1);
}

static void close_state(struct owner *owner)
{
    dp_redis_state_close(owner->state);
    uv_close((uv_handle_t *)&owner->tick, NULL);
    uv_run(&owner->loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&owner->loop), 0);
    free(owner->bytes);
}

static void claim(struct owner *owner)
{
    dp_redis_state_claim(owner->state);
    wait_for(owner, &owner->claimed, owner->claimed + 1);
}

/* `len` bytes that tell their place, so that none can stand for another. */
static char *make_bytes(size_t len, unsigned seed)
{
    char *bytes = malloc(len + 1);
    for (size_t i = 0; i < len; i++)
        bytes[i] = (char)((i * 2654435761u + seed) >> 13);
    return bytes;
}

static void start_commit(struct owner *owner, const char *bytes, size_t len, const char *positions)
{
    struct dp_state_commit commit = {.head = *dp_redis_state_head(owner->state),
                                     .t_ms = 1764000000000,
                                     .positions = positions,
                                     .aggregator = "accepted=1",
                                     .pipeline = "consumed=1"};
    dp_redis_state_commit(owner->state, &commit, bytes, len, owner->also);
}

static void commit(struct owner *owner, const char *bytes, size_t len, const char *positions)
{
    start_commit(owner, bytes, len, positions);
    wait_for(owner, &owner->committed, owner->committed + 1);
}

static void read_all(struct owner *owner)
{
    owner->len = owner->frames = 0;
    struct dp_state_place tail = owner->commit.tail;
    dp_redis_state_read(owner->state, &owner->commit.head, &tail);
    wait_for(owner, &owner->read, owner->read + 1);
}

static void what_was_committed_is_what_is_read(void **state)
{
    (void)state;
    static const size_t sizes[] = {0, 1, 1000, 3000000, 5, 1048576 - 40, 1048576, 262144, 7};
    enum { FRAMES = sizeof sizes / sizeof *sizes };
    struct owner a, b;
    char *expected = malloc(8000000);
    size_t len = 0;
    open_state(&a);
    claim(&a);
    assert_int_equal(a.commit.tail.number, 0);
    assert_string_equal(a.shown, "");
    for (unsigned i = 0; i < FRAMES; i++) {
        char *bytes = make_bytes(sizes[i], i), positions[32];
        snprintf(positions, sizeof positions, "a/0=%u:1", i);
        commit(&a, bytes, sizes[i], positions);
        memcpy(expected + len, bytes, sizes[i]);
        len += sizes[i];
        free(bytes);
    }
    open_state(&b);
    dp_redis_state_look(b.state);
    wait_for(&b, &b.found, 1);
    assert_int_equal(b.commit.tail.number, FRAMES);
    assert_string_equal(b.positions, "a/0=8:1");
    read_all(&b);
    assert_int_equal(b.frames, FRAMES);
    assert_int_equal(b.len, len);
    assert_memory_equal(b.bytes, expected, len);
    /* A block is as large as it may become from the start. */
    redisContext *context = dp_test_redis_connect(&dp_test_server);
    dp_test_assert_reply(context, "1048576", "STRLEN dp:state:log:0");
    dp_test_assert_reply(context, "8", "DBSIZE"); /* 6 blocks, the owner and the record */
    redisFree(context);
    free(expected);
    close_state(&a);
    close_state(&b);
}

static void who_was_replaced_commits_no_more(void **state)
{
    (void)state;
    struct owner a, b;
    open_state(&a);
    claim(&a);
    commit(&a, "one", 3, "a/0=1:1");
    open_state(&b);
    claim(&b);
    assert_int_equal(b.commit.tail.number, 1);
    assert_true(strtoull(dp_redis_state_token(b.state), NULL, 10) >
                strtoull(dp_redis_state_token(a.state), NULL, 10));
    char *large = make_bytes(2000000, 1);
    start_commit(&a, large, 2000000, "a/0=2:1");
    wait_for(&a, &a.refused, 1);
    assert_int_equal(a.refusal, DP_STATE_FENCED);
    commit(&b, "two", 3, "a/0=2:1");
    dp_redis_state_look(a.state);
    wait_for(&a, &a.found, 1);
    read_all(&a);
    assert_int_equal(a.len, 6);
    assert_memory_equal(a.bytes, "onetwo", 6);
    free(large);
    close_state(&a);
    close_state(&b);
}

/* The server sleeps while the first transactions of a large commit are under way, and meanwhile
 * somebody else becomes the owner. */
static void who_is_replaced_while_it_commits_does_not_end_it(void **state)
{
    (void)state;
    struct owner a, b;
    open_state(&a);
    open_state(&b);
    claim(&a);
    char *large = make_bytes(20000000, 1);
    start_commit(&a, large, 20000000, "a/0=2:1");
    turn_for(&a, 5);
    assert_int_equal(a.committed, 0);
    claim(&b);
    wait_for(&a, &a.refused, 1);
    assert_int_equal(a.refusal, DP_STATE_FENCED);
    assert_int_equal(a.committed, 0);
    commit(&b, "b", 1, "a/0=1:1");
    dp_redis_state_look(b.state);
    wait_for(&b, &b.found, 1);
    read_all(&b);
    assert_memory_equal(b.bytes, "b", 1);
    free(large);
    close_state(&a);
    close_state(&b);
}

static void a_commit_whose_reply_is_lost_counts_once(void **state)
{
    (void)state;
    struct owner a;
    char *bytes = make_bytes(3000000, 1);
    open_state(&a);
    claim(&a);
    for (unsigned i = 0; i < 6; i++) {
        start_commit(&a, bytes, 3000000 / (i + 1), "a/0=1:1");
        turn_for(&a, 1 + i);
        dp_test_command(&dp_test_server, "CLIENT KILL TYPE normal SKIPME yes");
        wait_for(&a, &a.ups, i + 2);
        wait_for(&a, &a.committed, i + 1);
    }
    assert_int_equal(a.refused, 0);
    dp_redis_state_look(a.state);
    wait_for(&a, &a.found, 1);
    assert_int_equal(a.commit.tail.number, 6);
    read_all(&a);
    assert_int_equal(a.frames, 6);
    free(bytes);
    close_state(&a);
}

static void a_server_that_forgot_commits_is_noticed(void **state)
{
    (void)state;
    struct owner a;
    open_state(&a);
    claim(&a);
    commit(&a, "one", 3, "a/0=1:1");
    redisContext *context = dp_test_redis_connect(&dp_test_server);
    redisReply *dump = redisCommand(context, "DUMP dp:state:commit");
    commit(&a, "two", 3, "a/0=2:1");
    redisReply *reply =
        redisCommand(context, "RESTORE dp:state:commit 0 %b REPLACE", dump->str, (size_t)dump->len);
    assert_string_equal(reply->str, "OK");
    freeReplyObject(reply);
    freeReplyObject(dump);
    start_commit(&a, "three", 5, "a/0=3:1");
    wait_for(&a, &a.refused, 1);
    assert_int_equal(a.refusal, DP_STATE_REWOUND);

    claim(&a);
    dp_test_command(&dp_test_server, "FLUSHALL");
    start_commit(&a, "three", 5, "a/0=3:1");
    wait_for(&a, &a.refused, 2);
    assert_int_equal(a.refusal, DP_STATE_FENCED);
    redisFree(context);
    close_state(&a);
}

static void a_server_that_refuses_for_a_while_is_waited_for(void **state)
{
    (void)state;
    static const char *const troubles[][2] = {
        {"CONFIG SET maxmemory 1", "CONFIG SET maxmemory 0"},
        {"CONFIG SET min-replicas-to-write 3", "CONFIG SET min-replicas-to-write 0"},
        {"SET dp:state:log:0 x", "PING"}, /* of the wrong length: it is written over */
        {"REPLICAOF 127.0.0.1 1", "REPLICAOF NO ONE"},
    };
    struct owner a;
    open_state(&a);
    claim(&a);
    for (unsigned i = 0; i < 4; i++) {
        dp_test_command(&dp_test_server, troubles[i][0]);
        start_commit(&a, "bytes", 5, "a/0=1:1");
        turn_for(&a, 300);
        if (i != 2)
            assert_int_equal(a.committed, i);
        dp_test_command(&dp_test_server, troubles[i][1]);
        wait_for(&a, &a.committed, i + 1);
    }
    assert_int_equal(a.refused, 0);
    close_state(&a);
}

static void a_key_of_another_type_is_said_and_waited_for(void **state)
{
    (void)state;
    struct owner a;
    open_state(&a);
    claim(&a);
    dp_test_command(&dp_test_server, "SADD dp:state:log:0 x");
    start_commit(&a, "bytes", 5, "a/0=1:1");
    turn_for(&a, 300);
    assert_int_equal(a.committed, 0);
    dp_test_command(&dp_test_server, "DEL dp:state:log:0");
    wait_for(&a, &a.committed, 1);
    close_state(&a);
}

/* What is to be done with a commit is done once, and only with it. */
static void what_goes_with_a_commit_goes_once(void **state)
{
    (void)state;
    struct owner a;
    struct dp_resp resp = {0};
    struct dp_commands commands = {0};
    const char *words[][3] = {{"INCR", "dp:count"}, {"RPUSH", "dp:list", "x"}};
    for (size_t i = 0; i < 2; i++) {
        dp_resp_begin(&resp, i + 2);
        for (size_t n = 0; n < i + 2; n++)
            dp_resp_add(&resp, dp_str_from(words[i][n]));
        dp_commands_add(&commands, &resp);
    }
    const struct dp_state_key keys[] = {{"dp:count", "string"}, {"dp:list", "list"}};
    const struct dp_state_also also = {&commands, keys, 2};
    redisContext *context = dp_test_redis_connect(&dp_test_server);

    open_state(&a);
    claim(&a);
    a.also = &also;
    commit(&a, "bytes", 5, "a/0=1:1");
    commit(&a, "bytes", 5, "a/0=1:2");
    dp_test_assert_reply(context, "2", "GET dp:count");
    dp_test_assert_reply(context, "2", "LLEN dp:list");

    dp_test_command(&dp_test_server, "DEL dp:list");
    dp_test_command(&dp_test_server, "SADD dp:list y");
    start_commit(&a, "bytes", 5, "a/0=1:3");
    turn_for(&a, 500);
    assert_int_equal(a.committed, 2);
    dp_test_assert_reply(context, "2", "GET dp:count");
    dp_test_command(&dp_test_server, "DEL dp:list");
    wait_for(&a, &a.committed, 3);
    dp_test_assert_reply(context, "3", "GET dp:count");
    dp_test_assert_reply(context, "1", "LLEN dp:list");

    a.also = NULL;
    commit(&a, "bytes", 5, "a/0=1:4");
    dp_test_assert_reply(context, "3", "GET dp:count");
    redisFree(context);
    dp_commands_deinit(&commands);
    dp_resp_deinit(&resp);
    close_state(&a);
}

static void a_busy_script_is_waited_for(void **state)
{
    (void)state;
    struct owner a;
    redisContext *context = dp_test_redis_connect(&dp_test_server);
    open_state(&a);
    claim(&a);
    dp_test_command(&dp_test_server, "CONFIG SET lua-time-limit 50");
    redisAppendCommand(context, "EVAL %s 0", "while true do end");
    int done = 0;
    while (!done)
        redisBufferWrite(context, &done);
    turn_for(&a, 150);
    start_commit(&a, "bytes", 5, "a/0=1:1");
    turn_for(&a, 300);
    assert_int_equal(a.committed, 0);
    dp_test_command(&dp_test_server, "SCRIPT KILL");
    wait_for(&a, &a.committed, 1);
    redisFree(context);
    close_state(&a);
}

static void damage_is_told(void **state)
{
    (void)state;
    struct owner a;
    char other[32], *bytes = make_bytes(1500000, 1);
    open_state(&a);
    claim(&a);
    commit(&a, bytes, 1500000, "a/0=1:1");
    claim(&a);
    struct dp_state_place tail = a.commit.tail;
    dp_test_command(&dp_test_server, "SETRANGE dp:state:log:1 500 x");
    dp_redis_state_read(a.state, &a.commit.head, &tail);
    wait_for(&a, &a.unreadable, 1);
    assert_non_null(strstr(a.why, "damaged"));
    assert_non_null(strstr(a.why, "dp:state:*"));
    dp_test_command(&dp_test_server, "DEL dp:state:log:1");
    dp_redis_state_read(a.state, &a.commit.head, &tail);
    wait_for(&a, &a.unreadable, 2);
    assert_non_null(strstr(a.why, "missing"));
    dp_test_command(&dp_test_server, "HSET dp:state:commit v %d", DP_STATE_FORMAT + 1);
    dp_redis_state_claim(a.state);
    wait_for(&a, &a.unreadable, 3);
    snprintf(other, sizeof other, "format %d", DP_STATE_FORMAT + 1);
    assert_non_null(strstr(a.why, other));
    dp_test_command(&dp_test_server, "HDEL dp:state:commit v");
    dp_redis_state_claim(a.state);
    wait_for(&a, &a.unreadable, 4);
    dp_test_command(&dp_test_server, "HSET dp:state:commit v %d tail x", DP_STATE_FORMAT);
    dp_redis_state_look(a.state);
    wait_for(&a, &a.unreadable, 5);
    free(bytes);
    close_state(&a);
}

static void what_is_cut_off_goes(void **state)
{
    (void)state;
    struct owner a;
    char *bytes = make_bytes(1000000, 1);
    open_state(&a);
    claim(&a);
    for (unsigned i = 0; i < 5; i++) {
        struct dp_state_place head = *dp_redis_state_tail(a.state);
        struct dp_state_commit next = {
            .head = head, .positions = "", .aggregator = "", .pipeline = ""};
        dp_redis_state_commit(a.state, &next, bytes, 1000000, NULL);
        wait_for(&a, &a.committed, i + 1);
    }
    redisContext *context = dp_test_redis_connect(&dp_test_server);
    dp_test_assert_reply(context, "2", "EXISTS dp:state:log:3 dp:state:log:4");
    dp_test_assert_reply(context, "4", "DBSIZE");
    redisFree(context);
    claim(&a);
    read_all(&a);
    assert_int_equal(a.frames, 1);
    assert_memory_equal(a.bytes, bytes, 1000000);
    free(bytes);
    close_state(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(what_was_committed_is_what_is_read, dp_test_server_empty),
        cmocka_unit_test_setup(who_was_replaced_commits_no_more, dp_test_server_empty),
        cmocka_unit_test_setup(who_is_replaced_while_it_commits_does_not_end_it,
                               dp_test_server_empty),
        cmocka_unit_test_setup(a_commit_whose_reply_is_lost_counts_once, dp_test_server_empty),
        cmocka_unit_test_setup(a_server_that_forgot_commits_is_noticed, dp_test_server_empty),
        cmocka_unit_test_setup(a_server_that_refuses_for_a_while_is_waited_for,
                               dp_test_server_empty),
        cmocka_unit_test_setup(a_key_of_another_type_is_said_and_waited_for, dp_test_server_empty),
        cmocka_unit_test_setup(what_goes_with_a_commit_goes_once, dp_test_server_empty),
        cmocka_unit_test_setup(a_busy_script_is_waited_for, dp_test_server_empty),
        cmocka_unit_test_setup(damage_is_told, dp_test_server_empty),
        cmocka_unit_test_setup(what_is_cut_off_goes, dp_test_server_empty),
    };
    return cmocka_run_group_tests(tests, dp_test_server_start, dp_test_server_stop);
}
