#include "ingest/identifier.h"

#include "common/bytes.h"

/* Not 0 if one of eight bytes is forbidden, or is none of ASCII and must be looked at by itself. */
static inline uint64_t suspicious(uint64_t word)
{
    /* Each term sets a byte's top bit where it finds something; bytes of ASCII carry no further. */
    uint64_t control = word - DP_BYTES_EACH * 0x20;                          /* below 0x20 */
    uint64_t right = (word | DP_BYTES_EACH * 0x02) + DP_BYTES_EACH;          /* 0x7d } and 0x7f */
    uint64_t left = (word | DP_BYTES_EACH * 0x04) + DP_BYTES_EACH;           /* 0x7b { and 0x7f */
    uint64_t no_colon = (word ^ DP_BYTES_EACH * ':') + DP_BYTES_EACH * 0x7f; /* all but 0x3a */
    return (word | control | right | left | ~no_colon) & DP_BYTES_EACH * 0x80;
}

static bool valid_bytewise(struct dp_str text)
{
    unsigned char before = 0;
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.p[i];
        if (c < 0x20 || c == 0x7f || c == '{' || c == '}' || c == ':')
            return false;
        if (before == 0xc2 && c < 0xa0) /* U+0080 to 009F are C2 80 to C2 9F */
            return false;
        before = c;
    }
    return true;
}

bool dp_identifier_valid(struct dp_str text)
{
    if (text.len == 0 || text.len > DP_IDENTIFIER_MAX)
        return false;
    uint64_t found;
    if (text.len >= 8) {
        found = suspicious(dp_bytes_load8(text.p + text.len - 8));
        for (size_t i = 0; i + 8 < text.len; i += 8)
            found |= suspicious(dp_bytes_load8(text.p + i));
    } else {
        found = suspicious(dp_bytes_load(text.p, text.len));
    }
    return !found || valid_bytewise(text);
}
