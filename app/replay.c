/* deskpulse replay: files instead of Kafka, event time instead of the clock. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "app/command.h"
#include "app/notice_line.h"
#include "app/redis_output.h"
#include "app/replay_files.h"
#include "common/log.h"
#include "common/timestamp.h"
#include "ingest/file_dead_letters.h"
#include "sink/fact_line.h"
#include "sink/ndjson_sink.h"

static const char help[] =
    "usage: deskpulse replay [OPTION]... PATH...\n\n"
    "Reads files of events (NDJSON; - is standard input), each as a partition of its own, and "
    "gives the\n"
    "figures as of the last event.\n\n"
    "  -c, --config FILE       configuration (default: built in)\n"
    "      --set S.K=VALUE     overrides key K of section S\n"
    "      --format NAME       input format (default: cloudevents)\n"
    "      --as-of TIME        figures as of TIME (RFC 3339); later events are not applied\n"
    "      --output WHERE      redis (default), ndjson, one line a key on standard output, or "
    "none\n"
    "      --rules             what the rules would have said: each notice as one line of JSON on "
    "standard\n"
    "                          output, in the time of the events; no figures unless --output asks "
    "for them\n"
    "      --facts PATH        writes every fact to PATH as one line of JSON, in the order in "
    "which they\n"
    "                          are made and taken back; what `deskpulse explain --facts` reads\n"
    "      --dead-letters PATH writes what cannot be used to PATH, with the reason\n"
    "      --help, --version\n";

enum output { OUTPUT_DEFAULT, OUTPUT_REDIS, OUTPUT_NDJSON, OUTPUT_NONE };

struct arguments {
    const char *config, *format, *dead_letters, *facts;
    struct dp_overrides overrides;
    int64_t as_of_ms;
    enum output output;
    bool rules;
};

struct replay {
    struct dp_pipeline pipeline;
    struct dp_replay_rules rules;
    struct dp_replay_files files;
    FILE *facts; /* NULL: not written */
};

static void write_fact(void *ctx, const struct dp_told *told)
{
    struct replay *replay = ctx;
    char line[DP_FACT_LINE_SIZE];
    fwrite(line, 1, dp_fact_line_write(line, told, NULL), replay->facts);
}

static double seconds_since(const struct timespec *start)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)(now.tv_sec - start->tv_sec) + (double)(now.tv_nsec - start->tv_nsec) / 1e9;
}

static bool write_out(struct replay *replay, const struct dp_config *config, enum output output)
{
    char error[512];
    if (output == OUTPUT_NONE)
        return true;
    dp_pipeline_begin_entries(&replay->pipeline);
    if (output == OUTPUT_REDIS)
        return dp_redis_output(config, dp_pipeline_next_entry, &replay->pipeline);
    if (dp_ndjson_sink_write(stdout, config->redis_prefix, dp_pipeline_next_entry,
                             &replay->pipeline, error, sizeof error))
        return true;
    fprintf(stderr, "deskpulse replay: %s\n", error);
    return false;
}

/* The facts are all in the file. */
static bool end_facts(struct replay *replay, const char *path)
{
    if (!replay->facts || (!ferror(replay->facts) && fclose(replay->facts) == 0))
        return true;
    fprintf(stderr, "deskpulse replay: %s cannot be written: %s\n", path, strerror(errno));
    return false;
}

/* The lines are all on standard output. */
static bool end_rules(const struct replay *replay)
{
    if (!replay->files.rules || (fflush(stdout) == 0 && !ferror(stdout)))
        return true;
    fprintf(stderr, "deskpulse replay: standard output cannot be written: %s\n", strerror(errno));
    return false;
}

static bool replay_files(const struct dp_config *config, const struct dp_adapter *adapter,
                         const struct arguments *arguments, FILE *facts,
                         struct dp_dead_letters *dead_letters, char **paths, size_t count)
{
    /* Static, and never given back piece by piece: the process ends here, and its memory with it.
     */
    static struct replay replay;
    struct dp_aggregator_options options;
    struct timespec start;
    clock_gettime(CLOCK_MONOTONIC, &start);
    dp_config_aggregator_options(config, &options);
    options.as_of_limit_ms = arguments->as_of_ms;
    if (arguments->rules)
        dp_replay_rules_set_options(&options);
    dp_pipeline_init(&replay.pipeline, adapter, &options, config->customer_key, dead_letters);

    replay.facts = facts;
    replay.files = (struct dp_replay_files){.command = "replay",
                                            .pipeline = &replay.pipeline,
                                            .rules = arguments->rules ? &replay.rules : NULL,
                                            .as_of_ms = arguments->as_of_ms};
    if (arguments->rules)
        dp_replay_rules_init(&replay.rules, &replay.pipeline, config->flush_interval_ms,
                             dp_notice_line_print, stdout);
    if (facts)
        dp_pipeline_set_ledger(&replay.pipeline, write_fact, &replay);
    bool ok = dp_replay_files_read(&replay.files, paths, count);
    if (ok) {
        if (arguments->rules) /* what was handed out on the way nobody has written */
            dp_aggregator_mark_all(replay.pipeline.aggregator);
        ok = write_out(&replay, config, arguments->output);
    }
    ok = end_facts(&replay, arguments->facts) && ok;
    ok = end_rules(&replay) && ok;
    char summary[512];
    double seconds = seconds_since(&start);
    dp_log(ok ? DP_LOG_INFO : DP_LOG_ERROR, ok ? "replay done" : "replay failed",
           "%s seconds=%.3f events_per_second=%.0f",
           dp_pipeline_summary(&replay.pipeline, summary, sizeof summary), seconds,
           seconds > 0 ? (double)replay.pipeline.consumed / seconds : 0.0);
    return ok;
}

