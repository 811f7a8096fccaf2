#include "common/glob.h"

/* Where the character after that at `at` begins. */
static size_t next_character(struct dp_str text, size_t at)
{
    do
        at++;
    while (at < text.len && (text.p[at] & 0xc0) == 0x80);
    return at;
}

bool dp_glob_matches(struct dp_str pattern, struct dp_str text)
{
    size_t p = 0, t = 0;
    bool starred = false;
    size_t star = 0, star_end = 0; /* the latest *, and the end of what it stands for so far: an
                                    * earlier one need not be thought of again */
    while (t < text.len) {
        if (p < pattern.len && pattern.p[p] == '*') {
            starred = true;
            star = p++;
            star_end = t;
        } else if (p < pattern.len && pattern.p[p] == '?') {
            p++;
            t = next_character(text, t);
        } else if (p < pattern.len && pattern.p[p] == text.p[t]) {
            p++;
            t++;
        } else if (starred) {
            star_end = next_character(text, star_end);
            p = star + 1;
            t = star_end;
        } else {
            return false;
        }
    }
    while (p < pattern.len && pattern.p[p] == '*')
        p++;
    return p == pattern.len;
}
