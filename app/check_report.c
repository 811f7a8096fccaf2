#include "app/check_report.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>

#define DP_LINE_MAX 2048

void dp_check_report_add(struct dp_check_report *report, enum dp_check_result result,
                         const char *fmt, ...)
{
    static const char *const marks[] = {"ok  ", "warn", "FAIL"};
    char line[DP_LINE_MAX];
    va_list args;
    va_start(args, fmt);
    vsnprintf(line, sizeof line, fmt, args);
    va_end(args);
    for (char *c = line; *c; c++)
        if (iscntrl((unsigned char)*c))
            *c = '?';
    printf("%s  %s\n", marks[result], line);
    fflush(stdout);
    report->counts[result]++;
}
