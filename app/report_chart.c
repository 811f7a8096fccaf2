#include "app/report_chart.h"

#include <string.h>

#include "app/report_text.h"

/* Lengths are in the units of the viewBox, which are pixels at full size. */
#define WIDTH       640.0
#define PLOT_HEIGHT 120.0
#define TOP         22.0 /* room for the numbers above the plot */
#define BOTTOM      22.0 /* and for the labels below it */
#define BAR_HEIGHT  22.0
#define LABEL_WIDTH 170.0
#define LABEL_CHARS 24 /* columns of text that fit into it */
#define TEXT_WIDTH  80.0
#define LABELS_MAX  16 /* on an axis */
#define TEXTS_MAX   14 /* numbers above the points */
#define SCALE_WIDTH 60.0
#define MARGIN      14.0 /* to the right: half of the last label */

void dp_html_text(const char *text, FILE *out)
{
    for (; *text; text++) {
        switch (*text) {
        case '<':
            fputs("&lt;", out);
            break;
        case '>':
            fputs("&gt;", out);
            break;
        case '&':
            fputs("&amp;", out);
            break;
        case '"':
            fputs("&quot;", out);
            break;
        case '\'':
            fputs("&#39;", out);
            break;
        default:
            fputc(*text, out);
        }
    }
}

static void begin(const struct dp_chart *chart, double height, FILE *out)
{
    fprintf(out,
            "<svg class=\"chart\" viewBox=\"0 0 %.0f %.0f\" role=\"img\" "
            "aria-labelledby=\"%s-t %s-d\"><title id=\"%s-t\">",
            WIDTH, height, chart->id, chart->id, chart->id);
    dp_html_text(chart->title, out);
    fprintf(out, "</title><desc id=\"%s-d\">", chart->id);
    dp_html_text(chart->description, out);
    fputs("</desc>\n", out);
}

static void write_text(double x, double y, const char *anchor, const char *class, const char *text,
                       FILE *out)
{
    fprintf(out, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" class=\"%s\">", x, y, anchor,
            class);
    dp_html_text(text, out);
    fputs("</text>\n", out);
}

/* The label, cut with an ellipsis where it would not fit. */
static void write_label(double x, double y, const char *label, FILE *out)
{
    size_t len = strlen(label);
    char text[4 * LABEL_CHARS + 4];
    if (dp_report_width(label, len) > LABEL_CHARS || len >= sizeof text) {
        len = dp_report_fit(label, LABEL_CHARS - 1);
        if (len > sizeof text - 4)
            len = sizeof text - 4;
        while (len && ((unsigned char)label[len] & 0xc0) == 0x80)
            len--;
        memcpy(text, label, len);
        strcpy(text + len, "…");
    } else {
        memcpy(text, label, len + 1);
    }
    write_text(x, y, "end", "name", text, out);
}

/* Where more numbers would overlap, the scale is shown instead. */
static bool has_scale(const struct dp_chart *chart)
{
    return chart->count > TEXTS_MAX;
}

static double left_of(const struct dp_chart *chart)
{
    return has_scale(chart) ? SCALE_WIDTH : 0;
}

static double width_of(const struct dp_chart *chart)
{
    return (WIDTH - MARGIN - left_of(chart)) / (double)(chart->count ? chart->count : 1);
}

static double place(const struct dp_chart *chart, size_t i)
{
    return left_of(chart) + width_of(chart) * ((double)i + 0.5);
}

static double height_of(const struct dp_chart *chart, size_t i)
{
    return PLOT_HEIGHT * chart->points[i].value / chart->full;
}

static void write_scale(const struct dp_chart *chart, FILE *out)
{
    const char *const texts[] = {chart->full_text, chart->half_text};
    for (int i = 0; has_scale(chart) && i < 2; i++) {
        double y = TOP + PLOT_HEIGHT * i / 2;
        fprintf(out, "<path class=\"axis\" d=\"M%.1f %.1fH%.1f\"/>\n", SCALE_WIDTH, y, WIDTH);
        write_text(SCALE_WIDTH - 6, y + 4, "end", "tick", texts[i], out);
    }
}

