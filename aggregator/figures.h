/* The figures of one window or period, as integers ready to print: what kpis.md calls by name.
 *
 * A figure with nothing to divide by is absent (its bit in `present` is 0). Units: counts, whole
 * milliseconds, millionths (shares from 0 to 1, means of scores from 0 to 100, and ratios). */
#ifndef DP_FIGURES_H
#define DP_FIGURES_H

#include <stdbool.h>
#include <stdint.h>

enum dp_figure_unit { DP_UNIT_COUNT, DP_UNIT_MS, DP_UNIT_MILLIONTHS };

/* X(symbol, name, unit); the order is that of the published hash. */
#define DP_METRIC_FIGURES(X, SYMBOL, name)                                                         \
    X(SYMBOL##_MEAN, name "_mean_ms", MS)                                                          \
    X(SYMBOL##_MAX, name "_max_ms", MS)                                                            \
    X(SYMBOL##_P50, name "_p50_ms", MS)                                                            \
    X(SYMBOL##_P90, name "_p90_ms", MS)                                                            \
    X(SYMBOL##_P95, name "_p95_ms", MS)                                                            \
    X(SYMBOL##_P99, name "_p99_ms", MS)

#define DP_FIGURE_TABLE(X)                                                                         \
    X(OFFERED, "offered", COUNT)                                                                   \
    X(RESPONSES, "responses", COUNT)                                                               \
    X(ABANDONS, "abandons", COUNT)                                                                 \
    X(SHORT_ABANDONS, "short_abandons", COUNT)                                                     \
    X(HANDLES, "handles", COUNT)                                                                   \
    X(TRANSFERS, "transfers", COUNT)                                                               \
    X(DECLINES, "declines", COUNT)                                                                 \
    X(REPLIES, "replies", COUNT)                                                                   \
    X(OUTCOMES, "outcomes", COUNT)                                                                 \
    X(RESOLVED, "resolved", COUNT)                                                                 \
    X(RATINGS, "ratings", COUNT)                                                                   \
    X(COMPLAINTS, "complaints", COUNT)                                                             \
    X(QUALITY_CHECKS, "quality_checks", COUNT)                                                     \
    X(QUALITY_FATALS, "quality_fatals", COUNT)                                                     \
    DP_METRIC_FIGURES(X, RESPONSE, "response")                                                     \
    DP_METRIC_FIGURES(X, REPLY, "reply")                                                           \
    DP_METRIC_FIGURES(X, HANDLE, "handle")                                                         \
    DP_METRIC_FIGURES(X, RESOLVE, "resolve")                                                       \
    X(TALK_MEAN, "talk_mean_ms", MS)                                                               \
    X(HOLD_MEAN, "hold_mean_ms", MS)                                                               \
    X(HOLD_MAX, "hold_max_ms", MS)                                                                 \
    X(WRAP_MEAN, "wrap_mean_ms", MS)                                                               \
    X(SERVICE_LEVEL, "service_level", MILLIONTHS)                                                  \
    X(ANSWER_RATE, "answer_rate", MILLIONTHS)                                                      \
    X(ABANDON_RATE, "abandon_rate", MILLIONTHS)                                                    \
    X(ANSWERED_30S_RATE, "answered_30s_rate", MILLIONTHS)                                          \
    X(RESOLUTION_RATE, "resolution_rate", MILLIONTHS)                                              \
    X(RESOLVED_24H_RATE, "resolved_24h_rate", MILLIONTHS)                                          \
    X(FCR_RATE, "fcr_rate", MILLIONTHS)                                                            \
    X(REPEAT_CONTACT_RATE, "repeat_contact_rate", MILLIONTHS)                                      \
    X(URGENT_5M_RATE, "urgent_5m_rate", MILLIONTHS)                                                \
    X(HIGH_24H_RATE, "high_24h_rate", MILLIONTHS)                                                  \
    X(TRANSFER_RATE, "transfer_rate", MILLIONTHS)                                                  \
    X(REPLY_3M_RATE, "reply_3m_rate", MILLIONTHS)                                                  \
    X(MESSAGE_REPLY_RATE, "message_reply_rate", MILLIONTHS)                                        \
    X(AGENT_TALK_SHARE, "agent_talk_share", MILLIONTHS)                                            \
    X(SATISFACTION_MEAN, "satisfaction_mean", MILLIONTHS)                                          \
    X(SATISFIED_RATE, "satisfied_rate", MILLIONTHS)                                                \
    X(COMPLAINT_RATE, "complaint_rate", MILLIONTHS)                                                \
    X(QUALITY_MEAN, "quality_mean", MILLIONTHS)                                                    \
    X(OCCUPANCY, "occupancy", MILLIONTHS)                                                          \
    X(CONTACTS_PER_HOUR, "contacts_per_hour", MILLIONTHS)                                          \
    X(CONCURRENCY, "concurrency", MILLIONTHS)

enum dp_figure {
#define DP_X(symbol, name, unit) DP_FIGURE_##symbol,
    DP_FIGURE_TABLE(DP_X)
#undef DP_X
        DP_FIGURES
};
_Static_assert(DP_FIGURES <= 64, "figures are marked present in one word");

struct dp_figure_info {
    const char *name;
    enum dp_figure_unit unit;
};
extern const struct dp_figure_info dp_figure_infos[DP_FIGURES];

struct dp_figures {
    uint64_t present; /* bit n: value[n] holds a figure */
    int64_t value[DP_FIGURES];
};

static inline void dp_figures_set(struct dp_figures *figures, enum dp_figure which, int64_t value)
{
    figures->present |= UINT64_C(1) << which;
    figures->value[which] = value;
}

static inline bool dp_figures_has(const struct dp_figures *figures, enum dp_figure which)
{
    return figures->present >> which & 1;
}

/* numerator / denominator in millionths, rounded half up; nothing is set when denominator is 0. */
void dp_figures_set_share(struct dp_figures *figures, enum dp_figure which, int64_t numerator,
                          int64_t denominator);

/* The same of numbers of any size; what is too large is cut. */
void dp_figures_set_ratio(struct dp_figures *figures, enum dp_figure which, int64_t numerator,
                          int64_t denominator);

/* sum / count in whole units, rounded half up; nothing is set when count is 0. */
void dp_figures_set_mean(struct dp_figures *figures, enum dp_figure which, int64_t sum,
                         int64_t count);

#endif
