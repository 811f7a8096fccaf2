/* When a hook may be sent the next message: so many a minute, and after a failure not before a
 * while. Times are of one clock that never goes back, in ms. A plain value; zero-initialised: at
 * once. Thread: one. */
#ifndef DP_HOOK_PACE_H
#define DP_HOOK_PACE_H

#include <stdbool.h>
#include <stdint.h>

#define DP_HOOK_DEAD 5 /* failures in a row */

struct dp_hook_pace {
    unsigned failures;   /* in a row */
    uint64_t not_before; /* as the last failure has it */
    uint64_t earned;     /* the time that what was sent is worth, at the rate */
};

/* The earliest moment for the next message; it may have passed. Up to a tenth of a minute's
 * messages go at once. `per_minute` 0: there is no rate. */
uint64_t dp_hook_pace_due(const struct dp_hook_pace *pace, uint32_t per_minute);

void dp_hook_pace_sent(struct dp_hook_pace *pace, uint32_t per_minute, uint64_t now);
void dp_hook_pace_succeeded(struct dp_hook_pace *pace);

/* `random` is of the whole range; `retry_after_ms` 0: the answer has not said. Returns how long it
 * is until the next attempt. */
uint64_t dp_hook_pace_failed(struct dp_hook_pace *pace, uint64_t now, int64_t retry_after_ms,
                             uint32_t random);

static inline bool dp_hook_pace_is_dead(const struct dp_hook_pace *pace)
{
    return pace->failures >= DP_HOOK_DEAD;
}

#endif
