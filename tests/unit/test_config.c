#include "app/config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "config_fixture.h"

static const char *property(const char *name)
{
    const char *value = dp_kafka_property_find(config.kafka, config.kafka_count, name);
    return value ? value : "absent";
}

static void test_defaults(void **state)
{
    static const char *const labels[] = {"1m", "5m", "15m", "30m", "1h", "8h", "24h"};
    static const int64_t minutes[] = {1, 5, 15, 30, 60, 480, 1440};
    (void)state;
    assert_true(dp_config_load(&config, NULL, NULL, 0, error, sizeof error));
    assert_int_equal(config.kafka_count, 2);
    assert_string_equal(property("bootstrap.servers"), "localhost:9092");
    assert_string_equal(property("group.id"), "deskpulse");
    assert_int_equal(config.topic_count, 2);
    assert_string_equal(config.topics[0], "cc.calls");
    assert_string_equal(config.topics[1], "cc.chats");
    assert_string_equal(config.dead_letter_topic, "cc.dead");
    assert_string_equal(config.format, "cloudevents");
    assert_string_equal(config.redis_url, "redis://localhost:6379/0");
    assert_string_equal(config.redis_prefix, "dp");
    assert_int_equal(config.flush_interval_ms, 1000);
    assert_int_equal(config.max_behind_ms, 10000);
    assert_int_equal(config.windows.count, 7);
    for (size_t i = 0; i < 7; i++) {
        assert_int_equal(config.windows.length_ms[i], minutes[i] * 60000);
        assert_string_equal(config.window_labels[i], labels[i]);
    }
    assert_int_equal(config.allowed_lateness_ms, 60000);
    assert_string_equal(config.timezone, "UTC");
    assert_int_equal(config.short_abandon_ms, 5000);
    assert_int_equal(config.fcr_window_ms, 86400000);
    assert_int_equal(config.target_ms[DP_CHANNEL_NONE], 0);
    assert_int_equal(config.target_ms[DP_CHANNEL_VOICE], 20000);
    assert_int_equal(config.target_ms[DP_CHANNEL_CHAT], 60000);
    assert_int_equal(config.target_ms[DP_CHANNEL_EMAIL], 86400000);
    assert_int_equal(config.queue_count, 0);
    assert_int_equal(config.dedup_horizon_ms, 3600000);
    assert_int_equal(config.contact_ttl_ms, 7 * 86400000LL);
    assert_int_equal(config.scope_ttl_ms, 8 * 86400000LL);
    assert_int_equal(config.max_contacts, 5000000);
    assert_int_equal(config.max_waiting, 1000000);
    assert_int_equal(config.log_level, DP_LOG_INFO);
    assert_int_equal(config.period_keep_ms, 400 * 86400000LL);
    assert_int_equal(config.period_interval_ms, 10000);
    assert_int_equal(config.quality_per_day, 3);
    assert_int_equal(config.quality_per_month, 20);
}

