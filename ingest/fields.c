#include "ingest/fields.h"

/* clang-format off */

#define DP_F_FEEDBACK (DP_F_INTERACTION | DP_F_TEAM | DP_F_QUEUE | DP_F_CHANNEL)

const struct dp_field_rule dp_field_rules[DP_EVENT_TYPES] = {
    /*                           required                                      optional */
    [DP_CONTACT_OFFERED]     = {DP_F_INTERACTION | DP_F_CHANNEL | DP_F_QUEUE, DP_F_TEAM | DP_F_CUSTOMER | DP_F_PRIORITY},
    [DP_CONTACT_ANSWERED]    = {DP_F_INTERACTION | DP_F_AGENT,                DP_F_TEAM},
    [DP_CONTACT_DECLINED]    = {DP_F_INTERACTION | DP_F_AGENT,                DP_F_REASON},
    [DP_CONTACT_MESSAGE]     = {DP_F_INTERACTION | DP_F_FROM,                 DP_F_AGENT},
    [DP_CONTACT_HELD]        = {DP_F_INTERACTION | DP_F_AGENT,                0},
    [DP_CONTACT_RETRIEVED]   = {DP_F_INTERACTION | DP_F_AGENT,                0},
    [DP_CONTACT_TRANSFERRED] = {DP_F_INTERACTION | DP_F_AGENT,                DP_F_TO_AGENT | DP_F_TO_QUEUE},
    [DP_CONTACT_ENDED]       = {DP_F_INTERACTION,                             DP_F_ENDED_BY},
    [DP_CONTACT_WRAPPED]     = {DP_F_INTERACTION | DP_F_AGENT,                DP_F_DISPOSITION},
    [DP_CONTACT_ABANDONED]   = {DP_F_INTERACTION,                             0},
    [DP_CONTACT_RESOLVED]    = {DP_F_INTERACTION | DP_F_RESOLVED,             DP_F_AGENT},
    [DP_CONTACT_REOPENED]    = {DP_F_INTERACTION,                             0},
    [DP_FEEDBACK_RATED]      = {DP_F_AGENT | DP_F_SCORE | DP_F_SCALE,         DP_F_FEEDBACK},
    [DP_FEEDBACK_COMPLAINED] = {DP_F_AGENT,                                   DP_F_FEEDBACK},
    [DP_QUALITY_SCORED]      = {DP_F_AGENT | DP_F_SCORE,                      DP_F_FATAL | DP_F_TEAM | DP_F_INTERACTION},
    [DP_AGENT_STATE]         = {DP_F_AGENT | DP_F_STATE,                      DP_F_TEAM | DP_F_REASON},
    [DP_SCORECARD_MEASURED]  = {DP_F_AGENT | DP_F_MEASURE | DP_F_VALUE,       DP_F_TEAM},
};

static const char *const ended_by_names[] = {"customer", "agent", "system"};

#define DP_TO(member) offsetof(struct dp_decoded, member)

const struct dp_data_field dp_data_fields[DP_DATA_FIELDS] = {
    [DP_FIELD_AT(DP_F_INTERACTION)] = {"interaction_id", DP_KIND_IDENTIFIER, DP_TO(event.interaction), NULL, 0},
    [DP_FIELD_AT(DP_F_AGENT)]       = {"agent_id",       DP_KIND_IDENTIFIER, DP_TO(event.agent),       NULL, 0},
    [DP_FIELD_AT(DP_F_TEAM)]        = {"team",           DP_KIND_IDENTIFIER, DP_TO(event.team),        NULL, 0},
    [DP_FIELD_AT(DP_F_QUEUE)]       = {"queue",          DP_KIND_IDENTIFIER, DP_TO(event.queue),       NULL, 0},
    [DP_FIELD_AT(DP_F_CUSTOMER)]    = {"customer_id",    DP_KIND_IDENTIFIER, DP_TO(event.customer),    NULL, 0},
    [DP_FIELD_AT(DP_F_TO_AGENT)]    = {"to_agent_id",    DP_KIND_IDENTIFIER, DP_TO(event.to_agent),    NULL, 0},
    [DP_FIELD_AT(DP_F_TO_QUEUE)]    = {"to_queue",       DP_KIND_IDENTIFIER, DP_TO(event.to_queue),    NULL, 0},
    [DP_FIELD_AT(DP_F_REASON)]      = {"reason",         DP_KIND_TEXT,       DP_TO(event.reason),      NULL, 0},
    [DP_FIELD_AT(DP_F_DISPOSITION)] = {"disposition",    DP_KIND_TEXT,       DP_TO(disposition),       NULL, 0},
    [DP_FIELD_AT(DP_F_CHANNEL)]     = {"channel",        DP_KIND_WORD,       DP_TO(event.channel),     dp_channel_names, DP_CHANNELS},
    [DP_FIELD_AT(DP_F_PRIORITY)]    = {"priority",       DP_KIND_WORD,       DP_TO(event.priority),    dp_priority_names, 4},
    [DP_FIELD_AT(DP_F_FROM)]        = {"from",           DP_KIND_WORD,       DP_TO(event.from),        dp_author_names, 3},
    [DP_FIELD_AT(DP_F_ENDED_BY)]    = {"ended_by",       DP_KIND_WORD,       DP_TO(ended_by),          ended_by_names, 3},
    [DP_FIELD_AT(DP_F_STATE)]       = {"state",          DP_KIND_WORD,       DP_TO(event.state),       dp_agent_state_names, DP_AGENT_STATES},
    [DP_FIELD_AT(DP_F_MEASURE)]     = {"measure",        DP_KIND_WORD,       DP_TO(event.measure),     dp_measure_names, DP_MEASURES},
    [DP_FIELD_AT(DP_F_RESOLVED)]    = {"resolved",       DP_KIND_BOOLEAN,    DP_TO(event.resolved),    NULL, 0},
    [DP_FIELD_AT(DP_F_FATAL)]       = {"fatal",          DP_KIND_BOOLEAN,    DP_TO(event.fatal),       NULL, 0},
    [DP_FIELD_AT(DP_F_SCORE)]       = {"score",          DP_KIND_NUMBER,     DP_TO(event.score),       NULL, 0},
    [DP_FIELD_AT(DP_F_SCALE)]       = {"scale",          DP_KIND_NUMBER,     DP_TO(event.scale),       NULL, 0},
    [DP_FIELD_AT(DP_F_VALUE)]       = {"value",          DP_KIND_NUMBER,     DP_TO(event.score),       NULL, 0},
};
