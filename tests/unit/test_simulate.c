#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include "ingest/cloudevents.h"
#include "simulate/centre.h"
#include "simulate/delivery.h"
#include "simulate/output.h"
#include "simulate/simulate.h"

#define START_MS INT64_C(1767600000000) /* 2026-01-05T08:00:00Z */
#define HOUR_MS  INT64_C(3600000)
#define AGENTS   200
#define CONTACTS 40000

/* What a day was like, as its events tell it. */
struct day {
    void *adapter;
    struct dp_sim_writer writer;
    uint64_t events, hash, of_type[DP_EVENT_TYPES];
    int64_t last_ms;
    struct contact {
        int64_t offered_ms, answered_ms, abandoned_ms;
        uint32_t holder; /* the agent on hold, plus 1 */
        bool offered, open, voice;
    } contacts[CONTACTS];
    struct agent {
        int state; /* -1: not told */
        int64_t since_ms, busy_ms, present_ms;
        unsigned legs;
    } agents[AGENTS];
};

static void check_valid(struct day *day, const struct dp_sim_event *event)
{
    char json[DP_SIM_WRITE_MAX];
    static struct dp_decoded decoded;
    size_t len = dp_sim_write(&day->writer, event, json);
    struct dp_message message = {.value = {json, len}};
    for (size_t i = 0; i < len; i++) /* FNV-1a */
        day->hash = (day->hash ^ (unsigned char)json[i]) * UINT64_C(1099511628211);
    dp_cloudevents.decode(day->adapter, &message, 1, &decoded);
    if (decoded.messages[0].reject != DP_REJECT_NONE || decoded.event_count != 1)
        fail_msg("%s: %.*s", dp_reject_names[decoded.messages[0].reject], (int)len, json);
}

static void check_state(struct day *day, const struct dp_sim_event *event)
{
    struct agent *a = &day->agents[event->agent];
    assert_int_not_equal(a->state, event->what);
    int64_t spent = event->time_ms - a->since_ms;
    bool busy = a->state == DP_SIM_BUSY || a->state == DP_SIM_WRAPUP;
    a->busy_ms += busy ? spent : 0;
    a->present_ms += busy || a->state == DP_SIM_AVAILABLE ? spent : 0;
    a->state = event->what;
    a->since_ms = event->time_ms;
}

/* Contacts from the warm-up are told from their middle on: of them nothing more is asked. */
static void check_contact(struct day *day, const struct dp_sim_event *event)
{
    assert_in_range(event->contact, 1, CONTACTS - 1);
    struct contact *c = &day->contacts[event->contact];
    if (event->type == DP_CONTACT_OFFERED) {
        assert_false(c->offered);
        *c = (struct contact){.offered_ms = event->time_ms, .offered = true};
        c->voice = dp_sim_lines[event->line].channel == DP_CHANNEL_VOICE;
    }
    if (!c->offered)
        return;
    assert_true(c->abandoned_ms == 0); /* nothing comes after it */
    switch (event->type) {
    case DP_CONTACT_ANSWERED:
        assert_false(c->open);
        c->open = true;
        c->answered_ms = c->answered_ms ? c->answered_ms : event->time_ms;
        day->agents[event->agent].legs++;
        assert_in_range(day->agents[event->agent].legs, 1, dp_sim_groups[event->group].capacity);
        assert_false(day->agents[event->agent].state == DP_SIM_OFFLINE);
        return;
    case DP_CONTACT_HELD:
        assert_true(c->open && c->voice && c->holder == 0);
        c->holder = event->agent + 1;
        return;
    case DP_CONTACT_RETRIEVED:
        assert_int_equal(c->holder, event->agent + 1);
        c->holder = 0;
        return;
    case DP_CONTACT_TRANSFERRED:
        assert_true(c->open && c->holder == 0);
        assert_true((event->to_agent == DP_SIM_NOBODY) != (event->to_line == DP_SIM_NO_LINE));
        c->open = false;
        day->agents[event->agent].legs--;
        return;
    case DP_CONTACT_ENDED:
        if (c->open)
            day->agents[event->agent].legs--;
        c->open = false;
        return;
    case DP_CONTACT_ABANDONED:
        assert_true(c->answered_ms == 0);
        c->abandoned_ms = event->time_ms;
        return;
    default:
        return;
    }
}

static void check_event(void *context, const struct dp_sim_event *event)
{
    struct day *day = context;
    assert_true(event->time_ms >= day->last_ms);
    assert_int_equal(event->id, ++day->events);
    day->last_ms = event->time_ms;
    day->of_type[event->type]++;
    check_valid(day, event);
    if (event->type == DP_AGENT_STATE)
        check_state(day, event);
    if (event->type <= DP_CONTACT_REOPENED)
        check_contact(day, event);
}

