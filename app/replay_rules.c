#include "app/replay_rules.h"

#define SECOND_MS 1000

void dp_replay_rules_set_options(struct dp_aggregator_options *options)
{
    options->wall_clock = true;
    options->max_waiting = SIZE_MAX;
}

void dp_replay_rules_init(struct dp_replay_rules *rules, struct dp_pipeline *pipeline,
                          int64_t step_ms, dp_notice_fn *give, void *ctx)
{
    int64_t seconds = step_ms / SECOND_MS;
    *rules = (struct dp_replay_rules){.pipeline = pipeline,
                                      .step_ms = (seconds ? seconds : 1) * SECOND_MS};
    dp_pipeline_set_notices(pipeline, give, ctx);
}

static void step_to(struct dp_replay_rules *rules, int64_t t_ms)
{
    struct dp_entry entry;
    dp_aggregator_advance(rules->pipeline->aggregator, t_ms);
    dp_pipeline_begin_entries(rules->pipeline);
    while (dp_pipeline_next_entry(rules->pipeline, &entry))
        continue;
}

/* The first step is at the first event. */
static int64_t next_step(const struct dp_replay_rules *rules)
{
    int64_t t_ms = dp_aggregator_t(rules->pipeline->aggregator);
    return t_ms == INT64_MIN ? dp_aggregator_waiting_ms(rules->pipeline->aggregator)
                             : t_ms + rules->step_ms;
}

static void go_on_to(struct dp_replay_rules *rules, int64_t t_ms)
{
    for (int64_t next; (next = next_step(rules)) <= t_ms;)
        step_to(rules, next);
}

void dp_replay_rules_follow(struct dp_replay_rules *rules)
{
    go_on_to(rules, dp_aggregator_complete_ms(rules->pipeline->aggregator));
}

void dp_replay_rules_finish(struct dp_replay_rules *rules, int64_t t_ms)
{
    if (t_ms == INT64_MIN)
        return;
    go_on_to(rules, t_ms);
    step_to(rules, t_ms);
}
