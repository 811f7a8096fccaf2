/* The open periods of one scope: days, and what they are in - weeks, months ...
 *
 * A fact goes to its day alone. A day stays open, so that a correction reaches it, until its end is
 * `closed_ms` or before; then it is folded into the longer periods around it, and given back. So a
 * longer period is what was folded into it and the days of it that are still open
 * (dp_periods_view). What comes after a day is closed goes to those of the longer ones that are
 * open. Times in ms. Thread: one. Out of memory ends the process. */
#ifndef DP_PERIODS_H
#define DP_PERIODS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "aggregator/bundle.h"
#include "aggregator/calendar.h"
#include "aggregator/period.h"
#include "aggregator/period_view.h"

/* What is the same for all scopes. */
struct dp_period_rules {
    struct dp_calendar calendar;
    unsigned kinds; /* bit n: periods of kind n are kept; 0: none, not even days */
    int64_t closed_ms;
    struct dp_period_view view;
};

/* All zero: none. */
struct dp_periods {
    struct dp_period *items; /* in no order */
    uint32_t count, capacity;
    uint32_t recent[DP_PERIOD_KINDS]; /* the item found last, of each kind */
    bool changed; /* some item has changed since it was handed out, or will have */
};

void dp_periods_deinit(struct dp_periods *periods);

static inline bool dp_periods_empty(const struct dp_periods *periods)
{
    return !periods->count;
}

/* What goes to periods comes to them, or is taken out. */
void dp_periods_put(struct dp_periods *periods, struct dp_period_rules *rules,
                    const struct dp_bundle *bundle);

/* The time from `from_ms` to `to_ms` was spent in a state (`sign` +1), or was not after all (-1).
 */
void dp_periods_add_state(struct dp_periods *periods, struct dp_period_rules *rules, int sign,
                          enum dp_agent_state state, int64_t from_ms, int64_t to_ms);

/* The day around a moment and all that it is in are there, unless closed, and count as changed. */
void dp_periods_touch(struct dp_periods *periods, struct dp_period_rules *rules, int64_t time_ms);

/* True when there is a fact, something measured or time in a state in a period. */
bool dp_periods_hold(const struct dp_periods *periods, const struct dp_period *item);

/* Sums up a period in rules->view. */
void dp_periods_view(const struct dp_periods *periods, struct dp_period_rules *rules,
                     const struct dp_period *item);

/* Those that end after `from_ms` count as changed. */
void dp_periods_mark_changed(struct dp_periods *periods, int64_t from_ms);

/* One more item, to be filled in with one that is not there. */
struct dp_period *dp_periods_add(struct dp_periods *periods);

/* The end of the earliest of those over at `closed_ms` that are not handed out as they are;
 * INT64_MAX: there are none. */
int64_t dp_periods_untold_ms(const struct dp_periods *periods, int64_t closed_ms);

/* Gives back those that were over at `closed_ms`, days to the longer ones around them. */
void dp_periods_close(struct dp_periods *periods, int64_t closed_ms);

/* Gives back all. */
void dp_periods_clear(struct dp_periods *periods);

/* The memory that they hold, in bytes. */
size_t dp_periods_bytes(const struct dp_periods *periods);

#endif
