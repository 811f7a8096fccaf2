#include "aggregator/windows.h"

#include <stdlib.h>

#include "aggregator/chart.h"
#include "aggregator/metric.h"
#include "aggregator/percentile.h"
#include "aggregator/timeline.h"
#include "aggregator/totals.h"
#include "common/memory.h"

/* T before the first advance: so long ago that every fact waits and no length reaches below it. */
#define NEVER (INT64_MIN / 2)

/* A window with at most so many values of a metric finds its percentiles and maximum by gathering
 * the values from the timeline; with more, in a chart of the metric. The choice hangs on the
 * window's contents alone, so it is the same however they came about. Charts are made by the first
 * window that asks, kept up from then on, and given back when the scope is down to a quarter of
 * GATHER_MAX. */
#define GATHER_MAX DP_WINDOWS_EXACT

/* The window lengths cut the ages of facts into segments: segment 0 holds the ages from 0 up to,
 * not including, the first length, segment 1 those from there up to the second, and so on. Window w
 * is the sum of segments 0 to w. Facts that wait or are gone are in segment plan->count: none. */
struct dp_windows {
    const struct dp_window_plan *plan;
    int64_t now_ms; /* T */
    struct dp_timeline timeline;
    struct dp_chart *charts[DP_METRICS]; /* NULL while not needed */
    uint32_t changed[DP_CHANNELS];       /* a bit a window */
    bool seen[DP_CHANNELS];              /* the channel has held a fact in a window */
    /* [segment]: T when the next fact comes into it, INT64_MAX: none, and where that fact probably
     * is; so that what moves costs, and not that time does. */
    int64_t *due_ms;
    struct dp_timeline_place *next;
    struct dp_totals *totals[]; /* [cell(channel, segment)]; NULL where there is no fact */
};

static size_t cell(const struct dp_windows *windows, size_t channel, size_t segment)
{
    return channel * windows->plan->count + segment;
}

/* The age at which facts come into a segment; that of plan->count is the longest length. */
static int64_t edge(const struct dp_windows *windows, size_t segment)
{
    return segment ? windows->plan->length_ms[segment - 1] : 0;
}

static int64_t longest(const struct dp_windows *windows)
{
    return edge(windows, windows->plan->count);
}

/* The segment of a fact as of t_ms. */
static size_t segment_at(const struct dp_windows *windows, int64_t t_ms, int64_t time_ms)
{
    const struct dp_window_plan *plan = windows->plan;
    int64_t age = t_ms - time_ms;
    if (age < 0)
        return plan->count;
    size_t segment = 0;
    while (segment < plan->count && age >= plan->length_ms[segment])
        segment++;
    return segment;
}

/* The windows that hold a segment. */
static uint32_t windows_with(const struct dp_windows *windows, size_t segment)
{
    uint32_t all = (UINT32_C(1) << windows->plan->count) - 1;
    return all >> segment << segment;
}

/* A fact that has come into `came_into`, or waits, is there. */
static void expect(struct dp_windows *windows, int64_t time_ms, size_t came_into)
{
    size_t first = came_into < windows->plan->count ? came_into + 1 : 0;
    for (size_t segment = first; segment < windows->plan->count; segment++) {
        int64_t due_ms = time_ms + edge(windows, segment);
        if (due_ms >= windows->due_ms[segment])
            return; /* the later segments expect earlier ones still */
        windows->due_ms[segment] = due_ms;
    }
}

/* A fact, or all up to a time, is not there any more. */
static void expect_again(struct dp_windows *windows, int64_t from_ms, int64_t to_ms)
{
    for (size_t segment = 0; segment < windows->plan->count; segment++) {
        int64_t edge_ms = edge(windows, segment), due_ms = windows->due_ms[segment];
        if (due_ms == INT64_MAX || due_ms - edge_ms < from_ms || due_ms - edge_ms > to_ms)
            continue;
        int64_t next_ms = dp_timeline_next_ms(&windows->timeline, windows->now_ms - edge_ms);
        windows->due_ms[segment] = next_ms == INT64_MAX ? next_ms : next_ms + edge_ms;
    }
}

static void destroy_chart(struct dp_windows *windows, enum dp_metric metric)
{
    dp_chart_destroy(windows->charts[metric]);
    windows->charts[metric] = NULL;
}

/* The totals of a cell, made when they are not there. */
static struct dp_totals *totals_of(struct dp_windows *windows, size_t channel, size_t segment)
{
    struct dp_totals **totals = &windows->totals[cell(windows, channel, segment)];
    if (!*totals)
        *totals = dp_xcalloc(1, sizeof **totals);
    return *totals;
}

