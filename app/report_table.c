/* A report for a terminal. */
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "app/report_format.h"
#include "app/report_grids.h"
#include "app/report_text.h"
#include "common/memory.h"

#define COLUMNS  110 /* where the width is not known */
#define GAP      2   /* columns between two of a table */
#define WRAP_MIN 24  /* text is not wrapped to less */

struct page {
    FILE *out;
    const struct dp_report_terminal *terminal;
    const char **said; /* definitions, each said once */
    size_t said_count, said_capacity;
    size_t blanks; /* to be written before what follows in the line, if anything does */
};

static const char *style(const struct page *page, const char *escape)
{
    return page->terminal->colour ? escape : "";
}

/* Writes text and, before it, the blanks that are due. */
static void write_text(struct page *page, const char *text, size_t len, const char *escape)
{
    if (len == 0)
        return;
    fprintf(page->out, "%*s%s", (int)page->blanks, "", style(page, escape));
    fwrite(text, 1, len, page->out);
    fputs(*escape ? style(page, "\033[0m") : "", page->out);
    page->blanks = 0;
}

static void end_line(struct page *page)
{
    fputc('\n', page->out);
    page->blanks = 0;
}

static void write_line(struct page *page, const char *text, const char *escape)
{
    write_text(page, text, strlen(text), escape);
    end_line(page);
}

/* The first line of `text` in so many columns, broken at a blank if need be. */
static size_t first_line(const char *text, size_t width)
{
    size_t len = dp_report_fit(text, width), blank = len;
    if (!text[len] || text[len] == ' ')
        return len;
    while (blank > 0 && text[blank] != ' ')
        blank--;
    return blank ? blank : len ? len : strlen(text);
}

/* Writes `text` from column `indent` on, broken at blanks where it would go beyond the edge. */
static void write_wrapped(struct page *page, const char *text, size_t indent)
{
    size_t columns = page->terminal->columns;
    size_t room = columns > indent + WRAP_MIN ? columns - indent : WRAP_MIN;
    do {
        size_t len = first_line(text, room);
        write_text(page, text, len, "");
        end_line(page);
        page->blanks = indent;
        text += len + strspn(text + len, " ");
    } while (*text);
    page->blanks = 0;
}

static bool is_said(struct page *page, const char *definition)
{
    for (size_t i = 0; i < page->said_count; i++)
        if (strcmp(page->said[i], definition) == 0)
            return true;
    page->said = dp_xgrow(page->said, page->said_count, &page->said_capacity, sizeof *page->said);
    page->said[page->said_count++] = definition;
    return false;
}

/* What the columns say, where it has not been said above. */
static void write_definitions(struct page *page, const struct dp_grid *grid)
{
    for (size_t column = 0; column < grid->column_count; column++) {
        const struct dp_grid_column *is = &grid->columns[column];
        if (!is->definition || is_said(page, is->definition))
            continue;
        bool points = strcmp(is->definition, DP_POINTS_DEFINITION) == 0;
        const char *name = points ? "points" : is->heading;
        fprintf(page->out, "  %s: ", name);
        write_wrapped(page, is->definition, 4 + dp_report_width(name, strlen(name)));
    }
}

/* The longest word of a heading: it is broken at blanks to keep its column narrow. */
static size_t longest_word(const char *text)
{
    size_t longest = 0;
    for (size_t len; *text; text += len + strspn(text + len, " ")) {
        len = strcspn(text, " ");
        size_t width = dp_report_width(text, len);
        longest = width > longest ? width : longest;
    }
    return longest;
}

static size_t width_of(const struct dp_grid *grid, size_t column)
{
    size_t widest = longest_word(grid->columns[column].heading);
    for (size_t row = 0; row < dp_grid_rows(grid); row++) {
        const char *text = dp_grid_at(grid, row, column)->text;
        size_t width = dp_report_width(text, strlen(text));
        widest = width > widest ? width : widest;
    }
    return widest;
}

