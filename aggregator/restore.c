#include "aggregator/restore.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aggregator/period_record.h"
#include "aggregator/private.h"
#include "common/memory.h"

/* Events that are looked at together: as many as dp_aggregator_look takes at once. */
#define TOGETHER 16

/* While a journal is followed, windows move once in so long a time. */
#define FOLLOW_STEP_MS INT64_C(10000)

/* A frame being applied. */
struct restoring {
    struct dp_aggregator *agg;
    int64_t remember_ms; /* the time from which on duplicates can come */
    bool out_of_place;   /* a record came where it cannot be */

    struct dp_journal_contact told; /* its events follow */
    struct dp_contact *contact;     /* NULL: it is known already */
    uint32_t events_left;

    struct dp_scope *agent; /* its states follow */
    uint32_t states_left, settled_left;
};

void dp_aggregator_save(const struct dp_aggregator *agg, struct dp_aggregator_saved *saved)
{
    *saved = (struct dp_aggregator_saved){
        .t_ms = agg->t_ms,
        .highest_ms = agg->partitions.highest_ms,
        .horizon_ms = agg->horizon_ms,
        .settled_ms = agg->settled_ms,
        .since_forget = agg->since_forget,
        .carried = agg->carried_frame,
        .counters = agg->counters,
        .partition_count = agg->partitions.count,
    };
    size_t size = saved->partition_count * sizeof *saved->partitions;
    saved->partitions = dp_xmalloc(size ? size : 1);
    if (size)
        memcpy(saved->partitions, agg->partitions.items, size);
}

void dp_aggregator_restore_begin(struct dp_aggregator *agg, const struct dp_aggregator_saved *saved)
{
    dp_await_all(agg);
    agg->restoring = agg->repeat.history.knows = true;
    dp_watch_update(agg);
    agg->restored_settled_ms = saved->settled_ms;
    agg->carried_frame = saved->carried;
    if (agg->scopes.now_ms > dp_back(saved->t_ms, FOLLOW_STEP_MS))
        return;
    agg->scopes.now_ms = saved->t_ms; /* what is too old as of then is not kept at all */
    for (uint32_t i = DP_SCOPE_OF_ALL; i < agg->scopes.count; i++)
        if (agg->scopes.items[i])
            dp_windows_advance(agg->scopes.items[i]->windows, saved->t_ms);
}

/* ---------------------------------------------------------------- events */

static void restore_event(struct restoring *restoring, const struct dp_event *event,
                          const struct dp_outlook *outlook, bool waits,
                          struct dp_journal_reader *after)
{
    struct dp_aggregator *agg = restoring->agg;
    /* One that waits, or did, may have been told before (history.c, carry.c). */
    if (event->time_ms >= restoring->remember_ms && !dp_dedup_has(&agg->dedup, outlook->key))
        dp_dedup_add(&agg->dedup, outlook->key, event->time_ms, restoring->remember_ms);
    if (event->time_ms > agg->partitions.highest_ms)
        agg->partitions.highest_ms = event->time_ms;
    if (event->time_ms > agg->options.as_of_limit_ms)
        return;
    struct dp_waiting *waiting = dp_ahead_find(&agg->ahead, event);
    if (waits) {
        waiting = waiting ? waiting : dp_ahead_put(&agg->ahead, event);
        waiting->frame = dp_history_frame(agg);
        return;
    }
    if (waiting)
        dp_ahead_remove(&agg->ahead, waiting);
    agg->answers = after;
    dp_apply_event(agg, event, outlook);
}

static void restore_waiting(struct restoring *restoring, struct dp_journal_reader *after)
{
    struct dp_aggregator *agg = restoring->agg;
    struct dp_event *event = dp_ahead_take(&agg->ahead, INT64_MAX);
    if (!event) {
        restoring->out_of_place = true;
        return;
    }
    struct dp_outlook outlook;
    dp_aggregator_look(agg, event, 1, &outlook);
    agg->answers = after;
    dp_apply_event(agg, event, &outlook);
    free(event);
}

/* ---------------------------------------------------------------- contacts */

/* Facts of a contact that is told as a whole: all that was found out about them is known. Periods
 * are told as a whole too. */
static void tell_again(void *ctx, int sign, const struct dp_made *made)
{
    struct restoring *restoring = ctx;
    struct dp_made judged = dp_judged_as(restoring->contact, made);
    if (made->fact.kind == DP_FACT_OFFERED || made->fact.kind == DP_FACT_OUTCOME)
        dp_repeat_restore(&restoring->agg->repeat, restoring->contact, made, dp_window_fact,
                          restoring->agg);
    dp_note_abandon(restoring->agg, restoring->contact, sign, made);
    if (made->fact.kind != DP_FACT_OUTCOME)
        dp_window_fact(restoring->agg, restoring->contact, sign, &judged);
}

