#include "sink/format.h"

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

size_t dp_format_integer(char buf[DP_FORMAT_SIZE], int64_t value)
{
    char *end = buf + DP_FORMAT_SIZE;
    return move_to_front(buf, digits_before(end, magnitude(value)), end, value);
}

size_t dp_format_millionths(char buf[DP_FORMAT_SIZE], int64_t millionths)
{
    char *end = buf + DP_FORMAT_SIZE, *point = end - 7;
    uint64_t whole = magnitude(millionths) / 1000000, rest = magnitude(millionths) % 1000000;
    for (char *pair = end - 2; pair > point; pair -= 2, rest /= 100)
        memcpy(pair, digit_pairs + rest % 100 * 2, 2);
    *point = '.';
    return move_to_front(buf, digits_before(point, whole), end, millionths);
}

struct dp_str dp_format_field(char buf[DP_FORMAT_SIZE], const struct dp_field *field)
{
    switch (field->unit) {
    case DP_FIELD_INTEGER:
        return (struct dp_str){buf, dp_format_integer(buf, field->value)};
    case DP_FIELD_MILLIONTHS:
        return (struct dp_str){buf, dp_format_millionths(buf, field->value)};
    case DP_FIELD_TEXT:
        break;
    }
    return field->text;
}

size_t dp_format_json(char *buf, struct dp_str text)
{
    static const char hex[] = "0123456789abcdef";
    char *out = buf;
    *out++ = '"';
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.p[i];
        if (c == '"' || c == '\\') {
            *out++ = '\\';
            *out++ = (char)c;
        } else if (c < 0x20) {
            memcpy(out, "\\u00", 4);
            out[4] = hex[c >> 4];
            out[5] = hex[c & 15];
            out += 6;
        } else {
            *out++ = (char)c;
        }
    }
    *out++ = '"';
    return (size_t)(out - buf);
}
