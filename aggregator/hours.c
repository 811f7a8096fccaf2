#include "aggregator/hours.h"

#include <string.h>

#include "aggregator/calendar.h"

#define MINUTE_MS 60000

static const char *const days[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};

static void skip_blanks(struct dp_str *rest)
{
    while (rest->len && (*rest->p == ' ' || *rest->p == '\t')) {
        rest->p++;
        rest->len--;
    }
}

static bool take(struct dp_str *rest, const char *word)
{
    size_t len = strlen(word);
    if (rest->len < len || memcmp(rest->p, word, len) != 0)
        return false;
    rest->p += len;
    rest->len -= len;
    return true;
}

static bool take_day(struct dp_str *rest, unsigned *day)
{
    for (*day = 0; *day < 7; ++*day)
        if (take(rest, days[*day]))
            return true;
    return false;
}

/* "Mon" or "Mon-Fri". */
static bool take_days(struct dp_str *rest, uint8_t *set)
{
    unsigned first, last;
    if (!take_day(rest, &first))
        return false;
    last = first;
    if (take(rest, "-") && !take_day(rest, &last))
        return false;
    *set = (uint8_t)(1u << last);
    for (unsigned day = first; day != last; day = (day + 1) % 7)
        *set |= (uint8_t)(1u << day);
    return true;
}

static bool take_two(struct dp_str *rest, int32_t most, int32_t *number)
{
    if (rest->len < 2 || rest->p[0] < '0' || rest->p[0] > '9' || rest->p[1] < '0' ||
        rest->p[1] > '9')
        return false;
    *number = (rest->p[0] - '0') * 10 + (rest->p[1] - '0');
    rest->p += 2;
    rest->len -= 2;
    return *number <= most;
}

/* "09:30". */
static bool take_time(struct dp_str *rest, int32_t *ms)
{
    int32_t hour, minute;
    if (!take_two(rest, 24, &hour) || !take(rest, ":") || !take_two(rest, 59, &minute))
        return false;
    *ms = (hour * 60 + minute) * MINUTE_MS;
    return hour < 24 || minute == 0;
}

bool dp_hours_parse(struct dp_str text, struct dp_hours *hours)
{
    *hours = (struct dp_hours){0};
    do {
        struct dp_hours_span span;
        skip_blanks(&text);
        if (hours->count == DP_HOURS_MAX || !take_days(&text, &span.days))
            return false;
        skip_blanks(&text);
        if (!take_time(&text, &span.from_ms) || !take(&text, "-") ||
            !take_time(&text, &span.to_ms) || span.to_ms <= span.from_ms)
            return false;
        hours->spans[hours->count++] = span;
        skip_blanks(&text);
    } while (take(&text, ","));
    return !text.len;
}

bool dp_hours_open(const struct dp_hours *hours, int64_t time_ms)
{
    int weekday;
    int64_t of_day_ms;
    if (!hours->count)
        return true;
    dp_calendar_clock(time_ms, &weekday, &of_day_ms);
    for (uint32_t i = 0; i < hours->count; i++) {
        const struct dp_hours_span *span = &hours->spans[i];
        if (span->days >> weekday & 1 && of_day_ms >= span->from_ms && of_day_ms < span->to_ms)
            return true;
    }
    return false;
}
