#include "app/config_table.h"

#include <ctype.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/duration.h"
#include "common/memory.h"
#include "ingest/adapter.h"
#include "sink/redis_tls.h"
#include "sink/redis_url.h"

#define DP_SECOND 1000
#define DP_MINUTE 60000
#define DP_HOUR   3600000
#define DP_DAY    86400000
#define DP_MONTH  (31 * (int64_t)DP_DAY)
#define DP_YEAR   (366 * (int64_t)DP_DAY)

#define DP_BLANKS " \t"

/* Kafka's own limit. */
#define DP_TOPIC_MAX 249

#define DP_PREFIX_MAX 64

const char *dp_config_quote(char text[80], const char *value)
{
    size_t n = 0;
    text[n++] = '"';
    for (; *value && n < 70; value++)
        text[n++] = iscntrl((unsigned char)*value) ? '?' : *value;
    strcpy(text + n, *value ? "...\"" : "\"");
    return text;
}

static bool wrong_value(char wrong[DP_CONFIG_TEXT], const char *value, const char *what)
{
    char quoted[80];
    snprintf(wrong, DP_CONFIG_TEXT, "%s %s", dp_config_quote(quoted, value), what);
    return false;
}

static void replace(char **text, const char *value)
{
    free(*text);
    *text = dp_xstrdup(value);
}

static char **text_at(struct dp_config *config, const struct dp_config_key *key)
{
    return (char **)((char *)config + key->offset);
}

static int64_t *number_at(struct dp_config *config, const struct dp_config_key *key)
{
    return (int64_t *)((char *)config + key->offset);
}

static bool set_number(struct dp_config *config, const struct dp_config_key *key, int64_t number,
                       const char *value, char *wrong)
{
    if (number < key->min)
        return wrong_value(wrong, value, "is too small");
    if (number > key->max)
        return wrong_value(wrong, value, "is too large");
    *number_at(config, key) = number;
    return true;
}

static bool set_duration(struct dp_config *config, const struct dp_config_key *key,
                         const char *value, char *wrong)
{
    int64_t ms;
    if (!dp_duration_parse(dp_str_from(value), &ms))
        return wrong_value(wrong, value, "is no duration");
    return set_number(config, key, ms, value, wrong);
}

static bool set_count(struct dp_config *config, const struct dp_config_key *key, const char *value,
                      char *wrong)
{
    int64_t count = 0;
    size_t digits = strspn(value, "0123456789");
    if (digits == 0 || value[digits])
        return wrong_value(wrong, value, "is no whole number");
    for (const char *c = value; *c && count <= key->max; c++)
        count = count * 10 + (*c - '0');
    return set_number(config, key, count, value, wrong);
}

