#include "top/draw.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

#define HOUR_MS   INT64_C(3600000)
#define TITLE_MIN 16 /* columns */

static const char *const screen_names[DP_TOP_SCREENS] = {
    [DP_TOP_SCREEN_ALL] = "overview",  [DP_TOP_SCREEN_QUEUES] = "queues",
    [DP_TOP_SCREEN_TEAMS] = "teams",   [DP_TOP_SCREEN_AGENTS] = "agents",
    [DP_TOP_SCREEN_ALERTS] = "alerts", [DP_TOP_SCREEN_AGENT] = "agent",
    [DP_TOP_SCREEN_QUEUE] = "queue",
};

static const char help[] = "Keys\n"
                           "\n"
                           "  1 2 3 4 5        overview, queues, teams, agents, alerts\n"
                           "  up down, k j     one row up or down; PgUp, PgDn: a page\n"
                           "  Home End, g G    the first row, the last row\n"
                           "  Enter            opens what is chosen\n"
                           "  Backspace, q     back; q on the first screen, and Q: quit\n"
                           "\n"
                           "  s S, right left  sorts by the next or the last column\n"
                           "  r                the other way round\n"
                           "  /                shows rows with this text alone; Esc: all\n"
                           "  w W              the next or the last window, 1m to 24h\n"
                           "  c                all channels, voice, chat, email\n"
                           "\n"
                           "Figures that are absent are shown as -, never as 0.\n"
                           "Any key goes back.\n";

static int64_t age_of(const struct dp_top_board *board, const struct dp_top_moment *moment)
{
    return moment->now_ms - board->updated_ms;
}

static bool is_old(const struct dp_top_board *board, const struct dp_top_moment *moment)
{
    return *board->trouble || !board->has_figures || age_of(board, moment) > moment->stale_ms;
}

void dp_top_age(int64_t ms, char text[DP_REPORT_TEXT])
{
    if (ms >= 100 * HOUR_MS)
        snprintf(text, DP_REPORT_TEXT, "%" PRId64 "d", ms / (24 * HOUR_MS));
    else
        dp_report_number(DP_TEXT_MS, ms > 0 ? ms : 0, text);
}

static const char *age_text(int64_t ms, char text[DP_REPORT_TEXT])
{
    dp_top_age(ms, text);
    return text;
}

/* "2026-11-23 09:26:13   0.9s ago": what the figures are as of. */
static void format_moment(const struct dp_top_board *board, const struct dp_top_moment *moment,
                          char *text, size_t size)
{
    char when[32], age[DP_REPORT_TEXT];
    time_t seconds = (time_t)(board->updated_ms / 1000);
    struct tm tm;
    *text = '\0';
    if (!board->has_figures || !localtime_r(&seconds, &tm) ||
        !strftime(when, sizeof when, "%Y-%m-%d %H:%M:%S", &tm))
        return;
    snprintf(text, size, "%s  %s ago", when, age_text(age_of(board, moment), age));
}

static void draw_title(struct dp_top_page *page, struct dp_top_view *view,
                       const struct dp_top_board *board, const struct dp_top_moment *moment)
{
    const struct dp_top_place *place = dp_top_view_place(view);
    bool team = place->screen == DP_TOP_SCREEN_AGENTS && *place->id;
    char left[512], right[128];
    snprintf(left, sizeof left, "Deskpulse  %s%s%s", screen_names[place->screen],
             team         ? " of team "
             : *place->id ? " "
                          : "",
             place->id);
    if (place->screen != DP_TOP_SCREEN_ALERTS) {
        size_t len = strlen(left);
        snprintf(left + len, sizeof left - len, "  last %s%s%s",
                 *view->window ? view->window : DP_REPORT_ABSENT, view->channel ? "  " : "",
                 dp_channel_names[view->channel]);
    }
    format_moment(board, moment, right, sizeof right);
    size_t width = dp_report_width(right, strlen(right)) + 1;
    if (page->columns < width + TITLE_MIN) { /* too narrow for both */
        *right = '\0';
        width = 0;
    }
    dp_top_page_left(page, DP_TOP_TITLE, left, page->columns - width);
    dp_top_page_blank(page, DP_TOP_PLAIN, 1);
    dp_top_page_text(page, is_old(board, moment) ? DP_TOP_BAD : DP_TOP_PLAIN, right);
    dp_top_page_end_line(page);
}

