#include "aggregator/fold.h"

#include <stdlib.h>

#include "common/memory.h"

void dp_fold_deinit(struct dp_fold *fold)
{
    if (fold->legs != &fold->first_leg)
        free(fold->legs);
}

void dp_fold_rewind(struct dp_fold *fold, const struct dp_record *records, uint32_t count)
{
    *fold = (struct dp_fold){
        .legs = fold->legs,
        .leg_capacity = fold->leg_capacity,
        .offered = DP_NOT_OFFERED,
        .unanswered_ms = INT64_MIN,
        .waiting_ms = INT64_MIN,
    };
    /* Queue and channel are those of the first offer, also for what came before it in time. */
    for (uint32_t i = 0; i < count; i++)
        if (records[i].type == DP_CONTACT_OFFERED) {
            fold->offered = i;
            fold->offered_ms = records[i].time_ms;
            fold->offered_team = records[i].team;
            fold->customer = records[i].customer;
            fold->queue = records[i].queue;
            fold->channel = dp_record_channel(&records[i]);
            fold->priority = dp_record_priority(&records[i]);
            break;
        }
}

static struct dp_made make(const struct dp_fold *fold, enum dp_fact_kind kind, int64_t time_ms)
{
    struct dp_made made = {.queue = fold->queue};
    made.fact.time_ms = time_ms;
    made.fact.kind = kind & 0xff;
    made.fact.channel = fold->channel & 0xff;
    return made;
}

/* Durations across clocks can come out negative: they count as 0, and are counted. */
static void set_duration(struct dp_fact *fact, int64_t from_ms)
{
    fact->value = fact->time_ms - from_ms;
    if (fact->value < 0) {
        fact->value = 0;
        fact->flags |= DP_FACT_SKEWED;
    }
}

/* The agent's latest leg, open ones only if asked; NULL: none. */
static struct dp_leg *leg_of(const struct dp_fold *fold, uint32_t agent, bool open)
{
    for (uint32_t i = fold->leg_count; i-- > 0;)
        if (fold->legs[i].agent == agent && (fold->legs[i].open || !open))
            return &fold->legs[i];
    return NULL;
}

/* The team of an agent's fact: that of its latest contact.answered so far, else of its states,
 * looked up once and kept in *kept. */
static uint32_t team_of(const struct dp_fold *fold, const struct dp_record *records, uint32_t agent,
                        uint32_t *kept, const struct dp_fold_rules *rules)
{
    const struct dp_leg *leg = leg_of(fold, agent, false);
    if (leg && records[leg->answered].team)
        return records[leg->answered].team;
    if (!agent)
        return 0;
    if (*kept == DP_TEAM_OPEN)
        rules->look_up_team(rules->team_ctx, agent, kept);
    return *kept;
}

static void emit_for_agent(const struct dp_fold *fold, struct dp_record *records, uint32_t at,
                           struct dp_made *made, const struct dp_fold_rules *rules)
{
    made->agent = records[at].agent;
    made->team = team_of(fold, records, made->agent, &records[at].made_team, rules);
    rules->emit(rules->emit_ctx, +1, made);
}

static void emit_response(struct dp_fold *fold, struct dp_record *records, uint32_t at,
                          const struct dp_fold_rules *rules)
{
    struct dp_made made = make(fold, DP_FACT_RESPONSE, records[at].time_ms);
    set_duration(&made.fact, fold->offered_ms);
    fold->responded = true;
    emit_for_agent(fold, records, at, &made, rules);
}

static void emit_handle(const struct dp_fold *fold, const struct dp_leg *leg, int sign,
                        const struct dp_fold_rules *rules)
{
    struct dp_made made = make(fold, DP_FACT_HANDLE, leg->handled_ms);
    made.fact.value = leg->handled_ms - leg->start_ms;
    made.fact.hold_ms = DP_FACT_SPAN(leg->hold_ms);
    made.fact.wrap_ms = DP_FACT_SPAN(leg->handled_ms - leg->end_ms);
    made.agent = leg->agent;
    made.team = leg->handle_team;
    made.queue = leg->handle_queue;
    rules->emit(rules->emit_ctx, sign, &made);
}

