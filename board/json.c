#include "board/json.h"

#include <inttypes.h>

#include "common/utf8.h"

/* Fields that are texts, even where they look like a number: a team may be called 7. */
static const char *const text_fields[] = {"state",  "state_reason", "team",   "band",
                                          "awards", "warnings",     "windows"};

/* How many bytes of UTF-8 the first character has; 0: it is none. */
static size_t character(const char *p, size_t len)
{
    for (size_t size = 2; size <= 4 && size <= len; size++)
        if (dp_utf8_valid((struct dp_str){p, size}))
            return size;
    return 0;
}

void dp_json_add_string(struct dp_text *json, struct dp_str text)
{
    size_t plain = 0, at = 0;
    dp_text_put(json, "\"");
    while (at < text.len) {
        unsigned char c = (unsigned char)text.p[at];
        size_t size = c < 0x80 ? 1 : character(text.p + at, text.len - at);
        if (size && c >= ' ' && c != '"' && c != '\\' && c != 0x7f) {
            at += size;
            continue;
        }
        dp_text_add(json, (struct dp_str){text.p + plain, at - plain});
        if (size)
            dp_text_printf(json, "\\u%04x", c);
        else
            dp_text_put(json, "\xef\xbf\xbd");
        plain = ++at;
    }
    dp_text_add(json, (struct dp_str){text.p + plain, at - plain});
    dp_text_put(json, "\"");
}

void dp_json_add_name(struct dp_text *json, struct dp_str name)
{
    if (json->len && json->p[json->len - 1] != '{' && json->p[json->len - 1] != '[')
        dp_text_put(json, ",");
    dp_json_add_string(json, name);
    dp_text_put(json, ":");
}

void dp_json_add_integer(struct dp_text *json, const char *name, int64_t number)
{
    dp_json_add_name(json, dp_str_from(name));
    dp_text_printf(json, "%" PRId64, number);
}

void dp_json_add_text(struct dp_text *json, const char *name, struct dp_str text)
{
    dp_json_add_name(json, dp_str_from(name));
    dp_json_add_string(json, text);
}

void dp_json_add_raw(struct dp_text *json, const char *name, struct dp_str raw)
{
    dp_json_add_name(json, dp_str_from(name));
    dp_text_add(json, raw.len ? raw : DP_STR("null"));
}

static size_t digits(struct dp_str text, size_t from)
{
    size_t at = from;
    while (at < text.len && text.p[at] >= '0' && text.p[at] <= '9')
        at++;
    return at - from;
}

/* As JSON has them, without an exponent. */
static bool is_number(struct dp_str text)
{
    size_t at = text.len && text.p[0] == '-' ? 1 : 0, whole = digits(text, at);
    if (whole == 0 || whole > 18 || (whole > 1 && text.p[at] == '0'))
        return false;
    at += whole;
    if (at == text.len)
        return true;
    size_t fraction = text.p[at] == '.' ? digits(text, at + 1) : 0;
    return fraction > 0 && at + 1 + fraction == text.len;
}

static bool is_list(struct dp_str text)
{
    for (size_t from = 0, at = 0; at <= text.len; at++)
        if (at == text.len || text.p[at] == ',') {
            if (!is_number((struct dp_str){text.p + from, at - from}))
                return false;
            from = at + 1;
        }
    return true;
}

static bool ends_with(struct dp_str text, struct dp_str end)
{
    return text.len >= end.len && memcmp(text.p + text.len - end.len, end.p, end.len) == 0;
}

void dp_json_add_field(struct dp_text *json, struct dp_str name, struct dp_str value)
{
    bool number = is_number(value);
    for (size_t i = 0; number && i < sizeof text_fields / sizeof *text_fields; i++)
        number = !dp_str_equal(name, dp_str_from(text_fields[i]));
    dp_json_add_name(json, name);
    if (ends_with(name, DP_STR("_counts")) && is_list(value)) {
        dp_text_put(json, "[");
        dp_text_add(json, value);
        dp_text_put(json, "]");
    } else if (number) {
        dp_text_add(json, value);
    } else {
        dp_json_add_string(json, value);
    }
}
