#include "aggregator/repeat.h"

#include <stdlib.h>
#include <string.h>
#define XXH_INLINE_ALL /* keys are short: a call would cost more than the hash */
#include <xxhash.h>

#include "common/memory.h"

/* An offer, or an outcome with resolved = true, of one of the customer's contacts. */
struct trace {
    int64_t time_ms;
    struct dp_contact *contact;
};

/* Traces by time. New ones mostly come last, old ones leave in front; so a customer id that
 * thousands of contacts share costs no more than any other. */
struct trail {
    struct trace *items;
    uint32_t first, end, capacity;
};

struct dp_customer {
    struct dp_customer *older, *newer;
    struct trail offers, outcomes;
    int64_t last_ms;
    uint64_t hash;
    uint8_t id_len;
    char id[];
};

/* The first trace after `time_ms`. */
static size_t after(const struct trail *trail, int64_t time_ms)
{
    size_t low = trail->first, high = trail->end;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (trail->items[middle].time_ms > time_ms)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

static void trail_put(struct trail *trail, const struct trace *trace)
{
    size_t at = after(trail, trace->time_ms);
    if (trail->end == trail->capacity) { /* most customers come once */
        trail->capacity = trail->capacity ? trail->capacity * 2 : 1;
        trail->items = dp_xrealloc(trail->items, trail->capacity * sizeof *trail->items);
    }
    memmove(&trail->items[at + 1], &trail->items[at], (trail->end - at) * sizeof *trail->items);
    trail->items[at] = *trace;
    trail->end++;
}

static void trail_take(struct trail *trail, const struct trace *trace)
{
    for (size_t at = after(trail, trace->time_ms);
         at-- > trail->first && trail->items[at].time_ms == trace->time_ms;)
        if (trail->items[at].contact == trace->contact) {
            trail->end--;
            memmove(&trail->items[at], &trail->items[at + 1],
                    (trail->end - at) * sizeof *trail->items);
            return;
        }
}

static void trail_forget(struct trail *trail, int64_t before_ms)
{
    while (trail->first < trail->end && trail->items[trail->first].time_ms < before_ms)
        trail->first++;
    if (trail->first > trail->end / 2) {
        trail->end -= trail->first;
        memmove(trail->items, trail->items + trail->first, trail->end * sizeof *trail->items);
        trail->first = 0;
    }
}

void dp_repeat_init(struct dp_repeat *repeat, struct dp_contacts *contacts, int64_t window_ms)
{
    *repeat =
        (struct dp_repeat){.contacts = contacts, .window_ms = window_ms, .forget_ms = INT64_MIN};
}

static void unlink_customer(struct dp_repeat *repeat, struct dp_customer *customer)
{
    *(customer->older ? &customer->older->newer : &repeat->oldest) = customer->newer;
    *(customer->newer ? &customer->newer->older : &repeat->newest) = customer->older;
}

static void link_newest(struct dp_repeat *repeat, struct dp_customer *customer)
{
    customer->newer = NULL;
    customer->older = repeat->newest;
    *(repeat->newest ? &repeat->newest->newer : &repeat->oldest) = customer;
    repeat->newest = customer;
}

static void destroy(struct dp_repeat *repeat, struct dp_customer *customer)
{
    unlink_customer(repeat, customer);
    dp_index_remove(&repeat->customers, customer->hash, customer);
    free(customer->offers.items);
    free(customer->outcomes.items);
    free(customer);
}

void dp_repeat_deinit(struct dp_repeat *repeat)
{
    while (repeat->oldest)
        destroy(repeat, repeat->oldest);
    dp_index_deinit(&repeat->customers);
}

static struct dp_customer *find(const struct dp_repeat *repeat, struct dp_str id, uint64_t hash)
{
    for (void **slot = dp_index_first(&repeat->customers, hash); slot;
         slot = dp_index_next(&repeat->customers, hash, slot)) {
        struct dp_customer *customer = *slot;
        if (dp_str_equal((struct dp_str){customer->id, customer->id_len}, id))
            return customer;
    }
    return NULL;
}

static struct dp_customer *get(struct dp_repeat *repeat, struct dp_str id)
{
    uint64_t hash = XXH3_64bits(id.p, id.len);
    struct dp_customer *customer = find(repeat, id, hash);
    if (customer) {
        unlink_customer(repeat, customer);
    } else {
        customer = dp_xcalloc(1, sizeof *customer + id.len);
        customer->hash = hash;
        customer->id_len = (uint8_t)id.len;
        customer->last_ms = INT64_MIN;
        memcpy(customer->id, id.p, id.len);
        dp_index_add(&repeat->customers, hash, customer);
    }
    link_newest(repeat, customer);
    trail_forget(&customer->offers, repeat->forget_ms);
    trail_forget(&customer->outcomes, repeat->forget_ms);
    return customer;
}

uint64_t dp_repeat_prefetch(const struct dp_repeat *repeat, struct dp_str customer)
{
    uint64_t hash = XXH3_64bits(customer.p, customer.len);
    dp_index_prefetch(&repeat->customers, hash);
    return hash;
}

void dp_repeat_prefetch_customer(const struct dp_repeat *repeat, uint64_t hash)
{
    void **slot = dp_index_first(&repeat->customers, hash);
    if (slot)
        dp_prefetch(*slot, sizeof(struct dp_customer));
}

/* True when the customer came back: another contact offered in (time, time + window]. */
static bool came_back(const struct dp_repeat *repeat, const struct dp_customer *customer,
                      const struct dp_contact *contact, int64_t time_ms)
{
    const struct trail *offers = &customer->offers;
    for (size_t at = after(offers, time_ms);
         at < offers->end && offers->items[at].time_ms - time_ms <= repeat->window_ms; at++)
        if (offers->items[at].contact != contact) /* a contact has one offer: two steps at most */
            return true;
    return false;
}

static void tell_marked(struct dp_contact *contact, int sign, const struct dp_made *made,
                        dp_marked_fn *tell, void *ctx)
{
    struct dp_made marked = *made;
    if (contact->fcr)
        marked.fact.flags |= DP_FACT_FCR;
    tell(ctx, contact, sign, &marked);
}

void dp_repeat_mark(struct dp_repeat *repeat, struct dp_contact *contact, bool fcr,
                    dp_marked_fn *tell, void *ctx)
{
    if (contact->fcr == fcr)
        return;
    const struct dp_fold *fold = &dp_contacts_look(repeat->contacts, contact)->fold;
    if (!fold->has_outcome)
        return;
    tell_marked(contact, -1, &fold->outcome, tell, ctx);
    contact->fcr = fcr;
    tell_marked(contact, +1, &fold->outcome, tell, ctx);
}

/* An offer came or went at `time_ms`: looks again at the outcomes it may concern. Those with two
 * other offers between are not first-contact resolutions with or without it. */
static void judge_again(struct dp_repeat *repeat, const struct dp_customer *customer,
                        int64_t time_ms, dp_marked_fn *tell, void *ctx)
{
    const struct trail *offers = &customer->offers, *outcomes = &customer->outcomes;
    if (repeat->history.knows)
        return;
    size_t until = after(offers, time_ms - 1);
    for (size_t at = after(outcomes, time_ms - 1); at-- > outcomes->first;) {
        const struct trace *trace = &outcomes->items[at];
        if (time_ms - trace->time_ms > repeat->window_ms ||
            after(offers, trace->time_ms) + 2 <= until)
            return;
        struct dp_contact *other = trace->contact;
        bool fcr = !came_back(repeat, customer, other, trace->time_ms);
        if (fcr == other->fcr)
            continue;
        dp_repeat_mark(repeat, other, fcr, tell, ctx);
        if (repeat->history.changed)
            repeat->history.changed(repeat->history.ctx, other);
    }
}

static void heard_of(struct dp_customer *customer, int64_t time_ms)
{
    if (time_ms > customer->last_ms)
        customer->last_ms = time_ms;
}

static void take_offer(struct dp_repeat *repeat, struct dp_contact *contact, int sign,
                       const struct dp_made *made, dp_marked_fn *tell, void *ctx)
{
    if (!made->customer)
        return;
    struct dp_customer *customer =
        get(repeat, dp_dossier_customer(dp_contact_dossier(contact), made->customer));
    struct trace trace = {made->fact.time_ms, contact};
    if (sign > 0)
        trail_put(&customer->offers, &trace);
    else
        trail_take(&customer->offers, &trace);
    heard_of(customer, trace.time_ms);
    judge_again(repeat, customer, trace.time_ms, tell, ctx);
}

/* Whom an outcome with resolved = true may be a first-contact resolution for; NULL: nobody. */
static struct dp_customer *customer_of(struct dp_repeat *repeat, const struct dp_contact *contact,
                                       const struct dp_made *made)
{
    if (!(made->fact.flags & DP_FACT_RESOLVED) || !made->customer)
        return NULL;
    return get(repeat, dp_dossier_customer(dp_contact_dossier(contact), made->customer));
}

static void keep_outcome(struct dp_customer *customer, const struct trace *trace)
{
    if (!customer)
        return;
    trail_put(&customer->outcomes, trace);
    heard_of(customer, trace->time_ms);
}

static void take_outcome(struct dp_repeat *repeat, struct dp_contact *contact, int sign,
                         const struct dp_made *made, dp_marked_fn *tell, void *ctx)
{
    bool resolved = made->fact.flags & DP_FACT_RESOLVED;
    struct dp_customer *customer = customer_of(repeat, contact, made);
    struct trace trace = {made->fact.time_ms, contact};
    if (sign > 0) {
        contact->fcr =
            resolved && !(customer && came_back(repeat, customer, contact, trace.time_ms));
        if (resolved && repeat->history.judged)
            contact->fcr = repeat->history.judged(repeat->history.ctx, contact->fcr);
        keep_outcome(customer, &trace);
    } else if (customer) {
        trail_take(&customer->outcomes, &trace);
    }
    tell_marked(contact, sign, made, tell, ctx);
}

void dp_repeat_take(struct dp_repeat *repeat, struct dp_contact *contact, int sign,
                    const struct dp_made *made, dp_marked_fn *tell, void *ctx)
{
    if (made->fact.kind == DP_FACT_OFFERED)
        take_offer(repeat, contact, sign, made, tell, ctx);
    else
        take_outcome(repeat, contact, sign, made, tell, ctx);
}

void dp_repeat_restore(struct dp_repeat *repeat, struct dp_contact *contact,
                       const struct dp_made *made, dp_marked_fn *tell, void *ctx)
{
    struct trace trace = {made->fact.time_ms, contact};
    if (made->fact.kind == DP_FACT_OUTCOME) {
        keep_outcome(customer_of(repeat, contact, made), &trace);
        tell_marked(contact, +1, made, tell, ctx);
    } else if (made->customer) {
        struct dp_customer *customer =
            get(repeat, dp_dossier_customer(dp_contact_dossier(contact), made->customer));
        trail_put(&customer->offers, &trace);
        heard_of(customer, trace.time_ms);
    }
}

void dp_repeat_forget_contact(struct dp_repeat *repeat, struct dp_contact *contact)
{
    const struct dp_dossier *dossier = dp_contact_dossier(contact);
    const struct dp_fold *fold = &dossier->fold;
    if (!fold->customer)
        return;
    struct dp_str id = dp_dossier_customer(dossier, fold->customer);
    struct dp_customer *customer = find(repeat, id, XXH3_64bits(id.p, id.len));
    if (!customer)
        return;
    trail_take(&customer->offers, &(struct trace){fold->offered_ms, contact});
    if (fold->has_outcome)
        trail_take(&customer->outcomes, &(struct trace){fold->outcome.fact.time_ms, contact});
}

void dp_repeat_forget(struct dp_repeat *repeat, int64_t before_ms)
{
    if (before_ms == INT64_MIN)
        return;
    repeat->forget_ms = before_ms - repeat->window_ms;
    while (repeat->oldest && repeat->oldest->last_ms < repeat->forget_ms)
        destroy(repeat, repeat->oldest);
}
