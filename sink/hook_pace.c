#include "sink/hook_pace.h"

#define BACKOFF_MIN_MS     1000
#define BACKOFF_MAX_MS     300000
#define RETRY_AFTER_MAX_MS 3600000
#define FLOOR_MS           100 /* even the luckiest try waits so long */

/* The generic cell rate algorithm: each message is worth a minute's part, and what is sent may be
 * ahead of the clock by the worth of a burst. */
uint64_t dp_hook_pace_due(const struct dp_hook_pace *pace, uint32_t per_minute)
{
    uint64_t at_rate = 0;
    if (per_minute) {
        uint64_t worth = 60000 / per_minute, burst = per_minute / 10;
        uint64_t ahead = burst > 1 ? (burst - 1) * worth : 0;
        at_rate = pace->earned > ahead ? pace->earned - ahead : 0;
    }
    return at_rate > pace->not_before ? at_rate : pace->not_before;
}

void dp_hook_pace_sent(struct dp_hook_pace *pace, uint32_t per_minute, uint64_t now)
{
    if (pace->earned < now)
        pace->earned = now;
    if (per_minute)
        pace->earned += 60000 / per_minute;
}

void dp_hook_pace_succeeded(struct dp_hook_pace *pace)
{
    pace->failures = 0;
    pace->not_before = 0;
}

uint64_t dp_hook_pace_failed(struct dp_hook_pace *pace, uint64_t now, int64_t retry_after_ms,
                             uint32_t random)
{
    uint64_t limit =
        pace->failures < 9 ? (uint64_t)BACKOFF_MIN_MS << pace->failures : BACKOFF_MAX_MS;
    if (limit > BACKOFF_MAX_MS)
        limit = BACKOFF_MAX_MS;
    uint64_t wait = FLOOR_MS + (limit - FLOOR_MS) * random / UINT32_MAX;
    if (retry_after_ms > RETRY_AFTER_MAX_MS)
        retry_after_ms = RETRY_AFTER_MAX_MS;
    if (retry_after_ms > 0 && wait < (uint64_t)retry_after_ms)
        wait = (uint64_t)retry_after_ms;
    if (pace->failures < UINT16_MAX)
        pace->failures++;
    pace->not_before = now + wait;
    return wait;
}
