#include "board/detail.h"

#include <stdlib.h>

#include "board/json.h"
#include "common/memory.h"

#define DAY_MS INT64_C(86400000)

struct dp_detail *dp_detail_create(void)
{
    return dp_xcalloc(1, sizeof(struct dp_detail));
}

void dp_detail_destroy(struct dp_detail *detail)
{
    if (!detail)
        return;
    dp_text_deinit(&detail->windows);
    dp_text_deinit(&detail->periods);
    dp_text_deinit(&detail->coming);
    free(detail);
}

bool dp_detail_is_wanted(const struct dp_detail *detail, int64_t now_ms)
{
    return detail && now_ms < detail->wanted_until_ms;
}

size_t dp_detail_labels(struct dp_calendar *calendar, int64_t now_ms,
                        char labels[DP_DETAIL_LABELS][DP_PERIOD_LABEL])
{
    static const enum dp_period_kind longer[] = {DP_PERIOD_WEEK, DP_PERIOD_MONTH};
    struct dp_span day = dp_calendar_span(calendar, DP_PERIOD_DAY, now_ms);
    int64_t noon = day.from_ms + DAY_MS / 2; /* in the same day whatever the clocks are set to */
    size_t count = 0;
    for (int week = 0; week <= 4; week++) {
        day = dp_calendar_span(calendar, DP_PERIOD_DAY, noon - 7 * week * DAY_MS);
        dp_calendar_label(DP_PERIOD_DAY, day.from_ms, labels[count++]);
    }
    for (size_t i = 0; i < 2; i++) {
        struct dp_span span = dp_calendar_span(calendar, longer[i], now_ms);
        dp_calendar_label(longer[i], span.from_ms, labels[count++]);
        span = dp_calendar_span(calendar, longer[i], span.from_ms - 1);
        dp_calendar_label(longer[i], span.from_ms, labels[count++]);
    }
    return count;
}

void dp_detail_write(const struct dp_detail *detail, bool changes, struct dp_text *json)
{
    dp_text_put(json, "{");
    if (!changes || detail->windows_changed)
        dp_json_add_raw(json, "windows", dp_text_str(&detail->windows));
    if (!changes || detail->periods_changed)
        dp_json_add_raw(json, "periods", dp_text_str(&detail->periods));
    dp_text_put(json, "}");
}
