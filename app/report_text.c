#define _XOPEN_SOURCE 700 /* wcwidth */

#include "app/report_text.h"

#include <inttypes.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <wchar.h>

static int64_t rounded(int64_t number, int64_t unit)
{
    return number / unit + (number % unit >= unit - number % unit);
}

static void show_duration(int64_t ms, char text[DP_REPORT_TEXT])
{
    int64_t s = rounded(ms, 1000);
    if (ms < 9950)
        snprintf(text, DP_REPORT_TEXT, "%" PRId64 ".%" PRId64 "s", rounded(ms, 100) / 10,
                 rounded(ms, 100) % 10);
    else if (s < 60)
        snprintf(text, DP_REPORT_TEXT, "%" PRId64 "s", s);
    else if (s < 3600)
        snprintf(text, DP_REPORT_TEXT, "%" PRId64 "m %02" PRId64 "s", s / 60, s % 60);
    else
        snprintf(text, DP_REPORT_TEXT, "%" PRId64 "h %02" PRId64 "m", rounded(s, 60) / 60,
                 rounded(s, 60) % 60);
}

void dp_report_settle(const char *timezone)
{
    setenv("TZ", timezone, 1);
    tzset();
    setlocale(LC_CTYPE, "C.UTF-8");
}

void dp_report_number(enum dp_text_unit unit, int64_t number, char text[DP_REPORT_TEXT])
{
    int64_t tenths; /* of a per cent, or of a point */
    switch (unit) {
    case DP_TEXT_MS:
        show_duration(number, text);
        break;
    case DP_TEXT_SHARE:
        tenths = rounded(number, 1000);
        snprintf(text, DP_REPORT_TEXT, "%" PRId64 ".%" PRId64 " %%", tenths / 10, tenths % 10);
        break;
    case DP_TEXT_SCORE:
        tenths = rounded(number, 100000);
        snprintf(text, DP_REPORT_TEXT, "%" PRId64 ".%" PRId64, tenths / 10, tenths % 10);
        break;
    case DP_TEXT_RATIO:
        tenths = rounded(number, 10000);
        snprintf(text, DP_REPORT_TEXT, "%" PRId64 ".%02" PRId64, tenths / 100, tenths % 100);
        break;
    case DP_TEXT_FLAG:
        snprintf(text, DP_REPORT_TEXT, "%s", number ? "yes" : "no");
        break;
    default:
        snprintf(text, DP_REPORT_TEXT, "%" PRId64, number);
    }
}

const char *dp_report_show(const struct dp_report_scope *scope, int field, char buf[DP_REPORT_TEXT])
{
    const struct dp_report_value *value = &scope->values[field];
    enum dp_text_unit unit = dp_figure_text(field)->unit;
    if (!value->text)
        return DP_REPORT_ABSENT;
    if (field == DP_TEXT_OF_BAND)
        return dp_report_name(value->text, buf);
    if (unit == DP_TEXT_WORDS || unit == DP_TEXT_CLASSES)
        return value->text;
    dp_report_number(unit, value->number, buf);
    return buf;
}

const char *dp_report_name(const char *name, char buf[DP_REPORT_TEXT])
{
    int field = dp_figure_text_find(dp_str_from(name));
    if (field >= 0)
        return dp_figure_text(field)->label;
    size_t len = strlen(name) < DP_REPORT_TEXT ? strlen(name) : DP_REPORT_TEXT - 1;
    while (len < strlen(name) && len && (name[len] & 0xc0) == 0x80) /* no half characters */
        len--;
    memcpy(buf, name, len);
    buf[len] = '\0';
    for (char *p = buf; (p = strchr(p, '_'));)
        *p = ' ';
    return buf;
}

void dp_report_title(const struct dp_report *report, char *text, size_t size)
{
    const char *what = !report->quality                       ? "Report"
                       : report->period.kind == DP_PERIOD_DAY ? "Quality bulletin"
                                                              : "Quality report";
    bool all = report->focus.kind == DP_REPORT_ALL;
    snprintf(text, size, "%s of %s%s%s: %s %s", what,
             all ? "the whole centre" : dp_report_kind_names[report->focus.kind], all ? "" : " ",
             report->focus.id, dp_period_kind_names[report->period.kind], report->label);
}

void dp_report_span(const struct dp_report *report, char *text, size_t size)
{
    char first[DP_PERIOD_LABEL], last[DP_PERIOD_LABEL], as_of[32] = "";
    time_t seconds = (time_t)(report->focus.as_of_ms / 1000);
    struct tm moment;
    dp_report_day_label(report->period.first_day, first);
    dp_report_day_label(report->period.first_day + report->period.days - 1, last);
    if (report->focus.as_of_ms && localtime_r(&seconds, &moment))
        strftime(as_of, sizeof as_of, "%Y-%m-%d %H:%M:%S", &moment);
    bool day = report->period.days == 1;
    snprintf(text, size, "%s%s%s (%s)%s%s", first, day ? "" : " to ", day ? "" : last,
             report->timezone, *as_of ? ", as of " : "", as_of);
}

void dp_report_class(int class, char text[DP_REPORT_TEXT])
{
    bool last = class == DP_CLASSES - 1;
    int64_t s = dp_class_limits_ms[class - last] / 1000;
    snprintf(text, DP_REPORT_TEXT, "%s %" PRId64 "%s", last ? "over" : "up to",
             s < 60     ? s
             : s < 3600 ? s / 60
                        : s / 3600,
             s < 60     ? "s"
             : s < 3600 ? "m"
                        : "h");
}

/* The next character's bytes, and its columns. What is no character counts as one byte and one
 * column. */
static size_t next_character(const char *text, size_t len, size_t *width)
{
    mbstate_t state = {0};
    wchar_t c;
    size_t bytes = mbrtowc(&c, text, len, &state);
    *width = 1;
    if (bytes == 0 || bytes > len)
        return 1;
    int columns = wcwidth(c);
    if (columns >= 0)
        *width = (size_t)columns;
    return bytes;
}

size_t dp_report_width(const char *text, size_t len)
{
    size_t width = 0, columns;
    for (size_t at = 0; at < len; width += columns)
        at += next_character(text + at, len - at, &columns);
    return width;
}

size_t dp_report_fit(const char *text, size_t width)
{
    size_t len = strlen(text), at = 0, used = 0, columns;
    while (at < len) {
        size_t bytes = next_character(text + at, len - at, &columns);
        if (used + columns > width)
            break;
        used += columns;
        at += bytes;
    }
    return at;
}
