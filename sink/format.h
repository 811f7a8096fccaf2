/* A field's value as the text that Redis holds. Pure; any thread. */
#ifndef DP_FORMAT_H
#define DP_FORMAT_H

#include <stddef.h>

#include "aggregator/entry.h"
#include "common/decimal.h"
#include "common/str.h"

/* The field's text: in `buf` for numbers, the field's own bytes for text. */
struct dp_str dp_format_field(char buf[DP_DECIMAL_SIZE], const struct dp_field *field);

/* Room that dp_format_json needs for `len` bytes of text. */
#define DP_FORMAT_JSON_SIZE(len) ((len)*6 + 2)

/* `text` (UTF-8) as a JSON string with its quotes, at buf; returns its length. */
size_t dp_format_json(char *buf, struct dp_str text);

#endif
