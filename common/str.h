/* A view of bytes owned by somebody else. Valid as long as its owner says; never NUL-terminated. */
#ifndef DP_STR_H
#define DP_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct dp_str {
    const char *p; /* NULL only when len is 0 and the value is absent */
    size_t len;
};

/* A view of a string literal. */
#define DP_STR(literal) ((struct dp_str){(literal), sizeof(literal) - 1})

static inline struct dp_str dp_str_from(const char *text)
{
    return (struct dp_str){text, text ? strlen(text) : 0};
}

static inline bool dp_str_equal(struct dp_str a, struct dp_str b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.p, b.p, a.len) == 0);
}

/* Order of the bytes as unsigned values; a prefix comes before what it is a prefix of. */
static inline int dp_str_compare(struct dp_str a, struct dp_str b)
{
    size_t shorter = a.len < b.len ? a.len : b.len;
    int order = shorter ? memcmp(a.p, b.p, shorter) : 0;
    return order ? order : (a.len > b.len) - (a.len < b.len);
}

#endif
