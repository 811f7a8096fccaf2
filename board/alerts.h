/* The alerts that fire and what is silenced, as the board tells them: put together from the three
 * hashes in Redis (app/alert_list.h), in their order: active, acknowledgements, silences.
 * Thread: one. */
#ifndef DP_BOARD_ALERTS_H
#define DP_BOARD_ALERTS_H

#include "board/model.h"

struct dp_alerts_draft {
    bool open;               /* one is being put together */
    struct dp_text alerts;   /* what comes into the array */
    struct dp_text silences; /* likewise */
    struct dp_text active, ended;
    struct dp_text acks; /* members of an object by alert */
    size_t silence_count;
};

void dp_alerts_draft_deinit(struct dp_alerts_draft *draft);
void dp_alerts_draft_begin(struct dp_alerts_draft *draft);
void dp_alerts_draft_add(struct dp_alerts_draft *draft, struct dp_str id, struct dp_str text);
void dp_alerts_draft_acknowledge(struct dp_alerts_draft *draft, struct dp_str id,
                                 struct dp_str text);
void dp_alerts_draft_silence(struct dp_alerts_draft *draft, struct dp_str id, struct dp_str text,
                             int64_t now_ms);

/* Into the model, if it is not what that has. */
void dp_alerts_draft_end(struct dp_alerts_draft *draft, struct dp_model *model);

#endif
