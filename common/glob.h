/* Patterns for names: * stands for any text, also none, ? for one character of UTF-8, anything else
 * for itself. Upper and lower case differ. Thread: any. */
#ifndef DP_GLOB_H
#define DP_GLOB_H

#include <stdbool.h>

#include "common/str.h"

/* Whether the pattern stands for all of `text`. Time: the product of their lengths at most. */
bool dp_glob_matches(struct dp_str pattern, struct dp_str text);

#endif
