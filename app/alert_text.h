/* Texts of alerts: how long they may be, how they are read from JSON, and how they are shown.
 * Thread: any. */
#ifndef DP_ALERT_TEXT_H
#define DP_ALERT_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/str.h"

struct yyjson_val;
struct yyjson_mut_doc;

/* Bytes of UTF-8 with the end. */
#define DP_ALERT_BY   129 /* who did something */
#define DP_ALERT_NOTE 513 /* why */
#define DP_ALERT_GLOB 257

/* Reads a text of an object into `buf`; an absent one is "". False: it is no text, holds a zero
 * byte, or does not fit. */
bool dp_alert_get_text(struct yyjson_val *object, const char *name, char *buf, size_t size);

/* False, and *number untouched: it is absent, or no whole number of 64 bits. */
bool dp_alert_get_integer(struct yyjson_val *object, const char *name, int64_t *number);

/* The text of a document that is UTF-8 and has finite numbers, in one line, or in many for people.
 * To be freed with free(). */
char *dp_alert_write_json(struct yyjson_mut_doc *doc, bool pretty);

/* The text for a terminal: control characters, which could move its cursor, and bytes that are no
 * UTF-8 stand as \n, \t or \x1b. To be freed with free(). */
char *dp_alert_printable(struct dp_str text);

#endif
