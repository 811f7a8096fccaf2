#include "app/figure_text.h"

#include <string.h>

const char *const dp_group_names[DP_GROUPS] = {
    [DP_GROUP_DEMAND] = "Demand and response",  [DP_GROUP_REPLIES] = "Replies",
    [DP_GROUP_HANDLING] = "Handling",           [DP_GROUP_OUTCOME] = "Outcome",
    [DP_GROUP_QUALITY] = "Opinion and quality", [DP_GROUP_TIME] = "Time",
    [DP_GROUP_SCORECARD] = "Scorecard",
};

const int64_t dp_class_limits_ms[DP_CLASSES - 1] = {
    5000, 10000, 20000, 30000, 60000, 120000, 180000, 300000, 600000, 1200000, 1800000, 3600000,
};

#define FIGURE(symbol, figure_name, figure_unit, figure_group, figure_label, text)                 \
    [DP_FIGURE_##symbol] = {.name = figure_name,                                                   \
                            .unit = DP_TEXT_##figure_unit,                                         \
                            .group = DP_GROUP_##figure_group,                                      \
                            .label = figure_label,                                                 \
                            .definition = text}

/* The six figures of a time; `span` says from when to when. */
#define METRIC(SYMBOL, name, GROUP, label, span)                                                   \
    FIGURE(SYMBOL##_MEAN, name "_mean_ms", MS, GROUP, label ", mean", "Mean time " span "."),      \
        FIGURE(SYMBOL##_MAX, name "_max_ms", MS, GROUP, label ", longest",                         \
               "Longest time " span "."),                                                          \
        FIGURE(SYMBOL##_P50, name "_p50_ms", MS, GROUP, label ", p50",                             \
               "Half took no longer than this " span "."),                                         \
        FIGURE(SYMBOL##_P90, name "_p90_ms", MS, GROUP, label ", p90",                             \
               "90 of 100 took no longer than this " span "."),                                    \
        FIGURE(SYMBOL##_P95, name "_p95_ms", MS, GROUP, label ", p95",                             \
               "95 of 100 took no longer than this " span "."),                                    \
        FIGURE(SYMBOL##_P99, name "_p99_ms", MS, GROUP, label ", p99",                             \
               "99 of 100 took no longer than this " span ".")

static const struct dp_figure_text texts[DP_TEXT_FIELDS] = {
    FIGURE(OFFERED, "offered", COUNT, DEMAND, "offered", "Contacts that asked for service."),
    FIGURE(RESPONSES, "responses", COUNT, DEMAND, "responses",
           "First answers of an agent, at most one a contact."),
    FIGURE(ABANDONS, "abandons", COUNT, DEMAND, "abandons",
           "Customers who left before any agent had answered."),
    FIGURE(SHORT_ABANDONS, "short_abandons", COUNT, DEMAND, "short abandons",
           "Of these, who left so soon that nobody could have answered."),
    FIGURE(HANDLES, "handles", COUNT, HANDLING, "handles",
           "Parts of one agent in one contact that ended, wrap-up included."),
    FIGURE(TRANSFERS, "transfers", COUNT, HANDLING, "transfers",
           "Of these, passed on to somebody else."),
    FIGURE(DECLINES, "declines", COUNT, DEMAND, "declines",
           "Offers that an agent refused or let ring."),
    FIGURE(REPLIES, "replies", COUNT, REPLIES, "replies",
           "Messages of agents that answer something."),
    FIGURE(OUTCOMES, "outcomes", COUNT, OUTCOME, "outcomes", "Contacts with an outcome."),
    FIGURE(RESOLVED, "resolved", COUNT, OUTCOME, "resolved", "Of these, resolved."),
    FIGURE(RATINGS, "ratings", COUNT, QUALITY, "ratings", "Ratings that customers gave."),
    FIGURE(COMPLAINTS, "complaints", COUNT, QUALITY, "complaints", "Complaints of customers."),
    FIGURE(QUALITY_CHECKS, "quality_checks", COUNT, QUALITY, "quality checks",
           "Contacts whose quality was checked."),
    FIGURE(QUALITY_FATALS, "quality_fatals", COUNT, QUALITY, "fatal findings",
           "Quality checks that found a fatal error."),
    METRIC(RESPONSE, "response", DEMAND, "response time", "from the offer to the first answer"),
    METRIC(REPLY, "reply", REPLIES, "reply time",
           "from the earliest unanswered message to the reply"),
    METRIC(HANDLE, "handle", HANDLING, "handling time", "for talk, hold and wrap-up"),
    METRIC(RESOLVE, "resolve", OUTCOME, "time to resolve",
           "from the offer to the outcome of what was resolved"),
    FIGURE(TALK_MEAN, "talk_mean_ms", MS, HANDLING, "talk, mean", "Mean time of talk of a handle."),
    FIGURE(HOLD_MEAN, "hold_mean_ms", MS, HANDLING, "hold, mean", "Mean time on hold of a handle."),
    FIGURE(HOLD_MAX, "hold_max_ms", MS, HANDLING, "hold, longest",
           "Longest time a customer was on hold in one part."),
    FIGURE(WRAP_MEAN, "wrap_mean_ms", MS, HANDLING, "wrap-up, mean",
           "Mean time of wrap-up of a handle."),
    FIGURE(
        SERVICE_LEVEL, "service_level", SHARE, DEMAND, "service level",
        "Responses within target / (responses + abandons that are not short), or another formula."),
    FIGURE(ANSWER_RATE, "answer_rate", SHARE, DEMAND, "answer rate",
           "Responses / (responses + abandons that are not short)."),
    FIGURE(ABANDON_RATE, "abandon_rate", SHARE, DEMAND, "abandon rate",
           "Abandons that are not short / (responses + these)."),
    FIGURE(ANSWERED_30S_RATE, "answered_30s_rate", SHARE, DEMAND, "answered in 30 s",
           "Responses within 30 seconds / responses."),
    FIGURE(RESOLUTION_RATE, "resolution_rate", SHARE, OUTCOME, "resolution rate",
           "Resolved / outcomes."),
    FIGURE(RESOLVED_24H_RATE, "resolved_24h_rate", SHARE, OUTCOME, "resolved in 24 h",
           "Resolved within 24 hours of the offer / outcomes."),
    FIGURE(FCR_RATE, "fcr_rate", SHARE, OUTCOME, "first-contact resolution",
           "Resolved without the customer coming again soon / outcomes."),
    FIGURE(REPEAT_CONTACT_RATE, "repeat_contact_rate", SHARE, OUTCOME, "repeat contacts",
           "Resolved contacts whose customer came again soon / resolved."),
    FIGURE(URGENT_5M_RATE, "urgent_5m_rate", SHARE, OUTCOME, "urgent in 5 min",
           "Urgent contacts resolved within 5 minutes of the offer / urgent contacts."),
    FIGURE(HIGH_24H_RATE, "high_24h_rate", SHARE, OUTCOME, "high priority in 24 h",
           "Contacts of high priority resolved within 24 hours of the offer / all of these."),
    FIGURE(TRANSFER_RATE, "transfer_rate", SHARE, HANDLING, "transfer rate",
           "Transfers / handles."),
    FIGURE(REPLY_3M_RATE, "reply_3m_rate", SHARE, REPLIES, "replies in 3 min",
           "Replies within 3 minutes / replies."),
    FIGURE(MESSAGE_REPLY_RATE, "message_reply_rate", SHARE, REPLIES, "chats replied to",
           "Chats in which an agent replied to the customer / chats in which the customer wrote."),
    FIGURE(AGENT_TALK_SHARE, "agent_talk_share", SHARE, REPLIES, "agents' share of talk",
           "Messages of agents / messages of agents and customers in chats."),
    FIGURE(SATISFACTION_MEAN, "satisfaction_mean", SCORE, QUALITY, "satisfaction",
           "Mean rating of customers, 0 to 100."),
    FIGURE(SATISFIED_RATE, "satisfied_rate", SHARE, QUALITY, "satisfied",
           "Ratings of 80 and above / ratings."),
    FIGURE(COMPLAINT_RATE, "complaint_rate", SHARE, QUALITY, "complaint rate",
           "Complaints / handles."),
    FIGURE(QUALITY_MEAN, "quality_mean", SCORE, QUALITY, "quality score",
           "Mean score of the quality checks, 0 to 100."),
    FIGURE(OCCUPANCY, "occupancy", SHARE, TIME, "occupancy",
           "Agents: time busy or in wrap-up / time available, busy or in wrap-up."),
    FIGURE(CONTACTS_PER_HOUR, "contacts_per_hour", RATIO, TIME, "contacts an hour",
           "Agents: handles / hours available, busy or in wrap-up."),
    FIGURE(CONCURRENCY, "concurrency", RATIO, TIME, "contacts at once",
           "Agents: talk and hold of the handles / time available, busy or in wrap-up."),
#define DP_X(symbol, field_name, field_unit, field_group, only, field_label, text)                 \
    [DP_TEXT_OF_##symbol] = {.name = field_name,                                                   \
                             .unit = DP_TEXT_##field_unit,                                         \
                             .group = DP_GROUP_##field_group,                                      \
                             .agents_only = only,                                                  \
                             .label = field_label,                                                 \
                             .definition = text},
    DP_EXTRA_TABLE(DP_X)
#undef DP_X
};

const struct dp_figure_text *dp_figure_text(int field)
{
    return &texts[field];
}

int dp_figure_text_find(struct dp_str name)
{
    for (int field = 0; field < DP_TEXT_FIELDS; field++)
        if (dp_str_equal(name, dp_str_from(texts[field].name)))
            return field;
    return -1;
}
