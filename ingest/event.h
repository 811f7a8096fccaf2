/* The one plain type that ingest hands to the aggregator: an event of the contract, decoded and
 * valid.
 *
 * Times are integer milliseconds since the Unix epoch. Every dp_str points into the message that
 * the event was decoded from and is valid until that message is given back; an absent optional
 * field has len 0. */
#ifndef DP_EVENT_H
#define DP_EVENT_H

#include <stdbool.h>
#include <stdint.h>

#include "common/str.h"

enum dp_event_type {
    DP_CONTACT_OFFERED,
    DP_CONTACT_ANSWERED,
    DP_CONTACT_DECLINED,
    DP_CONTACT_MESSAGE,
    DP_CONTACT_HELD,
    DP_CONTACT_RETRIEVED,
    DP_CONTACT_TRANSFERRED,
    DP_CONTACT_ENDED,
    DP_CONTACT_WRAPPED,
    DP_CONTACT_ABANDONED,
    DP_CONTACT_RESOLVED,
    DP_CONTACT_REOPENED,
    DP_FEEDBACK_RATED,
    DP_FEEDBACK_COMPLAINED,
    DP_QUALITY_SCORED,
    DP_AGENT_STATE,
    DP_SCORECARD_MEASURED,
    DP_EVENT_TYPES
};

/* A contact's channel; DP_CHANNEL_NONE where no event named one. */
enum dp_channel {
    DP_CHANNEL_NONE,
    DP_CHANNEL_VOICE,
    DP_CHANNEL_CHAT,
    DP_CHANNEL_EMAIL,
    DP_CHANNELS
};

enum dp_priority { DP_PRIORITY_URGENT, DP_PRIORITY_HIGH, DP_PRIORITY_NORMAL, DP_PRIORITY_LOW };

enum dp_author { DP_FROM_CUSTOMER, DP_FROM_AGENT, DP_FROM_BOT };

enum dp_agent_state {
    DP_STATE_OFFLINE,
    DP_STATE_AVAILABLE,
    DP_STATE_BUSY,
    DP_STATE_WRAPUP,
    DP_STATE_BREAK,
    DP_STATE_TRAINING,
    DP_STATE_MEETING,
    DP_AGENT_STATES
};

enum dp_measure {
    DP_MEASURE_INTERNAL_SATISFACTION,
    DP_MEASURE_CROSS_TEAM_COMPLETION,
    DP_MEASURE_TRAINING_ATTENDANCE,
    DP_MEASURE_KNOWLEDGE,
    DP_MEASURES
};

/* The words of the contract, indexed by the enums above. Arrays of DP_EVENT_TYPES, DP_CHANNELS
 * (the first is ""), 4, 3, DP_AGENT_STATES and DP_MEASURES entries. */
extern const char *const dp_event_type_names[];
extern const char *const dp_channel_names[];
extern const char *const dp_priority_names[];
extern const char *const dp_author_names[];
extern const char *const dp_agent_state_names[];
extern const char *const dp_measure_names[];

struct dp_event {
    int64_t time_ms;
    struct dp_str source, id;
    struct dp_str interaction; /* absent for agent.state, scorecard.measured and some feedback */
    struct dp_str agent;
    struct dp_str team;
    struct dp_str queue;
    struct dp_str customer;
    struct dp_str to_agent, to_queue;
    struct dp_str reason; /* agent.state, contact.declined */
    enum dp_event_type type;
    enum dp_channel channel; /* contact.offered, feedback.* */
    enum dp_priority priority;
    enum dp_author from; /* contact.message */
    enum dp_agent_state state;
    enum dp_measure measure;
    bool resolved;       /* contact.resolved */
    bool fatal;          /* quality.scored */
    double score, scale; /* feedback.rated; quality.scored and scorecard.measured: score of 100 */
};

#endif
