/* What `deskpulse run` tells a monitoring system, as OpenMetrics text (docs/metrics.md). Reads what
 * the parts of the run know already; nothing is asked of Kafka or Redis for it. Thread: the loop's.
 */
#ifndef DP_RUN_METRICS_H
#define DP_RUN_METRICS_H

#include "app/duty.h"
#include "common/text.h"

void dp_run_metrics(const struct dp_run *run, struct dp_text *out);

#endif
