#include "sink/hash_image.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "common/memory.h"
#include "sink/crc64.h"

/* An image: a type, the length of the listpack, the listpack, RDB's version, CRC-64 of all that.
 * The length comes last but stands first, so there is room for its longest form. */
#define TYPE_HASH_LISTPACK 16
#define RDB_VERSION        10
#define PREFIX             6 /* type and length */
#define HEADER             6 /* of the listpack: its bytes, its elements */
#define TRAILER            10
#define ELEMENTS_UNKNOWN   65535
#define INTEGER_MAX        9 /* an element's bytes before its text, and its length behind */
#define LENGTH_MAX         5

static unsigned char *reserve(struct dp_hash_image *image, size_t size)
{
    if (image->capacity - image->len < size) {
        image->capacity = (image->len + size) * 2;
        image->buf = dp_xrealloc(image->buf, image->capacity);
    }
    return image->buf + image->len;
}

static void put_little(unsigned char *out, uint64_t value, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++, value >>= 8)
        out[i] = (unsigned char)value;
}

/* Elements: what it is, its bytes, and the length of these, which is read from behind -----------*/

static void end_element(struct dp_hash_image *image, unsigned char *out, size_t len)
{
    unsigned char *end = out + len;
    size_t bytes = len <= 127 ? 1 : len < 16383 ? 2 : len < 2097151 ? 3 : len < 268435455 ? 4 : 5;
    for (size_t i = bytes; i-- > 0; len >>= 7)
        end[i] = (unsigned char)((len & 127) | (i ? 128 : 0));
    image->len = (size_t)(end - image->buf) + bytes;
    image->elements++;
}

void dp_hash_image_add(struct dp_hash_image *image, struct dp_str text)
{
    unsigned char *out = reserve(image, text.len + INTEGER_MAX + LENGTH_MAX);
    size_t head = 1;
    if (text.len < 64) {
        out[0] = (unsigned char)(0x80 | text.len);
    } else if (text.len < 4096) {
        out[0] = (unsigned char)(0xe0 | text.len >> 8);
        out[1] = (unsigned char)text.len;
        head = 2;
    } else {
        out[0] = 0xf0;
        put_little(out + 1, text.len, 4);
        head = 5;
    }
    if (text.len)
        memcpy(out + head, text.p, text.len);
    end_element(image, out, head + text.len);
}

static bool fits(int64_t value, unsigned bytes)
{
    int64_t above = value >> (8 * bytes - 1);
    return above == 0 || above == -1;
}

void dp_hash_image_add_integer(struct dp_hash_image *image, int64_t value)
{
    static const unsigned char codes[] = {0xf1, 0xf2, 0xf3, 0xf4}, widths[] = {2, 3, 4, 8};
    unsigned char *out = reserve(image, INTEGER_MAX + LENGTH_MAX);
    if (value >= 0 && value < 128) {
        out[0] = (unsigned char)value;
        end_element(image, out, 1);
        return;
    }
    if (value >= -4096 && value < 4096) {
        out[0] = (unsigned char)(0xc0 | ((uint64_t)value >> 8 & 0x1f));
        out[1] = (unsigned char)value;
        end_element(image, out, 2);
        return;
    }
    size_t i = 0;
    while (!fits(value, widths[i]))
        i++;
    out[0] = codes[i];
    put_little(out + 1, (uint64_t)value, widths[i]);
    end_element(image, out, 1u + widths[i]);
}

/* The whole -------------------------------------------------------------------------------------*/

void dp_hash_image_deinit(struct dp_hash_image *image)
{
    free(image->buf);
    *image = (struct dp_hash_image){0};
}

void dp_hash_image_begin(struct dp_hash_image *image)
{
    image->len = image->elements = 0;
    reserve(image, PREFIX + HEADER);
    image->len = PREFIX + HEADER;
}

struct dp_str dp_hash_image_end(struct dp_hash_image *image)
{
    unsigned char *end = reserve(image, 1 + TRAILER), *listpack = image->buf + PREFIX, *start;
    *end++ = 0xff;
    size_t bytes = (size_t)(end - listpack);
    put_little(listpack, bytes, 4);
    put_little(listpack + 4,
               image->elements < ELEMENTS_UNKNOWN ? image->elements : ELEMENTS_UNKNOWN, 2);
    if (bytes < 64) {
        start = listpack - 2;
        start[1] = (unsigned char)bytes;
    } else if (bytes < 16384) {
        start = listpack - 3;
        start[1] = (unsigned char)(0x40 | bytes >> 8);
        start[2] = (unsigned char)bytes;
    } else {
        start = listpack - PREFIX;
        start[1] = 0x80;
        for (int i = 0; i < 4; i++)
            start[2 + i] = (unsigned char)(bytes >> (24 - 8 * i));
    }
    start[0] = TYPE_HASH_LISTPACK;
    put_little(end, RDB_VERSION, 2);
    put_little(end + 2, dp_crc64(start, (size_t)(end + 2 - start)), 8);
    return (struct dp_str){(char *)start, (size_t)(end + TRAILER - start)};
}
