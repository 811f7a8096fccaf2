/* Metrics as OpenMetrics 1.0 text, for Prometheus and what speaks like it:
 *
 *   dp_metrics_begin, dp_metrics_add ..., a family each; dp_metrics_end
 *
 * Names are those of families: of a counter without "_total", which its samples have. A unit is the
 * end of its family's name. Thread: one. */
#ifndef DP_METRICS_H
#define DP_METRICS_H

#include <stddef.h>

#include "app/durations.h"
#include "common/text.h"

#define DP_METRICS_CONTENT_TYPE "application/openmetrics-text; version=1.0.0; charset=utf-8"

enum dp_metrics_type {
    DP_METRICS_GAUGE,
    DP_METRICS_COUNTER,
    DP_METRICS_HISTOGRAM,
    DP_METRICS_INFO
};

struct dp_metrics_family {
    const char *name;
    enum dp_metrics_type type;
    const char *unit; /* "seconds", "bytes"; NULL: none */
    const char *help; /* one sentence */
};

struct dp_metrics_label {
    const char *name, *value; /* the value is UTF-8 */
};

/* The family's samples follow, and no other's before them. */
void dp_metrics_begin(struct dp_text *out, const struct dp_metrics_family *family);

/* A sample of a gauge, a counter or an info (which is 1). No two have the same labels. */
void dp_metrics_add(struct dp_text *out, const struct dp_metrics_family *family,
                    const struct dp_metrics_label *labels, size_t count, double value);

/* The samples of a histogram, in seconds. */
void dp_metrics_add_durations(struct dp_text *out, const struct dp_metrics_family *family,
                              const struct dp_durations *durations);

void dp_metrics_end(struct dp_text *out);

#endif
