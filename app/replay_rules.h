/* What rules would have said: moves T through the time of events that come from files, and looks at
 * the rules at each step, as a process does that runs. Times in ms. Thread: one. */
#ifndef DP_REPLAY_RULES_H
#define DP_REPLAY_RULES_H

#include <stdint.h>

#include "app/pipeline.h"

struct dp_replay_rules {
    struct dp_pipeline *pipeline;
    int64_t step_ms;
};

/* What the aggregator's options have to be: T follows the clock, and any number of events wait for
 * it, as each is applied when T has come to it. */
void dp_replay_rules_set_options(struct dp_aggregator_options *options);

/* Gives `give` each notice. Steps are whole seconds, one at the least. */
void dp_replay_rules_init(struct dp_replay_rules *rules, struct dp_pipeline *pipeline,
                          int64_t step_ms, dp_notice_fn *give, void *ctx);

/* Events have been taken: goes on to where no more of them will come. */
void dp_replay_rules_follow(struct dp_replay_rules *rules);

/* There are no more events: goes on to `t_ms`. */
void dp_replay_rules_finish(struct dp_replay_rules *rules, int64_t t_ms);

#endif
