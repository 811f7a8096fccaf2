/* Charts as SVG inside an HTML page: pure functions of their numbers. Colours come from the page's
 * style sheet by class (report_style.c). Each has a title and a description for who cannot see it.
 * Thread: any, once the locale is set (report_text.h). */
#ifndef DP_REPORT_CHART_H
#define DP_REPORT_CHART_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* One number of a chart. */
struct dp_chart_point {
    const char *label; /* of the place on the axis */
    const char *text;  /* the number as people read it */
    double value;      /* 0 or more */
    bool absent;       /* a gap; value and text do not count */
};

struct dp_chart {
    const char *id; /* unique in the page: letters and digits */
    const char *title, *description;
    const struct dp_chart_point *points;
    size_t count;
    double full;                       /* the value at the end of the scale, above 0 */
    const char *half_text, *full_text; /* the scale's middle and end as people read them */
};

/* Upright bars, side by side, with the scale to the left where not every bar has its number. */
void dp_chart_columns(const struct dp_chart *chart, FILE *out);

/* Lying bars, one below the other, with their labels to the left. */
void dp_chart_bars(const struct dp_chart *chart, FILE *out);

/* A line from point to point, broken at gaps. */
void dp_chart_line(const struct dp_chart *chart, FILE *out);

/* `text` with all that HTML would take for its own replaced; for elements and attributes alike. */
void dp_html_text(const char *text, FILE *out);

#endif
