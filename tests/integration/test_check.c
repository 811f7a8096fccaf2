/* `deskpulse check` as a user runs it: against a Redis of its own and the Kafka in DP_TEST_KAFKA.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "kafka_topic.h"
#include "redis_server.h"

#define EXIT_SKIP   77
#define NO_ANSWER_S 45 /* both servers silent: twice the bound of 10 s, and some */

static const char *brokers;
static char program[4096];
static struct dp_test_redis redis;
static char calls[100], dead[100];

/* What the last run said on both outputs, and how it ended. */
static char said[16384];
static int code;

/* Runs `deskpulse check` with what follows, which the shell takes apart. */
static void check(const char *fmt, ...)
{
    char command[8192];
    int used = snprintf(command, sizeof command, "'%s' check ", program);
    va_list args;
    va_start(args, fmt);
    used += vsnprintf(command + used, sizeof command - (size_t)used, fmt, args);
    va_end(args);
    snprintf(command + used, sizeof command - (size_t)used, " 2>&1");
    FILE *out = popen(command, "r");
    assert_non_null(out);
    said[fread(said, 1, sizeof said - 1, out)] = '\0';
    int status = pclose(out);
    assert_true(WIFEXITED(status));
    code = WEXITSTATUS(status);
}

/* With --connect, and both servers as they are; further options come after. */
static void check_servers(const char *options)
{
    check("--connect --set kafka.bootstrap.servers=%s --set kafka.topics=%s "
          "--set kafka.dead_letter_topic=%s --set kafka.control_topic=dp.check.control --set "
          "redis.url=redis://127.0.0.1:%d %s",
          brokers, calls, dead, redis.port, options);
}

static void assert_says(const char *text)
{
    if (!strstr(said, text))
        fail_msg("'%s' is not in:\n%s", text, said);
}

static void assert_says_not(const char *text)
{
    if (strstr(said, text))
        fail_msg("'%s' is in:\n%s", text, said);
}

static int set_up(void **state)
{
    (void)state;
    dp_test_redis_init(&redis);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    dp_test_redis_deinit(&redis);
    return 0;
}

static void test_says_what_the_configuration_means(void **state)
{
    (void)state;
    check("--set kafka.topics=a,b --set target.voice=15s --set window.lengths='1m 2h'");
    assert_int_equal(code, 0);
    assert_says("configuration: ok\n");
    assert_says("reads         a, b from Kafka at localhost:9092 as group deskpulse");
    assert_says("windows       1m 2h;");
    assert_says("voice 15s,");
}

static void test_names_the_file(void **state)
{
    (void)state;
    char path[] = "/tmp/deskpulse-check-XXXXXX";
    int file = mkstemp(path);
    const char text[] = "[queue \"billing\"]\ntarget.voice = 10s\n";
    assert_int_equal(write(file, text, sizeof text - 1), sizeof text - 1);
    close(file);
    check("-c %s", path);
    unlink(path);
    assert_int_equal(code, 0);
    assert_ptr_equal(strstr(said, path), said);
    assert_says(": ok\n");
    assert_says("queue \"billing\": voice 10s");
}

static void assert_wrong(const char *text)
{
    assert_int_equal(code, 2);
    assert_says(text);
    assert_ptr_equal(strchr(said, '\n'), said + strlen(said) - 1); /* one line */
}

static void test_refuses_a_wrong_configuration(void **state)
{
    (void)state;
    check("--set redis.flush_interval=1");
    assert_wrong("flush_interval");
    check("-c /nowhere/deskpulse.conf");
    assert_wrong("/nowhere/deskpulse.conf: cannot be opened");
    check("--set kafka.no.such.property=1");
    assert_wrong("no.such.property");
    check("--set kafka.acks=1"); /* each for itself is good, together with idempotence it is not */
    assert_wrong("acks");
    check("--set redis.url=http://localhost");
    assert_wrong("does not start with redis://");
}

static void test_refuses_wrong_use(void **state)
{
    (void)state;
    check("--conect");
    assert_wrong("unknown option '--conect'");
    check("deskpulse.conf");
    assert_wrong("'deskpulse.conf' is no option");
    check("-c");
    assert_wrong("wants a value");
}

static void test_all_is_well(void **state)
{
    (void)state;
    check_servers("");
    assert_int_equal(code, 0);
    assert_says_not("FAIL");
    assert_says_not("warn");
    assert_says("ok    Kafka at ");
    assert_says(": 3 partitions, offsets over 0 messages");
    assert_says("ok    group deskpulse may be used, has a position in 0 of 3 partitions");
    assert_says("ok    control topic dp.check.control is not there yet: run makes it");
    assert_says("ok    dead-letter topic ");
    assert_says("signed in, version ");
    assert_says("ok    hashes can be replaced in one step");
    assert_says("ok    members of sets can be added and removed");
    assert_says("ok    messages can be published");
    redisContext *context = dp_test_redis_connect(&redis);
    dp_test_assert_reply(context, "0", "DBSIZE"); /* nothing is left behind */
    redisFree(context);
}

