/* deskpulse explain: the arguments, and where facts and numbers come from. */
#include <errno.h>
#include <getopt.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "app/command.h"
#include "app/explain.h"
#include "app/fact_source.h"
#include "common/clock.h"
#include "common/duration.h"
#include "common/log.h"
#include "common/timestamp.h"
#include "common/utf8.h"
#include "ingest/identifier.h"

/* While figures move, what is published may stand for facts that are not committed yet: so often,
 * and after so long, both are looked at again. */
#define ATTEMPTS 4
#define SETTLE_S 1.5

/* A fact was written when its time had come, give or take this. */
#define SLACK_MS INT64_C(3600000)

static const char help[] =
    "usage: deskpulse explain SCOPE FIGURE WINDOW-OR-PERIOD [OPTION]...\n\n"
    "Shows every fact that a published figure is made of, with its contact, and how they come to\n"
    "the number. Facts are those of Kafka's facts topic ([kafka] facts_topic); then the number is\n"
    "compared with the one in Redis, and the exit code is 1 if they differ.\n\n"
    "  SCOPE               agent:ID, team:ID, queue:ID or all; for windows with :CHANNEL (voice,\n"
    "                      chat, email) if wanted\n"
    "  FIGURE              a field of the window's or period's hash, such as handle_mean_ms,\n"
    "                      service_level, occupancy, or score of an agent's period\n"
    "  WINDOW-OR-PERIOD    15m; 2026-11-22, 2026-W47, 2026-11-T1, 2026-11, 2026-Q4, 2026\n\n"
    "      --facts FILE    facts from FILE (`deskpulse replay --facts FILE`); compares nothing\n"
    "  -c, --config FILE   configuration (default: built in): Kafka, Redis, time zone, scorecard\n"
    "      --set S.K=VALUE overrides key K of section S\n"
    "      --as-of TIME    as of TIME (RFC 3339). Default: what is published is as of; with "
    "--facts\n"
    "                      the latest fact, rounded up to a whole second\n"
    "      --format FORMAT table (default) or json\n"
    "      --help, --version\n";

struct arguments {
    const char *config, *facts;
    struct dp_overrides overrides;
    struct dp_explain_request request;
    bool json;
};

/* Arguments --------------------------------------------------------------------------------------
 */

/* "agent:a1", "queue:billing:voice", "all". */
static bool read_scope(const char *text, struct dp_explain_request *request)
{
    const char *kind_end = text + strcspn(text, ":");
    size_t kind = 0;
    while (kind < 4 && (strlen(dp_explain_scope_names[kind]) != (size_t)(kind_end - text) ||
                        strncmp(text, dp_explain_scope_names[kind], (size_t)(kind_end - text))))
        kind++;
    if (kind == 4)
        return false;
    request->scope = (enum dp_explain_scope)kind;
    if (kind != DP_EXPLAIN_ALL) {
        if (!*kind_end)
            return false;
        const char *id = kind_end + 1;
        kind_end = id + strcspn(id, ":");
        struct dp_str name = {id, (size_t)(kind_end - id)};
        if (!dp_utf8_valid(name) || !dp_identifier_valid(name))
            return false;
        snprintf(request->id, sizeof request->id, "%.*s", (int)name.len, name.p);
    }
    if (!*kind_end)
        return true;
    for (int channel = 1; channel < DP_CHANNELS; channel++)
        if (strcmp(kind_end + 1, dp_channel_names[channel]) == 0)
            request->channel = (enum dp_channel)channel;
    return request->channel != DP_CHANNEL_NONE;
}

static bool read_time(const char *text, struct dp_explain_request *request)
{
    request->label = text;
    if (dp_report_period_parse(text, &request->period))
        return true;
    return dp_duration_parse(dp_str_from(text), &request->window_ms) &&
           request->window_ms % 1000 == 0 && request->window_ms <= 7 * DP_DAY_MS;
}

