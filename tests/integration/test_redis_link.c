/* How the sink's connection is made, kept and lost. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "redis_server.h"
#include "sink_owner.h"

static void a_killed_server_is_found_again(void **state)
{
    (void)state;
    struct dp_test_owner owner;
    dp_test_own_up(&owner, &dp_test_server);
    owner.made_count = 50000;
    owner.made_fields = 10;
    dp_test_start_flush(&owner);
    dp_test_turn_for(&owner, 20);
    dp_test_redis_kill(&dp_test_server);
    dp_test_wait_for(&owner, &owner.downs, 1);
    assert_int_equal(owner.flushed, 1);
    assert_int_equal(owner.failed, 1);
    assert_false(dp_redis_sink_is_up(owner.sink));
    assert_false(dp_redis_sink_flush(owner.sink, dp_test_next_entry, &owner));
    dp_test_wait_for(&owner, &owner.downs, 3);
    assert_string_equal(owner.reason, "Connection refused");
    dp_test_redis_start(&dp_test_server, NULL);
    dp_test_wait_for(&owner, &owner.ups, 2);
    dp_test_start_flush(&owner);
    dp_test_wait_for(&owner, &owner.flushed, 2);
    assert_int_equal(owner.failed, 1);
    redisContext *context = dp_test_redis_connect(&dp_test_server);
    dp_test_assert_reply(context, "50000", "DBSIZE");
    redisFree(context);
    dp_test_disown(&owner);
}

static void a_server_that_loads_its_data_is_waited_for(void **state)
{
    (void)state;
    static const char *const slowly[] = {"--key-load-delay", "5000",
                                         "--loading-process-events-interval-bytes", "1024", NULL};
    struct dp_test_owner owner;
    dp_test_command(&dp_test_server, "EVAL %s 0",
                    "for i = 1, 300 do redis.call('SET', i, string.rep('x', 100)) end");
    dp_test_command(&dp_test_server, "SAVE");
    dp_test_redis_kill(&dp_test_server);
    dp_test_redis_start(&dp_test_server, slowly);
    dp_test_own(&owner, 0, "redis://127.0.0.1:%d", dp_test_server.port);
    dp_test_turn_for(&owner, 300);
    assert_int_equal(owner.ups, 0);
    dp_test_wait_for(&owner, &owner.ups, 1);
    assert_int_equal(owner.downs, 0);
    dp_test_disown(&owner);
    char dump[128];
    snprintf(dump, sizeof dump, "%s/dump.rdb", dp_test_server.dir);
    assert_int_equal(remove(dump), 0);
    dp_test_redis_kill(&dp_test_server);
    dp_test_redis_start(&dp_test_server, NULL);
}

static void a_password_is_needed_and_right(void **state)
{
    (void)state;
    struct dp_test_owner owner;
    dp_test_command(&dp_test_server, "ACL SETUSER dp on >let%%me:in ~* &* +@all");
    dp_test_command(&dp_test_server, "CONFIG SET requirepass secret");

    dp_test_own(&owner, 0, "redis://127.0.0.1:%d", dp_test_server.port);
    dp_test_wait_for(&owner, &owner.downs, 2);
    assert_non_null(strstr(owner.reason, "NOAUTH"));
    dp_test_disown(&owner);

    dp_test_own(&owner, 0, "redis://:wrong@127.0.0.1:%d", dp_test_server.port);
    dp_test_wait_for(&owner, &owner.downs, 2);
    assert_non_null(strstr(owner.reason, "WRONGPASS"));
    dp_test_disown(&owner);

    dp_test_own(&owner, 0, "redis://:secret@127.0.0.1:%d", dp_test_server.port);
    dp_test_wait_for(&owner, &owner.ups, 1);
    assert_int_equal(owner.downs, 0);
    dp_test_disown(&owner);

    dp_test_own(&owner, 0, "redis://dp:let%%25me%%3Ain@127.0.0.1:%d/1", dp_test_server.port);
    dp_test_wait_for(&owner, &owner.ups, 1);
    assert_int_equal(owner.downs, 0);
    dp_test_disown(&owner);

    redisContext *context = dp_test_redis_connect(&dp_test_server);
    dp_test_assert_reply(context, "OK", "AUTH secret");
    dp_test_assert_reply(context, "OK", "CONFIG SET requirepass %s", "");
    redisFree(context);
    dp_test_command(&dp_test_server, "ACL DELUSER dp");
}

static void a_user_who_may_not_is_told(void **state)
{
    (void)state;
    struct dp_test_owner owner;
    dp_test_command(
        &dp_test_server,
        "ACL SETUSER dp on >pw ~dp:* &dp:* +ping +multi +exec +del +pexpire +publish +sadd +srem");
    dp_test_own(&owner, 0, "redis://dp:pw@127.0.0.1:%d", dp_test_server.port);
    dp_test_wait_for(&owner, &owner.ups, 1);
    owner.made_count = owner.made_fields = 1;
    dp_test_start_flush(&owner);
    dp_test_wait_for(&owner, &owner.flushed, 1);
    assert_int_equal(owner.failed, 1);
    dp_test_command(&dp_test_server, "ACL SETUSER dp +hset");
    dp_test_start_flush(&owner);
    dp_test_wait_for(&owner, &owner.flushed, 2);
    assert_int_equal(owner.failed, 1);
    dp_test_disown(&owner);
    dp_test_command(&dp_test_server, "ACL DELUSER dp");
}

static void a_unix_socket_and_a_database(void **state)
{
    (void)state;
    struct dp_test_owner owner;
    dp_test_own(&owner, 0, "unix://%s?db=3", dp_test_server.socket);
    dp_test_wait_for(&owner, &owner.ups, 1);
    owner.made_count = owner.made_fields = 2;
    dp_test_start_flush(&owner);
    dp_test_wait_for(&owner, &owner.flushed, 1);
    redisContext *context = dp_test_redis_connect(&dp_test_server);
    dp_test_assert_reply(context, "0", "DBSIZE");
    dp_test_assert_reply(context, "OK", "SELECT 3");
    dp_test_assert_reply(context, "2", "DBSIZE");
    redisFree(context);
    dp_test_disown(&owner);

    dp_test_own(&owner, 0, "unix://%s.not", dp_test_server.socket);
    dp_test_wait_for(&owner, &owner.downs, 2);
    assert_string_equal(owner.reason, "No such file or directory");
    dp_test_disown(&owner);

    dp_test_own(&owner, 0, "redis://127.0.0.1:%d/999", dp_test_server.port);
    dp_test_wait_for(&owner, &owner.downs, 1);
    assert_non_null(strstr(owner.reason, "DB index"));
    dp_test_disown(&owner);
}

static void a_name_is_looked_up(void **state)
{
    (void)state;
    struct dp_test_owner owner;
    dp_test_own(&owner, 0, "redis://localhost:%d", dp_test_server.port);
    dp_test_wait_for(&owner, &owner.ups, 1);
    assert_int_equal(owner.downs, 0);
    dp_test_disown(&owner);

    /* Too long a label for a name: nobody is asked. */
    char label[71] = "";
    memset(label, 'a', sizeof label - 1);
    dp_test_own(&owner, 0, "redis://%s", label);
    dp_test_wait_for(&owner, &owner.downs, 1);
    assert_non_null(strstr(owner.reason, "the host is unknown"));
    dp_test_disown(&owner);
}

