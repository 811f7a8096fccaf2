#include "aggregator/ledger.h"

#include "aggregator/private.h"

const char *const dp_ledger_kind_names[] = {
    [DP_FACT_OFFERED] = "offered",   [DP_FACT_RESPONSE] = "response",
    [DP_FACT_REPLY] = "reply",       [DP_FACT_ABANDON] = "abandon",
    [DP_FACT_HANDLE] = "handle",     [DP_FACT_TRANSFER] = "transfer",
    [DP_FACT_DECLINE] = "decline",   [DP_FACT_OUTCOME] = "outcome",
    [DP_FACT_RATING] = "rating",     [DP_FACT_COMPLAINT] = "complaint",
    [DP_FACT_QUALITY] = "quality",   [DP_FACT_CONVERSATION] = "conversation",
    [DP_FACT_MEASURED] = "measured", [DP_LEDGER_STATE] = "state"};
_Static_assert(sizeof dp_ledger_kind_names / sizeof *dp_ledger_kind_names == DP_LEDGER_KINDS,
               "each kind has a name");

const char *const dp_fact_flag_names[DP_FACT_FLAGS] = {
    "short",  "in_target", "resolved", "timed",   "fcr",    "satisfied", "fatal",
    "skewed", "outside",   "asked",    "replied", "urgent", "high"};

void dp_aggregator_set_ledger(struct dp_aggregator *agg, dp_ledger_fn *tell, void *ctx)
{
    agg->ledger = tell;
    agg->ledger_ctx = ctx;
}

static struct dp_str id_of(const struct dp_aggregator *agg, uint32_t number)
{
    return number ? dp_scope_at(agg, number)->id : (struct dp_str){0};
}

void dp_ledger_tell(struct dp_aggregator *agg, int sign, const struct dp_made *made,
                    struct dp_str contact, struct dp_str event)
{
    const struct dp_told told = {
        .sign = sign,
        .fact = made->fact,
        .contact = contact,
        .event = event,
        .agent = id_of(agg, made->agent),
        .team = id_of(agg, made->team),
        .queue = id_of(agg, made->queue),
    };
    agg->ledger(agg->ledger_ctx, &told);
}

static void tell_state(struct dp_aggregator *agg, int sign, struct dp_str agent, int64_t time_ms,
                       int state)
{
    struct dp_told told = {.sign = sign, .agent = agent};
    told.fact.time_ms = time_ms;
    told.fact.kind = DP_LEDGER_STATE;
    told.fact.flags = (unsigned)state & 0xffff;
    agg->ledger(agg->ledger_ctx, &told);
}

int dp_ledger_state_at(const struct dp_agent *agent, int64_t time_ms)
{
    for (uint32_t i = agent->count; i-- > 0 && agent->changes[i].time_ms >= time_ms;)
        if (agent->changes[i].time_ms == time_ms)
            return (int)agent->changes[i].state;
    return DP_LEDGER_NO_STATE;
}

void dp_ledger_tell_state(struct dp_aggregator *agg, const struct dp_scope *scope, int64_t time_ms,
                          int before)
{
    int now = dp_ledger_state_at(&scope->agent, time_ms);
    if (now == before)
        return;
    if (before != DP_LEDGER_NO_STATE)
        tell_state(agg, -1, scope->id, time_ms, before);
    if (now != DP_LEDGER_NO_STATE)
        tell_state(agg, +1, scope->id, time_ms, now);
}
