/* All figures of one agent, team or queue: every window, and the calendar periods that today is
 * compared with. Read only while somebody looks, and once for all who do. Thread: the loop's. */
#ifndef DP_BOARD_DETAIL_H
#define DP_BOARD_DETAIL_H

#include <stdbool.h>
#include <stdint.h>

#include "aggregator/calendar.h"
#include "common/text.h"

#define DP_DETAIL_WINDOWS_MS INT64_C(2000)
#define DP_DETAIL_PERIODS_MS INT64_C(15000)

/* Today, the same day of the four weeks before, this and the last week and month. */
#define DP_DETAIL_LABELS 9

struct dp_detail {
    struct dp_text windows, periods;          /* objects in JSON, by label */
    struct dp_text coming;                    /* what is being read */
    int64_t windows_read_ms, periods_read_ms; /* when they were asked for; 0: never */
    int64_t wanted_until_ms;                  /* who looks on says so again and again */
    bool windows_changed, periods_changed;    /* since the last reading that was told */
    bool complete;                            /* both were read once */
};

struct dp_detail *dp_detail_create(void);
void dp_detail_destroy(struct dp_detail *detail); /* accepts NULL */

bool dp_detail_is_wanted(const struct dp_detail *detail, int64_t now_ms);

/* The labels of the periods, each once; returns how many there are. */
size_t dp_detail_labels(struct dp_calendar *calendar, int64_t now_ms,
                        char labels[DP_DETAIL_LABELS][DP_PERIOD_LABEL]);

/* {"windows":...,"periods":...}; `changes`: what has changed alone. */
void dp_detail_write(const struct dp_detail *detail, bool changes, struct dp_text *json);

#endif