/* Returns -1 to go on, else the exit code. */
static int check_request(const char *command, const char *figure,
                         struct dp_explain_request *request)
{
    request->which = dp_explained_find(dp_str_from(figure));
    if (request->which == DP_EXPLAINED)
        return dp_usage_error(command,
                              "'%s' is no figure that can be explained; allowed: those of "
                              "docs/kpis.md, and of an agent's period volume, days_worked, "
                              "online_ms, available_ms, ..., knowledge, score",
                              figure);
    if (dp_explained_of_agent(request->which) && request->scope != DP_EXPLAIN_AGENT)
        return dp_usage_error(command, "'%s' is a figure of agents alone; name an agent:ID",
                              figure);
    if (dp_explained_of_period(request->which) && request->window_ms)
        return dp_usage_error(command,
                              "'%s' is a figure of periods alone; name one, such as "
                              "2026-11",
                              figure);
    if (request->channel && !request->window_ms)
        return dp_usage_error(command, "periods are over all channels; leave out ':%s'",
                              dp_channel_names[request->channel]);
    if (request->channel && dp_explained_by_states(request->which))
        return dp_usage_error(command, "'%s' is over all channels; leave out ':%s'", figure,
                              dp_channel_names[request->channel]);
    return -1;
}

static int read_positionals(int argc, char **argv, struct arguments *arguments)
{
    struct dp_explain_request *request = &arguments->request;
    if (argc - optind != 3)
        return dp_usage_error(argv[0], "%s: SCOPE FIGURE WINDOW-OR-PERIOD are wanted",
                              argc - optind < 3 ? "too little is named" : "too much is named");
    if (!read_scope(argv[optind], request))
        return dp_usage_error(argv[0],
                              "'%s' is no scope; allowed: agent:ID, team:ID, queue:ID, all, each "
                              "with :voice, :chat or :email for one channel",
                              argv[optind]);
    if (!read_time(argv[optind + 2], request))
        return dp_usage_error(argv[0],
                              "'%s' is no window and no period; allowed: a duration of whole "
                              "seconds up to 7d such as 15m, or 2026-11-22, 2026-W47, 2026-11-T1, "
                              "2026-11, 2026-Q4, 2026",
                              argv[optind + 2]);
    return check_request(argv[0], argv[optind + 1], request);
}

/* Returns -1 to go on, else the exit code. */
static int read_arguments(int argc, char **argv, struct arguments *arguments)
{
    enum { FACTS = DP_OPTION_SET + 1, AS_OF, FORMAT };
    static const struct option options[] = {
        {"config", required_argument, NULL, 'c'},
        {"set", required_argument, NULL, DP_OPTION_SET},
        {"facts", required_argument, NULL, FACTS},
        {"as-of", required_argument, NULL, AS_OF},
        {"format", required_argument, NULL, FORMAT},
        {"help", no_argument, NULL, 'h'},
        {0},
    };
    int code;
    opterr = 0;
    for (int option; (option = getopt_long(argc, argv, ":c:h", options, NULL)) != -1;) {
        switch (option) {
        case FACTS:
            arguments->facts = optarg;
            break;
        case AS_OF:
            if (!dp_timestamp_parse(dp_str_from(optarg), &arguments->request.as_of_ms))
                return dp_usage_error(
                    argv[0], "--as-of '%s' is no time; allowed: RFC 3339 with an offset", optarg);
            break;
        case FORMAT:
            arguments->json = strcmp(optarg, "json") == 0;
            if (!arguments->json && strcmp(optarg, "table") != 0)
                return dp_usage_error(argv[0], "--format '%s' is unknown; allowed: table, json",
                                      optarg);
            break;
        default:
            code = dp_command_option(option, argv, help, &arguments->config, &arguments->overrides);
            if (code >= 0)
                return code;
        }
    }
    return read_positionals(argc, argv, arguments);
}

/* Explaining -------------------------------------------------------------------------------------
 */

static int64_t up_to_second(int64_t ms)
{
    int64_t rest = ms % 1000;
    return rest > 0 ? ms + 1000 - rest : ms - rest;
}

static int64_t now_ms(void)
{
    return up_to_second(dp_wall_ms());
}

static bool wants_none(void *ctx, const struct dp_told *told)
{
    (void)ctx;
    (void)told;
    return false;
}

/* The latest fact of the file, unless a moment is given. */
static bool moment_of_file(const struct arguments *arguments, int64_t *as_of_ms, char *error,
                           size_t size)
{
    struct dp_fact_book book;
    *as_of_ms = arguments->request.as_of_ms;
    if (*as_of_ms != INT64_MAX)
        return true;
    dp_fact_book_init(&book, wants_none, NULL);
    bool good = dp_fact_file_read(arguments->facts, &book, error, size);
    *as_of_ms = book.latest_ms == INT64_MIN ? now_ms() : up_to_second(book.latest_ms);
    dp_fact_book_deinit(&book);
    return good;
}