static void test_file(void **state)
{
    (void)state;
    assert_loads("\xef\xbb\xbf; a comment\r\n"
                 "# another\n"
                 "\n"
                 "[kafka]                          ; every other key goes to librdkafka\n"
                 "  bootstrap.servers = a:9092,b:9092 ; two\n"
                 "topics = x , y.z,w-1\n"
                 "security.protocol = plaintext\n"
                 "dead_letter_topic= dead\n"
                 "[redis]\r\n"
                 "url = redis://user:p%40ss@host:6380/3\r\n"
                 "prefix = cc-1\n"
                 "flush_interval = 50ms\n"
                 "max_behind=1m\n"
                 "\t[window] # indented\n"
                 "\tlengths = 1h, 90s 7d\t1s\n"
                 "\tallowed_lateness = 2m\n"
                 "timezone = Asia/Shanghai\n"
                 "[kpi]\nshort_abandon = 3s\nfcr_window = 7d\n"
                 "[target]\nvoice = 30s\n"
                 "[queue \"billing\"]\ntarget.voice = 10s\n"
                 "[queue \"\xe5\xae\xa2 two\"]\ntarget.chat = 45s\ntarget.email = 1h\n"
                 "[queue   \"billing\"]\ntarget.chat = 15s\n"
                 "[limits]\ndedup_horizon = 2h\ncontact_ttl = 1d\nscope_ttl = 2d\n"
                 "max_contacts = 10\nmax_waiting = 20\n"
                 "[period]\nkeep = 30d\ninterval = 1m\n"
                 "[quality]\nper_day = 0\nper_month = 7\n"
                 "[http]\nlisten = [::1]:9464\n"
                 "[log]\nlevel = debug");
    assert_string_equal(property("bootstrap.servers"), "a:9092,b:9092");
    assert_string_equal(property("security.protocol"), "plaintext");
    assert_string_equal(property("group.id"), "deskpulse");
    assert_int_equal(config.topic_count, 3);
    assert_string_equal(config.topics[0], "x");
    assert_string_equal(config.topics[1], "y.z");
    assert_string_equal(config.topics[2], "w-1");
    assert_string_equal(config.dead_letter_topic, "dead");
    assert_string_equal(config.redis_url, "redis://user:p%40ss@host:6380/3");
    assert_string_equal(config.redis_prefix, "cc-1");
    assert_int_equal(config.flush_interval_ms, 50);
    assert_int_equal(config.max_behind_ms, 60000);
    assert_int_equal(config.windows.count, 4);
    assert_int_equal(config.windows.length_ms[0], 1000);
    assert_int_equal(config.windows.length_ms[1], 90000);
    assert_int_equal(config.windows.length_ms[2], 3600000);
    assert_int_equal(config.windows.length_ms[3], 604800000);
    assert_string_equal(config.window_labels[0], "1s");
    assert_string_equal(config.window_labels[1], "90s");
    assert_string_equal(config.window_labels[2], "1h");
    assert_string_equal(config.window_labels[3], "7d");
    assert_int_equal(config.allowed_lateness_ms, 120000);
    assert_string_equal(config.timezone, "Asia/Shanghai");
    assert_int_equal(config.short_abandon_ms, 3000);
    assert_int_equal(config.fcr_window_ms, 604800000);
    assert_int_equal(config.target_ms[DP_CHANNEL_VOICE], 30000);
    assert_int_equal(config.target_ms[DP_CHANNEL_CHAT], 60000);
    assert_int_equal(config.queue_count, 2);
    assert_string_equal(config.queues[0].queue, "billing");
    assert_int_equal(config.queues[0].target_ms[DP_CHANNEL_VOICE], 10000);
    assert_int_equal(config.queues[0].target_ms[DP_CHANNEL_CHAT], 15000);
    assert_int_equal(config.queues[0].target_ms[DP_CHANNEL_EMAIL], 0);
    assert_string_equal(config.queues[1].queue, "\xe5\xae\xa2 two");
    assert_int_equal(config.queues[1].target_ms[DP_CHANNEL_EMAIL], 3600000);
    assert_int_equal(config.dedup_horizon_ms, 7200000);
    assert_int_equal(config.contact_ttl_ms, 86400000);
    assert_int_equal(config.scope_ttl_ms, 172800000);
    assert_int_equal(config.max_contacts, 10);
    assert_int_equal(config.max_waiting, 20);
    assert_int_equal(config.log_level, DP_LOG_DEBUG);
    assert_int_equal(config.period_keep_ms, 30 * 86400000LL);
    assert_int_equal(config.period_interval_ms, 60000);
    assert_string_equal(config.http_listen, "[::1]:9464");
    assert_int_equal(config.quality_per_day, 0);
    assert_int_equal(config.quality_per_month, 7);
}

