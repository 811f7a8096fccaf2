/* Tells in the journal of what rests on frames that are to be dropped. */
#include "aggregator/period_record.h"
#include "aggregator/private.h"
#include "aggregator/restore.h"

static struct dp_str name_of(const struct dp_aggregator *agg, uint32_t number)
{
    return number ? dp_scope_at(agg, number)->id : (struct dp_str){0};
}

static struct dp_journal_kept_name kept_name(const struct dp_aggregator *agg, uint32_t number)
{
    if (number == DP_TEAM_OPEN)
        return (struct dp_journal_kept_name){.kept = DP_JOURNAL_KEPT_OPEN};
    if (!number)
        return (struct dp_journal_kept_name){.kept = DP_JOURNAL_KEPT_NONE};
    return (struct dp_journal_kept_name){DP_JOURNAL_KEPT_NAME, name_of(agg, number)};
}

/* The event that dp_record_of has made a record of, as far as it is kept. */
static struct dp_event event_of(const struct dp_aggregator *agg, const struct dp_dossier *dossier,
                                const struct dp_record *record)
{
    struct dp_event event = {
        .time_ms = record->time_ms,
        .source = dp_dossier_source_of(dossier, record),
        .id = dp_dossier_event_id(dossier, record),
        .agent = name_of(agg, record->agent),
        .team = name_of(agg, record->team),
        .type = (enum dp_event_type)record->type,
        .priority = DP_PRIORITY_NORMAL,
    };
    switch (event.type) {
    case DP_CONTACT_OFFERED:
        event.queue = name_of(agg, record->queue);
        event.channel = dp_record_channel(record);
        event.priority = dp_record_priority(record);
        if (record->customer)
            event.customer = dp_dossier_customer(dossier, record->customer);
        break;
    case DP_CONTACT_TRANSFERRED:
        event.to_queue = name_of(agg, record->queue);
        break;
    case DP_CONTACT_MESSAGE:
        event.from = (enum dp_author)record->what;
        break;
    case DP_CONTACT_RESOLVED:
        event.resolved = record->what;
        break;
    default:
        break;
    }
    return event;
}

void dp_carry_contact(struct dp_aggregator *agg, const struct dp_contact *contact)
{
    const struct dp_dossier *dossier = dp_contacts_look(&agg->contacts, contact);
    dp_journal_contact(agg->journal,
                       &(struct dp_journal_contact){
                           .id = dp_contact_id(contact),
                           .last_ms = contact->last_ms,
                           .events = dossier->record_count,
                           .fcr = contact->fcr,
                           .judged = {contact->judged[0], contact->judged[1], contact->judged[2]},
                       });
    for (uint32_t i = 0; i < dossier->record_count; i++) {
        const struct dp_record *record = &dossier->records[i];
        struct dp_journal_contact_event event = {
            .event = event_of(agg, dossier, record),
            .made_team = kept_name(agg, record->made_team),
        };
        if (record->type == DP_CONTACT_ANSWERED)
            event.end_team = kept_name(agg, record->end_team);
        else if (record->type == DP_CONTACT_RESOLVED)
            event.end_team = kept_name(agg, record->made_for);
        dp_journal_contact_event(agg->journal, &event);
    }
}

static void carry_contacts(struct dp_aggregator *agg, uint32_t first_kept)
{
    const struct dp_index *index = &agg->contacts.index;
    for (size_t i = 0; i < index->capacity; i++) {
        struct dp_contact *contact = index->slots[i].item;
        if (contact && dp_frame_before(contact->frame, first_kept)) {
            dp_carry_contact(agg, contact);
            contact->frame = dp_history_frame(agg);
        }
    }
}

static void carry_agent(struct dp_aggregator *agg, struct dp_scope *scope)
{
    struct dp_agent *agent = &scope->agent;
    struct dp_journal_agent told = {.id = scope->id, .states = agent->count};
    told.settled = agent->settled;
    told.reason = agent->reason;
    if (agent->team) {
        struct dp_agent_tie tie = dp_agent_tie_of_team(agent);
        told.team = name_of(agg, agent->team);
        told.team_ms = agent->team_ms;
        told.team_source = tie.source;
        told.team_event = tie.id;
    }
    dp_journal_agent(agg->journal, &told);
    for (uint32_t i = 0; i < agent->count; i++) {
        struct dp_journal_agent_state state = {.time_ms = agent->changes[i].time_ms,
                                               .state = agent->changes[i].state};
        if (i >= agent->settled) {
            struct dp_agent_tie tie = dp_agent_tie_of_change(agent, i);
            state.source = tie.source;
            state.id = tie.id;
        }
        dp_journal_agent_state(agg->journal, &state);
    }
    agent->frame = dp_history_frame(agg);
}

/* Before contacts: that what they name is known. */
static void carry_scopes(struct dp_aggregator *agg, uint32_t first_kept)
{
    for (uint32_t i = DP_SCOPE_OF_ALL + 1; i < agg->scopes.count; i++) {
        struct dp_scope *scope = agg->scopes.items[i];
        if (!scope)
            continue;
        dp_journal_scope(agg->journal, scope->kind, scope->id, scope->last_event_ms);
        if (dp_agent_now(&scope->agent) && dp_frame_before(scope->agent.frame, first_kept))
            carry_agent(agg, scope);
    }
}

/* Of all scopes, whatever their frames: what contacts of which only the beginning goes have made in
 * frames that are kept is not made again from those. */
static void carry_periods(struct dp_aggregator *agg)
{
    struct dp_period_bytes bytes = {0};
    for (uint32_t i = DP_SCOPE_OF_ALL; i < agg->scopes.count; i++) {
        struct dp_scope *scope = agg->scopes.items[i];
        if (!scope)
            continue;
        dp_scope_settle(agg, scope);
        if (!scope->periods.count && scope->accrued_ms == INT64_MIN)
            continue;
        dp_period_record_write(&bytes, &scope->periods);
        dp_journal_periods(agg->journal, &(struct dp_journal_periods){
                                             .scope = scope->kind,
                                             .id = scope->id,
                                             .left = scope->left,
                                             .accrued_ms = scope->accrued_ms,
                                             .team = name_of(agg, scope->rank_team),
                                             .team_ms = scope->rank_team_ms,
                                             .bytes = {bytes.bytes, bytes.len},
                                         });
    }
    dp_period_bytes_deinit(&bytes);
    agg->carried_frame = agg->journal->frame;
}

static void carry_waiting(struct dp_aggregator *agg, uint32_t first_kept)
{
    for (size_t i = agg->ahead.first; i < agg->ahead.end; i++) {
        struct dp_waiting *waiting = agg->ahead.items[i];
        if (dp_frame_before(waiting->frame, first_kept)) {
            dp_journal_event(agg->journal, &waiting->event, true);
            waiting->frame = dp_history_frame(agg);
        }
    }
}

void dp_aggregator_carry(struct dp_aggregator *agg, uint64_t first_kept)
{
    carry_scopes(agg, (uint32_t)first_kept);
    carry_periods(agg);
    carry_contacts(agg, (uint32_t)first_kept);
    carry_waiting(agg, (uint32_t)first_kept);
    dp_alerts_carry(agg->alerts);
}
