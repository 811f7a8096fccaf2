#include "traffic.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "aggregator/scorecard_presets.h"
#include "common/memory.h"
#include "apply_one.h"

#define SECOND INT64_C(1000)
#define MINUTE INT64_C(60000)
#define HOUR   INT64_C(3600000)

static const char *const agents[DP_TRAFFIC_AGENTS] = {"a1", "a2", "a3", "a4", "a5"};
static const char *const teams[DP_TRAFFIC_TEAMS] = {"t1", "t2", "t3"};
static const char *const queues[] = {"q1", "q2", "q3"};
static const char *const customers[] = {"x1", "x2", "x3"};
static const char *const sources[] = {"crm", "pbx"};
static const char *const reasons[] = {"lunch", "coffee \xc3\xa9", "a\nb"};
static char contact_names[1000][16];

#define ANY(rng, names) dp_str_from((names)[dp_rng_below(rng, sizeof(names) / sizeof *(names))])

static struct dp_event *add(struct dp_traffic *traffic, enum dp_event_type type, int64_t time_ms)
{
    traffic->parcels =
        dp_xgrow(traffic->parcels, traffic->count, &traffic->capacity, sizeof *traffic->parcels);
    struct dp_parcel *parcel = &traffic->parcels[traffic->count++];
    int64_t late_ms =
        dp_rng_between(&traffic->rng, -DP_TRAFFIC_LATENESS / 2, DP_TRAFFIC_LATENESS / 2);
    if (dp_rng_chance(&traffic->rng, 500)) /* most are but a moment late */
        late_ms = dp_rng_between(&traffic->rng, 0, 300);
    time_ms = time_ms < traffic->begin_ms ? traffic->begin_ms : time_ms;
    time_ms = time_ms > traffic->end_ms ? traffic->end_ms : time_ms;
    *parcel = (struct dp_parcel){
        .event = {.type = type,
                  .time_ms = time_ms,
                  .source = ANY(&traffic->rng, sources),
                  .priority = DP_PRIORITY_NORMAL},
        .arrival_ms = time_ms + late_ms,
        .luck = dp_rng_next(&traffic->rng),
    };
    /* Ids in no order of time, so that ties are broken against the order they were made in. */
    snprintf(parcel->id, sizeof parcel->id, "%04x%u", dp_rng_below(&traffic->rng, 0x10000),
             (unsigned)traffic->count);
    return &parcel->event;
}

static struct dp_event *add_to(struct dp_traffic *traffic, uint32_t contact,
                               enum dp_event_type type, int64_t time_ms)
{
    /* Now and then a clock is wrong by some seconds. */
    if (dp_rng_chance(&traffic->rng, 100))
        time_ms += dp_rng_between(&traffic->rng, -8000, 8000);
    struct dp_event *event = add(traffic, type, time_ms);
    event->interaction = dp_str_from(contact_names[contact]);
    traffic->parcels[traffic->count - 1].partition = contact % DP_TRAFFIC_PARTITIONS;
    return event;
}

/* Time goes on; often by whole seconds, sometimes not at all. */
static int64_t next(struct dp_traffic *traffic, int64_t *t, int64_t mean_ms)
{
    int64_t step_ms = dp_rng_exp(&traffic->rng, mean_ms);
    if (dp_rng_chance(&traffic->rng, 500))
        step_ms -= step_ms % 1000;
    return *t += step_ms;
}

static void offer(struct dp_traffic *traffic, uint32_t contact, enum dp_channel channel, int64_t t)
{
    struct dp_rng *rng = &traffic->rng;
    struct dp_event *event = add_to(traffic, contact, DP_CONTACT_OFFERED, t);
    event->channel = channel;
    event->queue = ANY(rng, queues);
    event->priority = (enum dp_priority)dp_rng_below(rng, 4);
    if (dp_rng_chance(rng, 700))
        event->team = ANY(rng, teams);
    if (dp_rng_chance(rng, 700))
        event->customer = ANY(rng, customers);
}

static void answer(struct dp_traffic *traffic, uint32_t contact, struct dp_str agent, int64_t t)
{
    struct dp_event *event = add_to(traffic, contact, DP_CONTACT_ANSWERED, t);
    event->agent = agent;
    if (dp_rng_chance(&traffic->rng, 700))
        event->team = ANY(&traffic->rng, teams);
}

