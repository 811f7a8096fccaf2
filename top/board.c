#include "top/board.h"

#include <stdlib.h>
#include <string.h>

#include "app/alert_text.h"
#include "common/duration.h"

static void clear_focus(struct dp_top_focus *focus)
{
    for (int gauge = 0; gauge < DP_TOP_GAUGES; gauge++)
        dp_top_focus_set_gauge(focus, gauge, (struct dp_str){0});
    for (size_t window = 0; window < DP_WINDOWS_MAX; window++)
        dp_report_scope_deinit(&focus->windows[window]);
    dp_report_scope_deinit(&focus->day);
    dp_report_scope_deinit(&focus->month);
}

void dp_top_board_init(struct dp_top_board *board, const char *zone)
{
    *board = (struct dp_top_board){0};
    dp_calendar_init(&board->calendar, zone);
}

void dp_top_board_deinit(struct dp_top_board *board)
{
    dp_top_rows_clear(&board->rows);
    clear_focus(&board->focus);
}

void dp_top_board_turn(struct dp_top_board *board, enum dp_top_list_kind kind)
{
    dp_top_rows_clear(&board->rows);
    board->rows.kind = kind;
    clear_focus(&board->focus);
    board->complete = false;
}

bool dp_top_board_set_windows(struct dp_top_board *board, struct dp_str text)
{
    char windows[DP_WINDOWS_MAX][16] = {0};
    size_t count = 0;
    for (size_t at = 0, end; at < text.len && count < DP_WINDOWS_MAX; at = end + 1) {
        const char *blank = memchr(text.p + at, ' ', text.len - at);
        struct dp_str label = {text.p + at, 0};
        int64_t ms;
        end = blank ? (size_t)(blank - text.p) : text.len;
        label.len = end - at;
        if (label.len < sizeof *windows && dp_duration_parse(label, &ms))
            memcpy(windows[count++], label.p, label.len);
    }
    bool same =
        count == board->window_count && memcmp(windows, board->windows, sizeof windows) == 0;
    if (count == 0 || same)
        return false;
    memcpy(board->windows, windows, sizeof windows);
    board->window_count = count;
    return true;
}

int dp_top_board_window(const struct dp_top_board *board, const char *label)
{
    int64_t wanted, length;
    if (!dp_duration_parse(dp_str_from(label), &wanted))
        return -1;
    for (size_t i = 0; i < board->window_count; i++)
        if (dp_duration_parse(dp_str_from(board->windows[i]), &length) && length == wanted)
            return (int)i;
    return -1;
}

const char *dp_top_gauge_name(int gauge)
{
    return gauge < DP_GAUGES ? dp_gauge_names[gauge] : dp_agent_state_names[gauge - DP_GAUGES];
}

void dp_top_focus_set_gauge(struct dp_top_focus *focus, int gauge, struct dp_str text)
{
    struct dp_top_value *value = &focus->gauges[gauge];
    free(value->text);
    *value = (struct dp_top_value){0};
    if (!text.p || text.len == 0)
        return;
    if (gauge == DP_GAUGE_STATE || gauge == DP_GAUGE_STATE_REASON) {
        value->known = true;
        value->text = dp_alert_printable(text);
    } else {
        value->known = dp_report_parse(DP_TEXT_COUNT, text, &value->number);
    }
}