static void test_control_topic_that_is_there(void **state)
{
    (void)state;
    char topic[128], options[256];
    dp_test_topic_name(topic, sizeof topic);
    dp_test_topic_create(brokers, topic, 1);
    snprintf(options, sizeof options, "--set kafka.control_topic=%s", topic);
    check_servers(options);
    assert_int_equal(code, 0);
    assert_says(": 1 partition\n");
    dp_test_topic_grow(brokers, topic, 2);
    check_servers(options);
    assert_says("has 2 partitions: make it anew with one");
}

static void test_facts_topic(void **state)
{
    (void)state;
    char topic[128], options[256];
    check_servers("--set kafka.facts_topic=dp.check.facts");
    assert_int_equal(code, 0);
    assert_says("facts         to dp.check.facts");
    assert_says("ok    facts topic dp.check.facts is not there yet: run makes it");

    dp_test_topic_name(topic, sizeof topic);
    dp_test_topic_create_with(brokers, topic, 2, "retention.ms", "864000000");
    snprintf(options, sizeof options, "--set kafka.facts_topic=%s", topic);
    check_servers(options);
    assert_int_equal(code, 0);
    assert_says("warn  facts topic ");
    assert_says("keeps facts for 10 days only");

    dp_test_topic_name(topic, sizeof topic);
    dp_test_topic_create_with(brokers, topic, 2, "retention.ms", "-1");
    snprintf(options, sizeof options, "--set kafka.facts_topic=%s", topic);
    check_servers(options);
    assert_says(": 2 partitions\n");

    dp_test_topic_name(topic, sizeof topic);
    dp_test_topic_create_with(brokers, topic, 2, "cleanup.policy", "compact");
    snprintf(options, sizeof options, "--set kafka.facts_topic=%s", topic);
    check_servers(options);
    assert_int_equal(code, 1);
    assert_says("is compacted, which loses facts");
}

static void test_missing_topics(void **state)
{
    (void)state;
    check_servers("--set kafka.topics=dp.not.there --set kafka.dead_letter_topic=dp.neither");
    assert_int_equal(code, 1);
    assert_says("FAIL  topic dp.not.there does not exist: create it with kafka-topics.sh");
    assert_says("--create --topic dp.not.there");
    assert_says("FAIL  dead-letter topic dp.neither does not exist");
    assert_says("ok    messages can be published"); /* the rest is checked all the same */
}

static void test_wrong_password(void **state)
{
    (void)state;
    dp_test_command(&redis, "CONFIG SET requirepass secret");
    check_servers("");
    assert_int_equal(code, 1);
    assert_says("FAIL  Redis at ");
    assert_says("NOAUTH");
    assert_says("put the password into redis.url");

    char options[128];
    snprintf(options, sizeof options, "--set redis.url=redis://:guess@127.0.0.1:%d", redis.port);
    check_servers(options);
    assert_int_equal(code, 1);
    assert_says("correct the user and password in redis.url");
    assert_says_not("guess"); /* a password is never shown */

    snprintf(options, sizeof options, "--set redis.url=redis://:secret@127.0.0.1:%d", redis.port);
    check_servers(options);
    assert_int_equal(code, 0);
    assert_says_not("secret");
}

static void test_missing_rights(void **state)
{
    (void)state;
    char options[128];
    dp_test_command(&redis,
                    "ACL SETUSER limited on >pw ~dp:* +ping +multi +exec +del +hset +sadd +srem "
                    "+zadd +zrem");
    snprintf(options, sizeof options, "--set redis.url=redis://limited:pw@127.0.0.1:%d",
             redis.port);
    check_servers(options);
    assert_int_equal(code, 1);
    assert_says("signed in, version ?"); /* INFO is not needed */
    assert_says("FAIL  hashes can be replaced in one step: NOPERM");
    assert_says("pexpire");
    assert_says("grant the user");
    assert_says("ok    members of sets can be added and removed");
    assert_says("FAIL  messages can be published: NOPERM");
}

#define RIGHTS                                                                                     \
    "+ping +select +multi +exec +watch +unwatch +del +get +set +getrange +setrange +restore +hset "         \
    "+hgetall +pexpire +sadd +srem +zadd +zrem +publish"