static void say(struct dp_traffic *traffic, uint32_t contact, struct dp_str agent, int64_t t)
{
    struct dp_event *event = add_to(traffic, contact, DP_CONTACT_MESSAGE, t);
    event->from = (enum dp_author)dp_rng_below(&traffic->rng, 3);
    if (event->from == DP_FROM_AGENT)
        event->agent = agent;
}

static void resolve(struct dp_traffic *traffic, uint32_t contact, int64_t t)
{
    struct dp_event *event = add_to(traffic, contact, DP_CONTACT_RESOLVED, t);
    event->resolved = dp_rng_chance(&traffic->rng, 700);
    if (dp_rng_chance(&traffic->rng, 400))
        event->agent = ANY(&traffic->rng, agents);
}

/* One leg, from the answer to the end of talk. */
static struct dp_str serve(struct dp_traffic *traffic, uint32_t contact, int64_t *t)
{
    struct dp_rng *rng = &traffic->rng;
    struct dp_str agent = ANY(rng, agents);
    if (dp_rng_chance(rng, 200))
        add_to(traffic, contact, DP_CONTACT_DECLINED, next(traffic, t, 3000))->agent =
            ANY(rng, agents);
    answer(traffic, contact, agent, next(traffic, t, 10000));
    for (uint32_t steps = dp_rng_below(rng, 5); steps > 0; steps--) {
        say(traffic, contact, agent, next(traffic, t, 8000));
        if (!dp_rng_chance(rng, 300))
            continue;
        add_to(traffic, contact, DP_CONTACT_HELD, next(traffic, t, 4000))->agent = agent;
        if (dp_rng_chance(rng, 800))
            add_to(traffic, contact, DP_CONTACT_RETRIEVED, next(traffic, t, 4000))->agent = agent;
    }
    return agent;
}

static void usual_contact(struct dp_traffic *traffic, uint32_t contact, int64_t t)
{
    struct dp_rng *rng = &traffic->rng;
    offer(traffic, contact, (enum dp_channel)(1 + dp_rng_below(rng, DP_CHANNELS - 1)), t);
    if (dp_rng_chance(rng, 200)) {
        add_to(traffic, contact, DP_CONTACT_ABANDONED, next(traffic, &t, 6000));
        return;
    }
    struct dp_str agent = serve(traffic, contact, &t);
    while (dp_rng_chance(rng, 300)) {
        struct dp_event *event =
            add_to(traffic, contact, DP_CONTACT_TRANSFERRED, next(traffic, &t, 10000));
        event->agent = agent;
        if (dp_rng_chance(rng, 500))
            event->to_queue = ANY(rng, queues);
        if (dp_rng_chance(rng, 500))
            add_to(traffic, contact, DP_CONTACT_WRAPPED, t + dp_rng_exp(rng, 5000))->agent = agent;
        agent = serve(traffic, contact, &t);
    }
    if (dp_rng_chance(rng, 850))
        add_to(traffic, contact, DP_CONTACT_ENDED, next(traffic, &t, 20000));
    for (int wraps = 0; wraps < 2 && dp_rng_chance(rng, 600); wraps++)
        add_to(traffic, contact, DP_CONTACT_WRAPPED, next(traffic, &t, 8000))->agent = agent;
    while (dp_rng_chance(rng, 600)) {
        resolve(traffic, contact, next(traffic, &t, 15000));
        if (dp_rng_chance(rng, 300))
            add_to(traffic, contact, DP_CONTACT_REOPENED, next(traffic, &t, 30000));
    }
}

/* Any events in any order. */
static void odd_contact(struct dp_traffic *traffic, uint32_t contact, int64_t begin_ms)
{
    struct dp_rng *rng = &traffic->rng;
    for (uint32_t left = 1 + dp_rng_below(rng, 10); left > 0; left--) {
        int64_t t = begin_ms + dp_rng_between(rng, 0, 60) * 1000;
        enum dp_event_type type = (enum dp_event_type)dp_rng_below(rng, DP_CONTACT_REOPENED + 1);
        if (type == DP_CONTACT_OFFERED)
            offer(traffic, contact, (enum dp_channel)(1 + dp_rng_below(rng, 3)), t);
        else if (type == DP_CONTACT_ANSWERED)
            answer(traffic, contact, ANY(rng, agents), t);
        else if (type == DP_CONTACT_MESSAGE)
            say(traffic, contact, ANY(rng, agents), t);
        else if (type == DP_CONTACT_RESOLVED)
            resolve(traffic, contact, t);
        else
            add_to(traffic, contact, type, t)->agent = ANY(rng, agents);
    }
}

