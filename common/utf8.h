/* Text encoding. Thread: any. */
#ifndef DP_UTF8_H
#define DP_UTF8_H

#include <stdbool.h>

#include "common/str.h"

/* Well-formed UTF-8 (RFC 3629: no surrogates, no overlong forms, nothing above U+10FFFF). */
bool dp_utf8_valid(struct dp_str text);

#endif
