#include "common/duration.h"

#include <inttypes.h>
#include <stdio.h>

static const struct {
    const char *name;
    int64_t ms;
} units[] = {{"d", 86400000}, {"h", 3600000}, {"m", 60000}, {"s", 1000}, {"ms", 1}};

#define DP_DURATION_UNITS (sizeof units / sizeof *units)

bool dp_duration_parse(struct dp_str text, int64_t *ms)
{
    int64_t count = 0;
    size_t digits = 0;
    for (; digits < text.len && text.p[digits] >= '0' && text.p[digits] <= '9'; digits++)
        if (__builtin_mul_overflow(count, 10, &count) ||
            __builtin_add_overflow(count, text.p[digits] - '0', &count))
            return false;
    /* A leading zero would make two names of one length, and windows are named by it. */
    if (digits == 0 || (text.p[0] == '0' && digits > 1))
        return false;
    struct dp_str unit = {text.p + digits, text.len - digits};
    for (size_t i = 0; i < DP_DURATION_UNITS; i++)
        if (dp_str_equal(unit, dp_str_from(units[i].name))) {
            int64_t total;
            if (__builtin_mul_overflow(count, units[i].ms, &total))
                return false;
            *ms = total;
            return true;
        }
    return false;
}

void dp_duration_format(int64_t ms, char buf[32])
{
    size_t i = 0;
    while (ms == 0 ? units[i].ms != 1000 : ms % units[i].ms != 0)
        i++;
    snprintf(buf, 32, "%" PRId64 "%s", ms / units[i].ms, units[i].name);
}
