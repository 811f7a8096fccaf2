/* One event of the simulated day as plain numbers; the writer turns it into a CloudEvent. The words
 * are those of ingest/event.h. */
#ifndef DP_SIMULATE_EVENT_H
#define DP_SIMULATE_EVENT_H

#include <stdbool.h>
#include <stdint.h>

#include "ingest/event.h"

#define DP_SIM_PRIORITIES 4

/* A state and what it is for, which is the event's reason. */
enum dp_sim_state {
    DP_SIM_OFFLINE,
    DP_SIM_AVAILABLE,
    DP_SIM_BUSY,
    DP_SIM_WRAPUP,
    DP_SIM_COFFEE,
    DP_SIM_LUNCH,
    DP_SIM_MISSED,
    DP_SIM_TRAINING,
    DP_SIM_MEETING
};

/* How an agent files a contact; the first three are ways to say it is done. */
enum dp_sim_disposition {
    DP_SIM_SOLVED,
    DP_SIM_INFORMED,
    DP_SIM_ORDERED,
    DP_SIM_PROMISED,
    DP_SIM_PASSED_ON
};

enum dp_sim_decline { DP_SIM_NO_ANSWER, DP_SIM_REJECTED };

enum dp_sim_party { DP_SIM_CUSTOMER, DP_SIM_AGENT, DP_SIM_BOT, DP_SIM_SYSTEM };

/* The number for "no agent" and "no line". */
#define DP_SIM_NOBODY  UINT32_MAX
#define DP_SIM_NO_LINE UINT8_MAX

/* Fields that the type does not have are not read. */
struct dp_sim_event {
    int64_t time_ms;  /* since the Unix epoch */
    uint64_t id;      /* 1, 2, 3 ... of the run */
    uint64_t contact; /* 1, 2, 3 ... of the run; 0: none */
    uint32_t customer;
    uint32_t agent;    /* DP_SIM_NOBODY: none */
    uint32_t to_agent; /* DP_SIM_NOBODY: none */
    uint16_t team;     /* number of the agent's team within its group */
    uint8_t group;     /* the agent's group, dp_sim_groups[] */
    uint8_t type;      /* enum dp_event_type */
    uint8_t line;      /* queue and channel, dp_sim_lines[]; DP_SIM_NO_LINE: none */
    uint8_t to_line;   /* DP_SIM_NO_LINE: none */
    uint8_t priority;  /* enum dp_priority */
    uint8_t what;      /* state, party, number of the reason, disposition or measure */
    uint8_t score;     /* 0 to 100, or 0 to scale */
    uint8_t scale;
    bool yes; /* resolved, fatal */
};

#endif
