/* Leadership against the broker of DP_TEST_KAFKA. Started with arguments this program is a member
 * of the group by itself, in a process that the tests can stop and kill. */
#include "ingest/kafka_leadership.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "kafka_topic.h"
#include "kafka_watch.h"

#define SESSION_MS "6000" /* the least that a broker takes by default */

struct member {
    struct dp_kafka_leadership *leadership;
    int gained, lost, failures;
    int out; /* of a process by itself: a letter for each event */
};

static char control[128], group[128];
static uv_loop_t loop;
static uv_timer_t tick;

static void say(const struct member *member, char letter)
{
    if (member->out && write(member->out, &letter, 1) != 1)
        _exit(1);
}

static void on_gained(void *ctx)
{
    struct member *member = ctx;
    assert_true(dp_kafka_leadership_held(member->leadership));
    member->gained++;
    say(member, 'g');
}

static void on_lost(void *ctx)
{
    struct member *member = ctx;
    assert_false(dp_kafka_leadership_held(member->leadership));
    member->lost++;
    say(member, 'l');
}

static void on_failed(void *ctx, const char *text)
{
    struct member *member = ctx;
    member->failures++;
    print_error("%s\n", text);
}

static void join_at(struct member *member, const char *brokers)
{
    static const struct dp_kafka_leadership_events events = {on_gained, on_lost, on_failed};
    char error[512] = "";
    const struct dp_kafka_property properties[] = {
        {"bootstrap.servers", brokers}, {"group.id", group}, {"session.timeout.ms", SESSION_MS}};
    const struct dp_kafka_leadership_options options = {properties, 3, control};
    member->leadership =
        dp_kafka_leadership_create(&loop, &options, &events, member, error, sizeof error);
    assert_string_equal(error, "");
}

static void on_tick(uv_timer_t *timer)
{
    (void)timer;
}

static void begin(void)
{
    dp_test_topic_name(control, sizeof control);
    dp_test_topic_name(group, sizeof group);
    uv_loop_init(&loop);
    uv_timer_init(&loop, &tick);
    uv_timer_start(&tick, on_tick, 5, 5);
}

static void finish(void)
{
    uv_close((uv_handle_t *)&tick, NULL);
    uv_run(&loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&loop), 0);
}

static void run_for(uint64_t ms)
{
    uint64_t end_ns = uv_hrtime() + ms * 1000000u;
    while (uv_hrtime() < end_ns)
        uv_run(&loop, UV_RUN_ONCE);
}

/* Runs the loop until `*count` is `wanted`; returns the milliseconds that took. */
static int64_t run_until(const int *count, int wanted)
{
    uint64_t begun_ns = uv_hrtime();
    while (*count != wanted) {
        assert_true(uv_hrtime() - begun_ns < DP_TEST_PATIENCE_NS);
        uv_run(&loop, UV_RUN_ONCE);
    }
    return (int64_t)(uv_hrtime() - begun_ns) / 1000000;
}

static void expect_within(const char *what, int64_t ms, int64_t most)
{
    print_message("%s: %lld ms\n", what, (long long)ms);
    assert_in_range(ms, 0, most);
}

/* A process by itself ----------------------------------------------------------------------------
 */

static struct member alone;
static uv_signal_t ends;

static void on_end(uv_signal_t *handle, int number)
{
    (void)number;
    dp_kafka_leadership_close(alone.leadership, 5000);
    uv_close((uv_handle_t *)&tick, NULL);
    uv_close((uv_handle_t *)handle, NULL);
}

static int be_member(const char *name, const char *topic)
{
    begin();
    snprintf(group, sizeof group, "%s", name);
    snprintf(control, sizeof control, "%s", topic);
    alone.out = STDOUT_FILENO;
    uv_signal_init(&loop, &ends);
    uv_signal_start(&ends, on_end, SIGTERM);
    join_at(&alone, dp_test_brokers());
    uv_run(&loop, UV_RUN_DEFAULT);
    return uv_loop_close(&loop);
}

struct child {
    pid_t pid;
    int out;
};

static struct child start_child(void)
{
    int ends_of_pipe[2];
    assert_int_equal(pipe(ends_of_pipe), 0);
    struct child child = {fork(), ends_of_pipe[0]};
    if (child.pid == 0) {
        dup2(ends_of_pipe[1], STDOUT_FILENO);
        execl("/proc/self/exe", "member", group, control, (char *)NULL);
        _exit(127);
    }
    close(ends_of_pipe[1]);
    return child;
}

static void expect_letter(const struct child *child, char expected)
{
    char letter = 0;
    assert_int_equal(read(child->out, &letter, 1), 1);
    assert_int_equal(letter, expected);
}

