/* deskpulse report: a period's figures and scorecards, from Redis. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "app/command.h"
#include "app/report_format.h"
#include "app/report_reader.h"
#include "app/report_text.h"
#include "common/log.h"
#include "common/utf8.h"
#include "ingest/identifier.h"

static const char help[] =
    "usage: deskpulse report --period LABEL [OPTION]...\n\n"
    "Figures and scorecards of a period, from Redis alone. About all unless one is named.\n\n"
    "      --period LABEL    2026-11-22 (a day), 2026-W47, 2026-11-T1 (days 1 to 10; T2, T3),\n"
    "                        2026-11, 2026-Q4 or 2026\n"
    "      --team ID         this team and its agents\n"
    "      --agent ID        this agent, with the scorecard by dimension and measure\n"
    "      --queue ID        this queue\n"
    "      --quality         quality checks against the quota, fatal findings, who is below\n"
    "      --format FORMAT   table (default), csv, json or html\n"
    "      --output FILE     writes to FILE, made anew (default: standard output)\n"
    "  -c, --config FILE     configuration (default: built in): where Redis is, prefix, time zone\n"
    "      --set S.K=VALUE   overrides key K of section S\n"
    "      --help, --version\n\n"
    "A figure that is absent is shown as -, an empty cell or null; it is never 0 by that.\n"
    "The html page needs nothing but itself and prints on A4.\n";

enum format { FORMAT_TABLE, FORMAT_CSV, FORMAT_JSON, FORMAT_HTML, FORMATS };
static const char *const format_names[FORMATS] = {"table", "csv", "json", "html"};

struct arguments {
    const char *config, *output;
    struct dp_overrides overrides;
    struct dp_report_request request;
    enum format format;
};

static bool choose_format(struct arguments *arguments, const char *name)
{
    for (size_t format = 0; format < FORMATS; format++)
        if (strcmp(name, format_names[format]) == 0) {
            arguments->format = (enum format)format;
            return true;
        }
    return false;
}

/* Returns -1 to go on, else the exit code. */
static int choose_scope(const char *command, struct arguments *arguments, enum dp_report_kind kind,
                        const char *id)
{
    struct dp_report_request *request = &arguments->request;
    if (request->kind != DP_REPORT_ALL)
        return dp_usage_error(command, "only one of --team, --agent and --queue may be given");
    if (!dp_utf8_valid(dp_str_from(id)) || !dp_identifier_valid(dp_str_from(id)))
        return dp_usage_error(command,
                              "--%s: no id; allowed: 1 to %d bytes of UTF-8 without control "
                              "characters, braces and colons",
                              dp_report_kind_names[kind], DP_IDENTIFIER_MAX);
    request->kind = kind;
    request->id = id;
    return -1;
}

static int check_arguments(int argc, char **argv, const struct arguments *arguments)
{
    const struct dp_report_request *request = &arguments->request;
    struct dp_report_period period;
    if (optind < argc)
        return dp_usage_error(argv[0], "'%s' is no option", argv[optind]);
    if (!request->label)
        return dp_usage_error(argv[0], "no period named; --period 2026-11 is a month");
    if (!dp_report_period_parse(request->label, &period))
        return dp_usage_error(argv[0],
                              "--period '%s' is no period; allowed: a day 2026-11-22, a week "
                              "2026-W47, ten days 2026-11-T1, a month 2026-11, a quarter 2026-Q4, "
                              "a year 2026",
                              request->label);
    if (request->quality && request->kind == DP_REPORT_QUEUE)
        return dp_usage_error(argv[0], "--quality is about teams and agents, not about a --queue");
    return -1;
}

