/* deskpulse board: the arguments, and whether the configuration will do. */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "app/command.h"
#include "app/secret.h"
#include "board/board.h"
#include "board/listener.h"

static const char help[] =
    "usage: deskpulse board [OPTION]...\n\n"
    "A live board for browsers, and the same as JSON under /api/v1, from Redis alone, until\n"
    "SIGTERM or SIGINT. On this machine alone unless [board] listen says otherwise.\n\n"
    "  -c, --config FILE   configuration (default: built in): [board], where Redis is, prefix\n"
    "      --set S.K=VALUE overrides key K of section S\n"
    "      --help, --version\n";

static bool has_window(const struct dp_config *config, const char *label)
{
    for (size_t i = 0; i < config->windows.count; i++)
        if (strcmp(config->window_labels[i], label) == 0)
            return true;
    return false;
}

/* Returns -1 to go on, else the exit code. */
static int check(const struct dp_config *config)
{
    struct dp_listen_address address;
    const char *windows[][2] = {{"window", config->board_window},
                                {"agent_window", config->board_agent_window}};
    if (!dp_listen_address_parse(&address, config->board_listen)) {
        fprintf(stderr, "deskpulse board: [board] listen is empty; allowed: ADDRESS:PORT\n");
        return DP_EXIT_USAGE;
    }
    bool loopback = dp_listener_is_loopback(&address);
    if (!loopback && !*config->board_token_file) {
        fprintf(stderr,
                "deskpulse board: [board] listen %s can be reached from other machines, so reading "
                "wants a token: set [board] token_file, or listen on 127.0.0.1\n",
                config->board_listen);
        return DP_EXIT_USAGE;
    }
    if (!loopback && *config->board_user_header) {
        fprintf(stderr,
                "deskpulse board: [board] proxy_user_header is believed only of a proxy on this "
                "machine: listen on 127.0.0.1, not %s\n",
                config->board_listen);
        return DP_EXIT_USAGE;
    }
    for (size_t i = 0; i < 2; i++)
        if (!has_window(config, windows[i][1])) {
            fprintf(stderr, "deskpulse board: [board] %s %s is none of [window] lengths\n",
                    windows[i][0], windows[i][1]);
            return DP_EXIT_USAGE;
        }
    return -1;
}

/* False: said why. */
static bool read_token(const char *key, const char *path, char **token)
{
    char wrong[256];
    *token = *path ? dp_secret_of_file(path, wrong, sizeof wrong) : NULL;
    if (!*path || *token)
        return true;
    fprintf(stderr, "deskpulse board: [board] %s: %s %s; allowed: " DP_SECRET_FILE_ALLOWED "\n",
            key, path, wrong);
    return false;
}

static int serve(const struct dp_config *config)
{
    char *token = NULL, *ack_token = NULL;
    int code = check(config);
    if (code >= 0)
        return code;
    code = DP_EXIT_USAGE;
    if (read_token("token_file", config->board_token_file, &token) &&
        read_token("ack_token_file", config->board_ack_token_file, &ack_token)) {
        const struct dp_board_options options = {config, token, ack_token};
        if (token && ack_token && strcmp(token, ack_token) == 0)
            fprintf(stderr, "deskpulse board: token_file and ack_token_file hold the same token\n");
        else
            code = dp_board_run(&options);
    }
    dp_secret_destroy(token);
    dp_secret_destroy(ack_token);
    return code;
}

int dp_board_main(int argc, char **argv)
{
    static const struct option long_options[] = {
        {"config", required_argument, NULL, 'c'},
        {"set", required_argument, NULL, DP_OPTION_SET},
        {"help", no_argument, NULL, 'h'},
        {0},
    };
    struct dp_overrides overrides = {0};
    const char *path = NULL;
    opterr = 0;
    for (int option; (option = getopt_long(argc, argv, ":c:h", long_options, NULL)) != -1;) {
        int code = dp_command_option(option, argv, help, &path, &overrides);
        if (code >= 0)
            return code;
    }
    if (optind < argc)
        return dp_usage_error(argv[0], "unexpected '%s'", argv[optind]);
    struct dp_config config;
    if (!dp_command_config(path, &overrides, &config))
        return DP_EXIT_USAGE;
    int code = serve(&config);
    dp_config_deinit(&config);
    return code;
}
