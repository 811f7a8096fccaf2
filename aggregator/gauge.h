/* The names of the gauges: fields of the hashes dp:{...}:now. Beside these a team and all have one
 * for each of dp_agent_state_names. */
#ifndef DP_GAUGE_H
#define DP_GAUGE_H

enum dp_gauge {
    DP_GAUGE_STATE,           /* agent: text */
    DP_GAUGE_STATE_SINCE,     /* agent */
    DP_GAUGE_STATE_REASON,    /* agent: text */
    DP_GAUGE_ACTIVE_CONTACTS, /* agent */
    DP_GAUGE_WAITING,         /* queue, all */
    DP_GAUGE_OLDEST_WAITING,  /* queue, all */
    DP_GAUGE_IN_SERVICE,      /* queue, all */
    DP_GAUGES
};
extern const char *const dp_gauge_names[DP_GAUGES];

#endif