/* Returns -1 to go on, else the exit code. */
static int read_arguments(int argc, char **argv, struct arguments *arguments)
{
    enum { PERIOD = DP_OPTION_SET + 1, TEAM, AGENT, QUEUE, QUALITY, FORMAT, OUTPUT };
    static const struct option options[] = {
        {"config", required_argument, NULL, 'c'},
        {"set", required_argument, NULL, DP_OPTION_SET},
        {"period", required_argument, NULL, PERIOD},
        {"team", required_argument, NULL, TEAM},
        {"agent", required_argument, NULL, AGENT},
        {"queue", required_argument, NULL, QUEUE},
        {"quality", no_argument, NULL, QUALITY},
        {"format", required_argument, NULL, FORMAT},
        {"output", required_argument, NULL, OUTPUT},
        {"help", no_argument, NULL, 'h'},
        {0},
    };
    int code = -1;
    opterr = 0;
    for (int option; (option = getopt_long(argc, argv, ":c:h", options, NULL)) != -1;) {
        switch (option) {
        case PERIOD:
            arguments->request.label = optarg;
            break;
        case TEAM:
            code = choose_scope(argv[0], arguments, DP_REPORT_TEAM, optarg);
            break;
        case AGENT:
            code = choose_scope(argv[0], arguments, DP_REPORT_AGENT, optarg);
            break;
        case QUEUE:
            code = choose_scope(argv[0], arguments, DP_REPORT_QUEUE, optarg);
            break;
        case QUALITY:
            arguments->request.quality = true;
            break;
        case FORMAT:
            if (!choose_format(arguments, optarg))
                return dp_usage_error(
                    argv[0], "--format '%s' is unknown; allowed: table, csv, json, html", optarg);
            break;
        case OUTPUT:
            arguments->output = optarg;
            break;
        default:
            code = dp_command_option(option, argv, help, &arguments->config, &arguments->overrides);
        }
        if (code >= 0)
            return code;
    }
    return check_arguments(argc, argv, arguments);
}

static void write_report(const struct dp_report *report, enum format format, FILE *out)
{
    struct dp_report_terminal terminal = dp_report_terminal_of(out);
    switch (format) {
    case FORMAT_CSV:
        dp_report_write_csv(report, out);
        break;
    case FORMAT_JSON:
        dp_report_write_json(report, out);
        break;
    case FORMAT_HTML:
        dp_report_write_html(report, out);
        break;
    default:
        dp_report_write_table(report, &terminal, out);
    }
}

static bool write_out(const struct dp_report *report, const struct arguments *arguments)
{
    const char *name = arguments->output ? arguments->output : "standard output";
    FILE *out = arguments->output ? fopen(arguments->output, "w") : stdout;
    if (out) {
        write_report(report, arguments->format, out);
        bool failed = fflush(out) != 0 || ferror(out);
        int reason = errno;
        if (out != stdout && fclose(out) != 0 && !failed) {
            failed = true;
            reason = errno;
        }
        if (!failed)
            return true;
        errno = reason;
    }
    fprintf(stderr, "deskpulse report: %s cannot be written: %s\n", name, strerror(errno));
    return false;
}

static int make_report(struct arguments *arguments, const struct dp_config *config)
{
    struct dp_report report = {.timezone = config->timezone, .scorecard = &config->scorecard};
    char error[1024];
    arguments->request.url = config->redis_url;
    arguments->request.prefix = config->redis_prefix;
    dp_report_settle(config->timezone);
    bool ok = dp_report_read(&arguments->request, &report, error, sizeof error);
    if (!ok)
        fprintf(stderr, "deskpulse report: %s\n", error);
    ok = ok && write_out(&report, arguments);
    dp_report_deinit(&report);
    return ok ? DP_EXIT_DONE : DP_EXIT_FAILED;
}

int dp_report_main(int argc, char **argv)
{
    struct arguments arguments = {0};
    struct dp_config config;
    int code = read_arguments(argc, argv, &arguments);
    if (code >= 0)
        return code;
    if (!dp_command_config(arguments.config, &arguments.overrides, &config))
        return DP_EXIT_USAGE;
    if (config.log_level != DP_LOG_DEBUG) /* our line says it; whoever debugs wants the log too */
        dp_log_set_level(DP_LOG_ERROR);
    code = make_report(&arguments, &config);
    dp_config_deinit(&config);
    return code;
}
