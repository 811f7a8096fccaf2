#include "common/timestamp.h"

#include "common/bytes.h"

#define DP_MS_A_DAY 86400000

/* Years are counted from 1 March, so that the leap day is a year's last; 400 of them have a fixed
 * number of days. 719,468 days lie between 0000-03-01 and 1970-01-01. */
#define DP_ERA_DAYS   146097
#define DP_EPOCH_DAYS 719468

/* The number at p of two digits; sets *bad if they are none. */
static inline unsigned two_digits(const char *p, unsigned *bad)
{
    unsigned tens = (unsigned)(unsigned char)p[0] - '0';
    unsigned ones = (unsigned)(unsigned char)p[1] - '0';
    *bad |= (tens > 9) | (ones > 9);
    return tens * 10 + ones;
}

/* Reads 8 characters at once: digits where `pattern` has a '0', its own characters elsewhere. Then
 * byte i of *pairs is the number of the two digits at i and i + 1. `room` is what a byte may lack
 * to 0x80: 9 for a digit, nothing for another. */
static inline bool eight(uint64_t text, const char *pattern, const char *room, uint64_t *pairs)
{
    uint64_t values = text ^ dp_bytes_load8_little(pattern);
    *pairs = values * 10 + (values >> 8);
    return ((values | (values + dp_bytes_load8_little(room))) & DP_BYTES_EACH * 0x80) == 0;
}

static inline unsigned byte_of(uint64_t word, int i)
{
    return (unsigned)(word >> (8 * i)) & 0xff;
}

