/* A field's value as the text that Redis holds. Pure; any thread. */
#ifndef DP_FORMAT_H
#define DP_FORMAT_H

#include <stddef.h>
#include <stdint.h>

#include "aggregator/entry.h"
#include "common/str.h"

/* Room for any number: a sign, 19 digits and a point, with some to spare. */
#define DP_FORMAT_SIZE 24

/* `value` in decimal, at buf (not NUL-terminated); returns its length. */
size_t dp_format_integer(char buf[DP_FORMAT_SIZE], int64_t value);

/* `millionths` as a fraction with six decimals: 800000 is "0.800000". Returns its length. */
size_t dp_format_millionths(char buf[DP_FORMAT_SIZE], int64_t millionths);

/* The field's text: in `buf` for numbers, the field's own bytes for text. */
struct dp_str dp_format_field(char buf[DP_FORMAT_SIZE], const struct dp_field *field);

/* Room that dp_format_json needs for `len` bytes of text. */
#define DP_FORMAT_JSON_SIZE(len) ((len)*6 + 2)

/* `text` (UTF-8) as a JSON string with its quotes, at buf; returns its length. */
size_t dp_format_json(char *buf, struct dp_str text);

#endif
