#include "top/view.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <wchar.h>

#define WINDOW_DEFAULT "15m"

static void enter(struct dp_top_view *view, enum dp_top_screen screen, const char *id)
{
    struct dp_top_place *place = &view->places[view->depth++];
    *place = (struct dp_top_place){.screen = screen};
    snprintf(place->id, sizeof place->id, "%s", id);
    if (dp_top_is_list(screen))
        place->list.kind = (enum dp_top_list_kind)screen;
}

static void leave(struct dp_top_view *view)
{
    dp_top_list_deinit(&view->places[--view->depth].list);
}

void dp_top_view_init(struct dp_top_view *view, const struct dp_top_topic *topic)
{
    *view = (struct dp_top_view){.channel = topic->channel};
    for (int kind = 0; kind < DP_TOP_LISTS; kind++)
        view->orders[kind].column = DP_TOP_BY_ID;
    snprintf(view->window, sizeof view->window, "%s", topic->window);
    enter(view, topic->screen, topic->id);
}

void dp_top_view_deinit(struct dp_top_view *view)
{
    while (view->depth)
        leave(view);
}

bool dp_top_view_choose_window(struct dp_top_view *view, const struct dp_top_board *board)
{
    bool wanted = *view->window != '\0';
    int window = dp_top_board_window(board, view->window);
    bool found = window >= 0;
    if (!found)
        window = dp_top_board_window(board, WINDOW_DEFAULT);
    memcpy(view->window, board->windows[window < 0 ? 0 : window], sizeof view->window);
    return found || !wanted;
}

void dp_top_view_topic(const struct dp_top_view *view, const struct dp_top_board *board,
                       struct dp_top_topic *topic)
{
    const struct dp_top_place *place = &view->places[view->depth - 1];
    *topic = (struct dp_top_topic){.screen = place->screen, .channel = view->channel};
    memcpy(topic->id, place->id, sizeof topic->id);
    if (board->window_count)
        memcpy(topic->window, view->window, sizeof topic->window);
}

void dp_top_view_make_list(struct dp_top_view *view, const struct dp_top_board *board)
{
    struct dp_top_place *place = dp_top_view_place(view);
    if (dp_top_is_list(place->screen))
        dp_top_list_make(&place->list, &board->rows, &view->orders[board->rows.kind],
                         *place->id ? place->id : NULL);
}

/* Keys ------------------------------------------------------------------------------------------*/

static enum dp_top_outcome go_back(struct dp_top_view *view)
{
    if (view->depth == 1)
        return DP_TOP_NOTHING;
    leave(view);
    return DP_TOP_TURN;
}

/* From the overview on: so the way back is short. */
static enum dp_top_outcome jump(struct dp_top_view *view, enum dp_top_screen screen)
{
    while (view->depth)
        leave(view);
    enter(view, DP_TOP_SCREEN_ALL, "");
    if (screen != DP_TOP_SCREEN_ALL)
        enter(view, screen, "");
    return DP_TOP_TURN;
}

static enum dp_top_outcome open_alert(struct dp_top_view *view, const struct dp_top_row *row)
{
    static const struct {
        const char *scope;
        enum dp_top_screen screen;
    } doors[] = {{"agent", DP_TOP_SCREEN_AGENT},
                 {"queue", DP_TOP_SCREEN_QUEUE},
                 {"team", DP_TOP_SCREEN_AGENTS}};
    const char *scope = row->values[DP_TOP_SCOPE].text, *id = row->values[DP_TOP_SUBJECT].text;
    for (size_t i = 0; scope && id && i < sizeof doors / sizeof *doors; i++)
        if (strcmp(scope, doors[i].scope) == 0 && strlen(id) <= DP_IDENTIFIER_MAX) {
            enter(view, doors[i].screen, id);
            return DP_TOP_TURN;
        }
    return DP_TOP_NOTHING;
}

static enum dp_top_outcome open_chosen(struct dp_top_view *view)
{
    const struct dp_top_place *place = dp_top_view_place(view);
    if (place->screen == DP_TOP_SCREEN_ALL) {
        enter(view, (enum dp_top_screen)place->door, "");
        return DP_TOP_TURN;
    }
    if (!dp_top_is_list(place->screen) || place->list.count == 0)
        return DP_TOP_NOTHING;
    const struct dp_top_row *row = place->list.shown[place->list.chosen];
    switch (place->list.kind) {
    case DP_TOP_QUEUES:
        enter(view, DP_TOP_SCREEN_QUEUE, row->id);
        return DP_TOP_TURN;
    case DP_TOP_TEAMS:
        enter(view, DP_TOP_SCREEN_AGENTS, row->id);
        return DP_TOP_TURN;
    case DP_TOP_AGENTS:
        enter(view, DP_TOP_SCREEN_AGENT, row->id);
        return DP_TOP_TURN;
    default:
        return open_alert(view, row);
    }
}

static size_t moved(size_t from, long by)
{
    return by < 0 && from < (size_t)-by ? 0 : from + (size_t)by;
}

/* By so many rows or lines; the drawing sees to the end of the figures. */
static enum dp_top_outcome move(struct dp_top_view *view, long by, bool pages)
{
    struct dp_top_place *place = dp_top_view_place(view);
    if (pages)
        by *= view->page > 1 ? (long)view->page - 1 : 1;
    if (dp_top_is_list(place->screen)) {
        dp_top_list_move(&place->list, by);
    } else if (place->screen == DP_TOP_SCREEN_ALL && !pages) {
        place->door = moved(place->door, by);
        if (place->door >= DP_TOP_LISTS)
            place->door = DP_TOP_LISTS - 1;
    } else {
        place->scroll = moved(place->scroll, by);
    }
    return DP_TOP_REDRAW;
}

