#include "aggregator/footprint.h"

#include "aggregator/private.h"

/* Agents beyond so many are looked at one in two, then one in three ... */
#define SAMPLE 512

/* A customer with its id, and what one in eight that comes again has more; a waiting event's
 * strings; an alert's values and texts. */
#define CUSTOMER_BYTES     96
#define WAITING_BYTES      (sizeof(struct dp_waiting) + 100)
#define ALERT_BYTES        400
#define PIECE_BYTES        16 /* what malloc adds, about */
#define INDEX_BYTES(index) ((index).capacity * sizeof(struct dp_index_slot))

static size_t of_duplicates(const struct dp_dedup *dedup)
{
    size_t capacity = 0;
    for (size_t i = 0; i < DP_DEDUP_SHARDS; i++)
        capacity += dedup->shards[i].capacity;
    return capacity * (sizeof(struct dp_dedup_entry) + sizeof(uint16_t));
}

/* Each is a piece of memory, and of those that rest another. */
static size_t of_contacts(const struct dp_contacts *contacts)
{
    size_t count = dp_contacts_count(contacts), on_desk = contacts->desk.count;
    return count * (sizeof(struct dp_contact) + PIECE_BYTES) + INDEX_BYTES(contacts->index) +
           on_desk * sizeof(struct dp_dossier) + contacts->packed_bytes +
           (count - on_desk) * PIECE_BYTES;
}

static void add_scopes(const struct dp_scopes *scopes, struct dp_footprint *footprint)
{
    size_t step = scopes->index.count / SAMPLE + 1, agents = 0;
    for (uint32_t number = DP_SCOPE_OF_ALL; number < scopes->count; number++) {
        const struct dp_scope *scope = scopes->items[number];
        if (!scope || (scope->kind == DP_SCOPE_AGENT && agents++ % step))
            continue;
        size_t stands_for = scope->kind == DP_SCOPE_AGENT ? step : 1;
        footprint->windows += stands_for * (sizeof *scope + dp_windows_bytes(scope->windows) +
                                            scope->bundle.capacity * sizeof *scope->bundle.facts);
        footprint->periods += stands_for * dp_periods_bytes(&scope->periods);
    }
    footprint->windows += INDEX_BYTES(scopes->index);
}

void dp_aggregator_footprint(struct dp_aggregator *agg, struct dp_footprint *footprint)
{
    const struct dp_alerts_counts *alerts = dp_alerts_counts(agg->alerts);
    dp_await_all(agg);
    *footprint = (struct dp_footprint){
        .contacts = of_contacts(&agg->contacts),
        .duplicates = of_duplicates(&agg->dedup),
        .repeat = agg->repeat.customers.count * CUSTOMER_BYTES + INDEX_BYTES(agg->repeat.customers),
        .ahead = dp_ahead_count(&agg->ahead) * WAITING_BYTES +
                 agg->ahead.capacity * sizeof(struct dp_waiting *),
        .alerts = alerts->watched * ALERT_BYTES,
    };
    add_scopes(&agg->scopes, footprint);
}
