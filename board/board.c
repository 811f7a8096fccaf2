#include "board/board.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "app/command.h"
#include "board/json.h"
#include "board/listener.h"
#include "board/server.h"
#include "common/clock.h"
#include "common/log.h"

#define FILES 4096 /* that may be open: a socket for each who looks */

struct board {
    uv_loop_t loop;
    uv_signal_t signals[2];
    struct dp_model model;
    struct dp_reader *reader;
    struct dp_streams *streams;
    struct dp_actions *actions;
    struct dp_server *server;
    struct dp_text settings;
    const char *windows[DP_WINDOWS_MAX + 1];
};

static void on_told(void *ctx)
{
    struct board *board = ctx;
    dp_streams_tell(board->streams);
    dp_server_look(board->server);
}

static void close_all(struct board *board)
{
    dp_streams_stop(board->streams);
    if (board->actions)
        dp_actions_close(board->actions);
    if (board->server)
        dp_server_close(board->server);
    if (board->reader)
        dp_reader_close(board->reader);
    dp_streams_close(board->streams);
    for (int i = 0; i < 2; i++)
        uv_close((uv_handle_t *)&board->signals[i], NULL);
}

static void on_signal(uv_signal_t *handle, int number)
{
    dp_log(DP_LOG_INFO, "the board ends", "signal=%d", number);
    close_all(handle->data);
}

/* What the page needs to know of the configuration ----------------------------------------------*/

static void write_target(const struct dp_card_measure *measure, struct dp_text *json)
{
    dp_json_add_name(json, dp_str_from(dp_quantity_name(measure->quantity)));
    dp_text_printf(json, "{\"floor\":%.6f,\"target\":%.6f}", measure->floor, measure->target);
}

/* Floor and target of each measure: those of the scorecard, and of what the pages show beside. */
static void write_targets(const struct dp_config *config, struct dp_text *json)
{
    static const enum dp_figure shown[] = {DP_FIGURE_RESPONSE_MEAN,   DP_FIGURE_HANDLE_MEAN,
                                           DP_FIGURE_RESOLUTION_RATE, DP_FIGURE_SATISFACTION_MEAN,
                                           DP_FIGURE_OCCUPANCY,       DP_FIGURE_QUALITY_MEAN};
    const struct dp_scorecard *card = &config->scorecard;
    dp_json_add_name(json, DP_STR("targets"));
    dp_text_put(json, "{");
    for (size_t i = 0; i < card->measure_count; i++)
        write_target(&card->measures[i], json);
    for (size_t i = 0; i < sizeof shown / sizeof *shown; i++) {
        struct dp_card_measure measure;
        bool there = false;
        for (size_t n = 0; n < card->measure_count; n++)
            there |= card->measures[n].quantity == dp_quantity_of(shown[i]);
        if (!there &&
            dp_card_measure_default(dp_quantity_of(shown[i]), config->scorecard_robust, &measure))
            write_target(&measure, json);
    }
    dp_text_put(json, "}");
}

static void write_settings(const struct dp_config *config, struct dp_text *json)
{
    dp_json_add_integer(json, "started_ms", dp_wall_ms());
    dp_json_add_text(json, "timezone", dp_str_from(config->timezone));
    dp_json_add_text(json, "window", dp_str_from(config->board_window));
    dp_json_add_text(json, "agent_window", dp_str_from(config->board_agent_window));
    dp_json_add_name(json, DP_STR("windows"));
    dp_text_put(json, "[");
    for (size_t i = 0; i < config->windows.count; i++) {
        dp_text_put(json, i ? "," : "");
        dp_json_add_string(json, dp_str_from(config->window_labels[i]));
    }
    dp_text_put(json, "]");
    dp_json_add_name(json, DP_STR("service_level_target"));
    dp_text_printf(json, "%.2f", (double)config->board_service_level / 100);
    write_targets(config, json);
}

/* Starting --------------------------------------------------------------------------------------*/