static void a_server_that_never_answers_is_given_up(void **state)
{
    (void)state;
    struct dp_test_owner owner;
    int port, listener = dp_test_silent_server(&port);
    dp_test_own(&owner, 200, "redis://127.0.0.1:%d", port);
    dp_test_wait_for(&owner, &owner.downs, 2);
    assert_int_equal(owner.ups, 0);
    assert_string_equal(owner.reason, "no reply in time while signing in");
    dp_test_disown(&owner);
    close(listener);
}

static void a_server_that_stops_answering_is_given_up(void **state)
{
    (void)state;
    struct dp_test_owner owner;
    dp_test_own(&owner, 300, "redis://127.0.0.1:%d", dp_test_server.port);
    dp_test_wait_for(&owner, &owner.ups, 1);
    dp_test_turn_for(&owner, 500); /* silence is right while nothing is asked */
    assert_int_equal(owner.downs, 0);
    owner.made_count = owner.made_fields = 1;
    kill(dp_test_server.pid, SIGSTOP);
    dp_test_start_flush(&owner);
    dp_test_wait_for(&owner, &owner.downs, 1);
    kill(dp_test_server.pid, SIGCONT);
    assert_string_equal(owner.reason, "no reply in time");
    assert_int_equal(owner.failed, 1);
    dp_test_wait_for(&owner, &owner.ups, 2);
    dp_test_disown(&owner);
}