static void test_queues(void **state)
{
    (void)state;
    assert_loads("[kpi]\nservice_level_formula = offered\n"
                 "[queue \"a\"]\nservice_level_formula = credit-abandons\nshort_abandon = 0s\n"
                 "hours = Mon-Fri 09:00-18:00, Sat 10:00-14:00\n"
                 "[queue \"b\"]\ntarget.voice = 1s\n");
    struct dp_aggregator_options options;
    dp_config_aggregator_options(&config, &options);
    assert_int_equal(options.targets.formula, DP_OFFERED);
    const struct dp_queue_targets *a = &options.targets.queues[0], *b = a + 1;
    assert_true(a->has_formula && a->has_short_abandon && a->hours.count == 2);
    assert_int_equal(a->formula, DP_CREDIT_ABANDONS);
    assert_int_equal(a->short_abandon_ms, 0);
    assert_true(!b->has_formula && !b->has_short_abandon && !b->hours.count);
}

static void test_long_names(void **state)
{
    char text[400], name[130], value[190];
    (void)state;
    memset(name, 'q', sizeof name);
    snprintf(text, sizeof text, "[queue \"%.128s\"]\ntarget.voice = 1s\n", name);
    assert_loads(text);
    assert_int_equal(strlen(config.queues[0].queue), 128);
    snprintf(text, sizeof text, "[queue \"%.129s\"]\n", name);
    assert_fails(text, 1, "no name of a queue|128 bytes");
    memset(value, 'v', sizeof value);
    snprintf(text, sizeof text, "[kafka]\nclient.id = %.180s\n", value);
    assert_loads(text);
    assert_int_equal(strlen(property("client.id")), 180);
    snprintf(text, sizeof text, "[kafka]\nclient.id = %.190s\n", value);
    assert_fails(text, 2, "longer than 198 bytes");
}

