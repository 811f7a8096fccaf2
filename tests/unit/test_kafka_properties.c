#include "ingest/kafka_properties.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define BROKERS                                                                                    \
    {                                                                                              \
        "bootstrap.servers", "localhost:9092"                                                      \
    }
#define GROUP                                                                                      \
    {                                                                                              \
        "group.id", "g"                                                                            \
    }

static void assert_value(const rd_kafka_conf_t *conf, const char *name, const char *expected)
{
    char value[256] = ""; /* stays so where nothing is set */
    size_t size = sizeof value;
    rd_kafka_conf_get(conf, name, value, &size);
    assert_string_equal(value, expected);
}

static void test_defaults_and_what_the_user_says(void **state)
{
    (void)state;
    char error[512] = "";
    const struct dp_kafka_property properties[] = {
        BROKERS, GROUP, {"fetch.wait.max.ms", "7"}, {"client.id", "mine"}};
    rd_kafka_conf_t *conf =
        dp_kafka_conf_create(DP_KAFKA_CONSUMER, properties, 4, error, sizeof error);
    assert_non_null(conf);
    assert_value(conf, "fetch.wait.max.ms", "7");
    assert_value(conf, "client.id", "mine");
    assert_value(conf, "enable.auto.commit", "false");
    assert_value(conf, "enable.auto.offset.store", "false");
    assert_value(conf, "enable.partition.eof", "true");
    assert_value(conf, "fetch.queue.backoff.ms", dp_kafka_has_queue_backoff() ? "20" : "");
    rd_kafka_conf_destroy(conf);
}

static void test_each_role_takes_its_own(void **state)
{
    (void)state;
    char error[512] = "";
    const struct dp_kafka_property properties[] = {BROKERS,
                                                   GROUP,
                                                   {"fetch.min.bytes", "9"},
                                                   {"auto.offset.reset", "latest"},
                                                   {"compression.type", "gzip"},
                                                   {"socket.timeout.ms", "5000"},
                                                   {"linger.ms", "3"}};
    rd_kafka_conf_t *conf =
        dp_kafka_conf_create(DP_KAFKA_PRODUCER, properties, 7, error, sizeof error);
    assert_non_null(conf);
    assert_value(conf, "group.id", "");
    assert_value(conf, "fetch.min.bytes", "1");
    assert_value(conf, "compression.type", "gzip");
    assert_value(conf, "linger.ms", "3");
    assert_value(conf, "socket.timeout.ms", "5000");
    assert_value(conf, "enable.idempotence", "true");
    rd_kafka_conf_destroy(conf);

    conf = dp_kafka_conf_create(DP_KAFKA_CONSUMER, properties, 7, error, sizeof error);
    assert_non_null(conf);
    assert_value(conf, "fetch.min.bytes", "9");
    assert_value(conf, "auto.offset.reset", "largest"); /* its older name */
    assert_value(conf, "compression.type", "none");
    assert_value(conf, "socket.timeout.ms", "5000");
    rd_kafka_conf_destroy(conf);
}

static void assert_refused(enum dp_kafka_role role, const char *name, const char *value,
                           const char *says)
{
    char error[512] = "";
    const struct dp_kafka_property properties[] = {BROKERS, GROUP, {name, value}};
    assert_null(dp_kafka_conf_create(role, properties, 3, error, sizeof error));
    assert_non_null(strstr(error, name));
    assert_non_null(strstr(error, says));
    assert_null(strchr(error, '\n'));
}

static void assert_member(const char *name, const char *value, const char *session,
                          const char *heartbeat)
{
    char error[512] = "";
    const struct dp_kafka_property properties[] = {BROKERS, GROUP, {name, value}};
    rd_kafka_conf_t *conf =
        dp_kafka_conf_create(DP_KAFKA_MEMBER, properties, name ? 3 : 2, error, sizeof error);
    assert_string_equal(error, "");
    assert_value(conf, "session.timeout.ms", session);
    assert_value(conf, "heartbeat.interval.ms", heartbeat);
    assert_value(conf, "partition.assignment.strategy", "cooperative-sticky");
    assert_value(conf, "enable.auto.commit", "false");
    rd_kafka_conf_destroy(conf);
}

static void test_a_member_beats_often_enough(void **state)
{
    (void)state;
    assert_member(NULL, NULL, "10000", "500");
    assert_member("session.timeout.ms", "45000", "45000", "500");
    assert_member("session.timeout.ms", "900", "900", "300");
    assert_member("session.timeout.ms", "1", "1", "1");
    assert_member("heartbeat.interval.ms", "2000", "10000", "2000");
    assert_member("queued.min.messages", "7", "10000", "500"); /* goes to it too */
}

static void test_wrong_ones_are_named(void **state)
{
    (void)state;
    assert_refused(DP_KAFKA_CONSUMER, "fetch.wait.max", "1", "No such configuration property");
    assert_refused(DP_KAFKA_PRODUCER, "fetch.wait.max", "1", "No such configuration property");
    assert_refused(DP_KAFKA_CONSUMER, "fetch.wait.max.ms", "soon", "Invalid value");
    assert_refused(DP_KAFKA_CONSUMER, "enable.auto.commit", "true", "set it to false");
    assert_refused(DP_KAFKA_CONSUMER, "enable.partition.eof", "false", "set it to true");
    assert_refused(DP_KAFKA_MEMBER, "partition.assignment.strategy", "range",
                   "set it to cooperative-sticky");
    assert_refused(DP_KAFKA_CONSUMER, "partition.assignment.strategy", "range,cooperative-sticky",
                   "set it to cooperative-sticky");
    assert_refused(DP_KAFKA_CONSUMER, "group.protocol", "consumer", "classic");
    assert_refused(DP_KAFKA_MEMBER, "group.instance.id", "a", "no standby would take over");
    assert_refused(DP_KAFKA_CONSUMER, "auto.offset.reset", "error", "earliest or latest");
    assert_refused(DP_KAFKA_PRODUCER, "transactional.id", "t", "transactions");
    assert_refused(DP_KAFKA_PRODUCER, "enable.idempotence", "false", "set it to true");
}

static void test_missing_ones_are_named(void **state)
{
    (void)state;
    char error[512] = "";
    const struct dp_kafka_property brokers[] = {BROKERS}, group[] = {GROUP};
    assert_null(dp_kafka_conf_create(DP_KAFKA_CONSUMER, group, 1, error, sizeof error));
    assert_non_null(strstr(error, "bootstrap.servers"));
    assert_null(dp_kafka_conf_create(DP_KAFKA_CONSUMER, brokers, 1, error, sizeof error));
    assert_non_null(strstr(error, "group.id"));
    assert_string_equal(dp_kafka_property_brokers(brokers, 1), "localhost:9092");
    assert_string_equal(dp_kafka_property_brokers(group, 1), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_defaults_and_what_the_user_says),
        cmocka_unit_test(test_each_role_takes_its_own),
        cmocka_unit_test(test_a_member_beats_often_enough),
        cmocka_unit_test(test_wrong_ones_are_named),
        cmocka_unit_test(test_missing_ones_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
