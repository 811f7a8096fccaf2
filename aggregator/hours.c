#include "aggregator/hours.h"

#include <string.h>

#include "aggregator/calendar.h"

#define MINUTE_MS 60000
#define DAY_MS    (24 * 60 * MINUTE_MS)
#define EVERY_DAY 0x7f

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

static bool put(struct dp_hours *hours, uint8_t days, int32_t from_ms, int32_t to_ms)
{
    if (hours->count == DP_HOURS_MAX)
        return false;
    hours->spans[hours->count++] = (struct dp_hours_span){days, from_ms, to_ms};
    return true;
}

/* The part after midnight is on the day after. */
static bool put_span(struct dp_hours *hours, uint8_t days, int32_t from_ms, int32_t to_ms,
                     bool overnight)
{
    if (from_ms < to_ms)
        return put(hours, days, from_ms, to_ms);
    uint8_t after = (uint8_t)((days << 1 | days >> 6) & EVERY_DAY);
    return overnight && from_ms > to_ms && from_ms < DAY_MS && put(hours, days, from_ms, DAY_MS) &&
           (!to_ms || put(hours, after, 0, to_ms));
}

static bool parse(struct dp_str text, struct dp_hours *hours, bool overnight)
{
    *hours = (struct dp_hours){0};
    do {
        uint8_t days = EVERY_DAY;
        int32_t from_ms, to_ms;
        skip_blanks(&text);
        bool named = !overnight || !text.len || text.p[0] < '0' || text.p[0] > '9';
        if (named && !take_days(&text, &days))
            return false;
        skip_blanks(&text);
        if (!take_time(&text, &from_ms) || !take(&text, "-") || !take_time(&text, &to_ms) ||
            !put_span(hours, days, from_ms, to_ms, overnight))
            return false;
        skip_blanks(&text);
    } while (take(&text, ","));
    return !text.len;
}

bool dp_hours_parse(struct dp_str text, struct dp_hours *hours)
{
    return parse(text, hours, false);
}

bool dp_hours_parse_overnight(struct dp_str text, struct dp_hours *hours)
{
    return parse(text, hours, true);
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
