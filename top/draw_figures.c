/* The screens of one scope: of all, of an agent, of a queue. */
#include <inttypes.h>
#include <string.h>

#include "top/draw.h"

#define LABEL 25
#define CELL  8
#define MONTH 12

/* What the overview shows, the most wanted first. */
static const enum dp_figure key_figures[] = {
    DP_FIGURE_OFFERED,         DP_FIGURE_RESPONSES,         DP_FIGURE_ABANDONS,
    DP_FIGURE_SERVICE_LEVEL,   DP_FIGURE_ABANDON_RATE,      DP_FIGURE_RESPONSE_MEAN,
    DP_FIGURE_RESPONSE_P95,    DP_FIGURE_HANDLES,           DP_FIGURE_HANDLE_MEAN,
    DP_FIGURE_RESOLUTION_RATE, DP_FIGURE_SATISFACTION_MEAN, DP_FIGURE_ANSWER_RATE,
    DP_FIGURE_REPLY_MEAN,      DP_FIGURE_FCR_RATE,          DP_FIGURE_TRANSFER_RATE,
    DP_FIGURE_COMPLAINTS,      DP_FIGURE_QUALITY_MEAN,
};

/* Gauges ----------------------------------------------------------------------------------------*/

static const char *gauge_text(const struct dp_top_focus *focus, int gauge,
                              char text[DP_REPORT_TEXT])
{
    const struct dp_top_value *value = &focus->gauges[gauge];
    if (!value->known)
        return DP_REPORT_ABSENT;
    if (value->text)
        return value->text;
    dp_report_number(gauge == DP_GAUGE_OLDEST_WAITING ? DP_TEXT_MS : DP_TEXT_COUNT, value->number,
                     text);
    return text;
}

static void draw_gauge(struct dp_top_page *page, const struct dp_top_focus *focus, int gauge,
                       const char *label)
{
    char text[DP_REPORT_TEXT];
    dp_top_page_printf(page, DP_TOP_PLAIN, "%s ", label);
    dp_top_page_text(page, DP_TOP_TITLE, gauge_text(focus, gauge, text));
    dp_top_page_blank(page, DP_TOP_PLAIN, 2);
}

static void draw_waiting(struct dp_top_page *page, const struct dp_top_focus *focus)
{
    draw_gauge(page, focus, DP_GAUGE_WAITING, "waiting");
    draw_gauge(page, focus, DP_GAUGE_OLDEST_WAITING, "oldest");
    draw_gauge(page, focus, DP_GAUGE_IN_SERVICE, "in service");
    dp_top_page_end_line(page);
}

static void draw_states(struct dp_top_page *page, const struct dp_top_focus *focus)
{
    for (int i = 1; i <= DP_AGENT_STATES; i++) {
        int state = i % DP_AGENT_STATES; /* offline comes last */
        draw_gauge(page, focus, DP_GAUGES + state, dp_agent_state_names[state]);
    }
    dp_top_page_end_line(page);
}

static void draw_agent_state(struct dp_top_page *page, const struct dp_top_focus *focus,
                             int64_t as_of_ms)
{
    const struct dp_top_value *since = &focus->gauges[DP_GAUGE_STATE_SINCE];
    const char *team = focus->month.values[DP_TEXT_OF_TEAM].text;
    char age[DP_REPORT_TEXT] = DP_REPORT_ABSENT;
    if (since->known)
        dp_top_age(as_of_ms - since->number, age);
    dp_top_page_printf(page, DP_TOP_PLAIN, "team %s  ", team ? team : DP_REPORT_ABSENT);
    draw_gauge(page, focus, DP_GAUGE_STATE, "state");
    dp_top_page_printf(page, DP_TOP_PLAIN, "for %s  ", age);
    if (focus->gauges[DP_GAUGE_STATE_REASON].known)
        draw_gauge(page, focus, DP_GAUGE_STATE_REASON, "reason");
    draw_gauge(page, focus, DP_GAUGE_ACTIVE_CONTACTS, "active contacts");
    dp_top_page_end_line(page);
}

/* Figures by window -----------------------------------------------------------------------------*/

/* The windows that there is room for, among them the chosen one; then today. */
struct layout {
    size_t first, end, chosen;
    bool today;
};

