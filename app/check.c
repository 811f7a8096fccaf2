/* deskpulse check: the configuration and, with --connect, Kafka and Redis; with --rules, what the
 * rules would have said. */
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "app/check_report.h"
#include "app/check_rules.h"
#include "app/command.h"
#include "app/kafka_check.h"
#include "app/redis_check.h"
#include "common/duration.h"
#include "common/log.h"
#include "sink/redis_url.h"

static const char help[] =
    "usage: deskpulse check [OPTION]...\n"
    "       deskpulse check [OPTION]... --rules PATH...\n\n"
    "Checks the configuration and says what it means; `deskpulse run --help` shows every key.\n\n"
    "  -c, --config FILE   configuration (default: built in)\n"
    "      --set S.K=VALUE overrides key K of section S\n"
    "      --connect       checks as well that Kafka and Redis answer and permit what is needed: "
    "one\n"
    "                      line a check, with what to do; the exit code is 1 if one has failed\n"
    "      --rules         how many alerts each rule would have given: reads files of events "
    "(NDJSON;\n"
    "                      - is standard input), in the time of the events; nobody is told. "
    "`deskpulse\n"
    "                      replay --rules` prints each of them\n"
    "      --help, --version\n";

static const char *duration(int64_t ms, char text[32])
{
    dp_duration_format(ms, text);
    return text;
}

/* Of a queue, with what else it has of its own; NULL: of all. */
static void say_targets(const int64_t target_ms[DP_CHANNELS], const struct dp_queue_targets *queue)
{
    char text[32];
    const char *comma = "";
    for (int channel = DP_CHANNEL_VOICE; channel < DP_CHANNELS; channel++) {
        if (!target_ms[channel])
            continue;
        printf("%s%s %s", comma, dp_channel_names[channel], duration(target_ms[channel], text));
        comma = ", ";
    }
    if (queue && queue->has_short_abandon) {
        printf("%sabandons short below %s", comma, duration(queue->short_abandon_ms, text));
        comma = ", ";
    }
    if (queue && queue->has_formula) {
        printf("%sservice level by %s", comma, dp_formula_names[queue->formula]);
        comma = ", ";
    }
    if (queue && queue->hours.count)
        printf("%shas service hours", comma);
    puts("");
}

static void say_scorecard(const struct dp_config *config)
{
    const struct dp_scorecard *card = &config->scorecard;
    printf("  scorecard     %s", card->dimension_count ? "" : "none");
    for (size_t i = 0; i < card->dimension_count; i++)
        printf("%s%s %g", i ? ", " : "", card->dimensions[i].name,
               (double)card->dimensions[i].weight / (double)DP_WEIGHT_UNIT);
    puts("");
    for (size_t i = 0; i < config->award_count; i++)
        printf("                %s \"%s\" of a %s\n",
               config->awards[i].kind == DP_AWARD ? "award" : "warning", config->awards[i].name,
               dp_period_kind_names[config->awards[i].period]);
}

/* What the configuration means, in a few lines. */
static void say_meaning(const char *name, const struct dp_config *config)
{
    const struct dp_kafka_property *kafka = config->kafka;
    struct dp_redis_url url;
    char text[32], server[320], error[512];

    printf("%s: ok\n  reads         ", name);
    for (size_t i = 0; i < config->topic_count; i++)
        printf("%s%s", i ? ", " : "", config->topics[i]);
    printf(" from Kafka at %s as group %s, format %s\n",
           dp_kafka_property_brokers(kafka, config->kafka_count),
           dp_kafka_property_find(kafka, config->kafka_count, "group.id"), config->format);
    printf("  active        the owner of topic %s\n", config->control_topic);
    printf("  dead letters  to %s\n", config->dead_letter_topic);
    if (*config->facts_topic)
        printf("  facts         to %s\n", config->facts_topic);
    if (dp_redis_url_parse(&url, config->redis_url, error, sizeof error)) {
        dp_redis_url_describe(&url, server, sizeof server);
        dp_redis_url_deinit(&url);
        printf("  writes        %s:* to Redis at %s every %s", config->redis_prefix, server,
               duration(config->flush_interval_ms, text));
        printf(", the state every %s\n", duration(config->commit_interval_ms, text));
    }
    if (config->customer_key)
        puts("  customers     by pseudonyms ([privacy] customer_key_file)");
    printf("  windows      ");
    for (size_t i = 0; i < config->windows.count; i++)
        printf(" %s", config->window_labels[i]);
    printf("; late is what comes more than %s behind\n",
           duration(config->allowed_lateness_ms, text));
    printf("  targets       ");
    say_targets(config->target_ms, NULL);
    for (size_t i = 0; i < config->queue_count; i++) {
        printf("                queue \"%s\": ", config->queues[i].queue);
        say_targets(config->queues[i].target_ms, &config->queues[i]);
    }
    printf("  service level by %s\n", dp_formula_names[config->formula]);
    say_scorecard(config);
    if (config->rule_count || config->hook_count)
        printf("  alerts        %zu rules, %zu hooks, %zu teams with a lead\n", config->rule_count,
               config->hook_count, config->route_count);
    fflush(stdout);
}

