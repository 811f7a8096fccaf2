#include "aggregator/totals.h"

#include "aggregator/service_level.h"

#define REPLY_LIMIT_MS    INT64_C(180000)
#define RESPONSE_LIMIT_MS INT64_C(30000)
#define URGENT_LIMIT_MS   INT64_C(300000)
#define HOUR_MS           INT64_C(3600000)

/* From billionths of a point to millionths, as published. */
#define SCORE_DIVISOR (DP_SCORE_UNIT / 1000000)

static const uint8_t sum_of_kind[DP_FACT_KINDS] = {
    [DP_FACT_OFFERED] = DP_SUM_REST,
    [DP_FACT_RESPONSE] = DP_METRIC_RESPONSE,
    [DP_FACT_REPLY] = DP_METRIC_REPLY,
    [DP_FACT_ABANDON] = DP_SUM_REST,
    [DP_FACT_HANDLE] = DP_METRIC_HANDLE,
    [DP_FACT_TRANSFER] = DP_SUM_REST,
    [DP_FACT_DECLINE] = DP_SUM_REST,
    [DP_FACT_OUTCOME] = DP_METRIC_RESOLVE, /* the value is 0 where it is not timed */
    [DP_FACT_RATING] = DP_SUM_RATINGS,
    [DP_FACT_COMPLAINT] = DP_SUM_REST,
    [DP_FACT_QUALITY] = DP_SUM_QUALITIES,
    [DP_FACT_CONVERSATION] = DP_SUM_SAID,
    [DP_FACT_MEASURED] = DP_SUM_REST,
};

/* hold_ms of a conversation is a number of messages. */
static const uint8_t hold_sum[2] = {DP_SUM_HOLD, DP_SUM_ASKED};

#define BIT(count) (UINT32_C(1) << (count))

/* Flags that are counted as they are: both lists have them in the same order. */
#define FLAGS_FIRST                                                                                \
    (DP_FACT_SHORT | DP_FACT_RESOLVED | DP_FACT_TIMED | DP_FACT_FCR | DP_FACT_SATISFIED |          \
     DP_FACT_FATAL)
#define FLAGS_LAST (DP_FACT_ASKED | DP_FACT_REPLIED)
#define SAME_PLACE(flag, first_flag, count, first_count)                                           \
    ((flag) / (first_flag) == 1 << ((count) - (first_count)))
_Static_assert(SAME_PLACE(DP_FACT_RESOLVED, DP_FACT_SHORT, DP_COUNT_RESOLVED, DP_COUNT_SHORT) &&
                   SAME_PLACE(DP_FACT_TIMED, DP_FACT_SHORT, DP_COUNT_TIMED, DP_COUNT_SHORT) &&
                   SAME_PLACE(DP_FACT_FCR, DP_FACT_SHORT, DP_COUNT_FCR, DP_COUNT_SHORT) &&
                   SAME_PLACE(DP_FACT_SATISFIED, DP_FACT_SHORT, DP_COUNT_SATISFIED,
                              DP_COUNT_SHORT) &&
                   SAME_PLACE(DP_FACT_FATAL, DP_FACT_SHORT, DP_COUNT_FATAL, DP_COUNT_SHORT) &&
                   SAME_PLACE(DP_FACT_REPLIED, DP_FACT_ASKED, DP_COUNT_REPLIED, DP_COUNT_ASKED),
               "the flags' order");
_Static_assert(DP_COUNTS <= 32, "a bit a count");

/* The counts that a fact counts in, a bit each. No branches: facts of all kinds come mixed, so the
 * processor would guess wrong at each. */
