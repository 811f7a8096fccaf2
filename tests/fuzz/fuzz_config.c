/* Configuration files: what is taken is within the limits and is taken the same way again; what is
 * refused is explained in one line. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "app/config.h"
#include "common/utf8.h"
#include "ingest/adapter.h"
#include "ingest/identifier.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds, const char *what)
{
    if (!holds) {
        fprintf(stderr, "does not hold: %s\n", what);
        abort();
    }
}

static bool tell(void *ctx, enum dp_quantity quantity, struct dp_robust robust, double *value)
{
    (void)ctx;
    (void)robust;
    *value = 1000.0 * (int)quantity;
    return quantity % 3 != 0;
}

/* Every card that is taken can be used. */
static void check_scorecard(const struct dp_config *config)
{
    const struct dp_scorecard *card = &config->scorecard;
    const struct dp_standing standing = {1, 2, 2};
    struct dp_score score;
    int64_t weight = 0;
    for (size_t i = 0; i < card->dimension_count; i++) {
        check(card->dimensions[i].weight > 0 && card->dimensions[i].count > 0, "a dimension");
        weight += card->dimensions[i].weight;
    }
    check(card->dimension_count == 0 || llabs(weight - DP_WEIGHT_UNIT) <= 1, "weights add up to 1");
    for (size_t i = 0; i < card->measure_count; i++)
        check(card->measures[i].weight > 0 && card->measures[i].floor != card->measures[i].target,
              "a measure");
    dp_scorecard_evaluate(card, tell, NULL, &score);
    check(score.score >= 0 && score.score <= 100000000, "a score");
    check(score.coverage >= 0 && score.coverage <= 1000000, "a coverage");
    for (size_t i = 0; i < config->award_count; i++) {
        check(*config->awards[i].name != '\0', "an award's name");
        dp_award_earned(&config->awards[i], tell, NULL, &standing);
    }
}

static bool is_hook(const struct dp_config *config, const char *name)
{
    for (size_t i = 0; i < config->hook_count; i++)
        if (strcmp(config->hooks[i].name, name) == 0)
            return true;
    return strcmp(name, "team-lead") == 0 && config->route_count;
}

/* What a rule or a hook names is there. */
static void check_alerts(const struct dp_config *config)
{
    for (size_t i = 0; i < config->rule_count; i++) {
        const struct dp_rule *rule = &config->rules[i];
        check(*rule->name && strlen(rule->name) <= DP_RULE_NAME_MAX, "a rule's name");
        check(rule->when.count && rule->term_count && *rule->when_text, "a rule's condition");
        check(!(rule->has_window && rule->has_period), "one span");
        check(*rule->severity && rule->line, "severity and line");
        check(!rule->escalate == !rule->escalate_ms, "an escalation is whole");
        check(!rule->escalate || is_hook(config, rule->escalate), "it is told to a hook");
        for (size_t n = 0; n < rule->notify_count; n++)
            check(is_hook(config, rule->notify[n]), "a rule is told to hooks");
    }
    for (size_t i = 0; i < config->hook_count; i++) {
        const struct dp_hook *hook = &config->hooks[i];
        check(*hook->name && *hook->url && hook->timeout_ms > 0 && hook->group, "a hook");
        check(!hook->fallback || is_hook(config, hook->fallback), "a fallback");
        check(hook->type != DP_HOOK_EMAIL || (*hook->from && *hook->to), "addresses");
    }
    for (size_t i = 0; i < config->route_count; i++)
        check(*config->routes[i].team && is_hook(config, config->routes[i].hook), "a team's lead");
}

static void check_config(const struct dp_config *config)
{
    check(config->topic_count >= 1, "there is a topic");
    for (size_t i = 0; i < config->topic_count; i++)
        check(strcmp(config->topics[i], config->dead_letter_topic) != 0,
              "dead letters go elsewhere");
    check(dp_adapter_find(config->format) != NULL, "the format is known");
    check(*config->redis_url && *config->redis_prefix && *config->timezone, "no text is empty");
    check(strpbrk(config->redis_prefix, "{}: \t\r\n") == NULL, "the prefix fits into keys");
    check(config->flush_interval_ms >= 50 && config->flush_interval_ms <= 60000, "flush_interval");
    check(config->allowed_lateness_ms >= 0 && config->dedup_horizon_ms >= 3600000,
          "lateness, horizon");
    check(config->windows.count >= 1 && config->windows.count <= DP_WINDOWS_MAX, "windows");
    for (size_t i = 0; i < config->windows.count; i++) {
        int64_t ms = config->windows.length_ms[i];
        check(ms % 1000 == 0 && ms >= 1000 && ms <= 604800000, "a window's length");
        check(i == 0 || ms > config->windows.length_ms[i - 1], "windows ascend");
        size_t len = strnlen(config->window_labels[i], sizeof config->window_labels[i]);
        check(len >= 2 && len < sizeof config->window_labels[i], "a window's label");
    }
    for (size_t i = 0; i < config->queue_count; i++) {
        struct dp_str name = dp_str_from(config->queues[i].queue);
        check(dp_utf8_valid(name) && dp_identifier_valid(name), "a queue's name");
    }
    check_scorecard(config);
    check_alerts(config);
    check(config->max_contacts >= 1 && config->max_waiting >= 1, "limits");
    check(dp_kafka_property_find(config->kafka, config->kafka_count, "group.id") != NULL,
          "group.id");
}

static void check_error(const char *error)
{
    check(strncmp(error, "/proc/self/fd/", 14) == 0, "the error begins with the file");
    check(strstr(error, "; allowed: ") != NULL, "it says what is allowed");
    for (const char *c = error; *c; c++)
        check((unsigned char)*c >= ' ' && *c != 0x7f, "it is one line");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static int file = -1;
    static char path[32], error[2][4096];
    if (file < 0) {
        file = memfd_create("config", 0);
        check(file >= 0, "there is a file");
        snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    }
    if (size > 4096)
        return 0;
    check(ftruncate(file, 0) == 0 && pwrite(file, data, size, 0) == (ssize_t)size, "it is written");

    struct dp_config config[2];
    bool good[2];
    for (int i = 0; i < 2; i++) {
        *error[i] = '\0';
        good[i] = dp_config_load(&config[i], path, NULL, 0, error[i], sizeof error[i]);
        if (good[i])
            check_config(&config[i]);
        else
            check_error(error[i]);
    }
    check(good[0] == good[1] && strcmp(error[0], error[1]) == 0,
          "a file is read the same way again");
    if (good[0]) {
        check(memcmp(&config[0].windows, &config[1].windows, sizeof config[0].windows) == 0 &&
                  config[0].kafka_count == config[1].kafka_count,
              "with the same result");
        dp_config_deinit(&config[0]);
        dp_config_deinit(&config[1]);
    }
    return 0;
}
