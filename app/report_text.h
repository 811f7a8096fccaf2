/* Values as people read them, and how wide text is. Thread: any, once the locale is set. */
#ifndef DP_REPORT_TEXT_H
#define DP_REPORT_TEXT_H

#include <stddef.h>
#include <stdint.h>

#include "app/report_data.h"

#define DP_REPORT_TEXT 64

/* The zone and locale that all of these rest on: moments as the calendar of that zone has them, and
 * the widths of characters. Once, before other threads start. */
void dp_report_settle(const char *timezone);

/* What stands for a figure that is absent. */
#define DP_REPORT_ABSENT "-"

/* "1m 23s", "93.4 %", "87.3", "yes"; units as in figure_text.h, no text and no classes. */
void dp_report_number(enum dp_text_unit unit, int64_t number, char text[DP_REPORT_TEXT]);

/* A scope's field; the text is `buf`, the scope's, or DP_REPORT_ABSENT. */
const char *dp_report_show(const struct dp_report_scope *scope, int field,
                           char buf[DP_REPORT_TEXT]);

/* "service_quality" to "service quality"; a field's name to its label. */
const char *dp_report_name(const char *name, char buf[DP_REPORT_TEXT]);

/* "Report of team north: month 2026-11" */
void dp_report_title(const struct dp_report *report, char *text, size_t size);

/* "2026-11-01 to 2026-11-30 (Asia/Shanghai), as of 2026-11-22 10:00:00"; TZ is the calendar's. */
void dp_report_span(const struct dp_report *report, char *text, size_t size);

/* "up to 20s", "over 1h 00m": a class of figure_text.h. */
void dp_report_class(int class, char text[DP_REPORT_TEXT]);

/* Columns that `text` takes on a terminal: 2 for a wide East Asian character, 0 for a combining
 * one, 1 for others. UTF-8, by wcwidth(3) of the LC_CTYPE in force, which must be one of UTF-8. */
size_t dp_report_width(const char *text, size_t len);

/* Bytes of `text`, whole characters, that fit into `width` columns. */
size_t dp_report_fit(const char *text, size_t width);

#endif
