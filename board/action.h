/* What people who may do so change in Redis: they acknowledge alerts and silence them, as
 * `deskpulse alert` does. Over a connection of its own, which is made only if this is allowed at
 * all. Each change is one transaction with the count of PREFIX:alerts:asked. Thread: the loop's. */
#ifndef DP_BOARD_ACTION_H
#define DP_BOARD_ACTION_H

#include <uv.h>

#include "app/alert_ack.h"
#include "app/alert_silence.h"
#include "board/model.h"

struct dp_actions;

enum dp_action_result {
    DP_ACTION_DONE,
    DP_ACTION_REFUSED, /* Redis has said no: `error` */
    DP_ACTION_AWAY,    /* Redis is not there; whether it was done is not known */
};

/* Called once for each action, later than the call that began it. */
typedef void dp_action_fn(void *ctx, enum dp_action_result result, const char *error);

struct dp_actions *dp_actions_create(uv_loop_t *loop, const char *url, const char *prefix,
                                     char *error, size_t error_size);

/* What is under way is called back with DP_ACTION_AWAY. */
void dp_actions_close(struct dp_actions *actions);

/* False: Redis is not there, or too much is under way; `done` is not called. */
bool dp_action_acknowledge(struct dp_actions *actions, struct dp_str alert,
                           const struct dp_ack_entry *ack, dp_action_fn *done, void *ctx);

/* `ended`: ids of silences that are over, each with a line's end; they are removed with it. Fills
 * in the new one's id. */
bool dp_action_silence(struct dp_actions *actions, const struct dp_silence_entry *silence,
                       struct dp_str ended, char id[DP_SILENCE_ID], dp_action_fn *done, void *ctx);

bool dp_action_unsilence(struct dp_actions *actions, struct dp_str id, dp_action_fn *done,
                         void *ctx);

/* Nobody waits for it any more. */
void dp_action_forget(struct dp_actions *actions, const void *ctx);

#endif
