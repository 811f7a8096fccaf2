/* Timestamps and durations against the C library's regular expressions and timegm. */
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/duration.h"
#include "common/timestamp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds, const char *what)
{
    if (!holds) {
        fprintf(stderr, "does not hold: %s\n", what);
        abort();
    }
}

static regex_t *pattern(regex_t *regex, const char *text)
{
    if (regex->re_nsub == 0)
        check(regcomp(regex, text, REG_EXTENDED) == 0, "the pattern compiles");
    return regex;
}

static int days_of(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return days[month - 1] + (month == 2 && (year % 400 == 0 || (year % 4 == 0 && year % 100)));
}

static bool reference_timestamp(const char *text, int64_t *ms)
{
    static regex_t regex;
    regmatch_t match[4];
    struct tm tm = {0};
    int offset_hours = 0, offset_minutes = 0;
    if (regexec(pattern(&regex, "^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}"
                                "(\\.[0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2})$"),
                text, 4, match, 0) != 0)
        return false;
    sscanf(text, "%4d-%2d-%2d%*c%2d:%2d:%2d", &tm.tm_year, &tm.tm_mon, &tm.tm_mday, &tm.tm_hour,
           &tm.tm_min, &tm.tm_sec);
    if (tm.tm_mon < 1 || tm.tm_mon > 12 || tm.tm_mday < 1 ||
        tm.tm_mday > days_of(tm.tm_year, tm.tm_mon) || tm.tm_hour > 23 || tm.tm_min > 59 ||
        tm.tm_sec > 60)
        return false;
    const char *offset = text + match[2].rm_so;
    if (sscanf(offset + 1, "%2d:%2d", &offset_hours, &offset_minutes) == 2 &&
        (offset_hours > 23 || offset_minutes > 59))
        return false;
    char fraction[] = "000";
    for (regoff_t i = 0; match[1].rm_so >= 0 && i < 3; i++)
        if (match[1].rm_so + 1 + i < match[1].rm_eo)
            fraction[i] = text[match[1].rm_so + 1 + i];
    tm.tm_year -= 1900;
    tm.tm_mon -= 1;
    int64_t seconds = timegm(&tm);
    int64_t east = (offset_hours * 60 + offset_minutes) * 60;
    *ms = (seconds - (*offset == '-' ? -east : east)) * 1000 + atoi(fraction);
    return true;
}

static bool reference_duration(const char *text, int64_t *ms)
{
    static regex_t regex;
    regmatch_t match[3];
    if (regexec(pattern(&regex, "^(0|[1-9][0-9]*)(ms|s|m|h|d)$"), text, 3, match, 0) != 0)
        return false;
    if (match[1].rm_eo > 19)
        return false;
    const char *unit = text + match[2].rm_so;
    __int128 each = unit[0] == 's'   ? 1000
                    : unit[0] == 'h' ? 3600000
                    : unit[0] == 'd' ? 86400000
                    : unit[1] == 's' ? 1
                                     : 60000;
    __int128 total = each * (__int128)strtoull(text, NULL, 10);
    if (total > INT64_MAX)
        return false;
    *ms = (int64_t)total;
    return true;
}

static void check_timestamp(struct dp_str given, const char *text)
{
    int64_t ms = 42, expected = 42;
    bool good = dp_timestamp_parse(given, &ms);
    check(good == (strlen(text) == given.len && reference_timestamp(text, &expected)),
          "both take the timestamp or neither does");
    check(ms == expected, "both read the same time, or leave it alone");
    static struct dp_timestamp_memo memo; /* has met all times so far */
    int64_t again = 42;
    check(dp_timestamp_parse_next(&memo, given, &again) == good && again == ms,
          "what was read before changes nothing");
    char formatted[32];
    dp_timestamp_format(ms, formatted);
    if (ms >= -62167219200000 && ms <= 253402300799999) {
        check(dp_timestamp_parse(dp_str_from(formatted), &expected), "what was written is read");
        check(ms == expected, "as the same time");
    }
}

static void check_duration(struct dp_str given, const char *text)
{
    int64_t ms = 42, expected = 42;
    bool good = dp_duration_parse(given, &ms);
    check(good == (strlen(text) == given.len && reference_duration(text, &expected)),
          "both take the duration or neither does");
    check(ms == expected, "both read the same duration, or leave it alone");
    char formatted[32];
    dp_duration_format(ms, formatted);
    check(dp_duration_parse(dp_str_from(formatted), &expected) && ms == expected,
          "what was written is read as the same duration");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    /* The exact bytes for us, so that a read beyond them is seen; a text for the C library. */
    char *bytes = malloc(size ? size : 1), *text = malloc(size + 1);
    if (size)
        memcpy(bytes, data, size);
    if (size)
        memcpy(text, data, size);
    text[size] = '\0';
    check_timestamp((struct dp_str){bytes, size}, text);
    check_duration((struct dp_str){bytes, size}, text);
    int64_t any = 0;
    memcpy(&any, bytes, size < sizeof any ? size : sizeof any);
    char formatted[32];
    dp_timestamp_format(any, formatted);
    check(strlen(formatted) < sizeof formatted && strchr(formatted, 'Z'), "every time is written");
    free(bytes);
    free(text);
    return 0;
}
