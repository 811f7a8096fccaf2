/* What `top` knows of Redis, as far as the screen shows it. The reader fills it, the drawing reads
 * it. Absent figures are absent here too: nothing is 0 that Redis does not call 0. Times in Unix
 * ms, where nothing else is said. Thread: one. */
#ifndef DP_TOP_BOARD_H
#define DP_TOP_BOARD_H

#include "aggregator/gauge.h"
#include "aggregator/windows.h"
#include "app/report_data.h"
#include "ingest/event.h"
#include "ingest/identifier.h"
#include "top/rows.h"

/* A gauge's number: enum dp_gauge, then the states of agents. */
#define DP_TOP_GAUGES (DP_GAUGES + DP_AGENT_STATES)

/* A count of ids, or of alerts. */
struct dp_top_count {
    bool known;
    int64_t count;
};

/* All figures of one scope: of all, or of one agent or queue. */
struct dp_top_focus {
    struct dp_top_value gauges[DP_TOP_GAUGES];
    struct dp_report_scope windows[DP_WINDOWS_MAX]; /* of the channel chosen */
    struct dp_report_scope day, month;              /* of all channels */
};

struct dp_top_board {
    char server[300];  /* as the log names it */
    char trouble[600]; /* why the connection is lost; "": it is not */
    uint64_t lost_ms;  /* when it was, on the loop's clock */
    char refused[256]; /* what the server refused last; "": nothing */

    bool meta_known;    /* Redis has said what it has */
    bool has_figures;   /* and has some */
    int64_t updated_ms; /* T of the latest flush */
    struct dp_calendar calendar;
    char windows[DP_WINDOWS_MAX][16];
    size_t window_count;
    char day[DP_PERIOD_LABEL], month[DP_PERIOD_LABEL]; /* that updated_ms is in */

    struct dp_top_count counts[DP_TOP_LISTS];
    struct dp_top_rows rows;   /* of the list that the screen shows */
    struct dp_top_focus focus; /* whom the screen is about, if it shows no list */
    bool complete;             /* all that the screen shows has been read once */
};

/* `zone` is the calendar's. Fills a board that knows nothing yet. */
void dp_top_board_init(struct dp_top_board *board, const char *zone);
void dp_top_board_deinit(struct dp_top_board *board);

/* Forgets the rows and the focus: the screen will show something else. */
void dp_top_board_turn(struct dp_top_board *board, enum dp_top_list_kind kind);

/* "1m 5m 15m", as dp:meta has it; what is no such list leaves what was. True: they have changed. */
bool dp_top_board_set_windows(struct dp_top_board *board, struct dp_str text);

/* The number of that window, by its length; -1: there is none. */
int dp_top_board_window(const struct dp_top_board *board, const char *label);

/* The gauges' names: "waiting", "state", "available". */
const char *dp_top_gauge_name(int gauge);
void dp_top_focus_set_gauge(struct dp_top_focus *focus, int gauge, struct dp_str text);

#endif
