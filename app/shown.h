/* What the figures in Redis stand for: T and positions. None that are older may be shown after
 * them. As a text: "T TOPIC/PARTITION=NEXT:MARK ...". */
#ifndef DP_SHOWN_H
#define DP_SHOWN_H

#include <stdint.h>

#include "common/str.h"
#include "ingest/position.h"

struct dp_shown {
    int64_t t_ms; /* INT64_MIN: there are no figures */
    struct dp_positions positions;
};

/* The text; to be freed with free(). */
char *dp_shown_format(int64_t t_ms, const struct dp_positions *positions);

/* Reads such a text; any other means that there are no figures. */
void dp_shown_parse(struct dp_shown *shown, struct dp_str text);

#endif