static void add_warning(void *report, const char *text)
{
    dp_check_report_add(report, DP_CHECK_WARN, "%s", text);
}

static int check_config(const char *name, const struct dp_config *config, bool connect)
{
    struct dp_check_report report = {0};
    char error[1024];
    if (config->log_level != DP_LOG_DEBUG) /* our lines say it; whoever debugs wants the log too */
        dp_log_set_level(DP_LOG_ERROR);
    if (!dp_kafka_check_properties(config, error, sizeof error) ||
        !dp_redis_check_url(config, error, sizeof error)) {
        fprintf(stderr, "deskpulse: %s: %s\n", name, error);
        return DP_EXIT_USAGE;
    }
    say_meaning(name, config);
    dp_config_warnings(config, add_warning, &report);
    if (connect) {
        dp_kafka_check(config, &report);
        dp_redis_check(config, &report);
    }
    return report.counts[DP_CHECK_FAIL] ? DP_EXIT_FAILED : DP_EXIT_DONE;
}

struct arguments {
    const char *config;
    struct dp_overrides overrides;
    bool connect, rules;
    char **paths; /* with `rules` */
    size_t path_count;
};

/* Returns -1 to go on, else the exit code. */
static int read_arguments(int argc, char **argv, struct arguments *arguments)
{
    enum { CONNECT = DP_OPTION_SET + 1, RULES };
    static const struct option options[] = {
        {"config", required_argument, NULL, 'c'}, {"set", required_argument, NULL, DP_OPTION_SET},
        {"connect", no_argument, NULL, CONNECT},  {"rules", no_argument, NULL, RULES},
        {"help", no_argument, NULL, 'h'},         {0},
    };
    int code;
    opterr = 0;
    for (int option; (option = getopt_long(argc, argv, ":c:h", options, NULL)) != -1;) {
        switch (option) {
        case CONNECT:
            arguments->connect = true;
            break;
        case RULES:
            arguments->rules = true;
            break;
        default:
            code = dp_command_option(option, argv, help, &arguments->config, &arguments->overrides);
            if (code >= 0)
                return code;
        }
    }
    arguments->paths = argv + optind;
    arguments->path_count = (size_t)(argc - optind);
    if (arguments->rules && !arguments->path_count)
        return dp_usage_error(argv[0], "no file named; - is standard input");
    if (!arguments->rules && arguments->path_count)
        return dp_usage_error(argv[0], "'%s' is no option; the configuration is named with -c",
                              argv[optind]);
    return -1;
}

int dp_check_main(int argc, char **argv)
{
    struct arguments arguments = {0};
    struct dp_config config;
    int code = read_arguments(argc, argv, &arguments);
    if (code >= 0)
        return code;
    if (!dp_command_config(arguments.config, &arguments.overrides, &config))
        return DP_EXIT_USAGE;
    const struct dp_adapter *adapter = dp_adapter_find(config.format);
    if (arguments.rules && !config.rule_count) {
        code = dp_usage_error(argv[0], "--rules: the configuration has none; allowed: with one "
                                       "[rule \"NAME\"] at the least");
    } else {
        code = check_config(arguments.config ? arguments.config : "configuration", &config,
                            arguments.connect);
        if (arguments.rules && code != DP_EXIT_USAGE &&
            !dp_check_rules(&config, adapter, arguments.paths, arguments.path_count))
            code = DP_EXIT_FAILED;
    }
    dp_config_deinit(&config);
    return code;
}
