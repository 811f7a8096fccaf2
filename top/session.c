#include "top/session.h"

#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <uv.h>

#include "common/clock.h"
#include "sink/redis_advice.h"
#include "top/draw.h"
#include "top/reader.h"
#include "top/terminal.h"

#define DRAW_MS 1000  /* ages go on while nothing comes */
#define TURN_MS 200   /* so long the screen waits for what another one has to show */
#define ONCE_MS 10000 /* for all answers of one screen */

enum { SIGNAL_INT, SIGNAL_TERM, SIGNAL_HUP, SIGNAL_TSTP, SIGNAL_CONT, SIGNAL_WINCH, SIGNALS };
static const int signal_numbers[SIGNALS] = {
    [SIGNAL_INT] = SIGINT,   [SIGNAL_TERM] = SIGTERM, [SIGNAL_HUP] = SIGHUP,
    [SIGNAL_TSTP] = SIGTSTP, [SIGNAL_CONT] = SIGCONT, [SIGNAL_WINCH] = SIGWINCH,
};

struct session {
    const struct dp_top_request *request;
    uv_loop_t loop;
    struct dp_top_reader *reader;
    struct dp_top_terminal *terminal; /* NULL: one screen, to standard output */
    struct dp_top_board board;
    struct dp_top_view view;
    struct dp_top_page page;
    uv_timer_t timer; /* to the next drawing; of one screen: to the end of patience */
    uv_poll_t keys;
    uv_signal_t signals[SIGNALS];
    bool begun; /* a window is chosen */
    bool failed;
    char error[1024];
};

static void draw(struct session *session, size_t rows, size_t columns)
{
    struct dp_top_moment moment = {
        .now_ms = dp_wall_ms(),
        .loop_ms = uv_now(&session->loop),
        .stale_ms = session->request->stale_ms,
    };
    dp_top_draw(&session->page, &session->view, &session->board, &moment, rows, columns);
}

static void turn(struct session *session)
{
    struct dp_top_topic topic;
    dp_top_view_topic(&session->view, &session->board, &topic);
    dp_top_reader_look(session->reader, &topic);
}

static bool start(struct session *session, const struct dp_top_request *request, bool follow,
                  const struct dp_top_reader_events *events)
{
    *session = (struct session){.request = request};
    uv_loop_init(&session->loop);
    uv_timer_init(&session->loop, &session->timer);
    session->timer.data = session;
    dp_top_board_init(&session->board, request->timezone);
    dp_top_view_init(&session->view, &request->topic);
    session->reader =
        dp_top_reader_create(&session->loop, request->url, request->prefix, follow, &session->board,
                             events, session, session->error, sizeof session->error);
    if (session->reader)
        turn(session);
    return session->reader;
}

/* Ends what is still on the loop, and gives all back. */
static bool end(struct session *session, char *error, size_t error_size)
{
    bool ok = session->reader && !session->failed;
    snprintf(error, error_size, "%s", session->error);
    if (session->reader)
        dp_top_reader_close(session->reader);
    uv_close((uv_handle_t *)&session->timer, NULL);
    while (uv_run(&session->loop, UV_RUN_DEFAULT)) /* a stop from before ends one run at once */
        ;
    uv_loop_close(&session->loop);
    dp_top_page_deinit(&session->page);
    dp_top_view_deinit(&session->view);
    dp_top_board_deinit(&session->board);
    return ok;
}

/* The window that was asked for must be one of those that there are; later ones may come and go. */
static void on_windows(void *ctx)
{
    struct session *session = ctx;
    const struct dp_top_board *board = &session->board;
    bool found = dp_top_view_choose_window(&session->view, board) || session->begun;
    session->begun = true;
    if (found) {
        turn(session);
        return;
    }
    session->failed = true;
    size_t len = (size_t)snprintf(
        session->error, sizeof session->error,
        "no window %s in Redis; windows there are:", session->request->topic.window);
    for (size_t i = 0; i < board->window_count; i++)
        len += (size_t)snprintf(session->error + len, sizeof session->error - len, " %s",
                                board->windows[i]);
    uv_stop(&session->loop);
}

/* On a terminal ---------------------------------------------------------------------------------*/

static void on_draw(uv_timer_t *timer);

static void show(struct session *session)
{
    size_t rows, columns;
    dp_top_terminal_size(session->terminal, &rows, &columns);
    draw(session, rows, columns);
    dp_top_terminal_show(session->terminal, &session->page);
    uv_timer_start(&session->timer, on_draw, DRAW_MS, 0);
}

static void on_draw(uv_timer_t *timer)
{
    show(timer->data);
}

static void on_changed(void *ctx)
{
    show(ctx);
}

