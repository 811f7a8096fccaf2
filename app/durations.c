#include "app/durations.h"

void dp_durations_init(struct dp_durations *durations, const int64_t *bounds_ms, size_t count)
{
    *durations = (struct dp_durations){.bounds_ms = bounds_ms, .bound_count = count};
}

size_t dp_durations_bucket(const struct dp_durations *durations, int64_t ms)
{
    size_t bucket = 0;
    while (bucket < durations->bound_count && ms > durations->bounds_ms[bucket])
        bucket++;
    return bucket;
}

void dp_durations_add(struct dp_durations *durations, int64_t ms, uint64_t count)
{
    if (ms < 0)
        ms = 0;
    dp_durations_add_bucket(durations, dp_durations_bucket(durations, ms), count,
                            (double)ms * (double)count);
}

void dp_durations_add_bucket(struct dp_durations *durations, size_t bucket, uint64_t count,
                             double sum_ms)
{
    durations->counts[bucket] += count;
    durations->sum_ms += sum_ms;
}
