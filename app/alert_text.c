#include "app/alert_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yyjson.h>

#include "common/memory.h"
#include "common/utf8.h"

bool dp_alert_get_text(yyjson_val *object, const char *name, char *buf, size_t size)
{
    yyjson_val *value = yyjson_obj_get(object, name);
    const char *text = value ? yyjson_get_str(value) : "";
    size_t len = value ? yyjson_get_len(value) : 0;
    if (!text || len >= size || strlen(text) != len)
        return false;
    memcpy(buf, text, len + 1);
    return true;
}

bool dp_alert_get_integer(yyjson_val *object, const char *name, int64_t *number)
{
    yyjson_val *value = yyjson_obj_get(object, name);
    if (!yyjson_is_int(value) || (yyjson_is_uint(value) && yyjson_get_uint(value) > INT64_MAX))
        return false;
    *number = yyjson_get_sint(value);
    return true;
}

char *dp_alert_write_json(yyjson_mut_doc *doc, bool pretty)
{
    char *text = yyjson_mut_write(doc, pretty ? YYJSON_WRITE_PRETTY : YYJSON_WRITE_NOFLAG, NULL);
    if (!text) { /* nothing but a lack of memory is left, which dp_xmalloc would say likewise */
        fputs("deskpulse: out of memory\n", stderr);
        exit(1);
    }
    return text;
}

/* Bytes of the character at `at`; 0: it is none, or one that controls. Those of C1 are two bytes,
 * U+0080 to U+009F. */
static size_t printable_character(struct dp_str text, size_t at)
{
    unsigned char lead = (unsigned char)text.p[at];
    if (lead < 0x80)
        return lead >= 0x20 && lead != 0x7f;
    size_t len = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    if (text.len - at < len || !dp_utf8_valid((struct dp_str){text.p + at, len}))
        return 0;
    return lead == 0xc2 && (unsigned char)text.p[at + 1] < 0xa0 ? 0 : len;
}

char *dp_alert_printable(struct dp_str text)
{
    char *result = dp_xmalloc(text.len * 4 + 1), *out = result; /* \x1b is four for one */
    for (size_t at = 0, len; at < text.len; at += len ? len : 1) {
        len = printable_character(text, at);
        memcpy(out, text.p + at, len);
        out += len;
        if (len)
            continue;
        if (text.p[at] == '\n')
            out += sprintf(out, "\\n");
        else if (text.p[at] == '\t')
            out += sprintf(out, "\\t");
        else
            out += sprintf(out, "\\x%02x", (unsigned char)text.p[at]);
    }
    *out = '\0';
    return result;
}
