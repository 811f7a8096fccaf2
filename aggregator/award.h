/* Awards and warnings: what an agent earns in a period by figures, or by the place in the team; and
 * the bands of the ranking. A plain value: assignment copies it. Thread: any.
 *
 *   satisfaction_mean >= 90 and ratings >= 10
 *   handle_mean_ms <= 5m and complaint_rate = 0
 *   resolution_rate < 80 %
 *   top 10 %                      bottom 12.5 % */
#ifndef DP_AWARD_H
#define DP_AWARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "aggregator/period_kind.h"
#include "aggregator/phrase.h"
#include "aggregator/quantity.h"

#define DP_AWARD_NAME_MAX       64 /* bytes of UTF-8 */
#define DP_AWARD_CONDITIONS_MAX 8

enum dp_award_kind { DP_AWARD, DP_AWARD_WARNING };

enum dp_award_place { DP_PLACE_ANY, DP_PLACE_TOP, DP_PLACE_BOTTOM };

struct dp_condition {
    enum dp_quantity quantity;
    enum dp_comparison comparison;
    int64_t limit; /* millionths of the quantity's natural unit */
};

/* Asks for a place, or for all of its conditions. */
struct dp_award {
    char name[DP_AWARD_NAME_MAX + 1];
    enum dp_award_kind kind;
    enum dp_period_kind period;
    enum dp_award_place place;
    int64_t share; /* of the team, in millionths; above 0, at most 1; with a place alone */
    struct dp_condition conditions[DP_AWARD_CONDITIONS_MAX];
    size_t condition_count; /* 0 with a place */
};

/* Where an agent stands among those of the team who have a score in the period. All zero: has none.
 */
struct dp_standing {
    uint32_t rank;          /* 1 + how many have a higher score */
    uint32_t rank_from_end; /* 1 + how many have a lower one */
    uint32_t ranked;        /* how many have a score */
};

/* Reads what the award asks for. False: `error` has one line, with the column (from 1, in bytes)
 * and what is allowed there; the award is as it was. */
bool dp_award_parse(struct dp_award *award, const char *when, char *error, size_t error_size);

/* Whether the agent earns it. Values are compared as they are published, rounded half up to
 * millionths; an absent one fulfils no condition, not even !=. */
bool dp_award_earned(const struct dp_award *award, dp_quantity_fn *tell, void *ctx,
                     const struct dp_standing *standing);

/* Whether the agent is among the best, or the worst, of that share of the team: rank (or
 * rank_from_end) <= ranked * share, rounded up; who ties with the last of them is one of them.
 * Never where all scores of the team are the same, so nobody is in a team of one. */
bool dp_standing_is_in(const struct dp_standing *standing, enum dp_award_place place,
                       int64_t share);

/* The top and the bottom 10 %, but not who is in both (ties in a small team). */
enum dp_band { DP_BAND_NONE, DP_BAND_EXCELLENT, DP_BAND_NEEDS_SUPPORT };
enum dp_band dp_band_of(const struct dp_standing *standing);

/* "excellent", "needs_support"; NULL for none. */
const char *dp_band_name(enum dp_band band);

#endif