static void draw_tabs(struct dp_top_page *page, struct dp_top_view *view,
                      const struct dp_top_board *board)
{
    static const enum dp_top_screen tabs[] = {DP_TOP_SCREEN_ALL, DP_TOP_SCREEN_QUEUES,
                                              DP_TOP_SCREEN_TEAMS, DP_TOP_SCREEN_AGENTS,
                                              DP_TOP_SCREEN_ALERTS};
    const struct dp_top_count *alerts = &board->counts[DP_TOP_ALERTS];
    for (size_t i = 0; i < sizeof tabs / sizeof *tabs; i++) {
        bool here = dp_top_view_place(view)->screen == tabs[i];
        dp_top_page_printf(page, here ? DP_TOP_TITLE : DP_TOP_PLAIN, "%zu %s", i + 1,
                           screen_names[tabs[i]]);
        dp_top_page_blank(page, DP_TOP_PLAIN, tabs[i] == DP_TOP_SCREEN_ALERTS ? 1 : 2);
    }
    if (alerts->known)
        dp_top_page_printf(page, alerts->count ? DP_TOP_BAD : DP_TOP_PLAIN, "%" PRId64,
                           alerts->count);
    else
        dp_top_page_text(page, DP_TOP_PLAIN, DP_REPORT_ABSENT);
    dp_top_page_end_line(page);
}

/* What is wrong, in the place of the tabs. False: nothing is. */
static bool draw_trouble(struct dp_top_page *page, const struct dp_top_board *board,
                         const struct dp_top_moment *moment)
{
    char age[DP_REPORT_TEXT];
    if (*board->trouble)
        dp_top_page_printf(
            page, DP_TOP_BAD, "NO CONNECTION to Redis at %s for %s: %s", board->server,
            age_text((int64_t)(moment->loop_ms - board->lost_ms), age), board->trouble);
    else if (!board->meta_known)
        dp_top_page_printf(page, DP_TOP_PLAIN, "connecting to Redis at %s", board->server);
    else if (!board->has_figures)
        dp_top_page_printf(page, DP_TOP_BAD,
                           "NO FIGURES in Redis at %s: does `deskpulse run` "
                           "write to it, with this prefix?",
                           board->server);
    else if (age_of(board, moment) > moment->stale_ms)
        dp_top_page_printf(page, DP_TOP_BAD, "OLD FIGURES, of %s ago: does `deskpulse run` run?",
                           age_text(age_of(board, moment), age));
    else
        return false;
    dp_top_page_end_line(page);
    return true;
}

static void draw_help(struct dp_top_page *page)
{
    for (const char *at = help; *at;) {
        size_t len = strcspn(at, "\n");
        dp_top_page_printf(page, DP_TOP_PLAIN, "%.*s", (int)len, at);
        dp_top_page_end_line(page);
        at += len + 1;
    }
}

static void draw_footer(struct dp_top_page *page, struct dp_top_view *view,
                        const struct dp_top_board *board)
{
    const struct dp_top_place *place = dp_top_view_place(view);
    bool list = dp_top_is_list(place->screen), figures = place->screen != DP_TOP_SCREEN_ALERTS;
    bool doors = list || place->screen == DP_TOP_SCREEN_ALL;
    if (view->typing) {
        dp_top_page_printf(page, DP_TOP_TITLE, "/%s_", view->orders[place->list.kind].filter);
        dp_top_page_text(page, DP_TOP_PLAIN, "   Enter: done  Esc: all rows");
    } else if (*board->refused) {
        dp_top_page_printf(page, DP_TOP_BAD, "Redis refuses: %s", board->refused);
    } else {
        dp_top_page_printf(page, DP_TOP_PLAIN, "%s%s%s%s%s%s  ? help",
                           view->depth > 1 ? "q back" : "q quit", doors ? "  Enter open" : "",
                           list ? "  s sort  r reverse  / filter" : "", list ? "" : "  PgDn more",
                           figures ? "  w window" : "", figures ? "  c channel" : "");
    }
}

void dp_top_draw(struct dp_top_page *page, struct dp_top_view *view,
                 const struct dp_top_board *board, const struct dp_top_moment *moment, size_t rows,
                 size_t columns)
{
    bool endless = rows == SIZE_MAX;
    size_t footer = endless ? SIZE_MAX : rows ? rows - 1 : 0;
    dp_top_page_begin(page, footer, columns);
    draw_title(page, view, board, moment);
    if (!draw_trouble(page, board, moment) && !endless)
        draw_tabs(page, view, board);
    page->old = is_old(board, moment);
    int64_t as_of_ms = page->old && board->has_figures ? board->updated_ms : moment->now_ms;
    if (view->help)
        draw_help(page);
    else if (dp_top_is_list(dp_top_view_place(view)->screen))
        dp_top_draw_list(page, view, board, as_of_ms);
    else
        dp_top_draw_figures(page, view, board, as_of_ms);
    page->old = false;
    if (endless)
        return;
    page->rows = rows;
    page->row = footer;
    page->column = 0;
    draw_footer(page, view, board);
    dp_top_page_end_line(page);
}