static bool topic_valid(const char *topic)
{
    size_t len = strlen(topic);
    return len >= 1 && len <= DP_TOPIC_MAX && strcmp(topic, ".") != 0 && strcmp(topic, "..") != 0 &&
           strspn(topic, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") ==
               len;
}

/* Without a name: none. */
static bool set_optional_topic(struct dp_config *config, const struct dp_config_key *key,
                               const char *value, char *wrong)
{
    if (*value && !topic_valid(value))
        return wrong_value(wrong, value, "is no name of a topic");
    replace(text_at(config, key), value);
    return true;
}

static bool set_topic(struct dp_config *config, const struct dp_config_key *key, const char *value,
                      char *wrong)
{
    if (!topic_valid(value))
        return wrong_value(wrong, value, "is no name of a topic");
    replace(text_at(config, key), value);
    return true;
}

static bool set_topics(struct dp_config *config, const struct dp_config_key *key, const char *value,
                       char *wrong)
{
    (void)key;
    while (config->topic_count)
        free(config->topics[--config->topic_count]);
    char *list = dp_xstrdup(value), *rest = list, *topic;
    size_t capacity = 0;
    bool good = true;
    free(config->topics);
    config->topics = NULL;
    while (good && (topic = strsep(&rest, ","))) {
        topic += strspn(topic, DP_BLANKS);
        for (size_t len = strlen(topic); len && strchr(DP_BLANKS, topic[len - 1]); len--)
            topic[len - 1] = '\0';
        if (!topic_valid(topic))
            good = wrong_value(wrong, topic, "is no name of a topic");
        for (size_t i = 0; good && i < config->topic_count; i++)
            if (strcmp(config->topics[i], topic) == 0)
                good = wrong_value(wrong, topic, "is there twice");
        if (good) {
            config->topics =
                dp_xgrow(config->topics, config->topic_count, &capacity, sizeof(char *));
            config->topics[config->topic_count++] = dp_xstrdup(topic);
        }
    }
    free(list);
    return good;
}

static bool set_format(struct dp_config *config, const struct dp_config_key *key, const char *value,
                       char *wrong)
{
    if (!dp_adapter_find(value))
        return wrong_value(wrong, value, "is no format");
    replace(text_at(config, key), value);
    return true;
}

/* The message leaves the URL out: it may hold a password. */
static bool set_redis_url(struct dp_config *config, const struct dp_config_key *key,
                          const char *value, char *wrong)
{
    struct dp_redis_url url;
    if (!dp_redis_url_parse(&url, value, wrong, DP_CONFIG_TEXT))
        return false;
    struct dp_redis_tls *tls =
        url.tls ? dp_redis_tls_create(url.host, wrong, DP_CONFIG_TEXT) : NULL;
    bool good = tls || !url.tls;
    dp_redis_tls_destroy(tls);
    dp_redis_url_deinit(&url);
    if (!good)
        return false;
    replace(text_at(config, key), value);
    return true;
}

static bool set_prefix(struct dp_config *config, const struct dp_config_key *key, const char *value,
                       char *wrong)
{
    size_t len = strlen(value);
    bool good = len >= 1 && len <= DP_PREFIX_MAX;
    for (const char *c = value; *c; c++)
        good = good && (unsigned char)*c > ' ' && *c != 0x7f && !strchr("{}:", *c);
    if (!good)
        return wrong_value(wrong, value, "is no prefix");
    replace(text_at(config, key), value);
    return true;
}

/* Puts one more length in its place among the ascending ones. */
static bool add_window(struct dp_config *config, const char *label, char *wrong)
{
    struct dp_window_plan *plan = &config->windows;
    int64_t ms;
    if (!dp_duration_parse(dp_str_from(label), &ms))
        return wrong_value(wrong, label, "is no duration");
    if (ms % DP_SECOND || ms < DP_SECOND || ms > 7 * (int64_t)DP_DAY)
        return wrong_value(wrong, label, "is no length of a window");
    if (plan->count == DP_WINDOWS_MAX)
        return wrong_value(wrong, label, "is one window too many");
    size_t at = plan->count;
    while (at > 0 && plan->length_ms[at - 1] >= ms)
        at--;
    if (at < plan->count && plan->length_ms[at] == ms)
        return wrong_value(wrong, label, "is a length that is there already");
    memmove(plan->length_ms + at + 1, plan->length_ms + at,
            (plan->count - at) * sizeof *plan->length_ms);
    memmove(config->window_labels + at + 1, config->window_labels + at,
            (plan->count - at) * sizeof *config->window_labels);
    plan->length_ms[at] = ms;
    strcpy(config->window_labels[at], label); /* at most "604800000ms" */
    plan->count++;
    return true;
}

static bool set_windows(struct dp_config *config, const struct dp_config_key *key,
                        const char *value, char *wrong)
{
    (void)key;
    char *list = dp_xstrdup(value), *rest = list, *label;
    bool good = true;
    config->windows.count = 0;
    while (good && (label = strsep(&rest, DP_BLANKS ",")))
        good = *label == '\0' || add_window(config, label, wrong);
    free(list);
    if (good && config->windows.count == 0)
        return wrong_value(wrong, value, "holds no length");
    return good;
}

/* A zone's file begins with its magic number. Names lead nowhere but into the database. */
static bool zone_exists(const char *database, const char *zone)
{
    char path[512], magic[4];
    if (*zone == '/' || strstr(zone, ".."))
        return false;
    if ((size_t)snprintf(path, sizeof path, "%s/%s", database, zone) >= sizeof path)
        return false;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return false;
    bool good = read(fd, magic, sizeof magic) == sizeof magic && memcmp(magic, "TZif", 4) == 0;
    close(fd);
    return good;
}

static bool set_timezone(struct dp_config *config, const struct dp_config_key *key,
                         const char *value, char *wrong)
{
    const char *database = getenv("TZDIR");
    if (!database || !*database)
        database = "/usr/share/zoneinfo";
    if (strcmp(value, "UTC") != 0) {
        if (access(database, F_OK) != 0) {
            snprintf(wrong, DP_CONFIG_TEXT,
                     "there is no time zone database in %.200s, so only UTC is known", database);
            return false;
        }
        if (!zone_exists(database, value))
            return wrong_value(wrong, value, "is no known time zone");
    }
    replace(text_at(config, key), value);
    return true;
}

static bool set_kinds(struct dp_config *config, const struct dp_config_key *key, const char *value,
                      char *wrong)
{
    char *list = dp_xstrdup(value), *rest = list, *name;
    bool good = true;
    (void)key;
    config->period_kinds = 0;
    while (good && strcmp(value, "none") != 0 && (name = strsep(&rest, DP_BLANKS ","))) {
        size_t kind = 0;
        while (kind < DP_PERIOD_KINDS && strcmp(name, dp_period_kind_names[kind]) != 0)
            kind++;
        if (*name && kind == DP_PERIOD_KINDS)
            good = wrong_value(wrong, name, "is no period");
        else if (*name)
            config->period_kinds |= 1u << kind;
    }
    free(list);
    return good;
}

/* Read at once, so that what is wrong with the file is found where it is named. Without a name:
 * none. */
static bool set_customer_key(struct dp_config *config, const struct dp_config_key *key,
                             const char *value, char *wrong)
{
    char what[DP_CONFIG_TEXT / 2];
    (void)key;
    struct dp_customer_key *customer_key =
        *value ? dp_customer_key_read(value, what, sizeof what) : NULL;
    if (*value && !customer_key)
        return wrong_value(wrong, value, what);
    dp_customer_key_destroy(config->customer_key);
    config->customer_key = customer_key;
    return true;
}

static bool set_level(struct dp_config *config, const struct dp_config_key *key, const char *value,
                      char *wrong)
{
    int level = dp_log_level_parse(value);
    if (level < 0)
        return wrong_value(wrong, value, "is no level");
    *(enum dp_log_level *)((char *)config + key->offset) = (enum dp_log_level)level;
    return true;
}

static bool set_formula(struct dp_config *config, const struct dp_config_key *key,
                        const char *value, char *wrong)
{
    (void)key;
    for (int formula = 0; formula < DP_FORMULAS; formula++) {
        if (strcmp(value, dp_formula_names[formula]) != 0)
            continue;
        config->formula = (enum dp_formula)formula;
        return true;
    }
    return wrong_value(wrong, value, "is no formula");
}

static bool set_preset(struct dp_config *config, const struct dp_config_key *key, const char *value,
                       char *wrong)
{
    (void)key;
    for (int preset = 0; preset < DP_PRESETS; preset++) {
        if (strcmp(value, dp_preset_names[preset]) != 0)
            continue;
        config->scorecard_preset = (enum dp_preset)preset;
        return true;
    }
    return wrong_value(wrong, value, "is no preset");
}

static bool set_robust(struct dp_config *config, const struct dp_config_key *key, const char *value,
                       char *wrong)
{
    (void)key;
    return dp_robust_parse(dp_str_from(value), &config->scorecard_robust) ||
           wrong_value(wrong, value, "is no such choice");
}

size_t dp_config_find_kafka(const struct dp_config *config, const char *name)
{
    size_t at = 0;
    while (at < config->kafka_count && strcmp(config->kafka[at].name, name) != 0)
        at++;
    return at;
}

bool dp_config_check_kafka(const char *name, const char *value, char wrong[DP_CONFIG_TEXT])
{
    /* Tried by itself for all uses, so that what is wrong is found where it is written. */
    const struct dp_kafka_property trial[] = {
        {"bootstrap.servers", "localhost:9092"}, {"group.id", "deskpulse"}, {name, value}};
    static const enum dp_kafka_role roles[] = {DP_KAFKA_CONSUMER, DP_KAFKA_MEMBER,
                                               DP_KAFKA_PRODUCER};
    for (size_t i = 0; i < sizeof roles / sizeof *roles; i++) {
        rd_kafka_conf_t *conf = dp_kafka_conf_create(roles[i], trial, 3, wrong, DP_CONFIG_TEXT);
        if (!conf)
            return false;
        rd_kafka_conf_destroy(conf);
    }
    return true;
}

void dp_config_set_kafka(struct dp_config *config, const char *name, const char *value)
{
    size_t at = dp_config_find_kafka(config, name);
    if (at == config->kafka_count) {
        config->kafka = dp_xrealloc(config->kafka, (at + 1) * sizeof *config->kafka);
        config->kafka[config->kafka_count++] = (struct dp_kafka_property){.name = dp_xstrdup(name)};
    }
    free((void *)(uintptr_t)config->kafka[at].value);
    config->kafka[at].value = dp_xstrdup(value);
}

#define DP_AT(member) offsetof(struct dp_config, member)
#define DP_TOPICS     "letters, digits and ._- in a topic's name"

/* clang-format off */
const struct dp_config_key dp_config_keys[] = {
    {"kafka", "topics", "cc.calls, cc.chats", set_topics, 0, 0, 0,
     "names of topics, separated by commas (" DP_TOPICS ")", "the topics of events"},
    {"kafka", "dead_letter_topic", "cc.dead", set_topic, DP_AT(dead_letter_topic), 0, 0,
     "a name that is not in topics (" DP_TOPICS ")", "the topic for messages that cannot be used"},
    {"kafka", "control_topic", "deskpulse.control", set_topic, DP_AT(control_topic), 0, 0,
     "a name that no other topic has (" DP_TOPICS ")",
     "the topic whose partition the active process owns; nothing is written to it"},
    {"kafka", "facts_topic", "", set_optional_topic, DP_AT(facts_topic), 0, 0,
     "a name that no other topic has (" DP_TOPICS "), or nothing",
     "the topic that every fact is written to, for deskpulse explain (default: none)"},
    {"kafka", "format", "cloudevents", set_format, DP_AT(format), 0, 0, NULL,
     "how messages are written"},
    {"redis", "url", "redis://localhost:6379/0", set_redis_url, DP_AT(redis_url), 0, 0,
     "redis://[[USER]:PASSWORD@]HOST[:PORT][/DB], the same with rediss://, or unix://PATH[?db=DB]",
     "the Redis server"},
    {"redis", "prefix", "dp", set_prefix, DP_AT(redis_prefix), 0, 0,
     "1 to 64 characters without blanks, braces or colons", "what every key begins with"},
    {"redis", "flush_interval", "1s", set_duration, DP_AT(flush_interval_ms), 50, DP_MINUTE, NULL,
     "how often changes are written"},
    {"redis", "commit_interval", "1s", set_duration, DP_AT(commit_interval_ms), 50, DP_MINUTE, NULL,
     "how often the state is saved"},
    {"redis", "max_behind", "10s", set_duration, DP_AT(max_behind_ms), DP_SECOND, DP_HOUR, NULL,
     "reading pauses while Redis is further behind than this"},
    {"window", "lengths", "1m 5m 15m 30m 1h 8h 24h", set_windows, 0, 0, 0,
     "1 to 16 different durations of whole seconds from 1s to 7d, separated by blanks",
     "the lengths of the sliding windows"},
    {"window", "allowed_lateness", "60s", set_duration, DP_AT(allowed_lateness_ms), 0, DP_DAY, NULL,
     "an event further behind its partition than this is late"},
    {"window", "timezone", "UTC", set_timezone, DP_AT(timezone), 0, 0,
     "a name of the time zone database, such as Asia/Shanghai or UTC",
     "the time zone of calendar periods"},
    {"period", "kinds", "day ten-day week month quarter year", set_kinds, 0, 0, 0,
     "day, ten-day, week, month, quarter, year, separated by blanks, or none",
     "the calendar periods that there are figures of"},
    {"period", "keep", "400d", set_duration, DP_AT(period_keep_ms), DP_DAY, 10 * DP_YEAR, NULL,
     "how long a period's figures stay in Redis after its end"},
    {"period", "interval", "10s", set_duration, DP_AT(period_interval_ms), 0, DP_HOUR, NULL,
     "how often figures of periods are written; 0s: with every change"},
    {"kpi", "short_abandon", "5s", set_duration, DP_AT(short_abandon_ms), 0, DP_HOUR, NULL,
     "an abandon sooner than this is not held against anybody"},
    {"kpi", "fcr_window", "24h", set_duration, DP_AT(fcr_window_ms), DP_SECOND, DP_MONTH, NULL,
     "a customer who comes back within this time was not helped the first time"},
    {"kpi", "service_level_formula", "answered-and-abandoned", set_formula, 0, 0, 0,
     DP_FORMULAS_ALLOWED, "what the service level is a share of"},
    {"scorecard", "preset", "performance", set_preset, 0, 0, 0,
     "performance, training or none", "the dimensions and measures to begin with"},
    {"scorecard", "robust", "p5-p95", set_robust, 0, 0, 0, DP_ROBUST_ALLOWED,
     "how much extreme values weigh in the mean handling time, handle_mean_ms"},
    {"quality", "per_day", "3", set_count, DP_AT(quality_per_day), 0, 1000, NULL,
     "the quality checks wanted of an agent on a day with work; 0: none"},
    {"quality", "per_month", "20", set_count, DP_AT(quality_per_month), 0, 10000, NULL,
     "the same in a month"},
    {"target", "voice", "20s", set_duration, DP_AT(target_ms[DP_CHANNEL_VOICE]), 1, DP_MONTH, NULL,
     "calls are to be answered within this time"},
    {"target", "chat", "60s", set_duration, DP_AT(target_ms[DP_CHANNEL_CHAT]), 1, DP_MONTH, NULL,
     "chats are to be answered within this time"},
    {"target", "email", "24h", set_duration, DP_AT(target_ms[DP_CHANNEL_EMAIL]), 1, DP_MONTH, NULL,
     "e-mails are to be answered within this time"},
    {"privacy", "customer_key_file", "", set_customer_key, 0, 0, 0,
     "a file of 4096 bytes at most with a key of 32 at least, which its owner alone may write "
     "and others than its group may not read (chmod 640, 600 or 400)",
     "customers go by pseudonyms that are made with the key in this file (default: by their ids)"},
    {"limits", "dedup_horizon", "1h", set_duration, DP_AT(dedup_horizon_ms), DP_HOUR, DP_MONTH, NULL,
     "the event time for which events are remembered, to know a duplicate"},
    {"limits", "contact_ttl", "7d", set_duration, DP_AT(contact_ttl_ms), DP_MINUTE, DP_YEAR, NULL,
     "a contact without events for so long is forgotten"},
    {"limits", "scope_ttl", "8d", set_duration, DP_AT(scope_ttl_ms), DP_MINUTE, DP_YEAR, NULL,
     "so is an agent, a team or a queue"},
    {"limits", "max_contacts", "5000000", set_count, DP_AT(max_contacts), 1, 1000000000, NULL,
     "above this the contact that was silent longest is forgotten early"},
    {"limits", "max_waiting", "1000000", set_count, DP_AT(max_waiting), 1, 1000000000, NULL,
     "above this an event ahead of its time counts at once"},
    {"log", "level", "info", set_level, DP_AT(log_level), 0, 0,
     "debug, info, warn or error", "the least important lines to write"},
};
/* clang-format on */
const size_t dp_config_key_count = sizeof dp_config_keys / sizeof *dp_config_keys;

const struct dp_config_key *dp_config_key_find(const char *section, const char *name)
{
    for (size_t i = 0; i < dp_config_key_count; i++)
        if (strcmp(dp_config_keys[i].section, section) == 0 &&
            strcmp(dp_config_keys[i].name, name) == 0)
            return &dp_config_keys[i];
    return NULL;
}

bool dp_config_section_known(const char *section)
{
    for (size_t i = 0; i < dp_config_key_count; i++)
        if (strcmp(dp_config_keys[i].section, section) == 0)
            return true;
    return false;
}

void dp_config_list_keys(const char *section, char text[DP_CONFIG_TEXT])
{
    char *end = text;
    for (size_t i = 0; i < dp_config_key_count; i++)
        if (strcmp(dp_config_keys[i].section, section) == 0)
            end += sprintf(end, "%s%s", end == text ? "" : ", ", dp_config_keys[i].name);
}

void dp_config_list_sections(char text[DP_CONFIG_TEXT])
{
    char *end = text;
    for (size_t i = 0; i < dp_config_key_count; i++)
        if (i == 0 || strcmp(dp_config_keys[i].section, dp_config_keys[i - 1].section) != 0)
            end += sprintf(end, "%s[%s]", i ? ", " : "", dp_config_keys[i].section);
}

void dp_config_allowed(const struct dp_config_key *key, char text[DP_CONFIG_TEXT])
{
    char min[32], max[32];
    if (key->allowed) {
        snprintf(text, DP_CONFIG_TEXT, "%s", key->allowed);
    } else if (key->set == set_format) {
        snprintf(text, DP_CONFIG_TEXT, "%s", dp_adapter_names());
    } else if (key->set == set_duration) {
        dp_duration_format(key->min, min);
        dp_duration_format(key->max, max);
        snprintf(text, DP_CONFIG_TEXT, "a duration such as 500ms 20s 5m 24h 7d, from %s to %s", min,
                 max);
    } else {
        snprintf(text, DP_CONFIG_TEXT, "a whole number from %" PRId64 " to %" PRId64, key->min,
                 key->max);
    }
}

void dp_config_variable(const struct dp_config_key *key, char text[DP_CONFIG_TEXT])
{
    snprintf(text, DP_CONFIG_TEXT, "DESKPULSE_%s_%s", key->section, key->name);
    for (char *c = text; *c; c++)
        *c = *c == '.' ? '_' : (char)toupper((unsigned char)*c);
}
