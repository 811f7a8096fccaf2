#include "common/decimal.h"

#include <string.h>

static const char digit_pairs[] = "00010203040506070809101112131415161718192021222324"
                                  "25262728293031323334353637383940414243444546474849"
                                  "50515253545556575859606162636465666768697071727374"
                                  "75767778798081828384858687888990919293949596979899";

/* Writes `value` so that it ends before `end`; returns where it starts. */
static char *digits_before(char *end, uint64_t value)
{
    while (value >= 100) {
        end -= 2;
        memcpy(end, digit_pairs + value % 100 * 2, 2);
        value /= 100;
    }
    if (value >= 10) {
        end -= 2;
        memcpy(end, digit_pairs + value * 2, 2);
    } else {
        *--end = (char)('0' + value);
    }
    return end;
}

/* The magnitude of INT64_MIN has no int64_t, hence unsigned. */
static uint64_t magnitude(int64_t value)
{
    return value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
}

static size_t move_to_front(char *buf, char *start, const char *end, int64_t value)
{
    if (value < 0)
        *--start = '-';
    size_t len = (size_t)(end - start);
    memmove(buf, start, len);
    return len;
}

size_t dp_decimal_integer(char buf[DP_DECIMAL_SIZE], int64_t value)
{
    char *end = buf + DP_DECIMAL_SIZE;
    return move_to_front(buf, digits_before(end, magnitude(value)), end, value);
}

size_t dp_decimal_millionths(char buf[DP_DECIMAL_SIZE], int64_t millionths)
{
    char *end = buf + DP_DECIMAL_SIZE, *point = end - 7;
    uint64_t whole = magnitude(millionths) / 1000000, rest = magnitude(millionths) % 1000000;
    for (char *pair = end - 2; pair > point; pair -= 2, rest /= 100)
        memcpy(pair, digit_pairs + rest % 100 * 2, 2);
    *point = '.';
    return move_to_front(buf, digits_before(point, whole), end, millionths);
}
