#include "aggregator/private.h"

#include <math.h>

/* A fact comes to a scope (`sign` +1) or is taken back (-1). To periods it does not go where a
 * frame to come tells what it has come to. */
static void to_scope(struct dp_aggregator *agg, uint32_t number, int sign,
                     const struct dp_fact *fact, unsigned to)
{
    if (agg->accrues_later)
        to &= ~DP_TO_PERIODS;
    if (!number || !to)
        return;
    struct dp_scope *scope = dp_scope_at(agg, number);
    if (dp_bundle_full(&scope->bundle))
        dp_scope_settle_full(agg, scope);
    dp_bundle_add(&scope->bundle, sign, fact, to);
    if (to & DP_TO_PERIODS)
        agg->standings_due |= !agg->options.period_interval_ms;
    dp_scope_touch(agg, scope);
}

/* The queue that a fact goes to. Of contacts that were offered outside its hours a queue counts the
 * offers alone. */
static uint32_t queue_of(const struct dp_made *made)
{
    bool outside = made->fact.flags & DP_FACT_OUTSIDE && made->fact.kind != DP_FACT_OFFERED;
    return outside ? DP_SCOPE_NONE : made->queue;
}

/* To everybody else hours are nothing. */
static struct dp_fact to_others(const struct dp_made *made)
{
    struct dp_fact fact = made->fact;
    fact.flags &= ~(unsigned)DP_FACT_OUTSIDE & 0xffff;
    return fact;
}

static void to_everybody(struct dp_aggregator *agg, int sign, const struct dp_made *made,
                         unsigned to)
{
    struct dp_fact fact = to_others(made);
    to_scope(agg, made->agent, sign, &fact, to);
    to_scope(agg, made->team, sign, &fact, to);
    to_scope(agg, queue_of(made), sign, &made->fact, to);
    to_scope(agg, DP_SCOPE_OF_ALL, sign, &fact, to);
}

void dp_window_fact(void *ctx, const struct dp_contact *contact, int sign,
                    const struct dp_made *made)
{
    (void)contact;
    to_everybody(ctx, sign, made, DP_TO_WINDOWS);
}

void dp_settle_fact(void *ctx, const struct dp_contact *contact, int sign,
                    const struct dp_made *made)
{
    struct dp_aggregator *agg = ctx;
    to_everybody(agg, sign, made, DP_TO_WINDOWS | DP_TO_PERIODS);
    if (dp_ledger_is_kept(agg))
        dp_ledger_tell(agg, sign, made, dp_contact_id(contact), (struct dp_str){0});
}

/* What a contact tells of its facts. */
struct telling {
    struct dp_aggregator *agg;
    struct dp_contact *contact;
};

static void told(void *ctx, int sign, const struct dp_made *made)
{
    struct telling *telling = ctx;
    struct dp_aggregator *agg = telling->agg;
    if (made->fact.flags & DP_FACT_SKEWED)
        agg->counters.clock_skew += (uint64_t)sign; /* of the facts that stand */
    if (made->fact.kind == DP_FACT_OFFERED || made->fact.kind == DP_FACT_OUTCOME)
        dp_repeat_take(&agg->repeat, telling->contact, sign, made, dp_settle_fact, agg);
    if (made->fact.kind == DP_FACT_OUTCOME) /* they come back from there with their mark */
        return;
    dp_judge(agg, telling->contact, sign, made);
    dp_note_abandon(agg, telling->contact, sign, made);
    struct dp_made judged = dp_judged_as(telling->contact, made);
    dp_settle_fact(agg, telling->contact, sign, &judged);
}

/* Periods that end after `from_ms` are to be handed out again, as all are after restoring. */
static void mark_periods(struct dp_aggregator *agg, struct dp_scope *scope, int64_t from_ms)
{
    if (!agg->restoring && from_ms < scope->stale_from_ms)
        scope->stale_from_ms = from_ms;
}