static void retrieve(struct dp_leg *leg, int64_t time_ms)
{
    if (leg->held_since_ms == INT64_MIN)
        return;
    leg->hold_ms += time_ms - leg->held_since_ms;
    leg->held_since_ms = INT64_MIN;
}

/* Ends an open leg; `kept` is where a team looked up for its handle fact stays. */
static void end_leg(struct dp_fold *fold, struct dp_record *records, struct dp_leg *leg,
                    int64_t time_ms, uint32_t *kept, const struct dp_fold_rules *rules)
{
    retrieve(leg, time_ms);
    leg->open = false;
    fold->open_legs--;
    leg->end_ms = leg->handled_ms = time_ms;
    leg->handle_queue = fold->queue;
    leg->handle_team = team_of(fold, records, leg->agent, kept, rules);
    emit_handle(fold, leg, +1, rules);
}

static struct dp_leg *add_leg(struct dp_fold *fold)
{
    if (fold->leg_count == fold->leg_capacity) {
        bool moves_out = fold->leg_capacity == 1;
        fold->leg_capacity = fold->leg_capacity ? fold->leg_capacity * 2 : 1;
        if (fold->leg_capacity == 1)
            fold->legs = &fold->first_leg;
        else
            fold->legs =
                dp_xrealloc(moves_out ? NULL : fold->legs, fold->leg_capacity * sizeof *fold->legs);
        if (moves_out)
            fold->legs[0] = fold->first_leg;
    }
    return &fold->legs[fold->leg_count++];
}

static void answered(struct dp_fold *fold, struct dp_record *records, uint32_t at,
                     const struct dp_fold_rules *rules)
{
    *add_leg(fold) = (struct dp_leg){
        .start_ms = records[at].time_ms,
        .held_since_ms = INT64_MIN,
        .agent = records[at].agent,
        .answered = at,
        .open = true,
    };
    fold->open_legs++;
    fold->waiting_ms = INT64_MIN;
    if (fold->channel == DP_CHANNEL_VOICE && !fold->responded)
        emit_response(fold, records, at, rules);
}

static void message(struct dp_fold *fold, struct dp_record *records, uint32_t at,
                    const struct dp_fold_rules *rules)
{
    if (fold->channel != DP_CHANNEL_CHAT && fold->channel != DP_CHANNEL_EMAIL)
        return;
    if (records[at].what == DP_FROM_CUSTOMER)
        fold->asked++;
    if (records[at].what == DP_FROM_CUSTOMER && fold->unanswered_ms == INT64_MIN)
        fold->unanswered_ms = records[at].time_ms;
    if (records[at].what != DP_FROM_AGENT)
        return;
    fold->said++;
    fold->replied |= fold->asked > 0;
    if (!fold->responded)
        emit_response(fold, records, at, rules);
    if (fold->unanswered_ms != INT64_MIN) {
        struct dp_made made = make(fold, DP_FACT_REPLY, records[at].time_ms);
        set_duration(&made.fact, fold->unanswered_ms);
        fold->unanswered_ms = INT64_MIN;
        emit_for_agent(fold, records, at, &made, rules);
    }
}

static void transferred(struct dp_fold *fold, struct dp_record *records, uint32_t at,
                        const struct dp_fold_rules *rules)
{
    struct dp_record *record = &records[at];
    struct dp_made made = make(fold, DP_FACT_TRANSFER, record->time_ms);
    emit_for_agent(fold, records, at, &made, rules);
    uint32_t open = fold->open_legs;
    for (uint32_t i = 0; i < fold->leg_count && fold->open_legs; i++)
        if (fold->legs[i].open && fold->legs[i].agent == record->agent)
            end_leg(fold, records, &fold->legs[i], record->time_ms, &record->made_team, rules);
    if (open && !fold->open_legs) /* until somebody takes the transfer the customer waits again */
        fold->waiting_ms = record->time_ms;
    if (record->queue && fold->offered != DP_NOT_OFFERED)
        fold->queue = record->queue;
}

