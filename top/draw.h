/* Makes the page of `top`'s screen from the board. It says what it doesn't know: a lost connection
 * and old figures stand below the title, with their age, and what is absent is "-". Widths need
 * LC_CTYPE, local times TZ. Thread: one. */
#ifndef DP_TOP_DRAW_H
#define DP_TOP_DRAW_H

#include "app/report_text.h"
#include "top/board.h"
#include "top/page.h"
#include "top/view.h"

/* When it is drawn. */
struct dp_top_moment {
    int64_t now_ms;   /* Unix */
    uint64_t loop_ms; /* of the loop's clock */
    int64_t stale_ms; /* figures that are older than this are old */
};

/* The whole page for a terminal of so many rows and columns; without keys and footer, and with all
 * lines, for SIZE_MAX rows. Sets what of the view depends on the room. */
void dp_top_draw(struct dp_top_page *page, struct dp_top_view *view,
                 const struct dp_top_board *board, const struct dp_top_moment *moment, size_t rows,
                 size_t columns);

/* "0.9s", "12m 05s", and whole days from 100 hours on. */
void dp_top_age(int64_t ms, char text[DP_REPORT_TEXT]);

/* The parts between title and footer. `page->rows` is where the footer begins, `as_of_ms`
 * what states and alerts have lasted until: they are not said to last longer than is known. */
void dp_top_draw_list(struct dp_top_page *page, struct dp_top_view *view,
                      const struct dp_top_board *board, int64_t as_of_ms);
void dp_top_draw_figures(struct dp_top_page *page, struct dp_top_view *view,
                         const struct dp_top_board *board, int64_t as_of_ms);

#endif