/* Nothing may be touched or leaked afterwards; the sanitizers watch. */
static void a_sink_can_be_closed_at_any_moment(void **state)
{
    (void)state;
    struct dp_test_owner owner;
    for (unsigned turns = 0; turns < 6; turns++) { /* resolving, connecting, signing in, up */
        dp_test_own(&owner, 0, "redis://localhost:%d", dp_test_server.port);
        for (unsigned i = 0; i < turns; i++)
            uv_run(&owner.loop, UV_RUN_ONCE);
        dp_test_disown(&owner);
    }
    dp_test_own_up(&owner, &dp_test_server); /* within a flush */
    owner.made_count = owner.made_fields = 10;
    dp_test_start_flush(&owner);
    dp_test_disown(&owner);

    dp_test_own(&owner, 0, "redis://127.0.0.1:%d",
                dp_test_server.port); /* from within each event */
    owner.close_when_told = true;
    dp_test_wait_for(&owner, &owner.ups, 1);
    dp_test_disown(&owner);
    dp_test_own_up(&owner, &dp_test_server);
    owner.made_count = owner.made_fields = 10;
    owner.close_when_told = true;
    dp_test_start_flush(&owner);
    dp_test_wait_for(&owner, &owner.flushed, 1);
    dp_test_disown(&owner);
    dp_test_own_up(&owner, &dp_test_server);
    owner.close_when_told = true;
    dp_test_command(&dp_test_server, "CLIENT KILL TYPE normal");
    dp_test_wait_for(&owner, &owner.downs, 1);
    dp_test_disown(&owner);
    dp_test_own_up(&owner, &dp_test_server);
    owner.made_count = owner.made_fields = 10;
    dp_test_start_flush(&owner);
    owner.close_when_told = true;
    kill(dp_test_server.pid, SIGSTOP);
    dp_test_turn_for(&owner, 10);
    dp_test_redis_kill(&dp_test_server);
    dp_test_wait_for(&owner, &owner.flushed, 1);
    assert_int_equal(owner.downs, 0);
    dp_test_disown(&owner);
    dp_test_redis_start(&dp_test_server, NULL);
}

static void build_has_no_tls(void)
{
    static const struct dp_redis_sink_events events = {.up = NULL};
    struct dp_redis_sink_options options = {.url = "rediss://localhost", .prefix = "dp"};
    uv_loop_t loop;
    char error[256] = "";
    uv_loop_init(&loop);
    struct dp_redis_sink *sink =
        dp_redis_sink_create(&loop, &options, &events, NULL, error, sizeof error);
    if (sink)
        dp_redis_sink_close(sink);
    else
        assert_string_equal(error, "this build has no TLS for Redis: build it with hiredis_ssl");
    uv_run(&loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&loop), 0);
    if (!sink)
        skip();
}

