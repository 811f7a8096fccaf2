/* Numbers of as few bytes as they need: 7 bits a byte, the lowest first, the highest bit set in all
 * but the last. Pure; any thread. */
#ifndef DP_VARINT_H
#define DP_VARINT_H

#include <stdint.h>

#define DP_VARINT_MAX 10 /* bytes */

/* Both return what follows the number. */
static inline char *dp_varint_put(char *at, uint64_t number)
{
    for (; number >= 0x80; number >>= 7)
        *at++ = (char)(number | 0x80);
    *at++ = (char)number;
    return at;
}

/* Of bytes that dp_varint_put has written. */
static inline const char *dp_varint_get(const char *at, uint64_t *number)
{
    unsigned shift = 0;
    unsigned char byte;
    *number = 0;
    do {
        byte = (unsigned char)*at++;
        *number |= (uint64_t)(byte & 0x7f) << shift;
        shift += 7;
    } while (byte & 0x80);
    return at;
}

/* Numbers of either sign, those near 0 being small. */
static inline uint64_t dp_varint_fold(int64_t number)
{
    return (uint64_t)number << 1 ^ (0 - ((uint64_t)number >> 63));
}

static inline int64_t dp_varint_unfold(uint64_t folded)
{
    return (int64_t)(folded >> 1 ^ (0 - (folded & 1)));
}

#endif