static void drop_if_empty(struct dp_windows *windows, size_t channel, size_t segment)
{
    struct dp_totals **totals = &windows->totals[cell(windows, channel, segment)];
    if ((*totals)->counts[DP_COUNT_FACTS])
        return;
    free(*totals);
    *totals = NULL;
}

/* Every change of a window is this: a fact goes from one segment to another. */
static void move(struct dp_windows *windows, const struct dp_fact *fact, size_t from, size_t to)
{
    size_t none = windows->plan->count, channel = fact->channel;
    if (from == to)
        return;
    if (from == none) {
        dp_totals_put(totals_of(windows, channel, to), fact);
    } else if (to == none) {
        dp_totals_take(totals_of(windows, channel, from), fact);
    } else {
        struct dp_totals *out_of = totals_of(windows, channel, from);
        dp_totals_move(out_of, totals_of(windows, channel, to), fact);
    }
    if (from != none)
        drop_if_empty(windows, channel, from);
    enum dp_metric metric = dp_metric_of(fact);
    if (metric < DP_METRICS && windows->charts[metric]) {
        dp_chart_move(windows->charts[metric], fact, from, to);
        if (dp_chart_count(windows->charts[metric]) < GATHER_MAX / 4)
            destroy_chart(windows, metric);
    }
    windows->changed[channel] |= windows_with(windows, from) ^ windows_with(windows, to);
    windows->seen[channel] = true;
}

/* Gives back the facts with time <= until_ms. */
static void forget(struct dp_windows *windows, int64_t until_ms)
{
    if (dp_timeline_first_ms(&windows->timeline) > until_ms)
        return;
    struct dp_timeline_walk walk =
        dp_timeline_walk(&windows->timeline, INT64_MIN, until_ms, DP_METRIC_ANY);
    for (struct dp_fact fact; dp_timeline_walk_next(&walk, &fact);)
        move(windows, &fact, segment_at(windows, windows->now_ms, fact.time_ms),
             windows->plan->count);
    dp_timeline_drop(&windows->timeline, until_ms);
    expect_again(windows, INT64_MIN, until_ms);
    for (enum dp_metric metric = 0; metric < DP_METRICS; metric++)
        if (windows->charts[metric])
            dp_chart_drop(windows->charts[metric], until_ms);
}

/* The bytes of a struct dp_windows with its arrays. */
static size_t size_for(const struct dp_window_plan *plan)
{
    const struct dp_windows *windows;
    size_t cells = DP_CHANNELS * plan->count;
    return sizeof *windows + cells * sizeof *windows->totals +
           plan->count * (sizeof *windows->due_ms + sizeof *windows->next);
}

struct dp_windows *dp_windows_create(const struct dp_window_plan *plan)
{
    size_t cells = DP_CHANNELS * plan->count;
    struct dp_windows *windows = dp_xcalloc(1, size_for(plan));
    windows->plan = plan;
    windows->now_ms = NEVER;
    windows->due_ms = (int64_t *)(void *)&windows->totals[cells];
    windows->next = (struct dp_timeline_place *)(void *)&windows->due_ms[plan->count];
    for (size_t segment = 0; segment < plan->count; segment++)
        windows->due_ms[segment] = INT64_MAX;
    return windows;
}

void dp_windows_destroy(struct dp_windows *windows)
{
    if (!windows)
        return;
    for (enum dp_metric metric = 0; metric < DP_METRICS; metric++)
        destroy_chart(windows, metric);
    for (size_t i = 0; i < cell(windows, DP_CHANNELS, 0); i++)
        free(windows->totals[i]);
    dp_timeline_deinit(&windows->timeline);
    free(windows);
}

void dp_windows_put(struct dp_windows *windows, const struct dp_fact *fact)
{
    if (fact->time_ms <= windows->now_ms - longest(windows))
        return;
    size_t segment = segment_at(windows, windows->now_ms, fact->time_ms);
    dp_timeline_put(&windows->timeline, fact);
    move(windows, fact, windows->plan->count, segment);
    expect(windows, fact->time_ms, segment);
}

void dp_windows_take(struct dp_windows *windows, const struct dp_fact *fact)
{
    struct dp_fact taken;
    if (!dp_timeline_take(&windows->timeline, fact, &taken))
        return;
    move(windows, &taken, segment_at(windows, windows->now_ms, taken.time_ms),
         windows->plan->count);
    expect_again(windows, taken.time_ms, taken.time_ms);
}

/* The facts that come into a segment when T becomes t_ms and those of all older segments are there
 * already. */
