/* What the screen of `top` shows and what keys do to it: places one behind the other, the window,
 * the channel, how each list is sorted and filtered. Pure but for memory. Thread: one. */
#ifndef DP_TOP_VIEW_H
#define DP_TOP_VIEW_H

#include "top/board.h"
#include "top/list.h"
#include "top/topic.h"

/* Characters are their Unicode numbers; these are above. */
enum dp_top_key {
    DP_TOP_KEY_NONE = 0x110000,
    DP_TOP_KEY_UP,
    DP_TOP_KEY_DOWN,
    DP_TOP_KEY_LEFT,
    DP_TOP_KEY_RIGHT,
    DP_TOP_KEY_PAGE_UP,
    DP_TOP_KEY_PAGE_DOWN,
    DP_TOP_KEY_HOME,
    DP_TOP_KEY_END,
    DP_TOP_KEY_ENTER,
    DP_TOP_KEY_BACK,
    DP_TOP_KEY_ESCAPE
};

/* Where somebody is: a screen, and how far down it. */
struct dp_top_place {
    enum dp_top_screen screen;
    dp_top_id id;
    size_t scroll;           /* lines of a screen of figures that are above its top */
    size_t door;             /* of the overview: which of its lists Enter opens */
    struct dp_top_list list; /* of the lists */
};

/* The overview, the teams, the agents of one, one of these: there is no longer way. */
#define DP_TOP_DEPTH 4

struct dp_top_view {
    struct dp_top_place places[DP_TOP_DEPTH]; /* the first is where the program began */
    size_t depth;                             /* the last of them is shown; at least 1 */
    struct dp_top_order orders[DP_TOP_LISTS];
    char window[16]; /* wanted by --window, then chosen; "": the default */
    enum dp_channel channel;
    bool typing; /* a filter */
    bool help;
    size_t page; /* rows that the list or the figures have on the screen; the drawing sets it */
};

enum dp_top_outcome {
    DP_TOP_NOTHING,
    DP_TOP_REDRAW,
    DP_TOP_TURN, /* something else is to be read */
    DP_TOP_QUIT
};

/* Begins at a place; `window` may be "". */
void dp_top_view_init(struct dp_top_view *view, const struct dp_top_topic *topic);
void dp_top_view_deinit(struct dp_top_view *view);

static inline struct dp_top_place *dp_top_view_place(struct dp_top_view *view)
{
    return &view->places[view->depth - 1];
}

/* Chooses a window that there is: the one that is wanted, else 15m, else the first. False: the one
 * that is wanted is not there. */
bool dp_top_view_choose_window(struct dp_top_view *view, const struct dp_top_board *board);

/* What has to be read. */
void dp_top_view_topic(const struct dp_top_view *view, const struct dp_top_board *board,
                       struct dp_top_topic *topic);

/* Makes the list of the place anew, from the board's rows. */
void dp_top_view_make_list(struct dp_top_view *view, const struct dp_top_board *board);

/* `key` is a character or an enum dp_top_key. */
enum dp_top_outcome dp_top_view_key(struct dp_top_view *view, const struct dp_top_board *board,
                                    unsigned key);

#endif
