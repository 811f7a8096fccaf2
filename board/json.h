/* Pieces of JSON, put behind one another in a text. What Redis has may be anything: what comes out
 * here is JSON whatever it was. Thread: any. */
#ifndef DP_BOARD_JSON_H
#define DP_BOARD_JSON_H

#include <stdint.h>

#include "common/text.h"

/* A string in quotes. Bytes that are no UTF-8 become U+FFFD. */
void dp_json_add_string(struct dp_text *json, struct dp_str text);

/* `"name":`, with a comma before it unless an object or an array begins there. */
void dp_json_add_name(struct dp_text *json, struct dp_str name);

void dp_json_add_integer(struct dp_text *json, const char *name, int64_t number);
void dp_json_add_text(struct dp_text *json, const char *name, struct dp_str text);

/* JSON as it is; "" is null. */
void dp_json_add_raw(struct dp_text *json, const char *name, struct dp_str raw);

/* A field of a hash as Redis has it: numbers as numbers, counts by class as arrays, names and
 * whatever else it may be as strings. */
void dp_json_add_field(struct dp_text *json, struct dp_str name, struct dp_str value);

#endif