static void fill(struct dp_windows *windows, size_t segment, int64_t t_ms)
{
    int64_t edge_ms = edge(windows, segment), until_ms = t_ms - edge_ms;
    int64_t older_ms = t_ms - edge(windows, segment + 1), was_ms = windows->now_ms - edge_ms;
    int64_t first_ms = windows->due_ms[segment] - edge_ms;
    /* Where the next fact has come by this segment to an older one, the first is to be searched. */
    struct dp_timeline_walk walk = dp_timeline_walk_from(
        &windows->timeline, windows->next[segment], was_ms > older_ms ? was_ms : older_ms,
        first_ms > older_ms ? first_ms : INT64_MIN, until_ms);
    for (struct dp_fact fact; dp_timeline_walk_next(&walk, &fact);)
        move(windows, &fact, segment_at(windows, windows->now_ms, fact.time_ms), segment);
    int64_t next_ms = dp_timeline_walk_beyond_ms(&walk);
    windows->due_ms[segment] = next_ms == INT64_MAX ? next_ms : next_ms + edge_ms;
    windows->next[segment] = dp_timeline_walk_place(&walk);
}

void dp_windows_advance(struct dp_windows *windows, int64_t t_ms)
{
    if (t_ms <= windows->now_ms)
        return;
    forget(windows, t_ms - longest(windows));
    /* From old to young: a fact that comes through several segments at once is moved only once. */
    for (size_t segment = windows->plan->count; segment-- > 0;)
        if (windows->due_ms[segment] <= t_ms)
            fill(windows, segment, t_ms);
    windows->now_ms = t_ms;
}

void dp_windows_trim(struct dp_windows *windows, int64_t t_ms)
{
    if (t_ms > NEVER) /* what is carried over may come before T is known */
        forget(windows, t_ms - longest(windows));
}

int64_t dp_windows_next_change(const struct dp_windows *windows)
{
    int64_t first_ms = dp_timeline_first_ms(&windows->timeline), next_ms = INT64_MAX;
    if (first_ms != INT64_MAX)
        next_ms = first_ms + longest(windows);
    for (size_t segment = 0; segment < windows->plan->count; segment++)
        if (windows->due_ms[segment] < next_ms)
            next_ms = windows->due_ms[segment];
    if (next_ms == INT64_MAX)
        return next_ms;
    int64_t beyond = next_ms % 1000; /* below 0 before 1970 */
    return next_ms - beyond + (beyond > 0 ? 1000 : 0);
}

uint32_t dp_windows_changed(const struct dp_windows *windows, enum dp_channel channel)
{
    uint32_t changed = windows->changed[channel];
    if (channel == DP_CHANNEL_NONE)
        for (size_t each = 1; each < DP_CHANNELS; each++)
            changed |= windows->changed[each];
    return changed;
}

void dp_windows_clear_changed(struct dp_windows *windows, uint32_t bits)
{
    for (size_t channel = 0; channel < DP_CHANNELS; channel++)
        windows->changed[channel] &= ~bits;
}

void dp_windows_mark_changed(struct dp_windows *windows)
{
    for (size_t channel = 0; channel < DP_CHANNELS; channel++)
        if (windows->seen[channel])
            windows->changed[channel] = windows_with(windows, 0);
}

void dp_windows_mark_unknown(struct dp_windows *windows)
{
    for (size_t channel = 0; channel < DP_CHANNELS; channel++)
        windows->seen[channel] = true;
    dp_windows_mark_changed(windows);
}

bool dp_windows_empty(const struct dp_windows *windows)
{
    return dp_timeline_empty(&windows->timeline);
}

/* The channels [from, to) that a window over `channel` takes in. */
struct channels {
    size_t from, to;
};

static struct channels channels_of(enum dp_channel channel)
{
    return channel == DP_CHANNEL_NONE ? (struct channels){0, DP_CHANNELS}
                                      : (struct channels){channel, (size_t)channel + 1};
}

int64_t dp_windows_count(const struct dp_windows *windows, enum dp_channel channel, size_t window)
{
    struct channels over = channels_of(channel);
    int64_t count = 0;
    for (size_t each = over.from; each < over.to; each++)
        for (size_t segment = 0; segment <= window; segment++) {
            const struct dp_totals *totals = windows->totals[cell(windows, each, segment)];
            count += totals ? totals->counts[DP_COUNT_FACTS] : 0;
        }
    return count;
}

static struct dp_totals sum_of(const struct dp_windows *windows, struct channels over,
                               size_t window)
{
    struct dp_totals sum = {0};
    for (size_t each = over.from; each < over.to; each++)
        for (size_t segment = 0; segment <= window; segment++) {
            const struct dp_totals *totals = windows->totals[cell(windows, each, segment)];
            if (totals)
                dp_totals_merge(&sum, totals);
        }
    return sum;
}