/* Of a chat, at most once. */
static void emit_conversation(struct dp_fold *fold, struct dp_record *records, int64_t time_ms,
                              const struct dp_fold_rules *rules)
{
    if (fold->conversed || fold->channel != DP_CHANNEL_CHAT || !(fold->said + fold->asked))
        return;
    fold->conversed = true;
    struct dp_made made = make(fold, DP_FACT_CONVERSATION, time_ms);
    made.fact.value = fold->said;
    made.fact.hold_ms = fold->asked;
    if (fold->asked)
        made.fact.flags |= DP_FACT_ASKED;
    if (fold->replied)
        made.fact.flags |= DP_FACT_REPLIED;
    if (fold->leg_count) {
        const struct dp_leg *leg = &fold->legs[fold->leg_count - 1];
        made.agent = leg->agent;
        made.team = team_of(fold, records, leg->agent, &records[leg->answered].end_team, rules);
    }
    rules->emit(rules->emit_ctx, +1, &made);
}

static void ended(struct dp_fold *fold, struct dp_record *records, uint32_t at,
                  const struct dp_fold_rules *rules)
{
    for (uint32_t i = 0; i < fold->leg_count && fold->open_legs; i++)
        if (fold->legs[i].open)
            end_leg(fold, records, &fold->legs[i], records[at].time_ms,
                    &records[fold->legs[i].answered].end_team, rules);
    emit_conversation(fold, records, records[at].time_ms, rules);
    fold->over = true;
    fold->waiting_ms = INT64_MIN;
}

static void wrapped(struct dp_fold *fold, struct dp_record *records, uint32_t at,
                    const struct dp_fold_rules *rules)
{
    struct dp_record *record = &records[at];
    struct dp_leg *leg = leg_of(fold, record->agent, false);
    if (!leg)
        return;
    if (leg->open) {
        end_leg(fold, records, leg, record->time_ms, &record->made_team, rules);
        return;
    }
    emit_handle(fold, leg, -1, rules);
    leg->handled_ms = record->time_ms; /* the queue stays that of the end of talk */
    leg->handle_team = team_of(fold, records, record->agent, &record->made_team, rules);
    emit_handle(fold, leg, +1, rules);
}

static void abandoned(struct dp_fold *fold, const struct dp_record *record,
                      const struct dp_fold_rules *rules)
{
    fold->over = true;
    fold->waiting_ms = INT64_MIN;
    if (fold->abandoned || fold->leg_count || fold->offered == DP_NOT_OFFERED)
        return;
    fold->abandoned = true;
    struct dp_made made = make(fold, DP_FACT_ABANDON, record->time_ms);
    made.team = fold->offered_team;
    set_duration(&made.fact, fold->offered_ms);
    rules->emit(rules->emit_ctx, +1, &made);
}

static void reopened(struct dp_fold *fold, const struct dp_fold_rules *rules)
{
    if (fold->has_outcome)
        rules->emit(rules->emit_ctx, -1, &fold->outcome);
    fold->has_outcome = false;
}

