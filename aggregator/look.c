#include "aggregator/private.h"
#include "common/memory.h"

/* How many events are looked at together: their memory fits the nearest caches. */
#define TOGETHER 16

/* What most packed contacts take. */
#define PACKED_BYTES 192

/* What the names of an event seem to mean: found by hash alone, and used only to fetch memory. */
struct guess {
    const struct dp_contact *contact;
    const struct dp_dossier *dossier; /* NULL: the contact rests, or there is none */
    const struct dp_scope *agent;
    uint64_t customer; /* a hash; 0: repeat contacts are not concerned */
};

static uint64_t scope_hash(enum dp_scope_kind kind, struct dp_str id)
{
    return id.len ? dp_scope_hash(kind, id) : 0;
}

static void hash_names(const struct dp_aggregator *agg, const struct dp_event *event,
                       struct dp_outlook *outlook)
{
    *outlook = (struct dp_outlook){
        .key = dp_event_key_of(event->source, event->id),
        .interaction = event->interaction.len ? dp_contact_hash(event->interaction) : 0,
        .agent = scope_hash(DP_SCOPE_AGENT, event->agent),
        .team = scope_hash(DP_SCOPE_TEAM, event->team),
        .queue = scope_hash(DP_SCOPE_QUEUE, event->queue),
    };
    dp_dedup_prefetch(&agg->dedup, outlook->key);
    dp_index_prefetch(&agg->contacts.index, outlook->interaction);
    dp_index_prefetch(&agg->scopes.index, outlook->agent);
}

static const void *guess_by_hash(const struct dp_index *index, uint64_t hash)
{
    void **slot = hash ? dp_index_first(index, hash) : NULL;
    return slot ? *slot : NULL;
}

/* Whom the facts of a contact's event concern when it names nobody: the agent of the last leg. */
static const struct dp_scope *agent_of(const struct dp_aggregator *agg,
                                       const struct dp_dossier *dossier)
{
    const struct dp_fold *fold = &dossier->fold;
    return fold->leg_count ? dp_scope_at(agg, fold->legs[fold->leg_count - 1].agent) : NULL;
}

/* Offers and outcomes ask for the customer's other contacts. */
static uint64_t look_for_customer(const struct dp_aggregator *agg, const struct dp_event *event,
                                  const struct dp_dossier *dossier)
{
    struct dp_str id = event->customer;
    if (event->type == DP_CONTACT_RESOLVED && dossier && dossier->fold.customer)
        id = dp_dossier_customer(dossier, dossier->fold.customer);
    return id.len ? dp_repeat_prefetch(&agg->repeat, id) : 0;
}

/* The memory is reached step by step, all events taking each step before the next: so every step
 * has the time of 15 others for its memory to arrive. */
static void look_together(const struct dp_aggregator *agg, const struct dp_event *events,
                          size_t count, struct dp_outlook *outlooks)
{
    struct guess guesses[TOGETHER];
    for (size_t i = 0; i < count; i++)
        hash_names(agg, &events[i], &outlooks[i]);
    for (size_t i = 0; i < count; i++) {
        guesses[i].contact = guess_by_hash(&agg->contacts.index, outlooks[i].interaction);
        if (guesses[i].contact)
            dp_prefetch(guesses[i].contact, sizeof *guesses[i].contact);
    }
    for (size_t i = 0; i < count; i++) {
        const struct dp_contact *contact = guesses[i].contact;
        guesses[i].dossier = contact && !contact->rests ? contact->dossier : NULL;
        if (guesses[i].dossier)
            dp_prefetch(guesses[i].dossier, offsetof(struct dp_dossier, first_bytes) + 64);
        else if (contact)
            dp_prefetch(contact->packed, PACKED_BYTES);
    }
    for (size_t i = 0; i < count; i++) {
        guesses[i].agent = guess_by_hash(&agg->scopes.index, outlooks[i].agent);
        guesses[i].customer = look_for_customer(agg, &events[i], guesses[i].dossier);
        if (!guesses[i].dossier)
            continue;
        dp_dossier_prefetch_end(guesses[i].dossier);
        if (!guesses[i].agent)
            guesses[i].agent = agent_of(agg, guesses[i].dossier);
    }
    for (size_t i = 0; i < count; i++)
        if (guesses[i].agent)
            dp_prefetch(guesses[i].agent, offsetof(struct dp_scope, in_service));
    for (size_t i = 0; i < count; i++) {
        if (guesses[i].customer)
            dp_repeat_prefetch_customer(&agg->repeat, guesses[i].customer);
        if (guesses[i].agent) {
            dp_bundle_prefetch_end(&guesses[i].agent->bundle);
            dp_agent_prefetch_end(&guesses[i].agent->agent);
        }
    }
}

void dp_aggregator_look(const struct dp_aggregator *agg, const struct dp_event *events,
                        size_t count, struct dp_outlook *outlooks)
{
    for (size_t at = 0; at < count; at += TOGETHER) {
        size_t together = count - at < TOGETHER ? count - at : TOGETHER;
        look_together(agg, events + at, together, outlooks + at);
    }
}
