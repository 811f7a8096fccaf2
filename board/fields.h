/* What is read of each scope all the time: a few fields of a few hashes. The rest is read only of
 * what somebody looks at (detail.h). */
#ifndef DP_BOARD_FIELDS_H
#define DP_BOARD_FIELDS_H

#include <stddef.h>

#include "aggregator/entry.h"

enum dp_part {
    DP_PART_NOW,    /* the gauges */
    DP_PART_WINDOW, /* the window that is shown of such scopes */
    DP_PART_DAY,    /* today */
    DP_PART_MONTH,  /* this month: agents alone */
    DP_PARTS
};
extern const char *const dp_part_names[DP_PARTS];

#define DP_FIELDS_MAX 24

/* The fields of a part of such a scope; NULL-terminated; NULL: it has no such part. */
const char *const *dp_fields_of(enum dp_scope_kind kind, enum dp_part part);

#endif