/* It has been sent that signal. */
static void await_child(struct child *child, int number)
{
    int status;
    waitpid(child->pid, &status, 0);
    close(child->out);
    if (number == SIGTERM)
        assert_int_equal(status, 0);
}

/* Tests ------------------------------------------------------------------------------------------
 */

static void assert_committed(const char *topic, int64_t expected)
{
    char error[256];
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    rd_kafka_conf_set(conf, "bootstrap.servers", dp_test_brokers(), error, sizeof error);
    rd_kafka_conf_set(conf, "group.id", group, error, sizeof error);
    rd_kafka_t *rk = rd_kafka_new(RD_KAFKA_CONSUMER, conf, error, sizeof error);
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(list, topic, 1);
    assert_int_equal(rd_kafka_committed(rk, list, DP_TEST_PATIENCE_MS), 0);
    assert_int_equal(list->elems[0].offset, expected);
    rd_kafka_topic_partition_list_destroy(list);
    rd_kafka_consumer_close(rk);
    rd_kafka_destroy(rk);
}

static void test_stays_with_its_owner_and_passes_on_at_once(void **state)
{
    (void)state;
    char topic[128];
    struct member first = {0}, second = {0}, third = {0};
    struct dp_positions positions = {0};
    begin();
    dp_test_topic_name(topic, sizeof topic);
    dp_test_topic_create(dp_test_brokers(), topic, 3);
    join_at(&first, dp_test_brokers());
    expect_within("control topic made, and owned", run_until(&first.gained, 1), 8000);
    assert_int_equal(dp_test_topic_partitions(dp_test_brokers(), control), 1);
    join_at(&second, dp_test_brokers());
    join_at(&third, dp_test_brokers());
    run_for(6000);
    assert_true(dp_kafka_leadership_held(first.leadership));
    assert_int_equal(first.lost + second.gained + third.gained, 0);

    dp_positions_add(&positions, topic, 0, DP_POSITION_UNKNOWN, 0);
    dp_positions_add(&positions, topic, 1, 77, 5);
    dp_kafka_leadership_commit(first.leadership, &positions);
    dp_kafka_leadership_close(first.leadership, 5000);
    uint64_t closed_ns = uv_hrtime();
    while (second.gained + third.gained == 0 && uv_hrtime() - closed_ns < DP_TEST_PATIENCE_NS)
        uv_run(&loop, UV_RUN_ONCE);
    expect_within("taken over after a leave", (int64_t)(uv_hrtime() - closed_ns) / 1000000, 2000);
    assert_committed(topic, 77);
    run_for(3000);
    assert_int_equal(second.gained + third.gained, 1);
    assert_int_equal(first.lost + second.lost + third.lost, 0);
    dp_kafka_leadership_close(second.leadership, 5000);
    dp_kafka_leadership_close(third.leadership, 5000);
    dp_positions_deinit(&positions);
    finish();
}

static void test_rejoining(void **state)
{
    (void)state;
    struct member first = {0}, second = {0};
    begin();
    join_at(&first, dp_test_brokers());
    run_until(&first.gained, 1);
    dp_kafka_leadership_rejoin(first.leadership);
    assert_false(dp_kafka_leadership_held(first.leadership));
    expect_within("alone, gained again", run_until(&first.gained, 2), 8000);

    join_at(&second, dp_test_brokers());
    run_for(4000);
    /* Who has it gives it up, again and again: there is always exactly one in the end. */
    for (int i = 0; i < 5; i++) {
        bool is_first = dp_kafka_leadership_held(first.leadership);
        assert_true(is_first != dp_kafka_leadership_held(second.leadership));
        struct dp_kafka_leadership *owner = is_first ? first.leadership : second.leadership;
        dp_kafka_leadership_rejoin(owner);
        assert_false(dp_kafka_leadership_held(owner));
        if (i % 2)
            dp_kafka_leadership_rejoin(owner);
        run_for(4000);
    }
    assert_true(dp_kafka_leadership_held(first.leadership) !=
                dp_kafka_leadership_held(second.leadership));
    assert_int_equal(first.lost + second.lost, 0);
    assert_int_equal(first.failures + second.failures, 0);
    dp_kafka_leadership_close(first.leadership, 5000);
    dp_kafka_leadership_close(second.leadership, 5000);
    finish();
}