static struct day *live(uint64_t seed, int64_t ms)
{
    static struct dp_sim_centre centre;
    struct day *day = calloc(1, sizeof(*day));
    const struct dp_sim_centre_options options = {
        .agents = AGENTS, .seed = seed, .start_ms = START_MS, .load_permille = 1000};
    day->adapter = dp_cloudevents.create();
    day->hash = UINT64_C(14695981039346656037);
    dp_sim_writer_init(&day->writer, START_MS, seed);
    for (int i = 0; i < AGENTS; i++)
        day->agents[i] = (struct agent){.state = -1, .since_ms = START_MS};
    dp_sim_centre_init(&centre, &options, check_event, day);
    while (dp_sim_centre_next(&centre) < START_MS + ms)
        dp_sim_centre_step(&centre);
    dp_sim_centre_deinit(&centre);
    dp_cloudevents.destroy(day->adapter);
    return day;
}

static void day_is_valid_and_believable(void **state)
{
    (void)state;
    struct day *day = live(1, 24 * HOUR_MS);
    double answered = 0, in_time = 0, abandoned = 0, busy = 0, present = 0;
    for (int i = 0; i < CONTACTS; i++) {
        const struct contact *c = &day->contacts[i];
        if (!c->offered || !c->voice)
            continue;
        answered += c->answered_ms > 0;
        in_time += c->answered_ms > 0 && c->answered_ms - c->offered_ms <= 20000;
        abandoned += c->abandoned_ms > 0 && c->abandoned_ms - c->offered_ms >= 5000;
    }
    for (int i = 0; i < AGENTS; i++) {
        busy += (double)day->agents[i].busy_ms;
        present += (double)day->agents[i].present_ms;
    }
    for (int type = 0; type < DP_EVENT_TYPES; type++)
        if (day->of_type[type] == 0)
            fail_msg("no %s all day", dp_event_type_names[type]);
    assert_in_range(day->of_type[DP_CONTACT_OFFERED], 12000, 30000);
    assert_in_range((uint64_t)(in_time / (answered + abandoned) * 1000), 600, 950);
    assert_in_range((uint64_t)(abandoned / (answered + abandoned) * 1000), 20, 100);
    assert_in_range((uint64_t)(busy / present * 1000), 600, 900);
    free(day);
}

static void same_seed_same_bytes(void **state)
{
    (void)state;
    struct day *one = live(1, 2 * HOUR_MS), *same = live(1, 2 * HOUR_MS);
    struct day *other = live(2, 2 * HOUR_MS);
    assert_int_equal(one->hash, same->hash);
    assert_int_not_equal(one->hash, other->hash);
    /* On every machine and with every compiler; a change of the simulated day changes it. */
    assert_int_equal(one->hash, UINT64_C(0xe0071036231f4c2f));
    free(one);
    free(same);
    free(other);
}

static void drop_event(void *context, const struct dp_sim_event *event)
{
    (void)context;
    (void)event;
}

static void rate_is_kept(void **state)
{
    (void)state;
    static const struct dp_sim_centre_options cases[] = {
        {.agents = 3000, .rate = 100, .load_permille = 1000}, /* about as in life */
        {.agents = 1000, .rate = 300, .load_permille = 1000}, /* much faster */
        {.agents = 4000, .rate = 50, .load_permille = 360},   /* fewer customers */
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        static struct dp_sim_centre centre;
        struct dp_sim_centre_options options = cases[i];
        options.start_ms = START_MS;
        options.around_the_clock = true;
        dp_sim_centre_init(&centre, &options, drop_event, NULL);
        uint64_t states = centre.events_made;
        assert_int_equal(states, options.agents);
        while (dp_sim_centre_next(&centre) < START_MS + HOUR_MS)
            dp_sim_centre_step(&centre);
        assert_in_range((centre.events_made - states) * 100 / 3600, options.rate * 85,
                        options.rate * 115);
        dp_sim_centre_deinit(&centre);
    }
}

/* An output that notes how often each event came, in which order, and how many were broken. */
struct collector {
    struct dp_sim_output output;
    unsigned times[20001];
    uint64_t messages, highest, out_of_order, broken, keyless, chats;
    enum dp_sim_result answer;
};

static enum dp_sim_result collect(struct dp_sim_output *output,
                                  const struct dp_sim_message *message)
{
    struct collector *c = (struct collector *)output;
    char id[11] = {0};
    c->messages++;
    c->keyless += message->key_len == 0;
    c->chats += message->topic == DP_SIM_CHATS;
    memcpy(id, message->value + strlen("{\"specversion\":\"1.0\",\"id\":\""), 10);
    uint64_t number = strtoull(id, NULL, 16);
    if (number == 0 || number > 20000) {
        c->broken++;
        return c->answer;
    }
    c->times[number]++;
    c->out_of_order += number < c->highest;
    c->highest = number > c->highest ? number : c->highest;
    return c->answer;
}

