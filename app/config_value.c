#include "app/config_value.h"

#include <ctype.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/listen_address.h"
#include "common/duration.h"
#include "common/memory.h"
#include "ingest/adapter.h"
#include "sink/redis_tls.h"
#include "sink/redis_url.h"

#define DP_SECOND 1000
#define DP_WEEK   (7 * INT64_C(86400000))

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

bool dp_set_duration(struct dp_config *config, const struct dp_config_key *key, const char *value,
                     char *wrong)
{
    int64_t ms;
    if (!dp_duration_parse(dp_str_from(value), &ms))
        return wrong_value(wrong, value, "is no duration");
    return set_number(config, key, ms, value, wrong);
}

bool dp_set_count(struct dp_config *config, const struct dp_config_key *key, const char *value,
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

bool dp_set_optional_topic(struct dp_config *config, const struct dp_config_key *key,
                           const char *value, char *wrong)
{
    if (*value && !topic_valid(value))
        return wrong_value(wrong, value, "is no name of a topic");
    replace(text_at(config, key), value);
    return true;
}

bool dp_set_topic(struct dp_config *config, const struct dp_config_key *key, const char *value,
                  char *wrong)
{
    if (!topic_valid(value))
        return wrong_value(wrong, value, "is no name of a topic");
    replace(text_at(config, key), value);
    return true;
}

bool dp_set_topics(struct dp_config *config, const struct dp_config_key *key, const char *value,
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

bool dp_set_format(struct dp_config *config, const struct dp_config_key *key, const char *value,
                   char *wrong)
{
    if (!dp_adapter_find(value))
        return wrong_value(wrong, value, "is no format");
    replace(text_at(config, key), value);
    return true;
}

bool dp_set_redis_url(struct dp_config *config, const struct dp_config_key *key, const char *value,
                      char *wrong)
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

bool dp_set_prefix(struct dp_config *config, const struct dp_config_key *key, const char *value,
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

bool dp_set_web_url(struct dp_config *config, const struct dp_config_key *key, const char *value,
                    char *wrong)
{
    size_t scheme = strncmp(value, "https://", 8) == 0  ? 8
                    : strncmp(value, "http://", 7) == 0 ? 7
                                                        : 0;
    bool good = scheme && value[scheme] && value[scheme] != '/';
    for (const char *c = value; *c; c++)
        good = good && (unsigned char)*c > ' ' && *c != 0x7f && *c != '"';
    if (*value && !good)
        return wrong_value(wrong, value, "is no address of a web page");
    replace(text_at(config, key), value);
    return true;
}

bool dp_set_listen(struct dp_config *config, const struct dp_config_key *key, const char *value,
                   char *wrong)
{
    struct dp_listen_address address;
    if (*value && !dp_listen_address_parse(&address, value))
        return wrong_value(wrong, value, "is no address to listen at");
    replace(text_at(config, key), value);
    return true;
}

bool dp_set_text(struct dp_config *config, const struct dp_config_key *key, const char *value,
                 char *wrong)
{
    (void)wrong;
    replace(text_at(config, key), value);
    return true;
}

bool dp_set_header(struct dp_config *config, const struct dp_config_key *key, const char *value,
                   char *wrong)
{
    for (const char *c = value; *c; c++)
        if (!isalnum((unsigned char)*c) && *c != '-')
            return wrong_value(wrong, value, "is no name of a header");
    replace(text_at(config, key), value);
    return true;
}

bool dp_set_window_label(struct dp_config *config, const struct dp_config_key *key,
                         const char *value, char *wrong)
{
    int64_t ms;
    if (!dp_duration_parse(dp_str_from(value), &ms))
        return wrong_value(wrong, value, "is no duration");
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
    if (ms % DP_SECOND || ms < DP_SECOND || ms > DP_WEEK)
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

bool dp_set_windows(struct dp_config *config, const struct dp_config_key *key, const char *value,
                    char *wrong)
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

bool dp_set_timezone(struct dp_config *config, const struct dp_config_key *key, const char *value,
                     char *wrong)
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

bool dp_set_kinds(struct dp_config *config, const struct dp_config_key *key, const char *value,
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

/* Read at once, so that what is wrong with the file is found where it is named. */
bool dp_set_customer_key(struct dp_config *config, const struct dp_config_key *key,
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

bool dp_set_level(struct dp_config *config, const struct dp_config_key *key, const char *value,
                  char *wrong)
{
    int level = dp_log_level_parse(value);
    if (level < 0)
        return wrong_value(wrong, value, "is no level");
    *(enum dp_log_level *)((char *)config + key->offset) = (enum dp_log_level)level;
    return true;
}

bool dp_set_formula(struct dp_config *config, const struct dp_config_key *key, const char *value,
                    char *wrong)
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

bool dp_set_preset(struct dp_config *config, const struct dp_config_key *key, const char *value,
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

bool dp_set_robust(struct dp_config *config, const struct dp_config_key *key, const char *value,
                   char *wrong)
{
    (void)key;
    return dp_robust_parse(dp_str_from(value), &config->scorecard_robust) ||
           wrong_value(wrong, value, "is no such choice");
}
