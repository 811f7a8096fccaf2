/* deskpulse alert: the arguments. */
#include <getopt.h>
#include <locale.h>
#include <pwd.h>
#include <stdlib.h>
#include <unistd.h>

#include "app/alert_actions.h"
#include "app/command.h"
#include "common/duration.h"
#include "common/log.h"
#include "common/utf8.h"

static const char help[] =
    "usage: deskpulse alert list [--rule GLOB] [--severity NAME] [--scope KIND] [--format FORMAT]\n"
    "       deskpulse alert ack ID... [--by NAME] [--note TEXT]\n"
    "       deskpulse alert silence --for TIME [--rule GLOB] [--scope KIND] [--id GLOB]\n"
    "                               [--by NAME] [--note TEXT]\n"
    "       deskpulse alert silences\n"
    "       deskpulse alert unsilence ID...\n\n"
    "Shows the alerts that are firing, from Redis alone, and tells the running process which of\n"
    "them somebody sees to, and what nobody is to be told of for some time.\n\n"
    "  list                the alerts that are firing, by severity, the longest first\n"
    "  ack                 somebody sees to these alerts: no repeats, no escalation\n"
    "  silence             nobody is told of alerts that are as all of --rule, --scope and --id\n"
    "                      say; one of these at least. Prints the silence's id\n"
    "  silences            the silences in force, and how long they last\n"
    "  unsilence           ends silences\n\n"
    "      --rule GLOB     rules with such a name; * is any text, ? one character\n"
    "      --severity NAME alerts of this severity\n"
    "      --scope KIND    all, agent, team, queue, channel or contact\n"
    "      --id GLOB       agents, teams, queues, channels or contacts with such an id\n"
    "      --for TIME      how long: 1m to 30d\n"
    "      --by NAME       who does this (default: the login name)\n"
    "      --note TEXT     why, for others to read\n"
    "      --format FORMAT table (default) or json\n"
    "  -c, --config FILE   configuration (default: built in): where Redis is, prefix\n"
    "      --set S.K=VALUE overrides key K of section S\n"
    "      --help, --version\n";

struct arguments {
    const char *config;
    struct dp_overrides overrides;
    struct dp_alert_request request;
};

enum { RULE = DP_OPTION_SET + 1, SEVERITY, SCOPE, ID, FOR, BY, NOTE, FORMAT };

#define COMMON                                                                                     \
    {"config", required_argument, NULL, 'c'}, {"set", required_argument, NULL, DP_OPTION_SET},     \
    {                                                                                              \
        "help", no_argument, NULL, 'h'                                                             \
    }
static const struct option list_options[] = {
    {"rule", required_argument, NULL, RULE},
    {"severity", required_argument, NULL, SEVERITY},
    {"scope", required_argument, NULL, SCOPE},
    {"format", required_argument, NULL, FORMAT},
    COMMON,
    {0},
};
static const struct option ack_options[] = {
    {"by", required_argument, NULL, BY},
    {"note", required_argument, NULL, NOTE},
    COMMON,
    {0},
};
static const struct option silence_options[] = {
    {"rule", required_argument, NULL, RULE},
    {"scope", required_argument, NULL, SCOPE},
    {"id", required_argument, NULL, ID},
    {"for", required_argument, NULL, FOR},
    {"by", required_argument, NULL, BY},
    {"note", required_argument, NULL, NOTE},
    COMMON,
    {0},
};
static const struct option common_options[] = {COMMON, {0}};

static const struct action {
    const char *name;
    const struct option *options;
    const char *ids; /* what those are that have to be named; NULL: none may be */
    int (*run)(struct dp_alert_redis *redis, const struct dp_alert_request *request);
} actions[] = {
    {"list", list_options, NULL, dp_alert_list},
    {"ack", ack_options, "alert", dp_alert_acknowledge},
    {"silence", silence_options, NULL, dp_alert_add_silence},
    {"silences", common_options, NULL, dp_alert_show_silences},
    {"unsilence", common_options, "silence", dp_alert_remove_silences},
};

/* Whether a text of somebody who types may be kept. Returns -1 to go on, else the exit code. */
static int take_text(const char *command, const char *option, const char *text, size_t size,
                     const char **taken)
{
    size_t len = strlen(text);
    if (len == 0 || len >= size || !dp_utf8_valid(dp_str_from(text)))
        return dp_usage_error(command, "%s: no such text; allowed: 1 to %zu bytes of UTF-8", option,
                              size - 1);
    *taken = text;
    return -1;
}

static int take_scope(const char *command, struct dp_alert_request *request)
{
    if (!dp_alert_scope_parse(dp_str_from(optarg), &request->scope))
        return dp_usage_error(command,
                              "--scope '%s' is unknown; allowed: all, agent, team, queue, "
                              "channel, contact",
                              optarg);
    request->has_scope = true;
    return -1;
}

