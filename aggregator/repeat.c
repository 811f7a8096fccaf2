#include "aggregator/repeat.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#define XXH_INLINE_ALL /* keys are short: a call would cost more than the hash */
#include <xxhash.h>

#include "aggregator/trail.h"
#include "common/memory.h"

/* There are millions of them, most of which came once: one piece of memory each, without what can
 * be found out when it is needed. */
struct dp_customer {
    struct dp_customer *older, *newer;
    struct dp_trail offers, outcomes;
    uint8_t id_len;
    char id[];
};

/* Of a usual id: what is fetched with a customer. */
#define USUAL_ID 16

static uint64_t hash_of(struct dp_str id)
{
    return XXH3_64bits(id.p, id.len);
}

static struct dp_str id_of(const struct dp_customer *customer)
{
    return (struct dp_str){customer->id, customer->id_len};
}

/* The time of the last of its traces; INT64_MIN: nothing is known of it. */
static int64_t last_ms(const struct dp_customer *customer)
{
    int64_t offer_ms = dp_trail_last_ms(&customer->offers);
    int64_t outcome_ms = dp_trail_last_ms(&customer->outcomes);
    return offer_ms > outcome_ms ? offer_ms : outcome_ms;
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
    dp_index_remove(&repeat->customers, hash_of(id_of(customer)), customer);
    dp_trail_deinit(&customer->offers);
    dp_trail_deinit(&customer->outcomes);
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
        if (dp_str_equal(id_of(customer), id))
            return customer;
    }
    return NULL;
}

static struct dp_customer *get(struct dp_repeat *repeat, struct dp_str id)
{
    uint64_t hash = hash_of(id);
    struct dp_customer *customer = find(repeat, id, hash);
    if (customer) {
        unlink_customer(repeat, customer);
    } else {
        customer = dp_xcalloc(1, offsetof(struct dp_customer, id) + id.len);
        customer->id_len = (uint8_t)id.len;
        memcpy(customer->id, id.p, id.len);
        dp_index_add(&repeat->customers, hash, customer);
    }
    link_newest(repeat, customer);
    dp_trail_forget(&customer->offers, repeat->forget_ms);
    dp_trail_forget(&customer->outcomes, repeat->forget_ms);
    return customer;
}

/* The customer of a fact that names one, of a contact that is being told. */
static struct dp_customer *get_of(struct dp_repeat *repeat, const struct dp_contact *contact,
                                  const struct dp_made *made)
{
    return get(repeat, dp_dossier_customer(dp_contact_dossier(contact), made->customer));
}

uint64_t dp_repeat_prefetch(const struct dp_repeat *repeat, struct dp_str customer)
{
    uint64_t hash = hash_of(customer);
    dp_index_prefetch(&repeat->customers, hash);
    return hash;
}

void dp_repeat_prefetch_customer(const struct dp_repeat *repeat, uint64_t hash)
{
    void **slot = dp_index_first(&repeat->customers, hash);
    if (slot)
        dp_prefetch(*slot, offsetof(struct dp_customer, id) + USUAL_ID);
}

/* True when the customer came back: another contact offered in (time, time + window]. */
static bool came_back(const struct dp_repeat *repeat, const struct dp_customer *customer,
                      const struct dp_contact *contact, int64_t time_ms)
{
    struct dp_traces offers = dp_trail_traces(&customer->offers);
    for (size_t at = dp_traces_until(offers, time_ms);
         at < offers.count && offers.items[at].time_ms - time_ms <= repeat->window_ms; at++)
        if (offers.items[at].contact != contact) /* a contact has one offer: two steps at most */
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
    struct dp_traces offers = dp_trail_traces(&customer->offers);
    struct dp_traces outcomes = dp_trail_traces(&customer->outcomes);
    if (repeat->history.knows)
        return;
    size_t until = dp_traces_until(offers, time_ms - 1);
    for (size_t at = dp_traces_until(outcomes, time_ms - 1); at-- > 0;) {
        const struct dp_trace *trace = &outcomes.items[at];
        if (time_ms - trace->time_ms > repeat->window_ms ||
            dp_traces_until(offers, trace->time_ms) + 2 <= until)
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

static void take_offer(struct dp_repeat *repeat, struct dp_contact *contact, int sign,
                       const struct dp_made *made, dp_marked_fn *tell, void *ctx)
{
    if (!made->customer)
        return;
    struct dp_customer *customer = get_of(repeat, contact, made);
    struct dp_trace trace = {made->fact.time_ms, contact};
    if (sign > 0)
        dp_trail_put(&customer->offers, trace);
    else
        dp_trail_take(&customer->offers, trace);
    judge_again(repeat, customer, trace.time_ms, tell, ctx);
}

/* Whom an outcome with resolved = true may be a first-contact resolution for; NULL: nobody. */
static struct dp_customer *customer_of(struct dp_repeat *repeat, const struct dp_contact *contact,
                                       const struct dp_made *made)
{
    if (!(made->fact.flags & DP_FACT_RESOLVED) || !made->customer)
        return NULL;
    return get_of(repeat, contact, made);
}

static void keep_outcome(struct dp_customer *customer, struct dp_trace trace)
{
    if (customer)
        dp_trail_put(&customer->outcomes, trace);
}

static void take_outcome(struct dp_repeat *repeat, struct dp_contact *contact, int sign,
                         const struct dp_made *made, dp_marked_fn *tell, void *ctx)
{
    bool resolved = made->fact.flags & DP_FACT_RESOLVED;
    struct dp_customer *customer = customer_of(repeat, contact, made);
    struct dp_trace trace = {made->fact.time_ms, contact};
    if (sign > 0) {
        contact->fcr =
            resolved && !(customer && came_back(repeat, customer, contact, trace.time_ms));
        if (resolved && repeat->history.judged)
            contact->fcr = repeat->history.judged(repeat->history.ctx, contact->fcr);
        keep_outcome(customer, trace);
    } else if (customer) {
        dp_trail_take(&customer->outcomes, trace);
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
    struct dp_trace trace = {made->fact.time_ms, contact};
    if (made->fact.kind == DP_FACT_OUTCOME) {
        keep_outcome(customer_of(repeat, contact, made), trace);
        tell_marked(contact, +1, made, tell, ctx);
    } else if (made->customer) {
        struct dp_customer *customer = get_of(repeat, contact, made);
        dp_trail_put(&customer->offers, trace);
    }
}

void dp_repeat_forget_contact(struct dp_repeat *repeat, struct dp_contact *contact)
{
    const struct dp_dossier *dossier = dp_contact_dossier(contact);
    const struct dp_fold *fold = &dossier->fold;
    if (!fold->customer)
        return;
    struct dp_str id = dp_dossier_customer(dossier, fold->customer);
    struct dp_customer *customer = find(repeat, id, hash_of(id));
    if (!customer)
        return;
    dp_trail_take(&customer->offers, (struct dp_trace){fold->offered_ms, contact});
    if (fold->has_outcome)
        dp_trail_take(&customer->outcomes, (struct dp_trace){fold->outcome.fact.time_ms, contact});
}

void dp_repeat_forget(struct dp_repeat *repeat, int64_t before_ms)
{
    if (before_ms == INT64_MIN)
        return;
    repeat->forget_ms = before_ms - repeat->window_ms;
    while (repeat->oldest && last_ms(repeat->oldest) < repeat->forget_ms)
        destroy(repeat, repeat->oldest);
}