/* Those of alerts are wanted where there are rules alone. */
static void test_rights_of_alerts(void **state)
{
    (void)state;
    char path[] = "/tmp/deskpulse-check-XXXXXX", options[256];
    const char text[] = "[rule \"late\"]\nscope = contact\nwhen = waiting > 30s\n";
    int file = mkstemp(path);
    assert_int_equal(write(file, text, sizeof text - 1), sizeof text - 1);
    close(file);
    dp_test_command(&redis, "ACL SETUSER narrow on >pw ~dp:* &dp:* " RIGHTS);
    snprintf(options, sizeof options, "--set redis.url=redis://narrow:pw@127.0.0.1:%d", redis.port);
    check_servers(options);
    assert_int_equal(code, 0);
    assert_says("ok    the state can be saved and watched");
    assert_says_not("alerts can be noted");

    snprintf(options, sizeof options, "--set redis.url=redis://narrow:pw@127.0.0.1:%d -c %s",
             redis.port, path);
    static const char *const wanted[] = {"type", "xadd", "hdel", "hscan"};
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        check_servers(options);
        assert_int_equal(code, 1);
        assert_says("FAIL  alerts can be noted and told: NOPERM");
        assert_says(wanted[i]);
        dp_test_command(&redis, "ACL SETUSER narrow +%s", wanted[i]);
    }
    check_servers(options);
    assert_int_equal(code, 0);
    assert_says("ok    alerts can be noted and told");
    redisContext *context = dp_test_redis_connect(&redis);
    dp_test_assert_reply(context, "0", "DBSIZE");
    redisFree(context);
    unlink(path);
}

static void test_warns_of_eviction(void **state)
{
    (void)state;
    dp_test_command(&redis, "CONFIG SET maxmemory-policy allkeys-lru");
    check_servers("");
    assert_says_not("warn"); /* without a limit nothing is evicted */
    dp_test_command(&redis, "CONFIG SET maxmemory 100000000");
    check_servers("");
    assert_int_equal(code, 0);
    assert_says("warn  Redis may drop keys when it has used its 100000000 bytes (maxmemory-policy "
                "allkeys-lru)");
    dp_test_command(&redis, "CONFIG SET maxmemory-policy noeviction");
    check_servers("");
    assert_says_not("warn");
}

static void test_nobody_listens(void **state)
{
    (void)state;
    check(
        "--connect --set kafka.bootstrap.servers=127.0.0.1:1 --set redis.url=redis://127.0.0.1:1");
    assert_int_equal(code, 1);
    assert_says("FAIL  Kafka at 127.0.0.1:1 does not answer within 10 s");
    assert_says("Connection refused");
    assert_says("correct bootstrap.servers");
    assert_says("FAIL  Redis at 127.0.0.1:1/0: Connection refused: start Redis");
    assert_says_not("level="); /* the lines say it all */
}

static void test_nobody_answers(void **state)
{
    (void)state;
    int port;
    int listener = dp_test_silent_server(&port);
    time_t start = time(NULL);
    check(
        "--connect --set kafka.bootstrap.servers=127.0.0.1:%d --set redis.url=redis://127.0.0.1:%d",
        port, port);
    close(listener);
    assert_true(time(NULL) - start <= NO_ANSWER_S);
    assert_int_equal(code, 1);
    assert_says("does not answer within 10 s");
    assert_says("no reply in time while signing in");
}

static void find_program(void)
{
    char self[2048];
    ssize_t len = readlink("/proc/self/exe", self, sizeof self - 1);
    self[len < 0 ? 0 : len] = '\0';
    *strrchr(self, '/') = '\0';
    snprintf(program, sizeof program, "%s/../app/deskpulse", self);
}

int main(void)
{
    brokers = getenv("DP_TEST_KAFKA");
    if (!brokers || !*brokers)
        return EXIT_SKIP;
    find_program();
    dp_test_topic_name(calls, sizeof calls);
    dp_test_topic_name(dead, sizeof dead);
    dp_test_topic_create(brokers, calls, 3);
    dp_test_topic_create(brokers, dead, 1);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_says_what_the_configuration_means),
        cmocka_unit_test(test_names_the_file),
        cmocka_unit_test(test_refuses_a_wrong_configuration),
        cmocka_unit_test(test_refuses_wrong_use),
        cmocka_unit_test_setup_teardown(test_all_is_well, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_control_topic_that_is_there, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_facts_topic, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_missing_topics, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_wrong_password, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_missing_rights, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_rights_of_alerts, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_warns_of_eviction, set_up, tear_down),
        cmocka_unit_test(test_nobody_listens),
        cmocka_unit_test(test_nobody_answers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
