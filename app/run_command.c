/* deskpulse run: the options of the command; the work is in run.c. */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "app/command.h"
#include "app/run.h"
#include "common/log.h"
#include "common/timestamp.h"

static const char help[] =
    "usage: deskpulse run [OPTION]...\n\n"
    "Reads events from Kafka, keeps sliding windows, writes the figures and its state to Redis. "
    "Of\n"
    "several processes with one group.id one is active, the others stand by and take over. "
    "SIGTERM\n"
    "and SIGINT write what there is and leave; a second one ends at once. SIGHUP reads targets, "
    "rules\n"
    "and hooks again.\n\n"
    "  -c, --config FILE   configuration (default: built in)\n"
    "      --set S.K=VALUE overrides key K of section S\n"
    "      --clock NAME    wall (default): figures as of now; event: as of the latest event\n"
    "      --as-of TIME    with --clock event: events after TIME (RFC 3339) are not applied\n"
    "      --on-lost-position=earliest|latest\n"
    "                      goes on from there when Kafka no longer holds what comes next\n"
    "                      (default: stops)\n"
    "      --help, --version\n\n"
    "Configuration keys, each with its default and its environment variable:\n\n";

static void log_warning(void *ctx, const char *text)
{
    char quoted[1024];
    (void)ctx;
    dp_log(DP_LOG_WARN, "configuration", "text=%s", dp_log_quote(quoted, sizeof quoted, text));
}

int dp_run_main(int argc, char **argv)
{
    enum { CLOCK = DP_OPTION_SET + 1, AS_OF, ON_LOST };
    static const struct option long_options[] = {
        {"config", required_argument, NULL, 'c'},
        {"set", required_argument, NULL, DP_OPTION_SET},
        {"clock", required_argument, NULL, CLOCK},
        {"as-of", required_argument, NULL, AS_OF},
        {"on-lost-position", required_argument, NULL, ON_LOST},
        {"help", no_argument, NULL, 'h'},
        {0},
    };
    struct dp_overrides overrides = {0};
    struct dp_run_options options = {.overrides = &overrides, .as_of_ms = INT64_MAX};
    int code;
    opterr = 0;
    for (int option; (option = getopt_long(argc, argv, ":c:h", long_options, NULL)) != -1;) {
        switch (option) {
        case CLOCK:
            options.event_clock = strcmp(optarg, "event") == 0;
            if (!options.event_clock && strcmp(optarg, "wall") != 0)
                return dp_usage_error(argv[0], "--clock '%s' is unknown; allowed: wall, event",
                                      optarg);
            break;
        case AS_OF:
            if (!dp_timestamp_parse(dp_str_from(optarg), &options.as_of_ms))
                return dp_usage_error(
                    argv[0], "--as-of '%s' is no time; allowed: RFC 3339 with an offset", optarg);
            break;
        case ON_LOST:
            if (strcmp(optarg, "earliest") == 0)
                options.on_lost = DP_KAFKA_LOST_EARLIEST;
            else if (strcmp(optarg, "latest") == 0)
                options.on_lost = DP_KAFKA_LOST_LATEST;
            else
                return dp_usage_error(
                    argv[0], "--on-lost-position '%s' is unknown; allowed: earliest, latest",
                    optarg);
            break;
        case 'h':
            fputs(help, stdout);
            dp_config_print_help(stdout);
            return DP_EXIT_DONE;
        default:
            code = dp_command_option(option, argv, help, &options.config_path, &overrides);
            if (code >= 0)
                return code;
        }
    }
    if (optind < argc)
        return dp_usage_error(argv[0], "unexpected '%s'", argv[optind]);
    if (options.as_of_ms != INT64_MAX && !options.event_clock)
        return dp_usage_error(argv[0], "--as-of needs --clock event");

    struct dp_config config;
    if (!dp_command_config(options.config_path, &overrides, &config))
        return DP_EXIT_USAGE;
    dp_config_warnings(&config, log_warning, NULL);
    options.config = &config;
    code = dp_run(&options);
    dp_config_deinit(&config);
    return code;
}