/* What a walk for `metrics` (a bit each) looks for. */
static uint32_t wanted_bits(struct channels over, uint32_t metrics)
{
    uint32_t wanted = 0;
    for (enum dp_metric metric = 0; metric < DP_METRICS; metric++)
        for (size_t channel = over.from; metrics >> metric & 1 && channel < over.to; channel++)
            wanted |= dp_metric_bit(metric, (enum dp_channel)channel);
    return wanted;
}

/* Maximum and percentiles of the metrics in `few` (a bit each). */
static void set_gathered(const struct dp_windows *windows, struct channels over, size_t window,
                         uint32_t few, struct dp_figures *figures)
{
    int64_t values[DP_METRICS][GATHER_MAX];
    size_t counts[DP_METRICS] = {0};
    uint32_t wanted = wanted_bits(over, few);
    struct dp_timeline_walk walk =
        dp_timeline_walk(&windows->timeline, windows->now_ms - windows->plan->length_ms[window],
                         windows->now_ms, wanted);
    for (struct dp_fact fact; dp_timeline_walk_next(&walk, &fact);) {
        enum dp_metric metric = dp_metric_of(&fact);
        if (wanted & dp_metric_bit(metric, (enum dp_channel)fact.channel))
            values[metric][counts[metric]++] = fact.value;
    }
    for (enum dp_metric metric = 0; metric < DP_METRICS; metric++)
        if (counts[metric]) {
            int64_t found[DP_PERCENTILES];
            int64_t max = dp_percentiles_find(values[metric], counts[metric], found);
            dp_percentiles_set(figures, dp_max_figure(metric), max, found);
        }
}

/* Makes the charts of all metrics that have many values, in one walk. */
static void make_charts(struct dp_windows *windows)
{
    struct channels all = channels_of(DP_CHANNEL_NONE);
    struct dp_totals sum = sum_of(windows, all, windows->plan->count - 1);
    uint32_t made = 0;
    for (enum dp_metric metric = 0; metric < DP_METRICS; metric++)
        if (!windows->charts[metric] && dp_totals_values(&sum, metric) > GATHER_MAX) {
            windows->charts[metric] =
                dp_chart_create(&windows->timeline, metric, windows->plan->count);
            made |= UINT32_C(1) << metric;
        }
    struct dp_timeline_walk walk =
        dp_timeline_walk(&windows->timeline, INT64_MIN, windows->now_ms, wanted_bits(all, made));
    for (struct dp_fact fact; dp_timeline_walk_next(&walk, &fact);) {
        enum dp_metric metric = dp_metric_of(&fact);
        if (made >> metric & 1)
            dp_chart_move(windows->charts[metric], &fact, windows->plan->count,
                          segment_at(windows, windows->now_ms, fact.time_ms));
    }
}

static void set_charted(struct dp_windows *windows, struct channels over, size_t window,
                        enum dp_metric metric, size_t count, struct dp_figures *figures)
{
    if (!windows->charts[metric])
        make_charts(windows);
    uint64_t ranks[DP_PERCENTILES];
    int64_t found[DP_PERCENTILES];
    for (size_t i = 0; i < DP_PERCENTILES; i++)
        ranks[i] = dp_percentile_rank(dp_percentiles[i], count);
    int64_t after_ms = windows->now_ms - windows->plan->length_ms[window];
    int64_t max = dp_chart_select(windows->charts[metric], over.from, over.to, window, after_ms,
                                  ranks, DP_PERCENTILES, found);
    dp_percentiles_set(figures, dp_max_figure(metric), max, found);
}

void dp_windows_figures(struct dp_windows *windows, enum dp_channel channel, size_t window,
                        struct dp_totals *totals, struct dp_figures *figures)
{
    struct channels over = channels_of(channel);
    *totals = sum_of(windows, over, window);
    figures->present = 0;
    dp_totals_figures(totals, figures);

    uint32_t few = 0;
    for (enum dp_metric metric = 0; metric < DP_METRICS; metric++) {
        size_t count = dp_totals_values(totals, metric);
        if (count > GATHER_MAX)
            set_charted(windows, over, window, metric, count, figures);
        else if (count > 0)
            few |= UINT32_C(1) << metric;
    }
    if (few)
        set_gathered(windows, over, window, few, figures);
}

size_t dp_windows_bytes(const struct dp_windows *windows)
{
    size_t cells = DP_CHANNELS * windows->plan->count;
    size_t bytes = size_for(windows->plan) + dp_timeline_bytes(&windows->timeline);
    for (size_t i = 0; i < cells; i++)
        if (windows->totals[i])
            bytes += sizeof *windows->totals[i];
    return bytes;
}
