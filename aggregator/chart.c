#include "aggregator/chart.h"

#include <stdlib.h>

#include "aggregator/histogram.h"
#include "aggregator/maxima.h"
#include "common/memory.h"

struct dp_chart {
    const struct dp_timeline *timeline;
    enum dp_metric metric;
    size_t segments, count;
    struct dp_maxima maxima[DP_CHANNELS];
    struct dp_histogram
        *histograms[]; /* [channel * segments + segment], NULL where there is no value */
};

struct dp_chart *dp_chart_create(const struct dp_timeline *timeline, enum dp_metric metric,
                                 size_t segments)
{
    struct dp_chart *chart =
        dp_xcalloc(1, sizeof *chart + DP_CHANNELS * segments * sizeof *chart->histograms);
    chart->timeline = timeline;
    chart->metric = metric;
    chart->segments = segments;
    return chart;
}

static void destroy_histogram(struct dp_histogram *histogram)
{
    dp_histogram_deinit(histogram);
    free(histogram);
}

void dp_chart_destroy(struct dp_chart *chart)
{
    if (!chart)
        return;
    for (size_t channel = 0; channel < DP_CHANNELS; channel++)
        dp_maxima_deinit(&chart->maxima[channel]);
    for (size_t i = 0; i < DP_CHANNELS * chart->segments; i++)
        if (chart->histograms[i])
            destroy_histogram(chart->histograms[i]);
    free(chart);
}

void dp_chart_move(struct dp_chart *chart, const struct dp_fact *fact, size_t from, size_t to)
{
    struct dp_histogram **histograms = &chart->histograms[fact->channel * chart->segments];
    struct dp_maxima *maxima = &chart->maxima[fact->channel];
    if (from < chart->segments) {
        dp_histogram_take(histograms[from], fact->value);
        if (!histograms[from]->used) {
            destroy_histogram(histograms[from]);
            histograms[from] = NULL;
        }
    } else {
        dp_maxima_put(maxima, fact->time_ms, fact->value);
        chart->count++;
    }
    if (to < chart->segments) {
        if (!histograms[to])
            histograms[to] = dp_xcalloc(1, sizeof *histograms[to]);
        dp_histogram_put(histograms[to], fact->value);
    } else {
        dp_maxima_take(maxima, fact->time_ms, fact->value);
        chart->count--;
    }
}

void dp_chart_drop(struct dp_chart *chart, int64_t until_ms)
{
    for (size_t channel = 0; channel < DP_CHANNELS; channel++)
        dp_maxima_drop(&chart->maxima[channel], until_ms);
}

size_t dp_chart_count(const struct dp_chart *chart)
{
    return chart->count;
}

int64_t dp_chart_select(struct dp_chart *chart, size_t from, size_t to, size_t segment,
                        int64_t after_ms, const uint64_t *ranks, size_t rank_count, int64_t *values)
{
    const struct dp_histogram *histograms[(to - from) * (segment + 1)];
    size_t used = 0;
    int64_t max = -1;
    for (size_t channel = from; channel < to; channel++) {
        int64_t value = dp_maxima_after(&chart->maxima[channel], chart->timeline, chart->metric,
                                        (enum dp_channel)channel, after_ms);
        max = value > max ? value : max;
        for (size_t i = 0; i <= segment; i++)
            if (chart->histograms[channel * chart->segments + i])
                histograms[used++] = chart->histograms[channel * chart->segments + i];
    }
    dp_histograms_select(histograms, used, ranks, rank_count, values);
    for (size_t i = 0; i < rank_count; i++) /* the middle of the last bucket may lie above it */
        values[i] = values[i] < max ? values[i] : max;
    return max;
}