static int take_for(const char *command, struct dp_alert_request *request)
{
    if (dp_duration_parse(dp_str_from(optarg), &request->for_ms) &&
        request->for_ms >= DP_SILENCE_MIN_MS && request->for_ms <= DP_SILENCE_MAX_MS)
        return -1;
    return dp_usage_error(command, "--for '%s' is no time; allowed: 1m to 30d, such as 2h", optarg);
}

static int take_format(const char *command, struct dp_alert_request *request)
{
    request->json = strcmp(optarg, "json") == 0;
    if (request->json || strcmp(optarg, "table") == 0)
        return -1;
    return dp_usage_error(command, "--format '%s' is unknown; allowed: table, json", optarg);
}

/* Returns -1 to go on, else the exit code. */
static int take_option(int option, char **argv, struct arguments *arguments)
{
    struct dp_alert_request *request = &arguments->request;
    const char *command = argv[0];
    switch (option) {
    case RULE:
        return take_text(command, "--rule", optarg, DP_ALERT_GLOB, &request->rule);
    case SEVERITY:
        request->severity = optarg;
        return -1;
    case SCOPE:
        return take_scope(command, request);
    case ID:
        return take_text(command, "--id", optarg, DP_ALERT_GLOB, &request->id);
    case FOR:
        return take_for(command, request);
    case BY:
        return take_text(command, "--by", optarg, DP_ALERT_BY, &request->by);
    case NOTE:
        return take_text(command, "--note", optarg, DP_ALERT_NOTE, &request->note);
    case FORMAT:
        return take_format(command, request);
    default:
        return dp_command_option(option, argv, help, &arguments->config, &arguments->overrides);
    }
}

/* Who is logged in, for what is not said with --by. */
static const char *login_name(void)
{
    const struct passwd *user = getpwuid(getuid());
    const char *name = user ? user->pw_name : getenv("USER");
    return name && *name ? name : NULL;
}

/* Returns -1 to go on, else the exit code. */
static int check_request(const char *command, const struct action *action,
                         struct dp_alert_request *request)
{
    bool silence = action->run == dp_alert_add_silence;
    if (silence && !request->for_ms)
        return dp_usage_error(command, "no time named; --for 2h is two hours");
    if (silence && !request->rule && !request->id && !request->has_scope)
        return dp_usage_error(command, "nothing named; one of --rule, --scope and --id is wanted");
    if (!request->by && (silence || action->run == dp_alert_acknowledge))
        return take_text(command, "the login name (--by names another)",
                         login_name() ? login_name() : "", DP_ALERT_BY, &request->by);
    return -1;
}

/* Reads what follows the action's name in argv. Returns -1 to go on, else the exit code. */
static int read_arguments(int argc, char **argv, const struct action *action,
                          struct arguments *arguments)
{
    struct dp_alert_request *request = &arguments->request;
    opterr = 0;
    for (int option; (option = getopt_long(argc, argv, ":c:h", action->options, NULL)) != -1;) {
        int code = take_option(option, argv, arguments);
        if (code >= 0)
            return code;
    }
    request->ids = argv + optind;
    request->id_count = (size_t)(argc - optind);
    if (!action->ids && request->id_count)
        return dp_usage_error(argv[0], "'%s' is no option", argv[optind]);
    if (action->ids && !request->id_count)
        return dp_usage_error(argv[0], "no %s named", action->ids);
    return check_request(argv[0], action, request);
}

static int act(const struct action *action, const struct arguments *arguments)
{
    struct dp_config config;
    struct dp_alert_redis redis;
    if (!dp_command_config(arguments->config, &arguments->overrides, &config))
        return DP_EXIT_USAGE;
    if (config.log_level != DP_LOG_DEBUG) /* our line says it; whoever debugs wants the log too */
        dp_log_set_level(DP_LOG_ERROR);
    setlocale(LC_CTYPE, "C.UTF-8"); /* for the widths of characters */
    int code = DP_EXIT_FAILED;
    if (dp_alert_redis_open(&redis, config.redis_url, config.redis_prefix))
        code = action->run(&redis, &arguments->request);
    else
        fprintf(stderr, "deskpulse alert: %s\n", redis.error);
    dp_alert_redis_close(&redis);
    dp_config_deinit(&config);
    return code;
}

int dp_alert_main(int argc, char **argv)
{
    struct arguments arguments = {0};
    const char *name = argc > 1 ? argv[1] : "";
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0) {
        fputs(help, stdout);
        return DP_EXIT_DONE;
    }
    for (size_t i = 0; i < sizeof actions / sizeof *actions; i++) {
        if (strcmp(name, actions[i].name) != 0)
            continue;
        char full[24]; /* getopt and our own errors take it for the command's name */
        snprintf(full, sizeof full, "%s %s", argv[0], name);
        argv[1] = full;
        int code = read_arguments(argc - 1, argv + 1, &actions[i], &arguments);
        return code >= 0 ? code : act(&actions[i], &arguments);
    }
    return dp_usage_error(argv[0], "%s%s%s; allowed: list, ack, silence, silences, unsilence",
                          *name ? "unknown action '" : "no action named", name, *name ? "'" : "");
}