static bool explain_file(const struct arguments *arguments, const struct dp_config *config,
                         struct dp_explain *explain, char *error, size_t size)
{
    const struct dp_published unknown = {.committed = UINT64_MAX};
    int64_t as_of_ms;
    if (!moment_of_file(arguments, &as_of_ms, error, size))
        return false;
    dp_explain_open(explain, &arguments->request, config, as_of_ms);
    if (dp_fact_file_read(arguments->facts, &explain->book, error, size)) {
        dp_explain_finish(explain, &unknown);
        return true;
    }
    dp_explain_close(explain);
    return false;
}

static void wait_a_while(void)
{
    struct timespec time = {.tv_sec = (time_t)SETTLE_S,
                            .tv_nsec = (long)((SETTLE_S - (double)(time_t)SETTLE_S) * 1e9)};
    nanosleep(&time, NULL);
}

/* One look at what is published, and then at the facts. Frames that were committed before the facts
 * are read have all of theirs. */
static bool explain_topic(const struct arguments *arguments, const struct dp_config *config,
                          bool again, struct dp_explain *explain, char *error, size_t size)
{
    const struct dp_explain_request *request = &arguments->request;
    struct dp_published published, later;
    struct dp_fact_topic_read read;
    dp_explain_ask(request, config, &published);
    if (again) {
        wait_a_while();
        dp_explain_ask(request, config, &later);
        published.committed = later.committed;
    }
    int64_t as_of_ms = request->as_of_ms;
    if (as_of_ms == INT64_MAX)
        as_of_ms = published.there ? published.as_of_ms : now_ms();
    dp_explain_open(explain, request, config, as_of_ms);
    if (!dp_fact_topic_read(config, dp_explain_earliest_ms(explain) - SLACK_MS, &explain->book,
                            &read, error, size)) {
        dp_explain_close(explain);
        return false;
    }
    dp_explain_finish(explain, &published);
    if (!published.reached)
        dp_explain_note(explain, "Redis is not reached: facts that are not committed yet are "
                                 "among these, and nothing is compared");
    if (explain->differs)
        dp_explain_note(explain, read.cut_off
                                     ? "the topic has lost its beginning: raise its retention.ms"
                                     : "facts are in the topic from when [kafka] facts_topic was "
                                       "set");
    return true;
}

static int show(const struct dp_explain *explain, bool json)
{
    if (json)
        dp_explain_write_json(explain, stdout);
    else
        dp_explain_write_table(explain, stdout);
    if (fflush(stdout) == 0 && !ferror(stdout))
        return explain->differs ? DP_EXIT_FAILED : DP_EXIT_DONE;
    fprintf(stderr, "deskpulse explain: standard output cannot be written: %s\n", strerror(errno));
    return DP_EXIT_FAILED;
}

static int explain_it(const struct arguments *arguments, const struct dp_config *config)
{
    struct dp_explain explain;
    char error[1024];
    bool good = false;
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
        good = arguments->facts
                   ? explain_file(arguments, config, &explain, error, sizeof error)
                   : explain_topic(arguments, config, attempt > 0, &explain, error, sizeof error);
        if (!good || !explain.differs || attempt + 1 == ATTEMPTS)
            break;
        dp_explain_close(&explain);
    }
    if (!good) {
        fprintf(stderr, "deskpulse explain: %s\n", error);
        return DP_EXIT_FAILED;
    }
    int code = show(&explain, arguments->json);
    dp_explain_close(&explain);
    return code;
}

int dp_explain_main(int argc, char **argv)
{
    struct arguments arguments = {.request.as_of_ms = INT64_MAX};
    struct dp_config config;
    int code = read_arguments(argc, argv, &arguments);
    if (code >= 0)
        return code;
    if (!dp_command_config(arguments.config, &arguments.overrides, &config))
        return DP_EXIT_USAGE;
    if (config.log_level != DP_LOG_DEBUG) /* our lines say it; whoever debugs wants the log too */
        dp_log_set_level(DP_LOG_ERROR);
    setlocale(LC_CTYPE, "C.UTF-8"); /* for the widths of characters */
    if (arguments.facts || *config.facts_topic)
        code = explain_it(&arguments, &config);
    else
        code = dp_usage_error(argv[0], "[kafka] facts_topic is empty: set it, or name a file with "
                                       "--facts");
    dp_config_deinit(&config);
    return code;
}