static inline uint32_t counted_in(const struct dp_fact *fact)
{
    uint32_t flags = fact->flags;
    bool timed = (flags & DP_FACT_TIMED) != 0;
    bool in_3m = (fact->kind == DP_FACT_REPLY) & (fact->value <= REPLY_LIMIT_MS);
    bool in_24h = timed & (fact->value <= DP_DAY_MS);
    bool in_5m = timed & (fact->value <= URGENT_LIMIT_MS);
    bool in_30s = (fact->kind == DP_FACT_RESPONSE) & (fact->value <= RESPONSE_LIMIT_MS);
    bool in_target = (flags & DP_FACT_IN_TARGET) != 0, abandon = fact->kind == DP_FACT_ABANDON;
    bool outside = ((flags & DP_FACT_OUTSIDE) != 0) & (fact->kind == DP_FACT_OFFERED);
    bool urgent = (flags & DP_FACT_URGENT) != 0, high = (flags & DP_FACT_HIGH) != 0;
    return BIT(fact->kind) | BIT(DP_COUNT_FACTS) |
           (flags & FLAGS_FIRST) / DP_FACT_SHORT << DP_COUNT_SHORT |
           (flags & FLAGS_LAST) / DP_FACT_ASKED << DP_COUNT_ASKED |
           (uint32_t)(in_target & !abandon) << DP_COUNT_IN_TARGET |
           (uint32_t)(in_target & abandon) << DP_COUNT_ABANDONS_IN_TARGET |
           (uint32_t)in_3m << DP_COUNT_REPLIES_3M | (uint32_t)in_24h << DP_COUNT_OUTCOMES_24H |
           (uint32_t)in_30s << DP_COUNT_RESPONSES_30S | (uint32_t)outside << DP_COUNT_OUTSIDE |
           (uint32_t)urgent << DP_COUNT_URGENT | (uint32_t)(urgent & in_5m) << DP_COUNT_URGENT_5M |
           (uint32_t)high << DP_COUNT_HIGH | (uint32_t)(high & in_24h) << DP_COUNT_HIGH_24H;
}

/* Puts a fact into `more` and takes it out of `less`; NULL: there is none. All counts are gone
 * through, four and more at a time, rather than those that change, one after the other. */
static inline void add(struct dp_totals *more, struct dp_totals *less, const struct dp_fact *fact)
{
    static const uint32_t bits[32] = {BIT(0),  BIT(1),  BIT(2),  BIT(3),  BIT(4),  BIT(5),  BIT(6),
                                      BIT(7),  BIT(8),  BIT(9),  BIT(10), BIT(11), BIT(12), BIT(13),
                                      BIT(14), BIT(15), BIT(16), BIT(17), BIT(18), BIT(19), BIT(20),
                                      BIT(21), BIT(22), BIT(23), BIT(24), BIT(25), BIT(26), BIT(27),
                                      BIT(28), BIT(29), BIT(30), BIT(31)};
    uint32_t counted = counted_in(fact), ones[DP_COUNTS];
    uint8_t sum = sum_of_kind[fact->kind];
    uint8_t hold = hold_sum[fact->kind == DP_FACT_CONVERSATION];
    for (size_t i = 0; i < DP_COUNTS; i++)
        ones[i] = (counted & bits[i]) != 0;
    for (size_t i = 0; more && i < DP_COUNTS; i++)
        more->counts[i] += ones[i];
    for (size_t i = 0; less && i < DP_COUNTS; i++)
        less->counts[i] -= ones[i];
    if (more) {
        more->sums[sum] += (uint64_t)fact->value;
        more->sums[hold] += (uint64_t)fact->hold_ms;
        more->sums[DP_SUM_WRAP] += (uint64_t)fact->wrap_ms;
    }
    if (less) {
        less->sums[sum] -= (uint64_t)fact->value;
        less->sums[hold] -= (uint64_t)fact->hold_ms;
        less->sums[DP_SUM_WRAP] -= (uint64_t)fact->wrap_ms;
    }
}

void dp_totals_put(struct dp_totals *totals, const struct dp_fact *fact)
{
    add(totals, NULL, fact);
}

void dp_totals_take(struct dp_totals *totals, const struct dp_fact *fact)
{
    add(NULL, totals, fact);
}

void dp_totals_move(struct dp_totals *from, struct dp_totals *to, const struct dp_fact *fact)
{
    add(to, from, fact);
}

void dp_totals_merge(struct dp_totals *into, const struct dp_totals *from)
{
    for (size_t i = 0; i < DP_COUNTS; i++)
        into->counts[i] += from->counts[i];
    for (size_t i = 0; i < DP_SUMS; i++)
        into->sums[i] += from->sums[i];
}

