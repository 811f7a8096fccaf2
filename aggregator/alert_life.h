/* How far an alert has come: what is saved of it. A plain value. Times in ms, INT64_MIN: not yet.
 * Thread: any. */
#ifndef DP_ALERT_LIFE_H
#define DP_ALERT_LIFE_H

#include <stdbool.h>
#include <stdint.h>

enum dp_alert_state {
    DP_ALERT_INACTIVE,
    DP_ALERT_PENDING, /* the condition holds, but not yet for long enough */
    DP_ALERT_FIRING,
    DP_ALERT_STATES
};

/* Of an inactive one nothing matters but since_ms: T when it ended. */
struct dp_alert_life {
    enum dp_alert_state state;
    int64_t since_ms; /* T when the condition began to hold */
    int64_t fired_ms;
    int64_t told_ms;     /* somebody was told of its beginning */
    int64_t repeated_ms; /* and was last told so */
    uint32_t repeats;
    bool escalated;
    int64_t acknowledged_ms;
};

#endif
