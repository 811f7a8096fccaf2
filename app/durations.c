#include "app/durations.h"

void dp_durations_init(struct dp_durations *durations, const int64_t *bounds_ms, size_t count)
{
    *durations = (struct dp_durations){.bounds_ms = bounds_ms, .bound_count = count};
}

size_t dp_durations_class(const struct dp_durations *durations, int64_t ms)
{
    size_t class = 0;
    while (class < durations->bound_count && ms > durations->bounds_ms[class])
        class ++;
    return class;
}

void dp_durations_add(struct dp_durations *durations, int64_t ms, uint64_t count)
{
    if (ms < 0)
        ms = 0;
    dp_durations_add_class(durations, dp_durations_class(durations, ms), count,
                           (double)ms * (double)count);
}

void dp_durations_add_class(struct dp_durations *durations, size_t class, uint64_t count,
                            double sum_ms)
{
    durations->counts[class] += count;
    durations->sum_ms += sum_ms;
}
