/* deskpulse: finds the command and hands over. Reading order: README.md, "Reading the code". */
#include <getopt.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "app/command.h"
#include "app/huge_pages.h"
#include "common/log.h"
#include "simulate/simulate.h"

static const struct dp_command {
    const char *name;
    int (*main)(int argc, char **argv);
    const char *summary;
    bool keeps_much; /* in memory */
} commands[] = {
    {"run", dp_run_main, "Kafka to Redis, until SIGTERM or SIGINT", true},
    {"replay", dp_replay_main, "files (or -) instead of Kafka, event time instead of the clock",
     true},
    {"simulate", dp_simulate_main, "a contact centre's day of events, the same for the same seed",
     false},
    {"check", dp_check_main, "checks the configuration and, with --connect, Kafka and Redis",
     false},
    {"report", dp_report_main, "a period's figures and scorecards, from Redis", false},
    {"explain", dp_explain_main, "the facts behind a figure, and how they come to it", false},
    {"top", dp_top_main, "a live board in the terminal, from Redis", false},
    {"alert", dp_alert_main, "the alerts that fire: shows, acknowledges and silences them", false},
#ifdef DP_BOARD
    {"board", dp_board_main, "a live board for browsers, from Redis", false},
#endif
};
#define DP_COMMANDS (sizeof commands / sizeof *commands)

static void print_help(FILE *out)
{
    fputs("deskpulse " DP_VERSION ": live figures of a contact centre, from Kafka to Redis\n\n"
          "usage: deskpulse COMMAND [OPTION]...\n\ncommands:\n",
          out);
    for (size_t i = 0; i < DP_COMMANDS; i++)
        fprintf(out, "  %-10s %s\n", commands[i].name, commands[i].summary);
    fputs("\n`deskpulse COMMAND --help` says more.\n"
          "Exit codes: 0 done, 1 ran and failed, 2 wrong use or wrong configuration.\n",
          out);
}

int dp_usage_error(const char *command, const char *fmt, ...)
{
    va_list args;
    fprintf(stderr, "deskpulse%s%s: ", *command ? " " : "", command);
    va_start(args, fmt);
    vfprintf(stderr, fmt, args);
    va_end(args);
    fprintf(stderr, "; see `deskpulse%s%s --help`\n", *command ? " " : "", command);
    return DP_EXIT_USAGE;
}

bool dp_overrides_add(struct dp_overrides *overrides, const char *text)
{
    if (overrides->count == DP_OVERRIDES_MAX)
        return false;
    overrides->items[overrides->count++] = text;
    return true;
}

int dp_command_option(int option, char **argv, const char *help, const char **config,
                      struct dp_overrides *overrides)
{
    switch (option) {
    case 'c':
        *config = optarg;
        return -1;
    case DP_OPTION_SET:
        if (dp_overrides_add(overrides, optarg))
            return -1;
        return dp_usage_error(argv[0], "more than %d times --set", DP_OVERRIDES_MAX);
    case 'h':
        fputs(help, stdout);
        return DP_EXIT_DONE;
    case ':':
        return dp_usage_error(argv[0], "option '%s' wants a value", argv[optind - 1]);
    default:
        return dp_usage_error(argv[0], "unknown option '%s'", argv[optind - 1]);
    }
}

bool dp_command_config(const char *path, const struct dp_overrides *overrides,
                       struct dp_config *config)
{
    char error[2048];
    if (!dp_config_load(config, path, overrides->items, overrides->count, error, sizeof error)) {
        fprintf(stderr, "deskpulse: %s\n", error);
        return false;
    }
    dp_log_set_level(config->log_level);
    return true;
}

int main(int argc, char **argv)
{
    signal(SIGPIPE, SIG_IGN); /* a closed pipe or socket is an error code, not an end */
    if (argc < 2) {
        print_help(stderr);
        return DP_EXIT_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
        print_help(stdout);
        return DP_EXIT_DONE;
    }
    if (strcmp(argv[1], "--version") == 0) {
        puts("deskpulse " DP_VERSION);
        return DP_EXIT_DONE;
    }
    for (size_t i = 0; i < DP_COMMANDS; i++) {
        if (strcmp(argv[1], commands[i].name) != 0)
            continue;
        for (int arg = 2; arg < argc; arg++)
            if (strcmp(argv[arg], "--version") == 0) {
                puts("deskpulse " DP_VERSION);
                return DP_EXIT_DONE;
            }
        if (commands[i].keeps_much)
            dp_huge_pages_ask(argv);
        return commands[i].main(argc - 1, argv + 1);
    }
    if (strcmp(argv[1], "board") == 0)
        return dp_usage_error("", "this program was built without the board (DP_BOARD)");
    return dp_usage_error("",
                          "unknown command '%s'; allowed: run, replay, simulate, check, "
                          "report, explain, top, alert, board",
                          argv[1]);
}
