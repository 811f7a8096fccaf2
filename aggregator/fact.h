/* A fact: what the events of a contact say once they are sorted (docs/kpis.md). A plain value.
 * Contacts make facts and take them back; windows put them in and take them out. */
#ifndef DP_FACT_H
#define DP_FACT_H

#include <stdbool.h>
#include <stdint.h>

#include "ingest/event.h"

enum dp_fact_kind {
    DP_FACT_OFFERED,
    DP_FACT_RESPONSE,
    DP_FACT_REPLY,
    DP_FACT_ABANDON,
    DP_FACT_HANDLE,
    DP_FACT_TRANSFER,
    DP_FACT_DECLINE,
    DP_FACT_OUTCOME,
    DP_FACT_RATING,
    DP_FACT_COMPLAINT,
    DP_FACT_QUALITY,
    DP_FACT_CONVERSATION, /* a chat that has ended */
    DP_FACT_MEASURED,     /* from scorecard.measured; in periods alone */
    DP_FACT_KINDS
};

enum dp_fact_flag {
    DP_FACT_SHORT = 1 << 0,     /* abandon: sooner than short_abandon */
    DP_FACT_IN_TARGET = 1 << 1, /* response, abandon: within the target */
    DP_FACT_RESOLVED = 1 << 2,  /* outcome: resolved = true */
    DP_FACT_TIMED = 1 << 3, /* outcome: value holds the time to resolve (resolved, offer known) */
    DP_FACT_FCR = 1 << 4,   /* outcome: counts as first-contact resolution */
    DP_FACT_SATISFIED = 1 << 5, /* rating: value >= 80 */
    DP_FACT_FATAL = 1 << 6,     /* quality: a fatal error was found */
    DP_FACT_SKEWED = 1 << 7,    /* value is 0 because the clocks gave a negative duration */
    DP_FACT_OUTSIDE = 1 << 8,   /* offered, response, abandon: offered outside the queue's hours */
    DP_FACT_ASKED = 1 << 9,     /* conversation: the customer has written */
    DP_FACT_REPLIED = 1 << 10,  /* conversation: and an agent has after that */
    DP_FACT_URGENT = 1 << 11,   /* outcome: of an urgent contact */
    DP_FACT_HIGH = 1 << 12      /* outcome: of one with high priority */
};

/* Found out by the rules in force when the fact was made, and kept from then on (judge.c). */
#define DP_FACT_JUDGED ((unsigned)(DP_FACT_SHORT | DP_FACT_IN_TARGET | DP_FACT_OUTSIDE))

enum dp_judged { DP_JUDGED_OFFERED, DP_JUDGED_RESPONSE, DP_JUDGED_ABANDON, DP_JUDGED };

/* Ratings and quality scores are kept as integers, in billionths of a point: sums stay exact. */
#define DP_SCORE_UNIT INT64_C(1000000000)

#define DP_DAY_MS INT64_C(86400000)

/* 32 bytes. `value` is milliseconds for response, reply, abandon, handle and timed outcomes,
 * billionths of a point for ratings, quality and what was measured (whose flags are an enum
 * dp_measure), for conversations the number of agents' messages and, in hold_ms, that of the
 * customer's; else 0. hold_ms and wrap_ms belong to handle facts otherwise; talk = value - hold_ms
 * - wrap_ms. Durations are never negative. */
struct dp_fact {
    int64_t time_ms;
    int64_t value;
    int64_t hold_ms : 48;
    uint64_t kind : 8;    /* enum dp_fact_kind */
    uint64_t channel : 8; /* enum dp_channel */
    int64_t wrap_ms : 48;
    uint64_t flags : 16; /* enum dp_fact_flag */
};
_Static_assert(sizeof(struct dp_fact) == 32, "a fact is four words");

/* A duration that is not negative, cut to the 47 bits of hold_ms and wrap_ms (4,459 years). */
#define DP_FACT_SPAN(ms) ((ms)&INT64_C(0x7fffffffffff))

static inline bool dp_fact_equal(const struct dp_fact *a, const struct dp_fact *b)
{
    return a->time_ms == b->time_ms && a->value == b->value && a->kind == b->kind &&
           a->channel == b->channel && a->hold_ms == b->hold_ms && a->wrap_ms == b->wrap_ms &&
           a->flags == b->flags;
}

#endif