/* An agent is ranked in the team that the latest event names for it; of several of one time, in the
 * one whose name is the last. */
static void note_team(struct dp_aggregator *agg, uint32_t number, uint32_t team, int64_t time_ms)
{
    if (!number || !team)
        return;
    struct dp_scope *agent = dp_scope_at(agg, number);
    if (time_ms < agent->rank_team_ms)
        return;
    if (team != agent->rank_team) {
        if (time_ms == agent->rank_team_ms &&
            dp_str_compare(dp_scope_at(agg, team)->id, dp_scope_at(agg, agent->rank_team)->id) < 0)
            return;
        dp_scope_hold(agg, team);
        dp_scope_release(agg, agent->rank_team);
        agent->rank_team = team;
        agg->ranks_changed = true;
        agent->now_changed |= agg->watched; /* that the alerts hear of it */
        agg->standings_due |= !agg->options.period_interval_ms;
        mark_periods(agg, agent, INT64_MIN);
        dp_scope_touch(agg, agent);
    }
    agent->rank_team_ms = time_ms;
}

void dp_look_up_team(void *ctx, uint32_t agent, uint32_t *team)
{
    struct dp_aggregator *agg = ctx;
    if (*team != DP_TEAM_OPEN)
        dp_scope_release(agg, *team);
    *team = dp_history_team(agg, agent);
    dp_scope_hold(agg, *team); /* it is kept in the record */
}

static uint32_t keep_named(struct dp_aggregator *agg, enum dp_scope_kind kind, struct dp_str id,
                           uint64_t hash, int64_t time_ms)
{
    uint32_t number = dp_scope_named(agg, kind, id, hash, time_ms);
    dp_scope_hold(agg, number);
    return number;
}

static void release_record(struct dp_aggregator *agg, const struct dp_record *record)
{
    dp_scope_release(agg, record->agent);
    dp_scope_release(agg, record->team);
    dp_scope_release(agg, record->queue);
    if (record->made_team != DP_TEAM_OPEN)
        dp_scope_release(agg, record->made_team);
    if (record->type == DP_CONTACT_ANSWERED && record->end_team != DP_TEAM_OPEN)
        dp_scope_release(agg, record->end_team);
}

void dp_forget_contact(struct dp_aggregator *agg, struct dp_contact *contact)
{
    struct dp_dossier *dossier = dp_contacts_open(&agg->contacts, contact);
    /* To the gauges it is over; the facts it has made stay in their windows. */
    dp_gauges_note(dossier, &agg->active_before);
    if (agg->contacts_watched)
        dp_alerts_contact_over(agg->alerts, dp_contact_id(contact));
    dp_repeat_forget_contact(&agg->repeat, contact);
    dp_forget_abandon(agg, contact);
    dp_fold_rewind(&dossier->fold, NULL, 0);
    dp_gauges_follow(agg, dossier);
    for (uint32_t i = 0; i < dossier->record_count; i++)
        release_record(agg, &dossier->records[i]);
    dp_contacts_remove(&agg->contacts, contact);
}

struct dp_record dp_record_of(struct dp_aggregator *agg, const struct dp_event *event,
                              const struct dp_outlook *outlook, struct dp_str *customer)
{
    struct dp_record record = {
        .time_ms = event->time_ms,
        .agent = keep_named(agg, DP_SCOPE_AGENT, event->agent, outlook->agent, event->time_ms),
        .team = keep_named(agg, DP_SCOPE_TEAM, event->team, outlook->team, event->time_ms),
        .made_team = DP_TEAM_OPEN,
        .type = event->type & 0xff,
    };
    *customer = (struct dp_str){0};
    note_team(agg, record.agent, record.team, event->time_ms);
    switch (event->type) {
    case DP_CONTACT_OFFERED:
        record.queue =
            keep_named(agg, DP_SCOPE_QUEUE, event->queue, outlook->queue, event->time_ms);
        record.what = dp_record_offer(event->channel, event->priority);
        *customer = event->customer;
        break;
    case DP_CONTACT_ANSWERED:
        record.end_team = DP_TEAM_OPEN;
        break;
    case DP_CONTACT_TRANSFERRED:
        record.queue = keep_named(agg, DP_SCOPE_QUEUE, event->to_queue,
                                  dp_scope_hash(DP_SCOPE_QUEUE, event->to_queue), event->time_ms);
        break;
    case DP_CONTACT_MESSAGE:
        record.what = event->from & 0xff;
        break;
    case DP_CONTACT_RESOLVED:
        record.what = event->resolved;
        break;
    default:
        break;
    }
    return record;
}