/* The axis with as many labels as fit, and the numbers above the points if all fit. */
static void write_axis(const struct dp_chart *chart, FILE *out)
{
    size_t step = (chart->count + LABELS_MAX - 1) / LABELS_MAX;
    fprintf(out, "<path class=\"axis\" d=\"M%.1f %.1fH%.1f\"/>\n", left_of(chart),
            TOP + PLOT_HEIGHT, WIDTH);
    for (size_t i = 0; i < chart->count; i++) {
        const struct dp_chart_point *point = &chart->points[i];
        if (i % step == 0)
            write_text(place(chart, i), TOP + PLOT_HEIGHT + 15, "middle", "tick", point->label,
                       out);
        if (!has_scale(chart) && !point->absent)
            write_text(place(chart, i), TOP + PLOT_HEIGHT - height_of(chart, i) - 6, "middle",
                       "value", point->text, out);
    }
}

/* What is pointed at says its label and its number. */
static void write_hint(const struct dp_chart_point *point, FILE *out)
{
    fputs("<title>", out);
    dp_html_text(point->label, out);
    fputs(": ", out);
    dp_html_text(point->text, out);
    fputs("</title>", out);
}

void dp_chart_columns(const struct dp_chart *chart, FILE *out)
{
    double width = width_of(chart);
    begin(chart, TOP + PLOT_HEIGHT + BOTTOM, out);
    write_scale(chart, out);
    for (size_t i = 0; i < chart->count; i++) {
        double height = height_of(chart, i);
        if (chart->points[i].absent)
            continue;
        fprintf(out, "<rect class=\"bar\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\">",
                place(chart, i) - width * 0.38, TOP + PLOT_HEIGHT - height, width * 0.76, height);
        write_hint(&chart->points[i], out);
        fputs("</rect>\n", out);
    }
    write_axis(chart, out);
    fputs("</svg>\n", out);
}

void dp_chart_line(const struct dp_chart *chart, FILE *out)
{
    bool drawn = false; /* the point before is on the line */
    begin(chart, TOP + PLOT_HEIGHT + BOTTOM, out);
    write_scale(chart, out);
    fputs("<path class=\"line\" d=\"", out);
    for (size_t i = 0; i < chart->count; i++) {
        if (!chart->points[i].absent)
            fprintf(out, "%c%.1f %.1f", drawn ? 'L' : 'M', place(chart, i),
                    TOP + PLOT_HEIGHT - height_of(chart, i));
        drawn = !chart->points[i].absent;
    }
    fputs("\"/>\n", out);
    for (size_t i = 0; i < chart->count; i++) {
        if (chart->points[i].absent)
            continue;
        fprintf(out, "<circle class=\"dot\" cx=\"%.1f\" cy=\"%.1f\" r=\"%s\">", place(chart, i),
                TOP + PLOT_HEIGHT - height_of(chart, i), chart->count > 60 ? "1.5" : "3");
        write_hint(&chart->points[i], out);
        fputs("</circle>\n", out);
    }
    write_axis(chart, out);
    fputs("</svg>\n", out);
}

void dp_chart_bars(const struct dp_chart *chart, FILE *out)
{
    double room = WIDTH - LABEL_WIDTH - TEXT_WIDTH;
    begin(chart, BAR_HEIGHT * (double)chart->count + 4, out);
    for (size_t i = 0; i < chart->count; i++) {
        const struct dp_chart_point *point = &chart->points[i];
        double y = BAR_HEIGHT * (double)i, length = room * point->value / chart->full;
        write_label(LABEL_WIDTH - 8, y + 15, point->label, out);
        fprintf(out,
                "<rect class=\"rail\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/>\n",
                LABEL_WIDTH, y + 4, room, BAR_HEIGHT - 8);
        if (point->absent) {
            write_text(LABEL_WIDTH + room + 8, y + 15, "start", "value", DP_REPORT_ABSENT, out);
            continue;
        }
        fprintf(out, "<rect class=\"bar\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\">",
                LABEL_WIDTH, y + 4, length, BAR_HEIGHT - 8);
        write_hint(point, out);
        fputs("</rect>\n", out);
        write_text(LABEL_WIDTH + room + 8, y + 15, "start", "value", point->text, out);
    }
    fputs("</svg>\n", out);
}