static struct layout lay_out(const struct dp_top_page *page, const struct dp_top_view *view,
                             const struct dp_top_board *board)
{
    int chosen = dp_top_board_window(board, view->window);
    struct layout layout = {.chosen = chosen < 0 ? 0 : (size_t)chosen};
    layout.today = view->channel == DP_CHANNEL_NONE; /* periods are of all channels */
    size_t cells = page->columns > LABEL ? (page->columns - LABEL) / CELL : 0;
    cells -= cells && layout.today;
    layout.first = cells && layout.chosen >= cells ? layout.chosen + 1 - cells : 0;
    layout.end = layout.first + cells;
    if (layout.end > board->window_count)
        layout.end = board->window_count;
    return layout;
}

static void draw_cell(struct dp_top_page *page, const struct dp_report_scope *scope, int field,
                      bool chosen)
{
    char text[DP_REPORT_TEXT];
    dp_top_page_blank(page, DP_TOP_PLAIN, 1);
    dp_top_page_right(page, chosen ? DP_TOP_TITLE : DP_TOP_PLAIN,
                      dp_report_show(scope, field, text), CELL - 1);
}

static void draw_figure(struct dp_top_page *page, const struct dp_top_board *board,
                        const struct layout *layout, int field)
{
    dp_top_page_left(page, DP_TOP_PLAIN, dp_figure_text(field)->label, LABEL);
    for (size_t window = layout->first; window < layout->end; window++)
        draw_cell(page, &board->focus.windows[window], field, window == layout->chosen);
    if (layout->today)
        draw_cell(page, &board->focus.day, field, false);
    dp_top_page_end_line(page);
}

static void draw_headings(struct dp_top_page *page, const struct dp_top_board *board,
                          const struct layout *layout)
{
    size_t hidden = board->window_count - (layout->end - layout->first);
    char label[64] = "last";
    if (hidden)
        snprintf(label, sizeof label, "last (w: %zu more)", hidden);
    dp_top_page_left(page, DP_TOP_HEADING, label, LABEL);
    for (size_t window = layout->first; window < layout->end; window++)
        dp_top_page_right(page, window == layout->chosen ? DP_TOP_CHOSEN : DP_TOP_HEADING,
                          board->windows[window], CELL);
    if (layout->today)
        dp_top_page_right(page, DP_TOP_HEADING, "today", CELL);
    dp_top_page_blank_to(page, DP_TOP_HEADING, page->columns);
    dp_top_page_end_line(page);
}

static void draw_groups(struct dp_top_page *page, const struct dp_top_board *board,
                        const struct layout *layout)
{
    for (int group = 0; group < DP_GROUPS; group++) {
        bool named = false;
        for (int field = 0; field < DP_FIGURES; field++) {
            if ((int)dp_figure_text(field)->group != group)
                continue;
            if (!named) {
                dp_top_page_text(page, DP_TOP_TITLE, dp_group_names[group]);
                dp_top_page_end_line(page);
                named = true;
            }
            draw_figure(page, board, layout, field);
        }
    }
}

/* What only periods have ------------------------------------------------------------------------*/

static void draw_pair(struct dp_top_page *page, const char *label, const char *day,
                      const char *month)
{
    size_t width = page->columns > LABEL + 2 * MONTH ? (page->columns - LABEL) / 2 : MONTH;
    dp_top_page_left(page, DP_TOP_PLAIN, label, LABEL);
    dp_top_page_left(page, DP_TOP_PLAIN, day, width - 1);
    dp_top_page_blank(page, DP_TOP_PLAIN, 1);
    dp_top_page_left(page, DP_TOP_PLAIN, month, width);
    dp_top_page_end_line(page);
}

static const char *points_text(const struct dp_report_scope *scope, const char *dimension,
                               const char *measure, char text[DP_REPORT_TEXT])
{
    const struct dp_report_points *points = dp_report_points_find(scope, dimension, measure);
    if (!points)
        return DP_REPORT_ABSENT;
    dp_report_number(DP_TEXT_SCORE, points->value.number, text);
    return text;
}