static unsigned days_of_month(unsigned year, unsigned month)
{
    static const unsigned char days[13] = {0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return month == 2 && leap ? 29 : days[month];
}

/* Reads the fraction of a second behind place 19, if there is one, in milliseconds, and says where
 * the zone begins; 0: this is no time. */
static inline size_t fraction_end(struct dp_str text, unsigned *fraction)
{
    size_t at = 19;
    *fraction = 0;
    if (text.p[at] != '.')
        return at;
    size_t first = ++at;
    for (unsigned weight = 100; at < text.len; at++, weight /= 10) {
        unsigned digit = (unsigned)(unsigned char)text.p[at] - '0';
        if (digit > 9)
            break;
        *fraction += digit * weight;
    }
    return at == first || at == text.len ? 0 : at;
}

bool dp_timestamp_parse(struct dp_str text, int64_t *ms)
{
    const char *p = text.p;
    if (text.len < sizeof "2026-11-22T10:00:00Z" - 1)
        return false;
    uint64_t date, time;
    uint64_t lower_t = (uint64_t)0x20 << 16; /* turns the T into a small one */
    if (!eight(dp_bytes_load8_little(p), "0000-00-", "\x76\x76\x76\x76\x7f\x76\x76\x7f", &date) ||
        !eight(dp_bytes_load8_little(p + 8) | lower_t, "00t00:00",
               "\x76\x76\x7f\x76\x76\x7f\x76\x76", &time))
        return false;
    unsigned year = byte_of(date, 0) * 100 + byte_of(date, 2), month = byte_of(date, 5);
    unsigned day = byte_of(time, 0), hour = byte_of(time, 3), minute = byte_of(time, 6);
    unsigned bad = 0, second = two_digits(p + 17, &bad);
    bad |= (p[16] != ':') | (month - 1 > 11) | (hour > 23) | (minute > 59) | (second > 60);
    if (bad || day - 1 >= days_of_month(year, month))
        return false;

    unsigned fraction;
    size_t at = fraction_end(text, &fraction);
    if (at == 0)
        return false;

    int offset_minutes = 0;
    if ((p[at] | 0x20) == 'z') {
        bad = text.len - at != 1;
    } else {
        if ((p[at] != '+' && p[at] != '-') || text.len - at != sizeof "+08:00" - 1)
            return false;
        unsigned hours = two_digits(p + at + 1, &bad), minutes = two_digits(p + at + 4, &bad);
        bad |= (p[at + 3] != ':') | (hours > 23) | (minutes > 59);
        offset_minutes = (int)(hours * 60 + minutes) * (p[at] == '-' ? -1 : 1);
    }
    if (bad)
        return false;

    /* 400 years more, so that January of the year 0 is not below zero. */
    unsigned y = year + 400 - (month <= 2);
    unsigned day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    int64_t days =
        (int64_t)(365 * y + y / 4 - y / 100 + y / 400 + day_of_year) - DP_ERA_DAYS - DP_EPOCH_DAYS;
    int64_t minutes = days * 1440 + hour * 60 + minute - offset_minutes;
    *ms = (minutes * 60 + second) * 1000 + fraction;
    return true;
}

static bool same_minute(const struct dp_timestamp_memo *memo, struct dp_str text)
{
    return text.len >= sizeof "2026-11-22T10:00:00Z" - 1 &&
           dp_bytes_load8(text.p) == dp_bytes_load8(memo->minute) &&
           dp_bytes_load8(text.p + 8) == dp_bytes_load8(memo->minute + 8) && text.p[16] == ':';
}

bool dp_timestamp_parse_next(struct dp_timestamp_memo *memo, struct dp_str text, int64_t *ms)
{
    unsigned bad = 0, second, fraction;
    if (same_minute(memo, text)) {
        second = two_digits(text.p + 17, &bad);
        size_t zone = fraction_end(text, &fraction);
        if (!bad && second <= 60 && text.len - zone == memo->zone_len &&
            memcmp(text.p + zone, memo->zone, memo->zone_len) == 0) {
            *ms = memo->minute_ms + second * 1000 + fraction;
            return true;
        }
    }
    if (!dp_timestamp_parse(text, ms))
        return false;
    second = two_digits(text.p + 17, &bad);
    size_t zone = fraction_end(text, &fraction);
    memcpy(memo->minute, text.p, sizeof memo->minute);
    memo->zone_len = text.len - zone;
    memcpy(memo->zone, text.p + zone, memo->zone_len);
    memo->minute_ms = *ms - second * 1000 - fraction;
    return true;
}

/* Writes `value` with at least `digits` digits and returns what follows them. */
static char *put(char *p, uint64_t value, int digits)
{
    char reversed[20];
    int n = 0;
    for (; value || n < digits; value /= 10)
        reversed[n++] = (char)('0' + value % 10);
    while (n)
        *p++ = reversed[--n];
    return p;
}

void dp_timestamp_format(int64_t ms, char buf[32])
{
    int64_t days = ms / DP_MS_A_DAY, rest = ms % DP_MS_A_DAY;
    if (rest < 0) {
        rest += DP_MS_A_DAY;
        days--;
    }
    days += DP_EPOCH_DAYS;
    int64_t era = (days >= 0 ? days : days - (DP_ERA_DAYS - 1)) / DP_ERA_DAYS;
    unsigned day_of_era = (unsigned)(days - era * DP_ERA_DAYS);
    unsigned year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / (DP_ERA_DAYS - 1)) /
        365;
    unsigned day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    unsigned shifted_month = (5 * day_of_year + 2) / 153;
    unsigned day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    unsigned month = shifted_month < 10 ? shifted_month + 3 : shifted_month - 9;
    int64_t year = era * 400 + year_of_era + (month <= 2);
    uint64_t time = (uint64_t)rest;

    char *p = buf;
    if (year < 0)
        *p++ = '-';
    p = put(p, (uint64_t)(year < 0 ? -year : year), 4);
    *p++ = '-';
    p = put(p, month, 2);
    *p++ = '-';
    p = put(p, day, 2);
    *p++ = 'T';
    p = put(p, time / 3600000, 2);
    *p++ = ':';
    p = put(p, time / 60000 % 60, 2);
    *p++ = ':';
    p = put(p, time / 1000 % 60, 2);
    *p++ = '.';
    p = put(p, time % 1000, 3);
    *p++ = 'Z';
    *p = '\0';
}