static void resolved(struct dp_fold *fold, struct dp_record *records, uint32_t at,
                     const struct dp_fold_rules *rules)
{
    reopened(fold, rules);
    struct dp_record *record = &records[at];
    struct dp_made made = make(fold, DP_FACT_OUTCOME, record->time_ms);
    made.customer = fold->customer;
    made.agent = record->agent;
    if (!made.agent && fold->leg_count)
        made.agent = fold->legs[fold->leg_count - 1].agent;
    if (record->made_for != made.agent) { /* another leg came in as the last */
        record->made_for = made.agent;
        if (record->made_team != DP_TEAM_OPEN)
            rules->look_up_team(rules->team_ctx, made.agent, &record->made_team);
    }
    made.team = team_of(fold, records, made.agent, &record->made_team, rules);
    if (record->what) {
        made.fact.flags |= DP_FACT_RESOLVED;
        if (fold->offered != DP_NOT_OFFERED) {
            made.fact.flags |= DP_FACT_TIMED;
            set_duration(&made.fact, fold->offered_ms);
        }
    }
    if (fold->offered != DP_NOT_OFFERED && fold->priority == DP_PRIORITY_URGENT)
        made.fact.flags |= DP_FACT_URGENT;
    if (fold->offered != DP_NOT_OFFERED && fold->priority == DP_PRIORITY_HIGH)
        made.fact.flags |= DP_FACT_HIGH;
    fold->outcome = made;
    fold->has_outcome = true;
    rules->emit(rules->emit_ctx, +1, &made);
}

static void offered(struct dp_fold *fold, const struct dp_record *record, uint32_t at,
                    const struct dp_fold_rules *rules)
{
    if (at != fold->offered)
        return;
    struct dp_made made = make(fold, DP_FACT_OFFERED, record->time_ms);
    made.queue = record->queue;
    made.team = fold->offered_team;
    made.customer = fold->customer;
    if (!fold->leg_count && !fold->over)
        fold->waiting_ms = record->time_ms;
    rules->emit(rules->emit_ctx, +1, &made);
}

void dp_fold_step(struct dp_fold *fold, struct dp_record *records, uint32_t at,
                  const struct dp_fold_rules *rules)
{
    struct dp_record *record = &records[at];
    struct dp_made made;
    struct dp_leg *leg;
    switch ((enum dp_event_type)record->type) {
    case DP_CONTACT_OFFERED:
        offered(fold, record, at, rules);
        break;
    case DP_CONTACT_ANSWERED:
        answered(fold, records, at, rules);
        break;
    case DP_CONTACT_DECLINED:
        made = make(fold, DP_FACT_DECLINE, record->time_ms);
        emit_for_agent(fold, records, at, &made, rules);
        break;
    case DP_CONTACT_MESSAGE:
        message(fold, records, at, rules);
        break;
    case DP_CONTACT_HELD:
        leg = leg_of(fold, record->agent, true);
        if (leg && leg->held_since_ms == INT64_MIN)
            leg->held_since_ms = record->time_ms;
        break;
    case DP_CONTACT_RETRIEVED:
        leg = leg_of(fold, record->agent, true);
        if (leg)
            retrieve(leg, record->time_ms);
        break;
    case DP_CONTACT_TRANSFERRED:
        transferred(fold, records, at, rules);
        break;
    case DP_CONTACT_ENDED:
        ended(fold, records, at, rules);
        break;
    case DP_CONTACT_WRAPPED:
        wrapped(fold, records, at, rules);
        break;
    case DP_CONTACT_ABANDONED:
        abandoned(fold, record, rules);
        break;
    case DP_CONTACT_RESOLVED:
        resolved(fold, records, at, rules);
        break;
    case DP_CONTACT_REOPENED:
        reopened(fold, rules);
        break;
    default: /* events without a contact have no record */
        break;
    }
}

uint32_t dp_fold_active(const struct dp_fold *fold, uint32_t *agents)
{
    uint32_t count = 0, open = fold->open_legs;
    for (uint32_t i = fold->leg_count; i-- > 0 && open;) {
        if (!fold->legs[i].open)
            continue;
        open--;
        uint32_t known = 0;
        while (known < count && agents[known] != fold->legs[i].agent)
            known++;
        if (known == count)
            agents[count++] = fold->legs[i].agent;
    }
    return count;
}
