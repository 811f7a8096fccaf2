#include "app/report_grid.h"

#include <stdio.h>
#include <stdlib.h>

#include "common/memory.h"

void dp_grid_init(struct dp_grid *grid, const char *title)
{
    *grid = (struct dp_grid){0};
    snprintf(grid->title, sizeof grid->title, "%s", title);
}

void dp_grid_deinit(struct dp_grid *grid)
{
    for (size_t i = 0; i < grid->cell_count; i++)
        free(grid->cells[i].text);
    free(grid->cells);
    free(grid->columns);
    *grid = (struct dp_grid){0};
}

void dp_grid_add_column(struct dp_grid *grid, const char *heading, const char *definition,
                        bool number)
{
    grid->columns =
        dp_xgrow(grid->columns, grid->column_count, &grid->column_capacity, sizeof *grid->columns);
    struct dp_grid_column *column = &grid->columns[grid->column_count++];
    *column = (struct dp_grid_column){.definition = definition, .number = number};
    snprintf(column->heading, sizeof column->heading, "%s", heading);
}

void dp_grid_add(struct dp_grid *grid, const char *text, enum dp_grid_mark mark)
{
    grid->cells =
        dp_xgrow(grid->cells, grid->cell_count, &grid->cell_capacity, sizeof *grid->cells);
    grid->cells[grid->cell_count++] = (struct dp_grid_cell){dp_xstrdup(text), mark};
}
