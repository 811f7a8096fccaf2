#include "top/page.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "app/report_text.h"
#include "common/memory.h"

void dp_top_page_deinit(struct dp_top_page *page)
{
    dp_text_deinit(&page->text);
    free(page->pieces);
    *page = (struct dp_top_page){0};
}

void dp_top_page_begin(struct dp_top_page *page, size_t rows, size_t columns)
{
    page->rows = rows;
    page->columns = columns;
    page->row = page->column = page->skip = page->lines = 0;
    page->count = page->line_begin = page->text.len = 0;
    page->old = false;
}

/* Adds a field: blanks, `len` bytes of text, a mark if it was cut, blanks. */
static void add(struct dp_top_page *page, enum dp_top_style style, size_t before, const char *text,
                size_t len, bool cut, size_t after)
{
    size_t width = before + dp_report_width(text, len) + cut + after;
    size_t begin = page->text.len;
    if (page->row >= page->rows || width == 0)
        return;
    dp_text_printf(&page->text, "%*s", (int)before, "");
    dp_text_add(&page->text, (struct dp_str){text, len});
    dp_text_printf(&page->text, "%s%*s", cut ? "~" : "", (int)after, "");
    if (page->old && style != DP_TOP_CHOSEN)
        style = DP_TOP_OLD;
    page->pieces = dp_xgrow(page->pieces, page->count, &page->capacity, sizeof *page->pieces);
    page->pieces[page->count++] =
        (struct dp_top_piece){page->row, page->column, width, begin, page->text.len - begin, style};
    page->column += width;
}

static void add_field(struct dp_top_page *page, enum dp_top_style style, const char *text,
                      size_t width, bool right)
{
    size_t room = page->columns > page->column ? page->columns - page->column : 0;
    size_t len = strlen(text), used = dp_report_width(text, len);
    if (width > room)
        width = room;
    bool cut = used > width;
    if (width == 0)
        return;
    if (cut) {
        len = dp_report_fit(text, width - 1);
        used = dp_report_width(text, len) + 1;
    }
    size_t blanks = width - used;
    add(page, style, right ? blanks : 0, text, len, cut, right ? 0 : blanks);
}

void dp_top_page_left(struct dp_top_page *page, enum dp_top_style style, const char *text,
                      size_t width)
{
    add_field(page, style, text, width, false);
}

void dp_top_page_right(struct dp_top_page *page, enum dp_top_style style, const char *text,
                       size_t width)
{
    add_field(page, style, text, width, true);
}

void dp_top_page_text(struct dp_top_page *page, enum dp_top_style style, const char *text)
{
    add_field(page, style, text, dp_report_width(text, strlen(text)), false);
}

void dp_top_page_printf(struct dp_top_page *page, enum dp_top_style style, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    size_t size = (size_t)vsnprintf(NULL, 0, format, args) + 1;
    char *text = dp_xmalloc(size);
    vsnprintf(text, size, format, again);
    va_end(again);
    va_end(args);
    dp_top_page_text(page, style, text);
    free(text);
}

void dp_top_page_blank(struct dp_top_page *page, enum dp_top_style style, size_t width)
{
    add_field(page, style, "", width, false);
}

void dp_top_page_blank_to(struct dp_top_page *page, enum dp_top_style style, size_t column)
{
    if (column > page->column)
        dp_top_page_blank(page, style, column - page->column);
}

void dp_top_page_end_line(struct dp_top_page *page)
{
    page->lines++;
    page->column = 0;
    if (page->skip) {
        page->skip--;
        page->count = page->line_begin;
    } else if (page->row < page->rows) {
        page->row++;
    }
    page->line_begin = page->count;
}

void dp_top_page_scroll(struct dp_top_page *page, size_t skip)
{
    page->skip = skip;
    page->lines = 0;
}

size_t dp_top_page_room(const struct dp_top_page *page)
{
    return page->rows == SIZE_MAX ? SIZE_MAX : page->rows - page->row;
}

void dp_top_page_write(const struct dp_top_page *page, FILE *out)
{
    size_t at = 0;
    for (size_t row = 0; row < page->row || at < page->count; row++) {
        size_t first = at;
        while (at < page->count && page->pieces[at].row == row)
            at++;
        if (at > first) {
            const struct dp_top_piece *last = &page->pieces[at - 1];
            size_t begin = page->pieces[first].begin, end = last->begin + last->len;
            while (end > begin && page->text.p[end - 1] == ' ')
                end--;
            fwrite(page->text.p + begin, 1, end - begin, out);
        }
        fputc('\n', out);
    }
}
