/* The documents of /api/v1, in JSON (board/openapi.json). Thread: the loop's. */
#ifndef DP_BOARD_API_H
#define DP_BOARD_API_H

#include "board/access.h"
#include "board/model.h"

/* What does not change while the board runs: members of an object, such as `"window":"15m"`. */
void dp_api_write_meta(const struct dp_model *model, struct dp_str settings,
                       const struct dp_visitor *visitor, bool may_login, struct dp_text *json);

/* {"queues":[...]} and likewise. */
void dp_api_write_list(const struct dp_model *model, enum dp_scope_kind kind, struct dp_text *json);

/* One scope with its details; a team with its agents. */
void dp_api_write_scope(const struct dp_model *model, const struct dp_board_scope *scope,
                        struct dp_text *json);

void dp_api_write_alerts(const struct dp_model *model, struct dp_text *json);

/* What is said of each figure (app/figure_text.h). */
void dp_api_write_figures(struct dp_text *json);

/* {"error":TEXT} */
void dp_api_write_error(const char *error, struct dp_text *json);

#endif
