#include "app/freshness.h"

#include <stdlib.h>
#include <string.h>

#include "common/memory.h"

static const int64_t bounds_ms[] = {250,   500,   1000,   1500,   2000,   3000,    5000,   10000,
                                    30000, 60000, 120000, 300000, 600000, 1800000, 3600000};
#define BOUNDS (sizeof bounds_ms / sizeof *bounds_ms)

_Static_assert(BOUNDS <= DP_DURATIONS_MAX, "there is a bucket for each");

static void empty(struct dp_freshness_slots *slots, int64_t now_ms)
{
    memset(slots, 0, sizeof *slots);
    slots->reference_ms = now_ms;
    slots->first = (now_ms >> DP_FRESHNESS_SHIFT) - DP_FRESHNESS_SLOTS / 2;
}

/* So many of one slot's time, or of one beyond the last: that is ahead of the clock, or comes while
 * a flush has been waiting for minutes already. */
static void add_slot(struct dp_freshness_slots *slots, int64_t number, uint32_t count)
{
    int64_t slot = number - slots->first;
    if (slot < 0) /* the clock was put back */
        slot = 0;
    slots->slots[slot < DP_FRESHNESS_SLOTS ? slot : DP_FRESHNESS_SLOTS - 1] += count;
}

void dp_freshness_add_far(struct dp_freshness_clock *clock, int64_t time_ms)
{
    struct dp_freshness_slots *slots = &clock->gathered;
    int64_t age = slots->reference_ms - time_ms;
    if (age < 0) {
        add_slot(slots, time_ms >> DP_FRESHNESS_SHIFT, 1);
        return;
    }
    size_t bucket = dp_durations_bucket(&clock->shown, age);
    slots->older[bucket]++;
    slots->older_ms[bucket] += (double)age;
}

/* A flush that was not answered has left something under way: its slots take what was gathered
 * since. */
static void begin(struct dp_freshness_clock *clock, int64_t now_ms, bool waits)
{
    struct dp_freshness_slots *from = &clock->gathered, *into = &clock->under_way;
    if (waits) {
        for (int64_t slot = 0; slot < DP_FRESHNESS_SLOTS; slot++)
            add_slot(into, from->first + slot, from->slots[slot]);
        for (size_t bucket = 0; bucket <= BOUNDS; bucket++) {
            into->older[bucket] += from->older[bucket];
            into->older_ms[bucket] += from->older_ms[bucket];
        }
    } else {
        *into = *from;
    }
    empty(from, now_ms);
}

static void show(struct dp_freshness_clock *clock, int64_t now_ms)
{
    const struct dp_freshness_slots *slots = &clock->under_way;
    int64_t middle_ms = (slots->first << DP_FRESHNESS_SHIFT) + (1 << DP_FRESHNESS_SHIFT) / 2;
    for (int64_t slot = 0; slot < DP_FRESHNESS_SLOTS; slot++)
        if (slots->slots[slot])
            dp_durations_add(&clock->shown, now_ms - middle_ms - (slot << DP_FRESHNESS_SHIFT),
                             slots->slots[slot]);
    int64_t waited_ms = now_ms > slots->reference_ms ? now_ms - slots->reference_ms : 0;
    for (size_t bucket = 0; bucket <= BOUNDS; bucket++)
        dp_durations_add_bucket(&clock->shown, bucket, slots->older[bucket],
                                slots->older_ms[bucket] +
                                    (double)waited_ms * (double)slots->older[bucket]);
}

struct dp_freshness *dp_freshness_create(int64_t now_ms)
{
    struct dp_freshness *freshness = dp_xcalloc(1, sizeof *freshness);
    dp_durations_init(&freshness->events.shown, bounds_ms, BOUNDS);
    dp_durations_init(&freshness->messages.shown, bounds_ms, BOUNDS);
    dp_freshness_clear(freshness, now_ms);
    return freshness;
}

void dp_freshness_destroy(struct dp_freshness *freshness)
{
    free(freshness);
}

void dp_freshness_clear(struct dp_freshness *freshness, int64_t now_ms)
{
    empty(&freshness->events.gathered, now_ms);
    empty(&freshness->messages.gathered, now_ms);
    freshness->waits = false;
}

void dp_freshness_begin(struct dp_freshness *freshness, int64_t now_ms)
{
    begin(&freshness->events, now_ms, freshness->waits);
    begin(&freshness->messages, now_ms, freshness->waits);
    freshness->waits = true;
}

void dp_freshness_shown(struct dp_freshness *freshness, int64_t now_ms)
{
    if (!freshness->waits)
        return;
    show(&freshness->events, now_ms);
    show(&freshness->messages, now_ms);
    freshness->waits = false;
}
