/* The columns of a table of scopes, a row a scope: which there are, and what is in their cells.
 * Thread: one. */
#ifndef DP_REPORT_COLUMNS_H
#define DP_REPORT_COLUMNS_H

#include "app/report_data.h"
#include "app/report_grid.h"

/* Columns are numbers of fields, and these; DP_COLUMN_END ends a list of them. */
enum {
    DP_COLUMN_END = -1,
    DP_COLUMN_NAME = -2,       /* the scope's id */
    DP_COLUMN_RANK = -3,       /* "2 of 12" */
    DP_COLUMN_DIMENSIONS = -4, /* a column of points each */
    DP_COLUMN_MEASURES = -5,
    DP_COLUMN_MISSING = -6, /* checks missing of an agent's quota, or of a team's agents' */
    DP_COLUMN_AGENTS = -7,  /* a team's agents with a quota */
    DP_COLUMN_BELOW = -8,   /* of these, below it */
};

#define DP_MISSING_DEFINITION "Quality checks that are missing of the quota."

/* What the columns of a report are made from. */
struct dp_columns {
    const struct dp_report *report;
    struct dp_report_points_name *dimensions, *measures;
    size_t dimension_count, measure_count;
};

void dp_columns_init(struct dp_columns *columns, const struct dp_report *report);
void dp_columns_deinit(struct dp_columns *columns);

/* Adds the columns of `list`; that of ids is headed `name`. */
void dp_columns_add(const struct dp_columns *columns, struct dp_grid *grid, const char *name,
                    const int *list);

/* Adds the cells of one scope for the same list. */
void dp_columns_add_row(const struct dp_columns *columns, struct dp_grid *grid,
                        const struct dp_report_scope *scope, const int *list);

/* The cell of one field, and that of a count, which is bad news if `bad` and not 0. */
void dp_columns_add_field(struct dp_grid *grid, const struct dp_report_scope *scope, int field);
void dp_columns_add_count(struct dp_grid *grid, bool present, int64_t count, bool bad);

#endif
