/* The four durations that have percentiles and a maximum, and which fact carries which. */
#ifndef DP_METRIC_H
#define DP_METRIC_H

#include "aggregator/fact.h"

enum dp_metric {
    DP_METRIC_RESPONSE,
    DP_METRIC_REPLY,
    DP_METRIC_HANDLE,
    DP_METRIC_RESOLVE,
    DP_METRICS /* also: a fact that carries none of them */
};

/* A table and no branches: facts of all kinds come mixed, so the processor would guess wrong. */
static inline enum dp_metric dp_metric_of(const struct dp_fact *fact)
{
    static const uint8_t below_none[2][DP_FACT_KINDS] = {
        {[DP_FACT_RESPONSE] = DP_METRICS - DP_METRIC_RESPONSE,
         [DP_FACT_REPLY] = DP_METRICS - DP_METRIC_REPLY,
         [DP_FACT_HANDLE] = DP_METRICS - DP_METRIC_HANDLE},
        {[DP_FACT_OUTCOME] = DP_METRICS - DP_METRIC_RESOLVE}}; /* DP_FACT_TIMED */
    return DP_METRICS - below_none[(fact->flags & DP_FACT_TIMED) != 0][fact->kind];
}

/* One bit for each pair of metric (DP_METRICS too) and channel: what a run of facts may hold. */
static inline uint32_t dp_metric_bit(enum dp_metric metric, enum dp_channel channel)
{
    return UINT32_C(1) << ((uint32_t)metric * DP_CHANNELS + (uint32_t)channel);
}

#define DP_METRIC_ANY UINT32_MAX

#endif