static enum dp_top_outcome move_to_edge(struct dp_top_view *view, bool end)
{
    struct dp_top_place *place = dp_top_view_place(view);
    if (!dp_top_is_list(place->screen))
        place->scroll = end ? SIZE_MAX / 2 : 0;
    else if (end)
        dp_top_list_move_to_end(&place->list);
    else
        dp_top_list_reset(&place->list);
    return DP_TOP_REDRAW;
}

/* `step` 0: the other way round. */
static enum dp_top_outcome sort(struct dp_top_view *view, int step)
{
    const struct dp_top_place *place = dp_top_view_place(view);
    if (!dp_top_is_list(place->screen))
        return DP_TOP_NOTHING;
    struct dp_top_order *order = &view->orders[place->list.kind];
    if (step)
        dp_top_order_step(order, place->list.kind, step);
    else
        order->reverse = !order->reverse;
    return DP_TOP_REDRAW;
}

static enum dp_top_outcome next_window(struct dp_top_view *view, const struct dp_top_board *board,
                                       int step)
{
    int count = (int)board->window_count;
    int window = dp_top_board_window(board, view->window);
    if (window < 0)
        return DP_TOP_NOTHING;
    memcpy(view->window, board->windows[(window + step + count) % count], sizeof view->window);
    /* Where all windows are shown there is nothing else to read. */
    return dp_top_is_list(dp_top_view_place(view)->screen) ? DP_TOP_TURN : DP_TOP_REDRAW;
}

static enum dp_top_outcome next_channel(struct dp_top_view *view)
{
    view->channel = (enum dp_channel)((view->channel + 1) % DP_CHANNELS);
    return DP_TOP_TURN;
}

/* Adds a character to the filter, as UTF-8. */
static void type(struct dp_top_order *order, unsigned key)
{
    char bytes[MB_LEN_MAX];
    mbstate_t state = {0};
    size_t used = strlen(order->filter), len = wcrtomb(bytes, (wchar_t)key, &state);
    if (len == (size_t)-1 || used + len >= sizeof order->filter)
        return;
    memcpy(order->filter + used, bytes, len);
    order->filter[used + len] = '\0';
}

static void untype(struct dp_top_order *order)
{
    size_t len = strlen(order->filter);
    while (len && (order->filter[len - 1] & 0xc0) == 0x80)
        len--;
    order->filter[len ? len - 1 : 0] = '\0';
}

static enum dp_top_outcome filter_key(struct dp_top_view *view, unsigned key)
{
    struct dp_top_order *order = &view->orders[dp_top_view_place(view)->list.kind];
    if (key == DP_TOP_KEY_ENTER || key == DP_TOP_KEY_ESCAPE)
        view->typing = false;
    if (key == DP_TOP_KEY_ESCAPE)
        *order->filter = '\0';
    else if (key == DP_TOP_KEY_BACK)
        untype(order);
    else if (key >= 0x20 && key < DP_TOP_KEY_NONE && (key < 0x7f || key >= 0xa0))
        type(order, key);
    return DP_TOP_REDRAW;
}

static enum dp_top_outcome character(struct dp_top_view *view, const struct dp_top_board *board,
                                     unsigned key)
{
    switch (key) {
    case 'k':
        return move(view, -1, false);
    case 'j':
        return move(view, 1, false);
    case 'g':
        return move_to_edge(view, false);
    case 'G':
        return move_to_edge(view, true);
    case 's':
        return sort(view, 1);
    case 'S':
        return sort(view, -1);
    case 'r':
        return sort(view, 0);
    case 'w':
        return next_window(view, board, 1);
    case 'W':
        return next_window(view, board, -1);
    case 'c':
        return next_channel(view);
    case '/':
        view->typing = dp_top_is_list(dp_top_view_place(view)->screen);
        return DP_TOP_REDRAW;
    case '?':
        view->help = true;
        return DP_TOP_REDRAW;
    case '1':
        return jump(view, DP_TOP_SCREEN_ALL);
    case '2':
    case '3':
    case '4':
    case '5':
        return jump(view, (enum dp_top_screen)(key - '2'));
    case 'q':
        return view->depth > 1 ? go_back(view) : DP_TOP_QUIT;
    case 'Q':
        return DP_TOP_QUIT;
    default:
        return DP_TOP_NOTHING;
    }
}

enum dp_top_outcome dp_top_view_key(struct dp_top_view *view, const struct dp_top_board *board,
                                    unsigned key)
{
    if (key == DP_TOP_KEY_NONE)
        return DP_TOP_NOTHING;
    if (view->help) {
        view->help = false;
        return DP_TOP_REDRAW;
    }
    if (view->typing)
        return filter_key(view, key);
    switch (key) {
    case DP_TOP_KEY_UP:
        return move(view, -1, false);
    case DP_TOP_KEY_DOWN:
        return move(view, 1, false);
    case DP_TOP_KEY_LEFT:
        return sort(view, -1);
    case DP_TOP_KEY_RIGHT:
        return sort(view, 1);
    case DP_TOP_KEY_PAGE_UP:
        return move(view, -1, true);
    case DP_TOP_KEY_PAGE_DOWN:
        return move(view, 1, true);
    case DP_TOP_KEY_HOME:
        return move_to_edge(view, false);
    case DP_TOP_KEY_END:
        return move_to_edge(view, true);
    case DP_TOP_KEY_ENTER:
        return open_chosen(view);
    case DP_TOP_KEY_BACK:
    case DP_TOP_KEY_ESCAPE:
        return go_back(view);
    default:
        return character(view, board, key);
    }
}
