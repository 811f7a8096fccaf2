/* A table of text: what the formats for people, terminal and HTML, show alike. The memory of texts
 * added is the grid's, that of headings and definitions the caller's. Thread: one. */
#ifndef DP_REPORT_GRID_H
#define DP_REPORT_GRID_H

#include <stdbool.h>
#include <stddef.h>

#define DP_GRID_TEXT 160

enum dp_grid_mark { DP_MARK_NONE, DP_MARK_GOOD, DP_MARK_BAD };

struct dp_grid_column {
    char heading[DP_GRID_TEXT];
    const char *definition; /* of the figure in it; NULL: it has none */
    bool number;            /* stands to the right */
};

struct dp_grid_cell {
    char *text;
    enum dp_grid_mark mark;
};

struct dp_grid {
    char title[DP_GRID_TEXT];
    bool figures; /* a row a figure: its label, its value, what it says */
    struct dp_grid_column *columns;
    size_t column_count, column_capacity;
    struct dp_grid_cell *cells; /* row by row */
    size_t cell_count, cell_capacity;
};

void dp_grid_init(struct dp_grid *grid, const char *title);
void dp_grid_deinit(struct dp_grid *grid);

/* All columns come before the first cell. */
void dp_grid_add_column(struct dp_grid *grid, const char *heading, const char *definition,
                        bool number);
void dp_grid_add(struct dp_grid *grid, const char *text, enum dp_grid_mark mark);

static inline size_t dp_grid_rows(const struct dp_grid *grid)
{
    return grid->column_count ? grid->cell_count / grid->column_count : 0;
}

static inline const struct dp_grid_cell *dp_grid_at(const struct dp_grid *grid, size_t row,
                                                    size_t column)
{
    return &grid->cells[row * grid->column_count + column];
}

#endif