/* Writes `len` bytes into the column. */
static void write_cell(struct page *page, const struct dp_grid *grid, size_t column,
                       const char *text, size_t len, const char *escape, size_t width)
{
    size_t room = width - dp_report_width(text, len);
    bool number = grid->columns[column].number;
    page->blanks += number ? room : 0;
    write_text(page, text, len, escape);
    page->blanks += GAP + (number ? 0 : room);
    if (column + 1 == grid->column_count)
        end_line(page);
}

static void write_headings(struct page *page, const struct dp_grid *grid, const size_t *widths)
{
    const char **rest = dp_xcalloc(grid->column_count, sizeof *rest);
    for (size_t column = 0; column < grid->column_count; column++)
        rest[column] = grid->columns[column].heading;
    for (bool more = true; more;) {
        more = false;
        for (size_t column = 0; column < grid->column_count; column++) {
            size_t len = first_line(rest[column], widths[column]);
            write_cell(page, grid, column, rest[column], len, "\033[2m", widths[column]);
            rest[column] += len + strspn(rest[column] + len, " ");
            more |= *rest[column] != '\0';
        }
    }
    free(rest);
}

static void write_row(struct page *page, const struct dp_grid *grid, const size_t *widths,
                      size_t row)
{
    static const char *const escapes[] = {
        [DP_MARK_NONE] = "", [DP_MARK_GOOD] = "\033[32m", [DP_MARK_BAD] = "\033[31m"};
    size_t indent = 0;
    for (size_t column = 0; column < grid->column_count; column++) {
        const struct dp_grid_cell *cell = dp_grid_at(grid, row, column);
        bool last = column + 1 == grid->column_count;
        if (last && !grid->columns[column].number && cell->mark == DP_MARK_NONE)
            write_wrapped(page, cell->text, indent);
        else
            write_cell(page, grid, column, cell->text, strlen(cell->text), escapes[cell->mark],
                       widths[column]);
        indent += widths[column] + GAP;
    }
}

static void write_grid(struct page *page, const struct dp_grid *grid)
{
    size_t *widths = dp_xcalloc(grid->column_count, sizeof *widths);
    if (*grid->title) {
        fputc('\n', page->out);
        write_line(page, grid->title, "\033[1m");
    }
    for (size_t column = 0; column < grid->column_count; column++)
        widths[column] = width_of(grid, column);
    write_headings(page, grid, widths);
    for (size_t row = 0; row < dp_grid_rows(grid); row++)
        write_row(page, grid, widths, row);
    write_definitions(page, grid);
    free(widths);
}

struct dp_report_terminal dp_report_terminal_of(FILE *out)
{
    struct dp_report_terminal terminal = {.columns = COLUMNS};
    struct winsize size;
    if (!isatty(fileno(out)))
        return terminal;
    const char *no_colour = getenv("NO_COLOR");
    terminal.colour = !no_colour || !*no_colour;
    if (ioctl(fileno(out), TIOCGWINSZ, &size) == 0 && size.ws_col)
        terminal.columns = size.ws_col;
    return terminal;
}

void dp_report_write_grid(const struct dp_grid *grid, const struct dp_report_terminal *terminal,
                          FILE *out)
{
    struct page page = {.out = out, .terminal = terminal};
    write_grid(&page, grid);
    free(page.said);
}

void dp_report_write_table(const struct dp_report *report,
                           const struct dp_report_terminal *terminal, FILE *out)
{
    struct page page = {.out = out, .terminal = terminal};
    struct dp_grids grids;
    char text[512];
    dp_report_title(report, text, sizeof text);
    write_line(&page, text, "\033[1m");
    dp_report_span(report, text, sizeof text);
    write_line(&page, text, "");
    if (!report->focus.found)
        write_line(&page, "Nothing happened in this period.", "");
    dp_report_grids_init(&grids, report);
    for (size_t i = 0; i < grids.count; i++) {
        /* The figures of a scope say what they are in a column of their own. */
        const struct dp_grid *grid = &grids.items[i];
        for (size_t row = 0; grid->figures && row < dp_grid_rows(grid); row++)
            is_said(&page, dp_grid_at(grid, row, 2)->text);
        write_grid(&page, grid);
    }
    dp_report_grids_deinit(&grids);
    free(page.said);
}
