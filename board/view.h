/* What somebody looks at: the scopes that it is about, and what of them is told, each an event as
 * server-sent events are written (stream.h says which there are). Thread: the loop's. */
#ifndef DP_BOARD_VIEW_H
#define DP_BOARD_VIEW_H

#include "board/model.h"

enum dp_view_kind { DP_VIEW_WALL, DP_VIEW_ALERTS, DP_VIEW_TEAM, DP_VIEW_AGENT, DP_VIEW_QUEUE };

struct dp_view {
    enum dp_view_kind kind;
    char *name; /* "team:north" */
    struct dp_str id;
};

/* "wall", "alerts", "team:ID", "agent:ID", "queue:ID". False: there is no such view. */
bool dp_view_init(struct dp_view *view, struct dp_str name);
void dp_view_deinit(struct dp_view *view);

/* The one that it is about and that has a detail; NULL: none, or it is not known. */
struct dp_board_scope *dp_view_subject(const struct dp_view *view, const struct dp_model *model);

/* Each writes one event in place of what was in `event`. The delta has what has changed since the
 * model was settled; false: nothing that the view is about. */
void dp_view_write_snapshot(const struct dp_view *view, const struct dp_model *model,
                            int64_t now_ms, struct dp_text *event);
bool dp_view_write_delta(const struct dp_view *view, const struct dp_model *model, int64_t now_ms,
                         struct dp_text *event);
void dp_view_write_beat(const struct dp_model *model, int64_t now_ms, struct dp_text *event);

#endif
