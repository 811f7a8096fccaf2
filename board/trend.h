/* What a queue or an agent was like in the last hours, as the board has seen it since it started,
 * for Redis keeps no past. Thread: one. */
#ifndef DP_BOARD_TREND_H
#define DP_BOARD_TREND_H

#include <stdint.h>

#include "common/text.h"

#define DP_TREND_ABSENT (-1)

/* A point a minute of a queue, one in five of an agent; but the first ones, of ten minutes, come
 * six times as often, so that there is something to see soon. Twelve hours are kept at least. */
#define DP_TREND_STEP_MS       INT64_C(60000)
#define DP_TREND_EARLY_STEP_MS INT64_C(10000)
#define DP_TREND_EARLY_STEPS   60u
#define DP_TREND_POINTS        (DP_TREND_EARLY_STEPS + 720u)
#define DP_TREND_AGENT_STEPS   5u

struct dp_trend_point {
    int64_t at_ms;
    int32_t level; /* service level in ten-thousandths; DP_TREND_ABSENT */
    int32_t count; /* contacts that wait; of an agent: that were handled; DP_TREND_ABSENT */
};

struct dp_trend {
    size_t first, count, capacity;
    struct dp_trend_point points[];
};

/* To be freed with free(). */
struct dp_trend *dp_trend_create(size_t capacity);

/* Adds a point in place of the oldest one where there is no room. */
void dp_trend_add(struct dp_trend *trend, struct dp_trend_point point);

/* The points from then on as an array of [at_ms, level from 0 to 1, count]; null: absent. */
void dp_trend_write(const struct dp_trend *trend, int64_t since_ms, struct dp_text *json);

#endif