static void on_keys(uv_poll_t *keys, int status, int events)
{
    struct session *session = keys->data;
    enum dp_top_outcome outcome = DP_TOP_NOTHING;
    unsigned key;
    if (status < 0 || events & UV_DISCONNECT) {
        uv_stop(&session->loop);
        return;
    }
    while ((key = dp_top_terminal_key(session->terminal)) != DP_TOP_KEY_NONE) {
        enum dp_top_outcome result = dp_top_view_key(&session->view, &session->board, key);
        if (result == DP_TOP_QUIT) {
            uv_stop(&session->loop);
            return;
        }
        if (result == DP_TOP_TURN)
            turn(session); /* the keys that follow are about what is there now: nothing yet */
        if (result > outcome)
            outcome = result;
    }
    if (outcome == DP_TOP_REDRAW)
        show(session);
    else if (outcome == DP_TOP_TURN)
        uv_timer_start(&session->timer, on_draw, TURN_MS, 0);
}

static void on_signal(uv_signal_t *handle, int number);

static void go_on(struct session *session)
{
    dp_top_terminal_return(session->terminal);
    show(session);
}

/* Stops this process as if nobody had asked to be told of the signal. */
static void stop_here(struct session *session)
{
    uv_signal_t *handle = &session->signals[SIGNAL_TSTP];
    dp_top_terminal_leave(session->terminal);
    uv_signal_stop(handle);
    raise(SIGTSTP);
    /* SIGCONT has come; or nobody could have let this process go on, and it was not stopped. */
    uv_signal_start(handle, on_signal, SIGTSTP);
    go_on(session);
}

static void on_signal(uv_signal_t *handle, int number)
{
    struct session *session = handle->data;
    switch (number) {
    case SIGTSTP:
        stop_here(session);
        break;
    case SIGCONT:
        go_on(session);
        break;
    case SIGWINCH:
        dp_top_terminal_resize(session->terminal);
        show(session);
        break;
    default:
        uv_stop(&session->loop);
    }
}

/* After curses has put in handlers of its own: ours take their place. */
static void watch(struct session *session)
{
    for (int i = 0; i < SIGNALS; i++) {
        uv_signal_init(&session->loop, &session->signals[i]);
        session->signals[i].data = session;
        uv_signal_start(&session->signals[i], on_signal, signal_numbers[i]);
    }
    uv_poll_init(&session->loop, &session->keys, dp_top_terminal_fd(session->terminal));
    session->keys.data = session;
    uv_poll_start(&session->keys, UV_READABLE | UV_DISCONNECT, on_keys);
}

static void unwatch(struct session *session)
{
    for (int i = 0; i < SIGNALS; i++)
        uv_close((uv_handle_t *)&session->signals[i], NULL);
    uv_close((uv_handle_t *)&session->keys, NULL);
}

bool dp_top_run(const struct dp_top_request *request, char *error, size_t error_size)
{
    static const struct dp_top_reader_events events = {.changed = on_changed,
                                                       .windows = on_windows};
    struct session session;
    if (start(&session, request, true, &events)) {
        session.terminal = dp_top_terminal_open(session.error, sizeof session.error);
        session.failed = !session.terminal;
    }
    if (session.terminal) {
        watch(&session);
        show(&session);
        uv_run(&session.loop, UV_RUN_DEFAULT);
        unwatch(&session);
        dp_top_terminal_close(session.terminal);
    }
    return end(&session, error, error_size);
}

/* One screen ------------------------------------------------------------------------------------*/

static void give_up(struct session *session, const char *reason)
{
    session->failed = true;
    snprintf(session->error, sizeof session->error, "Redis at %s: %s: %s", session->board.server,
             reason, dp_redis_advice(reason));
    uv_stop(&session->loop);
}

static void on_patience_end(uv_timer_t *timer)
{
    give_up(timer->data, "no reply in time");
}

static void on_once_changed(void *ctx)
{
    struct session *session = ctx;
    const struct dp_top_board *board = &session->board;
    if (*board->trouble)
        give_up(session, board->trouble);
    else if (*board->refused)
        give_up(session, board->refused);
    else if (board->complete)
        uv_stop(&session->loop);
}

bool dp_top_print(const struct dp_top_request *request, size_t columns, char *error,
                  size_t error_size)
{
    static const struct dp_top_reader_events events = {.changed = on_once_changed,
                                                       .windows = on_windows};
    struct session session;
    if (start(&session, request, false, &events)) {
        uv_timer_start(&session.timer, on_patience_end, ONCE_MS, 0);
        uv_run(&session.loop, UV_RUN_DEFAULT);
        if (!session.failed && !session.board.has_figures) {
            session.failed = true;
            snprintf(session.error, sizeof session.error,
                     "no figures in Redis at %s under %s: does `deskpulse run` write to it?",
                     session.board.server, request->prefix);
        }
        if (!session.failed) {
            draw(&session, SIZE_MAX, columns);
            dp_top_page_write(&session.page, stdout);
        }
    }
    return end(&session, error, error_size);
}