uint32_t dp_totals_values(const struct dp_totals *totals, enum dp_metric metric)
{
    static const uint8_t counts[DP_METRICS] = {
        [DP_METRIC_RESPONSE] = DP_FACT_RESPONSE,
        [DP_METRIC_REPLY] = DP_FACT_REPLY,
        [DP_METRIC_HANDLE] = DP_FACT_HANDLE,
        [DP_METRIC_RESOLVE] = DP_COUNT_TIMED,
    };
    return totals->counts[counts[metric]];
}

static void set_counts(const uint32_t *counts, struct dp_figures *figures)
{
    dp_figures_set(figures, DP_FIGURE_OFFERED, counts[DP_FACT_OFFERED]);
    dp_figures_set(figures, DP_FIGURE_RESPONSES, counts[DP_FACT_RESPONSE]);
    dp_figures_set(figures, DP_FIGURE_ABANDONS, counts[DP_FACT_ABANDON]);
    dp_figures_set(figures, DP_FIGURE_SHORT_ABANDONS, counts[DP_COUNT_SHORT]);
    dp_figures_set(figures, DP_FIGURE_HANDLES, counts[DP_FACT_HANDLE]);
    dp_figures_set(figures, DP_FIGURE_TRANSFERS, counts[DP_FACT_TRANSFER]);
    dp_figures_set(figures, DP_FIGURE_DECLINES, counts[DP_FACT_DECLINE]);
    dp_figures_set(figures, DP_FIGURE_REPLIES, counts[DP_FACT_REPLY]);
    dp_figures_set(figures, DP_FIGURE_OUTCOMES, counts[DP_FACT_OUTCOME]);
    dp_figures_set(figures, DP_FIGURE_RESOLVED, counts[DP_COUNT_RESOLVED]);
    dp_figures_set(figures, DP_FIGURE_RATINGS, counts[DP_FACT_RATING]);
    dp_figures_set(figures, DP_FIGURE_COMPLAINTS, counts[DP_FACT_COMPLAINT]);
    dp_figures_set(figures, DP_FIGURE_QUALITY_CHECKS, counts[DP_FACT_QUALITY]);
    dp_figures_set(figures, DP_FIGURE_QUALITY_FATALS, counts[DP_COUNT_FATAL]);
}

static void set_shares(const struct dp_totals *totals, struct dp_figures *figures)
{
    const uint32_t *counts = totals->counts;
    int64_t handles = counts[DP_FACT_HANDLE], outcomes = counts[DP_FACT_OUTCOME];
    int64_t responses = counts[DP_FACT_RESPONSE];
    int64_t lost = (int64_t)counts[DP_FACT_ABANDON] - counts[DP_COUNT_SHORT];
    int64_t demand = responses + lost;
    dp_service_level_set(DP_ANSWERED_AND_ABANDONED, totals, figures);
    dp_figures_set_share(figures, DP_FIGURE_ANSWER_RATE, responses, demand);
    dp_figures_set_share(figures, DP_FIGURE_ABANDON_RATE, lost, demand);
    dp_figures_set_share(figures, DP_FIGURE_ANSWERED_30S_RATE, counts[DP_COUNT_RESPONSES_30S],
                         responses);
    dp_figures_set_share(figures, DP_FIGURE_RESOLUTION_RATE, counts[DP_COUNT_RESOLVED], outcomes);
    dp_figures_set_share(figures, DP_FIGURE_RESOLVED_24H_RATE, counts[DP_COUNT_OUTCOMES_24H],
                         outcomes);
    dp_figures_set_share(figures, DP_FIGURE_FCR_RATE, counts[DP_COUNT_FCR], outcomes);
    dp_figures_set_share(figures, DP_FIGURE_REPEAT_CONTACT_RATE,
                         (int64_t)counts[DP_COUNT_RESOLVED] - counts[DP_COUNT_FCR],
                         counts[DP_COUNT_RESOLVED]);
    dp_figures_set_share(figures, DP_FIGURE_URGENT_5M_RATE, counts[DP_COUNT_URGENT_5M],
                         counts[DP_COUNT_URGENT]);
    dp_figures_set_share(figures, DP_FIGURE_HIGH_24H_RATE, counts[DP_COUNT_HIGH_24H],
                         counts[DP_COUNT_HIGH]);
    dp_figures_set_share(figures, DP_FIGURE_TRANSFER_RATE, counts[DP_FACT_TRANSFER], handles);
    dp_figures_set_share(figures, DP_FIGURE_REPLY_3M_RATE, counts[DP_COUNT_REPLIES_3M],
                         counts[DP_FACT_REPLY]);
    dp_figures_set_share(figures, DP_FIGURE_MESSAGE_REPLY_RATE, counts[DP_COUNT_REPLIED],
                         counts[DP_COUNT_ASKED]);
    int64_t said = (int64_t)totals->sums[DP_SUM_SAID];
    dp_figures_set_share(figures, DP_FIGURE_AGENT_TALK_SHARE, said,
                         said + (int64_t)totals->sums[DP_SUM_ASKED]);
    dp_figures_set_share(figures, DP_FIGURE_SATISFIED_RATE, counts[DP_COUNT_SATISFIED],
                         counts[DP_FACT_RATING]);
    dp_figures_set_share(figures, DP_FIGURE_COMPLAINT_RATE, counts[DP_FACT_COMPLAINT], handles);
}

