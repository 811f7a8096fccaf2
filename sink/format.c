#include "sink/format.h"

#include <string.h>

struct dp_str dp_format_field(char buf[DP_DECIMAL_SIZE], const struct dp_field *field)
{
    switch (field->unit) {
    case DP_FIELD_INTEGER:
        return (struct dp_str){buf, dp_decimal_integer(buf, field->value)};
    case DP_FIELD_MILLIONTHS:
        return (struct dp_str){buf, dp_decimal_millionths(buf, field->value)};
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