static void test_wrong_values(void **state)
{
    static const struct {
        const char *text, *parts;
        int line;
    } cases[] = {
        {"[redis]\nflush_interval = 1\n", "[redis] flush_interval: \"1\"|no duration|50ms to 1m",
         2},
        {"[redis]\nflush_interval = 49ms\n", "too small|50ms", 2},
        {"[redis]\nflush_interval = 61s\n", "too large|1m", 2},
        {"[redis]\nmax_behind = -10s\n", "[redis] max_behind: \"-10s\"|duration", 2},
        {"[redis]\nmax_behind =\n", "[redis] max_behind: \"\"", 2},
        {"[redis]\nurl = http://secret@host\n", "[redis] url: |redis://", 2},
        {"[redis]\nurl = redis://host:99999\n", "[redis] url: |rediss://", 2},
        {"[redis]\nprefix =\n", "[redis] prefix|without blanks, braces or colons", 2},
        {"[redis]\nprefix = a b\n", "[redis] prefix: \"a b\"", 2},
        {"[redis]\nprefix = a:b\n", "[redis] prefix: \"a:b\"", 2},
        {"[redis]\nprefix = {dp}\n", "[redis] prefix: \"{dp}\"", 2},
        {"[window]\nlengths =\n", "[window] lengths: \"\" holds no length|1s to 7d", 2},
        {"[window]\nlengths = 1m 500ms\n", "\"500ms\" is no length of a window|whole seconds", 2},
        {"[window]\nlengths = 1500ms\n", "\"1500ms\"", 2},
        {"[window]\nlengths = 8d\n", "\"8d\"", 2},
        {"[window]\nlengths = 1m, 5\n", "\"5\" is no duration", 2},
        {"[window]\nlengths = 5m 1m 5m\n", "\"5m\" is a length that is there already", 2},
        {"[window]\nlengths = 1m 60s\n", "\"60s\"|there already", 2},
        {"[window]\nlengths = 1s 2s 3s 4s 5s 6s 7s 8s 9s 10s 11s 12s 13s 14s 15s 16s 17s\n",
         "\"17s\" is one window too many|1 to 16", 2},
        {"[window]\nallowed_lateness = -1s\n", "[window] allowed_lateness: \"-1s\"", 2},
        {"[window]\ntimezone = Mars/Base\n", "\"Mars/Base\" is no known time zone|Asia/Shanghai",
         2},
        {"[window]\ntimezone = ../zoneinfo/UTC\n", "no known time zone", 2},
        {"[window]\ntimezone = /etc/localtime\n", "no known time zone", 2},
        {"[window]\ntimezone = Europe\n", "no known time zone", 2},
        {"[window]\ntimezone = zone.tab\n", "no known time zone", 2},
        {"[window]\ntimezone =\n", "no known time zone", 2},
        {"[kafka]\ntopics =\n", "[kafka] topics: \"\"|separated by commas", 2},
        {"[kafka]\ntopics = a,,b\n", "[kafka] topics: \"\"", 2},
        {"[kafka]\ntopics = a b\n", "\"a b\" is no name of a topic", 2},
        {"[kafka]\ntopics = a, b, a\n", "\"a\" is there twice", 2},
        {"[kafka]\ndead_letter_topic = a/b\n", "[kafka] dead_letter_topic: \"a/b\"", 2},
        {"[kafka]\nformat = xml\n", "\"xml\" is no format|cloudevents", 2},
        {"[kafka]\nboostrap.servers = a\n", "[kafka] boostrap.servers|topics|librdkafka", 2},
        {"[kafka]\nfetch.min.bytes = many\n", "[kafka] fetch.min.bytes", 2},
        {"[kafka]\nenable.auto.commit = true\n", "[kafka] enable.auto.commit", 2},
        {"[target]\nvoice = 20\n", "[target] voice: \"20\"", 2},
        {"[queue \"a\"]\ntarget.voice = soon\n", "[queue \"a\"] target.voice: \"soon\"|duration",
         2},
        {"[limits]\ndedup_horizon = 59m\n", "[limits] dedup_horizon: \"59m\" is too small|from 1h",
         2},
        {"[limits]\nmax_contacts = 0\n", "[limits] max_contacts: \"0\"|from 1 to", 2},
        {"[limits]\nmax_contacts = 1e6\n", "no whole number", 2},
        {"[limits]\nmax_contacts = -5\n", "no whole number", 2},
        {"[limits]\nmax_contacts = 99999999999999999999999\n", "too large", 2},
        {"[period]\nkeep = 23h\n", "[period] keep: \"23h\" is too small|from 1d", 2},
        {"[period]\ninterval = 2h\n", "[period] interval: \"2h\" is too large|to 1h", 2},
        {"[quality]\nper_day = some\n", "[quality] per_day: \"some\"|from 0 to 1000", 2},
        {"[log]\nlevel = loud\n", "[log] level: \"loud\"|debug, info, warn or error", 2},
        {"[log]\nlevel = a\x01\x7f\n", "\"a??\"", 2},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_fails(cases[i].text, cases[i].line, cases[i].parts);
    load("[redis]\nurl = http://secret@host\n");
    assert_null(strstr(error, "secret"));
}

static void test_wrong_lines(void **state)
{
    static const struct {
        const char *text, *parts;
        int line;
    } cases[] = {
        {"[redis]\n; fine\nulr = redis://a\n", "[redis] ulr: there is no such key|url, prefix", 3},
        {"[Redis]\n", "[Redis] there is no such section|[kafka]|[queue \"NAME\"]|[log]", 1},
        {"\n[cache]\nurl = x\n", "[cache] there is no such section", 2},
        {"[log]\n[]\n", "no such section", 2},
        {"[queue]\ntarget.voice = 1s\n", "[queue] there is no such section", 1},
        {"[queue billing]\ntarget.voice = 1s\n", "there is no such section", 1},
        {"[queue \"\"]\n", "no name of a queue", 1},
        {"[queue \"]\n", "there is no such section", 1},
        {"[queue \"a:b\"]\n", "no name of a queue", 1},
        {"[queue \"a\xff\"]\n", "no name of a queue|UTF-8", 1},
        {"[queue \"a\"]\nvoice = 1s\n", "[queue \"a\"] voice: there is no such key|target.voice",
         2},
        {"[queue \"a\"]\ntarget.fax = 1s\n", "there is no such key", 2},
        {"[queue \"a\"]\nfcr_window = 1h\n", "no such key|short_abandon, hours", 2},
        {"[queue \"a\"]\nservice_level_formula = best\n",
         "service_level_formula: \"best\" is no formula|answered-and-abandoned|credit-abandons", 2},
        {"[kpi]\nservice_level_formula = best\n", "\"best\" is no formula|offered-less-short", 2},
        {"[queue \"a\"]\nshort_abandon = 5\n", "short_abandon: \"5\" is no duration", 2},
        {"[queue \"a\"]\nhours = always\n", "hours: \"always\"|Mon-Fri 09:00-18:00", 2},
        {"[queue \"a\"]\nhours = Mon 09:00-10:00\nhours = Tue 09:00-10:00\n", "set twice", 3},
        {"[queue \"a\"]\nshort_abandon = 5s\nshort_abandon = 5s\n", "set twice", 3},
        {"[queue \"a\"]\nservice_level_formula = offered\nservice_level_formula = offered\n",
         "set twice", 3},
        {"[queue \"a\"]\ntarget.voice = 1s\ntarget.voice = 2s\n", "set twice", 3},
        {"[queues \"a\"]\n", "[queues \"a\"] there is no such section|[award \"NAME\"]", 1},
        {"[queue\"a\"]\n", "there is no such section", 1},
        {"[log]\nlevel = info\n[redis]\n[log]\nlevel = warn\n",
         "[log] level|twice, first in line 2", 5},
        {"[kafka]\ngroup.id = a\n\ngroup.id = b\n", "[kafka] group.id|twice, first in line 2", 4},
        {"level = info\n", "in no section", 1},
        {"[log]\nlevel\n", "no key and no section", 2},
        {"[log]\nlevel = info\n  oops\n", "no key and no section", 3},
        {"[log]\nlevel\n[redis]\nurl = x\n", "no key and no section", 2},
        {"[log\nlevel = info\n", "no [section]", 1},
        {"[log] level = info\n", "no [section]", 1},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_fails(cases[i].text, cases[i].line, cases[i].parts);
    assert_false(load("[kafka]\ntopics = a, cc.dead\n"));
    assert_error(path, "[kafka] dead_letter_topic: \"cc.dead\" is one of topics too");
    write_file("[log]\nlevel = in\0fo\n", 20);
    assert_false(dp_config_load(&config, path, NULL, 0, error, sizeof error));
    assert_error(path, ":2: |NUL");
}

static void test_no_file(void **state)
{
    (void)state;
    assert_false(dp_config_load(&config, "/nowhere/x.conf", NULL, 0, error, sizeof error));
    assert_error("/nowhere/x.conf: ", "No such file|name a configuration file");
    assert_false(dp_config_load(&config, "/", NULL, 0, error, sizeof error));
    assert_error("/: ", "cannot be read|directory");
}

static void test_precedence(void **state)
{
    static const char *const overrides[] = {"redis.url=redis://cli", "kafka.group.id=g=1",
                                            "window.lengths=2m"};
    (void)state;
    setenv("DESKPULSE_REDIS_URL", "redis://env", 1);
    setenv("DESKPULSE_REDIS_PREFIX", "env", 1);
    setenv("DESKPULSE_WINDOW_ALLOWED_LATENESS", "5s", 1);
    setenv("DESKPULSE_KAFKA_BOOTSTRAP_SERVERS", "env:9092", 1);
    setenv("DESKPULSE_KAFKA_DEAD_LETTER_TOPIC", "env.dead", 1);
    setenv("DESKPULSE_KAFKA_GROUP_ID", "env", 1);
    setenv("DESKPULSE_LOG_LEVEL", "", 1);
    setenv("DESKPULSE_REFERENCE_DATA", "not ours", 1);
    static const char file[] = "[redis]\nurl = redis://file\nprefix = file\nflush_interval = 2s\n"
                               "[log]\nlevel = warn\n";
    write_file(file, sizeof file - 1);
    bool good = dp_config_load(&config, path, overrides, 3, error, sizeof error);
    unsetenv("DESKPULSE_REDIS_URL");
    unsetenv("DESKPULSE_REDIS_PREFIX");
    unsetenv("DESKPULSE_WINDOW_ALLOWED_LATENESS");
    unsetenv("DESKPULSE_KAFKA_BOOTSTRAP_SERVERS");
    unsetenv("DESKPULSE_KAFKA_DEAD_LETTER_TOPIC");
    unsetenv("DESKPULSE_KAFKA_GROUP_ID");
    unsetenv("DESKPULSE_LOG_LEVEL");
    if (!good)
        fail_msg("%s", error);
    assert_string_equal(config.redis_url, "redis://cli");
    assert_string_equal(config.redis_prefix, "env");
    assert_int_equal(config.flush_interval_ms, 2000);
    assert_int_equal(config.allowed_lateness_ms, 5000);
    assert_string_equal(property("bootstrap.servers"), "env:9092");
    assert_string_equal(property("group.id"), "g=1");
    assert_string_equal(config.dead_letter_topic, "env.dead");
    assert_int_equal(config.windows.count, 1);
    assert_string_equal(config.window_labels[0], "2m");
    assert_int_equal(config.log_level, DP_LOG_WARN);
}

static void check_variable(const char *name, const char *value, const char *parts)
{
    char place[100];
    setenv(name, value, 1);
    bool good = dp_config_load(&config, NULL, NULL, 0, error, sizeof error);
    unsetenv(name);
    assert_false(good);
    snprintf(place, sizeof place, "%s: ", name);
    assert_error(place, parts);
}

static void test_wrong_environment(void **state)
{
    (void)state;
    check_variable("DESKPULSE_REDIS_FLUSH_INTERVAL", "never",
                   "[redis] flush_interval: \"never\"|50ms");
    check_variable("DESKPULSE_REDIS_ULR", "x", "[redis] ulr: there is no such key|url");
    check_variable("DESKPULSE_KAFKA_NO_SUCH_THING", "x", "[kafka] no.such.thing");
}

static void test_wrong_overrides(void **state)
{
    static const struct {
        const char *text, *parts;
    } cases[] = {
        {"redis.url", "redis.url: this sets nothing|section.key=value"},
        {"redis=x", "this sets nothing"},
        {"", "this sets nothing"},
        {"=", "this sets nothing"},
        {".=", "[] there is no such section"},
        {"cache.url=x", "[cache] there is no such section|[redis]"},
        {"redis.ulr=x", "[redis] ulr: there is no such key"},
        {"redis.flush_interval=1h", "[redis] flush_interval: \"1h\" is too large|50ms to 1m"},
        {"queue.a.target.voice=1s", "[queue] there is no such section"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_false(dp_config_load(&config, NULL, &cases[i].text, 1, error, sizeof error));
        assert_error("command line: ", cases[i].parts);
    }
}

static void test_no_zones(void **state)
{
    (void)state;
    setenv("TZDIR", "/nowhere/zoneinfo", 1);
    bool utc = load("[window]\ntimezone = UTC\n");
    dp_config_deinit(&config);
    bool other = load("[window]\ntimezone = Asia/Shanghai\n");
    unsetenv("TZDIR");
    assert_true(utc);
    assert_false(other);
    assert_error(path, "no time zone database in /nowhere/zoneinfo, so only UTC");
}

/* The file with the customers' key is tried where it is named; the environment names another. */
static void test_customer_key(void **state)
{
    static const char key[] = "0123456789abcdef0123456789abcdef\n";
    char key_path[] = "/tmp/deskpulse-customer-key-XXXXXX", text[200], place[100];
    (void)state;
    int fd = mkstemp(key_path);
    assert_true(fd >= 0 && write(fd, key, 20) == 20);
    snprintf(text, sizeof text, "\n[privacy]\ncustomer_key_file = %s\n", key_path);
    assert_fails(text, 3,
                 "[privacy] customer_key_file: \"/tmp/deskpulse-customer-key-|too short "
                 "(20 bytes)|chmod 640");
    assert_null(strstr(error, "0123"));
    assert_int_equal(pwrite(fd, key, sizeof key - 1, 0), sizeof key - 1);
    close(fd);
    assert_loads(text);
    assert_int_equal(config.customer_key->len, 32);

    setenv("DESKPULSE_PRIVACY_CUSTOMER_KEY_FILE", key_path, 1);
    assert_loads("");
    assert_int_equal(config.customer_key->len, 32);
    setenv("DESKPULSE_PRIVACY_CUSTOMER_KEY_FILE", "/nowhere/key", 1);
    bool good = load(text);
    unsetenv("DESKPULSE_PRIVACY_CUSTOMER_KEY_FILE");
    unlink(key_path);
    assert_false(good);
    assert_error("DESKPULSE_PRIVACY_CUSTOMER_KEY_FILE: ",
                 "[privacy] customer_key_file: \"/nowhere/key\" cannot be opened: No such file");
    snprintf(place, sizeof place, "%s:3: ", path);
    assert_false(load(text));
    assert_error(place, "cannot be opened");
    assert_loads("[privacy]\ncustomer_key_file =\n");
    assert_null(config.customer_key);
}

static void test_options(void **state)
{
    struct dp_aggregator_options options;
    (void)state;
    assert_loads(
        "[window]\nlengths = 60s 10s\n[target]\nchat = 5s\n[queue \"q\"]\ntarget.voice = 1s\n");
    dp_config_aggregator_options(&config, &options);
    assert_int_equal(options.windows.count, 2);
    assert_int_equal(options.windows.length_ms[1], 60000);
    assert_string_equal(options.window_labels[0], "10s");
    assert_string_equal(options.window_labels[1], "60s");
    assert_int_equal(options.allowed_lateness_ms, 60000);
    assert_int_equal(options.dedup_horizon_ms, 3600000);
    assert_int_equal(options.short_abandon_ms, 5000);
    assert_int_equal(options.fcr_window_ms, 86400000);
    assert_int_equal(options.contact_ttl_ms, 7 * 86400000LL);
    assert_int_equal(options.scope_ttl_ms, 8 * 86400000LL);
    assert_int_equal(options.max_contacts, 5000000);
    assert_int_equal(options.max_waiting, 1000000);
    assert_true(options.as_of_limit_ms == INT64_MAX);
    assert_int_equal(options.targets.target_ms[DP_CHANNEL_VOICE], 20000);
    assert_int_equal(options.targets.target_ms[DP_CHANNEL_CHAT], 5000);
    assert_int_equal(options.targets.queue_count, 1);
    assert_string_equal(options.targets.queues[0].queue, "q");
    assert_int_equal(options.targets.queues[0].target_ms[DP_CHANNEL_VOICE], 1000);
}

static void test_help(void **state)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    (void)state;
    dp_config_print_help(out);
    fclose(out);
    assert_non_null(strstr(text, "[redis]\nurl = redis://localhost:6379/0\n"));
    assert_non_null(strstr(text, "DESKPULSE_WINDOW_ALLOWED_LATENESS"));
    assert_non_null(strstr(text, "from 50ms to 1m"));
    assert_non_null(strstr(text, "[queue \"NAME\"]"));
    assert_non_null(strstr(text, "[scorecard]\npreset = performance\n"));
    assert_non_null(strstr(text, "[measure \"NAME\"]\nweight"));
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_defaults, clean),
        cmocka_unit_test_teardown(test_file, clean),
        cmocka_unit_test_teardown(test_queues, clean),
        cmocka_unit_test_teardown(test_long_names, clean),
        cmocka_unit_test_teardown(test_wrong_values, clean),
        cmocka_unit_test_teardown(test_wrong_lines, clean),
        cmocka_unit_test_teardown(test_no_file, clean),
        cmocka_unit_test_teardown(test_precedence, clean),
        cmocka_unit_test_teardown(test_wrong_environment, clean),
        cmocka_unit_test_teardown(test_wrong_overrides, clean),
        cmocka_unit_test_teardown(test_no_zones, clean),
        cmocka_unit_test_teardown(test_customer_key, clean),
        cmocka_unit_test_teardown(test_options, clean),
        cmocka_unit_test_teardown(test_help, clean),
    };
    return cmocka_run_group_tests_name("config", tests, set_up, tear_down);
}