/* 20,000 events, ten a second. */
static void deliver(struct collector *collector, uint32_t late, uint32_t bad)
{
    struct dp_sim_delivery delivery;
    collector->output.send = collect;
    dp_sim_delivery_init(&delivery, &collector->output, START_MS, 1, late, bad);
    for (uint64_t i = 1; i <= 20000; i++) {
        struct dp_sim_event event = {.id = i,
                                     .time_ms = START_MS + (int64_t)i * 100,
                                     .contact = i / 10 + 1,
                                     .agent = DP_SIM_NOBODY,
                                     .type = DP_CONTACT_REOPENED,
                                     .line = i % 4 ? 1 : 5};
        dp_sim_deliver(&delivery, &event);
    }
    dp_sim_delivery_release(&delivery, INT64_MAX);
    assert_int_equal(dp_sim_delivery_next(&delivery), INT64_MAX);
    if (collector->answer == DP_SIM_OK)
        assert_int_equal(delivery.sent, collector->messages);
    dp_sim_delivery_deinit(&delivery);
}

static void delivery_in_order(void **state)
{
    (void)state;
    struct collector c = {.answer = DP_SIM_OK};
    deliver(&c, 0, 0);
    assert_int_equal(c.messages, 20000);
    assert_int_equal(c.out_of_order + c.broken + c.keyless, 0);
    assert_int_equal(c.chats, 5000);
}

static void delivery_late(void **state)
{
    (void)state;
    struct collector c = {.answer = DP_SIM_OK};
    deliver(&c, 2000, 0);
    assert_int_equal(c.messages, 20000);
    for (int i = 1; i <= 20000; i++)
        assert_int_equal(c.times[i], 1);
    assert_in_range(c.out_of_order, 3600, 4400); /* 20 % */
}

static void delivery_bad(void **state)
{
    (void)state;
    struct collector c = {.answer = DP_SIM_OK};
    uint64_t duplicates = 0;
    deliver(&c, 0, 3000);
    for (int i = 1; i <= 20000; i++) {
        assert_true(c.times[i] >= 1);
        duplicates += c.times[i] - 1;
    }
    assert_in_range(duplicates, 1800, 2200); /* a third of 30 % */
    assert_in_range(c.broken, 3700, 4300);
    assert_int_equal(c.messages, 20000 + duplicates + c.broken);
}

static void delivery_stops_when_the_output_does(void **state)
{
    (void)state;
    struct collector c = {.answer = DP_SIM_GONE};
    deliver(&c, 1000, 1000);
    assert_int_equal(c.messages, 1);
}

static void ndjson_to_a_closed_pipe(void **state)
{
    (void)state;
    int ends[2];
    signal(SIGPIPE, SIG_IGN);
    assert_int_equal(pipe(ends), 0);
    struct dp_sim_output *output = dp_sim_ndjson_create(ends[1]);
    const struct dp_sim_message message = {.value = "{}", .value_len = 2};
    char text[8] = {0};
    assert_int_equal(output->send(output, &message), DP_SIM_OK);
    assert_int_equal(output->flush(output), DP_SIM_OK);
    assert_int_equal(read(ends[0], text, sizeof(text)), 3);
    assert_string_equal(text, "{}\n");
    close(ends[0]);
    assert_int_equal(output->send(output, &message), DP_SIM_OK);
    assert_int_equal(output->close(output), DP_SIM_GONE);
    close(ends[1]);
}

static void kafka_without_a_broker(void **state)
{
    (void)state;
    static const char *const topics[] = {"calls", "chats"};
    time_t began = time(NULL);
    assert_null(dp_sim_kafka_create("127.0.0.1:1", topics));
    assert_in_range(time(NULL) - began, 0, 10);
}

/* Reads `count` messages of the topic, of which all must have the header and the key. */
static void read_back(const char *brokers, const char *topic, int count)
{
    char error[256];
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    rd_kafka_conf_set(conf, "bootstrap.servers", brokers, error, sizeof(error));
    rd_kafka_conf_set(conf, "group.id", "test", error, sizeof(error));
    rd_kafka_t *consumer = rd_kafka_new(RD_KAFKA_CONSUMER, conf, error, sizeof(error));
    rd_kafka_topic_partition_list_t *partitions = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(partitions, topic, 0)->offset = RD_KAFKA_OFFSET_BEGINNING;
    rd_kafka_poll_set_consumer(consumer);
    rd_kafka_assign(consumer, partitions);
    for (int i = 0; i < count; i++) {
        rd_kafka_message_t *message = rd_kafka_consumer_poll(consumer, 20000);
        rd_kafka_headers_t *headers;
        const void *type;
        size_t size;
        assert_non_null(message);
        assert_int_equal(message->err, 0);
        assert_int_equal(rd_kafka_message_headers(message, &headers), 0);
        assert_int_equal(rd_kafka_header_get_last(headers, "content-type", &type, &size), 0);
        assert_int_equal(size, strlen("application/cloudevents+json"));
        assert_memory_equal(type, "application/cloudevents+json", size);
        assert_int_equal(message->key_len, 1);
        assert_memory_equal(message->key, topic, 1);
        assert_int_equal(message->len, 2 + (i == 1));
        rd_kafka_message_destroy(message);
    }
    rd_kafka_topic_partition_list_destroy(partitions);
    rd_kafka_consumer_close(consumer);
    rd_kafka_destroy(consumer);
}