/* The contact of an event; NULL: it is not to be had now (dp_history_begins). */
static struct dp_contact *contact_of(struct dp_aggregator *agg, const struct dp_event *event,
                                     const struct dp_outlook *outlook)
{
    struct dp_contact *contact =
        dp_contacts_find(&agg->contacts, event->interaction, outlook->interaction);
    if (contact || !dp_history_begins(agg))
        return contact;
    contact =
        dp_contacts_get(&agg->contacts, event->interaction, outlook->interaction, event->time_ms);
    contact->frame = dp_history_frame(agg);
    return contact;
}

static void apply_to_contact(struct dp_aggregator *agg, const struct dp_event *event,
                             const struct dp_outlook *outlook)
{
    struct dp_contact *contact = contact_of(agg, event, outlook);
    if (!contact)
        return;
    struct dp_str customer;
    struct dp_record record = dp_record_of(agg, event, outlook, &customer);
    struct telling telling = {agg, contact};
    struct dp_fold_rules rules = {
        .look_up_team = dp_look_up_team,
        .team_ctx = agg,
        .emit = told,
        .emit_ctx = &telling,
    };
    struct dp_dossier *dossier = dp_contacts_open(&agg->contacts, contact);
    dp_gauges_note(dossier, &agg->active_before);
    dp_contact_add(&agg->contacts, contact, &record, event->source, event->id, customer, &rules);
    dp_gauges_follow(agg, dossier);
    if (agg->contacts_watched)
        dp_watch_contact(agg, contact);
}

static void apply_agent_state(struct dp_aggregator *agg, const struct dp_event *event,
                              const struct dp_outlook *outlook)
{
    struct dp_scope *scope = dp_scope_at(
        agg, dp_scope_named(agg, DP_SCOPE_AGENT, event->agent, outlook->agent, event->time_ms));
    struct dp_agent *agent = &scope->agent;
    const struct dp_state_change *now = dp_agent_now(agent);
    enum dp_agent_state state_before = now ? now->state : DP_STATE_OFFLINE;
    bool had_state = now != NULL;
    uint32_t team_before = agent->team;

    if (!had_state)
        agent->frame = dp_history_frame(agg);
    /* Before what is too old for windows is forgotten it goes to the periods. */
    if (agent->count == agent->capacity)
        dp_accrue_states(agg, scope, agg->settled_ms);
    int64_t forget_ms = dp_back(dp_earliest_t(agg), dp_longest_window(agg));
    int at_that_time = dp_ledger_is_kept(agg) ? dp_ledger_state_at(agent, event->time_ms) : 0;
    bool again = event->time_ms < scope->accrued_ms;
    if (again)
        dp_accrue_again(agg, scope, -1, event->time_ms);
    dp_agent_put(agent, event, forget_ms < scope->accrued_ms ? forget_ms : scope->accrued_ms,
                 agg->settled_ms);
    if (again)
        dp_accrue_again(agg, scope, +1, event->time_ms);
    /* Those too in which it is in no state any more. */
    mark_periods(agg, scope, event->time_ms);
    scope->states_changed = true;
    if (dp_ledger_is_kept(agg))
        dp_ledger_tell_state(agg, scope, event->time_ms, at_that_time);
    if (event->team.len) {
        uint32_t team = keep_named(agg, DP_SCOPE_TEAM, event->team, outlook->team, event->time_ms);
        note_team(agg, scope->number, team, event->time_ms);
        dp_scope_release(agg, dp_agent_put_team(agent, event, team) ? team_before : team);
    }
    dp_gauges_state(agg, scope, had_state ? &state_before : NULL, team_before);
    if (event->time_ms < scope->entries_ms) {
        scope->past_changed = true;
        dp_scope_touch(agg, scope);
    }
}