static void finish_contact(struct restoring *restoring)
{
    struct dp_aggregator *agg = restoring->agg;
    struct dp_contact *contact = restoring->contact;
    if (!contact)
        return;
    struct dp_fold_rules rules = {
        .look_up_team = dp_look_up_team,
        .team_ctx = agg,
        .emit = tell_again,
        .emit_ctx = restoring,
    };
    contact->fcr = restoring->told.fcr;
    memcpy(contact->judged, restoring->told.judged, sizeof contact->judged);
    agg->active_before.count = 0;
    struct dp_dossier *dossier = dp_contact_dossier(contact);
    dp_dossier_tell(dossier, &rules, &agg->contacts.room);
    dp_gauges_follow(agg, dossier);
    dp_contacts_put_away(&agg->contacts, contact);
    restoring->contact = NULL;
}

static void begin_contact(struct restoring *restoring, const struct dp_journal_contact *told)
{
    struct dp_contacts *contacts = &restoring->agg->contacts;
    uint64_t hash = dp_contact_hash(told->id);
    struct dp_contact *contact = dp_contacts_find(contacts, told->id, hash);
    restoring->told = *told;
    restoring->events_left = told->events;
    /* What is known is known as a whole. */
    restoring->contact = contact ? NULL : dp_contacts_get(contacts, told->id, hash, told->last_ms);
    contact = contact ? contact : restoring->contact;
    contact->frame = dp_history_frame(restoring->agg);
    if (!told->events)
        restoring->out_of_place = true;
}

static uint32_t number_of(struct dp_aggregator *agg, enum dp_scope_kind kind,
                          const struct dp_journal_kept_name *kept)
{
    if (kept->kept == DP_JOURNAL_KEPT_OPEN)
        return DP_TEAM_OPEN;
    return dp_scope_named(agg, kind, kept->name, dp_scope_hash(kind, kept->name), INT64_MIN);
}

static uint32_t hold_kept(struct dp_aggregator *agg, const struct dp_journal_kept_name *kept)
{
    uint32_t team = number_of(agg, DP_SCOPE_TEAM, kept);
    if (team != DP_TEAM_OPEN)
        dp_scope_hold(agg, team);
    return team;
}

static void restore_contact_event(struct restoring *restoring,
                                  const struct dp_journal_contact_event *told)
{
    struct dp_aggregator *agg = restoring->agg;
    if (restoring->contact) {
        struct dp_outlook outlook;
        struct dp_str customer;
        dp_aggregator_look(agg, &told->event, 1, &outlook);
        struct dp_record record = dp_record_of(agg, &told->event, &outlook, &customer);
        record.made_team = hold_kept(agg, &told->made_team);
        if (record.type == DP_CONTACT_ANSWERED)
            record.end_team = hold_kept(agg, &told->end_team);
        else if (record.type == DP_CONTACT_RESOLVED)
            record.made_for = number_of(agg, DP_SCOPE_AGENT, &told->end_team);
        dp_dossier_restore(dp_contact_dossier(restoring->contact), &record, told->event.source,
                           told->event.id, customer);
    }
    if (--restoring->events_left == 0)
        finish_contact(restoring);
}

static void restore_forgotten(struct dp_aggregator *agg, struct dp_str id)
{
    struct dp_contact *contact = dp_contacts_find(&agg->contacts, id, dp_contact_hash(id));
    if (contact)
        dp_forget_contact(agg, contact);
}

/* ---------------------------------------------------------------- agents and scopes */

static struct dp_scope *scope_named(struct dp_aggregator *agg, enum dp_scope_kind kind,
                                    struct dp_str id, int64_t time_ms)
{
    return dp_scope_at(agg, dp_scope_named(agg, kind, id, dp_scope_hash(kind, id), time_ms));
}

static void finish_agent(struct restoring *restoring)
{
    dp_gauges_enter(restoring->agg, restoring->agent);
    restoring->agent = NULL;
}

static void begin_agent(struct restoring *restoring, const struct dp_journal_agent *told)
{
    struct dp_aggregator *agg = restoring->agg;
    struct dp_scope *scope = scope_named(agg, DP_SCOPE_AGENT, told->id, INT64_MIN);
    dp_agent_clear(agg, scope);
    scope->agent.frame = dp_history_frame(agg);
    if (told->team.len) {
        const struct dp_event event = {
            .time_ms = told->team_ms, .source = told->team_source, .id = told->team_event};
        uint32_t team = scope_named(agg, DP_SCOPE_TEAM, told->team, INT64_MIN)->number;
        dp_scope_hold(agg, team);
        dp_agent_put_team(&scope->agent, &event, team);
    }
    dp_agent_set_reason(&scope->agent, told->reason);
    restoring->agent = scope;
    restoring->states_left = told->states;
    restoring->settled_left = told->settled;
    if (!told->states)
        restoring->out_of_place = true;
}