static void kafka_messages_arrive(void **state)
{
    (void)state;
    static const char *const topics[] = {"x-calls", "y-chats"};
    char error[256];
    rd_kafka_t *host = rd_kafka_new(RD_KAFKA_PRODUCER, rd_kafka_conf_new(), error, sizeof(error));
    rd_kafka_mock_cluster_t *cluster = rd_kafka_mock_cluster_new(host, 1);
    const char *brokers = rd_kafka_mock_cluster_bootstraps(cluster);
    for (int t = 0; t < DP_SIM_TOPICS; t++)
        rd_kafka_mock_topic_create(cluster, topics[t], 1, 1);
    struct dp_sim_output *output = dp_sim_kafka_create(brokers, topics);
    assert_non_null(output);
    for (int i = 0; i < 100; i++) {
        for (enum dp_sim_topic t = 0; t < DP_SIM_TOPICS; t++) {
            const struct dp_sim_message message = {.value = "abc",
                                                   .value_len = i == 1 ? 3 : 2,
                                                   .key = topics[t],
                                                   .key_len = 1,
                                                   .topic = t};
            assert_int_equal(output->send(output, &message), DP_SIM_OK);
        }
    }
    assert_int_equal(output->flush(output), DP_SIM_OK);
    assert_int_equal(output->close(output), DP_SIM_OK);
    for (int t = 0; t < DP_SIM_TOPICS; t++)
        read_back(brokers, topics[t], 100);
    rd_kafka_mock_cluster_destroy(cluster);
    rd_kafka_destroy(host);
}

/* Runs the command with standard output in a file. Returns the exit code and the file's size. */
static int run_command(int argc, char **argv, off_t *size)
{
    char path[] = "/tmp/test_simulate.XXXXXX";
    int file = mkstemp(path), saved = dup(STDOUT_FILENO);
    fflush(stdout);
    dup2(file, STDOUT_FILENO);
    int code = dp_simulate_main(argc, argv);
    fflush(stdout);
    dup2(saved, STDOUT_FILENO);
    *size = lseek(file, 0, SEEK_END);
    close(saved);
    close(file);
    unlink(path);
    return code;
}

static void command_runs(void **state)
{
    (void)state;
    char *day[] = {"simulate", "--agents", "50",     "--seconds", "600",
                   "--bad",    "5",        "--late", "5",         NULL};
    char *paced[] = {"simulate", "--rate", "200", "--seconds", "1", NULL};
    char *help[] = {"simulate", "--help", NULL};
    char *wrong[] = {"simulate", "--agents", "none", NULL};
    off_t size, same;
    struct timespec began, ended;
    assert_int_equal(run_command(9, day, &size), 0);
    assert_in_range(size, 50000, 200000);
    assert_int_equal(run_command(9, day, &same), 0);
    assert_int_equal(size, same);
    clock_gettime(CLOCK_MONOTONIC, &began);
    assert_int_equal(run_command(5, paced, &size), 0);
    clock_gettime(CLOCK_MONOTONIC, &ended);
    assert_in_range((ended.tv_sec - began.tv_sec) * 1000 +
                        (ended.tv_nsec - began.tv_nsec) / 1000000,
                    1000, 10000); /* in time with the clock */
    assert_true(size > 100000);
    assert_int_equal(run_command(2, help, &size), 0);
    assert_true(size > 500);
    assert_int_equal(run_command(3, wrong, &size), 2);
    assert_int_equal(size, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(day_is_valid_and_believable),
        cmocka_unit_test(same_seed_same_bytes),
        cmocka_unit_test(rate_is_kept),
        cmocka_unit_test(delivery_in_order),
        cmocka_unit_test(delivery_late),
        cmocka_unit_test(delivery_bad),
        cmocka_unit_test(delivery_stops_when_the_output_does),
        cmocka_unit_test(ndjson_to_a_closed_pipe),
        cmocka_unit_test(kafka_without_a_broker),
        cmocka_unit_test(kafka_messages_arrive),
        cmocka_unit_test(command_runs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