const enum dp_figure dp_mean_figures[DP_METRICS] = {
    [DP_METRIC_RESPONSE] = DP_FIGURE_RESPONSE_MEAN,
    [DP_METRIC_REPLY] = DP_FIGURE_REPLY_MEAN,
    [DP_METRIC_HANDLE] = DP_FIGURE_HANDLE_MEAN,
    [DP_METRIC_RESOLVE] = DP_FIGURE_RESOLVE_MEAN,
};

static void set_means(const struct dp_totals *totals, struct dp_figures *figures)
{
    const uint64_t *sums = totals->sums;
    for (enum dp_metric metric = 0; metric < DP_METRICS; metric++)
        dp_figures_set_mean(figures, dp_mean_figures[metric], (int64_t)sums[metric],
                            dp_totals_values(totals, metric));

    int64_t handles = totals->counts[DP_FACT_HANDLE];
    uint64_t talk = sums[DP_METRIC_HANDLE] - sums[DP_SUM_HOLD] - sums[DP_SUM_WRAP];
    dp_figures_set_mean(figures, DP_FIGURE_TALK_MEAN, (int64_t)talk, handles);
    dp_figures_set_mean(figures, DP_FIGURE_HOLD_MEAN, (int64_t)sums[DP_SUM_HOLD], handles);
    dp_figures_set_mean(figures, DP_FIGURE_WRAP_MEAN, (int64_t)sums[DP_SUM_WRAP], handles);

    dp_figures_set_mean(figures, DP_FIGURE_SATISFACTION_MEAN, (int64_t)sums[DP_SUM_RATINGS],
                        totals->counts[DP_FACT_RATING] * SCORE_DIVISOR);
    dp_figures_set_mean(figures, DP_FIGURE_QUALITY_MEAN, (int64_t)sums[DP_SUM_QUALITIES],
                        totals->counts[DP_FACT_QUALITY] * SCORE_DIVISOR);
}

void dp_totals_figures(const struct dp_totals *totals, struct dp_figures *figures)
{
    set_counts(totals->counts, figures);
    set_means(totals, figures);
    set_shares(totals, figures);
}

void dp_totals_staffed(const struct dp_totals *totals, int64_t staffed_ms,
                       struct dp_figures *figures)
{
    uint64_t served_ms = totals->sums[DP_METRIC_HANDLE] - totals->sums[DP_SUM_WRAP];
    dp_figures_set_ratio(figures, DP_FIGURE_CONTACTS_PER_HOUR,
                         totals->counts[DP_FACT_HANDLE] * HOUR_MS, staffed_ms);
    dp_figures_set_ratio(figures, DP_FIGURE_CONCURRENCY, (int64_t)served_ms, staffed_ms);
}
