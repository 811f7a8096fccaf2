/* A screen as text, before a terminal or a file has it: line by line, each made of fields that have
 * a width in columns and a style. What goes beyond the right edge or the last row is left out.
 * Widths need LC_CTYPE (app/report_text.h). Thread: one. */
#ifndef DP_TOP_PAGE_H
#define DP_TOP_PAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "common/text.h"

enum dp_top_style {
    DP_TOP_PLAIN,
    DP_TOP_TITLE,   /* names of the screen and of its parts */
    DP_TOP_HEADING, /* of columns */
    DP_TOP_CHOSEN,  /* where Enter goes */
    DP_TOP_GOOD,
    DP_TOP_BAD,
    DP_TOP_OLD, /* figures that nothing renews any more */
    DP_TOP_STYLES
};

/* Bytes of the page's text, from column `column` on; they fill `width` columns, blanks included. */
struct dp_top_piece {
    size_t row, column, width, begin, len;
    enum dp_top_style style;
};

/* All zero: a page without rows. The memory is kept from one dp_top_page_begin to the next. */
struct dp_top_page {
    size_t rows, columns; /* SIZE_MAX rows: without end */
    size_t row, column;   /* where the next field goes */
    bool old;             /* what follows is shown as such, but for the chosen */
    size_t skip;          /* so many lines more are left out; those after them move up */
    size_t lines;         /* ended since dp_top_page_scroll, with those left out */
    size_t line_begin;    /* the first piece of the line */
    struct dp_text text;
    struct dp_top_piece *pieces; /* by row and column */
    size_t count, capacity;
};

void dp_top_page_deinit(struct dp_top_page *page);

/* An empty page. */
void dp_top_page_begin(struct dp_top_page *page, size_t rows, size_t columns);

/* A field of `width` columns: text that is too long is cut and ends with '~'. */
void dp_top_page_left(struct dp_top_page *page, enum dp_top_style style, const char *text,
                      size_t width);
void dp_top_page_right(struct dp_top_page *page, enum dp_top_style style, const char *text,
                       size_t width);

/* Text as wide as it is. */
void dp_top_page_text(struct dp_top_page *page, enum dp_top_style style, const char *text);
void dp_top_page_printf(struct dp_top_page *page, enum dp_top_style style, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Blanks: so many, or up to a column. */
void dp_top_page_blank(struct dp_top_page *page, enum dp_top_style style, size_t width);
void dp_top_page_blank_to(struct dp_top_page *page, enum dp_top_style style, size_t column);

void dp_top_page_end_line(struct dp_top_page *page);

/* From here on `skip` lines are left out, as if they were scrolled away. */
void dp_top_page_scroll(struct dp_top_page *page, size_t skip);

/* Rows from the next one on; SIZE_MAX: without end. */
size_t dp_top_page_room(const struct dp_top_page *page);

/* The page as plain lines, without blanks at their ends. */
void dp_top_page_write(const struct dp_top_page *page, FILE *out);

#endif
