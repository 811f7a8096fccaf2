/* What is found out about a contact's offer, response and abandon by the rules in force when the
 * fact is made. It is kept with the contact, so that the fact is taken back as it was put in. */
#include "aggregator/private.h"

/* Which of a contact's judgements a fact has; DP_JUDGED: none. */
static enum dp_judged judged_of(const struct dp_fact *fact)
{
    switch ((enum dp_fact_kind)fact->kind) {
    case DP_FACT_OFFERED:
        return DP_JUDGED_OFFERED;
    case DP_FACT_RESPONSE:
        return DP_JUDGED_RESPONSE;
    case DP_FACT_ABANDON:
        return DP_JUDGED_ABANDON;
    default:
        return DP_JUDGED;
    }
}

/* The queue's own rules, NULL: as for all. */
static const struct dp_queue_targets *own_of(const struct dp_aggregator *agg, uint32_t queue)
{
    return queue ? dp_scope_at(agg, queue)->own : NULL;
}

static bool in_target(const struct dp_aggregator *agg, const struct dp_queue_targets *own,
                      const struct dp_fact *fact)
{
    int64_t target = own ? own->target_ms[fact->channel] : 0;
    if (target <= 0)
        target = agg->options.targets.target_ms[fact->channel];
    return fact->value <= target;
}

static unsigned judge(const struct dp_aggregator *agg, const struct dp_contact *contact,
                      const struct dp_made *made)
{
    const struct dp_queue_targets *own = own_of(agg, made->queue);
    unsigned flags = 0;
    if (own && !dp_hours_open(&own->hours, dp_contact_dossier(contact)->fold.offered_ms))
        flags |= DP_FACT_OUTSIDE;
    if (made->fact.kind != DP_FACT_OFFERED && in_target(agg, own, &made->fact))
        flags |= DP_FACT_IN_TARGET;
    int64_t brief_ms =
        own && own->has_short_abandon ? own->short_abandon_ms : agg->options.short_abandon_ms;
    if (made->fact.kind == DP_FACT_ABANDON && made->fact.value < brief_ms)
        flags |= DP_FACT_SHORT;
    return flags;
}

void dp_judge(struct dp_aggregator *agg, struct dp_contact *contact, int sign,
              const struct dp_made *made)
{
    enum dp_judged which = judged_of(&made->fact);
    if (which < DP_JUDGED && sign > 0)
        contact->judged[which] =
            dp_history_judged(agg, which, judge(agg, contact, made)) & DP_FACT_JUDGED;
}

struct dp_made dp_judged_as(const struct dp_contact *contact, const struct dp_made *made)
{
    struct dp_made judged = *made;
    enum dp_judged which = judged_of(&made->fact);
    if (which < DP_JUDGED)
        judged.fact.flags |= contact->judged[which];
    return judged;
}

void dp_note_abandon(struct dp_aggregator *agg, struct dp_contact *contact, int sign,
                     const struct dp_made *made)
{
    if (made->fact.kind != DP_FACT_ABANDON)
        return;
    struct dp_scope *queue = dp_scope_at(agg, made->queue);
    if (!queue->callbacks)
        queue->callbacks = dp_callbacks_create();
    if (sign > 0)
        dp_callbacks_put(queue->callbacks, contact, made->fact.time_ms);
    else
        dp_callbacks_take(queue->callbacks, contact, made->fact.time_ms);
    struct dp_dossier *dossier = dp_contact_dossier(contact);
    dossier->abandoned_in = sign > 0 ? made->queue : DP_SCOPE_NONE;
    dossier->abandoned_ms = made->fact.time_ms;
    dp_scope_touch(agg, queue);
}

void dp_forget_abandon(struct dp_aggregator *agg, struct dp_contact *contact)
{
    struct dp_dossier *dossier = dp_contact_dossier(contact);
    if (!dossier->abandoned_in)
        return;
    struct dp_scope *queue = dp_scope_at(agg, dossier->abandoned_in);
    dp_callbacks_take(queue->callbacks, contact, dossier->abandoned_ms);
    dossier->abandoned_in = DP_SCOPE_NONE;
    dp_scope_touch(agg, queue);
}