/* Settled ones come first, and are the ones without a tie. */
static void restore_agent_state(struct restoring *restoring,
                                const struct dp_journal_agent_state *told)
{
    struct dp_agent *agent = &restoring->agent->agent;
    const struct dp_state_change *before = dp_agent_now(agent);
    bool settled = restoring->settled_left > 0;
    if ((before && before->time_ms >= told->time_ms) || settled != !told->id.len) {
        restoring->out_of_place = true;
        return;
    }
    dp_agent_restore(agent, told->time_ms, told->state,
                     &(struct dp_agent_tie){told->source, told->id});
    restoring->settled_left -= settled;
    if (--restoring->states_left == 0)
        finish_agent(restoring);
}

/* In place of what the scope's facts in earlier frames have come to. */
static void restore_periods(struct restoring *restoring, const struct dp_journal_periods *told)
{
    struct dp_aggregator *agg = restoring->agg;
    struct dp_scope *scope = told->scope == DP_SCOPE_ALL
                                 ? dp_scope_at(agg, DP_SCOPE_OF_ALL)
                                 : scope_named(agg, told->scope, told->id, INT64_MIN);
    dp_scope_settle(agg, scope);
    dp_periods_clear(&scope->periods);
    if (!dp_period_record_read(told->bytes, &scope->periods))
        restoring->out_of_place = true;
    scope->left = told->left;
    scope->accrued_ms = told->accrued_ms;
    dp_scope_release(agg, scope->rank_team);
    scope->rank_team = DP_SCOPE_NONE;
    if (told->team.len)
        scope->rank_team = scope_named(agg, DP_SCOPE_TEAM, told->team, INT64_MIN)->number;
    dp_scope_hold(agg, scope->rank_team);
    scope->rank_team_ms = told->team_ms;
}

static void restore_retired(struct dp_aggregator *agg, enum dp_scope_kind kind, struct dp_str id)
{
    bool made;
    struct dp_scope *scope = dp_scopes_get(&agg->scopes, kind, id, dp_scope_hash(kind, id), &made);
    /* Whoever refers to it still will be told anew, or go. */
    if (!scope->references)
        dp_scope_retire(agg, scope);
    else if (kind == DP_SCOPE_AGENT)
        dp_agent_leave(agg, scope);
}

/* ---------------------------------------------------------------- frames */

static void restore_other(struct restoring *restoring, const struct dp_journal_record *record,
                          struct dp_journal_reader *after)
{
    struct dp_aggregator *agg = restoring->agg;
    if (restoring->events_left != 0 && record->kind != DP_JOURNAL_CONTACT_EVENT)
        restoring->out_of_place = true;
    else if (restoring->events_left == 0 && record->kind == DP_JOURNAL_CONTACT_EVENT)
        restoring->out_of_place = true;
    else if (!restoring->agent != (record->kind != DP_JOURNAL_AGENT_STATE))
        restoring->out_of_place = true;
    if (restoring->out_of_place)
        return;
    switch (record->kind) {
    case DP_JOURNAL_TIME:
        if (record->t_ms > agg->t_ms)
            agg->t_ms = record->t_ms;
        break;
    case DP_JOURNAL_TAKE:
        restore_waiting(restoring, after);
        break;
    case DP_JOURNAL_SETTLED:
        agg->horizon_ms = record->horizon_ms;
        agg->settled_ms = record->settled_ms;
        dp_accrue_settled(agg, agg->settled_ms);
        dp_contacts_tidy(&agg->contacts, agg->horizon_ms);
        dp_repeat_forget(&agg->repeat, agg->settled_ms);
        /* Who has gone is told; this only keeps pace with time. */
        dp_contacts_silent(&agg->contacts, dp_back(agg->settled_ms, agg->options.contact_ttl_ms));
        break;
    case DP_JOURNAL_FORGOTTEN:
        restore_forgotten(agg, record->name);
        break;
    case DP_JOURNAL_RETIRED:
        restore_retired(agg, record->scope, record->scope_id);
        break;
    case DP_JOURNAL_SCOPE:
        scope_named(agg, record->scope, record->scope_id, record->last_event_ms);
        break;
    case DP_JOURNAL_CONTACT:
        begin_contact(restoring, &record->contact);
        break;
    case DP_JOURNAL_CONTACT_EVENT:
        restore_contact_event(restoring, &record->contact_event);
        break;
    case DP_JOURNAL_PERIODS:
        restore_periods(restoring, &record->periods);
        break;
    case DP_JOURNAL_ALERT:
        dp_alerts_restore(agg->alerts, &record->alert);
        break;
    case DP_JOURNAL_AGENT:
        begin_agent(restoring, &record->agent);
        break;
    case DP_JOURNAL_AGENT_STATE:
        restore_agent_state(restoring, &record->agent_state);
        break;
    default: /* found out for an event of a contact whose beginning is gone */
        break;
    }
}

