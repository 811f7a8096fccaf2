#include "board/trend.h"

#include <inttypes.h>
#include <stdbool.h>

#include "common/memory.h"

struct dp_trend *dp_trend_create(size_t capacity)
{
    struct dp_trend *trend =
        dp_xcalloc(1, sizeof *trend + capacity * sizeof(struct dp_trend_point));
    trend->capacity = capacity;
    return trend;
}

void dp_trend_add(struct dp_trend *trend, struct dp_trend_point point)
{
    if (trend->count == trend->capacity) {
        trend->first = (trend->first + 1) % trend->capacity;
        trend->count--;
    }
    trend->points[(trend->first + trend->count++) % trend->capacity] = point;
}

static void write_point(const struct dp_trend_point *point, struct dp_text *json)
{
    dp_text_printf(json, "[%" PRId64 ",", point->at_ms);
    if (point->level == DP_TREND_ABSENT)
        dp_text_put(json, "null,");
    else
        dp_text_printf(json, "%d.%04d,", point->level / 10000, point->level % 10000);
    if (point->count == DP_TREND_ABSENT)
        dp_text_put(json, "null]");
    else
        dp_text_printf(json, "%d]", point->count);
}

void dp_trend_write(const struct dp_trend *trend, int64_t since_ms, struct dp_text *json)
{
    bool any = false;
    dp_text_put(json, "[");
    for (size_t i = 0; i < trend->count; i++) {
        const struct dp_trend_point *point = &trend->points[(trend->first + i) % trend->capacity];
        if (point->at_ms < since_ms)
            continue;
        if (any)
            dp_text_put(json, ",");
        any = true;
        write_point(point, json);
    }
    dp_text_put(json, "]");
}