/* The points of the month, and what the day has of the same names. */
static void draw_points(struct dp_top_page *page, const struct dp_top_focus *focus)
{
    char name[DP_REPORT_TEXT], label[DP_REPORT_TEXT + 8], day[DP_REPORT_TEXT],
        month[DP_REPORT_TEXT];
    for (size_t i = 0; i < focus->month.points_count; i++) {
        const struct dp_report_points *points = &focus->month.points[i];
        snprintf(label, sizeof label, "%s%s", points->measure ? "    " : "  ",
                 dp_report_name(points->measure ? points->measure : points->dimension, name));
        draw_pair(page, label, points_text(&focus->day, points->dimension, points->measure, day),
                  points_text(&focus->month, points->dimension, points->measure, month));
    }
}

static void draw_periods(struct dp_top_page *page, const struct dp_top_board *board)
{
    const struct dp_top_focus *focus = &board->focus;
    char day[DP_REPORT_TEXT], month[DP_REPORT_TEXT];
    if (!focus->day.found && !focus->month.found)
        return;
    dp_top_page_text(page, DP_TOP_TITLE, "Today and this month");
    dp_top_page_end_line(page);
    draw_pair(page, "", board->day, board->month);
    for (int field = DP_FIGURES; field < DP_TEXT_FIELDS; field++) {
        bool shown = dp_report_has(&focus->day, field) || dp_report_has(&focus->month, field);
        if (dp_figure_text(field)->agents_only && shown)
            draw_pair(page, dp_figure_text(field)->label, dp_report_show(&focus->day, field, day),
                      dp_report_show(&focus->month, field, month));
    }
    if (focus->month.points_count)
        draw_pair(page, "points", "", "");
    draw_points(page, focus);
}

/* Screens ---------------------------------------------------------------------------------------*/

static void draw_doors(struct dp_top_page *page, const struct dp_top_place *place,
                       const struct dp_top_board *board)
{
    bool endless = page->rows == SIZE_MAX;
    for (size_t door = 0; door < DP_TOP_LISTS; door++) {
        const struct dp_top_count *count = &board->counts[door];
        enum dp_top_style style = door == place->door && !endless ? DP_TOP_CHOSEN : DP_TOP_PLAIN;
        char number[32] = DP_REPORT_ABSENT;
        if (count->known)
            snprintf(number, sizeof number, "%" PRId64, count->count);
        dp_top_page_printf(page, style, "%ss", dp_top_list_names[door]);
        dp_top_page_blank_to(page, style, 8);
        dp_top_page_right(page, style, number, 8);
        dp_top_page_end_line(page);
    }
}

static void draw_scope(struct dp_top_page *page, struct dp_top_view *view,
                       const struct dp_top_board *board, int64_t as_of_ms)
{
    const struct dp_top_focus *focus = &board->focus;
    const struct dp_top_place *place = dp_top_view_place(view);
    struct layout layout = lay_out(page, view, board);
    if (place->screen == DP_TOP_SCREEN_AGENT) {
        draw_agent_state(page, focus, as_of_ms);
    } else {
        draw_waiting(page, focus);
        if (place->screen == DP_TOP_SCREEN_ALL) {
            draw_states(page, focus);
            dp_top_page_end_line(page);
            draw_doors(page, place, board);
        }
    }
    dp_top_page_end_line(page);
    draw_headings(page, board, &layout);
    view->page = dp_top_page_room(page);
    dp_top_page_scroll(page, place->scroll);
    if (place->screen == DP_TOP_SCREEN_ALL)
        for (size_t i = 0; i < sizeof key_figures / sizeof *key_figures; i++)
            draw_figure(page, board, &layout, (int)key_figures[i]);
    else
        draw_groups(page, board, &layout);
    if (place->screen == DP_TOP_SCREEN_AGENT)
        draw_periods(page, board);
}

void dp_top_draw_figures(struct dp_top_page *page, struct dp_top_view *view,
                         const struct dp_top_board *board, int64_t as_of_ms)
{
    struct dp_top_place *place = dp_top_view_place(view);
    struct dp_top_page before = *page;
    draw_scope(page, view, board, as_of_ms);
    size_t most = page->lines > view->page ? page->lines - view->page : 0;
    if (place->scroll <= most)
        return;
    /* Beyond the end: once more, from as far down as there is something. */
    place->scroll = most;
    page->row = before.row;
    page->column = page->skip = 0;
    page->count = page->line_begin = before.count;
    page->text.len = before.text.len;
    draw_scope(page, view, board, as_of_ms);
}