/* All records before the next event. */
static void restore_others(struct restoring *restoring, struct dp_journal_reader *reader)
{
    struct dp_journal_record record;
    for (;;) {
        dp_history_marks(restoring->agg, reader);
        if (restoring->out_of_place || dp_journal_is_event(dp_journal_peek(reader)) ||
            !dp_journal_read(reader, &record))
            return;
        restore_other(restoring, &record, reader);
    }
}

/* Up to TOGETHER events and what is between and after them. The events are read first, to be looked
 * at; the rest is read when it is its turn. */
static void restore_together(struct restoring *restoring, struct dp_journal_reader *reader)
{
    struct dp_event events[TOGETHER];
    struct dp_outlook outlooks[TOGETHER];
    struct dp_journal_reader after[TOGETHER], ahead = *reader;
    bool waits[TOGETHER];
    size_t count = 0;
    for (struct dp_journal_record record; count < TOGETHER && dp_journal_read(&ahead, &record);)
        if (dp_journal_is_event(record.kind)) {
            events[count] = record.event;
            waits[count] = record.waits;
            after[count++] = ahead;
        }
    if (ahead.malformed) {
        *reader = ahead;
        return;
    }
    dp_aggregator_look(restoring->agg, events, count, outlooks);
    restore_others(restoring, reader);
    for (size_t i = 0; i < count && !restoring->out_of_place; i++) {
        if (restoring->events_left || restoring->agent) {
            restoring->out_of_place = true;
            return;
        }
        *reader = after[i];
        restore_event(restoring, &events[i], &outlooks[i], waits[i], reader);
        restore_others(restoring, reader);
    }
}

bool dp_aggregator_restore(struct dp_aggregator *agg, uint64_t frame, const char *bytes, size_t len,
                           char *error, size_t error_size)
{
    struct restoring restoring = {
        .agg = agg,
        .remember_ms = dp_back(agg->restored_settled_ms, agg->options.dedup_horizon_ms),
    };
    struct dp_journal_reader reader;
    dp_journal_reader_init(&reader, bytes, len);
    agg->restored_frame = frame;
    agg->accrues_later = frame < agg->carried_frame;
    while (reader.at < reader.end && !reader.malformed && !restoring.out_of_place)
        restore_together(&restoring, &reader);
    agg->answers = NULL;
    if (reader.malformed)
        snprintf(error, error_size, "frame %" PRIu64 ": no record at byte %td", frame,
                 reader.at - bytes);
    else if (restoring.out_of_place || restoring.events_left || restoring.agent)
        snprintf(error, error_size, "frame %" PRIu64 ": a record before byte %td is out of place",
                 frame, reader.at - bytes);
    else
        return true;
    return false;
}

void dp_aggregator_restored(struct dp_aggregator *agg, const struct dp_aggregator_saved *saved)
{
    dp_await_all(agg);
    agg->restoring = agg->repeat.history.knows = agg->accrues_later = false;
    agg->scopes.now_ms = INT64_MIN;
    agg->t_ms = saved->t_ms;
    agg->horizon_ms = saved->horizon_ms;
    agg->settled_ms = saved->settled_ms;
    dp_accrue_settled(agg, agg->settled_ms);
    agg->since_forget = saved->since_forget;
    agg->counters = saved->counters;
    agg->partitions.highest_ms = saved->highest_ms;
    for (size_t i = 0; i < saved->partition_count && i < agg->partitions.count; i++)
        agg->partitions.items[i] = saved->partitions[i];
    dp_alerts_expect_all(agg->alerts);
    dp_watch_update(agg);
    dp_watch_all_contacts(agg);
    if (agg->watched)
        dp_aggregator_mark_all(agg);
}

void dp_aggregator_assume_written(struct dp_aggregator *agg, bool written)
{
    dp_await_all(agg);
    agg->scopes.written = written;
    for (uint32_t i = DP_SCOPE_OF_ALL; written && i < agg->scopes.count; i++)
        if (agg->scopes.items[i])
            dp_scope_assume_written(&agg->scopes, agg->scopes.items[i]);
    dp_aggregator_mark_all(agg);
}
