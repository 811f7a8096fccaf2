/* The sliding windows of one scope (an agent, a team, a queue or all), all lengths and channels at
 * once.
 *
 * A window of length W as of time T holds the facts with T - W < fact time <= T; T is a whole
 * second. One time-ordered store keeps the facts; each fact is counted in one segment only (the
 * ages between two neighbouring window lengths), a window being the sum of its segments. So the
 * cost of a fact does not depend on the number or the length of the windows, and a correction costs
 * what a fact does.
 *
 * Facts later than T wait in the store and count once T has reached them. Nothing here reads a
 * clock. Thread: one. Out of memory ends the process (dp_xmalloc). */
#ifndef DP_WINDOWS_H
#define DP_WINDOWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "aggregator/fact.h"
#include "aggregator/figures.h"
#include "aggregator/totals.h"

#define DP_WINDOWS_MAX 16

/* Percentiles of so many values of a metric in a window are exact. */
#define DP_WINDOWS_EXACT 256

/* The lengths, the same for all scopes: ascending, whole seconds, 1 s to 7 days, no two alike. */
struct dp_window_plan {
    size_t count;
    int64_t length_ms[DP_WINDOWS_MAX];
};

struct dp_windows;

/* `plan` must outlive it. An empty one takes some hundred bytes at most. */
struct dp_windows *dp_windows_create(const struct dp_window_plan *plan);
void dp_windows_destroy(struct dp_windows *windows); /* accepts NULL */

/* Puts a fact in. A fact that no window can ever hold again (older than T less the longest length)
 * is dropped: it is in no window by definition. */
void dp_windows_put(struct dp_windows *windows, const struct dp_fact *fact);

/* Takes out a fact that was put in before; DP_FACT_IN_TARGET is not compared, the one kept with the
 * stored fact counts. One that has left the longest window is gone already: no error. */
void dp_windows_take(struct dp_windows *windows, const struct dp_fact *fact);

/* Moves T forward to t_ms (whole seconds; an earlier one than before changes nothing). Amortized
 * cost a fact: constant. Facts older than t_ms less the longest length are given back. */
void dp_windows_advance(struct dp_windows *windows, int64_t t_ms);

/* Gives back facts that no window as of `t_ms` or later can hold, without moving T (replay, where T
 * is known only at the end). Amortized constant a fact. */
void dp_windows_trim(struct dp_windows *windows, int64_t t_ms);

/* The earliest whole second after T at which some window changes though nothing arrives: a fact
 * leaves one, or a waiting fact comes in. INT64_MAX when there is none. */
int64_t dp_windows_next_change(const struct dp_windows *windows);

/* Bit w set: the figures of window w may differ from those at the last dp_windows_clear_changed.
 * `channel` DP_CHANNEL_NONE asks for the windows over all channels together. */
uint32_t dp_windows_changed(const struct dp_windows *windows, enum dp_channel channel);

/* The windows of these bits count as handed out, in all channels. */
void dp_windows_clear_changed(struct dp_windows *windows, uint32_t bits);

/* Marks every window of every channel that has ever held a fact as changed. */
void dp_windows_mark_changed(struct dp_windows *windows);

/* Marks every window of every channel as changed, now and whenever dp_windows_mark_changed is
 * called: it is not known which held facts before. */
void dp_windows_mark_unknown(struct dp_windows *windows);

/* True when no fact is kept at all. */
bool dp_windows_empty(const struct dp_windows *windows);

/* The facts in one window, as of T; 0 means that the window has no figures and no key. */
int64_t dp_windows_count(const struct dp_windows *windows, enum dp_channel channel, size_t window);

/* All figures of one window as of T, but for those of times in states, and the totals that they are
 * made of. DP_CHANNEL_NONE: all channels together
 * (facts without a channel included). Percentiles: the value at rank ceil(p/100*n), exact where the
 * window holds few values, else within 1 %. Not const: a maximum may be found anew and kept. */
void dp_windows_figures(struct dp_windows *windows, enum dp_channel channel, size_t window,
                        struct dp_totals *totals, struct dp_figures *figures);

/* The memory that it holds, in bytes, more or less: what charts need is left out. Looks at every
 * chunk. */
size_t dp_windows_bytes(const struct dp_windows *windows);

#endif
