/* What rules would have said: moves T through the time of events that come from files, and looks at
 * the rules at each step, as a process does that runs. The aggregator's T follows the clock
 * (options.wall_clock), and it lets any number of events wait: each is applied when T has come to
 * it. Times in ms. Thread: one. */
#ifndef DP_REPLAY_RULES_H
#define DP_REPLAY_RULES_H

#include <stdint.h>
#include <stdio.h>

#include "app/pipeline.h"

struct dp_replay_rules {
    struct dp_pipeline *pipeline;
    int64_t step_ms;
    FILE *out;
    uint64_t notices; /* written */
};

/* Writes to `out` each notice as a line of JSON (notice_line.h). Steps are whole seconds, one at
 * the least. */
void dp_replay_rules_init(struct dp_replay_rules *rules, struct dp_pipeline *pipeline,
                          int64_t step_ms, FILE *out);

/* Events have been taken: goes on to where no more of them will come. */
void dp_replay_rules_follow(struct dp_replay_rules *rules);

/* There are no more events: goes on to `t_ms`. */
void dp_replay_rules_finish(struct dp_replay_rules *rules, int64_t t_ms);

#endif
