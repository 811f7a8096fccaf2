#include "ingest/event.h"

const char *const dp_event_type_names[DP_EVENT_TYPES] = {
    "contact.offered",    "contact.answered",    "contact.declined",    "contact.message",
    "contact.held",       "contact.retrieved",   "contact.transferred", "contact.ended",
    "contact.wrapped",    "contact.abandoned",   "contact.resolved",    "contact.reopened",
    "feedback.rated",     "feedback.complained", "quality.scored",      "agent.state",
    "scorecard.measured",
};
const char *const dp_channel_names[DP_CHANNELS] = {"", "voice", "chat", "email"};
const char *const dp_priority_names[4] = {"urgent", "high", "normal", "low"};
const char *const dp_author_names[3] = {"customer", "agent", "bot"};
const char *const dp_agent_state_names[DP_AGENT_STATES] = {
    "offline", "available", "busy", "wrapup", "break", "training", "meeting",
};
const char *const dp_measure_names[DP_MEASURES] = {
    "internal_satisfaction",
    "cross_team_completion",
    "training_attendance",
    "knowledge",
};
