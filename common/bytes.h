/* Several bytes at a time. Loads only what is there; the order of bytes within a number is the
 * machine's. */
#ifndef DP_BYTES_H
#define DP_BYTES_H

#include <endian.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define DP_BYTES_EACH 0x0101010101010101u /* times a byte: eight of it */

static inline uint64_t dp_bytes_load8(const char *p)
{
    uint64_t word;
    memcpy(&word, p, sizeof word);
    return word;
}

/* With the first byte in the lowest bits on every machine. */
static inline uint64_t dp_bytes_load8_little(const char *p)
{
    return le64toh(dp_bytes_load8(p));
}

/* The first 8 bytes, those from `len` on taken for 0. All 8 must be readable. */
static inline uint64_t dp_bytes_head8(const char *p, size_t len)
{
    uint64_t word = dp_bytes_load8_little(p);
    return htole64(len < 8 ? word & ((UINT64_C(1) << 8 * len) - 1) : word);
}

/* 4 to 7 bytes as one number: two halves that may overlap, so that none of the eight bytes is made
 * up. */
static inline uint64_t dp_bytes_load4to7(const char *p, size_t len)
{
    uint32_t head, tail;
    memcpy(&head, p, sizeof head);
    memcpy(&tail, p + len - sizeof tail, sizeof tail);
    return (uint64_t)tail << 32 | head;
}

/* 1 to 3 bytes as one number: the first, the middle one, and the last five times over. */
static inline uint64_t dp_bytes_load1to3(const char *p, size_t len)
{
    uint64_t first = (unsigned char)p[0], middle = (unsigned char)p[len / 2];
    uint64_t last = (unsigned char)p[len - 1];
    return first | middle << 8 | (last * DP_BYTES_EACH) << 16;
}

/* The first 8 bytes as a number; fewer, if there are not so many. Texts of one length from 1 to 8
 * have the same number only if they are equal. `len` must be above 0. */
static inline uint64_t dp_bytes_load(const char *p, size_t len)
{
    return len >= 8   ? dp_bytes_load8(p)
           : len >= 4 ? dp_bytes_load4to7(p, len)
                      : dp_bytes_load1to3(p, len);
}

#endif