static void opinion(struct dp_traffic *traffic, int64_t t)
{
    struct dp_rng *rng = &traffic->rng;
    enum dp_event_type type = (enum dp_event_type)(DP_FEEDBACK_RATED + dp_rng_below(rng, 3));
    struct dp_event *event = add(traffic, type, t);
    traffic->parcels[traffic->count - 1].partition = dp_rng_below(rng, DP_TRAFFIC_PARTITIONS);
    event->agent = ANY(rng, agents);
    event->scale = type == DP_FEEDBACK_RATED ? dp_rng_chance(rng, 500) ? 5 : 7 : 100;
    event->score = (double)dp_rng_below(rng, (uint32_t)event->scale + 1);
    event->fatal = type == DP_QUALITY_SCORED && dp_rng_chance(rng, 300);
    if (dp_rng_chance(rng, 500))
        event->team = ANY(rng, teams);
    if (type != DP_QUALITY_SCORED && dp_rng_chance(rng, 500)) {
        event->queue = ANY(rng, queues);
        event->channel = (enum dp_channel)dp_rng_below(rng, DP_CHANNELS);
    }
}

static void state(struct dp_traffic *traffic, uint32_t agent, int64_t t, bool with_team)
{
    struct dp_event *event = add(traffic, DP_AGENT_STATE, t);
    traffic->parcels[traffic->count - 1].partition = agent % DP_TRAFFIC_PARTITIONS;
    event->agent = dp_str_from(agents[agent]);
    event->state = (enum dp_agent_state)dp_rng_below(&traffic->rng, DP_AGENT_STATES);
    if (dp_rng_chance(&traffic->rng, 500))
        event->reason = ANY(&traffic->rng, reasons);
    if (with_team)
        event->team = dp_str_from(teams[agent % DP_TRAFFIC_TEAMS]);
}

void dp_traffic_make(struct dp_traffic *traffic, uint64_t seed, uint32_t contacts, int64_t span_ms)
{
    *traffic = (struct dp_traffic){.begin_ms = INT64_C(1800000000000)};
    traffic->end_ms = traffic->begin_ms + span_ms;
    struct dp_rng *rng = &traffic->rng;
    dp_rng_init(rng, seed, 0);
    for (uint32_t i = 0; i < DP_TRAFFIC_AGENTS; i++)
        state(traffic, i, traffic->begin_ms, true);
    for (uint32_t i = 0; i < contacts; i++) {
        snprintf(contact_names[i], sizeof *contact_names, "c%u", i);
        int64_t t = traffic->begin_ms + dp_rng_between(rng, 0, span_ms);
        if (dp_rng_chance(rng, 700))
            usual_contact(traffic, i, t);
        else
            odd_contact(traffic, i, t);
        state(traffic, dp_rng_below(rng, DP_TRAFFIC_AGENTS),
              traffic->begin_ms + dp_rng_between(rng, 1, span_ms / 1000) * 1000,
              dp_rng_chance(rng, 300));
        if (dp_rng_chance(rng, 300))
            opinion(traffic, traffic->begin_ms + dp_rng_between(rng, 0, span_ms));
    }
    for (size_t i = 0; i < traffic->count; i++) /* the array has stopped moving */
        traffic->parcels[i].event.id = dp_str_from(traffic->parcels[i].id);
}

void dp_traffic_deinit(struct dp_traffic *traffic)
{
    free(traffic->parcels);
}

int dp_event_compare(const struct dp_event *a, const struct dp_event *b)
{
    if (a->time_ms != b->time_ms)
        return a->time_ms < b->time_ms ? -1 : 1;
    int order = dp_str_compare(a->source, b->source);
    return order ? order : dp_str_compare(a->id, b->id);
}

