#include "top/column.h"

const char *const dp_top_list_names[DP_TOP_LISTS] = {
    [DP_TOP_QUEUES] = "queue",
    [DP_TOP_TEAMS] = "team",
    [DP_TOP_AGENTS] = "agent",
    [DP_TOP_ALERTS] = "alert",
};

#define NOW(heading, field, unit, width)                                                           \
    {                                                                                              \
        heading, field, DP_TOP_FROM_NOW, DP_TEXT_##unit, false, width                              \
    }
#define WINDOW(heading, field, unit, width)                                                        \
    {                                                                                              \
        heading, field, DP_TOP_FROM_WINDOW, DP_TEXT_##unit, false, width                           \
    }
#define ALERT(heading, unit, since, width)                                                         \
    {                                                                                              \
        heading, heading, DP_TOP_FROM_ALERT, DP_TEXT_##unit, since, width                          \
    }

/* The most wanted come first: a terminal of 80 columns has room for these. */
static const struct dp_top_column queue_columns[] = {
    NOW("waiting", "waiting", COUNT, 7),
    NOW("oldest", "oldest_waiting_ms", MS, 7),
    NOW("serving", "in_service", COUNT, 7),
    WINDOW("offered", "offered", COUNT, 7),
    WINDOW("answered", "responses", COUNT, 8),
    WINDOW("in target", "service_level", SHARE, 9),
    WINDOW("left", "abandon_rate", SHARE, 7),
    WINDOW("response", "response_mean_ms", MS, 8),
    WINDOW("resp p95", "response_p95_ms", MS, 8),
    WINDOW("handling", "handle_mean_ms", MS, 8),
    WINDOW("resolved", "resolution_rate", SHARE, 8),
    WINDOW("rating", "satisfaction_mean", SCORE, 6),
    WINDOW("transfers", "transfer_rate", SHARE, 9),
    WINDOW("complaints", "complaints", COUNT, 10),
};

static const struct dp_top_column team_columns[] = {
    NOW("available", "available", COUNT, 9),
    NOW("busy", "busy", COUNT, 5),
    NOW("wrapup", "wrapup", COUNT, 6),
    NOW("break", "break", COUNT, 5),
    WINDOW("handles", "handles", COUNT, 7),
    WINDOW("in target", "service_level", SHARE, 9),
    WINDOW("handling", "handle_mean_ms", MS, 8),
    WINDOW("resolved", "resolution_rate", SHARE, 8),
    WINDOW("rating", "satisfaction_mean", SCORE, 6),
    WINDOW("response", "response_mean_ms", MS, 8),
    NOW("training", "training", COUNT, 8),
    NOW("meeting", "meeting", COUNT, 7),
    NOW("offline", "offline", COUNT, 7),
    WINDOW("transfers", "transfer_rate", SHARE, 9),
    WINDOW("complaints", "complaints", COUNT, 10),
};

static const struct dp_top_column agent_columns[] = {
    [DP_TOP_TEAM] = {"team", "team", DP_TOP_FROM_PERIOD, DP_TEXT_WORDS, false, 10},
    NOW("state", "state", WORDS, 9),
    {"for", "state_since_ms", DP_TOP_FROM_NOW, DP_TEXT_MS, true, 7},
    NOW("active", "active_contacts", COUNT, 6),
    WINDOW("handles", "handles", COUNT, 7),
    WINDOW("in target", "service_level", SHARE, 9),
    WINDOW("handling", "handle_mean_ms", MS, 8),
    WINDOW("response", "response_mean_ms", MS, 8),
    WINDOW("resolved", "resolution_rate", SHARE, 8),
    WINDOW("rating", "satisfaction_mean", SCORE, 6),
    WINDOW("occupancy", "occupancy", SHARE, 9),
    WINDOW("transfers", "transfer_rate", SHARE, 9),
    WINDOW("complaints", "complaints", COUNT, 10),
    NOW("reason", "state_reason", WORDS, 12),
};

static const struct dp_top_column alert_columns[] = {
    [DP_TOP_SEVERITY] = ALERT("severity", WORDS, false, 8),
    [DP_TOP_RULE] = ALERT("rule", WORDS, false, 18),
    [DP_TOP_ABOUT] = ALERT("about", WORDS, false, 18),
    [DP_TOP_FIRING] = ALERT("firing", MS, true, 7),
    [DP_TOP_ACKED] = ALERT("acknowledged", WORDS, false, 12),
    [DP_TOP_VALUE] = ALERT("value", WORDS, false, 28),
    [DP_TOP_SCOPE] = ALERT("scope", WORDS, false, 0),
    [DP_TOP_SUBJECT] = ALERT("id", WORDS, false, 0),
};

#define COLUMNS(array)                                                                             \
    {                                                                                              \
        array, sizeof array / sizeof *array                                                        \
    }

const struct dp_top_columns *dp_top_columns_of(enum dp_top_list_kind kind)
{
    static const struct dp_top_columns all[DP_TOP_LISTS] = {
        [DP_TOP_QUEUES] = COLUMNS(queue_columns),
        [DP_TOP_TEAMS] = COLUMNS(team_columns),
        [DP_TOP_AGENTS] = COLUMNS(agent_columns),
        [DP_TOP_ALERTS] = {alert_columns, DP_TOP_SCOPE},
    };
    return &all[kind];
}

const char *dp_top_column_label(const struct dp_top_column *column)
{
    int field = dp_figure_text_find(dp_str_from(column->field));
    return column->from == DP_TOP_FROM_WINDOW && field >= 0 ? dp_figure_text(field)->label
                                                            : column->heading;
}