static void allow_files(void)
{
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files) < 0 || files.rlim_cur >= FILES)
        return;
    files.rlim_cur = files.rlim_max < FILES ? files.rlim_max : FILES;
    setrlimit(RLIMIT_NOFILE, &files);
}

/* False: said why. */
static bool start_server(struct board *board, const struct dp_board_options *options)
{
    const struct dp_config *config = options->config;
    struct dp_listen_address address;
    char error[256], text[DP_LISTEN_ADDRESS_TEXT], quoted[300];
    static char host[DP_LISTEN_ADDRESS_TEXT];
    dp_listen_address_parse(&address, config->board_listen);
    struct dp_server_options server = {.socket = dp_listener_open(&address, error, sizeof error),
                                       .access = {.user_header = config->board_user_header},
                                       .model = &board->model,
                                       .reader = board->reader,
                                       .streams = board->streams,
                                       .actions = board->actions,
                                       .settings = board->settings.p};
    if (server.socket < 0) {
        dp_log(DP_LOG_ERROR, "the board cannot listen",
               "listen=%s reason=%s advice=\"set [board] listen to an address of this machine and "
               "a port that is free\"",
               config->board_listen, dp_log_quote(quoted, sizeof quoted, error));
        return false;
    }
    dp_listen_address_format(&address, text);
    snprintf(host, sizeof host, "%.*s", (int)(strrchr(text, ':') - text), text);
    server.access.host = host;
    dp_access_set(&server.access.read, options->token);
    dp_access_set(&server.access.ack, options->ack_token);
    board->server = dp_server_create(&board->loop, &server);
    if (!board->server) {
        dp_log(DP_LOG_ERROR, "the board's server does not start", "");
        return false;
    }
    dp_log(DP_LOG_INFO, "the board is there", "url=http://%s/ reads=%s changes=%s", text,
           dp_access_is_open(&server.access) ? "anybody" : "who-signs-in",
           options->ack_token ? "with-the-ack-token" : "nobody");
    return true;
}

static bool start(struct board *board, const struct dp_board_options *options)
{
    const struct dp_config *config = options->config;
    char error[512];
    for (size_t i = 0; i < config->windows.count; i++)
        board->windows[i] = config->window_labels[i];
    struct dp_reader_options reader = {.url = config->redis_url,
                                       .prefix = config->redis_prefix,
                                       .timezone = config->timezone,
                                       .window = config->board_window,
                                       .agent_window = config->board_agent_window,
                                       .windows = board->windows};
    write_settings(config, &board->settings);
    board->reader =
        dp_reader_create(&board->loop, &reader, &board->model, on_told, board, error, sizeof error);
    if (board->reader && options->ack_token)
        board->actions = dp_actions_create(&board->loop, config->redis_url, config->redis_prefix,
                                           error, sizeof error);
    if (!board->reader || (options->ack_token && !board->actions)) {
        dp_log(DP_LOG_ERROR, "the board cannot read Redis", "reason=\"%s\"", error);
        return false;
    }
    dp_streams_set_reader(board->streams, board->reader);
    return start_server(board, options);
}

int dp_board_run(const struct dp_board_options *options)
{
    static const int numbers[] = {SIGTERM, SIGINT};
    struct board board = {0};
    allow_files();
    uv_loop_init(&board.loop);
    dp_model_init(&board.model);
    for (int i = 0; i < 2; i++) {
        uv_signal_init(&board.loop, &board.signals[i]);
        board.signals[i].data = &board;
        uv_signal_start_oneshot(&board.signals[i], on_signal, numbers[i]);
    }
    board.streams = dp_streams_create(&board.loop, &board.model);
    bool started = start(&board, options);
    if (!started)
        close_all(&board);
    uv_run(&board.loop, UV_RUN_DEFAULT);
    uv_loop_close(&board.loop);
    dp_model_deinit(&board.model);
    dp_text_deinit(&board.settings);
    return started ? DP_EXIT_DONE : DP_EXIT_FAILED;
}
