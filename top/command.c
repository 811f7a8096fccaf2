/* deskpulse top: the arguments. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "app/command.h"
#include "app/report_format.h"
#include "app/report_text.h"
#include "common/duration.h"
#include "common/log.h"
#include "top/session.h"

/* Figures are written every flush_interval; so much later they are missed. */
#define LATE_MS 4000

static const char help[] =
    "usage: deskpulse top [OPTION]...\n\n"
    "A live board in the terminal, from Redis alone: queues, teams, agents, alerts, and each "
    "agent\n"
    "and queue by itself. ? shows the keys.\n\n"
    "      --window W      of the figures: 1m 5m 15m 30m 1h 8h 24h, or what is configured\n"
    "                      (default: 15m)\n"
    "      --screen NAME   begins there: overview (default), queues, teams, agents, alerts,\n"
    "                      team:ID, agent:ID or queue:ID\n"
    "      --once          writes this screen to standard output, as plain text, and ends\n"
    "  -c, --config FILE   configuration (default: built in): where Redis is, prefix, time zone\n"
    "      --set S.K=VALUE overrides key K of section S\n"
    "      --help, --version\n\n"
    "A figure that is absent is shown as -; it is never 0 by that. NO_COLOR=1 asks for no "
    "colours.\n";

struct arguments {
    const char *config;
    struct dp_overrides overrides;
    struct dp_top_topic topic;
    bool once;
};

/* Returns -1 to go on, else the exit code. */
static int choose_window(const char *command, struct dp_top_topic *topic)
{
    int64_t ms;
    if (strlen(optarg) >= sizeof topic->window || !dp_duration_parse(dp_str_from(optarg), &ms))
        return dp_usage_error(command, "--window '%s' is no length of time; 15m is one", optarg);
    strcpy(topic->window, optarg);
    return -1;
}

static int choose_screen(const char *command, struct dp_top_topic *topic)
{
    if (dp_top_topic_parse(topic, optarg))
        return -1;
    return dp_usage_error(command, "--screen '%s' is unknown; allowed: " DP_TOP_TOPIC_ALLOWED,
                          optarg);
}

static int read_arguments(int argc, char **argv, struct arguments *arguments)
{
    enum { WINDOW = DP_OPTION_SET + 1, SCREEN, ONCE };
    static const struct option options[] = {
        {"config", required_argument, NULL, 'c'},
        {"set", required_argument, NULL, DP_OPTION_SET},
        {"window", required_argument, NULL, WINDOW},
        {"screen", required_argument, NULL, SCREEN},
        {"once", no_argument, NULL, ONCE},
        {"help", no_argument, NULL, 'h'},
        {0},
    };
    int code = -1;
    opterr = 0;
    for (int option; (option = getopt_long(argc, argv, ":c:h", options, NULL)) != -1;) {
        switch (option) {
        case WINDOW:
            code = choose_window(argv[0], &arguments->topic);
            break;
        case SCREEN:
            code = choose_screen(argv[0], &arguments->topic);
            break;
        case ONCE:
            arguments->once = true;
            break;
        default:
            code = dp_command_option(option, argv, help, &arguments->config, &arguments->overrides);
        }
        if (code >= 0)
            return code;
    }
    if (optind < argc)
        return dp_usage_error(argv[0], "'%s' is no option", argv[optind]);
    if (!arguments->once && !(isatty(STDIN_FILENO) && isatty(STDOUT_FILENO)))
        return dp_usage_error(argv[0], "standard input and output are no terminal; --once writes "
                                       "one screen to anywhere");
    return -1;
}

static bool print(const struct dp_top_request *request, char *error, size_t error_size)
{
    if (!dp_top_print(request, dp_report_terminal_of(stdout).columns, error, error_size))
        return false;
    if (fflush(stdout) == 0 && !ferror(stdout))
        return true;
    snprintf(error, error_size, "standard output cannot be written: %s", strerror(errno));
    return false;
}

static int run(const struct arguments *arguments, const struct dp_config *config)
{
    struct dp_top_request request = {
        .url = config->redis_url,
        .prefix = config->redis_prefix,
        .timezone = config->timezone,
        .stale_ms = config->flush_interval_ms + LATE_MS,
        .topic = arguments->topic,
    };
    char error[1024];
    dp_report_settle(config->timezone);
    if (arguments->once ? print(&request, error, sizeof error)
                        : dp_top_run(&request, error, sizeof error))
        return DP_EXIT_DONE;
    fprintf(stderr, "deskpulse top: %s\n", error);
    return DP_EXIT_FAILED;
}

int dp_top_main(int argc, char **argv)
{
    struct arguments arguments = {.topic = {.screen = DP_TOP_SCREEN_ALL}};
    struct dp_config config;
    int code = read_arguments(argc, argv, &arguments);
    if (code >= 0)
        return code;
    if (!dp_command_config(arguments.config, &arguments.overrides, &config))
        return DP_EXIT_USAGE;
    /* The screen says it; whoever debugs wants the log too, but not across the screen. */
    if (config.log_level != DP_LOG_DEBUG || isatty(STDERR_FILENO))
        dp_log_set_level(DP_LOG_ERROR);
    code = run(&arguments, &config);
    dp_config_deinit(&config);
    return code;
}
