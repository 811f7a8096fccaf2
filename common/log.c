#include "common/log.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define DP_LOG_LINE 4096

static const char *const level_names[] = {"debug", "info", "warn", "error"};
static atomic_int threshold = DP_LOG_INFO;

void dp_log_set_level(enum dp_log_level level)
{
    atomic_store(&threshold, (int)level);
}

int dp_log_level_parse(const char *text)
{
    for (int i = 0; i < 4; i++)
        if (strcmp(text, level_names[i]) == 0)
            return i;
    return -1;
}

static int needs_quotes(const char *text)
{
    if (*text == '\0')
        return 1;
    for (const char *c = text; *c; c++)
        if ((unsigned char)*c <= ' ' || *c == '"' || *c == '=' || *c == '\\' || *c == 0x7f)
            return 1;
    return 0;
}

const char *dp_log_quote(char *buf, unsigned long size, const char *text)
{
    if (!needs_quotes(text)) {
        snprintf(buf, size, "%s", text);
        return buf;
    }
    size_t n = 0;
    if (size < 8)
        return "";
    buf[n++] = '"';
    for (const char *c = text; *c && n < size - 6; c++) {
        unsigned char u = (unsigned char)*c;
        if (*c == '"' || *c == '\\') {
            buf[n++] = '\\';
            buf[n++] = *c;
        } else if (u < ' ' || u == 0x7f) {
            n += (size_t)snprintf(buf + n, size - n, u == '\n' ? "\\n" : "\\x%02x", u);
        } else {
            buf[n++] = *c;
        }
    }
    buf[n++] = '"';
    buf[n] = '\0';
    return buf;
}

void dp_log(enum dp_log_level level, const char *msg, const char *fmt, ...)
{
    if ((int)level < atomic_load(&threshold))
        return;
    struct timespec now;
    struct tm utc;
    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &utc);

    char line[DP_LOG_LINE], stamp[32], quoted[1024];
    strftime(stamp, sizeof stamp, "%Y-%m-%dT%H:%M:%S", &utc);
    int used = snprintf(line, sizeof line - 1, "time=%s.%03ldZ level=%s msg=%s", stamp,
                        now.tv_nsec / 1000000, level_names[level],
                        dp_log_quote(quoted, sizeof quoted, msg));
    size_t n = (size_t)used;
    if (*fmt && n < sizeof line - 2) {
        line[n++] = ' ';
        va_list args;
        va_start(args, fmt);
        used = vsnprintf(line + n, sizeof line - 1 - n, fmt, args);
        va_end(args);
        n += (size_t)used;
        if (n > sizeof line - 2)
            n = sizeof line - 2;
    }
    line[n++] = '\n';
    /* Nothing better can be done about a failed write to standard error. */
    if (write(STDERR_FILENO, line, n) < 0)
        return;
}
