/* How fresh figures are: how long it takes from an event's time, and from the time of its message
 * in Kafka, until the figures that count it can be read.
 *
 *   dp_freshness_add, an event -> dp_freshness_begin, a flush -> dp_freshness_shown
 *
 * What is not shown yet is counted by its time, in slots of 128 ms from some 9 min before the flush
 * that is to show it to 9 min after; so an event costs an increment, and a flush a walk over the
 * slots. What is older has the bucket of its age when that flush began to gather; what is ahead of
 * the clock counts as shown at once. Times in ms of the wall clock. Thread: one. */
#ifndef DP_FRESHNESS_H
#define DP_FRESHNESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "app/durations.h"

#define DP_FRESHNESS_SHIFT 7
#define DP_FRESHNESS_SLOTS 8192

/* What came between two flushes. */
struct dp_freshness_slots {
    int64_t first;        /* the number of slots[0]: time >> DP_FRESHNESS_SHIFT */
    int64_t reference_ms; /* in the middle of them */
    uint32_t slots[DP_FRESHNESS_SLOTS];
    uint64_t older[DP_DURATIONS_MAX + 1];  /* before them, by bucket of the age at reference_ms */
    double older_ms[DP_DURATIONS_MAX + 1]; /* and those ages together */
};

/* One of the two times. */
struct dp_freshness_clock {
    struct dp_freshness_slots gathered, under_way; /* for the next flush; for this one */
    struct dp_durations shown;                     /* from that time to Redis' answer */
};

struct dp_freshness {
    struct dp_freshness_clock events, messages;
    bool waits; /* something is under way */
};

struct dp_freshness *dp_freshness_create(int64_t now_ms);
void dp_freshness_destroy(struct dp_freshness *freshness); /* accepts NULL */

/* Forgets what is not shown: it has been by others, or never will be. */
void dp_freshness_clear(struct dp_freshness *freshness, int64_t now_ms);

/* A flush begins that shows all that was added before, and what the one before it did not. */
void dp_freshness_begin(struct dp_freshness *freshness, int64_t now_ms);

/* It is answered: what it was to show can be read. */
void dp_freshness_shown(struct dp_freshness *freshness, int64_t now_ms);

/* For dp_freshness_add: a time outside of the slots. */
void dp_freshness_add_far(struct dp_freshness_clock *clock, int64_t time_ms);

static inline void dp_freshness_add_time(struct dp_freshness_clock *clock, int64_t time_ms)
{
    uint64_t slot = (uint64_t)((time_ms >> DP_FRESHNESS_SHIFT) - clock->gathered.first);
    if (slot < DP_FRESHNESS_SLOTS)
        clock->gathered.slots[slot]++;
    else
        dp_freshness_add_far(clock, time_ms);
}

/* An event was accepted. `message_ms` 0 or less: Kafka has no time for its message. */
static inline void dp_freshness_add(struct dp_freshness *freshness, int64_t event_ms,
                                    int64_t message_ms)
{
    dp_freshness_add_time(&freshness->events, event_ms);
    if (message_ms > 0)
        dp_freshness_add_time(&freshness->messages, message_ms);
}

#endif