/* Feedback and quality checks are facts by themselves. */
static void apply_opinion(struct dp_aggregator *agg, const struct dp_event *event,
                          const struct dp_outlook *outlook)
{
    struct dp_made made = {
        .agent = dp_scope_named(agg, DP_SCOPE_AGENT, event->agent, outlook->agent, event->time_ms),
        .team = dp_scope_named(agg, DP_SCOPE_TEAM, event->team, outlook->team, event->time_ms),
        .queue = dp_scope_named(agg, DP_SCOPE_QUEUE, event->queue, outlook->queue, event->time_ms),
    };
    note_team(agg, made.agent, made.team, event->time_ms);
    if (!made.team)
        made.team = dp_history_team(agg, made.agent);
    made.fact.time_ms = event->time_ms;
    made.fact.channel = event->channel & 0xff;
    switch (event->type) {
    case DP_FEEDBACK_RATED:
        made.fact.kind = DP_FACT_RATING;
        made.fact.value = llround(event->score / event->scale * 100.0 * (double)DP_SCORE_UNIT);
        if (event->score / 4.0 >= event->scale / 5.0) /* 80 of 100, without rounding */
            made.fact.flags |= DP_FACT_SATISFIED;
        break;
    case DP_FEEDBACK_COMPLAINED:
        made.fact.kind = DP_FACT_COMPLAINT;
        break;
    default:
        made.fact.kind = DP_FACT_QUALITY;
        made.fact.value = llround(event->score * (double)DP_SCORE_UNIT);
        if (event->fatal)
            made.fact.flags |= DP_FACT_FATAL;
        break;
    }
    to_everybody(agg, +1, &made, DP_TO_WINDOWS | DP_TO_PERIODS);
    if (dp_ledger_is_kept(agg))
        dp_ledger_tell(agg, +1, &made, event->interaction, event->id);
}

/* What was measured elsewhere counts in periods. */
static void apply_measured(struct dp_aggregator *agg, const struct dp_event *event,
                           const struct dp_outlook *outlook)
{
    struct dp_made made = {
        .agent = dp_scope_named(agg, DP_SCOPE_AGENT, event->agent, outlook->agent, event->time_ms),
        .team = dp_scope_named(agg, DP_SCOPE_TEAM, event->team, outlook->team, event->time_ms),
    };
    made.fact.time_ms = event->time_ms;
    made.fact.kind = DP_FACT_MEASURED;
    made.fact.value = llround(event->score * (double)DP_SCORE_UNIT);
    made.fact.flags = (unsigned)event->measure & 0xffff;
    note_team(agg, made.agent, made.team, event->time_ms);
    to_scope(agg, made.agent, +1, &made.fact, DP_TO_PERIODS);
    if (dp_ledger_is_kept(agg))
        dp_ledger_tell(agg, +1, &made, event->interaction, event->id);
}

void dp_apply_event(struct dp_aggregator *agg, const struct dp_event *event,
                    const struct dp_outlook *outlook)
{
    switch (event->type) {
    case DP_AGENT_STATE:
        apply_agent_state(agg, event, outlook);
        break;
    case DP_FEEDBACK_RATED:
    case DP_FEEDBACK_COMPLAINED:
    case DP_QUALITY_SCORED:
        apply_opinion(agg, event, outlook);
        break;
    case DP_SCORECARD_MEASURED:
        apply_measured(agg, event, outlook);
        break;
    default:
        apply_to_contact(agg, event, outlook);
        break;
    }
}
