#include "aggregator/percentile.h"

const unsigned dp_percentiles[DP_PERCENTILES] = {50, 90, 95, 99};

/* Puts in values[index] what sorting [from, to) would; nothing greater comes before it. */
static void select_value(int64_t *values, size_t from, size_t to, size_t index)
{
    while (to - from > 1) {
        int64_t pivot = values[from + (to - from) / 2];
        size_t low = from, high = to;
        for (;;) {
            while (values[low] < pivot)
                low++;
            while (values[--high] > pivot)
                continue;
            if (low >= high)
                break;
            int64_t value = values[low];
            values[low++] = values[high];
            values[high] = value;
        }
        if (index < low)
            to = low;
        else
            from = low;
    }
}

int64_t dp_percentiles_find(int64_t *values, size_t count, int64_t found[DP_PERCENTILES])
{
    size_t done = 0;
    for (size_t i = 0; i < DP_PERCENTILES; i++) {
        size_t index = (size_t)dp_percentile_rank(dp_percentiles[i], count) - 1;
        select_value(values, done, count, index);
        found[i] = values[index];
        done = index;
    }
    select_value(values, done, count, count - 1);
    return values[count - 1];
}

void dp_percentiles_set(struct dp_figures *figures, enum dp_figure max_figure, int64_t max,
                        const int64_t found[DP_PERCENTILES])
{
    dp_figures_set(figures, max_figure, max);
    for (size_t i = 0; i < DP_PERCENTILES; i++)
        dp_figures_set(figures, max_figure + 1 + (enum dp_figure)i, found[i]);
}