static void tls_wants_a_certificate_that_is_trusted_and_the_hosts(void **state)
{
    (void)state;
    struct dp_test_owner owner;
    char line[512], certificate[128], key[128], port_text[16];
    int port;
    build_has_no_tls();
    snprintf(certificate, sizeof certificate, "%s/cert.pem", dp_test_server.dir);
    snprintf(key, sizeof key, "%s/key.pem", dp_test_server.dir);
    snprintf(line, sizeof line,
             "openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=localhost -addext "
             "subjectAltName=DNS:localhost -keyout %s -out %s 2>/dev/null",
             key, certificate);
    assert_int_equal(system(line), 0);
    close(dp_test_silent_server(&port));
    snprintf(port_text, sizeof port_text, "%d", port);
    dp_test_redis_kill(&dp_test_server);
    dp_test_redis_start(&dp_test_server,
                        (const char *[]){"--tls-port", port_text, "--tls-cert-file", certificate,
                                         "--tls-key-file", key, "--tls-auth-clients", "no", NULL});

    dp_test_own(&owner, 0, "rediss://localhost:%d", port);
    dp_test_wait_for(&owner, &owner.downs, 1);
    assert_non_null(strstr(owner.reason, "certificate is refused: self"));
    dp_test_disown(&owner);

    setenv("SSL_CERT_FILE", certificate, 1);
    dp_test_own(&owner, 0, "rediss://localhost:%d", port);
    dp_test_wait_for(&owner, &owner.ups, 1);
    owner.made_count = 5000;
    owner.made_fields = 10;
    dp_test_start_flush(&owner);
    dp_test_wait_for(&owner, &owner.flushed, 1);
    assert_int_equal(owner.failed + owner.downs, 0);
    dp_test_disown(&owner);

    dp_test_own(&owner, 0, "rediss://127.0.0.1:%d", port);
    dp_test_wait_for(&owner, &owner.downs, 1);
    assert_non_null(strstr(owner.reason, "certificate is refused: IP address mismatch"));
    dp_test_disown(&owner);

    int silent, listener = dp_test_silent_server(&silent);
    dp_test_own(&owner, 300, "rediss://localhost:%d", silent); /* where TLS is not spoken */
    dp_test_wait_for(&owner, &owner.downs, 1);
    assert_string_equal(owner.reason, "no reply in time while signing in");
    dp_test_disown(&owner);
    close(listener);
    unsetenv("SSL_CERT_FILE");
    dp_test_redis_kill(&dp_test_server);
    dp_test_redis_start(&dp_test_server, NULL);
}

static void wrong_options_are_told(void **state)
{
    (void)state;
    static const struct dp_redis_sink_events events = {.up = NULL};
    struct dp_redis_sink_options options = {.url = "redis://h:x", .prefix = "dp"};
    uv_loop_t loop;
    char error[256] = "";
    uv_loop_init(&loop);
    assert_null(dp_redis_sink_create(&loop, &options, &events, NULL, error, sizeof error));
    assert_non_null(strstr(error, "port"));
    assert_int_equal(uv_loop_close(&loop), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_killed_server_is_found_again, dp_test_server_empty),
        cmocka_unit_test_setup(a_server_that_loads_its_data_is_waited_for, dp_test_server_empty),
        cmocka_unit_test_setup(a_password_is_needed_and_right, dp_test_server_empty),
        cmocka_unit_test_setup(a_user_who_may_not_is_told, dp_test_server_empty),
        cmocka_unit_test_setup(a_unix_socket_and_a_database, dp_test_server_empty),
        cmocka_unit_test_setup(a_name_is_looked_up, dp_test_server_empty),
        cmocka_unit_test_setup(a_server_that_never_answers_is_given_up, dp_test_server_empty),
        cmocka_unit_test_setup(a_server_that_stops_answering_is_given_up, dp_test_server_empty),
        cmocka_unit_test_setup(a_sink_can_be_closed_at_any_moment, dp_test_server_empty),
        cmocka_unit_test_setup(tls_wants_a_certificate_that_is_trusted_and_the_hosts,
                               dp_test_server_empty),
        cmocka_unit_test_setup(wrong_options_are_told, dp_test_server_empty),
    };
    return cmocka_run_group_tests(tests, dp_test_server_start, dp_test_server_stop);
}
