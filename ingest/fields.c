#include "ingest/fields.h"

/* clang-format off */

#define DP_F_FEEDBACK (DP_F_INTERACTION | DP_F_TEAM | DP_F_QUEUE | DP_F_CHANNEL)

const struct dp_field_rule dp_field_rules[DP_EVENT_TYPES] = {
    /*                           required                                      optional */
    [DP_CONTACT_OFFERED]     = {DP_F_INTERACTION | DP_F_CHANNEL | DP_F_QUEUE,
                                DP_F_TEAM | DP_F_CUSTOMER | DP_F_PRIORITY},
    [DP_CONTACT_ANSWERED]    = {DP_F_INTERACTION | DP_F_AGENT,                DP_F_TEAM},
    [DP_CONTACT_DECLINED]    = {DP_F_INTERACTION | DP_F_AGENT,                DP_F_REASON},
    [DP_CONTACT_MESSAGE]     = {DP_F_INTERACTION | DP_F_FROM,                 DP_F_AGENT},
    [DP_CONTACT_HELD]        = {DP_F_INTERACTION | DP_F_AGENT,                0},
    [DP_CONTACT_RETRIEVED]   = {DP_F_INTERACTION | DP_F_AGENT,                0},
    [DP_CONTACT_TRANSFERRED] = {DP_F_INTERACTION | DP_F_AGENT,
                                DP_F_TO_AGENT | DP_F_TO_QUEUE},
    [DP_CONTACT_ENDED]       = {DP_F_INTERACTION,                             DP_F_ENDED_BY},
    [DP_CONTACT_WRAPPED]     = {DP_F_INTERACTION | DP_F_AGENT,                DP_F_DISPOSITION},
    [DP_CONTACT_ABANDONED]   = {DP_F_INTERACTION,                             0},
    [DP_CONTACT_RESOLVED]    = {DP_F_INTERACTION | DP_F_RESOLVED,             DP_F_AGENT},
    [DP_CONTACT_REOPENED]    = {DP_F_INTERACTION,                             0},
    [DP_FEEDBACK_RATED]      = {DP_F_AGENT | DP_F_SCORE | DP_F_SCALE,         DP_F_FEEDBACK},
    [DP_FEEDBACK_COMPLAINED] = {DP_F_AGENT,                                   DP_F_FEEDBACK},
    [DP_QUALITY_SCORED]      = {DP_F_AGENT | DP_F_SCORE,
                                DP_F_FATAL | DP_F_TEAM | DP_F_INTERACTION},
    [DP_AGENT_STATE]         = {DP_F_AGENT | DP_F_STATE,
                                DP_F_TEAM | DP_F_REASON},
    [DP_SCORECARD_MEASURED]  = {DP_F_AGENT | DP_F_MEASURE | DP_F_VALUE,       DP_F_TEAM},
};

static const char *const ended_by_names[] = {"customer", "agent", "system"};

#define AT(member) offsetof(struct dp_event, member)
#define DP_ROW(bit, name, kind, member, words, count)                                              \
    [DP_FIELD_AT(DP_F_##bit)] = {name, DP_KIND_##kind, member, words, count}

const struct dp_data_field dp_data_fields[DP_DATA_FIELDS] = {
    DP_ROW(INTERACTION, "interaction_id", IDENTIFIER, AT(interaction), NULL, 0),
    DP_ROW(AGENT,       "agent_id",       IDENTIFIER, AT(agent),       NULL, 0),
    DP_ROW(TEAM,        "team",           IDENTIFIER, AT(team),        NULL, 0),
    DP_ROW(QUEUE,       "queue",          IDENTIFIER, AT(queue),       NULL, 0),
    DP_ROW(CUSTOMER,    "customer_id",    IDENTIFIER, AT(customer),    NULL, 0),
    DP_ROW(TO_AGENT,    "to_agent_id",    IDENTIFIER, AT(to_agent),    NULL, 0),
    DP_ROW(TO_QUEUE,    "to_queue",       IDENTIFIER, AT(to_queue),    NULL, 0),
    DP_ROW(REASON,      "reason",         TEXT,       AT(reason),      NULL, 0),
    DP_ROW(DISPOSITION, "disposition",    TEXT,       DP_CHECKED_ONLY, NULL, 0),
    DP_ROW(CHANNEL,     "channel",        WORD,       AT(channel),     dp_channel_names, DP_CHANNELS),
    DP_ROW(PRIORITY,    "priority",       WORD,       AT(priority),    dp_priority_names, 4),
    DP_ROW(FROM,        "from",           WORD,       AT(from),        dp_author_names, 3),
    DP_ROW(ENDED_BY,    "ended_by",       WORD,       DP_CHECKED_ONLY, ended_by_names, 3),
    DP_ROW(STATE,       "state",          WORD,       AT(state),       dp_agent_state_names,
           DP_AGENT_STATES),
    DP_ROW(MEASURE,     "measure",        WORD,       AT(measure),     dp_measure_names, DP_MEASURES),
    DP_ROW(RESOLVED,    "resolved",       BOOLEAN,    AT(resolved),    NULL, 0),
    DP_ROW(FATAL,       "fatal",          BOOLEAN,    AT(fatal),       NULL, 0),
    DP_ROW(SCORE,       "score",          NUMBER,     AT(score),       NULL, 0),
    DP_ROW(SCALE,       "scale",          NUMBER,     AT(scale),       NULL, 0),
    DP_ROW(VALUE,       "value",          NUMBER,     AT(score),       NULL, 0),
};
