/* What the board knows: one copy for all who look, of the public keys in Redis. reader.h keeps it
 * up to date; stream.h tells what has changed, api.h all of it. Thread: the loop's.
 *
 * Changes gather until dp_model_settle, which is the end of a reading: whoever looks between two of
 * these sees one state. */
#ifndef DP_BOARD_MODEL_H
#define DP_BOARD_MODEL_H

#include <stdbool.h>

#include "board/fields.h"
#include "board/trend.h"
#include "common/index.h"

/* More than these are not shown, and counted. */
#define DP_MODEL_SCOPES_MAX 50000

struct dp_detail;

struct dp_board_scope {
    enum dp_scope_kind kind;
    char *name; /* "queue:billing", "all" */
    struct dp_str id;
    struct dp_text parts[DP_PARTS]; /* objects in JSON; empty: there is no such key */
    char *team;                     /* of an agent, as its periods name it; NULL: not known */
    char *team_before;              /* since the last settling; NULL: the same */
    struct dp_trend *trend;         /* of all but teams; NULL: none so far */
    struct dp_trend_point latest;   /* what the next point of the trend will be */
    struct dp_detail *detail;       /* NULL: nobody looks (detail.h) */
    int64_t read_ms, day_read_ms;   /* when it was asked for; 0: never */
    bool wanted;                    /* to be read */
    bool changed;                   /* since the last dp_model_settle */
    bool found;                     /* in a set of ids that is being read */
    bool gone;
};

/* Who fires, and what is silenced. */
struct dp_board_alerts {
    struct dp_text json;   /* {"alerts":[...],"silences":[...]} */
    struct dp_text active; /* the ids, each with a line's end behind it */
    struct dp_text ended;  /* of silences that are over, likewise */
    size_t silences;
};

struct dp_model {
    struct dp_index index;
    struct dp_board_scope **scopes; /* in the order in which they became known */
    size_t count, capacity;
    struct dp_board_scope *all;
    struct dp_board_scope **changed; /* since the last settling */
    size_t changed_count, changed_capacity;
    struct dp_text meta; /* dp:meta as an object in JSON */
    int64_t updated_ms;  /* T of the latest flush; 0: none */
    bool connected;      /* to Redis: what is here can be trusted to be as it is there */
    bool complete;       /* everything was read once */
    struct dp_board_alerts alerts;
    bool alerts_changed, trends_changed, link_changed;
    int64_t noted_ms;         /* the last points of trends */
    int64_t noted_updated_ms; /* what these were as of */
    unsigned steps;           /* of trends, so far */
    size_t left_out;
};

void dp_model_init(struct dp_model *model);
void dp_model_deinit(struct dp_model *model);

/* By its name as dp:updates has it. NULL: not known. */
struct dp_board_scope *dp_model_find(const struct dp_model *model, struct dp_str name);

/* Adds one that is not known. NULL: it is no name of a scope, or there are too many. */
struct dp_board_scope *dp_model_add(struct dp_model *model, struct dp_str name);

/* Puts a part in place of what there was; `json` is taken over. */
void dp_model_set_part(struct dp_model *model, struct dp_board_scope *scope, enum dp_part part,
                       struct dp_text *json);

/* Names the team of an agent. */
void dp_model_set_team(struct dp_model *model, struct dp_board_scope *scope, struct dp_str team);

/* Whether it is of that team, or was until now. */
bool dp_model_is_of_team(const struct dp_board_scope *scope, struct dp_str team);

void dp_model_touch(struct dp_model *model, struct dp_board_scope *scope);
void dp_model_remove(struct dp_model *model, struct dp_board_scope *scope);

/* Adds a point to every trend that it is time for; none while there are no new figures: what was is
 * not what is. */
void dp_model_note_trends(struct dp_model *model, int64_t now_ms);

/* Forgets what has changed, and those that are gone. */
void dp_model_settle(struct dp_model *model);

/* Members of an object in JSON: what time it is, and how far what is here can be trusted. */
void dp_model_write_times(const struct dp_model *model, int64_t now_ms, struct dp_text *json);

/* All about a scope as an object in JSON. */
void dp_model_write(const struct dp_board_scope *scope, struct dp_text *json);

#endif