static int by_event(const void *a, const void *b)
{
    return dp_event_compare(&((const struct dp_parcel *)a)->event,
                            &((const struct dp_parcel *)b)->event);
}

static int by_arrival(const void *a, const void *b)
{
    const struct dp_parcel *one = a, *other = b;
    if (one->arrival_ms != other->arrival_ms)
        return one->arrival_ms < other->arrival_ms ? -1 : 1;
    return one->luck < other->luck ? -1 : one->luck > other->luck;
}

static int by_partition(const void *a, const void *b)
{
    const struct dp_parcel *one = a, *other = b;
    if (one->partition != other->partition)
        return one->partition < other->partition ? -1 : 1;
    return by_arrival(a, b);
}

static void order(struct dp_traffic *traffic, int (*compare)(const void *, const void *))
{
    qsort(traffic->parcels + DP_TRAFFIC_AGENTS, traffic->count - DP_TRAFFIC_AGENTS,
          sizeof *traffic->parcels, compare);
    for (size_t i = 0; i < traffic->count; i++)
        traffic->parcels[i].event.id = dp_str_from(traffic->parcels[i].id);
}

void dp_traffic_sort(struct dp_traffic *traffic)
{
    order(traffic, by_event);
}

void dp_traffic_shuffle(struct dp_traffic *traffic)
{
    order(traffic, by_arrival);
}

void dp_traffic_by_partition(struct dp_traffic *traffic)
{
    order(traffic, by_partition);
}

/* All traffic begins on a Friday at 8. */
static const struct dp_queue_targets queue_rules[] = {
    {.queue = "q2",
     .has_short_abandon = true,
     .short_abandon_ms = 9 * SECOND,
     .hours = {.count = 2,
               .spans = {{0x10, 481 * MINUTE, 485 * MINUTE}, {0x10, 490 * MINUTE, 600 * MINUTE}}}},
    {.queue = "q3",
     .target_ms = {0, 7 * SECOND, 0, 0},
     .has_formula = true,
     .formula = DP_CREDIT_ABANDONS,
     .hours = {.count = 1, .spans = {{0x7f, 0, 487 * MINUTE}}}},
};

struct dp_aggregator_options dp_traffic_options(bool wall_clock)
{
    struct dp_scorecard card;
    dp_scorecard_preset(DP_PRESET_PERFORMANCE, (struct dp_robust){DP_ROBUST_PERCENTILES, 5, 95},
                        &card);
    return (struct dp_aggregator_options){
        .windows = {4, {30 * SECOND, MINUTE, 5 * MINUTE, HOUR}},
        .window_labels = {"30s", "1m", "5m", "1h"},
        .allowed_lateness_ms = DP_TRAFFIC_LATENESS,
        .dedup_horizon_ms = HOUR,
        .short_abandon_ms = 5 * SECOND,
        .fcr_window_ms = 10 * MINUTE,
        .contact_ttl_ms = 24 * HOUR,
        .scope_ttl_ms = 24 * HOUR,
        .max_contacts = 100000,
        .max_waiting = 100000,
        .wall_clock = wall_clock,
        .as_of_limit_ms = INT64_MAX,
        .period_kinds = (1u << DP_PERIOD_KINDS) - 1,
        .timezone = "UTC",
        .scorecard = card,
        .quality_per_day = 1,
        .quality_per_month = 2,
        .period_keep_ms = INT64_C(34560000000),
        .period_interval_ms = 0,
        .targets = {.target_ms = {0, 10 * SECOND, 15 * SECOND, 20 * SECOND},
                    .queues = queue_rules,
                    .queue_count = sizeof queue_rules / sizeof *queue_rules,
                    .formula = DP_TARGET_ABANDONS},
    };
}

struct dp_aggregator *dp_traffic_aggregator(bool wall_clock, uint32_t partitions)
{
    struct dp_aggregator_options options = dp_traffic_options(wall_clock);
    struct dp_aggregator *aggregator = dp_aggregator_create(&options);
    for (uint32_t i = 0; i < partitions; i++)
        dp_aggregator_add_partition(aggregator);
    return aggregator;
}

void dp_traffic_give(struct dp_aggregator *aggregator, const struct dp_parcel *parcel)
{
    assert_int_equal(dp_apply_one(aggregator, parcel->partition, &parcel->event), DP_ACCEPTED);
}
