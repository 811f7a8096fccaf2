/* The formats of a report. Each writes all of it to `out`; whether that took it the caller asks
 * with ferror. Thread: one. */
#ifndef DP_REPORT_FORMAT_H
#define DP_REPORT_FORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "app/report_data.h"
#include "app/report_grid.h"

struct dp_report_terminal {
    bool colour;
    size_t columns; /* long text is wrapped to so many */
};

/* Colour and width are a terminal's; NO_COLOR in the environment asks for none. */
struct dp_report_terminal dp_report_terminal_of(FILE *out);

/* One table by itself; without a title there is none. Widths need LC_CTYPE (report_text.h). */
void dp_report_write_grid(const struct dp_grid *grid, const struct dp_report_terminal *terminal,
                          FILE *out);

/* For a terminal; widths need LC_CTYPE (report_text.h). */
void dp_report_write_table(const struct dp_report *report,
                           const struct dp_report_terminal *terminal, FILE *out);

/* RFC 4180: a line a scope, and a day; names and values of fields as in Redis. */
void dp_report_write_csv(const struct dp_report *report, FILE *out);

/* One cell. With `guard` a text that a spreadsheet would take for a formula gets a leading '. */
void dp_report_write_cell(const char *text, bool guard, FILE *out);

/* One object; absent figures are null. */
void dp_report_write_json(const struct dp_report *report, FILE *out);

/* One page that needs nothing but itself. */
void dp_report_write_html(const struct dp_report *report, FILE *out);

#endif
