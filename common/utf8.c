#include "common/utf8.h"

bool dp_utf8_valid(struct dp_str text)
{
    const unsigned char *p = (const unsigned char *)text.p;
    size_t i = 0;
    while (i < text.len) {
        unsigned char lead = p[i++];
        if (lead < 0x80)
            continue;
        size_t more = lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : 1;
        if (lead < 0xc2 || lead > 0xf4 || text.len - i < more)
            return false;
        /* The range of the second byte keeps out overlong forms, surrogates and what lies above. */
        unsigned char low = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
        unsigned char high = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
        if (p[i] < low || p[i] > high)
            return false;
        for (i++; --more; i++)
            if ((p[i] & 0xc0) != 0x80)
                return false;
    }
    return true;
}
