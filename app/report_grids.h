/* The tables of a report, in the order in which they are read. */
#ifndef DP_REPORT_GRIDS_H
#define DP_REPORT_GRIDS_H

#include "app/report_data.h"
#include "app/report_grid.h"

struct dp_grids {
    struct dp_grid *items; /* those without a row are left out */
    size_t count, capacity;
};

/* Both live shorter than the report. */
void dp_report_grids_init(struct dp_grids *grids, const struct dp_report *report);
void dp_report_grids_deinit(struct dp_grids *grids);

#endif
