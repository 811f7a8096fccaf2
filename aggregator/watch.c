/* Shows the alerts what is handed out, and contacts after their events. */
#include "aggregator/private.h"

static struct dp_str id_of(const struct dp_aggregator *agg, uint32_t number)
{
    return number ? dp_scope_at(agg, number)->id : (struct dp_str){0};
}

void dp_watch_update(struct dp_aggregator *agg)
{
    agg->watched = !agg->restoring && dp_alerts_watch(agg->alerts);
    agg->contacts_watched = !agg->restoring && dp_alerts_watch_contacts(agg->alerts);
}

void dp_watch_all_contacts(struct dp_aggregator *agg)
{
    const struct dp_index *index = &agg->contacts.index;
    for (size_t i = 0; agg->contacts_watched && i < index->capacity; i++)
        if (index->slots[i].item)
            dp_watch_contact(agg, index->slots[i].item);
}

void dp_aggregator_set_rules(struct dp_aggregator *agg, const struct dp_rule *rules, size_t count)
{
    if (!count && !dp_alerts_watch(agg->alerts))
        return;
    dp_alerts_set_rules(agg->alerts, rules, count);
    dp_watch_update(agg);
    dp_watch_all_contacts(agg);
    dp_aggregator_mark_all(agg);
}

void dp_aggregator_set_notices(struct dp_aggregator *agg, dp_notice_fn *give, void *ctx)
{
    dp_alerts_set_notices(agg->alerts, give, ctx);
}

struct dp_alerts *dp_aggregator_alerts(struct dp_aggregator *agg)
{
    return agg->alerts;
}

void dp_watch_entry(struct dp_aggregator *agg, const struct dp_entry *entry)
{
    const struct dp_scope *scope = agg->cursor.scope;
    if (scope->left) /* kept for its periods alone */
        return;
    dp_alerts_entry(agg->alerts, entry, id_of(agg, scope->rank_team), agg->t_ms);
}

void dp_watch_end(struct dp_aggregator *agg)
{
    dp_alerts_evaluate(agg->alerts, agg->t_ms, agg->partitions.highest_ms);
}

static void keep_earlier(int64_t *since_ms, int64_t ms)
{
    if (ms != INT64_MIN && (*since_ms == INT64_MIN || ms < *since_ms))
        *since_ms = ms;
}

static void set_since(const struct dp_fold *fold, int64_t since_ms[DP_AGES])
{
    bool is_resolved = fold->has_outcome && fold->outcome.fact.flags & DP_FACT_RESOLVED;
    for (size_t i = 0; i < DP_AGES; i++)
        since_ms[i] = INT64_MIN;
    since_ms[DP_AGE_WAITING] = fold->waiting_ms;
    if (fold->offered != DP_NOT_OFFERED && !fold->abandoned && !is_resolved)
        since_ms[DP_AGE_UNRESOLVED] = fold->offered_ms;
    if (!fold->over)
        since_ms[DP_AGE_SILENT] = fold->unanswered_ms;
    for (uint32_t i = 0; i < fold->leg_count; i++)
        if (fold->legs[i].open) {
            keep_earlier(&since_ms[DP_AGE_HANDLING], fold->legs[i].start_ms);
            keep_earlier(&since_ms[DP_AGE_HELD], fold->legs[i].held_since_ms);
        }
}

void dp_watch_contact(struct dp_aggregator *agg, const struct dp_contact *contact)
{
    const struct dp_dossier *dossier = dp_contacts_look(&agg->contacts, contact);
    const struct dp_fold *fold = &dossier->fold;
    struct dp_contact_now now = {
        .id = dp_contact_id(contact),
        .queue = id_of(agg, fold->queue),
        .team = id_of(agg, fold->offered_team),
        .channel = fold->channel,
        .priority = fold->priority,
    };
    /* From its own events alone: nothing that changes without one of them. */
    for (uint32_t i = fold->leg_count; i-- > 0;)
        if (fold->legs[i].open) {
            uint32_t team = dossier->records[fold->legs[i].answered].team;
            if (team)
                now.team = id_of(agg, team);
            break;
        }
    set_since(fold, now.since_ms);
    dp_alerts_contact(agg->alerts, &now);
}
