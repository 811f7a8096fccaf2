/* Terms: which facts count towards a figure, and what each of them adds. Figures are sums of terms,
 * or made of two such sums (explained.h).
 *
 * Values are as in facts: times in ms, scores in billionths of a point. Plain values; nothing is
 * owned. Thread: any. */
#ifndef DP_TERM_H
#define DP_TERM_H

#include <stdbool.h>
#include <stdint.h>

#include "aggregator/fact.h"

/* What a fact adds. */
enum dp_part {
    DP_PART_ONE,
    DP_PART_LESS_ONE,
    DP_PART_VALUE,
    DP_PART_TALK,
    DP_PART_HOLD,
    DP_PART_WRAP,
    DP_PART_TALK_AND_HOLD,
    DP_PART_MESSAGES
};

/* X(symbol, kind, part, with, without, up_to): facts of a kind that have the flags `with` and none
 * of `without`, and a value of `up_to` at most (0: any); and what each adds. Of what was measured
 * `with` is the measure, and all there is to ask. */
#define DP_TERM_TABLE(X)                                                                           \
    X(OFFERS, OFFERED, ONE, 0, 0, 0)                                                               \
    X(OFFERS_IN_HOURS, OFFERED, ONE, 0, DP_FACT_OUTSIDE, 0)                                        \
    X(RESPONSES, RESPONSE, ONE, 0, 0, 0)                                                           \
    X(RESPONSES_IN_TARGET, RESPONSE, ONE, DP_FACT_IN_TARGET, 0, 0)                                 \
    X(RESPONSES_30S, RESPONSE, ONE, 0, 0, 30000)                                                   \
    X(RESPONSE_MS, RESPONSE, VALUE, 0, 0, 0)                                                       \
    X(ABANDONS, ABANDON, ONE, 0, 0, 0)                                                             \
    X(SHORT_ABANDONS, ABANDON, ONE, DP_FACT_SHORT, 0, 0)                                           \
    X(LONG_ABANDONS, ABANDON, ONE, 0, DP_FACT_SHORT, 0)                                            \
    X(LESS_SHORT_ABANDONS, ABANDON, LESS_ONE, DP_FACT_SHORT, 0, 0)                                 \
    X(EARLY_ABANDONS, ABANDON, ONE, DP_FACT_IN_TARGET, 0, 0)                                       \
    X(LATE_ABANDONS, ABANDON, ONE, 0, DP_FACT_IN_TARGET, 0)                                        \
    X(REPLIES, REPLY, ONE, 0, 0, 0)                                                                \
    X(REPLIES_3M, REPLY, ONE, 0, 0, 180000)                                                        \
    X(REPLY_MS, REPLY, VALUE, 0, 0, 0)                                                             \
    X(HANDLES, HANDLE, ONE, 0, 0, 0)                                                               \
    X(HANDLE_MS, HANDLE, VALUE, 0, 0, 0)                                                           \
    X(TALK_MS, HANDLE, TALK, 0, 0, 0)                                                              \
    X(TALK_AND_HOLD_MS, HANDLE, TALK_AND_HOLD, 0, 0, 0)                                            \
    X(HOLD_MS, HANDLE, HOLD, 0, 0, 0)                                                              \
    X(WRAP_MS, HANDLE, WRAP, 0, 0, 0)                                                              \
    X(TRANSFERS, TRANSFER, ONE, 0, 0, 0)                                                           \
    X(DECLINES, DECLINE, ONE, 0, 0, 0)                                                             \
    X(OUTCOMES, OUTCOME, ONE, 0, 0, 0)                                                             \
    X(RESOLVED, OUTCOME, ONE, DP_FACT_RESOLVED, 0, 0)                                              \
    X(TIMED, OUTCOME, ONE, DP_FACT_TIMED, 0, 0)                                                    \
    X(RESOLVED_24H, OUTCOME, ONE, DP_FACT_TIMED, 0, DP_DAY_MS)                                     \
    X(RESOLVE_MS, OUTCOME, VALUE, DP_FACT_TIMED, 0, 0)                                             \
    X(FIRST_CONTACT, OUTCOME, ONE, DP_FACT_FCR, 0, 0)                                              \
    X(REPEATED, OUTCOME, ONE, DP_FACT_RESOLVED, DP_FACT_FCR, 0)                                    \
    X(URGENT, OUTCOME, ONE, DP_FACT_URGENT, 0, 0)                                                  \
    X(URGENT_5M, OUTCOME, ONE, DP_FACT_URGENT | DP_FACT_TIMED, 0, 300000)                          \
    X(HIGH, OUTCOME, ONE, DP_FACT_HIGH, 0, 0)                                                      \
    X(HIGH_24H, OUTCOME, ONE, DP_FACT_HIGH | DP_FACT_TIMED, 0, DP_DAY_MS)                          \
    X(ASKED, CONVERSATION, ONE, DP_FACT_ASKED, 0, 0)                                               \
    X(REPLIED, CONVERSATION, ONE, DP_FACT_REPLIED, 0, 0)                                           \
    X(AGENT_MESSAGES, CONVERSATION, VALUE, 0, 0, 0)                                                \
    X(ALL_MESSAGES, CONVERSATION, MESSAGES, 0, 0, 0)                                               \
    X(RATINGS, RATING, ONE, 0, 0, 0)                                                               \
    X(SATISFIED, RATING, ONE, DP_FACT_SATISFIED, 0, 0)                                             \
    X(RATING_POINTS, RATING, VALUE, 0, 0, 0)                                                       \
    X(COMPLAINTS, COMPLAINT, ONE, 0, 0, 0)                                                         \
    X(CHECKS, QUALITY, ONE, 0, 0, 0)                                                               \
    X(FATALS, QUALITY, ONE, DP_FACT_FATAL, 0, 0)                                                   \
    X(CHECK_POINTS, QUALITY, VALUE, 0, 0, 0)                                                       \
    X(INTERNAL_SATISFACTIONS, MEASURED, ONE, DP_MEASURE_INTERNAL_SATISFACTION, 0, 0)               \
    X(INTERNAL_SATISFACTION_POINTS, MEASURED, VALUE, DP_MEASURE_INTERNAL_SATISFACTION, 0, 0)       \
    X(CROSS_TEAM_COMPLETIONS, MEASURED, ONE, DP_MEASURE_CROSS_TEAM_COMPLETION, 0, 0)               \
    X(CROSS_TEAM_COMPLETION_POINTS, MEASURED, VALUE, DP_MEASURE_CROSS_TEAM_COMPLETION, 0, 0)       \
    X(TRAINING_ATTENDANCES, MEASURED, ONE, DP_MEASURE_TRAINING_ATTENDANCE, 0, 0)                   \
    X(TRAINING_ATTENDANCE_POINTS, MEASURED, VALUE, DP_MEASURE_TRAINING_ATTENDANCE, 0, 0)           \
    X(KNOWLEDGES, MEASURED, ONE, DP_MEASURE_KNOWLEDGE, 0, 0)                                       \
    X(KNOWLEDGE_POINTS, MEASURED, VALUE, DP_MEASURE_KNOWLEDGE, 0, 0)

enum dp_term_symbol {
    DP_NO_TERM,
#define DP_X(symbol, kind, part, with, without, up_to) DP_TERM_##symbol,
    DP_TERM_TABLE(DP_X)
#undef DP_X
};

struct dp_term {
    enum dp_fact_kind kind;
    enum dp_part part;
    unsigned with, without;
    int64_t up_to;
};

/* So many may stand side by side: each an enum dp_term_symbol, DP_NO_TERM where there are fewer. No
 * fact counts in two of them. */
#define DP_TERMS 2

/* The one of these terms that the fact counts in; NULL: none. */
const struct dp_term *dp_term_of(const uint8_t symbols[DP_TERMS], const struct dp_fact *fact);

/* What a fact that counts in it adds. */
int64_t dp_term_adds(const struct dp_term *term, const struct dp_fact *fact);

#endif
