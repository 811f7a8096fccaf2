/* What a report says, as plain data: the figures of a period, read from Redis
 * (report_reader.h), before any format has made text of them.
 *
 * A scope holds its fields as Redis has them and as numbers; what is absent, or is no number where
 * there must be one, has no text. All memory belongs to the report. Thread: one. */
#ifndef DP_REPORT_DATA_H
#define DP_REPORT_DATA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "app/figure_text.h"
#include "aggregator/scorecard.h"
#include "app/report_period.h"

enum dp_report_kind {
    DP_REPORT_ALL,
    DP_REPORT_TEAM,
    DP_REPORT_QUEUE,
    DP_REPORT_AGENT,
    DP_REPORT_KINDS
};
extern const char *const dp_report_kind_names[DP_REPORT_KINDS]; /* as in keys: "team" */

struct dp_report_value {
    char *text;     /* as in Redis; NULL: absent */
    int64_t number; /* in the field's unit; 0 for classes and texts */
};

/* "points:DIMENSION" has no measure. */
struct dp_report_points {
    char *dimension, *measure;
    struct dp_report_value value; /* DP_TEXT_SCORE */
};

struct dp_report_scope {
    enum dp_report_kind kind;
    char *id;   /* of a day: its label; of all: "" */
    bool found; /* Redis has its hash */
    int64_t as_of_ms, from_ms, to_ms;
    struct dp_report_value values[DP_TEXT_FIELDS];
    struct dp_report_points *points; /* in the order of the hash */
    size_t points_count, points_capacity;
};

struct dp_report_scopes {
    struct dp_report_scope *items;
    size_t count, capacity;
};

/* A dimension of the scorecard and its weight in millionths; the name is the owner's. */
struct dp_report {
    char label[DP_PERIOD_LABEL];
    struct dp_report_period period;
    bool quality;
    struct dp_report_scope focus;         /* whom the report is about */
    struct dp_report_scopes teams;        /* about all: by id */
    struct dp_report_scopes queues;       /* about all: by id */
    struct dp_report_scopes agents;       /* about all or a team: by team, rank and id */
    struct dp_report_scopes days;         /* the focus, day by day; those there are */
    const struct dp_scorecard *scorecard; /* the configured weights */
    const char *timezone;                 /* of the calendar, IANA */
};

void dp_report_deinit(struct dp_report *report);

/* A new scope at the end, with a copy of `id`. Moves the others. */
struct dp_report_scope *dp_report_scopes_add(struct dp_report_scopes *scopes,
                                             enum dp_report_kind kind, const char *id);
void dp_report_scope_deinit(struct dp_report_scope *scope);

/* A number as Redis has it, in its unit; no words and no classes. False, and *number untouched: it
 * is none. */
bool dp_report_parse(enum dp_text_unit unit, struct dp_str text, int64_t *number);

/* Takes one field of a hash. Names that are not known are left out; control characters and what is
 * no UTF-8 become '?'. */
void dp_report_scope_set(struct dp_report_scope *scope, struct dp_str name, struct dp_str text);

/* By team, then rank, then id; who has no team, or no rank, comes last. */
void dp_report_sort_agents(struct dp_report_scopes *agents);
void dp_report_sort_by_id(struct dp_report_scopes *scopes);

static inline bool dp_report_has(const struct dp_report_scope *scope, int field)
{
    return scope->values[field].text != NULL;
}

/* The points of a dimension (`measure` NULL) or of a measure in it; NULL: absent. */
const struct dp_report_points *dp_report_points_find(const struct dp_report_scope *scope,
                                                     const char *dimension, const char *measure);

/* Names of points, each once, in the order in which the agents (or the focus) have them; of
 * dimensions alone, or of their measures alone. The texts are the report's; the array is the
 * caller's to free. */
struct dp_report_points_name {
    const char *dimension, *measure;
};
struct dp_report_points_name *dp_report_points_names(const struct dp_report *report, bool measures,
                                                     size_t *count);

/* Whether the report is about this field: all are, or those of quality alone. */
bool dp_report_shows(const struct dp_report *report, int field);

/* A dimension's weight; 0: it is not known. */
int64_t dp_report_weight(const struct dp_report *report, const char *dimension);

/* The numbers of a field of classes; false: absent. */
bool dp_report_classes(const struct dp_report_scope *scope, int field, int64_t counts[DP_CLASSES]);

/* Quality checks against the quota: of an agent (the report may be NULL), or of the agents of a
 * team or of all. */
struct dp_report_quota {
    bool present;    /* somebody has a quota */
    int64_t missing; /* checks */
    int64_t agents;  /* who have a quota */
    int64_t below;   /* of these, below it */
};
struct dp_report_quota dp_report_quota(const struct dp_report *report,
                                       const struct dp_report_scope *scope);

#endif