static void test_processes_that_end_and_die(void **state)
{
    (void)state;
    struct member standby = {0};
    static const struct {
        int number;
        const char *what;
        int64_t most_ms;
    } cases[] = {{SIGTERM, "taken over after SIGTERM", 2000},
                 {SIGKILL, "taken over after kill -9", 8000}};
    begin();
    for (int i = 0; i < 2; i++) {
        struct child child = start_child();
        expect_letter(&child, 'g');
        join_at(&standby, dp_test_brokers());
        run_for(3000);
        assert_int_equal(standby.gained, i);
        uint64_t begun_ns = uv_hrtime();
        kill(child.pid, cases[i].number);
        run_until(&standby.gained, i + 1);
        expect_within(cases[i].what, (int64_t)(uv_hrtime() - begun_ns) / 1000000, cases[i].most_ms);
        await_child(&child, cases[i].number);
        dp_kafka_leadership_close(standby.leadership, 5000);
    }
    finish();
}

static void test_stopped_process_hears_that_it_lost(void **state)
{
    (void)state;
    struct member standby = {0};
    begin();
    struct child child = start_child();
    expect_letter(&child, 'g');
    join_at(&standby, dp_test_brokers());
    run_for(2000);
    kill(child.pid, SIGSTOP);
    expect_within("taken over from a stopped process", run_until(&standby.gained, 1), 8000);
    uint64_t begun_ns = uv_hrtime();
    kill(child.pid, SIGCONT);
    expect_letter(&child, 'l');
    expect_within("which hears of it", (int64_t)(uv_hrtime() - begun_ns) / 1000000, 2000);
    run_for(3000);
    assert_true(dp_kafka_leadership_held(standby.leadership));
    assert_int_equal(standby.lost, 0);
    /* It stands by now, and takes over. */
    dp_kafka_leadership_close(standby.leadership, 5000);
    expect_letter(&child, 'g');
    kill(child.pid, SIGTERM);
    await_child(&child, SIGTERM);
    finish();
}

static void test_control_topic_with_more_partitions(void **state)
{
    (void)state;
    struct member first = {0}, second = {0};
    begin();
    dp_test_topic_create(dp_test_brokers(), control, 3);
    dp_test_log_capture();
    join_at(&first, dp_test_brokers());
    int64_t ms = run_until(&first.gained, 1);
    join_at(&second, dp_test_brokers());
    run_for(3000);
    int lines = dp_test_log_lines("more than one partition", control);
    dp_test_log_release();
    expect_within("control topic there, and owned", ms, 8000);
    assert_true(lines >= 1);
    assert_true(dp_kafka_leadership_held(first.leadership) !=
                dp_kafka_leadership_held(second.leadership));
    dp_kafka_leadership_close(first.leadership, 5000);
    dp_kafka_leadership_close(second.leadership, 5000);
    finish();
}

static void test_control_topic_is_deleted(void **state)
{
    (void)state;
    struct member member = {0};
    begin();
    join_at(&member, dp_test_brokers());
    run_until(&member.gained, 1);
    dp_test_topic_delete(dp_test_brokers(), control);
    uint64_t end_ns = uv_hrtime() + DP_TEST_PATIENCE_NS;
    while (dp_test_topic_partitions(dp_test_brokers(), control) == 0 && uv_hrtime() < end_ns)
        run_for(500);
    assert_int_equal(dp_test_topic_partitions(dp_test_brokers(), control), 1);
    while (!dp_kafka_leadership_held(member.leadership) && uv_hrtime() < end_ns)
        run_for(100);
    run_for(12000); /* librdkafka has looked at the topic again */
    while (!dp_kafka_leadership_held(member.leadership) && uv_hrtime() < end_ns)
        run_for(100);
    assert_true(dp_kafka_leadership_held(member.leadership));
    dp_kafka_leadership_close(member.leadership, 5000);
    finish();
}

static void test_broker_that_does_not_answer(void **state)
{
    (void)state;
    struct member member = {0};
    begin();
    dp_test_log_capture();
    join_at(&member, "127.0.0.1:1");
    run_for(2000);
    dp_kafka_leadership_rejoin(member.leadership);
    run_for(1000);
    uint64_t begun_ns = uv_hrtime();
    dp_kafka_leadership_close(member.leadership, 3000);
    finish();
    int lines = dp_test_log_lines("Kafka does not answer", "127.0.0.1:1");
    dp_test_log_release();
    expect_within("left alone", (int64_t)(uv_hrtime() - begun_ns) / 1000000, 4000);
    assert_int_equal(lines, 1);
    assert_int_equal(member.gained + member.lost + member.failures, 0);
}

int main(int argc, char **argv)
{
    dp_test_brokers();
    if (argc == 3)
        return be_member(argv[1], argv[2]);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stays_with_its_owner_and_passes_on_at_once),
        cmocka_unit_test(test_rejoining),
        cmocka_unit_test(test_processes_that_end_and_die),
        cmocka_unit_test(test_stopped_process_hears_that_it_lost),
        cmocka_unit_test(test_control_topic_with_more_partitions),
        cmocka_unit_test(test_control_topic_is_deleted),
        cmocka_unit_test(test_broker_that_does_not_answer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