/* Making the file of dead letters anew must not empty what is to be read. */
static const char *input_that_is(const char *file, char **paths, size_t count)
{
    struct stat output, input;
    if (stat(file, &output) < 0)
        return NULL;
    for (size_t i = 0; i < count; i++)
        if (stat(strcmp(paths[i], "-") == 0 ? "/dev/stdin" : paths[i], &input) == 0 &&
            S_ISREG(input.st_mode) && input.st_dev == output.st_dev &&
            input.st_ino == output.st_ino)
            return paths[i];
    return NULL;
}

static bool choose_output(struct arguments *arguments, const char *name)
{
    static const char *const names[] = {"redis", "ndjson", "none"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(name, names[i]) == 0) {
            arguments->output = (enum output)(i + OUTPUT_REDIS);
            return true;
        }
    return false;
}

/* Returns -1 to go on, else the exit code. */
static int read_arguments(int argc, char **argv, struct arguments *arguments)
{
    enum { FORMAT = DP_OPTION_SET + 1, AS_OF, OUTPUT, RULES, DEAD_LETTERS, FACTS };
    static const struct option options[] = {
        {"config", required_argument, NULL, 'c'},
        {"set", required_argument, NULL, DP_OPTION_SET},
        {"format", required_argument, NULL, FORMAT},
        {"as-of", required_argument, NULL, AS_OF},
        {"output", required_argument, NULL, OUTPUT},
        {"rules", no_argument, NULL, RULES},
        {"dead-letters", required_argument, NULL, DEAD_LETTERS},
        {"facts", required_argument, NULL, FACTS},
        {"help", no_argument, NULL, 'h'},
        {0},
    };
    int code;
    opterr = 0;
    for (int option; (option = getopt_long(argc, argv, ":c:h", options, NULL)) != -1;) {
        switch (option) {
        case FORMAT:
            arguments->format = optarg;
            break;
        case AS_OF:
            if (!dp_timestamp_parse(dp_str_from(optarg), &arguments->as_of_ms))
                return dp_usage_error(argv[0],
                                      "--as-of '%s' is no time; allowed: RFC 3339 with an offset, "
                                      "such as 2026-11-22T10:00:00+08:00",
                                      optarg);
            break;
        case OUTPUT:
            if (!choose_output(arguments, optarg))
                return dp_usage_error(
                    argv[0], "--output '%s' is unknown; allowed: redis, ndjson, none", optarg);
            break;
        case RULES:
            arguments->rules = true;
            break;
        case DEAD_LETTERS:
            arguments->dead_letters = optarg;
            break;
        case FACTS:
            arguments->facts = optarg;
            break;
        default:
            code = dp_command_option(option, argv, help, &arguments->config, &arguments->overrides);
            if (code >= 0)
                return code;
        }
    }
    if (arguments->output == OUTPUT_DEFAULT)
        arguments->output = arguments->rules ? OUTPUT_NONE : OUTPUT_REDIS;
    if (optind == argc)
        return dp_usage_error(argv[0], "no file named; - is standard input");
    return -1;
}

int dp_replay_main(int argc, char **argv)
{
    struct arguments arguments = {.as_of_ms = INT64_MAX};
    int code = read_arguments(argc, argv, &arguments);
    if (code >= 0)
        return code;

    struct dp_config config;
    if (!dp_command_config(arguments.config, &arguments.overrides, &config))
        return DP_EXIT_USAGE;
    code = DP_EXIT_USAGE;
    struct dp_dead_letters *dead_letters = NULL;
    FILE *facts = NULL;
    const char *format = arguments.format ? arguments.format : config.format;
    const struct dp_adapter *adapter = dp_adapter_find(format);
    char error[512];
    if (arguments.rules && !config.rule_count) {
        dp_usage_error(argv[0], "--rules: the configuration has none; allowed: with one "
                                "[rule \"NAME\"] at the least");
    } else if (!adapter) {
        dp_usage_error(argv[0], "--format '%s' is unknown; allowed: %s", format,
                       dp_adapter_names());
    } else if (arguments.dead_letters &&
               input_that_is(arguments.dead_letters, argv + optind, (size_t)(argc - optind))) {
        dp_usage_error(argv[0], "--dead-letters '%s' is one of the files to read",
                       arguments.dead_letters);
    } else if (arguments.dead_letters && !(dead_letters = dp_file_dead_letters_create(
                                               arguments.dead_letters, error, sizeof error))) {
        fprintf(stderr, "deskpulse replay: %s\n", error);
    } else if (arguments.facts &&
               input_that_is(arguments.facts, argv + optind, (size_t)(argc - optind))) {
        dp_usage_error(argv[0], "--facts '%s' is one of the files to read", arguments.facts);
    } else if (arguments.facts && !(facts = fopen(arguments.facts, "w"))) {
        fprintf(stderr, "deskpulse replay: %s cannot be written: %s\n", arguments.facts,
                strerror(errno));
    } else {
        bool ok = replay_files(&config, adapter, &arguments, facts, dead_letters, argv + optind,
                               (size_t)(argc - optind));
        if (dead_letters && !dead_letters->close(dead_letters, 0))
            ok = false;
        code = ok ? DP_EXIT_DONE : DP_EXIT_FAILED;
    }
    dp_config_deinit(&config);
    return code;
}
