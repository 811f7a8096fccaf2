/* The columns of the lists of `top`: where in Redis each is from, what it is called and how wide it
 * is. Pure; any thread. */
#ifndef DP_TOP_COLUMN_H
#define DP_TOP_COLUMN_H

#include <stdbool.h>
#include <stddef.h>

#include "app/figure_text.h"

enum dp_top_list_kind { DP_TOP_QUEUES, DP_TOP_TEAMS, DP_TOP_AGENTS, DP_TOP_ALERTS, DP_TOP_LISTS };

/* "queue", "team", "agent" as in keys, and "alert". */
extern const char *const dp_top_list_names[DP_TOP_LISTS];

enum dp_top_from {
    DP_TOP_FROM_NOW,    /* the gauges */
    DP_TOP_FROM_WINDOW, /* the window chosen, of the channel chosen */
    DP_TOP_FROM_PERIOD, /* the month */
    DP_TOP_FROM_ALERT   /* a text that app/alert_list.h has */
};

/* The first column of a list is the id and not among these. */
struct dp_top_column {
    const char *heading;
    const char *field; /* as in Redis */
    enum dp_top_from from;
    enum dp_text_unit unit;
    bool since; /* the moment that something began, in Unix ms: shown as how long ago */
    size_t width;
};

/* Which values of an alert's row are which. */
enum {
    DP_TOP_SEVERITY,
    DP_TOP_RULE,
    DP_TOP_ABOUT,
    DP_TOP_FIRING,
    DP_TOP_ACKED,
    DP_TOP_VALUE,
    DP_TOP_SCOPE, /* this and the next are not shown: whom the alert is about, as in keys */
    DP_TOP_SUBJECT
};

/* Where the agents' team stands. */
#define DP_TOP_TEAM 0

#define DP_TOP_COLUMNS_MAX 20

struct dp_top_columns {
    const struct dp_top_column *items;
    size_t count; /* that are shown */
};
const struct dp_top_columns *dp_top_columns_of(enum dp_top_list_kind kind);

/* What the column says, at length. */
const char *dp_top_column_label(const struct dp_top_column *column);

#endif
